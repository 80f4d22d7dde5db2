//! What a step does to other records, in the same transaction: commands of the system, planned from the record as it now stands.

use super::command::Command;
use super::entry::{By, Entry};
use super::refusal::Code;
use super::scope::RecordScope;
use super::{Record, Refusal};
use crate::id::RecordId;
use crate::name::Name;
use crate::pack::model::{Effect, LinkFrom, Step};
use crate::value::Data;
use std::collections::BTreeMap;

/// Effects of effects end here.
pub const DEPTH: usize = 8;

/// A step to take on another record.
#[derive(Clone, Debug)]
pub enum Planned {
    Open { kind: Name, command: Command },
    Step { record: RecordId, command: Command },
}

/// The effects of a step that has just been taken, in the order of the pack. They happened when the step did.
///
/// # Errors
/// An expression that cannot be worked out.
pub fn planned(step: &Step, entry: &Entry, after: &Record) -> Result<Vec<Planned>, Refusal> {
    let none = Data::new();
    let scope = RecordScope::after(Some(after), &none, &entry.used);
    let fault = |error: &dyn std::fmt::Display| {
        Refusal::new(Code::EffectFailed)
            .with(&step.name)
            .with(error)
    };
    let mut planned = Vec::new();
    for effect in &step.effects {
        let (when, data) = match effect {
            Effect::Set { .. } | Effect::Add { .. } | Effect::Post { .. } | Effect::Send { .. } => {
                continue;
            }
            Effect::Open { when, data, .. } | Effect::Step { when, data, .. } => (when, data),
        };
        if let Some(when) = when
            && !when.holds(&scope).map_err(|error| fault(&error))?
        {
            continue;
        }
        let mut filled = Data::new();
        for (field, expr) in data {
            filled.insert(
                field.clone(),
                expr.value(&scope).map_err(|error| fault(&error))?,
            );
        }
        let command = |step: &Name| Command {
            data: filled.clone(),
            cause: Some(after.id),
            via: if entry.via == super::Via::Import {
                entry.via
            } else {
                super::Via::System
            },
            occurred: entry.occurred,
            import: entry.import.clone(),
            ..Command::new(step.clone(), By::System)
        };
        match effect {
            Effect::Open { kind, links, .. } => {
                let links = links
                    .iter()
                    .filter_map(|(name, from)| Some((name.clone(), link(after, from)?)))
                    .collect::<BTreeMap<_, _>>();
                planned.push(Planned::Open {
                    kind: kind.clone(),
                    command: Command {
                        links,
                        ..command(&Name::from("open"))
                    },
                });
            }
            Effect::Step { link, step, .. } => {
                if let Some(id) = after.doc.links.get(link) {
                    planned.push(Planned::Step {
                        record: *id,
                        command: command(step),
                    });
                }
            }
            Effect::Set { .. } | Effect::Add { .. } | Effect::Post { .. } | Effect::Send { .. } => {
            }
        }
    }
    Ok(planned)
}

fn link(record: &Record, from: &LinkFrom) -> Option<RecordId> {
    match from {
        LinkFrom::This => Some(record.id),
        LinkFrom::Link(name) => record.doc.links.get(name).copied(),
    }
}
