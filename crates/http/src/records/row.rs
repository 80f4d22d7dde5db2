//! A record and a duty as lists show them.

use super::read::LinkTo;
use crate::shape::{self, HeldBy, Person, at};
use app::records::{Brief, BriefTodo};
use app::view::View;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::Kind;
use domain::time::Instant;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A record in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RecordRow {
    /// UUIDv7.
    id: String,
    /// What people call it; the id where the kind has no numbers.
    #[schema(example = "WX-WT-20260331-0003")]
    number: String,
    kind: String,
    state: String,
    /// As the ETag says it.
    version: i64,
    /// The words that stand for it; nothing private is in them.
    label: String,
    opened_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Person>,
    /// What it waits for, if its state is one of waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<Waits>,
    /// The duty that is due first.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<DutyRow>,
    /// Duties to do.
    duties: usize,
    /// The fields that were asked for, private ones masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Json>>,
    /// The links that were asked for, with what their other ends are called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    links: BTreeMap<String, LinkTo>,
}

/// A state of waiting.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Waits {
    cause: String,
    since: String,
}

/// A duty to do in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DutyRow {
    duty: String,
    /// From 1: the same duty may start again.
    occurrence: u32,
    holder: HeldBy,
    start_at: String,
    /// Without a pause that still runs; while one does, `waits` of the record says so.
    due_at: String,
    /// Done at the due time itself is in time.
    inclusive: bool,
    late: bool,
    /// A pause that stops this clock runs.
    paused: bool,
    excused: bool,
}

impl RecordRow {
    pub(crate) fn of(row: &Brief, view: &View, as_of: Instant, fields: &[Name]) -> Self {
        let zone = &view.unit.zone;
        let kind = view.rules.pack.kinds.get(&row.kind);
        let data = (!fields.is_empty()).then(|| {
            let wanted = row
                .doc
                .data
                .iter()
                .filter(|(name, _)| fields.contains(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            kind.map(|kind| shape::data(kind, &wanted))
                .unwrap_or_default()
        });
        Self {
            id: row.id.to_string(),
            number: row.number.clone(),
            kind: row.kind.to_string(),
            state: row.state.to_string(),
            version: row.version,
            label: kind.map_or_else(
                || row.kind.to_string(),
                |kind| app::board::label_of(kind, &row.doc.data),
            ),
            opened_at: at(row.opened_at, zone),
            closed_at: row.closed_at.map(|closed| at(closed, zone)),
            assignee: row
                .assignee
                .map(|member| Person::member(member, &view.people)),
            team: row.team.map(|team| Person::of(team.into(), &view.people)),
            waits: row
                .doc
                .waits
                .last()
                .filter(|wait| wait.left.is_none())
                .map(|wait| Waits {
                    cause: wait.cause.to_string(),
                    since: at(wait.recorded_at, zone),
                }),
            next: row
                .doc
                .todo
                .first()
                .map(|todo| DutyRow::of(todo, row, view, as_of)),
            duties: row.doc.duties,
            data,
            links: BTreeMap::new(),
        }
    }

    /// With what its links lead to, where that was looked up.
    pub(crate) fn calling(mut self, row: &Brief, linked: &BTreeMap<RecordId, String>) -> Self {
        for (name, to) in &row.doc.links {
            if let Some(label) = linked.get(to) {
                self.links
                    .insert(name.to_string(), LinkTo::named(*to, label));
            }
        }
        self
    }
}

impl DutyRow {
    pub(crate) fn of(todo: &BriefTodo, row: &Brief, view: &View, as_of: Instant) -> Self {
        let zone = &view.unit.zone;
        let kind = view.rules.pack.kinds.get(&row.kind);
        let paused = paused_state(kind, todo.name.as_str(), row);
        let held = todo.held.last();
        Self {
            duty: todo.name.to_string(),
            occurrence: todo.occurrence,
            holder: held.map_or(HeldBy::Unit, |held| HeldBy::of(&held.holder, &view.people)),
            start_at: at(todo.start, zone),
            due_at: at(todo.due.at, zone),
            inclusive: todo.due.end == domain::clock::End::Inclusive,
            late: !paused && todo.due.is_late(as_of),
            paused,
            excused: todo.excuse.is_some(),
        }
    }
}

/// Whether a pause runs that stops the clock of a duty.
pub(crate) fn paused_state(kind: Option<&Kind>, duty: &str, row: &Brief) -> bool {
    let Some(wait) = row.doc.waits.last().filter(|wait| wait.left.is_none()) else {
        return false;
    };
    kind.and_then(|kind| kind.duty(duty))
        .is_some_and(|duty| duty.pauses.contains(&wait.cause))
}
