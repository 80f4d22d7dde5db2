//! What a caller can do about a record now, and why not what he cannot.

use crate::access::Actor;
use crate::desk::beyond::looked_at;
use crate::error::Error;
use crate::view::View;
use domain::name::Name;
use domain::pack::model::{Kind, Step};
use domain::record::refusal::Code;
use domain::record::{Record, Refusal, Target, decide, needs};
use domain::time::Instant;
use store::Tx;

/// Which steps are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listed {
    /// Those that the record's state admits: a kind says itself from which states its other steps go.
    #[default]
    Admitted,
    Every,
    /// Judging them is a good part of reading a record.
    None,
}

/// A step of the record's kind.
#[derive(Clone, Debug)]
pub struct Possible {
    pub step: Name,
    pub may: bool,
    /// Why not; empty if it may be taken.
    pub why: Vec<Refusal>,
}

/// The steps that the record's state admits as they stand for the caller, or every step of the kind. What a form would still have to say
/// (fields, signatures, a reason, a condition on what is filled in) does not count against one.
///
/// # Errors
/// A database that cannot be read.
pub fn possible(
    tx: &mut Tx<'_>,
    view: &View,
    kind: &Kind,
    record: &Record,
    actor: &Actor,
    now: Instant,
    listed: Listed,
) -> Result<Vec<Possible>, Error> {
    let mut all = Vec::new();
    if listed == Listed::None {
        return Ok(all);
    }
    for step in kind.steps.values() {
        if !admits(kind, step, record) {
            if listed == Listed::Admitted {
                continue;
            }
            let why = Refusal::new(Code::StateWrong)
                .with(&record.state)
                .with(&step.name)
                .called(&view.rules.pack, kind);
            all.push(Possible {
                step: step.name.clone(),
                may: false,
                why: vec![why],
            });
            continue;
        }
        let command = actor.command(step.name.as_str());
        let permit = match actor.may_command(tx, view, now, kind, Some(record), &command) {
            Ok(permit) => permit,
            Err(Error::Denied(denied)) => {
                all.push(Possible {
                    step: step.name.clone(),
                    may: false,
                    why: vec![denied.refusal()],
                });
                continue;
            }
            Err(error) => return Err(error),
        };
        let asked = (record, &command);
        let (linked, balances, facts) =
            match looked_at(tx, view, kind, needs(kind, step), asked, now) {
                Ok(beyond) => beyond,
                Err(Error::Refused(why)) => {
                    all.push(Possible {
                        step: step.name.clone(),
                        may: false,
                        why,
                    });
                    continue;
                }
                Err(error) => return Err(error),
            };
        let context = view.context(now, &command, &linked, &facts, &balances, &[]);
        let why = match decide(&context, Target::Record(record), &command, permit) {
            Ok(_) => Vec::new(),
            Err(refusals) => refusals
                .into_iter()
                .filter(|refusal| !left_to_the_form(step, refusal))
                .collect(),
        };
        all.push(Possible {
            step: step.name.clone(),
            may: why.is_empty(),
            why,
        });
    }
    Ok(all)
}

fn admits(kind: &Kind, step: &Step, record: &Record) -> bool {
    if step.from.is_empty() {
        kind.state(record.state.as_str())
            .is_none_or(|state| !state.closed)
    } else {
        step.from.contains(&record.state)
    }
}

fn left_to_the_form(step: &Step, refusal: &Refusal) -> bool {
    match refusal.code {
        Code::FieldRequired
        | Code::LinkRequired
        | Code::SignatureMissing
        | Code::ReasonMissing
        | Code::SecondPersonMissing => true,
        Code::ConditionFails | Code::ConditionFault => step.when.as_ref().is_some_and(|when| {
            when.reads().any(|path| {
                path.first()
                    .is_some_and(|name| step.form.iter().any(|field| field.field == *name))
            })
        }),
        _ => false,
    }
}
