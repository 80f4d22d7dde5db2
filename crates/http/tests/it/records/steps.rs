//! `POST /api/units/{unit}/records`, `…/steps/{step}`, `/api/units/{unit}/steps`

use crate::house::House;
use serde_json::json;

#[test]
fn an_opening_that_is_sent_again_happens_once() {
    let house = House::new();
    let body = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "漏水"}, "links": {"home": house.home}});
    let key = [("idempotency-key", "call-17")];
    let first = house.post_with("desk", "/api/units/YS/records", &key, &body);
    assert!(
        first
            .header("location")
            .starts_with("/api/units/YS/records/")
    );
    let first = first.is(201);
    let again = house
        .post_with("desk", "/api/units/YS/records", &key, &body)
        .is(201);
    assert_eq!(again["record"]["id"], first["record"]["id"]);
    assert_eq!(
        (&first["repeated"], &again["repeated"]),
        (&json!(false), &json!(true))
    );
    let other = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "lift", "fault": "漏水"}, "links": {"home": house.home}});
    assert_eq!(
        house
            .post_with("desk", "/api/units/YS/records", &key, &other)
            .refused(422),
        "key-reused"
    );
}

#[test]
fn a_callers_own_id_is_a_uuid_of_version_7_and_taken_once() {
    let house = House::new();
    let body = |id: &str| json!({"kind": "repair", "id": id, "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "漏水"}, "links": {"home": house.home}});
    let post = |id: &str| house.post("desk", "/api/units/YS/records", &body(id));
    let id = "019ca4d0-0000-7000-8000-00000000abcd";
    assert_eq!(post(id).is(201)["record"]["id"], id);
    assert_eq!(post(id).refused(409), "record-exists");
    assert_eq!(
        post("8c2a4c1e-5f0e-4a8e-9f9d-0d6a6f1f6c11").refused(400),
        "id-version"
    );
}

#[test]
fn a_step_on_an_old_version_is_a_conflict_that_can_be_acted_on() {
    let house = House::new();
    let opened = house.repair("漏水");
    let id = opened["record"]["id"].as_str().unwrap();
    let path = format!("/api/units/YS/records/{id}/steps/send");
    let taken = house.post_with("desk", &path, &[("if-match", "\"1\"")], &json!({}));
    assert_eq!(taken.header("etag"), "\"2\"");
    assert_eq!(taken.is(200)["record"]["state"], "sent");
    let stale = house.post_with("desk", &path, &[("if-match", "\"1\"")], &json!({}));
    assert_eq!(stale.refused(409), "stale");
    assert_eq!(
        house.post("desk", &path, &json!({})).refused(409),
        "state-wrong"
    );
}

#[test]
fn a_post_that_may_not_is_refused_and_changes_nothing() {
    let house = House::new();
    let opened = house.repair("漏水");
    let refused = house.step("engineer", &opened, "send", &json!({}));
    assert_eq!(refused.refused(403), "post-not-allowed");
    let id = opened["record"]["id"].as_str().unwrap();
    let journal = house
        .get("desk", &format!("/api/units/YS/records/{id}/journal"))
        .is(200);
    assert_eq!(journal["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn each_step_of_a_batch_has_its_own_outcome() {
    let house = House::new();
    let (one, two) = (house.repair("漏水"), house.repair("断电"));
    house.step("desk", &two, "send", &json!({})).is(200);
    let body = json!({"steps": [
        {"record": one["record"]["id"], "step": "send"},
        {"record": two["record"]["id"], "step": "send"},
        {"record": "019ca4d0-0000-7000-8000-00000000abcd", "step": "send"},
    ]});
    let outcomes = house.post("desk", "/api/units/YS/steps", &body).is(200);
    let of = |at: usize| outcomes["outcomes"][at]["status"].as_u64().unwrap();
    assert_eq!([of(0), of(1), of(2)], [200, 409, 404]);
    assert_eq!(outcomes["outcomes"][1]["problem"]["code"], "state-wrong");
    assert_eq!(outcomes["outcomes"][0]["taken"]["record"]["state"], "sent");
}

#[test]
fn a_correction_is_an_entry_and_needs_a_second_person_later() {
    // S9.2
    let house = House::new();
    let opened = house.repair("漏水");
    let id = opened["record"]["id"].as_str().unwrap();
    let path = format!("/api/units/YS/records/{id}/corrections");
    let body = json!({"seq": 1, "field": "fault", "value": "厨房漏水", "reason": "听错了"});
    let taken = house.post("desk", &path, &body).is(200);
    assert_eq!(taken["record"]["data"]["fault"], "厨房漏水");
    house.set("2026-03-02 10:00");
    let body = json!({"seq": 1, "field": "fault", "value": "阳台漏水", "reason": "听错了"});
    assert_eq!(
        house.post("desk", &path, &body).refused(422),
        "correction-not-allowed"
    );
    let body = json!({"seq": 1, "field": "fault", "value": "阳台漏水", "reason": "听错了", "second": "lead"});
    house.post("desk", &path, &body).is(200);
}
