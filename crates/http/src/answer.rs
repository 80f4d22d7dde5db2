//! What is answered with, as JSON.

use crate::problem::Problem;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Bytes of most answers.
const USUAL: usize = 4_096;

/// A body of JSON for what is asked most: written into room that most need not outgrow, where axum's own begins with 128 bytes and doubles.
pub(crate) struct Answer<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(USUAL);
        if serde_json::to_writer(&mut body, &self.0).is_err() {
            return Problem::internal().into_response();
        }
        let media = HeaderValue::from_static("application/json");
        ([(CONTENT_TYPE, media)], body).into_response()
    }
}
