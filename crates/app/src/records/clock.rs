//! How the clocks of a record were computed, line by line, and with whom the matter was meanwhile.

use super::read::{Running, running};
use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use domain::clock::ClockError;
use domain::name::{Name, Text};
use domain::record::duties::explain_as_of;
use domain::record::evolve::happened;
use domain::record::watch::watch;
use domain::time::Instant;
use std::sync::Arc;
use store::{entry, record};

/// The clocks of a record.
#[derive(Clone, Debug)]
pub struct Clocks {
    pub view: Arc<View>,
    pub as_of: Instant,
    pub kind: Name,
    /// From the opening to the end, or to now.
    pub stretches: Vec<Stretch>,
    /// Duties to do, each with the lines of its computation.
    pub duties: Vec<(Running, Result<Vec<Text>, ClockError>)>,
}

/// A time during which the matter was in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub state: Name,
    /// Who held it, by the pack: service, engineering, the customer …
    pub with: Option<Name>,
    /// What it waited for.
    pub waits: Option<Name>,
    pub from: Instant,
    /// `None`: it still is.
    pub until: Option<Instant>,
}

/// The clocks of a record as of now.
///
/// # Errors
/// `NotFound`; a journal that its packs cannot explain.
pub fn clocks(office: &Office, actor: &Actor, unit: &str, name: &str) -> Result<Clocks, Error> {
    let as_of = office.clock().now();
    let (view, record, lines) = office.in_unit(actor, unit, |tx, view| {
        let id = super::id_of(tx, view, name)?;
        let record = record::get(tx, view.unit.id, id)?;
        let _ = actor.may_see(tx, view, as_of, &record)?;
        let lines = entry::journal(tx, view.unit.id, id)?;
        Ok((Arc::clone(view), record, lines))
    })?;
    let pack = &view.rules.pack;
    let kind = pack.kinds.get(&record.kind).ok_or(Error::NotFound)?;
    let journal: Vec<_> = lines
        .into_iter()
        .map(|line| (line.entry, line.text))
        .collect();
    let mut stretches: Vec<Stretch> = Vec::new();
    watch(
        &view.library,
        &view.unit.zone,
        &journal,
        |_, entry, after| {
            let at = happened(entry);
            if let Some(last) = stretches.last_mut() {
                if last.state == after.state {
                    return;
                }
                last.until = Some(at.max(last.from));
            }
            let state = kind.state(after.state.as_str());
            stretches.push(Stretch {
                state: after.state.clone(),
                with: state.and_then(|state| state.with.clone()),
                waits: state.and_then(|state| state.waits.clone()),
                from: at,
                until: None,
            });
        },
    )?;
    if record.closed_at.is_some()
        && let Some(last) = stretches.last_mut()
    {
        last.until = Some(last.from);
    }
    let duties = record
        .doc
        .todo
        .iter()
        .map(|todo| {
            let lines = match kind.duty(todo.name.as_str()) {
                Some(duty) => explain_as_of(
                    &view.library,
                    pack,
                    &view.unit.zone,
                    &record,
                    duty,
                    todo,
                    Some(as_of),
                )
                .map(|answer| answer.explanation),
                None => Ok(Vec::new()),
            };
            (running(&view, kind, &record, todo, as_of), lines)
        })
        .collect();
    let kind = kind.name.clone();
    Ok(Clocks {
        view,
        as_of,
        kind,
        stretches,
        duties,
    })
}
