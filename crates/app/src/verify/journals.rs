//! A unit's journals, replayed page by page beside the rows that they make.
//!
//! A page ends with a whole journal, and covers all ids after the page before up to its last: a record or duty that lies between two journals
//! and is in none is found with the page whose span it lies in.

use super::Report;
use crate::error::Error;
use crate::library::Library;
use crate::recompute::folded;
use domain::id::{RecordId, UnitId};
use domain::ledger::Posted;
use domain::measure::{self, Measures, TallyKey};
use domain::name::Name;
use domain::record::{Decided, Entry, Hash, Record};
use domain::tally::Tally;
use domain::unit::Unit;
use std::collections::BTreeMap;
use store::duty::DutyRow;
use store::entry::Line;
use store::{Tx, duty, entry, record};

/// Entries read at once; a journal that is longer is read whole.
const PAGE: i64 = 256;

/// What the journals of a unit add up to.
pub(super) struct Journals<'a> {
    library: &'a Library,
    measures: &'a Measures,
    unit: &'a Unit,
    pub(super) tallies: BTreeMap<TallyKey, Tally>,
    /// What the rows of decided duties add up to.
    pub(super) of_rows: BTreeMap<TallyKey, Tally>,
    pub(super) posted: BTreeMap<RecordId, Posted>,
}

/// The rows of a span of ids that no journal has asked for yet.
struct Rows {
    records: BTreeMap<RecordId, Record>,
    duties: BTreeMap<(RecordId, Name, u32), Decided>,
}

impl<'a> Journals<'a> {
    pub(super) fn new(library: &'a Library, measures: &'a Measures, unit: &'a Unit) -> Self {
        Self {
            library,
            measures,
            unit,
            tallies: BTreeMap::new(),
            of_rows: BTreeMap::new(),
            posted: BTreeMap::new(),
        }
    }

    /// Replays them all. `progress` hears of each record.
    pub(super) fn check(
        &mut self,
        tx: &mut Tx<'_>,
        report: &mut Report,
        progress: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        let mut after = RecordId::LEAST;
        loop {
            let (lines, ended) = page(tx, self.unit.id, after)?;
            let last = lines.last().map(|line| line.entry.record);
            let until = if ended { None } else { last };
            let mut rows = self.rows(tx, after, until)?;
            for journal in lines.chunk_by(|one, next| one.entry.record == next.entry.record) {
                self.journal(journal, &mut rows, report);
                progress(report.records);
            }
            for (id, row) in rows.records {
                report.fault(format!("{} ({id}): the record has no journal", row.number));
            }
            for (id, name, occurrence) in rows.duties.into_keys() {
                report.fault(format!("{id}: duty {name}/{occurrence} is in no journal"));
            }
            match until {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    fn rows(
        &mut self,
        tx: &mut Tx<'_>,
        after: RecordId,
        until: Option<RecordId>,
    ) -> Result<Rows, Error> {
        let unit = self.unit.id;
        let records = record::of_span(tx, unit, (after, until))?;
        let mut duties = BTreeMap::new();
        for row in duty::of_span(tx, unit, (after, until))? {
            let DutyRow {
                record,
                kind,
                decided,
                ..
            } = row;
            self.measures
                .add_duty_row((unit, record), &kind, &decided, &mut self.of_rows);
            duties.insert((record, decided.name.clone(), decided.occurrence), decided);
        }
        Ok(Rows {
            records: records.into_iter().map(|row| (row.id, row)).collect(),
            duties,
        })
    }

    fn journal(&mut self, lines: &[Line], rows: &mut Rows, report: &mut Report) {
        let id = lines[0].entry.record;
        report.records += 1;
        let mut head = Hash::default();
        for (index, line) in lines.iter().enumerate() {
            report.entries += 1;
            head = Entry::hash(self.unit.id, id, &head, &line.text);
            if line.hash != head {
                report.fault(format!(
                    "{id}: entry {} does not carry the hash of what is stored",
                    index + 1
                ));
            }
        }
        let row = rows.records.remove(&id);
        let folded = match folded(self.library, self.measures, self.unit, lines) {
            Ok(folded) => folded,
            Err(error) => return report.fault(format!("{id}: {error}")),
        };
        measure::add_all(&mut self.tallies, folded.tallies);
        if !folded.posted.is_empty() {
            self.posted.insert(id, folded.posted);
        }
        match row {
            None => report.fault(format!("{id}: the journal has no record")),
            Some(row) if row != folded.record => report.fault(format!(
                "{} ({id}): the row is not what the journal makes of it",
                row.number
            )),
            Some(row) => report.to_do += row.doc.todo.len() as u64,
        }
        for ((name, occurrence), decided) in folded.decided {
            report.duties += 1;
            match rows.duties.remove(&(id, name.clone(), occurrence)) {
                Some(row) if row == decided => {}
                Some(_) => report.fault(format!(
                    "{id}: duty {name}/{occurrence} is not what the journal decides"
                )),
                None => report.fault(format!("{id}: duty {name}/{occurrence} is missing")),
            }
        }
    }
}

/// The whole journals that follow a record, some hundred entries of them; and whether these are the last.
fn page(tx: &mut Tx<'_>, unit: UnitId, after: RecordId) -> Result<(Vec<Line>, bool), Error> {
    let mut most = PAGE;
    loop {
        let mut lines = entry::following(tx, unit, after, most)?;
        if i64::try_from(lines.len()).is_ok_and(|found| found < most) {
            return Ok((lines, true));
        }
        // The journal at the end may go on: it is the next page's.
        let last = lines[lines.len() - 1].entry.record;
        let whole = lines.partition_point(|line| line.entry.record < last);
        if whole > 0 {
            lines.truncate(whole);
            return Ok((lines, false));
        }
        most *= 4;
    }
}
