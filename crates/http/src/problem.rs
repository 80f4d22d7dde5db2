//! What a request is answered that could not be met: RFC 9457, with a stable code, the field at fault and what to do, in both languages.
//!
//! One table says which status a code has. The language of `title` and `detail` follows Accept-Language; both are in the body anyway.

use app::{Class, Error};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::name::Text;
use serde::Serialize;
use std::num::NonZeroI64;
use utoipa::ToSchema;

/// A request that was not met.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    field: Option<String>,
    text: Text,
    reasons: Box<[Reason]>,
    version: Option<NonZeroI64>,
}

/// One reason of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// Stable, for programs.
    #[schema(example = "field-required")]
    pub(crate) code: String,
    /// The field, link or signature at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl From<&domain::record::Refusal> for Reason {
    fn from(refusal: &domain::record::Refusal) -> Self {
        let text = refusal.text();
        Self {
            code: refusal.code.as_str().into(),
            field: refusal.field.as_ref().map(ToString::to_string),
            zh: text.zh,
            en: text.en,
        }
    }
}

/// RFC 9457 problem details.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// `urn:guanjia:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// In the language of Content-Language, as `detail`.
    title: String,
    status: u16,
    detail: String,
    /// Stable, for programs.
    code: &'static str,
    /// The field, link or parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    zh: String,
    en: String,
    /// Every reason, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    /// The version at which the record stands, where a step on it was too late; as the header ETag.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
}

/// The status of every code; a code that is not named here has the status of its class.
fn status(code: &str, class: Class) -> StatusCode {
    match code {
        "post-not-allowed" | "conflict-of-interest" | "system-only" => StatusCode::FORBIDDEN,
        "stale" | "state-wrong" | "record-exists" | "sealed-already" | "merged-already"
        | "not-merged" | "holder-wrong" | "duty-unknown" | "pack-orphans" => StatusCode::CONFLICT,
        "entry-unknown" => StatusCode::NOT_FOUND,
        "key-reused" | "pack-faults" => StatusCode::UNPROCESSABLE_ENTITY,
        "disk-full" => StatusCode::INSUFFICIENT_STORAGE,
        "too-large" => StatusCode::PAYLOAD_TOO_LARGE,
        "media-type" | "media-unknown" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => match class {
            Class::Usage => StatusCode::BAD_REQUEST,
            Class::NotFound => StatusCode::NOT_FOUND,
            Class::SignIn => StatusCode::UNAUTHORIZED,
            Class::Wait => StatusCode::TOO_MANY_REQUESTS,
            Class::Denied => StatusCode::FORBIDDEN,
            Class::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            Class::Stale | Class::Conflict => StatusCode::CONFLICT,
            Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Class::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, zh: &str, en: &str) -> Self {
        Self {
            status,
            code,
            field: None,
            text: Text::both(zh, en),
            reasons: Box::default(),
            version: None,
        }
    }
    pub(crate) fn csrf() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "请求不是从本站页面发出的；请刷新页面再试（程序请用令牌）。",
            "The request does not come from a page of this site; reload and try again (a program uses a token).",
        )
    }
    /// A body that is not what was expected.
    pub(crate) fn body(why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "body-wrong",
            &format!("请求内容不合格式：{why}。"),
            &format!("The body is not as expected: {why}."),
        )
    }
    pub(crate) fn media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            "请求内容须为 application/json。",
            "The body must be application/json.",
        )
    }
    pub(crate) fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            "内容没有及时传完；请重试。",
            "The body did not arrive in time; try again.",
        )
    }
    pub(crate) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "内容过大；请缩小后再试。",
            "The body is too large; send less.",
        )
    }
    pub(crate) fn wrong(field: &str, code: &'static str, zh: &str, en: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(StatusCode::BAD_REQUEST, code, zh, en)
        }
    }
    pub(crate) fn not_found() -> Self {
        Error::NotFound.into()
    }
    /// What went wrong inside; the log says more.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "内部错误；已记入日志。",
            "An internal error; the log says more.",
        )
    }
    /// Says at which version the record stands that another has changed.
    pub(crate) fn at_version(self, version: Option<i64>) -> Self {
        Self {
            version: version.and_then(NonZeroI64::new),
            ..self
        }
    }
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
    /// As one outcome of several.
    pub(crate) fn body_in(&self, zh: bool) -> ProblemBody {
        let main = if zh { &self.text.zh } else { &self.text.en };
        let pick = |reason: &Reason| {
            if zh {
                reason.zh.clone()
            } else {
                reason.en.clone()
            }
        };
        let detail = if self.reasons.is_empty() {
            main.clone()
        } else {
            self.reasons.iter().map(pick).collect::<Vec<_>>().join(" ")
        };
        ProblemBody {
            kind: format!("urn:guanjia:problem:{}", self.code),
            title: main.clone(),
            status: self.status.as_u16(),
            detail,
            code: self.code,
            field: self.field.clone(),
            zh: self.text.zh.clone(),
            en: self.text.en.clone(),
            reasons: self.reasons.to_vec(),
            version: self.version.map(NonZeroI64::get),
        }
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

pub(crate) async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "no-such-method",
        "这个地址不支持该方法。",
        "This address does not take that method.",
    )
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let class = error.class();
        let code = match class {
            // Whether it exists is private too.
            Class::NotFound => "not-found",
            _ => error.code(),
        };
        let (mut field, mut reasons) = (None, Vec::new());
        let text = match &error {
            Error::Asked {
                reason, field: at, ..
            } => {
                field = at.map(str::to_owned);
                reason.clone()
            }
            Error::Import { reason, faults, .. } => {
                reasons = faults.iter().map(fault).collect();
                reason.clone()
            }
            Error::Refused(refusals) => {
                reasons = refusals.iter().map(Reason::from).collect();
                field = reasons.first().and_then(|reason| reason.field.clone());
                Text::both("未能办理。", "It was not done.")
            }
            Error::Denied(denied) if class == Class::Denied => {
                reasons = vec![Reason::from(&denied.refusal())];
                Text::both("没有权限。", "Not allowed.")
            }
            Error::Pack(faults) => {
                reasons = faults.iter().map(fault).collect();
                Text::both(
                    "规则包有错误，没有启用。",
                    "The pack has faults and was not taken.",
                )
            }
            Error::Orphans(kept) => {
                let zh: Vec<&str> = kept.iter().map(|loss| loss.zh.as_str()).collect();
                let en: Vec<&str> = kept.iter().map(|loss| loss.en.as_str()).collect();
                Text::both(
                    format!("新规则包读不了现有记录：{}。", zh.join("；")),
                    format!("The pack cannot read what is there: {}.", en.join("; ")),
                )
            }
            Error::KeyReused => Text::both(
                "这个 Idempotency-Key 已用于另一个请求；请换一个。",
                "The Idempotency-Key was used for another request; use a new one.",
            ),
            Error::Account(error) => error.text(),
            Error::Usage(text) => Text::both(text.clone(), text.clone()),
            _ => match class {
                Class::NotFound => Text::both(
                    "没有找到，或不在您的范围。",
                    "Not found, or not within your reach.",
                ),
                Class::Stale => Text::both(
                    "数据已被他人更新；请刷新后再办。",
                    "Somebody has changed it; reload and try again.",
                ),
                Class::Conflict => Text::both(
                    "与已有数据冲突；请核对后再办。",
                    "It conflicts with what is there; check and try again.",
                ),
                Class::Unavailable => Text::both(
                    "暂时无法办理，请稍后以同一 Idempotency-Key 重试。",
                    "Not possible right now; try again in a moment under the same Idempotency-Key.",
                ),
                // What went wrong inside is for the log, not for the caller.
                _ => {
                    tracing::error!(code, error = &error as &dyn std::error::Error, "internal");
                    return Self::internal();
                }
            },
        };
        // What is wrong with a file or a map is for whoever sent it.
        let class = match &error {
            Error::Import { .. } if code != "report-unwritable" => Class::Refused,
            _ => class,
        };
        Self {
            status: status(code, class),
            code,
            field,
            text,
            reasons: reasons.into(),
            version: None,
        }
    }
}

fn fault(fault: &domain::pack::Fault) -> Reason {
    Reason {
        code: fault.code.into(),
        field: Some(format!("{}:{}", fault.file, fault.line)),
        zh: format!("{}；{}。", fault.cause.zh, fault.help.zh),
        en: format!("{}; {}.", fault.cause.en, fault.help.en),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = rendered(&self, true);
        response.extensions_mut().insert(self);
        response
    }
}

fn rendered(problem: &Problem, zh: bool) -> Response {
    let mut response = (problem.status, axum::Json(problem.body_in(zh))).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(
        CONTENT_LANGUAGE,
        HeaderValue::from_static(if zh { "zh-CN" } else { "en" }),
    );
    if let Some(version) = problem.version
        && let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\""))
    {
        headers.insert(ETAG, tag);
    }
    match problem.status {
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

/// Whether a caller would rather read Chinese: the first language that is either decides.
pub(crate) fn reads_chinese(headers: &HeaderMap) -> bool {
    let Some(asked) = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
    else {
        return true;
    };
    for language in asked.split(',') {
        let tag = language.split(';').next().unwrap_or_default().trim();
        if tag.starts_with("zh") {
            return true;
        }
        if tag.starts_with("en") {
            return false;
        }
    }
    true
}

/// Says every refusal in the caller's language.
pub(crate) async fn localised(request: Request, next: Next) -> Response {
    let zh = reads_chinese(request.headers());
    let mut response = next.run(request).await;
    if zh {
        return response;
    }
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => {
            let mut said = rendered(&problem, false);
            said.extensions_mut().insert(problem);
            said
        }
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::record::refusal::Code;

    #[test]
    fn the_first_language_that_is_spoken_here_is_taken() {
        let reads = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            reads_chinese(&headers)
        };
        assert!(reads("zh-CN,zh;q=0.9,en;q=0.8"));
        assert!(!reads("de-DE, en-GB;q=0.8, zh;q=0.1"));
        assert!(reads("fr"));
        assert!(reads_chinese(&HeaderMap::new()));
    }

    #[test]
    fn no_refusal_of_the_rules_looks_like_a_fault_of_the_server() {
        for code in Code::ALL {
            let problem = Problem::from(Error::from(domain::record::Refusal::new(*code)));
            assert!(problem.status.is_client_error(), "{}", code.as_str());
            assert_eq!(problem.reasons.len(), 1);
        }
    }
}
