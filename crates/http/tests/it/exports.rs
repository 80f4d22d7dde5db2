//! `/api/units/{unit}/export`

use crate::house::House;
use serde_json::json;

#[test]
fn an_exported_list_has_a_row_a_record_with_all_its_times() {
    let house = House::new();
    let opened = house.repair("=1+1 漏水");
    house.set("2026-03-02 09:03");
    house.step("desk", &opened, "send", &json!({})).is(200);
    house.repair("阳台漏水");
    let answer = house.get("manager", "/api/units/YS/export?kind=repair&sort=oldest");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"YS-repair.csv\""
    );
    let text = answer.text();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3);
    let heads: Vec<&str> = lines[0].split(',').collect();
    let cell = |name: &str| {
        let at = heads.iter().position(|head| *head == name).unwrap();
        lines[1].split(',').nth(at).unwrap()
    };
    assert_eq!(cell("data.fault"), "'=1+1 漏水");
    assert_eq!(cell("data.phone"), "138****5678");
    assert_eq!(cell("time.open"), "2026-03-02T09:00:00.000000+08:00");
    assert_eq!(cell("time.send"), "2026-03-02T09:03:00.000000+08:00");
    let sheet = house.get("manager", "/api/units/YS/export?kind=repair&format=xlsx");
    assert_eq!(&sheet.bytes[..2], b"PK");
}

#[test]
fn an_export_without_a_kind_is_refused_before_it_begins() {
    let house = House::new();
    assert_eq!(
        house.get("manager", "/api/units/YS/export").refused(400),
        "kind-needed"
    );
    assert_eq!(
        house
            .get("manager", "/api/units/NO/export?kind=repair")
            .refused(404),
        "not-found"
    );
}
