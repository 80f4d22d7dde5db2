//! Whether a step that every kind has may be taken: corrections, excuses, hand-overs, approvals, merges.

use super::command::{Command, Context, looked, read_parameters, today};
use super::entry::{BuiltIn, By, Entry, Erasure, Used, Via};
use super::fold::{Folded, fold};
use super::refusal::{Code, Refusal};
use super::{Decided, Record, approval, form, look_up, merge};
use crate::correction::{Correction, CorrectionRefused, Needs};
use crate::holder::{Holder, HolderRule};
use crate::id::MemberId;
use crate::measure::Measures;
use crate::name::Name;
use crate::outcome::Outcome;
use crate::pack::model::Kind;
use crate::proof::{Limits, is_refused_as_future};
use crate::time::{Instant, Moment};
use std::collections::BTreeSet;

/// The change as it goes into the entry, with the old value that it replaces, and what it takes from outside.
pub(super) fn check(
    context: &Context<'_>,
    kind: &Kind,
    record: &Record,
    command: &Command,
    change: &BuiltIn,
) -> Result<(BuiltIn, Used), Vec<Refusal>> {
    let mut used = Used::default();
    let change = match change {
        BuiltIn::Correct {
            seq, field, new, ..
        } => correct(context, kind, record, *seq, field, new)?,
        BuiltIn::CorrectTime { seq, new, .. } => correct_time(context, record, *seq, *new)?,
        BuiltIn::Excuse {
            duty, occurrence, ..
        } => {
            excuse(context, record, command, duty, *occurrence)?;
            change.clone()
        }
        BuiltIn::Take {
            duty,
            occurrence,
            to,
        } => {
            take(record, command, duty, *occurrence, to)?;
            change.clone()
        }
        BuiltIn::HandOver { .. } | BuiltIn::Recompute { .. } => {
            second_or_system(command)?;
            change.clone()
        }
        BuiltIn::Void => {
            let imported = |(entry, _): &(Entry, String)| entry.import.is_some();
            if !context.journal.first().is_some_and(imported) {
                return Err(one(Refusal::new(Code::NotImported)));
            }
            second_or_system(command)?;
            change.clone()
        }
        BuiltIn::Approve { approval: name, .. } => {
            let (stage, post) =
                approval::check(context, kind, record, command, name).map_err(one)?;
            if let Some(approval) = kind.approvals.get(name) {
                approval::look_up_stage(
                    context,
                    kind,
                    Some(record),
                    command,
                    approval,
                    stage + 1,
                    &mut used,
                );
            }
            ending(context, kind, record, name, &mut used);
            BuiltIn::Approve {
                approval: name.clone(),
                stage,
                post,
            }
        }
        BuiltIn::Return { approval: name, .. } => {
            let (stage, post) =
                approval::check(context, kind, record, command, name).map_err(one)?;
            let back = kind
                .approvals
                .get(name)
                .and_then(|known| known.on_return.as_ref());
            if back.is_none() {
                return Err(one(Refusal::new(Code::ApprovalNoReturn).with(name)));
            }
            reason(command)?;
            ending(context, kind, record, name, &mut used);
            if let Some(approval) = kind.approvals.get(name)
                && let Some(duty) = kind.duty(approval.answer_name().as_str())
            {
                used.seen
                    .extend(read_parameters(context, &duty.when, context.now));
                look_up::starting(context, kind, duty, Some(record), command, &mut used);
            }
            BuiltIn::Return {
                approval: name.clone(),
                stage,
                post,
            }
        }
        BuiltIn::Merge { into } => {
            merge::check(context, kind, record, *into, &mut used).map_err(one)?;
            change.clone()
        }
        BuiltIn::Unmerge => {
            if record.doc.merged.is_none() {
                return Err(one(Refusal::new(Code::NotMerged)));
            }
            reason(command)?;
            change.clone()
        }
        BuiltIn::NotApplied { .. } => {
            if !command.queued {
                return Err(one(Refusal::new(Code::SystemOnly).with(&command.step)));
            }
            change.clone()
        }
        BuiltIn::Settle { seq } => {
            let kept = context.journal.iter().any(|(entry, _)| {
                entry.seq == *seq && matches!(entry.change, Some(BuiltIn::NotApplied { .. }))
            });
            if !kept {
                return Err(one(Refusal::new(Code::EntryUnknown).with(seq)));
            }
            reason(command)?;
            change.clone()
        }
        BuiltIn::ExcuseRecord => {
            reason(command)?;
            if !command.kept {
                return Err(one(Refusal::new(Code::UseCaseOnly).with(&command.step)));
            }
            change.clone()
        }
        BuiltIn::Depart { to } => {
            reason(command)?;
            if to.unit == record.unit {
                return Err(one(Refusal::new(Code::TransferSame)));
            }
            if !command.kept {
                return Err(one(Refusal::new(Code::UseCaseOnly).with(&command.step)));
            }
            change.clone()
        }
        BuiltIn::Arrive(_) => return Err(one(Refusal::new(Code::RecordExists))),
        BuiltIn::Erase { cause, .. } => {
            reason(command)?;
            match cause {
                // Whoever runs the program on the machine itself has its keys in his hands anyway.
                Erasure::Request if matches!(command.by, By::Operator(_)) => {}
                Erasure::Request => second_or_system(command)?,
                Erasure::Retention if command.by != By::System => {
                    return Err(one(Refusal::new(Code::SystemOnly).with(&command.step)));
                }
                Erasure::Retention => {}
            }
            change.clone()
        }
        BuiltIn::Recur { duty: name, .. } => {
            let Some(duty) = kind.duty(name.as_str()) else {
                return Err(one(Refusal::new(Code::DutyUnknown).with(name)));
            };
            if command.by != By::System {
                return Err(one(Refusal::new(Code::SystemOnly).with(&command.step)));
            }
            let link = |name: &Name| record.doc.links.get(name).copied();
            let (id, linked) = (Some(record.id), context.linked);
            used.facts = context.facts.clone();
            used.seen = looked(kind, &duty.when, id, link, linked, context.balances);
            used.seen
                .extend(today(&duty.when, context.zone.day_of(context.now)));
            look_up::starting(context, kind, duty, Some(record), command, &mut used);
            for todo in record.doc.todo.iter().filter(|todo| todo.name == *name) {
                look_up::absences(context, todo, &mut used);
            }
            change.clone()
        }
        BuiltIn::Lapse {
            approval: name,
            stage,
            post,
            above,
        } => {
            if command.by != By::System {
                return Err(one(Refusal::new(Code::SystemOnly).with(&command.step)));
            }
            let approval = kind.approvals.get(name);
            let approval = approval
                .filter(|it| it.posts(*stage).contains(post))
                .ok_or_else(|| one(Refusal::new(Code::ApprovalUnasked).with(name)))?;
            let list = [HolderRule::Post(above.clone()), HolderRule::Unit];
            let (roster, now) = (context.roster, context.now);
            let chosen =
                look_up::choose_of(context, kind, &list, roster, now, Some(record), command);
            let duty = approval.duty_name(*stage, post);
            used.holders.insert(duty, chosen.holder);
            change.clone()
        }
        BuiltIn::Migrate(_) => {
            if command.by != By::System {
                return Err(one(Refusal::new(Code::SystemOnly).with(&command.step)));
            }
            change.clone()
        }
    };
    Ok((change, used))
}

fn one(refusal: Refusal) -> Vec<Refusal> {
    vec![refusal]
}

/// Absences of those whose duties an answer to an approval ends.
fn ending(context: &Context<'_>, kind: &Kind, record: &Record, name: &Name, used: &mut Used) {
    let Some(approval) = kind.approvals.get(name) else {
        return;
    };
    for todo in record
        .doc
        .todo
        .iter()
        .filter(|todo| approval.owns(&todo.name))
    {
        look_up::absences(context, todo, used);
    }
}

fn second_or_system(command: &Command) -> Result<(), Vec<Refusal>> {
    if command.by == By::System || command.via == Via::Import || command.second.is_some() {
        Ok(())
    } else {
        Err(one(Refusal::new(Code::SecondPersonMissing)))
    }
}

fn correct(
    context: &Context<'_>,
    kind: &Kind,
    record: &Record,
    seq: i64,
    field: &Name,
    new: &crate::value::Value,
) -> Result<BuiltIn, Vec<Refusal>> {
    let entry = found(context, seq)?;
    let step = kind
        .step(entry.step.as_str())
        .filter(|_| entry.change.is_none())
        .ok_or_else(|| one(Refusal::new(Code::EntryUnknown).with(seq)))?;
    let value = [(field.clone(), new.clone())].into();
    // A form that was complete stays so: a field that it asks for is not emptied.
    let faults: Vec<_> = form::check(kind, step, &value, &record.doc.data, false)
        .into_iter()
        .filter(|fault| fault.code != Code::FieldRequired || fault.field.as_ref() == Some(field))
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    // A correction is no way around whoever has to say it.
    super::setting::said(context, kind, Some(record), &value).map_err(one)?;
    let earlier = context
        .journal
        .iter()
        .rev()
        .find_map(|(later, _)| match &later.change {
            Some(BuiltIn::Correct {
                seq: of,
                field: name,
                new,
                ..
            }) if *of == seq && name == field => Some(new.clone()),
            _ => None,
        });
    let old = earlier.unwrap_or_else(|| entry.data.get(field).cloned().unwrap_or_default());
    if old == *new {
        return Err(one(Refusal::at(Code::CorrectionNothing, field)));
    }
    Ok(BuiltIn::Correct {
        seq,
        field: field.clone(),
        old,
        new: new.clone(),
    })
}

fn correct_time(
    context: &Context<'_>,
    record: &Record,
    seq: i64,
    new: Moment,
) -> Result<BuiltIn, Vec<Refusal>> {
    let entry = found(context, seq)?;
    if entry.change.is_some() {
        return Err(one(Refusal::new(Code::EntryUnknown).with(seq)));
    }
    let zone = context.zone;
    let shown = match new {
        Moment::At(at) => at.in_zone(zone),
        Moment::On(day) => day.to_string(),
    };
    let limits = Limits::default();
    if is_refused_as_future(new, entry.recorded_at, false, &limits, zone) {
        return Err(one(Refusal::new(Code::TimeFuture).with(shown)));
    }
    if entry.opens.is_none() && super::times::before(zone, new, record.opened_at) {
        let opened = record.opened_at.in_zone(zone);
        return Err(one(Refusal::new(Code::TimeBeforeRecord)
            .with(shown)
            .with(opened)));
    }
    let earlier = context
        .journal
        .iter()
        .rev()
        .find_map(|(later, _)| match later.change {
            Some(BuiltIn::CorrectTime { seq: of, new, .. }) if of == seq => Some(new),
            _ => None,
        });
    let old = earlier.unwrap_or_else(|| entry.occurred());
    if old == new {
        return Err(one(Refusal::new(Code::CorrectionNothing)));
    }
    Ok(BuiltIn::CorrectTime { seq, old, new })
}

/// Whom a correction takes, seen from what it does: the journal is read as it is and as it would be (S9.2).
pub(super) fn corrected(
    context: &Context<'_>,
    command: &Command,
    entry: &Entry,
) -> Result<(), Vec<Refusal>> {
    let Some(BuiltIn::Correct { seq, .. } | BuiltIn::CorrectTime { seq, .. }) = &entry.change
    else {
        return Ok(());
    };
    let wrong = found(context, *seq)?;
    let mut journal = context.journal.to_vec();
    let was = read(context, &journal)?;
    journal.push((entry.clone(), entry.text()));
    let becomes = read(context, &journal)?;
    // A party corrects its own words as a member does his; a source's nobody corrects alone.
    let id = |by: &By| match by {
        By::Member(id) => Some(*id),
        By::Party(id) => Some(MemberId::from(*id)),
        By::System | By::Operator(_) | By::Source(_) => None,
    };
    let by = id(&command.by);
    let author = match wrong.recorded_by {
        Some(typist) if Some(typist) == by => Some(typist),
        _ => id(&wrong.by),
    };
    let next = context
        .journal
        .iter()
        .find(|(later, _)| later.seq > *seq && later.change.is_none());
    let needs = Correction {
        author,
        entry_recorded_at: wrong.recorded_at,
        next_step_at: next.map(|(later, _)| later.recorded_at),
        by: by.unwrap_or_else(|| MemberId::from_uuid(crate::id::Uuid::nil())),
        recorded_by: command.recorded_by,
        recorded_at: context.now,
        second: command.second,
        turns_missed_into_met: rescues(&was, &becomes, context.now),
        of_unit_or_kind: false,
    }
    .needs();
    match needs {
        Ok(Needs::Alone) => Ok(()),
        Ok(Needs::SecondPerson) => {
            reason(command)?;
            match command.second {
                Some(_) => Ok(()),
                None => Err(one(Refusal::new(Code::CorrectionNotAllowed))),
            }
        }
        Err(CorrectionRefused::SamePerson | CorrectionRefused::UnitOrKind) => {
            Err(one(Refusal::new(Code::SecondPersonOwn)))
        }
    }
}

/// Whether something that was missed is so no longer: met, or made never to have been owed.
fn rescues(was: &Folded, becomes: &Folded, now: Instant) -> bool {
    !late(was, now).is_subset(&late(becomes, now))
}

fn late(folded: &Folded, now: Instant) -> BTreeSet<(Name, u32)> {
    let decided = folded
        .decided
        .values()
        .filter(|row| row.outcome == Outcome::Missed)
        .map(|row| (row.name.clone(), row.occurrence));
    let todo = folded
        .record
        .doc
        .todo
        .iter()
        .filter(|todo| todo.due.is_late(now))
        .map(|todo| (todo.name.clone(), todo.occurrence));
    decided.chain(todo).collect()
}

fn read(context: &Context<'_>, journal: &[(Entry, String)]) -> Result<Folded, Vec<Refusal>> {
    fold(context.packs, &Measures::default(), context.zone, journal).map_err(|error| {
        one(error
            .refusal()
            .unwrap_or_else(|| Refusal::new(Code::EffectFailed).with("correct").with(error)))
    })
}

/// Decided by somebody whose own score it does not touch (S4.3).
fn excuse(
    context: &Context<'_>,
    record: &Record,
    command: &Command,
    duty: &Name,
    occurrence: u32,
) -> Result<(), Vec<Refusal>> {
    reason(command)?;
    let open = record
        .doc
        .todo
        .iter()
        .find(|todo| todo.name == *duty && todo.occurrence == occurrence);
    let holders: Vec<Holder> = match open {
        Some(todo) => todo.held.iter().map(|held| held.holder.clone()).collect(),
        None => {
            let folded = read(context, context.journal)?;
            let Some(row) = folded.decided.get(&(duty.clone(), occurrence)) else {
                return Err(one(Refusal::new(Code::DutyUnknown).with(duty)));
            };
            if row.outcome != Outcome::Missed {
                return Err(one(Refusal::new(Code::NotMissed).with(duty)));
            }
            answerable(row)
        }
    };
    let actors = [command.by.member(), command.recorded_by];
    let mine = |holder: &Holder| {
        actors
            .iter()
            .flatten()
            .any(|actor| *holder == Holder::Member(*actor))
    };
    if holders.iter().any(mine) {
        return Err(one(Refusal::new(Code::ConflictOfInterest)));
    }
    Ok(())
}

fn answerable(row: &Decided) -> Vec<Holder> {
    let shares = row.shares.iter().map(|share| share.holder.clone());
    let doer = row.doer.map(Holder::Member);
    shares.chain([row.holder.clone()]).chain(doer).collect()
}

/// Out of a pool, a team's or the unit's for oneself; to another only by a second person or the system.
fn take(
    record: &Record,
    command: &Command,
    duty: &Name,
    occurrence: u32,
    to: &Holder,
) -> Result<(), Vec<Refusal>> {
    let open = record
        .doc
        .todo
        .iter()
        .find(|todo| todo.name == *duty && todo.occurrence == occurrence);
    let Some(todo) = open else {
        return Err(one(Refusal::new(Code::DutyUnknown).with(duty)));
    };
    let free = matches!(
        todo.holder(),
        Holder::Pool { .. } | Holder::Unit | Holder::Team(_)
    );
    let own = command.by.member().map(Holder::Member).as_ref() == Some(to);
    match (own, free) {
        (true, true) => Ok(()),
        (true, false) => Err(one(Refusal::new(Code::HolderWrong).with(duty))),
        (false, _) => second_or_system(command),
    }
}

fn found<'a>(context: &Context<'a>, seq: i64) -> Result<&'a Entry, Vec<Refusal>> {
    context
        .journal
        .iter()
        .map(|(entry, _)| entry)
        .find(|entry| entry.seq == seq)
        .ok_or_else(|| one(Refusal::new(Code::EntryUnknown).with(seq)))
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
