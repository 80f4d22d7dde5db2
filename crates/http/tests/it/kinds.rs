//! `/api/kinds`

use crate::house::House;

#[test]
fn a_kind_says_everything_that_a_form_needs() {
    let house = House::new();
    let kinds = house.get("", "/api/kinds").is(200);
    let names: Vec<&str> = kinds["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"repair") && names.contains(&"home"),
        "{names:?}"
    );
    let team = house.get("", "/api/kinds/team").is(200);
    insta::assert_json_snapshot!(team);
}
