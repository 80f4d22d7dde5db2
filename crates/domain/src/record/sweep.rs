//! What the system owes a record as of an instant: timed transitions, duties that recur, duties that an ended posting starts (S6.6).
//!
//! Planning is pure and says when each thing happened by its own rule, so that a score does not depend on when somebody came to sweep (S8.2):
//! swept twice, nothing happens twice; swept late, everything that was owed is caught up with in its order.

use super::duties::{due_as_of, moment};
use super::entry::{BuiltIn, By};
use super::evolve::Packs;
use super::scope::RecordScope;
use super::{Command, Record, Used};
use crate::clock::ClockError;
use crate::name::Name;
use crate::pack::model::{Every, Kind, Pack, Role, Start};
use crate::recurrence::Recurrence;
use crate::time::{Day, Instant, Moment, Zone};
use crate::value::Data;

/// Whether the system ever owes records of the kind something.
pub fn concerns(kind: &Kind) -> bool {
    kind.duties.iter().any(|duty| {
        duty.on_due.is_some() || matches!(duty.start, Start::Every(_) | Start::PostingEnded)
    })
}

/// Whether the kind's records owe something only once a duty of theirs is due; else any open one may.
pub fn only_when_due(kind: &Kind) -> bool {
    kind.duties
        .iter()
        .all(|duty| matches!(duty.start, Start::Steps(_) | Start::At(_)))
}

/// The first thing owed, by its own time; asked again after it has been done, until nothing is owed.
///
/// # Errors
/// A due time that no calendar covers, with the duty's name.
pub fn next(
    packs: &dyn Packs,
    pack: &Pack,
    kind: &Kind,
    zone: &Zone,
    record: &Record,
    as_of: Instant,
) -> Result<Option<Command>, (Name, ClockError)> {
    if record.doc.void {
        return Ok(None);
    }
    let mut owed: Vec<(Instant, Command)> = Vec::new();
    for todo in &record.doc.todo {
        let Some(duty) = kind.duty(todo.name.as_str()) else {
            continue;
        };
        let Some(step) = duty
            .on_due
            .as_ref()
            .and_then(|name| kind.step(name.as_str()))
        else {
            continue;
        };
        let due = due_as_of(packs, pack, zone, record, duty, todo, Some(as_of))
            .map_err(|error| (todo.name.clone(), error))?;
        let taken = record.doc.times.get(&step.name);
        let admitted = step.from.is_empty() || step.from.contains(&record.state);
        if due.is_late(as_of) && admitted && taken.is_none_or(|at| *at < due.at) {
            // What happened since was recorded before the system came to it: no entry is older than the record.
            let at = due.at.max(record.opened_at);
            let command = Command {
                occurred: Some(Moment::At(at)),
                ..Command::new(step.name.clone(), By::System)
            };
            owed.push((at, command));
        }
    }
    for duty in &kind.duties {
        let on = match &duty.start {
            Start::Every(every) => recurs(every, &duty.name, zone, kind, record, as_of),
            Start::PostingEnded => posting_ended(&duty.name, zone, kind, record, as_of),
            Start::Steps(_) | Start::At(_) => None,
        };
        if let Some(on) = on {
            let change = BuiltIn::Recur {
                duty: duty.name.clone(),
                on,
            };
            owed.push((zone.start_of(on), Command::built_in(change, By::System)));
        }
    }
    owed.sort_by_key(|(at, _)| *at);
    Ok(owed.into_iter().map(|(_, command)| command).next())
}

/// The next day on which the duty recurs and has not opened. Its condition is looked at as the record stands, so days before its last entry are
/// not caught up with, except for the period in which that entry lies.
fn recurs(
    every: &Every,
    duty: &Name,
    zone: &Zone,
    kind: &Kind,
    record: &Record,
    as_of: Instant,
) -> Option<Day> {
    let closed = kind
        .state(record.state.as_str())
        .is_some_and(|state| state.closed);
    let (none, used) = (Data::new(), Used::default());
    let scope = RecordScope::after(Some(record), &none, &used);
    let holds = every
        .while_
        .as_ref()
        .is_none_or(|condition| condition.holds(&scope).unwrap_or(false));
    if closed || !holds {
        return None;
    }
    let rule: Recurrence = every.rrule.parse().ok()?;
    let opened = zone.day_of(record.opened_at);
    let changed = record
        .doc
        .times
        .values()
        .max()
        .map_or(opened, |at| zone.day_of(*at));
    let since = every.period.containing(changed).first();
    let first = match record.doc.recurred.get(duty) {
        Some(last) => last.plus_days(1).max(since),
        None => since,
    };
    // The rhythm counts from the period in which the record was opened.
    let begins = every.period.containing(opened).first();
    let days = rule.days(begins, first, zone.day_of(as_of));
    // One per record and period: a second day of a rhythm within a period opens nothing more.
    let taken = record
        .doc
        .recurred
        .get(duty)
        .map(|day| every.period.containing(*day).first());
    days.into_iter()
        .find(|day| Some(every.period.containing(*day).first()) != taken)
}

/// The last day of a posting that is over.
fn posting_ended(
    duty: &Name,
    zone: &Zone,
    kind: &Kind,
    record: &Record,
    as_of: Instant,
) -> Option<Day> {
    if kind.role != Some(Role::Posting) || record.doc.recurred.contains_key(duty) {
        return None;
    }
    let until = zone.day_of_moment(moment(record.doc.data.get("until")?)?);
    (zone.end_of(until) <= as_of).then_some(until)
}
