//! Moving a record to another unit (转移, S9.3): one entry closes it here, another opens it there, and no transaction spans the two.
//!
//! What goes along is a job of the unit that it leaves, written in the transaction of the closing entry and delivered once: the record there
//! has the id that the closing entry names, so a second delivery finds it and changes nothing.

use crate::access::Actor;
use crate::desk::Taken;
use crate::error::Error;
use crate::office::Office;
use crate::privacy::tokens_in;
use crate::work;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::entry::Arrival;
use domain::record::{BuiltIn, By, Command, Place, Tokens};
use domain::time::Instant;
use domain::value::Data;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::job::Claimed;
use store::{Lane, job, record};

/// The jobs that carry records.
pub const KIND: &str = "transfer";

/// A record on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Message {
    to: Place,
    kind: Name,
    reason: String,
    data: Data,
    links: BTreeMap<Name, RecordId>,
    arrival: Arrival,
}

/// Sends a record to another unit, where it is opened at once; if that fails, by the next [`deliver`].
///
/// # Errors
/// `Refused`: the same unit, no reason, moved already; `NotFound`: no such record or unit.
pub fn transfer(
    office: &Office,
    actor: &Actor,
    (unit, id): (UnitId, RecordId),
    to: UnitId,
    reason: &str,
) -> Result<Taken, Error> {
    if office.units()?.iter().all(|unit| unit.id != to) {
        return Err(Error::NotFound);
    }
    let to = Place {
        unit: to,
        record: office.clock().record_id(),
    };
    let (by, why) = (actor.by(), reason.to_owned());
    let taken = office.at(actor, unit, Lane::Interactive, move |desk| {
        let record = record::get(desk.tx, unit, id)?;
        let (closing, arrival) = domain::transfer::transfer(&record, to, desk.now());
        let command = Command {
            reason: Some(why.clone()),
            kept: true,
            ..Command::built_in(closing, by.clone())
        };
        let taken = desk.step(id, &command)?;
        let message = Message {
            to,
            kind: record.kind.clone(),
            reason: why.clone(),
            data: record.doc.data.clone(),
            links: record.doc.links.clone(),
            arrival,
        };
        job::enqueue(desk.tx, unit, to.record, KIND, &message, desk.now())?;
        Ok(taken)
    })?;
    deliver(office, unit, office.clock().now())?;
    Ok(taken)
}

/// Delivers what is due of a unit's transfers; how many arrived. What fails is tried again later.
///
/// # Errors
/// A database that cannot be read or written.
pub fn deliver(office: &Office, unit: UnitId, now: Instant) -> Result<u64, Error> {
    work::each(office, unit, KIND, now, |job| arrive(office, job)).map(|came| came.done)
}

fn arrive(office: &Office, job: &Claimed) -> Result<(), Error> {
    let message: Message = job.doc()?;
    let to = message.to;
    let tokens = match office.view(to.unit)?.rules.pack.kinds.get(&message.kind) {
        Some(kind) => tokens_in(office, to.unit, kind, &message.data)?,
        None => Tokens::default(),
    };
    office.at(&Actor::system(), to.unit, Lane::Bulk, move |desk| {
        if record::optional(desk.tx, to.unit, to.record)?.is_some() {
            return Ok(());
        }
        // A link into the unit that it left leads nowhere here; the closing entry there still says where it led.
        let mut links = BTreeMap::new();
        for (name, id) in &message.links {
            if desk.linked(*id, false)?.is_some() {
                links.insert(name.clone(), *id);
            }
        }
        let command = Command {
            reason: Some(message.reason.clone()),
            data: message.data.clone(),
            links,
            kept: true,
            tokens: tokens.clone(),
            cause: Some(message.arrival.from.record),
            ..Command::built_in(
                BuiltIn::Arrive(Box::new(message.arrival.clone())),
                By::System,
            )
        };
        desk.open(&message.kind, Some(to.record), &command)
            .map(|_| ())
    })
}
