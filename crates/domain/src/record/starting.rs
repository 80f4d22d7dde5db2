//! How duties of a record begin, pass to another and come back.

use super::due::Values;
use super::duties::{Duties, Ending, Timed, instant_of};
use super::evolve::judged_from;
use super::scope::RecordScope;
use super::{Decided, Todo, look_up};
use crate::clock::{self, Clock, Rule};
use crate::holder::{Held, Holder};
use crate::name::Name;
use crate::outcome::{self, Repeat};
use crate::pack::model::{DueSpec, Duty, Start};
use crate::time::{Day, Instant};
use crate::value::Data;

impl Duties<'_> {
    /// Duties that the step starts; `changed` are the fields whose value it changed.
    pub(super) fn start(&mut self, changed: &[Name]) -> Timed<()> {
        let kind = self.kind;
        let opening = self.entry.opens.is_some();
        for duty in &kind.duties {
            let starts = match &duty.start {
                Start::Steps(steps) => steps.contains(&self.entry.step),
                // The time that was first stated decides; a later one moves the duty that is to do (S2.7, S2.9).
                Start::At(field) => {
                    (opening || changed.contains(field))
                        && !self.record.doc.occurrences.contains_key(&duty.name)
                }
                Start::Every(_) | Start::PostingEnded => false,
            };
            if !starts || !self.applies(duty) {
                continue;
            }
            let values = self.values();
            let Some(rule) = values.rule(&duty.due) else {
                continue;
            };
            let start = match &duty.start {
                Start::At(field) => match values.moment(field) {
                    Some(moment) => instant_of(self.zone, moment),
                    None => continue,
                },
                _ => self.deciding(duty, &rule).at,
            };
            self.begin(duty, start, rule)?;
        }
        Ok(())
    }

    fn applies(&self, duty: &Duty) -> bool {
        let none = Data::new();
        let scope = RecordScope::after(Some(self.record), &none, &self.entry.used);
        duty.when
            .as_ref()
            .is_none_or(|when| when.holds(&scope).unwrap_or(false))
    }

    pub(super) fn values(&self) -> Values<'_> {
        Values {
            pack: self.pack,
            data: &self.record.doc.data,
            used: &self.entry.used,
        }
    }

    /// An occurrence for a day: of a duty that recurs, due at its period's end unless it says otherwise, or of one that an ended posting
    /// starts. The occurrence before it that is late ceases with its own period: it stays missed, and there is nothing left to do (S6.6).
    pub(super) fn recur(&mut self, name: &Name, on: Day) -> Timed<()> {
        let Some(duty) = self.kind.duty(name.as_str()) else {
            return Ok(());
        };
        self.record.doc.recurred.insert(name.clone(), on);
        let (start, window) = match &duty.start {
            Start::Every(every) => (self.zone.start_of(on), Some(every.period.containing(on))),
            _ => (self.zone.end_of(on), None),
        };
        if window.is_some() {
            for item in std::mem::take(&mut self.record.doc.todo) {
                if item.name == *name && item.due.is_late(start) {
                    self.settle(item, duty, Ending::Ceased(start))?;
                } else {
                    self.record.doc.todo.push(item);
                }
            }
        }
        if !self.applies(duty) {
            return Ok(());
        }
        let rule = match (&duty.due, window) {
            (DueSpec::PeriodEnd, Some(window)) => Some(Rule::ByDay(window.last())),
            _ => self.values().rule(&duty.due),
        };
        match rule {
            Some(rule) => self.begin(duty, start.max(self.record.opened_at), rule),
            None => Ok(()),
        }
    }

    pub(super) fn begin(&mut self, duty: &Duty, start: Instant, rule: Rule) -> Timed<()> {
        let opens = duty
            .not_before
            .as_ref()
            .and_then(|due| self.values().rule(due));
        let holder = self.entry.used.holders.get(&duty.name).cloned();
        let mut todo = Todo::new(duty.name.clone(), start, rule, self.entry);
        todo.held.push(Held {
            holder: holder.unwrap_or(Holder::Unit),
            from: start,
        });
        let failed = |error| (duty.name.clone(), error);
        todo.due = clock::due(&self.clock(duty, &todo, &[])).map_err(failed)?;
        if let Some(rule) = &opens {
            let opens = clock::opens(&Clock {
                rule,
                ..self.clock(duty, &todo, &[])
            });
            todo.not_before = Some(opens.map_err(failed)?);
        }
        let running = self
            .record
            .doc
            .todo
            .iter()
            .any(|other| other.name == duty.name);
        match outcome::on_start(duty.on_repeat, running) {
            Repeat::Keep => return Ok(()),
            Repeat::Open => {}
            Repeat::Supersede => self.withdraw(|name| *name == duty.name, true)?,
        }
        self.put(todo);
        Ok(())
    }

    /// Numbers a duty and puts it on the list.
    pub(super) fn put(&mut self, mut todo: Todo) {
        let count = self
            .record
            .doc
            .occurrences
            .entry(todo.name.clone())
            .or_insert(0);
        *count += 1;
        todo.occurrence = *count;
        self.record.doc.todo.push(todo);
    }

    /// Duties to do follow the member, team or place that the step has filled in (S5.1, S5.4).
    pub(super) fn pass_on(&mut self, changed: &[Name]) {
        let from = judged_from(self.entry);
        for todo in &mut self.record.doc.todo {
            let Some(duty) = self.kind.duty(todo.name.as_str()) else {
                continue;
            };
            let read = duty
                .holder
                .iter()
                .filter_map(|rule| look_up::reads(self.kind, rule))
                .any(|name| changed.contains(name));
            if let Some(holder) = self.entry.used.holders.get(&todo.name)
                && read
                && holder != todo.holder()
            {
                todo.held.push(Held {
                    holder: holder.clone(),
                    from,
                });
            }
        }
    }

    /// An outcome does not stand: the duty is to do again, its clock running on from its first start (S4.9).
    pub(super) fn revoke(&mut self, decided: Decided) -> Timed<()> {
        let Some(mut was) = decided.was.clone() else {
            return Ok(());
        };
        if let Some(duty) = self.kind.duty(decided.name.as_str()) {
            // Waits may have ended while it was decided.
            was.due = self.due_of(&was, duty, None)?;
        }
        self.record.doc.todo.push(*was);
        self.revoked.push(Decided {
            was: None,
            ..decided
        });
        Ok(())
    }
}
