//! Steps from a device's queue that could not be applied, and what came of them.

use super::journal::{Entry, entry};
use super::step::{StepBody, StepTaken, answer};
use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, idempotency_key, parsed};
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(settle))
}

/// A step that waits for somebody to look at it.
#[derive(Debug, Serialize, ToSchema)]
struct NotApplied {
    record: String,
    number: String,
    kind: String,
    /// The state that did not admit it.
    state: String,
    entry: Entry,
}

#[derive(Debug, Serialize, ToSchema)]
struct NotAppliedList {
    not_applied: Vec<NotApplied>,
}

/// Steps that came too late for their record and that nobody has looked at.
#[utoipa::path(get, path = "/api/units/{unit}/not-applied", tag = "records", operation_id = "list_not_applied",
    params(("unit" = String, Path, description = "Code of the unit")),
    responses((status = 200, body = NotAppliedList), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
) -> Result<Json<NotAppliedList>, Problem> {
    let (view, found) = blocking(state.office, move |office| {
        app::records::not_applied(office, &actor.0, &unit)
    })
    .await?;
    let not_applied = found
        .iter()
        .map(|kept| NotApplied {
            record: kept.record.id.to_string(),
            number: kept.record.number.clone(),
            kind: kept.record.kind.to_string(),
            state: kept.record.state.to_string(),
            entry: entry(
                &kept.entry,
                &kept.hash,
                view.rules.pack.kinds.get(&kept.record.kind),
                &view,
            ),
        })
        .collect();
    Ok(Json(NotAppliedList { not_applied }))
}

/// Says what came of a step that was not applied (`reason`): it waits no longer.
#[utoipa::path(post, path = "/api/units/{unit}/records/{record}/not-applied/{seq}/settle", tag = "records", operation_id = "settle_not_applied",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("record" = String, Path, description = "Id or number of the record"),
        ("seq" = String, Path, description = "Number of the entry that keeps the step"),
        ("Idempotency-Key" = Option<String>, Header),
    ),
    request_body = StepBody,
    responses(
        (status = 200, body = StepTaken),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn settle(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record, seq)): Path<(String, String, String)>,
    headers: HeaderMap,
    Body(body): Body<StepBody>,
) -> Result<Response, Problem> {
    let seq: i64 = parsed(&seq)?;
    let asked = body.asked("settle", idempotency_key(&headers)?)?;
    let written = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        let id = app::records::named(office, &view, &record)?;
        app::records::settle(office, &unit, &actor.0, id, seq, &asked)
    })
    .await?;
    answer(&written, StatusCode::OK)
}
