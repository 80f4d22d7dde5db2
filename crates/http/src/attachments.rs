//! Attachments: sent as they are, one a request, so that each is acknowledged by itself; fetched under their digest.

use crate::State;
use crate::actor::Actor;
use crate::ask::{PATIENCE, Params, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::shape::at;
use app::Error;
use app::attachment::{Attachment as Kept, Digest, Receiving, Shown};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State as Given};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::time::Zone;
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use std::io::Read;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Chunks of a body that wait to be written, and of a file that wait to be sent.
pub(crate) const WAITING: usize = 4;
const CHUNK: usize = 64 << 10;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(send))
        .routes(routes!(fetch))
        .routes(routes!(thumbnail))
        .routes(routes!(about))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SendParams {
    /// What it is called; folders before it are cut off.
    name: Option<String>,
}

/// An attachment.
#[derive(Debug, Serialize, ToSchema)]
struct Attachment {
    /// What fields of records hold.
    #[schema(example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    digest: String,
    media: String,
    /// Bytes.
    size: i64,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Digest of what was sent, where metadata was taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// When the camera says it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at: Option<String>,
    /// The camera named no zone: the unit's was taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    zone_assumed: bool,
    /// Where it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
}

/// Millionths of a degree.
#[derive(Debug, Serialize, ToSchema)]
struct Place {
    north_e6: i64,
    east_e6: i64,
}

fn told(kept: Kept, zone: &Zone) -> Attachment {
    let about = kept.about;
    Attachment {
        digest: kept.digest.to_string(),
        media: kept.media,
        size: kept.size,
        created_at: at(kept.created_at, zone),
        name: about.name,
        sent: about.sent,
        width: about.width,
        height: about.height,
        taken_at: about.taken_at.map(|taken| at(taken, zone)),
        zone_assumed: about.zone_assumed,
        place: about
            .place
            .map(|(north_e6, east_e6)| Place { north_e6, east_e6 }),
    }
}

/// Sends an attachment: the body is the file. Its type is that of its content, whatever the request says.
#[utoipa::path(post, path = "/api/units/{unit}/attachments", tag = "attachments", operation_id = "send_attachment",
    params(("unit" = String, Path, description = "Code of the unit"), SendParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = Attachment),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn send(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Params(asked): Params<SendParams>,
    body: Body,
) -> Result<Response, Problem> {
    let (chunks, waiting) = mpsc::channel::<Option<Bytes>>(WAITING);
    let kept = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        let receiving = whole(office.receive()?, waiting)?;
        let zone = &view.unit.zone;
        let kept = office.attach(
            &actor.0,
            view.unit.id,
            zone,
            asked.name.as_deref(),
            receiving,
        )?;
        Ok(told(kept, zone))
    });
    let ((), kept) = tokio::join!(hand_on(body, chunks), kept);
    Ok((StatusCode::CREATED, Json(kept?)).into_response())
}

/// Takes everything that a body brings. What ends without saying so was cut off on its way, and is not kept.
pub(crate) fn whole(
    mut receiving: Receiving,
    mut waiting: mpsc::Receiver<Option<Bytes>>,
) -> Result<Receiving, Error> {
    loop {
        match waiting.blocking_recv() {
            Some(Some(chunk)) => receiving.take(&chunk)?,
            Some(None) => return Ok(receiving),
            None => {
                return Err(Error::asked(
                    "body-wrong",
                    "body",
                    "文件没有传完；请重传。",
                    "The file was cut off on its way; send it again.",
                ));
            }
        }
    }
}

/// Hands a body on as it comes, and says when it is whole; ends early if nobody takes it any more.
pub(crate) async fn hand_on(mut body: Body, chunks: mpsc::Sender<Option<Bytes>>) {
    while let Ok(frame) = tokio::time::timeout(PATIENCE, body.frame()).await {
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return,
            None => {
                let _ = chunks.send(None).await;
                return;
            }
        };
        if let Ok(chunk) = frame.into_data()
            && chunks.send(Some(chunk)).await.is_err()
        {
            return;
        }
    }
}

/// The content of an attachment. Nothing of it is ever run: it is sandboxed and never sniffed.
#[utoipa::path(get, path = "/api/units/{unit}/attachments/{digest}", tag = "attachments", operation_id = "fetch_attachment",
    params(("unit" = String, Path, description = "Code of the unit"), ("digest" = String, Path)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn fetch(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, digest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let digest = Digest::parse(&digest).ok_or_else(Problem::not_found)?;
    let shown = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        office.attached(&actor.0, &view, digest)
    })
    .await?;
    let media = shown.attachment.media.clone();
    let name = shown.attachment.about.name.clone();
    Ok(file_answer(&media, name.as_deref(), shown))
}

/// A small JPEG of an attachment that is an image, 320 pixels at most.
#[utoipa::path(get, path = "/api/units/{unit}/attachments/{digest}/thumbnail", tag = "attachments", operation_id = "fetch_thumbnail",
    params(("unit" = String, Path, description = "Code of the unit"), ("digest" = String, Path)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "image/jpeg"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn thumbnail(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, digest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let digest = Digest::parse(&digest).ok_or_else(Problem::not_found)?;
    let shown = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        office.thumbnail(&actor.0, &view, digest)
    })
    .await?;
    Ok(file_answer("image/jpeg", None, shown))
}

/// What is known of an attachment.
#[utoipa::path(get, path = "/api/units/{unit}/attachments/{digest}/about", tag = "attachments", operation_id = "read_attachment",
    params(("unit" = String, Path, description = "Code of the unit"), ("digest" = String, Path)),
    responses(
        (status = 200, body = Attachment),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn about(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, digest)): Path<(String, String)>,
) -> Result<Json<Attachment>, Problem> {
    let digest = Digest::parse(&digest).ok_or_else(Problem::not_found)?;
    let kept = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        let kept = office.about_attachment(&actor.0, &view, digest)?;
        Ok(told(kept, &view.unit.zone))
    })
    .await?;
    Ok(Json(kept))
}

fn file_answer(media: &str, name: Option<&str>, file: Shown) -> Response {
    let (size, digest) = (file.size, file.attachment.digest);
    let kept = if file.private {
        "private, no-store"
    } else {
        "private, max-age=31536000, immutable"
    };
    let mut response = Response::new(streamed(file.content));
    // Only pictures and recordings are shown in the page; everything else is saved.
    let shown = media.starts_with("image/") || media.starts_with("audio/");
    let named = name.map_or_else(String::new, |name| {
        format!("; filename*=UTF-8''{}", escaped(name))
    });
    let way = if shown { "inline" } else { "attachment" };
    let headers: [(HeaderName, String); 7] = [
        (CONTENT_TYPE, media.to_owned()),
        (CONTENT_LENGTH, size.to_string()),
        (CONTENT_DISPOSITION, format!("{way}{named}")),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
        (
            CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".into(),
        ),
        (CACHE_CONTROL, kept.into()),
        (ETAG, format!("\"{}\"", digest.hex())),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// A file as it is read, a few chunks ahead of whoever takes it.
pub(crate) fn streamed(mut file: impl Read + Send + 'static) -> Body {
    let (chunks, waiting) = mpsc::channel::<Result<Bytes, std::io::Error>>(WAITING);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = match file.read(&mut chunk) {
                Ok(0) => return,
                Ok(read) => {
                    chunk.truncate(read);
                    Ok(Bytes::from(chunk))
                }
                Err(error) => Err(error),
            };
            let ended = read.is_err();
            if chunks.blocking_send(read).is_err() || ended {
                return;
            }
        }
    });
    received(waiting)
}

/// A body of what a channel brings.
pub(crate) fn received(waiting: mpsc::Receiver<Result<Bytes, std::io::Error>>) -> Body {
    Body::from_stream(Received(waiting))
}

struct Received(mpsc::Receiver<Result<Bytes, std::io::Error>>);

impl futures_core::Stream for Received {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// RFC 8187: everything but letters, digits and a few signs.
fn escaped(name: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(super::escaped("完.jpg\"; x"), "%E5%AE%8C.jpg%22%3B%20x");
    }
}
