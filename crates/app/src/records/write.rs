//! Opening records and taking steps, one or many.

use super::ask::StepAsked;
use super::offline::{kept_because, too_late};
use crate::access::Actor;
use crate::desk::{Asked, Taken};
use crate::error::Error;
use crate::office::{Office, sealed_in};
use crate::privacy::{Viewer, look_at, look_into};
use crate::view::View;
use domain::id::RecordId;
use domain::name::Name;
use domain::record::{BuiltIn, Command, Entry, Record, Refusal};
use std::sync::Arc;
use store::Lane;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Written {
    pub view: Arc<View>,
    pub record: Record,
    pub entry: Entry,
    /// It had happened before under the same key.
    pub repeated: bool,
    /// The record's state no longer admitted it: it is kept and waits for somebody to look at it.
    pub not_applied: Vec<Refusal>,
}

impl Written {
    /// What a use-case did to a record of the view's unit; what is private is shown as whoever did it sees it.
    ///
    /// # Errors
    /// A key store that cannot be read.
    pub fn of(
        office: &Office,
        view: Arc<View>,
        actor: &Actor,
        taken: Taken,
    ) -> Result<Self, Error> {
        let Taken {
            mut record,
            mut entry,
            repeated,
        } = taken;
        let kind = view.rules.pack.kinds.get(&record.kind);
        let viewer = Viewer::of(&view, actor, office.clock().now());
        look_at(office.keys(), kind, &mut record, &viewer)?;
        look_into(office.keys(), kind, &record.doc.links, &mut entry, &viewer)?;
        Ok(Self {
            view,
            record,
            entry,
            repeated,
            not_applied: Vec::new(),
        })
    }
}

/// Brings a record about.
///
/// # Errors
/// `NotFound`, `Refused`, `KeyReused`, `Asked`.
pub fn open(
    office: &Office,
    unit: &str,
    actor: &Actor,
    kind: &Name,
    id: Option<RecordId>,
    asked: &StepAsked,
) -> Result<Written, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let command = asked.command(&view, &actor.by(), office.clock().now())?;
    let taken = office.open_record(actor, view.unit.id, kind.clone(), id, command)?;
    Written::of(office, view, actor, taken)
}

/// Takes a step, of the pack or one that every kind has. One from a device's queue that the record's state no longer admits is kept in
/// its journal and changes nothing.
///
/// # Errors
/// `NotFound`, `Refused`, `KeyReused`, `Asked`.
pub fn step(
    office: &Office,
    unit: &str,
    actor: &Actor,
    id: RecordId,
    change: Option<BuiltIn>,
    asked: &StepAsked,
) -> Result<Written, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    taken(office, &view, actor, id, change, asked)
}

fn taken(
    office: &Office,
    view: &Arc<View>,
    actor: &Actor,
    id: RecordId,
    change: Option<BuiltIn>,
    asked: &StepAsked,
) -> Result<Written, Error> {
    let now = office.clock().now();
    let mut command = match change {
        Some(change) => {
            let mut command = Command::built_in(change, actor.by());
            asked.fill(&mut command, view, now)?;
            command
        }
        None => asked.command(view, &actor.by(), now)?,
    };
    if !command.queued {
        let taken = office.step(actor, view.unit.id, id, command)?;
        return Written::of(office, view.clone(), actor, taken);
    }
    office.seal(view, &Asked::Step(id), &mut command)?;
    // What was seen without a signal is old by nature: the state decides, not the version.
    command.version = None;
    let sealed = sealed_in(&command.data);
    let (taken, not_applied) = office.at(actor, view.unit.id, Lane::Interactive, move |desk| {
        let refused = match desk.attempt(|desk| desk.step(id, &command)) {
            Ok(taken) => return Ok((taken, Vec::new())),
            Err(Error::Refused(refused)) if refused.iter().any(too_late) => refused,
            // Kept before under this key, perhaps: then the answer is the same.
            Err(Error::KeyReused) => Vec::new(),
            Err(error) => return Err(error),
        };
        let taken = desk.keep_unapplied(id, &command, &refused)?;
        let why = kept_because(&taken, &command)?;
        Ok((taken, if refused.is_empty() { why } else { refused }))
    })?;
    let stored = match &taken.entry.change {
        Some(BuiltIn::NotApplied { data, .. }) => data,
        _ => &taken.entry.data,
    };
    if taken.repeated && !office.same_sealed(stored, &sealed)? {
        return Err(Error::KeyReused);
    }
    Ok(Written {
        not_applied,
        ..Written::of(office, view.clone(), actor, taken)?
    })
}

/// The version at which a record stands for whoever may see it: what a refused step is decided anew on.
///
/// # Errors
/// `NotFound`; `Denied`.
pub fn version(office: &Office, view: &View, actor: &Actor, id: RecordId) -> Result<i64, Error> {
    let now = office.clock().now();
    office.read(|tx| {
        let record = store::record::get(tx, view.unit.id, id)?;
        let _ = actor.may_see(tx, view, now, &record)?;
        Ok(record.version)
    })
}

/// One step of a batch.
#[derive(Clone, Debug)]
pub struct BatchItem {
    pub record: RecordId,
    pub asked: StepAsked,
}

/// Takes steps on several records of a unit, each by itself: what is refused for one keeps no other back.
///
/// # Errors
/// `NotFound` for the unit.
pub fn batch(
    office: &Office,
    unit: &str,
    actor: &Actor,
    items: &[BatchItem],
) -> Result<Vec<Result<Written, Error>>, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    Ok(items
        .iter()
        .map(|item| taken(office, &view, actor, item.record, None, &item.asked))
        .collect())
}
