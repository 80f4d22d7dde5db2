//! Steps from a device's queue that came too late: kept in the journal with what was filled in, until somebody has looked at them.

use super::write::Written;
use crate::access::Actor;
use crate::desk::{Desk, Taken};
use crate::error::Error;
use crate::office::Office;
use crate::privacy::{Viewer, look_at, look_into, same_apart_from_sealed};
use crate::records::StepAsked;
use crate::view::View;
use domain::id::RecordId;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, Command, Entry, Record, Refusal, Tokens};
use std::sync::Arc;
use store::{Lane, entry, record, unapplied};

/// Whether a refusal says that the record has moved on meanwhile.
pub(super) fn too_late(refusal: &Refusal) -> bool {
    matches!(
        refusal.code,
        Code::StateWrong | Code::ConditionFails | Code::MergedAlready | Code::DutyUnknown
    )
}

/// Why an entry keeps a step that was not applied.
///
/// # Errors
/// `KeyReused` if it keeps another one than the command's.
pub(super) fn kept_because(taken: &Taken, command: &Command) -> Result<Vec<Refusal>, Error> {
    match &taken.entry.change {
        Some(BuiltIn::NotApplied {
            step,
            data,
            links,
            because,
        }) if (step, links) == (&command.step, &command.links)
            && same_apart_from_sealed(data, &command.data) =>
        {
            let code = Code::ALL.iter().find(|code| code.as_str() == because);
            Ok(code
                .map(|code| Refusal::new(*code).with("").with(step))
                .into_iter()
                .collect())
        }
        _ => Err(Error::KeyReused),
    }
}

impl Desk<'_, '_> {
    /// Keeps a step that could not be taken in the record's journal.
    pub(super) fn keep_unapplied(
        &mut self,
        id: RecordId,
        command: &Command,
        refused: &[Refusal],
    ) -> Result<Taken, Error> {
        let change = BuiltIn::NotApplied {
            step: command.step.clone(),
            data: command.data.clone(),
            links: command.links.clone(),
            because: refused
                .iter()
                .find(|refusal| too_late(refusal))
                .map_or("refused", |refusal| refusal.code.as_str())
                .to_owned(),
        };
        let kept = Command {
            step: change.step(),
            built_in: Some(change),
            data: Default::default(),
            links: Default::default(),
            // What was not applied is not found; its pictures are kept as it is.
            tokens: Tokens {
                files: command.tokens.files.clone(),
                ..Tokens::default()
            },
            ..command.clone()
        };
        let taken = self.step(id, &kept)?;
        if !taken.repeated {
            let unit = self.view().unit.id;
            let at = taken.entry.recorded_at;
            unapplied::insert(self.tx, unit, id, taken.entry.seq, at)?;
        }
        Ok(taken)
    }
}

/// A step that waits for somebody to look at it.
#[derive(Clone, Debug)]
pub struct NotApplied {
    pub record: Record,
    pub entry: Entry,
    /// Of the entry.
    pub hash: [u8; 32],
}

/// The steps of a unit that could not be applied and that nobody has looked at.
///
/// # Errors
/// `NotFound`.
pub fn not_applied(
    office: &Office,
    actor: &Actor,
    unit: &str,
) -> Result<(Arc<View>, Vec<NotApplied>), Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let unit = view.unit.id;
    let now = office.clock().now();
    let mut found = office.read(|tx| {
        let mut found = Vec::new();
        for kept in unapplied::list(tx, unit)? {
            let record = record::get(tx, unit, kept.record)?;
            match actor.may_see(tx, &view, now, &record) {
                Ok(_) => {}
                Err(Error::Denied(_)) => continue,
                Err(error) => return Err(error),
            }
            let line = entry::at(tx, unit, kept.record, kept.seq)?.ok_or(store::Error::NotFound)?;
            found.push(NotApplied {
                record,
                entry: line.entry,
                hash: line.hash.0,
            });
        }
        Ok::<_, Error>(found)
    })?;
    let viewer = Viewer::of(&view, actor, now);
    for NotApplied { record, entry, .. } in &mut found {
        let kind = view.rules.pack.kinds.get(&record.kind);
        look_into(office.keys(), kind, &record.doc.links, entry, &viewer)?;
        look_at(office.keys(), kind, record, &viewer)?;
    }
    Ok((view, found))
}

/// Says what came of a step that was not applied: it waits no longer.
///
/// # Errors
/// `NotFound` if it does not wait; `Refused`.
pub fn settle(
    office: &Office,
    unit: &str,
    actor: &Actor,
    id: RecordId,
    seq: i64,
    asked: &StepAsked,
) -> Result<Written, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let mut command = Command::built_in(BuiltIn::Settle { seq }, actor.by());
    asked.fill(&mut command, &view, office.clock().now())?;
    let taken = office.at(actor, view.unit.id, Lane::Interactive, move |desk| {
        let taken = desk.step(id, &command)?;
        let unit = desk.view().unit.id;
        if !taken.repeated && !unapplied::remove(desk.tx, unit, id, seq)? {
            return Err(Error::NotFound);
        }
        Ok(taken)
    })?;
    Written::of(office, view, actor, taken)
}
