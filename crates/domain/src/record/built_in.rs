//! Whether a step that every kind has may be taken: corrections, excuses, hand-overs.

use super::command::{Command, Context};
use super::entry::{BuiltIn, By, Entry, Via};
use super::refusal::{Code, Refusal};
use super::{Record, form};
use crate::holder::Holder;
use crate::pack::model::Kind;
use crate::time::Moment;

/// The change as it goes into the entry, with the old value that it replaces.
pub fn check(
    context: &Context<'_>,
    kind: &Kind,
    record: &Record,
    command: &Command,
    change: &BuiltIn,
) -> Result<BuiltIn, Vec<Refusal>> {
    match change {
        BuiltIn::Correct {
            seq, field, new, ..
        } => {
            let entry = found(context, *seq)?;
            let step = kind
                .step(entry.step.as_str())
                .ok_or_else(|| one(Refusal::new(Code::EntryUnknown).with(seq)))?;
            let value = [(field.clone(), new.clone())].into();
            let faults = form::check(kind, step, &value, &record.doc.data, false);
            let faults: Vec<_> = faults
                .into_iter()
                .filter(|fault| fault.code != Code::FieldRequired)
                .collect();
            if !faults.is_empty() {
                return Err(faults);
            }
            let old = corrected(context, *seq, field)
                .unwrap_or_else(|| entry.data.get(field).cloned().unwrap_or_default());
            if old == *new {
                return Err(one(Refusal::at(Code::CorrectionNothing, field)));
            }
            may_correct(context, command, entry)?;
            Ok(BuiltIn::Correct {
                seq: *seq,
                field: field.clone(),
                old,
                new: new.clone(),
            })
        }
        BuiltIn::CorrectTime { seq, new, .. } => {
            let entry = found(context, *seq)?;
            // A corrected time can turn missed into met: always with a second person (S9.2, S4.6).
            second_person(command, true)?;
            reason(command)?;
            Ok(BuiltIn::CorrectTime {
                seq: *seq,
                old: entry.occurred(),
                new: *new,
            })
        }
        BuiltIn::Excuse {
            duty, occurrence, ..
        } => {
            let open = record
                .doc
                .todo
                .iter()
                .find(|todo| todo.name == *duty && todo.occurrence == *occurrence);
            let standing = record
                .doc
                .occurrences
                .get(duty)
                .is_some_and(|count| occurrence <= count);
            if open.is_none() && !standing {
                return Err(one(Refusal::new(Code::DutyUnknown).with(duty)));
            }
            // Decided by somebody whose own score it does not touch (S4.3).
            let mine = command.by.member().map(Holder::Member);
            if open.is_some_and(|todo| {
                todo.held
                    .iter()
                    .any(|held| Some(&held.holder) == mine.as_ref())
            }) {
                return Err(one(Refusal::new(Code::ConflictOfInterest)));
            }
            reason(command)?;
            Ok(change.clone())
        }
        BuiltIn::Take {
            duty,
            occurrence,
            to,
        } => {
            let open = record
                .doc
                .todo
                .iter()
                .find(|todo| todo.name == *duty && todo.occurrence == *occurrence);
            let Some(todo) = open else {
                return Err(one(Refusal::new(Code::DutyUnknown).with(duty)));
            };
            let pool = matches!(
                todo.holder(),
                Holder::Pool { .. } | Holder::Unit | Holder::Team(_)
            );
            let own = *to == command.by.member().map_or(Holder::Unit, Holder::Member);
            if own && !pool {
                Err(one(Refusal::new(Code::HolderWrong).with(duty)))
            } else {
                Ok(change.clone())
            }
        }
        BuiltIn::HandOver { .. } | BuiltIn::Recompute { .. } | BuiltIn::Void => {
            if command.by == By::System || command.via == Via::Import || command.second.is_some() {
                Ok(change.clone())
            } else {
                Err(one(Refusal::new(Code::SecondPersonMissing)))
            }
        }
    }
}

fn one(refusal: Refusal) -> Vec<Refusal> {
    vec![refusal]
}

fn found<'a>(context: &Context<'a>, seq: i64) -> Result<&'a Entry, Vec<Refusal>> {
    context
        .history
        .iter()
        .find(|entry| entry.seq == seq)
        .ok_or_else(|| one(Refusal::new(Code::EntryUnknown).with(seq)))
}

/// The value that an earlier correction put in the place.
fn corrected(
    context: &Context<'_>,
    at: i64,
    name: &crate::name::Name,
) -> Option<crate::value::Value> {
    context
        .history
        .iter()
        .rev()
        .find_map(|entry| match &entry.change {
            Some(BuiltIn::Correct {
                seq, field, new, ..
            }) if *seq == at && field == name => Some(new.clone()),
            _ => None,
        })
}

/// Alone: the author, within 15 minutes and before the next step; else with a second person (S9.2).
fn may_correct(
    context: &Context<'_>,
    command: &Command,
    entry: &Entry,
) -> Result<(), Vec<Refusal>> {
    let author = command.by == entry.by
        || command
            .by
            .member()
            .is_some_and(|member| entry.recorded_by == Some(member));
    let next = context
        .history
        .iter()
        .any(|later| later.seq > entry.seq && later.change.is_none());
    let soon = context.now.since(entry.recorded_at) <= 15 * 60 * 1_000_000;
    if author && soon && !next {
        return Ok(());
    }
    reason(command)?;
    second_person(command, false)
}

fn second_person(command: &Command, always: bool) -> Result<(), Vec<Refusal>> {
    match command.second {
        Some(second)
            if Some(second) == command.by.member() || Some(second) == command.recorded_by =>
        {
            Err(one(Refusal::new(Code::SecondPersonOwn)))
        }
        Some(_) => Ok(()),
        None if always => Err(one(Refusal::new(Code::SecondPersonMissing))),
        None => Err(one(Refusal::new(Code::CorrectionNotAllowed))),
    }
}

fn reason(command: &Command) -> Result<(), Vec<Refusal>> {
    if command
        .reason
        .as_deref()
        .is_some_and(|reason| !reason.trim().is_empty())
    {
        Ok(())
    } else {
        Err(one(Refusal::new(Code::ReasonMissing)))
    }
}

/// A time that is corrected with a second person counts as stated, whatever the duty's proof.
pub fn counts_as_stated(entry: &Entry) -> Option<Moment> {
    entry.confirmed.then(|| entry.occurred())
}
