//! Private values: shown to whoever says why and may see them, with every view on record; a person's handed out or erased on lawful request.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, parsed};
use crate::problem::{Problem, ProblemBody};
use crate::shape::{DoneBy, at, json, names};
use app::privacy::{self, Basis, PersonRecord, Shown};
use app::view::View;
use app::{Error, records};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::id::RecordId;
use domain::name::Name;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json_};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(reveal))
        .routes(routes!(views))
        .routes(routes!(export))
        .routes(routes!(ask_erasure))
        .routes(routes!(list_erasures))
        .routes(routes!(consent))
        .routes(routes!(refuse))
}

/// Which private fields of a record somebody wants to see, and what for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reveal {
    #[schema(example = json!(["phone"]))]
    fields: Vec<String>,
    /// Goes on record with the view.
    #[schema(example = "核实产权人")]
    why: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Revealed {
    /// By field; of what was erased, words that say so.
    #[schema(value_type = Object)]
    values: Map<String, Json_>,
}

/// Shows private fields of a record, and puts the view on record first. Of a secret file only under a grant of the caller's that is in force.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/reveal", tag = "privacy", operation_id = "reveal_fields",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("record" = String, Path, description = "Id or number of the record"),
    ),
    request_body = Reveal,
    responses(
        (status = 200, body = Revealed),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn reveal(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
    Body(body): Body<Reveal>,
) -> Result<Json<Revealed>, Problem> {
    let values = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let id = records::named(office, &view, &record)?;
        let fields: Vec<Name> = body
            .fields
            .iter()
            .map(|name| Name::from(name.as_str()))
            .collect();
        privacy::reveal(office, &actor.0, unit.id, id, &fields, &body.why)
    })
    .await?;
    Ok(Json(Revealed {
        values: shown(&values),
    }))
}

fn shown(values: &BTreeMap<Name, Shown>) -> Map<String, Json_> {
    values
        .iter()
        .map(|(name, value)| (name.to_string(), json(value.text())))
        .collect()
}

/// Who saw private fields of a record.
#[derive(Debug, Serialize, ToSchema)]
struct Seen {
    by: DoneBy,
    at: String,
    fields: Vec<String>,
    why: String,
    /// The grant under which a secret file was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<String>,
}

impl Seen {
    fn of(seen: &privacy::Seen, view: &View) -> Self {
        Self {
            by: DoneBy::of(&seen.by, &view.people),
            at: at(seen.at, &view.unit.zone),
            fields: names(&seen.fields),
            why: seen.why.clone(),
            grant: seen.grant.map(|grant| grant.to_string()),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct Views {
    views: Vec<Seen>,
}

/// Every view of a record's private fields, the first one first; for whoever may audit the unit.
#[utoipa::path(get, path = "/api/units/{unit}/records/{record}/views", tag = "privacy", operation_id = "list_views",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("record" = String, Path, description = "Id or number of the record"),
    ),
    responses(
        (status = 200, body = Views),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn views(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
) -> Result<Json<Views>, Problem> {
    let views = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let id = records::named(office, &view, &record)?;
        let seen = privacy::views(office, &actor.0, unit.id, id)?;
        Ok::<_, Error>(seen.iter().map(|seen| Seen::of(seen, &view)).collect())
    })
    .await?;
    Ok(Json(Views { views }))
}

/// What is kept of a person.
#[derive(Debug, Serialize, ToSchema)]
struct PersonKept {
    person: String,
    /// His own record first, then what points to him; the unit's and those of units below it.
    records: Vec<PersonsRecord>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PersonsRecord {
    unit: String,
    kind: String,
    number: String,
    id: String,
    state: String,
    /// How it points to the person; nothing for his own.
    links: Vec<String>,
    opened_at: String,
    /// What tells of him is readable, what tells of others is masked.
    #[schema(value_type = Object)]
    data: Map<String, Json_>,
    journal: Vec<PersonsEntry>,
    views: Vec<Seen>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PersonsEntry {
    seq: i64,
    step: String,
    recorded_at: String,
    #[schema(value_type = Object)]
    data: Map<String, Json_>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

fn kept(view: &Arc<View>, found: &PersonRecord) -> PersonsRecord {
    let zone = &view.unit.zone;
    let record = &found.record;
    PersonsRecord {
        unit: view.unit.code.clone(),
        kind: record.kind.to_string(),
        number: record.number.clone(),
        id: record.id.to_string(),
        state: record.state.to_string(),
        links: names(&found.links),
        opened_at: at(record.opened_at, zone),
        data: shown(&found.data),
        journal: found
            .journal
            .iter()
            .map(|(entry, data)| PersonsEntry {
                seq: entry.seq,
                step: entry.step.to_string(),
                recorded_at: at(entry.recorded_at, zone),
                data: shown(data),
                reason: entry.reason.clone(),
            })
            .collect(),
        views: found.views.iter().map(|it| Seen::of(it, view)).collect(),
    }
}

/// Everything that is kept of a person, readable, for whoever may export; the export is put on record as a view.
#[utoipa::path(post, path = "/api/units/{unit}/persons/{person}/export", tag = "privacy", operation_id = "export_person",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("person" = String, Path, description = "Id of the record that registers the person"),
    ),
    responses(
        (status = 200, body = PersonKept),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn export(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, person)): Path<(String, String)>,
) -> Result<Json<PersonKept>, Problem> {
    let person: RecordId = parsed(&person)?;
    let records = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        privacy::export(office, &actor.0, unit.id, person)?
            .iter()
            .map(|found| Ok(kept(&office.view(found.unit)?, found)))
            .collect::<Result<Vec<_>, Error>>()
    })
    .await?;
    Ok(Json(PersonKept {
        person: person.to_string(),
        records,
    }))
}

/// A lawful request to erase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskErasure {
    /// `purpose-over`, `service-ended`, `consent-withdrawn`, `unlawful` or `law`.
    #[schema(example = "consent-withdrawn")]
    basis: String,
    /// Who asked, and how.
    #[schema(example = "本人书面请求")]
    reason: String,
}

/// A request that waits for a second member.
#[derive(Debug, Serialize, ToSchema)]
struct ErasureAsked {
    id: String,
    /// Id of the record that registers the person.
    person: String,
    by: DoneBy,
    at: String,
    basis: String,
    reason: String,
}

impl ErasureAsked {
    fn of(request: &privacy::Request, view: &View) -> Self {
        let asked = &request.asked;
        Self {
            id: request.id.to_string(),
            person: request.person.to_string(),
            by: DoneBy::of(&asked.by, &view.people),
            at: at(asked.at, &view.unit.zone),
            basis: asked.basis.clone(),
            reason: asked.reason.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct ErasuresAsked {
    requests: Vec<ErasureAsked>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Erased {
    /// Records that held something of the person.
    records: u64,
    /// Keys that were destroyed.
    keys: u64,
}

/// Asks that a person be erased. Nothing is, until a second member who may erase has consented. Whoever may not is answered as if there were no
/// such person.
#[utoipa::path(post, path = "/api/units/{unit}/persons/{person}/erase", tag = "privacy", operation_id = "ask_erasure",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("person" = String, Path, description = "Id of the record that registers the person"),
    ),
    request_body = AskErasure,
    responses(
        (status = 201, body = ErasureAsked),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn ask_erasure(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, person)): Path<(String, String)>,
    Body(body): Body<AskErasure>,
) -> Result<(StatusCode, Json<ErasureAsked>), Problem> {
    let person: RecordId = parsed(&person)?;
    let asked = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let basis = Basis::named(&body.basis)?;
        let asked = privacy::ask(office, &actor.0, unit.id, person, basis, &body.reason)?;
        Ok::<_, Error>(ErasureAsked::of(&asked, &view))
    })
    .await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

/// Requests to erase that wait for a second member, of persons whom the caller may erase.
#[utoipa::path(get, path = "/api/units/{unit}/erasures", tag = "privacy", operation_id = "list_erasures",
    params(("unit" = String, Path, description = "Code of the unit")),
    responses(
        (status = 200, body = ErasuresAsked),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list_erasures(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
) -> Result<Json<ErasuresAsked>, Problem> {
    let requests = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let asked = privacy::asked(office, &actor.0, unit.id)?;
        Ok::<_, Error>(asked.iter().map(|it| ErasureAsked::of(it, &view)).collect())
    })
    .await?;
    Ok(Json(ErasuresAsked { requests }))
}

/// Consents to what another member asked for: every private value that tells of the person becomes unreadable for good, and the journal keeps
/// both names, when and why.
#[utoipa::path(post, path = "/api/units/{unit}/erasures/{request}/consent", tag = "privacy", operation_id = "consent_to_erasure",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("request" = String, Path, description = "Id of the request"),
    ),
    responses(
        (status = 200, body = Erased),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn consent(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, request)): Path<(String, String)>,
) -> Result<Json<Erased>, Problem> {
    let request: RecordId = parsed(&request)?;
    let erased = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        privacy::consent(office, &actor.0, unit.id, request)
    })
    .await?;
    Ok(Json(Erased {
        records: erased.records,
        keys: erased.keys,
    }))
}

/// Refuses a request to erase, or takes one's own back.
#[utoipa::path(post, path = "/api/units/{unit}/erasures/{request}/refuse", tag = "privacy", operation_id = "refuse_erasure",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("request" = String, Path, description = "Id of the request"),
    ),
    responses(
        (status = 204),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn refuse(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, request)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let request: RecordId = parsed(&request)?;
    blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        privacy::refuse(office, &actor.0, unit.id, request)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
