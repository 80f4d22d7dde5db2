//! Messages between units: put down with the step that sends them, delivered by whoever sweeps, by a transaction of the unit that they go to.
//!
//! At least once is as good as once: what a message opens has the message's id, and what it steps has it as its key.

use crate::access::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::office::Office;
use crate::sweep::Swept;
use domain::access::own_work;
use domain::id::UnitId;
use domain::message::{Asked, Message, Outgoing};
use domain::record::refusal::Code;
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use store::job::Claimed;
use store::{Lane, Tx, job};

/// The kind of work that a message is.
pub const KIND: &str = "message";
/// Messages claimed at once.
const BATCH: i64 = 50;
/// How long whoever claims a message has for it: 5 minutes.
const LEASE: i64 = 300_000_000;
/// The first wait after a failure, doubled with each: 30 seconds.
const WAIT: i64 = 30_000_000;
/// A message that has failed so often is dead: an operator sees it, and why.
const MOST: i64 = 12;

#[derive(Serialize, Deserialize)]
struct Addressed {
    to: UnitId,
    message: Message,
}

/// Puts a message into its sender's outbox, in the sender's transaction.
pub(crate) fn enqueue(
    tx: &mut Tx<'_>,
    outgoing: &Outgoing,
    at: Instant,
) -> Result<(), store::Error> {
    let message = &outgoing.message;
    let doc = Addressed {
        to: outgoing.to,
        message: message.clone(),
    };
    job::enqueue(tx, message.from.unit, message.id, KIND, &doc, at)
}

/// Delivers what has been sent, in every unit.
///
/// # Errors
/// A database that cannot be read or written; what a unit refuses is in `swept`, and is tried again later.
pub(crate) fn deliver(office: &Office, as_of: Instant, swept: &mut Swept) -> Result<(), Error> {
    for unit in office.units()? {
        loop {
            let lease = as_of.plus_micros(LEASE);
            let claimed = office.write(&own_work(), Lane::Bulk, move |tx| {
                job::claim(tx, unit.id, KIND, as_of, lease, BATCH)
            })?;
            if claimed.is_empty() {
                break;
            }
            for job in claimed {
                let arrived = receive(office, &job);
                let again = as_of.plus_micros(WAIT << job.attempts.clamp(1, 20));
                let dead = job.attempts >= MOST;
                if let Err(error) = &arrived {
                    swept.refused.push(format!("{}: {error}", job.id));
                } else {
                    swept.delivered += 1;
                }
                office.write(&own_work(), Lane::Bulk, move |tx| match &arrived {
                    Ok(()) => job::done(tx, &job),
                    Err(error) => {
                        job::failed(tx, &job, (!dead).then_some(again), &error.to_string())
                    }
                })?;
            }
        }
    }
    Ok(())
}

/// Does what a message asks, in the unit that it goes to.
fn receive(office: &Office, job: &Claimed) -> Result<(), Error> {
    let Addressed { to, message } = job.doc()?;
    let done = office.at(
        &Actor::system(),
        to,
        Lane::Bulk,
        move |desk: &mut Desk<'_, '_>| {
            let command = message.command();
            match &message.asks {
                Asked::Open(kind) => desk.open(kind, Some(message.id), &command),
                Asked::Step(record, _) => desk.step(*record, &command),
            }
            .map(|_| ())
        },
    );
    match done {
        // It had arrived before.
        Err(Error::Refused(reasons))
            if reasons
                .iter()
                .any(|reason| reason.code == Code::RecordExists) =>
        {
            Ok(())
        }
        done => done,
    }
}
