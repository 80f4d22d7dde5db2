//! Doors that open once: the first administrator's, by the code that the program printed, and a customer's, by his invitation.

use crate::State;
use crate::ask::{Body, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::session::{Me, Peer, begun, from_here, presented};
use app::account::SetUp;
use axum::extract::State as Given;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(set_up))
        .routes(routes!(accept))
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FirstAdministrator)]
struct First {
    /// As the program printed it.
    code: String,
    login: String,
    name: String,
    /// 10 to 200 characters, not all alike, without the login.
    password: String,
}

/// Sets the first administrator up and signs him in.
#[utoipa::path(post, path = "/api/setup", tag = "session", operation_id = "set_up", request_body = First, responses(
    (status = 201, body = Me),
    (status = 401, description = "`code-wrong`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "`set-up-done`: there is one", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "`password-weak`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn set_up(
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<First>,
) -> Result<Response, Problem> {
    from_here(&headers)?;
    let from = presented(&state, &headers, peer);
    let signed = blocking(state.office.clone(), move |office| {
        let first = SetUp {
            code: asked.code,
            login: asked.login,
            name: asked.name,
            password: asked.password,
        };
        office.set_up(&first, &from)
    })
    .await?;
    begun(&state, &headers, signed).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationCode)]
struct Accepted {
    #[schema(example = "abcd-efgh-kmnp-rstw")]
    code: String,
}

/// Lets a customer in by his invitation, which is used up.
#[utoipa::path(post, path = "/api/customer/session", tag = "session", operation_id = "accept_invitation", request_body = Accepted, responses(
    (status = 201, body = Me),
    (status = 401, description = "`code-wrong`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "`sign-in-wait`: too many failures from here", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn accept(
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<Accepted>,
) -> Result<Response, Problem> {
    from_here(&headers)?;
    let from = presented(&state, &headers, peer);
    let signed = blocking(state.office.clone(), move |office| {
        office.accept_invitation(&asked.code, &from)
    })
    .await?;
    begun(&state, &headers, signed).await
}
