//! `/api/imports`

use crate::house::House;
use serde_json::json;

const MAP: &str = include_str!("../../../../examples/uci-incidents/map.yaml");

#[test]
fn a_map_with_a_fault_is_refused_with_its_place() {
    let house = House::new();
    let refused = house
        .post("", "/api/imports", &json!({"map": "kind: [", "unit": "HQ"}))
        .json();
    assert!(
        !refused["reasons"].as_array().unwrap().is_empty(),
        "{refused}"
    );
    assert_eq!(
        house
            .post("", "/api/imports", &json!({"map": MAP, "unit": "NO"}))
            .refused(404),
        "not-found"
    );
}

#[test]
fn files_stay_in_their_import_and_nothing_is_run_that_was_not_sent() {
    let house = House::new();
    let begun = house
        .post("", "/api/imports", &json!({"map": MAP, "unit": "HQ"}))
        .is(201);
    let id = begun["import"].as_str().unwrap();
    let files = |name: &str| format!("/api/imports/{id}/files?name={name}");
    let sent = house.put(
        "",
        &files("..%2F..%2Fincidents.csv"),
        "text/csv",
        b"a,b\r\n1,2\r\n",
    );
    assert_eq!(sent.status, 204, "{}", sent.text());
    let kept = house.place.folder().join("imports").join(id);
    assert!(kept.join("incidents.csv").is_file());
    assert_eq!(
        house
            .put("", &files("map.yaml"), "text/csv", b"x")
            .refused(400),
        "name-wrong"
    );
    assert_eq!(
        house
            .get("", &format!("/api/imports/{id}/report"))
            .refused(404),
        "not-found"
    );
    // The columns of the file are not those of the map: told before anything is taken in.
    let look = house.post("", &format!("/api/imports/{id}/preview"), &json!({}));
    assert!(look.status.is_client_error(), "{}", look.text());
    let none = "019ca4d0-0000-7000-8000-00000000abcd";
    assert_eq!(
        house
            .post("", &format!("/api/imports/{none}/run"), &json!({}))
            .refused(404),
        "not-found"
    );
}
