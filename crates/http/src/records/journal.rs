//! `GET /api/units/{unit}/records/{record}/journal`: every entry, the first one first.

use crate::State;
use crate::actor::Actor;
use crate::ask::reading;
use crate::problem::{Problem, ProblemBody};
use crate::shape::{self, DoneBy, Person, Text, at, moment};
use app::records::Journal;
use axum::Json;
use axum::extract::{Path, State as Given};
use domain::pack::model::Kind;
use domain::record::{BuiltIn, Entry as Stored};
use serde::Serialize;
use serde_json::{Map, Value as Json_, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(journal))
}

/// A line of a journal; never edited or deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entry {
    /// From 1.
    seq: i64,
    step: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Text>,
    by: DoneBy,
    /// Who typed it, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_by: Option<Person>,
    /// `own`, `on-behalf`, `device`, `import`, `paper` or `system`.
    #[schema(value_type = String)]
    via: Json_,
    /// When it happened, as far as anybody said: a day or an instant.
    occurred_at: String,
    recorded_at: String,
    /// What was filled in, private fields masked.
    #[schema(value_type = Object)]
    data: Map<String, Json_>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    links: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<Signature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What a step that every kind has did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    change: Option<Json_>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    anomalies: Vec<Json_>,
    /// SHA-256 over the entry before and this one.
    hash: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Signature {
    by: DoneBy,
    /// `own-session`, `drawn`, `paper` or `proxy`.
    #[schema(value_type = String)]
    how: Json_,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Journal)]
struct Told {
    kind: String,
    entries: Vec<Entry>,
}

/// The journal of a record.
#[utoipa::path(get, path = "/api/units/{unit}/records/{record}/journal", tag = "records", operation_id = "read_journal",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("record" = String, Path, description = "Id or number of the record"),
    ),
    responses((status = 200, body = Told), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn journal(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
) -> Result<Json<Told>, Problem> {
    let found = reading(state.office, move |office| {
        app::records::journal(office, &actor.0, &unit, &record)
    })
    .await?;
    let Journal { view, kind, lines } = &found;
    let known = view.rules.pack.kinds.get(kind);
    let entries = lines
        .iter()
        .map(|line| entry(&line.entry, &line.hash.0, known, view))
        .collect();
    Ok(Json(Told {
        kind: kind.to_string(),
        entries,
    }))
}

pub(super) fn entry(
    entry: &Stored,
    hash: &[u8; 32],
    kind: Option<&Kind>,
    view: &app::view::View,
) -> Entry {
    let zone = &view.unit.zone;
    let people = &view.people;
    let step = kind.and_then(|kind| kind.step(entry.step.as_str()));
    Entry {
        seq: entry.seq,
        step: entry.step.to_string(),
        title: step
            .filter(|_| entry.change.is_none())
            .map(|step| (&step.title).into()),
        by: DoneBy::of(&entry.by, people),
        recorded_by: entry
            .recorded_by
            .map(|member| Person::member(member, people)),
        via: json!(entry.via),
        occurred_at: moment(entry.occurred(), zone),
        recorded_at: at(entry.recorded_at, zone),
        data: kind
            .map(|kind| shape::data(kind, &entry.data))
            .unwrap_or_default(),
        links: entry
            .links
            .iter()
            .map(|(name, id)| (name.to_string(), id.to_string()))
            .collect(),
        signatures: entry
            .signatures
            .iter()
            .map(|signature| Signature {
                by: DoneBy::of(&signature.by, people),
                how: json!(signature.how),
                at: at(signature.at, zone),
                note: signature.note.clone(),
            })
            .collect(),
        second: entry.second.map(|member| Person::member(member, people)),
        reason: entry.reason.clone(),
        change: entry.change.as_ref().map(|change| told(change, kind)),
        anomalies: entry.anomalies.iter().map(|it| json!(it)).collect(),
        hash: hex(hash),
    }
}

/// A built-in change, with private values masked.
fn told(change: &BuiltIn, kind: Option<&Kind>) -> Json_ {
    match change {
        BuiltIn::Correct {
            seq,
            field,
            old,
            new,
        } => {
            let shown = |value: &domain::value::Value| {
                let data = [(field.clone(), value.clone())].into();
                let masked = kind
                    .map(|kind| shape::data(kind, &data))
                    .unwrap_or_default();
                masked.get(field.as_str()).cloned().unwrap_or(Json_::Null)
            };
            json!({"correct": {"seq": seq, "field": field, "old": shown(old), "new": shown(new)}})
        }
        BuiltIn::NotApplied {
            step,
            data,
            links,
            because,
        } => {
            let data = kind.map(|kind| shape::data(kind, data)).unwrap_or_default();
            json!({"not-applied": {"step": step, "data": data, "links": links, "because": because}})
        }
        other => json!(other),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
