//! Moving a record to another unit (S9.3).
//!
//! No transaction spans two units, so a transfer is two halves that are taken apart: the record is closed here, and a message opens it there
//! with its times and duties and a link both ways. What goes along is decided here; who sends the message is not.

use crate::clock::{Due, Rule, Wait};
use crate::holder::{Held, Holder};
use crate::id::{RecordId, UnitId};
use crate::name::Name;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A duty to do on its way: all that its due time and its judgement depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    pub name: Name,
    pub start: Instant,
    pub rule: Rule,
    pub due: Due,
    pub waits: Vec<Wait>,
    pub held: Vec<Held>,
}

/// The half that closes the record where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub at: Instant,
    pub to: UnitId,
    pub successor: RecordId,
}

/// The half that opens it where it goes: the message from one unit to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub from: UnitId,
    pub predecessor: RecordId,
    /// When the record was first opened; it is never younger for having moved.
    pub opened_at: Instant,
    pub duties: Vec<Carried>,
}

/// Both halves of a transfer. The duties keep start, rule and waits, hence their due times; each reaches the new unit at `at`, which is a
/// hand-over (S5.4): the unit holds it until its own roster finds somebody.
pub fn transfer(
    (from, record): (UnitId, RecordId),
    (to, successor): (UnitId, RecordId),
    opened_at: Instant,
    at: Instant,
    mut duties: Vec<Carried>,
) -> (Closing, Opening) {
    for duty in &mut duties {
        duty.held.push(Held {
            holder: Holder::Unit,
            from: at,
        });
    }
    let closing = Closing { at, to, successor };
    let opening = Opening {
        from,
        predecessor: record,
        opened_at,
        duties,
    };
    (closing, opening)
}
