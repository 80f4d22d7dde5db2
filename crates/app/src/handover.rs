//! Duties follow a change of grid, posting or leave (S5.1, S5.4): the open records of a unit whose duties are held by somebody whom the
//! registers no longer name are handed over, in batches, by entries. Run twice, nothing is handed over twice.

use crate::access::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::office::Office;
use domain::access::Scope;
use domain::id::{RecordId, UnitId};
use domain::ledger::Posted;
use domain::record::{By, Command, handover};
use domain::value::Data;
use std::collections::BTreeMap;
use store::{Lane, record};

/// Records in one transaction.
const BATCH: usize = 50;
const PAGE: u16 = 500;

/// Hands over what a unit's registers say as of now; the number of entries written.
///
/// # Errors
/// A database that cannot be read or written.
pub fn hand_over(office: &Office, unit: UnitId) -> Result<u64, Error> {
    let ids = open_records(office, unit)?;
    let mut written = 0;
    for batch in ids.chunks(BATCH) {
        let batch = batch.to_vec();
        written += office.at(&Actor::system(), unit, Lane::Bulk, move |desk| {
            let mut written = 0;
            for id in &batch {
                written += one(desk, *id)?;
            }
            Ok(written)
        })?;
    }
    Ok(written)
}

/// Open records with something to do.
fn open_records(office: &Office, unit: UnitId) -> Result<Vec<RecordId>, Error> {
    let mut ids = Vec::new();
    office.read(|tx| {
        let mut filter = record::Filter {
            scope: Scope::everything(),
            ..record::Filter::default()
        };
        loop {
            let page = record::list_open(tx, unit, &filter, i64::from(PAGE))?;
            for record in &page {
                if !record.doc.todo.is_empty() {
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
                _ => return Ok::<_, Error>(()),
            }
        }
    })?;
    Ok(ids)
}

fn one(desk: &mut Desk<'_, '_>, id: RecordId) -> Result<u64, Error> {
    let unit = desk.view().unit.id;
    let record = record::get(desk.tx, unit, id)?;
    let view = desk.view();
    let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
        return Ok(0);
    };
    let mut linked = BTreeMap::new();
    for name in handover::links(kind) {
        if let Some(to) = record.doc.links.get(name)
            && let Some(seen) = desk.linked(*to, true)?
        {
            linked.insert(*to, seen);
        }
    }
    let now = desk.now();
    let asked = Command::new("hand-over", By::System);
    let owed = handover::owed(
        &view.context(now, &asked, &linked, &Data::new(), &Posted::new(), &[]),
        kind,
        &record,
    );
    for command in &owed {
        desk.step(id, command)?;
    }
    Ok(owed.len() as u64)
}
