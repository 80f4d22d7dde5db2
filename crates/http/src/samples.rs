//! Samples for spot checks: the population is listed first, then two people type the same number, then the draw follows from both.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, Params, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::records::{StepTaken, taken};
use crate::seals::done;
use app::records::{Written, named};
use app::sample::{self, Listing};
use app::score::window;
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::name::Name;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(number))
        .routes(routes!(repeat))
}

/// What is to be sampled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SampleBody {
    standard: String,
    /// `2026-03`, `2026-Q1`, `2026-W14`, `2026`.
    period: String,
    /// The kind of record to draw from.
    kind: String,
    /// A condition on it, as packs write them.
    #[serde(default)]
    #[schema(example = "urgency == 'urgent'")]
    when: Option<String>,
    /// How many are to be drawn.
    size: u32,
    /// Why there is a further draw of the same standard, unit and period.
    #[serde(default)]
    reason: Option<String>,
}

/// Lists the population and enters its root; nothing is drawn yet.
#[utoipa::path(post, path = "/api/units/{unit}/samples", tag = "scores", operation_id = "list_sample",
    params(("unit" = String, Path, description = "Code of the unit")),
    request_body = SampleBody,
    responses(
        (status = 201, body = StepTaken),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`sample-refused`"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Body(body): Body<SampleBody>,
) -> Result<(StatusCode, Json<StepTaken>), Problem> {
    let written = blocking(state.office, move |office| {
        let (unit, view) = office.unit_of(&actor.0, &unit)?;
        let listing = Listing {
            unit: unit.id,
            standard: Name::from(body.standard),
            window: window(&body.period)?,
            kind: Name::from(body.kind),
            when: body.when,
            size: body.size,
            reason: body.reason,
        };
        let taken = sample::list(office, &actor.0, &listing)?;
        Written::of(office, view, &actor.0, taken)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(taken(&written)?)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NumberBody {
    /// Agreed upon aloud, after the population was listed.
    number: u64,
}

/// Types the number: one person first, then another the same one, with whom the sample is drawn.
#[utoipa::path(post, path = "/api/units/{unit}/samples/{sample}/number", tag = "scores", operation_id = "type_sample_number",
    params(("unit" = String, Path, description = "Code of the unit"), ("sample" = String, Path, description = "Id or number of the sample")),
    request_body = NumberBody,
    responses(
        (status = 200, body = StepTaken),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "`sample-refused`"),
    ))]
async fn number(
    actor: Actor,
    Given(state): Given<State>,
    Path(path): Path<(String, String)>,
    Body(body): Body<NumberBody>,
) -> Result<Json<StepTaken>, Problem> {
    done(state, actor, path, move |office, actor, unit, id| {
        sample::number(office, actor, unit, id, body.number)
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DrawParams {
    number: u64,
}

/// A draw, computed from what the sample states.
#[derive(Debug, Serialize, ToSchema)]
struct Draw {
    /// In lower-case hex.
    seed: String,
    /// Numbers of records in the order of the draw.
    drawn: Vec<String>,
}

/// What a number draws from the population that the sample states: anybody can check a draw by it. Nothing is written.
#[utoipa::path(get, path = "/api/units/{unit}/samples/{sample}/draw", tag = "scores", operation_id = "repeat_draw",
    params(("unit" = String, Path, description = "Code of the unit"), ("sample" = String, Path, description = "Id or number of the sample"), DrawParams),
    responses(
        (status = 200, body = Draw),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn repeat(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, sample)): Path<(String, String)>,
    Params(params): Params<DrawParams>,
) -> Result<Json<Draw>, Problem> {
    let drawn = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        let id = named(office, &view, &sample)?;
        sample::repeated(office, &actor.0, view.unit.id, id, params.number)
    })
    .await?;
    Ok(Json(Draw {
        seed: drawn.seed,
        drawn: drawn.ids,
    }))
}
