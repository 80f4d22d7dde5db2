//! `/api/units/{unit}/records/{record}`, `…/journal`, `…/clocks`

use crate::house::House;
use serde_json::{Value, json};

fn listed(whole: &Value) -> Vec<Value> {
    let steps = whole["steps"].as_array().unwrap();
    steps.iter().map(|step| step["step"].clone()).collect()
}

fn step(whole: &Value, name: &str) -> Value {
    let steps = whole["steps"].as_array().unwrap();
    let found = steps.iter().find(|step| step["step"] == name);
    found.unwrap().clone()
}

#[test]
fn a_record_says_what_the_caller_can_do_now_and_why_not_the_rest() {
    let house = House::new();
    let opened = house.repair("厨房水管漏水");
    let id = opened["record"]["id"].as_str().unwrap();
    let answer = house.get("desk", &format!("/api/units/YS/records/{id}"));
    assert_eq!(answer.header("etag"), "\"1\"");
    let whole = answer.is(200);
    assert_eq!(step(&whole, "send")["may"], true);
    assert_eq!(
        step(&whole, "note-progress")["form"][0]["field"],
        "progress"
    );
    // What its state does not admit is told to whoever asks for it.
    assert!(listed(&whole).iter().all(|step| step != "complete"));
    let path = format!("/api/units/YS/records/{id}?steps=every");
    let every = house.get("desk", &path).is(200);
    assert_eq!(step(&every, "complete")["why"][0]["code"], "state-wrong");
    assert!(
        listed(&whole)
            .iter()
            .all(|step| listed(&every).contains(step))
    );
    let path = format!("/api/units/YS/records/{id}?steps=none");
    let alone = house.get("desk", &path).is(200);
    assert!(listed(&alone).is_empty());
    assert_eq!(
        (&alone["record"], &alone["duties"]),
        (&whole["record"], &whole["duties"])
    );
    let engineer = house
        .get("engineer", &format!("/api/units/YS/records/{id}"))
        .is(200);
    let send = step(&engineer, "send");
    assert_eq!(
        (&send["may"], &send["why"][0]["code"]),
        (&json!(false), &json!("post-not-allowed"))
    );
    // The number is an address as well, and what is private is shown to the posts that the field names.
    let number = whole["record"]["number"].as_str().unwrap();
    let same = house
        .get("desk", &format!("/api/units/YS/records/{number}"))
        .is(200);
    let private = |whole: &Value| {
        let data = &whole["record"]["data"];
        (data["phone"].clone(), data["contact"].clone())
    };
    assert_eq!(private(&same), (json!("13812345678"), json!("王小姐")));
    assert_eq!(same["record"]["links"]["home"]["label"], "房屋：3-2-1202");
    insta::assert_json_snapshot!(same["duties"], {".**.id" => "[id]"});
}

#[test]
fn a_journal_tells_every_step_with_its_hash() {
    let house = House::new();
    let opened = house.repair("厨房水管漏水");
    house.set("2026-03-02 09:03");
    house.step("desk", &opened, "send", &json!({})).is(200);
    let id = opened["record"]["id"].as_str().unwrap();
    let journal = house
        .get("desk", &format!("/api/units/YS/records/{id}/journal"))
        .is(200);
    insta::assert_json_snapshot!(journal, {".**.id" => "[id]", ".**.home" => "[id]", ".**.hash" => "[hash]"});
}

#[test]
fn a_clock_that_stood_still_says_why_and_for_how_long() {
    let house = House::new();
    let body = json!({"kind": "repair", "data": {"urgency": "urgent", "scope": "home", "subject": "water", "fault": "爆管"}, "links": {"home": house.home}});
    let opened = house.post("desk", "/api/units/YS/records", &body).is(201);
    let me = house.member("engineer");
    house.step("desk", &opened, "send", &json!({})).is(200);
    house
        .step(
            "engineer",
            &opened,
            "accept",
            &json!({"data": {"engineer": me}}),
        )
        .is(200);
    house
        .step(
            "engineer",
            &opened,
            "call",
            &json!({"data": {"contact_note": "约下午"}}),
        )
        .is(200);
    house
        .step(
            "engineer",
            &opened,
            "wait-owner",
            &json!({"data": {"wait_reason": "等钥匙"}}),
        )
        .is(200);
    house.set("2026-03-02 09:35");
    let id = opened["record"]["id"].as_str().unwrap();
    let whole = house
        .get("engineer", &format!("/api/units/YS/records/{id}"))
        .is(200);
    let overnight = whole["duties"]["to_do"]
        .as_array()
        .unwrap()
        .iter()
        .find(|duty| duty["duty"] == "overnight")
        .unwrap();
    assert_eq!(overnight["paused"]["cause"], "owner");
    assert_eq!(overnight["paused_seconds"], 35 * 60);
    let clocks = house
        .get("engineer", &format!("/api/units/YS/records/{id}/clocks"))
        .is(200);
    let with: Vec<&str> = clocks["stretches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stretch| stretch["with"].as_str().unwrap())
        .collect();
    assert_eq!(with, ["service", "engineering", "engineering", "owner"]);
    assert!(!clocks["clocks"][0]["lines"].as_array().unwrap().is_empty());
}
