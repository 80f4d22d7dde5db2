//! What a request is answered that could not be met: RFC 9457, with a stable code and the reason in both languages.

use app::Error;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
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
        match error {
            Error::NotFound => Self::new(StatusCode::NOT_FOUND, code, "没有找到。", "Not found."),
            Error::Refused(refusals) => {
                let reasons = refusals.iter().map(|refusal| {
                    let text = refusal.text();
                    json!({"code": refusal.code.as_str(), "field": refusal.field, "zh": text.zh, "en": text.en})
                });
                let reasons = reasons.collect();
                Self {
                    reasons,
                    ..Self::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        code,
                        "未能办理。",
                        "It was not done.",
                    )
                }
            }
            Error::Usage(text) => Self::new(StatusCode::BAD_REQUEST, code, text.clone(), text),
            Error::KeyReused => Self::new(
                StatusCode::CONFLICT,
                code,
                "同一幂等键已用于别的请求。",
                "The idempotency key was used for another request.",
            ),
            Error::Store(store::Error::Stale) => Self::new(
                StatusCode::CONFLICT,
                code,
                "数据已被他人更新；请刷新。",
                "Somebody has changed it; reload.",
            ),
            Error::Store(
                store::Error::Busy | store::Error::Unavailable(_) | store::Error::Full,
            )
            | Error::Outdated => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                code,
                "暂时无法办理，请稍后重试。",
                "Not possible right now; try again in a moment.",
            ),
            // What went wrong inside is for the log, not for the caller.
            _ => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                code,
                "内部错误。",
                "An internal error.",
            ),
        }
    }
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
