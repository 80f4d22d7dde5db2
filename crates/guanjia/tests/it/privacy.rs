//! Private values through the program alone: keys, persons, and nothing personal in anything that it prints.

use domain::id::{RecordId, derived};
use domain::time::Instant;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use store::webhook::{self, Asked, Limit, Webhook};
use store::{Lane, Location, Options, Store, unit};

fn guanjia(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guanjia"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let output = guanjia(folder, args);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{args:?} {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text).unwrap()
}

/// What the demo tells of its people: names and numbers, as its script has them.
fn persons() -> Vec<String> {
    let script = include_str!("../../../../packs/residential-cn/demo.yaml");
    let mut told = Vec::new();
    for key in ["full_name: ", "phone: ", "contact: "] {
        for (at, _) in script.match_indices(key) {
            let value = &script[at + key.len()..];
            let end = value.find([',', '}', '\n']).unwrap();
            told.push(value[..end].to_owned());
        }
    }
    told.sort();
    told.dedup();
    assert!(told.len() > 30, "{told:?}");
    told
}

fn said(folder: &Path, args: &[&str]) -> String {
    let output = guanjia(folder, args);
    [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat()
}

#[test]
fn a_day_of_the_program_leaves_nothing_personal_in_what_it_prints_or_stores() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let mut printed = said(at, &["init", "--data", "data", "--demo"]);
    for args in [
        &["sweep", "--data", "data"][..],
        &["verify", "--data", "data"],
        &["doctor", "--data", "data", "--json"],
        &[
            "score",
            "--data",
            "data",
            "--standard",
            "scorecard-100",
            "--period",
            "2026-03",
            "--member",
            "wt-desk",
            "--json",
        ],
        &["export", "records", "--data", "data", "--format", "json"],
        &["export", "entries", "--data", "data", "--format", "json"],
        &["export", "duties", "--data", "data"],
        &[
            "person",
            "erase",
            "19900001001",
            "--unit",
            "WT",
            "--data",
            "data",
            "--basis",
            "law",
            "--reason",
            " ",
        ],
        &[
            "person",
            "export",
            "19900009999",
            "--unit",
            "WT",
            "--data",
            "data",
        ],
    ] {
        printed += &said(at, args);
    }
    assert!(printed.len() > 10_000);
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(at.join("data")).unwrap() {
        stored.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    for told in persons() {
        assert!(!printed.contains(&told), "{told} was printed");
        let found = stored
            .windows(told.len())
            .any(|part| part == told.as_bytes());
        assert!(!found, "{told} is stored");
    }
}

#[test]
fn a_person_is_exported_and_erased_and_stays_so_after_a_copy_of_the_keys_came_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    json(at, &["init", "--data", "data", "--demo", "--json"]);
    json(
        at,
        &["keys", "backup", "copy.keys", "--data", "data", "--json"],
    );
    let export = |more: &[&str]| {
        let args = [
            &[
                "person",
                "export",
                "19900001001",
                "--unit",
                "WT",
                "--data",
                "data",
            ][..],
            more,
        ]
        .concat();
        guanjia(at, &args)
    };
    let before = String::from_utf8(export(&[]).stdout).unwrap();
    let lines: Vec<Value> = before
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["kind"], &lines[0]["data"]["phone"]),
        (&"party".into(), &"19900001001".into())
    );
    let person = lines[0]["id"].as_str().unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line["kind"] == "repair" && line["data"]["phone"] == "19900001001")
    );
    let table = String::from_utf8(export(&["--format", "csv"]).stdout).unwrap();
    assert!(
        table.starts_with("unit,kind,number,opened_at,field,value\n")
            && table.contains("19900001001")
    );

    let at_unit = ["--unit", "WT", "--data", "data", "--json"];
    let run = |args: &[&str]| guanjia(at, &[args, &at_unit].concat());
    let ask = [
        "person",
        "erase",
        person,
        "--basis",
        "consent-withdrawn",
        "--reason",
        "本人请求",
        "--operator",
        "甲",
    ];
    let asked = json(at, &[&ask[..], &at_unit].concat());
    let asked = asked["id"].as_str().unwrap();
    let waiting = json(at, &[&["person", "erasures"][..], &at_unit].concat());
    assert_eq!(
        (&waiting["id"], &waiting["basis"]),
        (&asked.into(), &"consent-withdrawn".into())
    );
    let consent = |name| ["person", "consent", asked, "--yes", "--operator", name];
    assert_eq!(run(&consent("甲")).status.code(), Some(1));
    let erased = json(at, &[&consent("乙")[..], &at_unit].concat());
    assert!(!run(&["person", "refuse", asked]).status.success());
    assert!(
        erased["records"].as_u64() > Some(1) && erased["keys"].as_u64() > Some(2),
        "{erased}"
    );
    let again = ["person", "export", person, "--unit", "WT", "--data", "data"];
    let readable = |text: &str| text.contains("19900001001");
    assert!(!readable(&said(at, &again)) && !export(&[]).status.success());
    assert_eq!(
        json(at, &["verify", "--data", "data", "--json"])["ok"],
        true
    );

    std::fs::remove_file(at.join("data.keys/keys.dat")).unwrap();
    let restored = json(
        at,
        &["keys", "restore", "copy.keys", "--data", "data", "--json"],
    );
    assert_eq!(restored["destroyed_again"], erased["keys"]);
    assert!(!readable(&said(at, &again)));
    assert!(json(at, &["keys", "rotate", "--data", "data", "--json"])["keys"].as_u64() > Some(20));
    assert!(
        json(
            at,
            &["keys", "rotate", "--persons", "--data", "data", "--json"]
        )["persons"]
            .as_u64()
            > Some(10)
    );
    let other = [
        "person",
        "export",
        "19900001002",
        "--unit",
        "WT",
        "--data",
        "data",
    ];
    assert!(said(at, &other).contains("19900001002"));
    assert_eq!(
        guanjia(at, &["keys", "restore", "copy.keys", "--data", "data"])
            .status
            .code(),
        Some(3)
    );
    let id = switched_off(&at.join("data"));
    let told = json(at, &["doctor", "--data", "data", "--json"]);
    assert_eq!(told["keys"]["open"], true);
    assert_eq!(told["webhooks_off"], 1);
    let advice = told["advice"].to_string();
    let try_out = format!("/api/units/WT/webhooks/{id}/try");
    assert!(
        advice.contains(&try_out) && advice.contains("the answer was 500"),
        "{advice}"
    );
    assert!(!advice.contains("robot-key"), "{advice}");
}

/// A subscription of `WT` that was not reached for too long.
fn switched_off(data: &Path) -> RecordId {
    let store = Store::open(&Location::folder(data), &Options::default()).unwrap();
    let now = Instant::from_micros(1_767_571_200_000_000);
    let id = RecordId::from_uuid(derived(now, &[b"webhook"]));
    let written = store.write(Lane::Interactive, move |tx| {
        let unit = unit::by_code(tx, "WT")?.ok_or(store::Error::NotFound)?.id;
        let asked = Asked {
            url: "https://example.com/robot-key".into(),
            events: vec!["*".into()],
            since: now,
        };
        let new = Webhook {
            unit,
            id,
            asked,
            secret: "s".into(),
            failures: 0,
            failing_since: None,
            off_at: None,
            error: None,
        };
        webhook::insert(tx, &new)?;
        let limit = Limit {
            failures: 1,
            since: now,
        };
        webhook::failed(
            tx,
            (unit, id),
            "对方答 500 (the answer was 500)",
            now,
            limit,
        )
    });
    assert!(written.unwrap(), "it is off");
    id
}
