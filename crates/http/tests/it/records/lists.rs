//! `GET /api/units/{unit}/records`, `GET /api/duties`

use crate::house::House;
use serde_json::{Value, json};

fn labels(list: &Value) -> Vec<String> {
    list["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["label"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn pages_follow_each_other_without_a_gap_or_a_repetition() {
    let house = House::new();
    for number in 0..25 {
        house.set(&format!("2026-03-02 09:{number:02}"));
        house.repair(&format!("第{number}处漏水"));
    }
    for sort in ["due", "newest", "oldest"] {
        let mut seen = Vec::new();
        let mut path = format!("/api/units/YS/records?kind=repair&limit=10&sort={sort}");
        loop {
            let page = house.get("desk", &path).is(200);
            seen.extend(labels(&page));
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("/api/units/YS/records?kind=repair&limit=10&sort={sort}&cursor={next}");
        }
        assert_eq!(seen.len(), 25, "{sort}");
        let first = if sort == "newest" { 24 } else { 0 };
        assert_eq!(seen[0], format!("维修工单：第{first}处漏水"), "{sort}");
        let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), 25, "{sort}");
    }
}

#[test]
fn lists_are_narrowed_by_what_is_asked() {
    let house = House::new();
    let other = house.home_of("5-1-101", "G2");
    let one = house.repair("厨房水管漏水");
    let body = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "electric", "fault": "跳闸"}, "links": {"home": other}});
    house.post("desk", "/api/units/YS/records", &body).is(201);
    house.step("desk", &one, "send", &json!({})).is(200);
    let count = |query: &str| {
        let page = house
            .get("desk", &format!("/api/units/YS/records?{query}"))
            .is(200);
        page["records"].as_array().unwrap().len()
    };
    assert_eq!(count("kind=repair"), 2);
    assert_eq!(count("kind=repair&state=sent"), 1);
    assert_eq!(count("kind=repair&state=sent,registered"), 2);
    assert_eq!(count(&format!("home={other}&kind=repair")), 1);
    assert_eq!(count("kind=repair&open=false"), 0);
    assert_eq!(count("kind=repair&overdue=true"), 0);
    assert_eq!(count("kind=repair&opened_from=2026-03-03"), 0);
    assert_eq!(count("kind=repair&opened_to=2026-03-02"), 2);
    // Places have no numbers, and are listed by their kind.
    assert_eq!(count("kind=home"), 2);
    house.set("2026-03-02 10:00");
    assert_eq!(count("kind=repair&overdue=true"), 2);
}

#[test]
fn fields_that_are_asked_for_are_shown_and_private_ones_masked() {
    let house = House::new();
    house.repair("厨房水管漏水");
    let page = house
        .get(
            "desk",
            "/api/units/YS/records?kind=repair&fields=fault,phone",
        )
        .is(200);
    assert_eq!(
        page["records"][0]["data"],
        json!({"fault": "厨房水管漏水", "phone": "138****5678"})
    );
}

#[test]
fn duties_come_by_due_time_and_belong_to_whoever_may_take_them() {
    let house = House::new();
    house.repair("厨房水管漏水");
    let duties_of =
        |login: &str, query: &str| house.get(login, &format!("/api/duties?{query}")).is(200);
    let duties = |query: &str| duties_of("desk", query);
    let names = |list: &Value| -> Vec<String> {
        list["duties"]
            .as_array()
            .unwrap()
            .iter()
            .map(|duty| duty["to_do"]["duty"].as_str().unwrap().to_owned())
            .collect()
    };
    let desk = duties("unit=YS&member=desk");
    assert_eq!(names(&desk)[0], "send");
    assert_eq!(desk["duties"][0]["to_do"]["late"], false);
    // The team's own duty is every engineer's.
    assert_eq!(names(&duties("unit=YS&member=engineer"))[0], "dispatch");
    assert!(names(&duties("unit=YS&member=steward-2")).is_empty());
    assert_eq!(
        names(&duties_of(
            "director",
            "unit=HQ&member=desk&due_before=2026-03-02T09:05:01%2B08:00"
        )),
        ["send"]
    );
    house.set("2026-03-02 09:06");
    assert_eq!(names(&duties("member=desk&state=overdue")), ["send"]);
}

#[test]
fn a_decided_duty_is_listed_with_its_outcome() {
    let house = House::new();
    let opened = house.repair("厨房水管漏水");
    house.step("desk", &opened, "send", &json!({})).is(200);
    let list = house
        .get(
            "desk",
            "/api/duties?unit=YS&member=desk&state=decided&from=2026-03-01&to=2026-03-31",
        )
        .is(200);
    let decided = &list["duties"][0]["decided"];
    assert_eq!(
        (&decided["duty"], &decided["outcome"]),
        (&json!("send"), &json!("met"))
    );
}
