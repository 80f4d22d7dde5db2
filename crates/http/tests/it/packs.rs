//! `/api/packs`, `/api/units/{unit}/parameters`, `/api/calendars`, `/api/verify`

use crate::house::House;
use serde_json::json;

#[test]
fn a_pack_with_a_fault_never_replaces_a_good_one() {
    let house = House::new();
    let broken = json!({"sources": {"pack.yaml": "name: [", "kinds/x.yaml": "kind: x"}});
    let refused = house.post("", "/api/packs", &broken).is(422);
    assert_eq!(refused["code"], "pack-faults");
    let places: Vec<&str> = refused["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["field"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["kinds/x.yaml:1", "pack.yaml:2"]);
    let packs = house.get("", "/api/packs").is(200);
    assert_eq!(packs["packs"].as_array().unwrap().len(), 1);
    assert_eq!(packs["packs"][0]["active"], true);
    let same = json!({"shipped": "residential-cn"});
    assert_eq!(
        house.post("", "/api/packs/diff", &same).is(200)["changes"],
        json!([])
    );
    assert_eq!(
        house.post("", "/api/packs/check", &same).is(200)["name"],
        "residential-cn"
    );
    // The other one that ships cannot read what is there.
    let other = json!({"shipped": "service-request"});
    assert_eq!(
        house.post("", "/api/packs/check", &other).refused(409),
        "pack-orphans"
    );
}

#[test]
fn a_parameter_holds_from_its_day_and_never_backwards() {
    // S2.13, S8.4
    let house = House::new();
    let path = "/api/units/YS/parameters/repair.send.normal";
    let late = json!({"value": "PT4M", "from": "2026-03-01", "reason": "公司要求"});
    assert_eq!(
        house.post("", path, &late).refused(422),
        "override-backwards"
    );
    house
        .post(
            "",
            path,
            &json!({"value": "PT4M", "from": "2026-03-10", "reason": "公司要求"}),
        )
        .is(201);
    let list = house.get("desk", "/api/units/YS/parameters").is(200);
    let found = list["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|parameter| parameter["parameter"] == "repair.send.normal")
        .unwrap();
    assert_eq!(found["value"], found["default"]);
    assert_eq!(
        found["set"],
        json!([{"unit": "YS", "value": "PT4M", "from": "2026-03-10T00:00:00.000000+08:00"}])
    );
    assert_eq!(
        house
            .post("", "/api/units/YS/parameters/no.such", &late)
            .refused(404),
        "not-found"
    );
}

#[test]
fn a_year_tells_its_holidays_and_make_up_days() {
    let house = House::new();
    let year = house.get("desk", "/api/calendars/2025").is(200);
    assert!(
        year["make_up_days"]
            .as_array()
            .unwrap()
            .contains(&json!("2025-01-26")),
        "{year}"
    );
    assert_eq!(
        house.get("desk", "/api/calendars/1990").refused(404),
        "not-found"
    );
}

#[test]
fn the_database_is_what_its_journals_say() {
    let house = House::new();
    house.repair("漏水");
    let report = house.post("", "/api/verify", &json!({})).is(200);
    assert_eq!(
        (&report["ok"], &report["fault_count"]),
        (&json!(true), &json!(0))
    );
}
