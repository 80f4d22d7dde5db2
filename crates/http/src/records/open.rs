//! `POST /api/units/{unit}/records`: brings a record about.

use super::step::{StepBody, StepTaken, answer};
use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, idempotency_key};
use crate::problem::{Problem, ProblemBody};
use axum::extract::{Path, State as Given};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use domain::id::RecordId;
use domain::name::Name;
use domain::value::Data;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(open))
}

/// A record to bring about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpenBody {
    #[schema(example = "request")]
    kind: String,
    /// The caller's own UUIDv7, made without a signal.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    id: Option<RecordId>,
    /// The form, by field: `#/components/schemas/KIND.open`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Data,
    /// Ids of records, by link.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    links: BTreeMap<Name, RecordId>,
    /// A day or an instant, if it did not happen now.
    #[serde(default)]
    occurred_at: Option<String>,
    #[serde(default)]
    on_behalf_of: Option<String>,
    /// Written on paper during an outage.
    #[serde(default)]
    paper: bool,
    /// Waited in a device's queue.
    #[serde(default)]
    offline: bool,
    #[serde(default)]
    device: Option<super::step::Device>,
    #[serde(default)]
    signatures: Vec<super::step::SignatureBody>,
    #[serde(default)]
    second: Option<String>,
    #[serde(default)]
    reason: Option<String>,
}

/// Opens a record. A repeated request under the same Idempotency-Key answers as the first one did.
#[utoipa::path(post, path = "/api/units/{unit}/records", tag = "records", operation_id = "open_record",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a retried request happen once; kept for 30 days at least"),
    ),
    request_body = OpenBody,
    responses(
        (status = 201, body = StepTaken, headers(("Location" = String), ("ETag" = String))),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn open(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    headers: HeaderMap,
    Body(body): Body<OpenBody>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    if body.id.is_some_and(|id| id.uuid().get_version_num() != 7) {
        return Err(Problem::wrong(
            "id",
            "id-version",
            "自带编号须为 UUIDv7。",
            "An id of your own is a UUIDv7.",
        ));
    }
    let (kind, id) = (Name::from(body.kind.as_str()), body.id);
    let asked = StepBody {
        data: body.data,
        links: body.links,
        version: None,
        occurred_at: body.occurred_at,
        on_behalf_of: body.on_behalf_of,
        paper: body.paper,
        offline: body.offline,
        device: body.device,
        signatures: body.signatures,
        second: body.second,
        reason: body.reason,
    }
    .asked("open", key)?;
    let address = format!("/api/units/{unit}/records/");
    let written = blocking(state.office, move |office| {
        app::records::open(office, &unit, &actor.0, &kind, id, &asked)
    })
    .await?;
    let mut response = answer(&written, StatusCode::CREATED)?;
    if let Ok(address) = HeaderValue::from_str(&format!("{address}{}", written.record.id)) {
        response.headers_mut().insert(LOCATION, address);
    }
    Ok(response)
}
