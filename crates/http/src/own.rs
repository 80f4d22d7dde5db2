//! One's own password, second factor, and tokens for programs. A token acts for its owner; it does not become him, so none of this is its to do.

use crate::State;
use crate::access::Caller;
use crate::ask::{Body, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::session::{Peer, Session, ended, listed, presented};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(password))
        .routes(routes!(new_totp, confirm_totp, drop_totp))
        .routes(routes!(sign_ins))
        .routes(routes!(tokens, make_token))
        .routes(routes!(end))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
struct NewPassword {
    old: String,
    /// 10 to 200 characters, not all alike, without the login.
    new: String,
}

/// Changes one's own password; every other session ends.
#[utoipa::path(post, path = "/api/password", tag = "session", operation_id = "change_password", request_body = NewPassword, responses(
    (status = 204),
    (status = 401, description = "`sign-in-wrong`: the old one", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "`password-weak`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn password(
    caller: Caller,
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    caller.not_by_token()?;
    let from = presented(&state, &headers, peer);
    blocking(state.office, move |office| {
        office.change_password(caller.seat, &asked.old, &asked.new, &from)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A secret for a device that shows one-time codes.
#[derive(Serialize, ToSchema)]
#[schema(as = TotpSecret)]
struct Secret {
    /// Base32.
    secret: String,
    /// `otpauth://…`, as a picture for the device to scan.
    url: String,
}

/// A new secret for one-time codes; it counts once a code of it was shown.
#[utoipa::path(post, path = "/api/totp", tag = "session", operation_id = "new_totp", responses(
    (status = 200, body = Secret),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn new_totp(caller: Caller, Given(state): Given<State>) -> Result<Json<Secret>, Problem> {
    caller.not_by_token()?;
    let (secret, url) = blocking(state.office, move |office| office.new_totp(caller.seat)).await?;
    Ok(Json(Secret { secret, url }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TotpConfirmation)]
struct Confirmed {
    secret: String,
    code: String,
}

/// Asks for one-time codes from now on.
#[utoipa::path(put, path = "/api/totp", tag = "session", operation_id = "confirm_totp", request_body = Confirmed, responses(
    (status = 204),
    (status = 401, description = "`code-wrong`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn confirm_totp(
    caller: Caller,
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<Confirmed>,
) -> Result<StatusCode, Problem> {
    caller.not_by_token()?;
    let from = presented(&state, &headers, peer);
    blocking(state.office, move |office| {
        office.confirm_totp(caller.seat, &asked.secret, &asked.code, &from)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordAgain)]
struct Again {
    password: String,
}

/// Asks for one-time codes no more.
#[utoipa::path(delete, path = "/api/totp", tag = "session", operation_id = "drop_totp", request_body = Again, responses(
    (status = 204),
    (status = 401, description = "`sign-in-wrong`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn drop_totp(
    caller: Caller,
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<Again>,
) -> Result<StatusCode, Problem> {
    caller.not_by_token()?;
    let from = presented(&state, &headers, peer);
    blocking(state.office, move |office| {
        office.drop_totp(caller.seat, &asked.password, &from)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many lines are shown.
pub(crate) const LINES: i64 = 100;

/// What was done at the door of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignInLine {
    at: String,
    /// `password`, `second-factor`, `openid`, `code`; `wrong-password`; `password-changed`, `password-reset`; `second-factor-on`,
    /// `second-factor-off`; `disabled`, `enabled`; `machine`.
    #[schema(example = "second-factor-on")]
    what: String,
    /// From where, or by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SignIns {
    /// The latest first, 100 at most.
    lines: Vec<SignInLine>,
}

impl SignIns {
    pub(crate) fn of(lines: Vec<app::account::SignIn>) -> Self {
        let lines = lines.into_iter().map(|line| SignInLine {
            at: line.at.to_string(),
            what: line.what,
            source: line.source,
        });
        Self {
            lines: lines.collect(),
        }
    }
}

/// Who signed in with one's own account or failed to, and what was changed about how: the latest first.
#[utoipa::path(get, path = "/api/sign-ins", tag = "session", operation_id = "list_own_sign_ins", responses(
    (status = 200, body = SignIns),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn sign_ins(caller: Caller, Given(state): Given<State>) -> Result<Json<SignIns>, Problem> {
    caller.not_by_token()?;
    let seat = caller.seat;
    let lines = blocking(state.office, move |office| office.own_sign_ins(seat, LINES)).await?;
    Ok(Json(SignIns::of(lines)))
}

#[derive(Serialize, ToSchema)]
struct Tokens {
    tokens: Vec<Session>,
}

/// One's own tokens.
#[utoipa::path(get, path = "/api/tokens", tag = "session", operation_id = "list_tokens", responses(
    (status = 200, body = Tokens),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn tokens(caller: Caller, Given(state): Given<State>) -> Result<Json<Tokens>, Problem> {
    let tokens = listed(state, caller, true).await?;
    Ok(Json(Tokens { tokens }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What it is for.
    name: String,
    /// `see`, `see:KIND`, `do:KIND`, `do:KIND/STEP`, `run:exports` …, with spaces between.
    #[schema(example = "see do:visit")]
    scopes: String,
    /// Days that it holds, 366 at most; 90 if none are given.
    days: Option<u16>,
}

#[derive(Serialize, ToSchema)]
struct TokenMade {
    id: String,
    /// For `Authorization: Bearer …`; shown this once.
    token: String,
    expires_at: String,
}

/// Makes a token for a program: what its scopes say and oneself may.
#[utoipa::path(post, path = "/api/tokens", tag = "session", operation_id = "make_token", request_body = NewToken, responses(
    (status = 201, body = TokenMade),
    (status = 403, description = "`not-yourself`: a token makes no tokens", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "`token-scopes`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn make_token(
    caller: Caller,
    Given(state): Given<State>,
    Body(asked): Body<NewToken>,
) -> Result<(StatusCode, Json<TokenMade>), Problem> {
    let made = blocking(state.office, move |office| {
        office.make_token(
            &caller.actor,
            caller.seat.account,
            &asked.name,
            &asked.scopes,
            asked.days.unwrap_or(90),
        )
    })
    .await?;
    let body = TokenMade {
        id: made.id.to_string(),
        token: made.token,
        expires_at: made.expires_at.to_string(),
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Ends a token of one's own.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "session", operation_id = "end_token",
    params(("id" = String, Path, description = "Id of the token")),
    responses((status = 204), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn end(
    caller: Caller,
    Given(state): Given<State>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    ended(state, caller, &id).await
}
