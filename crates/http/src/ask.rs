//! How requests are read: bodies, queries and headers that are refused as problems, with the part at fault.

use crate::problem::Problem;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// For a body of JSON, or for each part of a file.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body; a field that nobody knows is refused by its type.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                let media = value.split(';').next().unwrap_or_default().trim();
                media.eq_ignore_ascii_case("application/json")
            });
        if !is_json {
            return Err(Problem::media_type());
        }
        let bytes = tokio::time::timeout(PATIENCE, Bytes::from_request(request, state))
            .await
            .map_err(|_| Problem::too_slow())?
            .map_err(|error| too_large(&error))?;
        serde_json::from_slice(&bytes)
            .map(Body)
            .map_err(|error| Problem::body(&error.to_string()))
    }
}

fn too_large(error: &BytesRejection) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::too_large()
    } else {
        Problem::body("it ended early")
    }
}

/// The parameters behind the question mark, by name.
pub(crate) struct Params<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(read)| Self(read))
            .map_err(|error| {
                let why = error.to_string();
                Problem::wrong(
                    "query",
                    "query-wrong",
                    &format!("查询参数不合格式：{why}。"),
                    &format!("The query is not as expected: {why}."),
                )
            })
    }
}

/// A member, record or day out of the path that cannot be read is not there.
pub(crate) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// What makes a retried request happen once.
///
/// # Errors
/// Longer than 200 bytes, or with signs outside ASCII.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) if (1..=200).contains(&text.len()) => Ok(Some(text.to_owned())),
        _ => Err(Problem::wrong(
            "Idempotency-Key",
            "key-wrong",
            "Idempotency-Key 应为 1 至 200 个 ASCII 字符。",
            "An Idempotency-Key has 1 to 200 ASCII characters.",
        )),
    }
}

/// The version that the caller saw, from If-Match: `"7"`.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    text.trim_matches('"').parse().map(Some).map_err(|_| {
        Problem::wrong(
            "If-Match",
            "version-wrong",
            "If-Match 应为记录的 ETag，如 \"7\"。",
            "If-Match is the record's ETag, such as \"7\".",
        )
    })
}

/// Runs a use-case that only reads, and little, on this thread where the database has it at hand: to have another thread do it costs as much
/// again as most such questions. Else as [`blocking`].
pub(crate) async fn reading<T: Send + 'static>(
    office: app::Office,
    work: impl FnOnce(&app::Office) -> Result<T, app::Error> + Send + 'static,
) -> Result<T, Problem> {
    if !office.reads_at_once() {
        return blocking(office, work).await;
    }
    match catch_unwind(AssertUnwindSafe(|| work(&office))) {
        Ok(done) => done.map_err(Problem::from),
        Err(_) => Err(Problem::internal()),
    }
}

/// Runs a use-case on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    office: app::Office,
    work: impl FnOnce(&app::Office) -> Result<T, app::Error> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(move || work(&office)).await {
        Ok(done) => done.map_err(Problem::from),
        Err(_) => Err(Problem::internal()),
    }
}
