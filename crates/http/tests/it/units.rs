//! `/api/units`

use crate::house::House;
use serde_json::json;

#[test]
fn units_are_listed_parents_first() {
    let house = House::new();
    let units = house.get("", "/api/units").is(200);
    insta::assert_json_snapshot!(units, {".units[].id" => "[id]"});
}

#[test]
fn what_is_open_is_counted_by_kind_and_state() {
    let house = House::new();
    house.repair("厨房水管漏水");
    house.repair("阳台漏水");
    let counts = house.get("manager", "/api/units/YS/counts").is(200);
    let registered = counts["counts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|count| count["kind"] == "repair")
        .unwrap();
    assert_eq!(registered["records"], 2);
}

/// What a chart draws, and the rows that its marks open.
#[test]
fn what_was_opened_and_decided_is_counted_day_by_day() {
    let house = House::new();
    let opened = house.repair("厨房水管漏水");
    house.step("desk", &opened, "send", &json!({})).is(200);
    let figures = |by: &str, from: &str, to: &str| {
        let query = format!("kind=repair&by={by}&from={from}&to={to}");
        house.get("manager", &format!("/api/units/YS/figures?{query}"))
    };
    let days = figures("day", "2026-03-01", "2026-03-03").is(200);
    insta::assert_json_snapshot!(days);
    let met = |outcome: &str| {
        let query = "unit=YS&kind=repair&state=decided&from=2026-03-02&to=2026-03-02";
        let path = format!("/api/duties?{query}&outcome={outcome}");
        house.get("manager", &path).is(200)["duties"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((met("met"), met("missed")), (1, 0));
    let weeks = figures("week", "2026-03-01", "2026-03-03").is(200);
    assert_eq!(weeks["figures"][0]["window"], "2026-W09");
    assert_eq!(weeks["figures"][1]["opened"], 1);

    let code = |by: &str, from: &str, to: &str| figures(by, from, to).refused(400);
    assert_eq!(code("day", "2026-01-01", "2026-03-31"), "windows-too-many");
    assert_eq!(code("month", "2026-03-02", "2026-03-01"), "days-order");
    assert_eq!(code("month", "2026-02-30", "2026-03-01"), "query-value");
    assert_eq!(code("year", "2026-02-01", "2026-03-01"), "query-wrong");
    let none = "/api/units/YS/figures?kind=none&by=day&from=2026-03-01&to=2026-03-01";
    assert_eq!(house.get("manager", none).refused(400), "kind-unknown");
}
