//! The accounts of others, for whoever keeps them.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, parsed};
use crate::own::{LINES, SignIns};
use crate::problem::{Problem, ProblemBody};
use app::account::NewMember;
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::id::RecordId;
use domain::name::Name;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(change))
        .routes(routes!(reset))
        .routes(routes!(sign_ins))
        .routes(routes!(invite))
}

#[derive(Serialize, ToSchema)]
struct Account {
    /// Of the member.
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    disabled: bool,
    second_factor: bool,
}

#[derive(Serialize, ToSchema)]
struct Accounts {
    accounts: Vec<Account>,
}

/// The accounts of members registered where one keeps accounts.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts", operation_id = "list_accounts", responses(
    (status = 200, body = Accounts),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn list(actor: Actor, Given(state): Given<State>) -> Result<Json<Accounts>, Problem> {
    let all = blocking(state.office, move |office| office.accounts(&actor.0)).await?;
    let accounts = all
        .into_iter()
        .map(|account| Account {
            id: account.id.to_string(),
            login: account.login,
            disabled: account.disabled,
            second_factor: account.second_factor,
        })
        .collect();
    Ok(Json(Accounts { accounts }))
}

/// Who signed in with a member's account or failed to, and what was changed about how, for whoever keeps it: the latest first.
#[utoipa::path(get, path = "/api/accounts/{login}/sign-ins", tag = "accounts", operation_id = "list_sign_ins",
    params(("login" = String, Path, description = "Login of the member")),
    responses((status = 200, body = SignIns), (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn sign_ins(
    actor: Actor,
    Given(state): Given<State>,
    Path(login): Path<String>,
) -> Result<Json<SignIns>, Problem> {
    let lines = blocking(state.office, move |office| {
        office.sign_ins(&actor.0, &login, LINES)
    })
    .await?;
    Ok(Json(SignIns::of(lines)))
}

/// Somebody who begins to work here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMember)]
struct New {
    /// Code of the unit.
    unit: String,
    login: String,
    name: String,
    /// A post of the pack.
    #[schema(example = "front-desk")]
    post: String,
    grid: Option<String>,
    /// Code of a team.
    team: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MemberAdded)]
struct Added {
    /// Of the member.
    id: String,
    /// To be handed over, and changed at the first sign-in.
    password: String,
}

/// Registers a member, posts him from today on, and gives him an account.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", operation_id = "add_member", request_body = New, responses(
    (status = 201, body = Added),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "`login-taken`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn add(
    actor: Actor,
    Given(state): Given<State>,
    Body(asked): Body<New>,
) -> Result<(StatusCode, Json<Added>), Problem> {
    let (id, password) = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &asked.unit)?;
        office.add_member(
            &actor.0,
            NewMember {
                unit: unit.id,
                login: asked.login,
                name: asked.name,
                post: Name::from(asked.post),
                grid: asked.grid,
                team: asked.team,
            },
        )
    })
    .await?;
    let id = id.to_string();
    Ok((StatusCode::CREATED, Json(Added { id, password })))
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasswordHanded)]
struct Handed {
    /// To be handed over, and changed at the first sign-in.
    password: String,
}

/// A new password for a member; his sessions and tokens end, and his second factor with them.
#[utoipa::path(post, path = "/api/accounts/{login}/password", tag = "accounts", operation_id = "reset_password",
    params(("login" = String, Path, description = "Login of the member")),
    responses((status = 200, body = Handed), (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn reset(
    actor: Actor,
    Given(state): Given<State>,
    Path(login): Path<String>,
) -> Result<Json<Handed>, Problem> {
    let password = blocking(state.office, move |office| {
        office.reset_password(&actor.0, &login)
    })
    .await?;
    Ok(Json(Handed { password }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountChange)]
struct Change {
    disabled: bool,
}

/// Lets a member in no more, or again; his sessions and tokens end at once.
#[utoipa::path(put, path = "/api/accounts/{login}", tag = "accounts", operation_id = "change_account", request_body = Change,
    params(("login" = String, Path, description = "Login of the member")),
    responses((status = 204), (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn change(
    actor: Actor,
    Given(state): Given<State>,
    Path(login): Path<String>,
    Body(asked): Body<Change>,
) -> Result<StatusCode, Problem> {
    blocking(state.office, move |office| {
        office.disable(&actor.0, &login, asked.disabled)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PartyInvited)]
struct Invited {
    /// Id of the customer's record.
    party: String,
}

#[derive(Serialize, ToSchema)]
struct Invitation {
    /// To be handed to the customer; it is used once.
    #[schema(example = "abcd-efgh-kmnp-rstw")]
    code: String,
    expires_at: String,
}

/// Invites a customer to look after his own matters; an invitation before it holds no more.
#[utoipa::path(post, path = "/api/units/{unit}/invitations", tag = "accounts", operation_id = "invite", request_body = Invited,
    params(("unit" = String, Path, description = "Code of the unit")),
    responses((status = 201, body = Invitation), (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn invite(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Body(asked): Body<Invited>,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    let party: RecordId = parsed(&asked.party)?;
    let (code, expires_at) = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        office.invite(&actor.0, unit.id, party)
    })
    .await?;
    let expires_at = expires_at.to_string();
    Ok((StatusCode::CREATED, Json(Invitation { code, expires_at })))
}
