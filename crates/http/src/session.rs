//! Signing in and out, and who one is then.

use crate::State;
use crate::access::{self, Caller};
use crate::ask::{Body, blocking, parsed, reading};
use crate::openid;
use crate::problem::{Problem, ProblemBody, reads_chinese};
use app::account::{Presented, SignedIn};
use axum::Json;
use axum::extract::{ConnectInfo, Extension, Path, State as Given};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// From where a connection comes.
pub(crate) type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// The door itself.
pub(crate) fn door() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(sign_in))
}

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(sign_out))
        .routes(routes!(me, change_me))
        .routes(routes!(sessions))
        .routes(routes!(end))
}

pub(crate) fn presented(state: &State, headers: &HeaderMap, peer: Peer) -> Presented {
    access::presented(state, headers, peer.map(|Extension(peer)| peer))
}

/// Refuses what another site's page sends to a door.
pub(crate) fn from_here(headers: &HeaderMap) -> Result<(), Problem> {
    if access::is_same_site(headers) {
        Ok(())
    } else {
        Err(Problem::csrf())
    }
}

/// A posting that holds now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PostHeld)]
struct Posted {
    #[schema(example = "front-desk")]
    post: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    grid: Option<String>,
}

/// A unit in which one has something to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaceOfWork)]
struct Place {
    #[schema(example = "WT")]
    code: String,
    name: String,
    /// `company`, `region` or `project`.
    level: &'static str,
    /// Those that hold here, also from units above.
    posts: Vec<Posted>,
    /// Privileges here: `exports`, `scores`, `accounts` …
    may: Vec<&'static str>,
    /// Kinds of people whose private values one may ask to be erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    erases: Vec<String>,
}

/// Who is signed in, and where he stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Of the account.
    id: String,
    /// A member's id; a customer has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
    /// A customer's record.
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    name: String,
    /// The language that was chosen, or else the one that the request asked for.
    #[schema(example = "zh-CN")]
    locale: String,
    /// How one came: `password`, `second-factor`, `code`, `openid`, `token`.
    came: &'static str,
    second_factor: bool,
    /// Until the password is changed, nothing else is answered.
    must_change_password: bool,
    units: Vec<Place>,
    /// To be sent as X-CSRF-Token with everything that changes something and comes without the header Origin. A token needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
}

fn shown(office: &app::Office, caller: &Caller, spoken: &str) -> Result<Me, app::Error> {
    let Caller { actor, seat, csrf } = caller;
    let own = office.own_account(*seat)?;
    let units = office.standings(actor)?.into_iter().map(|standing| Place {
        code: standing.unit.code,
        name: standing.unit.name,
        level: standing.unit.level.as_str(),
        posts: standing
            .postings
            .iter()
            .map(|posting| Posted {
                post: posting.post.to_string(),
                grid: posting.grid.as_ref().map(ToString::to_string),
            })
            .collect(),
        may: standing.may.iter().map(|one| one.as_str()).collect(),
        erases: standing.erases.iter().map(ToString::to_string).collect(),
    });
    Ok(Me {
        id: seat.account.to_string(),
        member: actor.member_id().map(|id| id.to_string()),
        party: own.is_party.then(|| seat.account.to_string()),
        login: own.login,
        name: own.name,
        locale: own.locale.unwrap_or_else(|| spoken.to_owned()),
        came: actor.came().as_str(),
        second_factor: own.second_factor,
        must_change_password: seat.must_change,
        units: units.collect(),
        csrf: csrf.clone(),
    })
}

fn spoken(headers: &HeaderMap) -> &'static str {
    if reads_chinese(headers) {
        "zh-CN"
    } else {
        "en"
    }
}

/// A session that was opened: its cookies, and what a page needs to go on.
pub(crate) async fn begun(
    state: &State,
    headers: &HeaderMap,
    signed: SignedIn,
) -> Result<Response, Problem> {
    let (cookies, csrf) = access::opened(state, &signed);
    let caller = Caller {
        actor: signed.actor,
        seat: signed.seat,
        csrf: Some(csrf),
    };
    let spoken = spoken(headers);
    let me = blocking(state.office.clone(), move |office| {
        shown(office, &caller, spoken)
    })
    .await?;
    let mut response = (StatusCode::CREATED, Json(me)).into_response();
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Login and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    #[schema(example = "wt-desk")]
    login: String,
    password: String,
    /// The one-time code, where the account asks for one.
    code: Option<String>,
}

/// Signs in. The session is in a cookie that no script reads; every sign-in opens a new one.
#[utoipa::path(post, path = "/api/session", tag = "session", operation_id = "sign_in", request_body = SignIn, responses(
    (status = 201, body = Me),
    (status = 401, description = "`sign-in-wrong`, `sign-in-code-needed`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "`csrf`: the page is another site's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "`sign-in-wait`: too many failures from here", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn sign_in(
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Body(asked): Body<SignIn>,
) -> Result<Response, Problem> {
    from_here(&headers)?;
    let from = presented(&state, &headers, peer);
    let signed = blocking(state.office.clone(), move |office| {
        office.sign_in(&asked.login, &asked.password, asked.code.as_deref(), &from)
    })
    .await?;
    begun(&state, &headers, signed).await
}

/// Where to go on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedOut)]
struct Out {
    /// The provider's page that ends the session there.
    go: String,
}

/// Signs out: the session ends at once, on every server. Whoever came through an OpenID provider is told where to end his session there too: else
/// the next one at this screen would come in as him by a press of the button.
#[utoipa::path(delete, path = "/api/session", tag = "session", operation_id = "sign_out", responses(
    (status = 200, description = "ended; and the provider's page", body = Out),
    (status = 204),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn sign_out(caller: Caller, Given(state): Given<State>) -> Result<Response, Problem> {
    let seat = caller.seat;
    blocking(state.office.clone(), move |office| {
        office.end_session(seat, seat.session)
    })
    .await?;
    let mut response = match openid::sign_out(&state, &caller).await {
        Some(go) => Json(Out { go }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    };
    access::closed(&mut response);
    Ok(response)
}

/// Who is signed in, with his postings, and what he may do in each unit.
#[utoipa::path(get, path = "/api/me", tag = "session", operation_id = "me", responses(
    (status = 200, body = Me),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn me(
    caller: Caller,
    Given(state): Given<State>,
    headers: HeaderMap,
) -> Result<Json<Me>, Problem> {
    let spoken = spoken(&headers);
    let me = reading(state.office, move |office| shown(office, &caller, spoken)).await?;
    Ok(Json(me))
}

/// What one chooses for oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OwnChoice)]
struct Chosen {
    /// `zh-CN` or `en`.
    locale: Locale,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
enum Locale {
    #[serde(rename = "zh-CN")]
    Chinese,
    #[serde(rename = "en")]
    English,
}

/// Chooses the language of one's own pages.
#[utoipa::path(patch, path = "/api/me", tag = "session", operation_id = "change_me", request_body = Chosen, responses(
    (status = 204),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn change_me(
    caller: Caller,
    Given(state): Given<State>,
    Body(asked): Body<Chosen>,
) -> Result<StatusCode, Problem> {
    caller.not_by_token()?;
    let locale = match asked.locale {
        Locale::Chinese => "zh-CN",
        Locale::English => "en",
    };
    blocking(state.office, move |office| {
        office.choose_locale(caller.seat, locale)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A session or a token of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    id: String,
    /// The one that asks.
    current: bool,
    came: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Of a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    created_at: String,
    seen_at: String,
    expires_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Sessions {
    sessions: Vec<Session>,
}

pub(crate) async fn listed(
    state: State,
    caller: Caller,
    tokens: bool,
) -> Result<Vec<Session>, Problem> {
    let seat = caller.seat;
    let all = blocking(state.office, move |office| office.sessions(seat)).await?;
    Ok(all
        .into_iter()
        .filter(|session| session.scopes.is_some() == tokens)
        .map(|session| Session {
            id: session.id.to_string(),
            current: session.id == seat.session,
            came: session.came,
            name: session.name,
            scopes: session.scopes,
            agent: session.agent,
            created_at: session.created_at.to_string(),
            seen_at: session.seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
        })
        .collect())
}

/// One's own open sessions, the newest first.
#[utoipa::path(get, path = "/api/sessions", tag = "session", operation_id = "list_sessions", responses(
    (status = 200, body = Sessions),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn sessions(caller: Caller, Given(state): Given<State>) -> Result<Json<Sessions>, Problem> {
    let sessions = listed(state, caller, false).await?;
    Ok(Json(Sessions { sessions }))
}

/// Ends one.
pub(crate) async fn ended(state: State, caller: Caller, id: &str) -> Result<StatusCode, Problem> {
    let id = parsed(id)?;
    let ended = blocking(state.office, move |office| {
        office.end_session(caller.seat, id)
    })
    .await?;
    if ended {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found())
    }
}

/// Ends a session of one's own.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "session", operation_id = "end_session",
    params(("id" = String, Path, description = "Id of the session")),
    responses((status = 204), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn end(
    caller: Caller,
    Given(state): Given<State>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    ended(state, caller, &id).await
}
