//! Records as people ask for them: lists, one with what can be done about it now, its journal, the way a clock was computed.
//!
//! Reading changes nothing and remembers nothing. What is private is replaced here by what the caller sees of it, so that nobody
//! can forget to.

mod ask;
mod clock;
mod duties;
mod figures;
mod list;
mod offline;
mod read;
mod steps;
mod write;

pub use ask::{Signing, StepAsked};
pub use clock::{Clocks, Stretch, clocks};
pub use duties::{DutyAsked, DutyPage, DutyState, DutyTold, Which, duties};
pub use figures::{Figure, FiguresAsked, figures};
pub(crate) use list::wanted;
pub use list::{Asked, Open, Page, counts, list, rows};
pub use offline::{NotApplied, not_applied, settle};
pub(crate) use read::called;
pub use read::{Journal, Paused, Running, Whole, journal, running, whole};
pub use steps::{Listed, Possible, possible};
pub use write::{BatchItem, Written, batch, open, step, version};

pub use store::list::{Brief, BriefTodo, Sort};

use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use domain::id::RecordId;
use store::{Tx, record};

/// The record of a number or an id.
///
/// # Errors
/// `NotFound`.
pub fn named(office: &Office, view: &View, text: &str) -> Result<RecordId, Error> {
    office.read(|tx| id_of(tx, view, text))
}

/// As [`named`], within a transaction.
fn id_of(tx: &mut Tx<'_>, view: &View, text: &str) -> Result<RecordId, Error> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => record::by_number(tx, view.unit.id, text)?.ok_or(Error::NotFound),
    }
}

/// Whether a unit holds a record of that id.
///
/// # Errors
/// A database that cannot be read.
pub fn is_there(office: &Office, view: &View, id: RecordId) -> Result<bool, Error> {
    let found = office.read(|tx| record::named(tx, view.unit.id, id))?;
    Ok(found.is_some())
}
