//! Who is asking: the session or token that a request carries.
//!
//! A program sends `Authorization: Bearer …`. A browser sends a cookie that no script reads and that no other site can make it send; and since
//! one day it may, every request that changes something and comes by cookie also names this site as its origin, as browsers do, or shows
//! the token that was told at sign-in.

use crate::State;
use crate::ask::{blocking, reading};
use crate::problem::Problem;
use crate::serve::Reached;
use app::Actor;
use app::access::Came;
use app::account::{AccountError, Presented, Seat, SignedIn};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State as Given};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, HeaderName, ORIGIN, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::Denied;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};

const SESSION: &str = "guanjia-session";
const DEVICE: &str = "guanjia-device";
/// While somebody is at the provider.
const AWAY: &str = "guanjia-openid";
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whoever signed in and asks now.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) seat: Seat,
    /// What a browser must show; `None` for a program.
    pub(crate) csrf: Option<String>,
}

impl Caller {
    /// A token acts for its owner; it does not become him.
    ///
    /// # Errors
    /// `not-yourself`.
    pub(crate) fn not_by_token(&self) -> Result<(), Problem> {
        if self.actor.came() == Came::Token {
            return Err(Problem::from(app::Error::Denied(Denied::Identity)));
        }
        Ok(())
    }
}

/// What may be asked although the password must be changed first.
const BEFORE_CHANGE: [&str; 3] = ["/api/me", "/api/password", "/api/session"];

/// Lets nobody through who has not signed in.
pub(crate) async fn guard(
    Given(state): Given<State>,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&state, request.method(), request.headers()).await {
        Ok(caller) if caller.seat.must_change && !BEFORE_CHANGE.contains(&request.uri().path()) => {
            Problem::from(app::Error::from(AccountError::MustChange)).into_response()
        }
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

pub(crate) async fn caller(
    state: &State,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Caller, Problem> {
    let bearer = text(headers, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let (token, by_cookie) = match bearer {
        Some(token) => (token.to_owned(), false),
        None => (
            cookie(headers, SESSION).ok_or_else(nobody)?.to_owned(),
            true,
        ),
    };
    let csrf = by_cookie.then(|| csrf_of(&token));
    let safe = matches!(*method, Method::GET | Method::HEAD);
    if let (Some(csrf), false) = (&csrf, safe)
        && !proves_page(headers, csrf)
    {
        return Err(Problem::csrf());
    }
    let shown = token.clone();
    let found = reading(state.office.clone(), move |office| office.actor_of(&shown)).await?;
    let (actor, seat) = found.ok_or_else(nobody)?;
    if seat.idle {
        blocking(state.office.clone(), move |office| office.saw(&token)).await?;
    }
    Ok(Caller { actor, seat, csrf })
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

fn nobody() -> Problem {
    Problem::from(app::Error::from(AccountError::Nobody))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Whether the request comes from a page of this site, as far as the browser says.
pub(crate) fn is_same_site(headers: &HeaderMap) -> bool {
    let site = text(headers, &SITE);
    let origin = text(headers, &ORIGIN).and_then(|origin| origin.split_once("://"));
    let host = text(headers, &HOST);
    !matches!(site, Some("cross-site" | "same-site"))
        && origin.is_none_or(|(_, origin)| Some(origin) == host)
}

/// Whether a page of this site made the browser send the request.
fn proves_page(headers: &HeaderMap, csrf: &str) -> bool {
    is_same_site(headers)
        && match text(headers, &CSRF) {
            Some(shown) => shown == csrf,
            None => headers.contains_key(ORIGIN),
        }
}

/// Told at sign-in and by `me`; whoever can only make a browser send its cookie does not know it.
fn csrf_of(token: &str) -> String {
    let mut sha = Sha256::new();
    sha.update("csrf\0");
    sha.update(token);
    sha.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The address from which a request comes: behind a proxy, the one that the proxy wrote last.
fn source(state: &State, headers: &HeaderMap, peer: Option<ConnectInfo<SocketAddr>>) -> String {
    let forwarded = headers
        .get_all(FORWARDED)
        .iter()
        .next_back()
        .filter(|_| state.door.reached == Reached::ByProxy)
        .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let address: Option<IpAddr> = forwarded.or(peer.map(|peer| peer.0.ip()));
    address.map_or_else(String::new, |address| address.to_canonical().to_string())
}

/// From where a request comes, and on what.
pub(crate) fn presented(
    state: &State,
    headers: &HeaderMap,
    peer: Option<ConnectInfo<SocketAddr>>,
) -> Presented {
    Presented {
        source: source(state, headers, peer),
        device: cookie(headers, DEVICE).map(str::to_owned),
        agent: text(headers, &USER_AGENT).map(str::to_owned),
    }
}

fn secure(state: &State) -> &'static str {
    if state.door.reached == Reached::Plainly {
        ""
    } else {
        "; Secure"
    }
}

/// Keeps something in the browser until it comes back from the provider, or takes it out. It comes along from another site, which is where
/// the browser comes back from; the session's cookie does not.
pub(crate) fn away(state: &State, kept: Option<&str>) -> HeaderValue {
    let (kept, seconds) = kept.map_or(("", 0), |kept| (kept, 600));
    let secure = secure(state);
    let cookie = format!(
        "{AWAY}={kept}; Path=/api/openid; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// What [`away`] keeps.
pub(crate) fn kept_away(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, AWAY)
}

/// The cookies of a session that was opened, and the token to show beside them.
pub(crate) fn opened(state: &State, signed: &SignedIn) -> (Vec<HeaderValue>, String) {
    let secure = secure(state);
    let cookies = [
        format!(
            "{SESSION}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000{secure}",
            signed.token
        ),
        format!(
            "{DEVICE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000{secure}",
            signed.device
        ),
    ];
    let cookies = cookies
        .iter()
        .filter_map(|cookie| HeaderValue::from_str(cookie).ok())
        .collect();
    (cookies, csrf_of(&signed.token))
}

/// Takes the session out of the browser.
pub(crate) fn closed(response: &mut Response) {
    let gone =
        HeaderValue::from_static("guanjia-session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    response.headers_mut().append(SET_COOKIE, gone);
}
