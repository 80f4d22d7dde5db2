use super::project;
use app::import::map::{Map, schema};
use domain::pack::{Fault, Language};
use expect_test::{Expect, expect, expect_file};
use serde_json::Value;

fn render(faults: &[Fault]) -> String {
    faults
        .iter()
        .map(|fault| fault.render(Language::En) + "\n")
        .collect()
}

fn parsed(path: &str) -> Map {
    let text = std::fs::read_to_string(project(path)).unwrap();
    Map::parse(path, &text).unwrap_or_else(|faults| panic!("{}", render(&faults)))
}

fn faults(text: &str, expected: &Expect) {
    let faults = Map::parse("map.yaml", text).expect_err("a map with faults");
    expected.assert_eq(&render(&faults));
}

#[test]
fn the_maps_that_ship_are_sound() {
    let boston = parsed("examples/boston-311/map.yaml");
    assert_eq!(boston.kind, *"request");
    assert!(boston.log.is_none());
    let uci = parsed("examples/uci-incidents/map.yaml");
    assert!(uci.log.is_some());
    assert_ne!(boston.digest, uci.digest);
}

/// Keys in the order of the alphabet, whatever order `serde_json` keeps.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[test]
fn the_schema_that_editors_use_is_that_of_the_reader() {
    let text = serde_json::to_string_pretty(&sorted(schema())).unwrap() + "\n";
    expect_file![project("docs/import-map.schema.json")].assert_eq(&text);
}

#[test]
fn all_faults_are_named_at_once_with_their_place() {
    faults(
        "map: m\nsource: s\nkind: repair\ntimes: {zone: Asia/Shangai, order: day}\nidd: 编号\nunit: {blank: none}\nopen:\n  at: 时间\n  fields:\n    phone: {column: 电话, as: telephone}\n    note: {text: \"{备注\"}\nsteps:\n  - step: close\n    when: {changes: 状态}\n",
        &expect![[r#"
            error[missing-key]: the key `id` is missing
             --> map.yaml:1:1
              |
            1 | map: m
              | ^^^
              = help: docs/import.md describes the format

            error[map-zone]: there is no time zone `Asia/Shangai`; write an IANA name such as Asia/Shanghai
             --> map.yaml:4:15
              |
            4 | times: {zone: Asia/Shangai, order: day}
              |               ^^^^^^^^^^^^
              = help: docs/import.md describes the format

            error[map-value]: `day` is not one of: day-first, month-first
             --> map.yaml:4:36
              |
            4 | times: {zone: Asia/Shangai, order: day}
              |                                    ^^^
              = help: docs/import.md describes the format

            error[unknown-key]: unknown key `idd`
             --> map.yaml:5:1
              |
            5 | idd: 编号
              | ^^^
              = help: did you mean `id`?

            error[map-take]: say either `column` or `text`
             --> map.yaml:6:7
              |
            6 | unit: {blank: none}
              |       ^^^^^^
              = help: docs/import.md describes the format

            error[map-value]: `telephone` is not one of: text, int, bool, money, ratio, day, instant, moment, list, member, team
              --> map.yaml:10:29
               |
            10 |     phone: {column: 电话, as: telephone}
               |                               ^^^^^^^^^
               = help: docs/import.md describes the format

            error[map-template]: a `{` without its `}`
              --> map.yaml:11:18
               |
            11 |     note: {text: "{备注"}
               |                  ^^^^^^^
               = help: docs/import.md describes the format

            error[missing-key]: the step lacks `at`: say which column holds when it happened
              --> map.yaml:13:5
               |
            13 |   - step: close
               |     ^^^^
               = help: docs/import.md describes the format

            error[map-log-only]: `changes` needs `log`
              --> map.yaml:14:21
               |
            14 |     when: {changes: 状态}
               |                     ^^^^
               = help: docs/import.md describes the format

        "#]],
    );
}

#[test]
fn what_is_no_map_is_said_so() {
    faults(
        "",
        &expect![[r#"
            error[wrong-shape]: expected keys and values, found nothing
             --> map.yaml:1:1
              |
            1 | 
              | ^
              = help: docs/import.md describes the format

        "#]],
    );
    faults(
        "map: [1, 2\n",
        &expect![[r#"
            error[yaml-syntax]: not valid YAML: while parsing a flow sequence, expected ',' or ']'
             --> map.yaml:2:1
              |
            2 | 
              | ^
              = help: docs/import.md describes the format

        "#]],
    );
    faults(
        "map: a\nmap: b\n",
        &expect![[r#"
            error[key-twice]: the key `map` is given twice
             --> map.yaml:2:1
              |
            2 | map: b
              | ^^^
              = help: docs/import.md describes the format

        "#]],
    );
}
