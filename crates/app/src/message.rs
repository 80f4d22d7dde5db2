//! Messages between units: put down with the step that sends them, delivered by whoever sweeps, by a transaction of the unit that they go to.
//!
//! At least once is as good as once: what a message opens has the message's id, and what it steps has it as its key.

use crate::access::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::office::Office;
use crate::sweep::Swept;
use crate::work;
use domain::id::UnitId;
use domain::message::{Asked, Message, Outgoing};
use domain::record::refusal::Code;
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use store::job::Claimed;
use store::{Lane, Tx, job};

/// The kind of work that a message is.
pub const KIND: &str = "message";

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
        let came = work::each(office, unit.id, KIND, as_of, |job| receive(office, job))?;
        swept.delivered += came.done;
        swept.refused.extend(came.failed);
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
