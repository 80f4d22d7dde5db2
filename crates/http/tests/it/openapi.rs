//! The committed description is what the program says of itself.

use crate::house::House;
use app::pack;
use std::path::Path;

/// Set to write the file anew.
const VARIABLE: &str = "GUANJIA_WRITE_OPENAPI";

#[test]
fn the_committed_description_is_the_programs_own() {
    let checked = pack::check(&pack::sources("residential-cn").unwrap()).unwrap();
    let said = web::with_kinds(web::description(), &checked);
    let said = format!("{}\n", serde_json::to_string_pretty(&said).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    if std::env::var_os(VARIABLE).is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == said,
        "openapi.json is not what the program says: run `cargo xtask openapi`"
    );
}

#[test]
fn the_description_knows_the_kinds_of_the_active_pack() {
    let house = House::new();
    let document = house.get("", "/api/openapi.json").is(200);
    assert_eq!(document["openapi"].as_str().map(|it| &it[..3]), Some("3.1"));
    let open = &document["components"]["schemas"]["repair.open"];
    assert_eq!(open["additionalProperties"], false);
    assert!(
        open["required"]
            .as_array()
            .unwrap()
            .contains(&"fault".into()),
        "{open}"
    );
    assert_eq!(
        document["components"]["schemas"]["repair.data"]["properties"]["phone"]["x-private"],
        true
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
    let document = web::description();
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_default();
            assert!(names.insert(name.to_owned()), "{method} {path}: {name}");
        }
    }
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(!document["components"]["schemas"][name].is_null(), "{name}");
    }
}
