//! What is answered that could not be met.

use crate::house::House;
use serde_json::json;

#[test]
fn whoever_has_not_signed_in_is_told_nothing() {
    let house = House::new();
    for path in ["/api/units", "/api/units/YS/records", "/api/openapi.json"] {
        let answer = house.send("GET", path, &[], "");
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{path}"
        );
        assert_eq!(answer.refused(401), "sign-in-needed", "{path}");
    }
}

#[test]
fn a_problem_speaks_the_callers_language_and_carries_both() {
    let house = House::new();
    let body = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "water"}, "links": {"home": house.home}});
    let english = house.post_with(
        "desk",
        "/api/units/YS/records",
        &[("accept-language", "en-GB,en;q=0.9")],
        &body,
    );
    assert_eq!(english.header("content-language"), "en");
    let english = english.is(422);
    let chinese = house.post("desk", "/api/units/YS/records", &body);
    assert_eq!(chinese.header("content-language"), "zh-CN");
    let chinese = chinese.is(422);
    assert_eq!(english["code"], "field-required");
    assert_eq!(english["field"], "fault");
    assert_eq!(english["title"], english["en"]);
    assert_eq!(chinese["title"], english["zh"]);
    assert_eq!(chinese["reasons"], english["reasons"]);
    assert_eq!(english["reasons"][0]["zh"], chinese["detail"]);
}

#[test]
fn what_cannot_be_read_is_refused_with_the_part_at_fault() {
    let house = House::new();
    let refused = |path: &str| house.get("desk", path).is(400);
    let wrong = refused("/api/units/YS/records?kind=spaceship");
    assert_eq!(
        (wrong["code"].as_str(), wrong["field"].as_str()),
        (Some("kind-unknown"), Some("kind"))
    );
    assert_eq!(
        refused("/api/units/YS/records?colour=red")["field"],
        "colour"
    );
    assert_eq!(
        refused("/api/units/YS/records?cursor=zzz")["code"],
        "cursor-wrong"
    );
    assert_eq!(
        refused("/api/units/YS/records?opened_from=yesterday")["field"],
        "opened_from"
    );
    assert_eq!(refused("/api/duties?state=lost")["code"], "query-wrong");
    let draw = "/api/units/YS/samples/any/draw";
    assert_eq!(refused(draw)["code"], "query-wrong", "of nothing");
    assert_eq!(
        house
            .post("desk", "/api/units/YS/records", &json!({"kine": "repair"}))
            .refused(400),
        "body-wrong"
    );
    let plain = [("content-type", "text/plain")];
    let text = house.ask("POST", "/api/units/YS/records", "desk", &plain, "{}");
    assert_eq!(text.refused(415), "media-type");
}

#[test]
fn what_is_not_there_is_not_found() {
    let house = House::new();
    for path in [
        "/api/units/NO/records",
        "/api/units/YS/records/WX-YS-20260302-9999",
        "/api/kinds/spaceship",
        "/api/units/YS/scorecards/x",
    ] {
        assert_eq!(house.get("desk", path).refused(404), "not-found", "{path}");
    }
    assert_eq!(
        house.get("desk", "/api/nothing").refused(404),
        "no-such-address"
    );
    assert_eq!(
        house.post("desk", "/api/units", &json!({})).refused(405),
        "no-such-method"
    );
}
