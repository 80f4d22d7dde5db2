//! Who may see anything at all: whoever has the key of this run.
//!
//! The key is made when the server starts, is shown once on its terminal and dies with it. It stands in `Authorization: Bearer …`, or in
//! the address, from where it is moved into a cookie.

use crate::State;
use crate::problem::Problem;
use axum::extract::{Request, State as Given};
use axum::http::header::{AUTHORIZATION, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const COOKIE_NAME: &str = "guanjia-key";

/// The access key of one run. Kept as its digest, so that comparing tells nothing by its time.
pub struct Key([u8; 32]);

impl Key {
    pub fn new(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
    fn opens(&self, text: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        given == self.0
    }
}

pub(crate) async fn guard(Given(state): Given<State>, request: Request, next: Next) -> Response {
    match entry(&state.key, request.headers(), request.uri()) {
        Entry::Open => next.run(request).await,
        Entry::Redirect(response) => response,
        Entry::Closed => Problem::key_missing().into_response(),
    }
}

enum Entry {
    Open,
    Redirect(Response),
    Closed,
}

fn entry(key: &Key, headers: &HeaderMap, uri: &Uri) -> Entry {
    let header = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let bearer = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let cookie = header(COOKIE).and_then(|cookies| {
        cookies
            .split(';')
            .find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
    });
    if bearer.or(cookie).is_some_and(|given| key.opens(given)) {
        return Entry::Open;
    }
    let asked = uri
        .query()
        .and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("key=")));
    match asked.filter(|given| key.opens(given)) {
        Some(given) => Entry::Redirect(into_cookie(given, uri.path())),
        None => Entry::Closed,
    }
}

/// Out of the address, where it would stay in histories and logs.
fn into_cookie(key: &str, path: &str) -> Response {
    let cookie = format!("{COOKIE_NAME}={key}; Path=/; HttpOnly; SameSite=Strict");
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let (Ok(cookie), Ok(path)) = (HeaderValue::from_str(&cookie), HeaderValue::from_str(path)) {
        response.headers_mut().insert(SET_COOKIE, cookie);
        response.headers_mut().insert(LOCATION, path);
    }
    response
}
