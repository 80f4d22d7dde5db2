//! A browser: the cookies that it keeps, and what a page shows beside them.

use crate::house::{House, deliver};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) csrf: Option<String>,
}

impl Browser {
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// An answer as a browser takes it.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) cookies: Vec<(String, String)>,
    /// As they were sent.
    pub(crate) set: Vec<String>,
    /// To which page it leads.
    pub(crate) location: String,
}

impl Page {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl House {
    pub(crate) fn fetch(&self, request: Request<Body>) -> Page {
        self.fetch_from(&self.router, request)
    }

    pub(crate) fn fetch_from(&self, router: &axum::Router, request: Request<Body>) -> Page {
        let answer = deliver(router, request);
        let set: Vec<String> = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect();
        let cookies = set
            .iter()
            .filter_map(|cookie| {
                let (name, value) = cookie.split(';').next()?.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            })
            .collect();
        Page {
            location: answer.header("location").to_owned(),
            status: answer.status,
            body: serde_json::from_slice(&answer.bytes).unwrap_or(Value::Null),
            cookies,
            set,
        }
    }

    pub(crate) fn request(
        &self,
        browser: &Browser,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Request<Body> {
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "guanjia.test");
        if !browser.cookies.is_empty() {
            let cookies: Vec<String> = browser
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(csrf) = &browser.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        }
        .unwrap()
    }

    pub(crate) fn visit(
        &self,
        browser: &Browser,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Page {
        self.fetch(self.request(browser, method, path, body))
    }

    pub(crate) fn try_sign_in(&self, browser: &Browser, login: &str, password: &str) -> Page {
        let body = json!({"login": login, "password": password});
        self.visit(browser, "POST", "/api/session", Some(body))
    }

    pub(crate) fn signed_in(&self, login: &str) -> Browser {
        let page = self.try_sign_in(&Browser::default(), login, &self.password);
        assert_eq!(page.status, StatusCode::CREATED, "{login} {}", page.body);
        Browser {
            csrf: page.body["csrf"].as_str().map(str::to_owned),
            cookies: page.cookies,
        }
    }
}
