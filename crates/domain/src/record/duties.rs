//! Duties of one record: how they start, move, pause, are done and are decided.
//!
//! Everything here is a function of entries; the rules of time are in [`crate::clock`], those of outcomes in
//! [`crate::outcome`], those of holders in [`crate::holder`]. What is asked from outside is looked up once, when the entry is
//! made (`look_up`), and kept in it.

pub use super::standing::{Standing, as_of};

use super::due::{Values, depends_on};
use super::entry::{Entry, Signed, Via};
use super::evolve::judged_from;
use super::scope::RecordScope;
use super::{Decided, Packs, Progress, Record, Todo};
use crate::calendar::SpecialDays;
use crate::clock::{self, Change, Clock, ClockError, Due, Paused, Rule};
use crate::name::Name;
use crate::outcome::{self, DayParts};
use crate::pack::model::{DueSpec, Duty, Kind, Pack, Proof, Start, Then, Until};
use crate::proof::{self, Decision, Limits, Source, Times};
use crate::time::{Instant, Moment, Zone};
use crate::value::{Data, Value};

pub(super) fn instant_of(zone: &Zone, moment: Moment) -> Instant {
    match moment {
        Moment::At(at) => at,
        Moment::On(day) => zone.start_of(day),
    }
}

/// A field's value as a moment.
pub fn moment(value: &Value) -> Option<Moment> {
    let text = value.as_text()?;
    text.parse()
        .map(Moment::On)
        .ok()
        .or_else(|| text.parse().map(Moment::At).ok())
}

/// Changes of the duties of one record by one entry.
pub(super) struct Duties<'a> {
    pub kind: &'a Kind,
    pub pack: &'a Pack,
    /// A duty keeps the hours and days of the pack it opened under (S2.13).
    pub packs: &'a dyn Packs,
    pub zone: &'a Zone,
    pub entry: &'a Entry,
    pub record: &'a mut Record,
    pub decided: Vec<Decided>,
    pub revoked: Vec<Decided>,
}

fn days_of<'p>(packs: &'p dyn Packs, pack: &'p Pack, todo: &Todo) -> &'p SpecialDays {
    &packs
        .pack(todo.days.unwrap_or(todo.pack))
        .unwrap_or(pack)
        .special_days
}

pub fn pauses_of(pack: &Pack, record: &Record, duty: &Duty, as_of: Option<Instant>) -> Vec<Paused> {
    clock::counted(&record.doc.waits, &duty.pauses, as_of, &|cause| {
        pack.causes
            .get(cause)
            .is_some_and(|cause| cause.needs_contact_attempt)
    })
}

pub(super) fn clock_of<'c>(
    packs: &'c dyn Packs,
    pack: &'c Pack,
    zone: &'c Zone,
    duty: &'c Duty,
    todo: &'c Todo,
    pauses: &'c [Paused],
) -> Clock<'c> {
    let opened_under = packs.pack(todo.pack).unwrap_or(pack);
    let hours = duty
        .calendar
        .as_ref()
        .and_then(|name| opened_under.calendars.get(name));
    Clock {
        start: Moment::At(todo.start),
        rule: &todo.rule,
        hours,
        days: days_of(packs, pack, todo),
        zone,
        pauses,
    }
}

/// The due time of a duty to do, a pause that still runs ended at `as_of` (S3.2), or left out.
///
/// # Errors
/// A year without calendar data.
pub fn due_as_of(
    packs: &dyn Packs,
    pack: &Pack,
    zone: &Zone,
    record: &Record,
    duty: &Duty,
    todo: &Todo,
    as_of: Option<Instant>,
) -> Result<Due, ClockError> {
    let pauses = pauses_of(pack, record, duty, as_of);
    clock::due_after_changes(
        &clock_of(packs, pack, zone, duty, todo, &pauses),
        &todo.changes,
    )
}

/// The same with its reasons, line by line.
///
/// # Errors
/// A year without calendar data.
pub fn explain_as_of(
    packs: &dyn Packs,
    pack: &Pack,
    zone: &Zone,
    record: &Record,
    duty: &Duty,
    todo: &Todo,
    as_of: Option<Instant>,
) -> Result<clock::Answer, ClockError> {
    let pauses = pauses_of(pack, record, duty, as_of);
    clock::explain(&clock_of(packs, pack, zone, duty, todo, &pauses))
}

/// A computation of time that failed, with the duty whose it was.
pub type Timed<T> = Result<T, (Name, ClockError)>;

impl Duties<'_> {
    pub(super) fn days(&self, todo: &Todo) -> &SpecialDays {
        days_of(self.packs, self.pack, todo)
    }

    /// The pauses that count for a duty (S3.2); `as_of` ends one that still runs, `None` leaves it out.
    pub(super) fn pauses(&self, duty: &Duty, as_of: Option<Instant>) -> Vec<Paused> {
        pauses_of(self.pack, self.record, duty, as_of)
    }

    pub(super) fn clock<'c>(
        &'c self,
        duty: &'c Duty,
        todo: &'c Todo,
        pauses: &'c [Paused],
    ) -> Clock<'c> {
        clock_of(self.packs, self.pack, self.zone, duty, todo, pauses)
    }

    /// The due time with all pauses up to `as_of`.
    pub(super) fn due_of(&self, todo: &Todo, duty: &Duty, as_of: Option<Instant>) -> Timed<Due> {
        due_as_of(
            self.packs,
            self.pack,
            self.zone,
            self.record,
            duty,
            todo,
            as_of,
        )
        .map_err(|error| (todo.name.clone(), error))
    }

    /// Recomputes the due time of what is to do once a wait for the cause has ended (S3).
    pub(super) fn recompute(&mut self, cause: &Name) -> Timed<()> {
        for index in 0..self.record.doc.todo.len() {
            let todo = &self.record.doc.todo[index];
            if let Some(duty) = self.kind.duty(todo.name.as_str())
                && duty.pauses.contains(cause)
            {
                let due = self.due_of(todo, duty, None)?;
                self.record.doc.todo[index].due = due;
            }
        }
        Ok(())
    }

    /// A tighter limit when a choice changed (S2.10), or another time that the record states (S2.9): it counts from when it was
    /// recorded, and rescues no duty that is already late.
    pub(super) fn fields_changed(&mut self, changed: &[Name]) -> Timed<()> {
        let now = judged_from(self.entry);
        for index in 0..self.record.doc.todo.len() {
            let todo = &self.record.doc.todo[index];
            let Some(duty) = self.kind.duty(todo.name.as_str()) else {
                continue;
            };
            if !changed.iter().any(|field| depends_on(&duty.due, field)) || todo.due.is_late(now) {
                continue;
            }
            let values = Values {
                pack: self.packs.pack(todo.pack).unwrap_or(self.pack),
                data: &self.record.doc.data,
                used: &self.entry.used,
            };
            let Some(rule) = values.rule(&duty.due) else {
                continue;
            };
            let mut moved = todo.clone();
            match &duty.due {
                DueSpec::Within { .. } => moved.changes.push(Change {
                    recorded_at: now,
                    rule,
                }),
                _ => moved.rule = rule,
            }
            moved.due = self.due_of(&moved, duty, None)?;
            self.record.doc.todo[index] = moved;
        }
        Ok(())
    }

    /// Outcomes reached by steps that this one undoes are revoked within their time; the clock runs on from its first start
    /// (S4.9). Of what is to do, the undone steps no longer count.
    pub(super) fn undo(&mut self, undone: &[Name]) -> Timed<()> {
        let at = judged_from(self.entry);
        for decided in std::mem::take(&mut self.record.doc.standing) {
            let Some(duty) = self.kind.duty(decided.name.as_str()) else {
                continue;
            };
            let (Some(stands), Some(done), Some(was)) =
                (duty.stands, decided.done_at, decided.was.clone())
            else {
                continue;
            };
            let until = clock::ends(done, stands, self.days(&was), self.zone)
                .map_err(|error| (decided.name.clone(), error))?;
            if !until.allows(at) {
                continue;
            }
            if duty.until.iter().any(|until| undone.contains(&until.step)) {
                self.revoke(decided)?;
            } else {
                self.record.doc.standing.push(decided);
            }
        }
        if !undone.is_empty() {
            for todo in &mut self.record.doc.todo {
                todo.progress
                    .retain(|progress| !undone.contains(&progress.step));
            }
        }
        Ok(())
    }

    /// Duties that the step does, or helps to do.
    pub(super) fn done(&mut self) -> Timed<()> {
        let list = std::mem::take(&mut self.record.doc.todo);
        let starts: Vec<(Name, Instant)> = list
            .iter()
            .map(|todo| (todo.name.clone(), todo.start))
            .collect();
        for mut item in list {
            let duty = self.kind.duty(item.name.as_str());
            let Some((duty, until)) = duty.and_then(|duty| Some((duty, self.until(duty)?))) else {
                self.record.doc.todo.push(item);
                continue;
            };
            let when = self.deciding(duty, &item.rule);
            // Of a duty that recurs, a step counts for the period in which it was taken and for no other (S6.6).
            let of_another = matches!(duty.start, Start::Every(_))
                && (when.at < item.start
                    || starts.iter().any(|(name, start)| {
                        *name == item.name && item.start < *start && *start <= when.at
                    }));
            if of_another || item.not_before.is_some_and(|opens| when.at < opens) {
                self.record.doc.todo.push(item);
                continue;
            }
            item.progress.push(Progress {
                step: until.step.clone(),
                at: when.at,
            });
            let times: Vec<Instant> = item
                .progress
                .iter()
                .filter(|progress| progress.step == until.step)
                .map(|progress| progress.at)
                .collect();
            let reached = outcome::reached_at(
                &times,
                until.times,
                until.distinct,
                &DayParts::default(),
                self.zone,
            );
            match (reached, until.then) {
                (None, _) => self.record.doc.todo.push(item),
                (Some(at), Then::Done) => {
                    self.settle(item, duty, Ending::Done(Decision { at, ..when }))?;
                }
                (Some(at), Then::Exempt) => self.settle(item, duty, Ending::Exempt(at))?,
            }
        }
        Ok(())
    }

    /// The way, if any, in which the entry's step does the duty.
    fn until<'d>(&self, duty: &'d Duty) -> Option<&'d Until> {
        let none = Data::new();
        let scope = RecordScope::after(Some(self.record), &none, &self.entry.used);
        let holds = |until: &&Until| {
            until
                .when
                .as_ref()
                .is_none_or(|when| when.holds(&scope).unwrap_or(false))
        };
        duty.until
            .iter()
            .filter(|until| until.step == self.entry.step)
            .find(holds)
    }

    /// The time of the entry that decides for this duty (S4.6).
    pub(super) fn deciding(&self, duty: &Duty, rule: &Rule) -> Decision {
        decide_time(self.entry, duty.proof, rule.by_days(), self.zone)
    }
    /// The reason of duties has ceased (S4.5). What was due before stays missed, and without a second word everything stays to do.
    pub(super) fn withdraw(
        &mut self,
        applies: impl Fn(&Name) -> bool,
        confirmed: bool,
    ) -> Timed<()> {
        let at = judged_from(self.entry);
        for item in std::mem::take(&mut self.record.doc.todo) {
            match self.kind.duty(item.name.as_str()) {
                Some(duty) if confirmed && applies(&item.name) => {
                    self.settle(item, duty, Ending::Ceased(at))?;
                }
                _ => self.record.doc.todo.push(item),
            }
        }
        Ok(())
    }

    /// Somebody decided that a duty does not count and need not be done (S4.3).
    pub(super) fn fall_away(&mut self, index: usize, at: Instant) -> Timed<()> {
        let item = self.record.doc.todo.remove(index);
        match self.kind.duty(item.name.as_str()) {
            Some(duty) => self.settle(item, duty, Ending::FallsAway(at)),
            None => Ok(()),
        }
    }
}

/// How a duty ends.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    Done(Decision),
    Exempt(Instant),
    Ceased(Instant),
    FallsAway(Instant),
}

impl Ending {
    pub(super) fn at(self) -> Instant {
        match self {
            Self::Done(decision) => decision.at,
            Self::Exempt(at) | Self::Ceased(at) | Self::FallsAway(at) => at,
        }
    }
}
/// The time of an entry that decides under a proof (S4.6–S4.8).
pub fn decide_time(entry: &Entry, proof: Proof, by_days: bool, zone: &Zone) -> Decision {
    let counterpart = entry
        .signatures
        .iter()
        .filter(|signature| signature.how == Signed::OwnSession)
        .map(|signature| signature.at)
        .min();
    let from = match entry.via {
        Via::Import => Source::Import,
        Via::Paper if entry.used.outage => Source::Outage,
        _ => Source::Live,
    };
    let confirmed = match entry.occurred {
        Some(Moment::At(at)) if entry.confirmed || entry.is_timed() => Some(at),
        _ => None,
    };
    let times = Times {
        recorded_at: entry.recorded_at,
        occurred: entry.occurred,
        device: entry.device,
        counterpart,
        confirmed,
        from,
    };
    proof::decide(proof, &times, by_days, &Limits::default(), zone)
}
