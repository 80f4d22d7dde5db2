//! Doors that open once: the first administrator's, by the code that the program printed, and a customer's, by his
//! invitation; afterwards by one-time codes to the telephone that he confirmed.

use crate::State;
use crate::access::Caller;
use crate::ask::{Body, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::session::{Me, Peer, begun, from_here, presented};
use app::Error;
use app::account::{AccountError, SetUp};
use app::sender::{Message, Sender};
use axum::extract::State as Given;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(set_up))
        .routes(routes!(accept))
        .routes(routes!(code))
}

/// What a customer keeps up himself.
pub(crate) fn closed() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(phone))
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
#[schema(as = CustomerCode)]
struct Shown {
    /// The invitation, or with `phone` the code that was sent there.
    #[schema(example = "abcd-efgh-kmnp-rstw")]
    code: String,
    phone: Option<String>,
}

/// Lets a customer in by his invitation, which is used up, or by the code that was sent to his telephone.
#[utoipa::path(post, path = "/api/customer/session", tag = "session", operation_id = "customer_sign_in", request_body = Shown, responses(
    (status = 201, body = Me),
    (status = 401, description = "`code-wrong`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "`sign-in-wait`: too many failures from here", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn accept(
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<Shown>,
) -> Result<Response, Problem> {
    from_here(&headers)?;
    let from = presented(&state, &headers, peer);
    let signed = blocking(state.office.clone(), move |office| match &asked.phone {
        Some(phone) => office.sign_in_by_code(phone, &asked.code, &from),
        None => office.accept_invitation(&asked.code, &from),
    })
    .await?;
    begun(&state, &headers, signed).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhoneGiven)]
struct Phone {
    #[schema(example = "13912345678")]
    phone: String,
}

/// Sends a customer who has confirmed this telephone a code to sign in with. The answer is the same whether there is one or not.
#[utoipa::path(post, path = "/api/customer/code", tag = "session", operation_id = "send_customer_code", request_body = Phone, responses(
    (status = 202),
    (status = 400, description = "`phone-wrong`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "`sender-missing`: this server sends no codes", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn code(
    Given(state): Given<State>,
    headers: HeaderMap,
    Body(asked): Body<Phone>,
) -> Result<StatusCode, Problem> {
    from_here(&headers)?;
    let sender = sender(&state)?;
    let message = blocking(state.office, move |office| {
        office.customer_code(&asked.phone)
    })
    .await?;
    handed(sender, message);
    Ok(StatusCode::ACCEPTED)
}

fn sender(state: &State) -> Result<Arc<dyn Sender>, Problem> {
    let sender = state.door.sender.clone();
    sender.ok_or_else(|| Problem::from(Error::from(AccountError::NoSender)))
}

/// Nobody waits for it: how long it takes would tell whether the number is known.
fn handed(sender: Arc<dyn Sender>, message: Option<Message>) {
    let Some(message) = message else { return };
    // A thread of its own: it may take seconds, and none that answers requests is to wait for it.
    std::thread::spawn(move || {
        if let Err(error) = sender.send(&message) {
            tracing::error!(purpose = message.purpose, error, "a code was not sent");
        }
    });
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhoneConfirmation)]
struct Confirmation {
    #[schema(example = "13912345678")]
    phone: String,
    /// That was sent there; without one, one is sent.
    code: Option<String>,
}

/// A customer's telephone: without `code` one is sent there; with it, the telephone is confirmed and signs him in from now on.
#[utoipa::path(put, path = "/api/customer/phone", tag = "session", operation_id = "confirm_phone", request_body = Confirmation, responses(
    (status = 202, description = "a code was sent"),
    (status = 204, description = "confirmed"),
    (status = 401, description = "`code-wrong`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "`not-yourself`: a member signs in by his login", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "`sender-missing`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn phone(
    caller: Caller,
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<Confirmation>,
) -> Result<StatusCode, Problem> {
    let from = presented(&state, &headers, peer);
    if let Some(code) = asked.code {
        blocking(state.office, move |office| {
            office.confirm_phone(caller.seat, &asked.phone, &code, &from)
        })
        .await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    let sender = sender(&state)?;
    let message = blocking(state.office, move |office| {
        office.confirm_code(caller.seat, &asked.phone)
    })
    .await?;
    handed(sender, message);
    Ok(StatusCode::ACCEPTED)
}
