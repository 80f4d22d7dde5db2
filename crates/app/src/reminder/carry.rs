//! What carries reminders beyond the program: an interface, behind which stand mail and the company's own program.
//!
//! Each way is work of its own, so that one that fails keeps no other back. Whoever has read a reminder meanwhile is not sent it any more. It
//! is carried at least once, under an id by which a receiver knows it again.

use super::{About, text, told};
use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use crate::work;
use domain::id::{MemberId, RecordId};
use domain::name::Text;
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::job::Claimed;
use store::reminder;

/// How a reminder leaves the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Mail,
    /// To a program of the company's, over HTTP.
    Post,
}

impl Way {
    pub const ALL: [Self; 2] = [Self::Mail, Self::Post];
    /// The kind of work that it is.
    pub fn job(self) -> &'static str {
        match self {
            Self::Mail => "reminder-mail",
            Self::Post => "reminder-post",
        }
    }
}

/// Which reminder is to be carried.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Parcel {
    pub member: MemberId,
    pub reminder: RecordId,
}

/// A reminder that leaves the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The same however often it is sent.
    pub id: RecordId,
    pub member: MemberId,
    /// Where mail reaches him, if he has said so.
    pub address: Option<String>,
    pub why: &'static str,
    /// Code of the unit.
    pub unit: String,
    /// The duty that it is about, if it is about one.
    pub duty: Option<LetterDuty>,
    pub text: Text,
    pub sent_at: Instant,
}

/// A duty's record and when it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterDuty {
    pub record: RecordId,
    pub number: String,
    pub due_at: String,
}

/// Carries letters one way.
pub trait Carrier: Send + Sync {
    fn way(&self) -> Way;
    /// Hands one over.
    ///
    /// # Errors
    /// Why not, without addresses and words: it is kept and shown to the administrator.
    fn carry(&self, letter: &Letter) -> Result<(), String>;
}

/// Carries what waits in every unit; how many letters left. Ways that nobody carries drop what was put down for them.
///
/// # Errors
/// A database that cannot be read or written; what was not taken is tried again later.
pub fn carry(office: &Office, carriers: &[Arc<dyn Carrier>], as_of: Instant) -> Result<u64, Error> {
    let mut left = 0;
    for unit in office.units()? {
        for way in Way::ALL {
            let Some(carrier) = carriers.iter().find(|carrier| carrier.way() == way) else {
                work::forget(office, unit.id, way.job(), as_of)?;
                continue;
            };
            work::each(office, unit.id, way.job(), as_of, |job| {
                let view = office.view(unit.id).map_err(|error| error.to_string())?;
                let letter = letter(office, &view, job).map_err(|error| error.to_string())?;
                let Some(letter) =
                    letter.filter(|letter| way != Way::Mail || letter.address.is_some())
                else {
                    return Ok(());
                };
                carrier.carry(&letter)?;
                left += 1;
                Ok::<_, String>(())
            })?;
        }
    }
    Ok(left)
}

/// What nobody carried for so long is news no more: 3 days.
const STALE: i64 = 3 * 86_400_000_000;

/// `None`: he has read it, it is gone, or it has been so for long.
fn letter(office: &Office, view: &View, job: &Claimed) -> Result<Option<Letter>, Error> {
    let parcel: Parcel = job.doc()?;
    let now = office.clock().now();
    let whose = (view.unit.id, parcel.member);
    let (found, address) = office.read(|tx| {
        let found = reminder::list::<About>(tx, whose, Some(parcel.reminder), true, 1)?;
        Ok::<_, store::Error>((found, reminder::mailbox(tx, parcel.member.into())?))
    })?;
    let found = found.into_iter().next();
    let found = found.filter(|reminder| now.since(reminder.at) <= STALE);
    Ok(found.map(|reminder| {
        let told = told(view, reminder);
        let about = &told.reminder.doc;
        Letter {
            id: told.reminder.id,
            member: told.reminder.member,
            address,
            why: about.why(),
            unit: told.unit.clone(),
            duty: match (about, &told.due_at) {
                (About::Duty(duty), Some(due_at)) => Some(LetterDuty {
                    record: duty.record,
                    number: duty.number.clone(),
                    due_at: due_at.clone(),
                }),
                _ => None,
            },
            text: text(view, about),
            sent_at: now,
        }
    }))
}
