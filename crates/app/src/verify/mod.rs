//! Whether the database is what its journals say: every hash, row, duty and tally (`guanjia verify`).
//!
//! Journals are replayed some hundred entries at a time ([`journals`]), so it needs memory for the tallies and ledgers of a unit, whatever
//! the number of its records.

mod journals;

use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::verify::journals::Journals;
use domain::access::Privilege;
use domain::id::{RecordId, UnitId};
use domain::ledger::{Account, Posted};
use domain::measure::TallyKey;
use domain::name::Name;
use domain::pack::model::{Pack, Role};
use domain::record::{Hash, unique};
use domain::tally::Tally;
use domain::time::Instant;
use domain::unit::Unit;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use store::{Tx, ledger, privacy, record, tally};

/// What was looked at and what was wrong.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub ok: bool,
    pub as_of: String,
    pub units: u64,
    pub records: u64,
    pub entries: u64,
    pub duties: u64,
    pub to_do: u64,
    pub tallies: u64,
    /// Accounts on which records have posted in ledgers.
    pub lines: u64,
    /// Sealed periods whose roots were computed anew (S8.3).
    pub seals: u64,
    /// Lines of the log of who looked at private values.
    pub views: u64,
    /// The first hundred differences, in words.
    pub faults: Vec<String>,
    pub fault_count: u64,
}

impl Report {
    fn fault(&mut self, text: String) {
        self.fault_count += 1;
        if self.faults.len() < 100 {
            self.faults.push(text);
        }
    }
}

/// Replays every journal and compares; one snapshot a unit. `progress` hears of each record.
///
/// # Errors
/// `Denied`; a database that cannot be read; differences are in the report.
pub fn verify(
    office: &Office,
    actor: &Actor,
    as_of: Instant,
    mut progress: impl FnMut(u64),
) -> Result<Report, Error> {
    let _ = office.privilege(actor, Privilege::Audit, None)?;
    let library = office.library()?;
    let mut report = Report {
        as_of: as_of.to_string(),
        ..Report::default()
    };
    let Some(active) = library.active().cloned() else {
        report.ok = true;
        return Ok(report);
    };
    let mut sealed = Vec::new();
    for unit in office.units()? {
        report.units += 1;
        office.read(|tx| {
            let mut journals = Journals::new(&library, &active.measures, &unit);
            journals.check(tx, &mut report, &mut progress)?;
            views(tx, unit.id, &unit.code, &mut report)?;
            let Journals {
                tallies,
                of_rows,
                posted,
                ..
            } = journals;
            ledgers(tx, &unit, &posted, &mut report)?;
            claims(tx, &unit, &active.pack, &mut report)?;
            for kind in seals(&active.pack) {
                record::each_of_kind(tx, Some(unit.id), Some(kind), |record| {
                    sealed.push(record);
                    Ok(())
                })?;
            }
            let stored = tally::all(tx, unit.id)?;
            report.tallies += stored.len() as u64;
            differences(&unit.code, "journals", &stored, &tallies, &mut report);
            let of_duties: BTreeMap<_, _> = stored
                .into_iter()
                .filter(|(key, _)| {
                    key.measure.starts_with("duty:") || key.measure.starts_with("once:")
                })
                .collect();
            differences(&unit.code, "duties", &of_duties, &of_rows, &mut report);
            Ok::<_, Error>(())
        })?;
    }
    for seal in sealed {
        report.seals += 1;
        for unit in crate::seal::broken(office, &seal)? {
            report.fault(format!(
                "{unit}: its journal has not the root that the seal {} keeps",
                seal.number
            ));
        }
    }
    report.ok = report.fault_count == 0;
    Ok(report)
}

/// What the rows say that records claim, against the records themselves.
fn claims(tx: &mut Tx<'_>, unit: &Unit, pack: &Pack, report: &mut Report) -> Result<(), Error> {
    let mut stored = record::claims(tx, unit.id)?;
    for kind in pack.kinds.values().filter(|kind| !kind.unique.is_empty()) {
        record::each_of_kind(tx, Some(unit.id), Some(&kind.name), |record| {
            if stored.remove(&record.id) != unique::claim(kind, &record) {
                let number = &record.number;
                report.fault(format!("{number}: its row claims what the record does not"));
            }
            Ok(())
        })?;
    }
    for id in stored.into_keys() {
        report.fault(format!(
            "{id}: its row claims what no record of its kind claims"
        ));
    }
    Ok(())
}

/// What the lines of ledgers are, and what they add up to, against what the journals post.
fn ledgers(
    tx: &mut Tx<'_>,
    unit: &Unit,
    posted: &BTreeMap<RecordId, Posted>,
    report: &mut Report,
) -> Result<(), Error> {
    let lines = ledger::by_record(tx, unit.id)?;
    let none = Posted::new();
    let records: BTreeSet<&RecordId> = lines.keys().chain(posted.keys()).collect();
    let mut sums = Posted::new();
    for record in records {
        let stored = lines.get(record).unwrap_or(&none);
        let said = posted.get(record).unwrap_or(&none);
        domain::ledger::add_all(&mut sums, stored, 1);
        report.lines += stored.len() as u64;
        if stored != said {
            report.fault(format!(
                "{}: the lines of {record} are {stored:?}, the journal posts {said:?}",
                unit.code
            ));
        }
    }
    let balances = ledger::balances(tx, unit.id)?;
    if balances != sums {
        let differ = |account: &&Account| balances.get(account) != sums.get(account);
        for account in sums.keys().chain(balances.keys()).filter(differ) {
            report.fault(format!(
                "{}: the balance of {} on {} is {:?}, its lines add up to {:?}",
                unit.code,
                account.ledger,
                account.record,
                balances.get(account),
                sums.get(account)
            ));
        }
    }
    Ok(())
}

/// The kinds whose records seal a period.
fn seals(pack: &Pack) -> impl Iterator<Item = &Name> {
    pack.kinds
        .values()
        .filter(|kind| kind.role == Some(Role::Seal))
        .map(|kind| &kind.name)
}

/// The log of who looked at private values: no line changed, none missing, none taken from its end.
fn views(
    tx: &mut store::Tx<'_>,
    unit: UnitId,
    code: &str,
    report: &mut Report,
) -> Result<(), Error> {
    let (mut last, mut head) = (0, Hash::default());
    privacy::each_view(tx, unit, |line| {
        report.views += 1;
        head = privacy::view_hash(unit, line.seq, line.record, &head, &line.text);
        if line.seq != last + 1 || line.hash != head {
            report.fault(format!(
                "{code}: view {} is not the one that was put on record",
                line.seq
            ));
        }
        (last, head) = (line.seq, line.hash);
        Ok(())
    })?;
    let counted = privacy::views_counted(tx, unit)?;
    if counted != last {
        report.fault(format!(
            "{code}: {counted} views were put on record, {last} are there"
        ));
    }
    Ok(())
}

fn differences(
    unit: &str,
    of: &str,
    stored: &BTreeMap<TallyKey, Tally>,
    computed: &BTreeMap<TallyKey, Tally>,
    report: &mut Report,
) {
    for (key, tally) in computed {
        if stored.get(key) != Some(tally) {
            report.fault(format!(
                "{unit}: tally {} {} {:?} is {:?}, the {of} say {tally:?}",
                key.measure,
                key.window,
                key.holder,
                stored.get(key)
            ));
        }
    }
    for key in stored.keys().filter(|key| !computed.contains_key(*key)) {
        report.fault(format!(
            "{unit}: tally {} {} is not in the {of}",
            key.measure, key.window
        ));
    }
}
