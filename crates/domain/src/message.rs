//! Messages between units (S9.3): no transaction spans two, so what one asks of another is a job of the sender's, delivered at least once.
//!
//! A message's id follows from the entry that sent it, and is the id of the record that it opens, or the key of the step that it takes: what
//! arrives twice happens once.

use crate::id::{RecordId, UnitId, derived};
use crate::name::Name;
use crate::pack::model::{Asks, Effect, SendTo, Step};
use crate::record::scope::RecordScope;
use crate::record::{By, Command, Entry, Record, Refusal, Sender, Via, refusal::Code};
use crate::time::Moment;
use crate::value::Data;
use serde::{Deserialize, Serialize};

/// What one unit asks of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: RecordId,
    pub from: Sender,
    /// When the step happened that sent it.
    pub occurred: Moment,
    pub asks: Asked,
    pub data: Data,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    Open(Name),
    Step(RecordId, Name),
}

/// A message with the unit that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub to: UnitId,
    pub message: Message,
}

/// The units in sight of the sender: its own first, the top of the tree last.
pub type Path<'a> = &'a [UnitId];

/// The messages that a step sends, with the record as it now stands.
///
/// # Errors
/// An expression that cannot be worked out; nobody to send it to.
pub fn outgoing(
    step: &Step,
    entry: &Entry,
    after: &Record,
    path: Path<'_>,
) -> Result<Vec<Outgoing>, Refusal> {
    let none = Data::new();
    let mut all = Vec::new();
    for (place, effect) in (0_u32..).zip(&step.effects) {
        let Effect::Send {
            to,
            asks,
            when,
            data,
        } = effect
        else {
            continue;
        };
        let scope = RecordScope::after(Some(after), &none, &entry.used);
        let failed = |error: &dyn std::fmt::Display| {
            Refusal::new(Code::EffectFailed)
                .with(&step.name)
                .with(error)
        };
        if let Some(when) = when
            && !when.holds(&scope).map_err(|fault| failed(&fault))?
        {
            continue;
        }
        let mut filled = Data::new();
        for (field, expr) in data {
            let value = expr.value(&scope).map_err(|fault| failed(&fault))?;
            filled.insert(field.clone(), value);
        }
        let unit = match to {
            SendTo::Above => path.get(1).or(path.first()).copied(),
            SendTo::Company => path.last().copied(),
            SendTo::Sender => after.doc.sender.as_ref().map(|sender| sender.unit),
            SendTo::Field(name) => after
                .doc
                .data
                .get(name)
                .and_then(|value| value.as_text()?.parse().ok()),
        };
        let nobody = || failed(&"没有收件单元 (there is no unit to send it to)");
        let unit = unit.ok_or_else(nobody)?;
        let asks = match (asks, &after.doc.sender) {
            (Asks::Open(kind), _) => Asked::Open(kind.clone()),
            (Asks::Step(step), Some(sender)) => Asked::Step(sender.record, step.clone()),
            (Asks::Step(_), None) => return Err(nobody()),
        };
        let id = derived(
            entry.recorded_at,
            &[
                b"message",
                after.unit.uuid().as_bytes(),
                after.id.uuid().as_bytes(),
                &entry.seq.to_be_bytes(),
                &place.to_be_bytes(),
            ],
        );
        all.push(Outgoing {
            to: unit,
            message: Message {
                id: RecordId::from_uuid(id),
                from: Sender {
                    unit: after.unit,
                    record: after.id,
                    number: after.number.clone(),
                },
                occurred: entry.occurred(),
                asks,
                data: filled,
            },
        });
    }
    Ok(all)
}

impl Message {
    /// What the receiving unit does.
    pub fn command(&self) -> Command {
        let step = match &self.asks {
            Asked::Open(_) => Name::from("open"),
            Asked::Step(_, step) => step.clone(),
        };
        Command {
            data: self.data.clone(),
            via: Via::System,
            // Told is told when it arrives; when it happened there is no time of this unit.
            cause: Some(self.from.record),
            sender: Some(self.from.clone()),
            key: Some(self.id.to_string()),
            ..Command::new(step, By::System)
        }
    }
}
