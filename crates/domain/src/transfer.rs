//! Moving a record to another unit (S9.3).
//!
//! No transaction spans two units, so a transfer is two halves that are taken apart: the record is closed here, and a message opens it there
//! with its times and duties and a link both ways. What goes along is decided here; who sends the message is not.

use crate::holder::{Held, Holder};
use crate::record::entry::Arrival;
use crate::record::{BuiltIn, Place, Record};
use crate::time::Instant;

/// Both halves of a transfer of a record that goes to `to` at `at`: what closes it here, and what opens it there. The duties keep start, rule
/// and waits, hence their due times; each reaches the new unit at `at`, which is a hand-over (S5.4): the unit holds it until its own roster
/// finds somebody.
pub fn transfer(record: &Record, to: Place, at: Instant) -> (BuiltIn, Arrival) {
    let from = Place {
        unit: record.unit,
        record: record.id,
    };
    let doc = &record.doc;
    let mut todo = doc.todo.clone();
    for duty in &mut todo {
        duty.held.push(Held {
            holder: Holder::Unit,
            from: at,
        });
    }
    let arrival = Arrival {
        from,
        state: record.state.clone(),
        opened_at: record.opened_at,
        creator: doc.creator,
        times: doc.times.clone(),
        waits: doc.waits.clone(),
        todo,
        occurrences: doc.occurrences.clone(),
        facts: doc.facts.clone(),
        chains: doc.chains.clone(),
        chain: doc.chain.clone(),
    };
    (BuiltIn::Depart { to }, arrival)
}
