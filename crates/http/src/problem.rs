//! What a request is answered that could not be met: RFC 9457, with a stable code and the reason in both languages.

use app::{Class, Error};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::record::Refusal;
use serde_json::{Value, json};

pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    zh: String,
    en: String,
    reasons: Vec<Value>,
}

impl Problem {
    fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            zh: zh.into(),
            en: en.into(),
            reasons: Vec::new(),
        }
    }
    pub(crate) fn key_missing() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "key-missing",
            "需要访问密钥：请使用启动时显示的地址。",
            "An access key is needed: use the address that was shown at the start.",
        )
    }
}

pub(crate) async fn nowhere() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no-such-address",
        "没有这个地址。",
        "There is no such address.",
    )
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = error.code();
        let (status, zh, en) = match error.class() {
            Class::Usage => (
                StatusCode::BAD_REQUEST,
                error.to_string(),
                error.to_string(),
            ),
            Class::NotFound => (
                StatusCode::NOT_FOUND,
                "没有找到。".into(),
                "Not found.".into(),
            ),
            Class::Denied => (
                StatusCode::FORBIDDEN,
                "没有权限。".into(),
                "Not allowed.".into(),
            ),
            Class::Refused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "未能办理。".into(),
                "It was not done.".into(),
            ),
            Class::Stale => (
                StatusCode::CONFLICT,
                "数据已被他人更新；请刷新。".into(),
                "Somebody has changed it; reload.".into(),
            ),
            Class::Conflict => (
                StatusCode::CONFLICT,
                "与已有数据冲突。".into(),
                "It conflicts with what is there.".into(),
            ),
            Class::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "暂时无法办理，请稍后重试。".into(),
                "Not possible right now; try again in a moment.".into(),
            ),
            // What went wrong inside is for the log, not for the caller.
            Class::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "内部错误。".into(),
                "An internal error.".into(),
            ),
        };
        let reasons = match &error {
            Error::Refused(refusals) => refusals.iter().map(said).collect(),
            Error::Denied(denied) => vec![said(&denied.refusal())],
            _ => Vec::new(),
        };
        Self {
            status,
            code,
            zh,
            en,
            reasons,
        }
    }
}

fn said(refusal: &Refusal) -> Value {
    let text = refusal.text();
    json!({"code": refusal.code.as_str(), "field": refusal.field, "zh": text.zh, "en": text.en})
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:guanjia:problem:{}", self.code),
            "title": self.en,
            "title_zh": self.zh,
            "status": self.status.as_u16(),
            "code": self.code,
            "reasons": self.reasons,
        });
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}
