//! Seals, appeals, samples and transfers over the wire: who may, what is answered, what is refused with which code.

use crate::house::House;
use app::Actor;
use app::unit::NewUnit;
use domain::id::RecordId;
use domain::time::Zone;
use domain::unit::{Attributes, Level};
use serde_json::{Value as Json, json};

/// Another member of the project, from the first day on.
fn joins(house: &House, login: &str, post: &str) {
    let member: RecordId = house.open("member", &[("name", login), ("login", login)], &[]);
    let posting = [("post", post), ("from", "2026-01-05")];
    house.open("posting", &posting, &[("member", member)]);
}

/// An order that the desk hands over too late.
fn late(house: &House) -> Json {
    let order = house.repair("厨房水管漏水");
    house.set("2026-03-02 11:00");
    house.step("desk", &order, "send", &json!({})).is(200);
    order
}

/// S8.3
#[test]
fn a_period_is_sealed_once_and_read_back_by_those_who_may_score() {
    let house = House::settled(|house| joins(house, "head", "project-head"));
    late(&house);
    let body = json!({"standard": "scorecard-100", "period": "2026-03"});
    let seal = |login: &str| house.post(login, "/api/units/YS/seals", &body);
    assert_eq!(seal("head").refused(422), "seal-too-early");
    let none = house.get("head", "/api/units/YS/seals/scorecard-100/2026-03");
    assert_eq!(none.refused(404), "not-found");
    house.set("2026-05-20 09:00");
    assert_eq!(seal("steward").refused(403), "privilege-missing");
    let sealed = seal("head").is(201);
    assert_eq!(sealed["root"].as_str().map(str::len), Some(64));
    assert_eq!(seal("head").refused(409), "sealed-already");
    let kept = house
        .get("head", "/api/units/YS/seals/scorecard-100/2026-03")
        .is(200);
    assert_eq!(kept, sealed);
    let others = house.get("steward", "/api/units/YS/seals/scorecard-100/2026-03");
    assert_eq!(others.refused(403), "privilege-missing");
    let mine = &kept["cards"]
        .as_array()
        .unwrap()
        .iter()
        .find(|card| card["subject"] == "desk")
        .unwrap()["id"];
    let card = format!(
        "/api/units/YS/sealed-cards/{}/",
        mine.as_str().expect("an id")
    );
    let at = |step: &str| format!("{card}{step}");
    let show = house.post("lead", &at("show"), &json!({}));
    assert_ne!(show.status, 204);
    let show = house.post("desk", &at("show"), &json!({}));
    assert_eq!(show.status, 204, "{}", show.text());
    let propose = json!({"reason": "another look"});
    let nothing = house.post("head", &at("propose"), &propose).is(422);
    assert_eq!(nothing["reasons"][0]["code"], "nothing-changed");
}

/// S8.5
#[test]
fn an_appeal_goes_through_both_instances() {
    let house = House::settled(|house| joins(house, "chief", "general-manager"));
    let order = late(&house);
    let body = |clause: &str| {
        json!({"standard": "scorecard-100", "period": "2026-03", "clause": clause, "duty": "send",
            "record": order["record"]["number"], "statement": "电话系统中断"})
    };
    let file = |login: &str| house.post(login, "/api/units/YS/appeals", &body("A2"));
    // What counts against nobody is no matter of appeal.
    let nothing = file("steward").is(422);
    assert_eq!(nothing["reasons"][0]["code"], "appeal-nothing");
    let filed = file("desk").is(201);
    let appeal = format!(
        "/api/units/YS/appeals/{}/",
        filed["record"]["number"].as_str().expect("a number")
    );
    let decide = |login: &str, excused: bool| {
        let body = json!({"excused": excused, "reason": "查过交换机记录"});
        house.post(login, &format!("{appeal}decide"), &body)
    };
    assert_eq!(decide("lead", false).refused(403), "privilege-missing");
    // One of one case is more than the share that the unit decides itself.
    let above = decide("manager", true).is(422);
    assert_eq!(above["reasons"][0]["code"], "appeal-above");
    assert_eq!(
        decide("manager", false).is(200)["record"]["state"],
        "rejected"
    );
    let go_on = json!({"statement": "请调取记录"});
    let on = house.post("desk", &format!("{appeal}go-on"), &go_on);
    assert_eq!(on.is(200)["record"]["state"], "above");
    let here = decide("manager", true).is(422);
    assert_eq!(here["reasons"][0]["code"], "appeal-above");
}

/// S10.1
#[test]
fn a_sample_is_drawn_by_two_and_repeated_by_anybody() {
    let house = House::settled(|house| joins(house, "supervisor", "supervisor"));
    for at in 0..6 {
        house.repair(&format!("漏水 {at}"));
    }
    house.set("2026-03-02 10:00");
    let body = json!({"standard": "scorecard-100", "period": "2026-03", "kind": "repair", "when": "urgency == 'normal'", "size": 2});
    let list = |login: &str| house.post(login, "/api/units/YS/samples", &body);
    assert_eq!(list("desk").refused(403), "post-not-allowed");
    let sample = list("manager").is(201);
    let at = format!(
        "/api/units/YS/samples/{}",
        sample["record"]["id"].as_str().expect("an id")
    );
    house.set("2026-03-02 10:05");
    let number = |login: &str, number: u64| {
        house.post(login, &format!("{at}/number"), &json!({"number": number}))
    };
    assert_eq!(number("manager", 17).is(200)["record"]["state"], "typed");
    let again = number("manager", 17).is(422);
    assert_eq!(again["reasons"][0]["code"], "sample-refused");
    let other = number("supervisor", 18).is(422);
    assert_eq!(other["reasons"][0]["code"], "sample-refused");
    let drawn = number("supervisor", 17).is(200);
    let repeated = house
        .get("manager", &format!("{at}/draw?number=17"))
        .is(200);
    assert_eq!(repeated["seed"], drawn["record"]["data"]["seed"]);
    let ids: Vec<&str> = repeated["drawn"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Json::as_str)
        .collect();
    assert_eq!(drawn["record"]["data"]["drawn"], ids.join("\n"));
    assert_eq!(ids.len(), 2);
}

/// S9.3
#[test]
fn a_record_goes_on_in_another_unit() {
    let house = House::new();
    let unit = NewUnit {
        level: Level::Project,
        parent: house.office.units().unwrap().first().map(|unit| unit.id),
        code: "BY".into(),
        name: "白榆里".into(),
        zone: Zone::shanghai(),
        attributes: Attributes::default(),
    };
    house
        .office
        .add_unit(&Actor::operator("test"), unit)
        .unwrap();
    let order = house.repair("厨房水管漏水");
    let id = order["record"]["id"].as_str().unwrap();
    let transfer = |login: &str, to: &str| {
        let body = json!({"to": to, "reason": "属另一项目"});
        house.post(
            login,
            &format!("/api/units/YS/records/{id}/transfer"),
            &body,
        )
    };
    assert_eq!(transfer("desk", "BY").refused(403), "post-not-allowed");
    assert_eq!(transfer("manager", "XX").refused(404), "not-found");
    let same = transfer("manager", "YS").is(422);
    assert_eq!(same["reasons"][0]["code"], "transfer-same");
    let gone = transfer("manager", "BY").is(200);
    assert!(gone["record"]["closed_at"].is_string(), "{gone}");
    let there = house
        .get("director", "/api/units/BY/records?kind=repair")
        .is(200);
    let there = there["records"].as_array().unwrap();
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!(
        house
            .post(
                "manager",
                &format!("/api/units/YS/records/{id}/transfer"),
                &json!({"to": "BY", "reason": "again"})
            )
            .status
            .as_u16(),
        422
    );
}
