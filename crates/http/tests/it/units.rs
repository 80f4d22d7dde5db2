//! `/api/units`

use crate::house::House;

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
