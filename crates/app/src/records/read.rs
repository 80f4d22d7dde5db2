//! One record: everything that a page about it shows.

use super::steps::{Listed, Possible, possible};
use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::privacy::{Viewer, look_at, look_into};
use crate::view::View;
use domain::clock::Due;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::{Kind, Pack};
use domain::record::duties::{due_as_of, pauses_of};
use domain::record::{Decided, Record, Todo};
use domain::time::Instant;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::entry::Line;
use store::{duty, entry, record};

/// A record with what can be done about it now.
#[derive(Clone, Debug)]
pub struct Whole {
    pub view: Arc<View>,
    pub as_of: Instant,
    pub record: Record,
    pub todo: Vec<Running>,
    pub decided: Vec<Decided>,
    pub steps: Vec<Possible>,
    /// What the records behind its links are called.
    pub linked: BTreeMap<RecordId, String>,
}

/// A duty to do with its clock as it stands.
#[derive(Clone, Debug)]
pub struct Running {
    pub todo: Todo,
    /// With a pause that still runs counted up to now (S3.2).
    pub due: Due,
    pub paused: Option<Paused>,
    /// Of pauses that count, in microseconds.
    pub paused_micros: i64,
}

/// A clock that stands still, why and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    pub cause: Name,
    pub since: Instant,
}

/// A record by its number or id, as a caller sees it.
///
/// # Errors
/// `NotFound`.
pub fn whole(
    office: &Office,
    actor: &Actor,
    unit: &str,
    name: &str,
    listed: Listed,
) -> Result<Whole, Error> {
    let as_of = office.clock().now();
    let mut whole = office.in_unit(actor, unit, |tx, view| {
        let id = super::id_of(tx, view, name)?;
        let record = record::get(tx, view.unit.id, id)?;
        let _ = actor.may_see(tx, view, as_of, &record)?;
        let kind = view.rules.pack.kinds.get(&record.kind);
        let kind = kind.ok_or(Error::NotFound)?;
        let mut decided = Vec::new();
        let filter = duty::Filter {
            unit: Some(view.unit.id),
            record: Some(record.id),
            ..duty::Filter::default()
        };
        duty::each(tx, &filter, |row| {
            decided.push(row.decided);
            Ok(())
        })?;
        let steps = possible(tx, view, kind, &record, actor, as_of, listed)?;
        let mut linked = BTreeMap::new();
        for to in record.doc.links.values() {
            if let Some(name) = called(tx, view, *to)? {
                linked.insert(*to, name);
            }
        }
        let todo = record
            .doc
            .todo
            .iter()
            .map(|todo| running(view, kind, &record, todo, as_of))
            .collect();
        Ok(Whole {
            view: Arc::clone(view),
            as_of,
            record,
            todo,
            decided,
            steps,
            linked,
        })
    })?;
    let kind = whole.view.rules.pack.kinds.get(&whole.record.kind);
    let viewer = Viewer::of(&whole.view, actor, as_of);
    look_at(office.keys(), kind, &mut whole.record, &viewer)?;
    Ok(whole)
}

/// The clock of a duty to do as of an instant; where the calendar lacks a year, the due time as it was stored.
pub fn running(view: &View, kind: &Kind, record: &Record, todo: &Todo, as_of: Instant) -> Running {
    let pack: &Pack = &view.rules.pack;
    let Some(duty) = kind.duty(todo.name.as_str()) else {
        return Running {
            todo: todo.clone(),
            due: todo.due,
            paused: None,
            paused_micros: 0,
        };
    };
    let pauses = pauses_of(pack, record, duty, Some(as_of));
    let paused_micros = pauses
        .iter()
        .filter(|pause| pause.until > todo.start)
        .map(|pause| pause.until.since(pause.from.max(todo.start)))
        .sum();
    let stands = record
        .doc
        .waits
        .last()
        .filter(|wait| wait.left.is_none() && duty.pauses.contains(&wait.cause))
        .filter(|wait| pauses.iter().any(|pause| pause.from == wait.recorded_at));
    let due = if duty.pauses.is_empty() {
        todo.due
    } else {
        due_as_of(
            &view.library,
            pack,
            &view.unit.zone,
            record,
            duty,
            todo,
            Some(as_of),
        )
        .unwrap_or(todo.due)
    };
    Running {
        todo: todo.clone(),
        due,
        paused: stands.map(|wait| Paused {
            cause: wait.cause.clone(),
            since: wait.recorded_at,
        }),
        paused_micros,
    }
}

/// What a record behind a link is called: its label, without what is private.
pub(crate) fn called(
    tx: &mut store::Tx<'_>,
    view: &View,
    id: RecordId,
) -> Result<Option<String>, store::Error> {
    for unit in &view.path {
        if let Some((seen, _)) = record::seen(tx, *unit, id)? {
            let kind = view.rules.pack.kinds.get(&seen.kind);
            return Ok(kind.map(|kind| crate::board::label_of(kind, &seen.data)));
        }
    }
    Ok(None)
}

/// The journal of a record.
#[derive(Clone, Debug)]
pub struct Journal {
    pub view: Arc<View>,
    pub kind: Name,
    pub lines: Vec<Line>,
}

/// Every entry of a record, the first one first.
///
/// # Errors
/// `NotFound`.
pub fn journal(office: &Office, actor: &Actor, unit: &str, name: &str) -> Result<Journal, Error> {
    let now = office.clock().now();
    let (view, record, mut lines) = office.in_unit(actor, unit, |tx, view| {
        let id = super::id_of(tx, view, name)?;
        let record = record::get(tx, view.unit.id, id)?;
        let _ = actor.may_see(tx, view, now, &record)?;
        let lines = entry::journal(tx, view.unit.id, id)?;
        Ok((Arc::clone(view), record, lines))
    })?;
    let viewer = Viewer::of(&view, actor, now);
    let kind = view.rules.pack.kinds.get(&record.kind);
    for line in &mut lines {
        look_into(
            office.keys(),
            kind,
            &record.doc.links,
            &mut line.entry,
            &viewer,
        )?;
    }
    Ok(Journal {
        view,
        kind: record.kind,
        lines,
    })
}
