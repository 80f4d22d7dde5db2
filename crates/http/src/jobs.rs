//! `/api/units/{unit}/jobs`: what the program still has to do by itself, and what it has given up.

use crate::State;
use crate::actor::Actor;
use crate::ask::{blocking, parsed};
use crate::problem::{Problem, ProblemBody};
use crate::shape::at;
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::id::RecordId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(retry))
}

/// Work that is not done.
#[derive(Serialize, ToSchema)]
struct Job {
    id: String,
    /// `message`, `transfer` …
    kind: String,
    /// How often it was tried.
    attempts: i64,
    /// When it is tried next; none: it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_at: Option<String>,
    /// Why it failed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Jobs {
    jobs: Vec<Job>,
}

/// Work of the unit's that waits, and last what was given up.
#[utoipa::path(get, path = "/api/units/{unit}/jobs", tag = "server", operation_id = "list_jobs",
    params(("unit" = String, Path, description = "Code of the unit")),
    responses(
        (status = 200, body = Jobs),
        (status = 403, description = "`privilege-missing`: `integrations`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
) -> Result<Json<Jobs>, Problem> {
    let jobs = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        let jobs = app::work::list(office, &actor.0, unit.id)?;
        let shown = jobs.into_iter().map(|job| Job {
            id: job.id.to_string(),
            kind: job.kind,
            attempts: job.attempts,
            run_at: job.run_at.map(|run_at| at(run_at, &unit.zone)),
            error: job.error,
        });
        Ok(shown.collect())
    })
    .await?;
    Ok(Json(Jobs { jobs }))
}

/// Has work that was given up tried again.
#[utoipa::path(post, path = "/api/units/{unit}/jobs/{job}/retry", tag = "server", operation_id = "retry_job",
    params(("unit" = String, Path, description = "Code of the unit"), ("job" = String, Path, description = "Id of the job")),
    responses(
        (status = 204),
        (status = 403, description = "`privilege-missing`: `integrations`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "no such work, or it was not given up", body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn retry(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, job)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let job: RecordId = parsed(&job)?;
    blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        app::work::try_again(office, &actor.0, unit.id, job)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
