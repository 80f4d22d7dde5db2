//! Duties follow a change of grid, posting or leave (S5.1, S5.4): the open records of a unit whose duties are held by somebody whom the
//! registers no longer name are handed over, in batches, by entries. Run twice, nothing is handed over twice.
//!
//! Nearly always nothing is owed. So every open record is looked at over a snapshot, which keeps no writer waiting, and only one that
//! owes a hand-over is looked at again where it is written.

use crate::access::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::office::{ATTEMPTS, Office};
use crate::view::View;
use domain::access::Scope;
use domain::id::{RecordId, UnitId};
use domain::ledger::Posted;
use domain::record::{By, Command, Record, Seen, handover};
use domain::roster::Roster;
use domain::value::Data;
use std::collections::BTreeMap;
use store::{Lane, Tx, record};

/// Records in one transaction.
const BATCH: usize = 50;
const PAGE: u16 = 500;

/// Hands over what a unit's registers say as of now; the number of entries written.
///
/// # Errors
/// A database that cannot be read or written.
pub fn hand_over(office: &Office, unit: UnitId) -> Result<u64, Error> {
    let ids = owing(office, unit)?;
    let mut written = 0;
    for batch in ids.chunks(BATCH) {
        let batch = batch.to_vec();
        written += office.at(&Actor::system(), unit, Lane::Bulk, move |desk| {
            let mut look = Look::at(desk.view());
            let mut written = 0;
            for id in &batch {
                let record = record::get(desk.tx, desk.view().unit.id, *id)?;
                for command in look.owed(desk, &record)? {
                    desk.step(*id, &command)?;
                    written += 1;
                }
            }
            Ok(written)
        })?;
    }
    Ok(written)
}

/// Open records that owe a hand-over.
fn owing(office: &Office, unit: UnitId) -> Result<Vec<RecordId>, Error> {
    let mut view = office.view(unit)?;
    for _ in 0..ATTEMPTS {
        match office.read(|tx| owing_in(tx, &view, office)) {
            Err(Error::Outdated) => view = office.reload(unit)?,
            found => return found,
        }
    }
    Err(Error::Outdated)
}

fn owing_in(tx: &mut Tx<'_>, view: &View, office: &Office) -> Result<Vec<RecordId>, Error> {
    let system = Actor::system();
    let mut desk = Desk::begin(tx, view, office.clock(), &system)?;
    let mut look = Look::at(view);
    let mut ids = Vec::new();
    let mut filter = record::Filter {
        scope: Scope::everything(),
        ..record::Filter::default()
    };
    loop {
        let page = record::list_open(desk.tx, view.unit.id, &filter, i64::from(PAGE))?;
        for record in &page {
            if !look.owed(&mut desk, record)?.is_empty() {
                ids.push(record.id);
            }
        }
        match page.last() {
            Some(last) if page.len() == usize::from(PAGE) => {
                let due = last
                    .doc
                    .next_due()
                    .map_or(store::NEVER, |(at, _)| at.micros());
                filter.after = Some((due, last.id));
            }
            _ => return Ok(ids),
        }
    }
}

/// A look at many records: what they share is asked for once.
struct Look {
    standing: Roster,
    /// Places whose grids were looked up.
    places: BTreeMap<RecordId, Option<Seen>>,
}

impl Look {
    fn at(view: &View) -> Self {
        Self {
            standing: handover::standing(&view.roster),
            places: BTreeMap::new(),
        }
    }

    fn owed(&mut self, desk: &mut Desk<'_, '_>, record: &Record) -> Result<Vec<Command>, Error> {
        let view = desk.view();
        let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
            return Ok(Vec::new());
        };
        if record.doc.todo.is_empty() {
            return Ok(Vec::new());
        }
        let mut linked = BTreeMap::new();
        for name in handover::links(kind) {
            let Some(to) = record.doc.links.get(name) else {
                continue;
            };
            let seen = match self.places.get(to) {
                Some(seen) => seen.clone(),
                None => {
                    let seen = desk.linked(*to, true)?;
                    self.places.insert(*to, seen.clone());
                    seen
                }
            };
            linked.extend(seen.map(|seen| (*to, seen)));
        }
        let asked = Command::new("hand-over", By::System);
        let (none, nothing) = (Data::new(), Posted::new());
        let context = view.context(desk.now(), &asked, &linked, &none, &nothing, &[]);
        Ok(handover::owed(&context, &self.standing, kind, record))
    }
}
