//! The web application: its pages and their parts, as they were built, out of the program itself.
//!
//! Nothing here is private: whoever is not signed in sees the sign-in. A part's name has the digest of its content in it and is kept by
//! browsers for ever; pages are asked for anew each time. Every compressed form was made when the application was built, none while serving.

use crate::problem;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};

/// A file of the application.
struct File {
    /// Without a slash in front: `assets/desk-0a1b2c3d.js`.
    path: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Scripts, pictures and requests are the program's own. Ant Design makes its styles in the page, hence `unsafe-inline` for these alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>管家</title><h1>管家 · Guanjia</h1>\
    <p>这个程序没有带界面。在源码目录运行 <code>./dev run</code>，会先构建界面。接口在 <code>/api</code>。</p>\
    <p lang=\"en\">This program was built without its interface. Run <code>./dev run</code> in the source tree, which builds it first. \
    The API is under <code>/api</code>.</p></html>";

include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Whatever is no route of the API: a file, or the page that the address belongs to.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let read = method == Method::GET || method == Method::HEAD;
    if !read || path.starts_with("api/") || path == "api" {
        return problem::nowhere().await.into_response();
    }
    if let Some(file) = FILES.iter().find(|file| file.path == path) {
        return answer(file, &headers);
    }
    // A part that is gone belongs to an older build; a page in its place would be run as a script.
    let last = path.rsplit('/').next().unwrap_or_default();
    if path.starts_with("assets/") || (last.contains('.') && !path.contains('/')) {
        return problem::nowhere().await.into_response();
    }
    let page = page_of(path);
    match FILES.iter().find(|file| file.path == page) {
        Some(file) => answer(file, &headers),
        None => guarded(NOT_BUILT.into(), "text/html; charset=utf-8", "no-store"),
    }
}

/// Phones of the staff and of customers have pages of their own.
fn page_of(path: &str) -> &'static str {
    match path.split('/').next() {
        Some("field") => "field.html",
        Some("owner") => "owner.html",
        _ => "desk.html",
    }
}

fn answer(file: &'static File, headers: &HeaderMap) -> Response {
    let (body, encoding) = chosen(file, headers);
    let kept = if file.path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = guarded(Body::from(body), media(file.path), kept);
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn guarded(body: Body, media: &'static str, kept: &'static str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, media),
        (CACHE_CONTROL, kept),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The smallest form that the browser takes. One that it refuses with `q=0` is not taken.
fn chosen(file: &'static File, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let asked = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let takes = |name: &str| {
        asked.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let named = parts.next().is_some_and(|it| it.eq_ignore_ascii_case(name));
            named && !parts.any(|it| matches!(it, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    match (file.brotli, file.gzip) {
        (Some(body), _) if takes("br") => (body, Some("br")),
        (_, Some(body)) if takes("gzip") => (body, Some("gzip")),
        _ => (file.plain, None),
    }
}

fn media(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    static SAMPLE: File = File {
        path: "assets/a.js",
        plain: b"plain",
        brotli: Some(b"brotli"),
        gzip: Some(b"gzip"),
    };

    #[test]
    fn the_smallest_form_that_the_browser_takes_is_sent() {
        for (asked, body, encoding) in [
            ("gzip, deflate, br", &b"brotli"[..], Some("br")),
            ("gzip", b"gzip", Some("gzip")),
            ("br;q=0, GZIP;q=0.5", b"gzip", Some("gzip")),
            ("identity", b"plain", None),
            ("", b"plain", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(asked));
            assert_eq!(chosen(&SAMPLE, &headers), (body, encoding), "{asked}");
        }
    }

    #[test]
    fn a_page_belongs_to_every_address_and_a_part_to_its_own() {
        for (path, page) in [
            ("", "desk.html"),
            ("u/WT/repair/WX-WT-20260331-0003", "desk.html"),
            ("field/scan", "field.html"),
            ("owner/matter/WX-WT-20260331-0003", "owner.html"),
        ] {
            assert_eq!(page_of(path), page, "{path}");
        }
    }

    #[tokio::test]
    async fn what_is_no_page_is_answered_as_a_problem() {
        for (method, address) in [
            (Method::GET, "/api/nothing"),
            (Method::POST, "/"),
            (Method::GET, "/assets/gone-00000000.js"),
            (Method::GET, "/robots.txt"),
        ] {
            let uri = address.parse().unwrap();
            let response = serve(method, uri, HeaderMap::new()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{address}");
        }
    }

    #[tokio::test]
    async fn a_page_says_what_it_may_load_and_is_asked_for_anew() {
        let response = serve(Method::GET, "/u/WT".parse().unwrap(), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::OK);
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("script-src 'self';"));
        assert!(!policy.contains("unsafe-eval"));
        let kept = response.headers()[CACHE_CONTROL].to_str().unwrap();
        assert!(["no-cache", "no-store"].contains(&kept));
    }
}
