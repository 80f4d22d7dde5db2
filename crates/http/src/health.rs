//! Whether the server lives, and whether it can do its work. Nobody has to sign in for it.

use crate::State;
use crate::ask::blocking;
use crate::problem::{Problem, ProblemBody};
use axum::extract::State as Given;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "server", operation_id = "healthz", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers.
#[utoipa::path(get, path = "/readyz", tag = "server", operation_id = "readyz", security(()), responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn readyz(Given(state): Given<State>) -> Result<&'static str, Problem> {
    blocking(state.office, |office| office.units())
        .await
        .map(|_| "ready\n")
}
