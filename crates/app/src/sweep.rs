//! The system's own steps, taken when their time has come: timed transitions, duties that recur, duties that an ended posting starts, stages
//! that let their time pass; and what goes with them: records that open on a rhythm, messages between units, records that a new pack renames.
//!
//! A sweep takes no input: it looks at what the records are owed as of an instant and does it through the ordinary way in, in batches, each
//! record planned anew inside its transaction. Swept twice, or by two processes at once, nothing happens twice.

use crate::access::Actor;
use crate::desk::{Desk, beyond};
use crate::error::Error;
use crate::office::Office;
use crate::transfer;
use crate::view::View;
use crate::{message, migrate, schedule};
use domain::access::own_work;
use domain::id::{RecordId, UnitId};
use domain::record::sweep::Owing;
use domain::record::{EvolveError, Record, Used, sweep};
use domain::time::Instant;
use serde::Serialize;
use store::{Lane, record};

/// Records in one transaction.
const BATCH: usize = 50;
/// Steps for one record in one sweep; what is owed beyond waits for the next.
const MOST: usize = 400;

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    pub steps: u64,
    /// Records that a rhythm has opened.
    pub opened: u64,
    /// Messages to other units that have arrived.
    pub delivered: u64,
    /// Records that a new pack has given other names.
    pub migrated: u64,
    /// Steps that could not be taken, in words; they are tried again by the next sweep.
    pub refused: Vec<String>,
}

/// Takes every step that the system owes as of an instant, in every unit.
///
/// # Errors
/// A database that cannot be read or written; refusals are in the answer.
pub fn sweep(office: &Office, as_of: Instant) -> Result<Swept, Error> {
    let mut swept = Swept {
        migrated: migrate::resume(office)?,
        ..Swept::default()
    };
    for unit in office.units()? {
        swept.delivered += transfer::deliver(office, unit.id, as_of)?;
        let view = office.reload_if_outdated(unit.id)?;
        schedule::open_due(office, &view, as_of, &mut swept)?;
        rhythms(office, &view)?;
        let owing = office.read(|tx| owing(tx, &view, as_of))?;
        for batch in owing.chunks(BATCH) {
            let batch = batch.to_vec();
            let done = office.at(&Actor::system(), unit.id, Lane::Bulk, move |desk| {
                let mut done = Swept::default();
                for id in &batch {
                    match desk.attempt(|desk| settle(desk, *id, as_of)) {
                        Ok(steps) => done.steps += steps,
                        Err(Error::Refused(reasons)) => done
                            .refused
                            .extend(reasons.iter().map(|reason| format!("{id}: {reason}"))),
                        Err(error) => return Err(error),
                    }
                }
                Ok(done)
            })?;
            swept.steps += done.steps;
            swept.refused.extend(done.refused);
        }
    }
    // What was sent meanwhile goes with it; an answer to it waits for the next sweep.
    message::deliver(office, as_of, &mut swept)?;
    Ok(swept)
}

/// Lets every row say before when its record is owed nothing, where a pack with other rhythms or another zone has come since.
fn rhythms(office: &Office, view: &View) -> Result<(), Error> {
    let unit = view.unit.id;
    let by = (view.rules.number, view.unit.zone.name().to_owned());
    if office
        .read(|tx| store::schedule::rhythm(tx, unit))?
        .as_ref()
        == Some(&by)
    {
        return Ok(());
    }
    for kind in view.rules.pack.kinds.values() {
        if !sweep::concerns(kind) {
            continue;
        }
        let mut all = Vec::new();
        office.read(|tx| {
            record::each_of_kind(tx, Some(unit), Some(&kind.name), |record| {
                let at = sweep::owes_at(&view.rules.pack, kind, &record, &view.unit.zone);
                all.push((record, at));
                Ok::<_, store::Error>(())
            })
        })?;
        for batch in all.chunks(BATCH) {
            let batch = batch.to_vec();
            office.write(&own_work(), Lane::Bulk, move |tx| {
                batch
                    .iter()
                    .try_for_each(|(record, at)| record::set_owes_at(tx, record, *at))
            })?;
        }
    }
    office.write(&own_work(), Lane::Bulk, move |tx| {
        store::schedule::set_rhythm(tx, unit, (by.0, &by.1))
    })?;
    Ok(())
}

/// Records that are owed something, of those whose row says that they may be by now.
fn owing(tx: &mut store::Tx<'_>, view: &View, as_of: Instant) -> Result<Vec<RecordId>, Error> {
    let mut may = Vec::new();
    record::each_owing(tx, view.unit.id, as_of, |record| {
        may.push(record);
        Ok(())
    })?;
    let mut ids = Vec::new();
    for record in may {
        let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
            continue;
        };
        let used = beyond::used(tx, view, kind, sweep::conditions(kind), &record, as_of)?;
        if !matches!(plan(view, &record, &used, as_of), Ok(None)) {
            ids.push(record.id);
        }
    }
    Ok(ids)
}

fn plan(
    view: &View,
    record: &Record,
    used: &Used,
    as_of: Instant,
) -> Result<Option<domain::record::Command>, Error> {
    let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
        return Ok(None);
    };
    let owing = Owing {
        packs: &view.library,
        pack: &view.rules.pack,
        zone: &view.unit.zone,
        codes: &view.codes,
        as_of,
    };
    owing.next(kind, record, used).map_err(|(duty, error)| {
        let error = EvolveError::Clock { duty, error };
        error.refusal().map_or(Error::Evolve(error), |refusal| {
            Error::Refused(vec![refusal])
        })
    })
}

/// Takes what one record is owed, one step after the other.
fn settle(desk: &mut Desk<'_, '_>, id: RecordId, as_of: Instant) -> Result<u64, Error> {
    let view = desk.view();
    let unit: UnitId = view.unit.id;
    let mut steps = 0;
    for _ in 0..MOST {
        let record = record::get(desk.tx, unit, id)?;
        let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
            break;
        };
        let used = beyond::used(desk.tx, view, kind, sweep::conditions(kind), &record, as_of)?;
        let Some(command) = plan(view, &record, &used, as_of)? else {
            break;
        };
        desk.step(id, &command)?;
        steps += 1;
    }
    Ok(steps)
}
