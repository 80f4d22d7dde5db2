//! Steps from a device's queue.

use crate::house::House;
use serde_json::json;

#[test]
fn what_comes_too_late_is_kept_with_its_data_and_waits_for_somebody() {
    // S4.7
    let house = House::new();
    let opened = house.repair("漏水");
    house.step("desk", &opened, "send", &json!({})).is(200);
    let cancel = json!({"data": {"cancel_reason": "业主已修好"}, "second": "lead"});
    house.step("desk", &opened, "cancel", &cancel).is(200);
    let id = opened["record"]["id"].as_str().unwrap();
    let me = house.member("engineer");
    let path = format!("/api/units/YS/records/{id}/steps/accept");
    let body = json!({"offline": true, "version": 2, "occurred_at": "2026-03-02T08:58:00+08:00", "data": {"engineer": me}});
    let key = [("idempotency-key", "phone-1")];
    let kept = house.post_with("engineer", &path, &key, &body).is(202);
    assert_eq!(kept["not_applied"][0]["code"], "state-wrong");
    assert_eq!(kept["record"]["state"], "cancelled");
    // Sent again by a phone that heard nothing: kept once.
    let again = house.post_with("engineer", &path, &key, &body).is(202);
    assert_eq!(again["entry"], kept["entry"]);
    let waiting = house.get("lead", "/api/units/YS/not-applied").is(200);
    let entry = &waiting["not_applied"][0]["entry"];
    assert_eq!(waiting["not_applied"].as_array().unwrap().len(), 1);
    assert_eq!(entry["change"]["not-applied"]["step"], "accept");
    assert_eq!(entry["change"]["not-applied"]["data"]["engineer"], me);
    assert_eq!(
        house.get("lead", "/api/duties?unit=YS").is(200)["not_applied"],
        1
    );
    let settle = format!(
        "/api/units/YS/records/{id}/not-applied/{}/settle",
        kept["entry"]
    );
    assert_eq!(
        house.post("lead", &settle, &json!({})).refused(422),
        "reason-missing"
    );
    house
        .post("lead", &settle, &json!({"reason": "已电话说明"}))
        .is(200);
    assert_eq!(
        house
            .post("lead", &settle, &json!({"reason": "已电话说明"}))
            .refused(404),
        "not-found"
    );
    assert_eq!(
        house.get("lead", "/api/duties?unit=YS").is(200)["not_applied"],
        0
    );
    let report = app::verify::verify(
        &house.office,
        &app::Actor::operator("test"),
        house.clock.now(),
        |_| {},
    )
    .unwrap();
    assert!(report.ok, "{:?}", report.faults);
}

#[test]
fn what_the_state_still_admits_is_taken_whatever_version_was_seen() {
    let house = House::new();
    let opened = house.repair("漏水");
    house
        .step(
            "desk",
            &opened,
            "note-progress",
            &json!({"data": {"progress": "已联系"}}),
        )
        .is(200);
    let taken = house
        .step(
            "desk",
            &opened,
            "send",
            &json!({"offline": true, "version": 1}),
        )
        .is(200);
    assert_eq!(taken["record"]["state"], "sent");
}
