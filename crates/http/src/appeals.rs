//! Appeals: who is scored contests a verdict of his own card; somebody outside the chain decides, and once more the unit above.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::records::{StepTaken, taken};
use crate::seals::done;
use app::appeal::{self, Contested, Decision};
use app::records::{Written, named};
use app::score::window;
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::name::Name;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(file))
        .routes(routes!(go_on))
        .routes(routes!(decide))
}

/// The verdict that is contested, as the evidence of a clause names it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppealBody {
    standard: String,
    /// `2026-03`, `2026-Q1`, `2026-W14`, `2026`.
    period: String,
    clause: String,
    /// Id or number.
    record: String,
    /// Absent: the record itself, as what must not happen, or a mark.
    #[serde(default)]
    duty: Option<String>,
    /// Of the duty, from 1.
    #[serde(default = "first")]
    occurrence: u32,
    statement: String,
}

fn first() -> u32 {
    1
}

/// Contests a verdict of one's own card, within five days of being shown it.
#[utoipa::path(post, path = "/api/units/{unit}/appeals", tag = "scores", operation_id = "file_appeal",
    params(("unit" = String, Path, description = "Code of the unit in which the record stands")),
    request_body = AppealBody,
    responses(
        (status = 201, body = StepTaken),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`appeal-nothing`, `appeal-too-late`"),
    ))]
async fn file(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Body(body): Body<AppealBody>,
) -> Result<(StatusCode, Json<StepTaken>), Problem> {
    let written = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let contested = Contested {
            unit: unit.id,
            standard: Name::from(body.standard),
            window: window(&body.period)?,
            clause: Name::from(body.clause),
            record: named(office, &view, &body.record)?,
            duty: body.duty.map(|duty| (Name::from(duty), body.occurrence)),
            statement: body.statement,
        };
        let taken = appeal::file(office, &actor.0, &contested)?;
        Written::of(office, view, &actor.0, taken)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(taken(&written)?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GoOnBody {
    statement: String,
}

/// Takes an appeal that was rejected to the unit above, once.
#[utoipa::path(post, path = "/api/units/{unit}/appeals/{appeal}/go-on", tag = "scores", operation_id = "go_on_with_appeal",
    params(("unit" = String, Path, description = "Code of the unit"), ("appeal" = String, Path, description = "Id or number of the appeal")),
    request_body = GoOnBody,
    responses(
        (status = 200, body = StepTaken),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`appeal-exhausted`"),
    ))]
async fn go_on(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    Body(body): Body<GoOnBody>,
) -> Result<Json<StepTaken>, Problem> {
    done(state, actor, path, move |office, actor, unit, id| {
        appeal::go_on(office, actor, unit, id, &body.statement)
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AppealDecision)]
struct DecisionBody {
    /// The verdict does not count; a card that was sealed is revised, never to less.
    excused: bool,
    reason: String,
}

/// Decides on an appeal, by somebody outside the chain; beyond a share of a clause's cases the unit above.
#[utoipa::path(post, path = "/api/units/{unit}/appeals/{appeal}/decide", tag = "scores", operation_id = "decide_appeal",
    params(("unit" = String, Path, description = "Code of the unit"), ("appeal" = String, Path, description = "Id or number of the appeal")),
    request_body = DecisionBody,
    responses(
        (status = 200, body = StepTaken),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`appeal-in-chain`, `appeal-above`"),
    ))]
async fn decide(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    Body(body): Body<DecisionBody>,
) -> Result<Json<StepTaken>, Problem> {
    let decision = Decision {
        excused: body.excused,
        reason: body.reason,
    };
    done(state, actor, path, move |office, actor, unit, id| {
        appeal::decide(office, actor, unit, id, &decision)
    })
    .await
}
