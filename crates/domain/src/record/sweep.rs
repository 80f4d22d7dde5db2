//! What the system owes a record as of an instant: timed transitions, duties that recur, duties that an ended posting starts (S6.6).
//!
//! Planning is pure and says when each thing happened by its own rule, so that a score does not depend on when somebody came to sweep (S8.2):
//! swept twice, nothing happens twice; swept late, everything that was owed is caught up with in its order.

use super::duties::{due_as_of, moment};
use super::entry::{BuiltIn, By};
use super::evolve::Packs;
use super::scope::RecordScope;
use super::{Command, Record, Todo, Used, approval};
use crate::calendar::NoCalendarData;
use crate::clock::ClockError;
use crate::expr::Expr;
use crate::name::Name;
use crate::pack::model::{Approval, Every, Kind, Lapse, Pack, Role, Start};
use crate::recurrence::Recurrence;
use crate::time::{Day, Instant, Moment, Zone};
use crate::value::Data;

/// Whether the system ever owes records of the kind something.
pub fn concerns(kind: &Kind) -> bool {
    let lapses =
        |approval: &Approval| approval.lapse == Lapse::Escalate && approval.within.is_some();
    kind.approvals.values().any(lapses)
        || kind.duties.iter().any(|duty| {
            duty.on_due.is_some() || matches!(duty.start, Start::Every(_) | Start::PostingEnded)
        })
}

/// Whether the kind's records owe something only once a duty of theirs is due; else any open one may.
pub fn only_when_due(kind: &Kind) -> bool {
    kind.duties
        .iter()
        .all(|duty| matches!(duty.start, Start::Steps(_) | Start::At(_)))
}

/// The conditions that are asked of a record without a step: what they read elsewhere is looked up for them.
pub fn conditions(kind: &Kind) -> impl Iterator<Item = &Expr> + Clone {
    kind.duties.iter().filter_map(|duty| match &duty.start {
        Start::Every(every) => every.while_.as_ref(),
        _ => None,
    })
}

/// What is looked at to say what records of one unit are owed.
#[derive(Clone, Copy)]
pub struct Owing<'a> {
    pub packs: &'a dyn Packs,
    pub pack: &'a Pack,
    pub zone: &'a Zone,
    /// The codes of the unit and of those above it, for seasons.
    pub codes: &'a [String],
    pub as_of: Instant,
}

impl Owing<'_> {
    /// The first thing owed, by its own time; asked again after it has been done, until nothing is owed. `used` is what [`conditions`] read
    /// elsewhere.
    ///
    /// # Errors
    /// A due time that no calendar covers, with the duty's name.
    pub fn next(
        &self,
        kind: &Kind,
        record: &Record,
        used: &Used,
    ) -> Result<Option<Command>, (Name, ClockError)> {
        if record.doc.void {
            return Ok(None);
        }
        let (zone, as_of) = (self.zone, self.as_of);
        let mut owed: Vec<(Instant, Command)> = Vec::new();
        let due = |todo: &Todo| match kind.duty(todo.name.as_str()) {
            Some(duty) => due_as_of(self.packs, self.pack, zone, record, duty, todo, Some(as_of))
                .map_err(|error| (todo.name.clone(), error)),
            None => Ok(todo.due),
        };
        for todo in &record.doc.todo {
            let step = kind
                .duty(todo.name.as_str())
                .and_then(|duty| kind.step(duty.on_due.as_ref()?.as_str()));
            let Some(step) = step else { continue };
            let due = due(todo)?;
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
        for (at, lapse) in approval::lapsed(self.pack, kind, record, due, as_of)? {
            let command = Command {
                occurred: Some(Moment::At(at)),
                ..Command::built_in(lapse, By::System)
            };
            owed.push((at, command));
        }
        for duty in &kind.duties {
            let on = match &duty.start {
                Start::Every(every) => self
                    .recurs(every, &duty.name, kind, record, used)
                    .map_err(|error| (duty.name.clone(), error.into()))?,
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

    /// The next day on which the duty recurs and has not opened. Its condition is looked at as the record stands, so days before its last entry
    /// are not caught up with, except for the period in which that entry lies.
    fn recurs(
        &self,
        every: &Every,
        duty: &Name,
        kind: &Kind,
        record: &Record,
        used: &Used,
    ) -> Result<Option<Day>, NoCalendarData> {
        let zone = self.zone;
        let closed = kind
            .state(record.state.as_str())
            .is_some_and(|state| state.closed);
        let none = Data::new();
        let scope = RecordScope::after(Some(record), &none, used);
        let holds = every
            .while_
            .as_ref()
            .is_none_or(|condition| condition.holds(&scope).unwrap_or(false));
        let Ok(rule) = every.rrule.parse::<Recurrence>() else {
            return Ok(None);
        };
        if closed || !holds {
            return Ok(None);
        }
        let opened = zone.day_of(record.opened_at);
        let changed = record
            .doc
            .times
            .values()
            .max()
            .map_or(opened, |at| zone.day_of(*at));
        let since = every.period.containing(changed).first();
        let last = record.doc.recurred.get(duty);
        let first = last.map_or(since, |last| last.plus_days(1).max(since));
        // The rhythm counts from the period in which the record was opened.
        let begins = every.period.containing(opened).first();
        // One per record and period: a second day of a rhythm within a period opens nothing more.
        let taken = last.map(|day| every.period.containing(*day).first());
        for day in rule.days(begins, first, zone.day_of(self.as_of)) {
            let new = Some(every.period.containing(day).first()) != taken;
            let admitted = match &every.season {
                Some(season) if new => season.admits(&self.pack.seasons, day, self.codes)?,
                _ => true,
            };
            if new && admitted {
                return Ok(Some(day));
            }
        }
        Ok(None)
    }
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
