//! What the system owes a record as of an instant: timed transitions, duties that recur, duties that an ended posting starts (S6.6).
//!
//! Planning is pure and says when each thing happened by its own rule, so that a score does not depend on when somebody came to sweep (S8.2):
//! swept twice, nothing happens twice; swept late, everything that was owed is caught up with in its order.

use super::command::today;
use super::duties::{due_as_of, moment};
use super::entry::{BuiltIn, By};
use super::evolve::Packs;
use super::scope::RecordScope;
use super::{Command, Needs, Record, Todo, Used, approval};
use crate::calendar::NoCalendarData;
use crate::clock::ClockError;
use crate::expr::Expr;
use crate::name::Name;
use crate::pack::model::{Approval, Duty, Every, Kind, Lapse, Pack, Role, Start, Step};
use crate::time::{Day, Instant, Moment, Zone};
use crate::value::Data;

/// Days ahead of which the next one of a rhythm is looked for; after them it is looked for again.
const FARTHEST: i64 = 800;

/// Whether the system ever owes records of the kind something.
pub fn concerns(kind: &Kind) -> bool {
    let lapses =
        |approval: &Approval| approval.lapse == Lapse::Escalate && approval.within.is_some();
    kind.approvals.values().any(lapses)
        || kind.duties.iter().any(|duty| {
            duty.on_due.is_some() || matches!(duty.start, Start::Every(_) | Start::PostingEnded)
        })
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
            if due.is_late(as_of) && admits(step, record) && taken.is_none_or(|at| *at < due.at) {
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
                Start::PostingEnded => posted_until(&duty.name, zone, kind, record)
                    .filter(|until| zone.end_of(*until) <= as_of),
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
        if closed(kind, record) || !holds(every, record, used) {
            return Ok(None);
        }
        let last = self.zone.day_of(self.as_of);
        for day in days(every, duty, record, self.zone, last) {
            if every.days.admit(self.pack, day, self.codes)? {
                return Ok(Some(day));
            }
        }
        Ok(None)
    }
}

/// The instant before which [`Owing::next`] owes the record nothing, whatever is looked up elsewhere; `None`: nothing before the record changes.
/// It follows from the record, the pack and the zone alone, so that it can be kept with the record and be asked for instead of the record. A
/// duty that was missed and never done stays to do for good (S4.1): what it led to has happened, so it counts here no more.
pub fn owes_at(pack: &Pack, kind: &Kind, record: &Record, zone: &Zone) -> Option<Instant> {
    if record.doc.void {
        return None;
    }
    // A running pause only puts off what is due (S3.2): the time without it is never too late.
    let steps = record.doc.todo.iter().filter_map(|todo| {
        let step = kind.step(kind.duty(todo.name.as_str())?.on_due.as_ref()?.as_str())?;
        let waits = record.doc.waits.iter().any(|wait| wait.left.is_none());
        let taken = record.doc.times.get(&step.name);
        let taken = taken.is_some_and(|at| *at >= todo.due.at) && !waits;
        (admits(step, record) && !taken).then_some(todo.due.at)
    });
    let stages = approval::pending(pack, kind, record).map(|pending| pending.todo.due.at);
    let starts = kind
        .duties
        .iter()
        .filter_map(|duty| starts_at(pack, kind, duty, record, zone));
    steps.chain(stages).chain(starts).min()
}

/// Before it the duty neither recurs for the record nor is started by the end of a posting.
fn starts_at(
    pack: &Pack,
    kind: &Kind,
    duty: &Duty,
    record: &Record,
    zone: &Zone,
) -> Option<Instant> {
    match &duty.start {
        Start::Every(every) => {
            let alone = every.alone.get_or_init(|| {
                let condition = || every.while_.iter();
                Needs::of(kind, condition()) == Needs::default()
                    && today(condition(), Day::RHYTHM).is_none()
            });
            // Seasons are left aside, since their years may be added later.
            if closed(kind, record) || (*alone && !holds(every, record, &Used::default())) {
                return None;
            }
            let last = zone.day_of(record.opened_at.max(changed_at(record)));
            let last = record
                .doc
                .recurred
                .get(&duty.name)
                .map_or(last, |day| last.max(*day));
            let last = last.plus_days(FARTHEST);
            // A year without data is looked at when it has come, for its error (S2.14).
            let day = days(every, &duty.name, record, zone, last)
                .find(|day| every.days.of_kind(pack, *day).unwrap_or(true));
            Some(zone.start_of(day.unwrap_or(last)))
        }
        Start::PostingEnded => Some(zone.end_of(posted_until(&duty.name, zone, kind, record)?)),
        Start::Steps(_) | Start::At(_) => None,
    }
}

fn admits(step: &Step, record: &Record) -> bool {
    step.from.is_empty() || step.from.contains(&record.state)
}

fn closed(kind: &Kind, record: &Record) -> bool {
    kind.state(record.state.as_str())
        .is_some_and(|state| state.closed)
}

fn holds(every: &Every, record: &Record, used: &Used) -> bool {
    let none = Data::new();
    let scope = RecordScope::after(Some(record), &none, used);
    every
        .while_
        .as_ref()
        .is_none_or(|condition| condition.holds(&scope).unwrap_or(false))
}

fn changed_at(record: &Record) -> Instant {
    let last = record.doc.times.values().max();
    last.copied().unwrap_or(record.opened_at)
}

/// The days up to `last` on which a duty recurs and has not opened: none before the period of the record's last entry, none in a period in which
/// it has opened.
fn days(
    every: &Every,
    duty: &Name,
    record: &Record,
    zone: &Zone,
    last: Day,
) -> impl Iterator<Item = Day> {
    let begin_of = |day: Day| every.period.containing(day).first();
    let since = begin_of(zone.day_of(changed_at(record)));
    let opened = record.doc.recurred.get(duty);
    let first = opened.map_or(since, |opened| opened.plus_days(1).max(since));
    // The rhythm counts from the period in which the record was opened.
    let begins = begin_of(zone.day_of(record.opened_at));
    // One per record and period: a second day of a rhythm within a period opens nothing more.
    let taken = opened.map(|day| begin_of(*day));
    every
        .rule
        .days(begins, first, last)
        .filter(move |day| Some(begin_of(*day)) != taken)
}

/// The last day of a posting whose end has started nothing yet.
fn posted_until(duty: &Name, zone: &Zone, kind: &Kind, record: &Record) -> Option<Day> {
    if kind.role != Some(Role::Posting) || record.doc.recurred.contains_key(duty) {
        return None;
    }
    Some(zone.day_of_moment(moment(record.doc.data.get("until")?)?))
}
