//! Many requests at once, on both databases: one wins, and the others are told what they can act on.

use crate::house::House;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Barrier;
use tower::ServiceExt as _;

/// What each of these is answered, sent at once.
fn together(router: &Router, asked: Vec<Request<Body>>) -> Vec<(StatusCode, Value)> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let ready = Arc::new(Barrier::new(asked.len()));
        let callers: Vec<_> = asked
            .into_iter()
            .map(|request| {
                let (router, ready) = (router.clone(), ready.clone());
                tokio::spawn(async move {
                    ready.wait().await;
                    let answer = router.oneshot(request).await.unwrap();
                    let (parts, body) = answer.into_parts();
                    let body = to_bytes(body, 1 << 20).await.unwrap();
                    (parts, serde_json::from_slice::<Value>(&body).unwrap())
                })
            })
            .collect();
        let mut answers = Vec::new();
        for caller in callers {
            let (parts, body) = caller.await.unwrap();
            if parts.status == StatusCode::CONFLICT {
                let tag = parts.headers["etag"].to_str().unwrap();
                assert_eq!(tag, format!("\"{}\"", body["version"]));
            }
            answers.push((parts.status, body));
        }
        answers
    })
}

impl House {
    fn asking(&self, login: &str, path: &str, body: &Value) -> Request<Body> {
        Request::post(path)
            .header("authorization", format!("Bearer {}", self.token(login)))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap()
    }
}

fn counted(answers: &[(StatusCode, Value)]) -> BTreeMap<(u16, String), usize> {
    let mut counts = BTreeMap::new();
    for (status, body) in answers {
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        *counts.entry((status.as_u16(), code)).or_default() += 1;
    }
    counts
}

/// S9.5
#[test]
fn of_a_thousand_steps_at_once_on_one_record_one_is_taken() {
    for house in House::each() {
        let opened = house.repair("漏水");
        let id = opened["record"]["id"].as_str().unwrap();
        let path = format!("/api/units/YS/records/{id}/steps/send");
        // Half of them say what they saw.
        let asked = (0..1_000).map(|number| {
            let body = if number % 2 == 0 {
                json!({})
            } else {
                json!({"version": 1})
            };
            house.asking("desk", &path, &body)
        });
        let answers = together(&house.router, asked.collect());
        let counts = counted(&answers);
        assert_eq!(counts.get(&(200, String::new())), Some(&1), "{counts:?}");
        let late = ["stale", "state-wrong"].map(|code| (409, code.to_owned()));
        assert!(
            counts.keys().all(|key| key.0 == 200 || late.contains(key)),
            "{counts:?}"
        );
        assert_eq!(counts.values().sum::<usize>(), 1_000);
        for (status, body) in answers {
            if status == StatusCode::CONFLICT {
                assert_eq!(body["version"], 2, "{body}");
            }
        }
        let journal = house.get("desk", &format!("/api/units/YS/records/{id}/journal"));
        assert_eq!(journal.is(200)["entries"].as_array().map(Vec::len), Some(2));
    }
}

/// S9.5, GRID-03: what a condition counts is counted again where it is written.
#[test]
fn of_many_who_are_given_one_grid_at_once_one_is() {
    for house in House::each() {
        let grid = json!({"kind": "grid", "data": {"code": "G9", "scope": "9 栋", "homes": 360}});
        let grid = house
            .post("manager", "/api/units/YS/records", &grid)
            .is(201);
        let grid = &grid["record"]["id"];
        let asked = (0..50).map(|number| {
            let name = format!("新管家{number}");
            let member = house.open("member", &[("name", name.as_str())], &[]);
            let body = json!({"kind": "posting", "data": {"post": "steward", "from": "2026-03-02", "grid": "G9"},
                "links": {"member": member, "area": grid}});
            house.asking("manager", "/api/units/YS/records", &body)
        });
        let counts = counted(&together(&house.router, asked.collect()));
        let expected = [
            ((201, String::new()), 1),
            ((422, "condition-fails".to_owned()), 49),
        ];
        assert_eq!(counts, BTreeMap::from(expected));
    }
}
