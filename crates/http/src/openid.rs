//! The door of whoever has an account at the company's OpenID Connect provider: there by a link, and back by the provider's answer.
//!
//! What a browser keeps meanwhile is in a cookie that only these addresses are sent, and that comes with a page that leads here from another
//! site, as the session's does not. Whoever is not let in is shown the sign-in again, with the code of why.

use crate::State;
use crate::access::{self, Caller};
use crate::ask::{Params, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::session::{Peer, presented};
use app::account::AccountError;
use app::account::openid::{Provider, Returned};
use app::{Came, Error};
use axum::Json;
use axum::extract::State as Given;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(offered))
        .routes(routes!(begin))
        .routes(routes!(come_back))
}

/// Whether one can sign in at a provider, and what the button says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenIdOffer)]
struct Offer {
    /// `null`: there is none.
    #[schema(required)]
    name: Option<String>,
}

/// Whether this server lets members in through an OpenID Connect provider.
#[utoipa::path(get, path = "/api/openid", tag = "session", operation_id = "offer_openid", responses((status = 200, body = Offer)))]
async fn offered(Given(state): Given<State>) -> Json<Offer> {
    let provider = state.door.openid.as_ref();
    let name = provider.map(|provider| provider.name().to_owned());
    Json(Offer { name })
}

fn provider(state: &State) -> Result<Arc<Provider>, Problem> {
    let provider = state.door.openid.clone();
    provider.ok_or_else(|| Problem::from(Error::from(AccountError::NoOpenId)))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Where {
    /// The page to come back to: a path of this site.
    #[param(example = "/")]
    to: Option<String>,
}

/// A path of this site, and of no other; the first page else.
fn own_page(to: Option<String>) -> String {
    let is_own = |to: &String| {
        let mut signs = to.chars();
        signs.next() == Some('/')
            && !matches!(signs.next(), Some('/' | '\\'))
            && to.len() <= 500
            && to
                .bytes()
                .all(|sign| sign.is_ascii_graphic() && !b";,\"\\".contains(&sign))
    };
    to.filter(is_own).unwrap_or_else(|| "/".to_owned())
}

/// To a page of the browser's, with these cookies.
fn go(to: &str, cookies: Vec<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(to) = HeaderValue::from_str(to) {
        headers.insert(LOCATION, to);
    }
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// Back to the sign-in, which says why.
fn refused(state: &State, error: &Error) -> Response {
    if let Error::Account(AccountError::OpenIdRefused(why) | AccountError::OpenIdUnavailable(why)) =
        error
    {
        tracing::warn!(code = error.code(), why, "a sign-in at the provider failed");
    }
    let to = format!("/?refused={}", error.code());
    go(&to, vec![access::away(state, None)])
}

/// Sends the browser to the provider.
#[utoipa::path(get, path = "/api/openid/begin", tag = "session", operation_id = "begin_openid", params(Where), responses(
    (status = 303, description = "to the provider's page; or to the sign-in with `refused=openid-unavailable`"),
    (status = 422, description = "`openid-missing`: this server has no provider", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn begin(
    Given(state): Given<State>,
    Params(asked): Params<Where>,
) -> Result<Response, Problem> {
    let provider = provider(&state)?;
    let begun = asking(&state, move |office| office.begin_openid(&provider)).await?;
    Ok(match begun {
        Ok(begun) => {
            let kept = format!("{}{}", begun.kept, own_page(asked.to));
            go(&begun.address, vec![access::away(&state, Some(&kept))])
        }
        Err(error) => refused(&state, &error),
    })
}

/// As [`blocking`], with the error for whoever shows it on a page.
async fn asking<T: Send + 'static>(
    state: &State,
    work: impl FnOnce(&app::Office) -> Result<T, Error> + Send + 'static,
) -> Result<Result<T, Error>, Problem> {
    blocking(state.office.clone(), move |office| Ok(work(office))).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Answer {
    /// The provider's code, used once.
    code: Option<String>,
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// Which provider says so (RFC 9207).
    iss: Option<String>,
}

/// Takes the provider's answer: signs in, or shows the sign-in again.
#[utoipa::path(get, path = "/api/openid/return", tag = "session", operation_id = "end_openid", params(Answer), responses(
    (status = 303, description = "to the page from which one came, signed in; or to the sign-in with `refused=` and `openid-state`, `openid-refused`, `openid-unknown`, `openid-unavailable` or `sign-in-wait`"),
    (status = 422, description = "`openid-missing`: this server has no provider", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn come_back(
    Given(state): Given<State>,
    headers: HeaderMap,
    peer: Peer,
    Params(answer): Params<Answer>,
) -> Result<Response, Problem> {
    let provider = provider(&state)?;
    let kept = access::kept_away(&headers).unwrap_or_default();
    let (kept, to) = kept.split_at(kept.find('/').unwrap_or(kept.len()));
    let to = own_page(Some(to.to_owned()));
    let returned = Returned {
        kept: kept.to_owned(),
        state: answer.state.unwrap_or_default(),
        // He said no there, or was not let in.
        code: answer
            .code
            .filter(|_| answer.error.is_none())
            .unwrap_or_default(),
        issuer: answer.iss,
    };
    let from = presented(&state, &headers, peer);
    let signed = asking(&state, move |office| {
        office.end_openid(&provider, &returned, &from)
    });
    Ok(match signed.await? {
        Ok(signed) => {
            let (mut cookies, _) = access::opened(&state, &signed);
            cookies.push(access::away(&state, None));
            go(&to, cookies)
        }
        Err(error) => refused(&state, &error),
    })
}

/// Where whoever came through the provider ends his session there too.
pub(crate) async fn sign_out(state: &State, caller: &Caller) -> Option<String> {
    if caller.actor.came() != Came::OpenId {
        return None;
    }
    let provider = state.door.openid.clone()?;
    blocking(state.office.clone(), move |office| {
        Ok(provider.sign_out(office.clock().now()))
    })
    .await
    .ok()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_a_page_of_this_site_alone() {
        for to in ["/", "/u/YS/repair?state=sent", "/owner/matter/1"] {
            assert_eq!(own_page(Some(to.into())), to);
        }
        for to in [
            "",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "https://elsewhere.example",
            "/a\r\nset-cookie: x=y",
            "/a;path=/",
            "/住户",
        ] {
            assert_eq!(own_page(Some(to.into())), "/", "{to}");
        }
        assert_eq!(own_page(None), "/");
    }
}
