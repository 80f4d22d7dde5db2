//! The demo, from an empty folder to a scorecard: what a first visitor sees, through the program alone.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(super) fn guanjia(folder: &Path, args: &[&str]) -> Output {
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
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text).unwrap()
}

fn clause<'j>(card: &'j Value, name: &str) -> &'j Value {
    card["clauses"]
        .as_array()
        .unwrap()
        .iter()
        .find(|clause| clause["clause"] == name)
        .unwrap()
}

const MARCH: &[&str] = &[
    "score",
    "--data",
    "data",
    "--standard",
    "scorecard-100",
    "--period",
    "2026-03",
    "--json",
];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    MARCH.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn a_demo_is_consistent_and_every_point_of_its_scores_opens() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let made = json(at, &["init", "--data", "data", "--demo", "--json"]);
    assert_eq!(
        (made["pack"].as_str(), made["units"].as_u64()),
        (Some("residential-cn"), Some(5))
    );
    let verified = json(at, &["verify", "--data", "data", "--json"]);
    assert_eq!(
        (verified["ok"].as_bool(), verified["fault_count"].as_u64()),
        (Some(true), Some(0))
    );
    assert!(verified["duties"].as_u64().unwrap() > 200, "{verified}");

    // S7.1, S7.11: 15 of 17 orders handed over in time, 2 × 15/17 = 1.764…
    let desk = &json(at, &with(&["--member", "wt-desk"]))["cards"][0];
    let sent = clause(desk, "A2");
    assert_eq!(
        (
            sent["points"].as_str(),
            &sent["parts"][0]["m"],
            &sent["parts"][0]["n"]
        ),
        (Some("1.76"), &15.into(), &17.into())
    );
    let missed: Vec<&Value> = sent["parts"][0]["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["verdict"] == "late")
        .collect();
    assert_eq!(missed.len(), 2);
    for item in missed {
        assert!(
            item["number"].as_str().unwrap().starts_with("WX-WT-"),
            "{item}"
        );
        assert!(
            item["reason"]["zh"].as_str().unwrap().starts_with("−0.1"),
            "{item}"
        );
        assert!(item["due_at"].as_str() < item["done_at"].as_str(), "{item}");
    }
    // A quarrel that somebody else found costs two of four points.
    assert_eq!(clause(desk, "E1")["points"], "2.00");
    // S7.9: what belongs to stewards is excluded for the desk, never full.
    assert_eq!(
        (
            clause(desk, "C1")["state"].as_str(),
            clause(desk, "C1")["points"].is_null()
        ),
        (Some("other-post"), true)
    );

    let steward = &json(at, &with(&["--member", "wt-steward-2"]))["cards"][0];
    assert_eq!(clause(steward, "A4")["points"], "0.00");
    assert_eq!(clause(steward, "E2")["points"], "3.50");
    // S6: the follow-ups that a steward made stand behind his share of the quota.
    let quota = clause(steward, "C1");
    assert_eq!(quota["points"], "2.00");
    assert!(
        quota["parts"][0]["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .any(|item| item["verdict"] == "counted")
    );
    // S7.10: sections A, C and E alone cover too little for a total.
    assert!(
        steward["total"].is_null()
            && steward["no_total"]["zh"]
                .as_str()
                .unwrap()
                .contains("60.00")
    );
}

/// S8.2: live figures from tallies and figures from the rows are the same.
#[test]
fn live_and_explained_scores_agree() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    json(at, &["init", "--data", "data", "--demo", "--json"]);
    for period in ["2026-03", "2026-04", "2026-05"] {
        for unit in ["WT", "YX", "HT", "JD"] {
            let asked = [
                "score",
                "--data",
                "data",
                "--standard",
                "scorecard-100",
                "--period",
                period,
                "--unit",
                unit,
                "--json",
            ];
            let live = json(at, &asked);
            let explained = json(at, &[&asked[..], &["--explain"]].concat());
            let bare = |cards: &Value| -> Vec<String> {
                let clauses = |card: &Value| -> String {
                    card["clauses"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|clause| {
                            format!(
                                "{} {} {};",
                                clause["clause"], clause["points"], clause["state"]
                            )
                        })
                        .collect()
                };
                cards["cards"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|card| format!("{} {} {}", card["subject"], card["total"], clauses(card)))
                    .collect()
            };
            assert_eq!(bare(&live), bare(&explained), "{unit} {period}");
            assert!(!bare(&live).is_empty());
        }
    }
}

/// S10.1, S9.3: what only people of the unit do is done in their names, and every code is that of the rules.
#[test]
fn a_sample_is_drawn_and_an_order_moved_through_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    json(at, &["init", "--data", "data", "--demo", "--json"]);
    let run = |words: &str| {
        let mut args: Vec<&str> = words.split(' ').collect();
        args.extend(["--data", "data", "--json"]);
        guanjia(at, &args)
    };
    let said = |output: &Output| -> Value { serde_json::from_slice(&output.stdout).unwrap() };
    let list =
        "sample list --unit WT --standard scorecard-100 --period 2026-03 --kind repair --size 3";
    let sample = said(&run(list))["number"].as_str().unwrap().to_owned();
    let number = |who: &str| {
        run(&format!(
            "sample number --unit WT --as {who} --sample {sample} 17"
        ))
    };
    assert_eq!(said(&number("wt-manager"))["state"], "typed");
    let again = said(&number("wt-manager"));
    assert_eq!(again["error"]["code"], "sample-refused", "{again}");
    assert_eq!(said(&number("wt-supervisor"))["state"], "drawn");
    let repeated = said(&run(&format!(
        "sample repeat --unit WT --sample {sample} 17"
    )));
    let drawn: Vec<&str> = repeated["drawn"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(drawn.len(), 3);
    let same = run(&format!(
        "transfer --unit WT --to WT --reason x {}",
        drawn[0]
    ));
    assert_eq!(said(&same)["error"]["code"], "transfer-same");
    let appeal = format!(
        "appeal file --unit WT --as wt-desk --standard scorecard-100 --period 2026-03 --clause A2 --record {} --duty nothing --statement x",
        drawn[0]
    );
    assert_eq!(said(&run(&appeal))["error"]["code"], "appeal-nothing");
}

/// S8.3: a month is sealed once; its cards then say so, and the journal keeps the root that was sealed.
#[test]
fn a_sealed_month_keeps_its_points_and_its_root() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    json(at, &["init", "--data", "data", "--demo", "--json"]);
    let month = [
        "--standard",
        "scorecard-100",
        "--period",
        "2026-03",
        "--unit",
        "WT",
        "--json",
    ];
    let seal = [&["seal", "--data", "data"][..], &month].concat();
    let sealed = json(at, &seal);
    assert_eq!(sealed["root"].as_str().map(str::len), Some(64));
    let again = guanjia(at, &seal);
    let refused: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        (again.status.code(), refused["error"]["code"].as_str()),
        (Some(1), Some("sealed-already"))
    );
    let cards = json(at, &[&["score", "--data", "data"][..], &month].concat());
    for card in cards["cards"].as_array().unwrap() {
        assert_eq!(card["status"], "sealed", "{card}");
        assert_eq!(card["sealed"]["card"]["revision"], 1);
        assert!(card["differs"].is_null());
    }
    let verified = json(at, &["verify", "--data", "data", "--json"]);
    assert_eq!(
        (verified["ok"].as_bool(), verified["seals"].as_u64()),
        (Some(true), Some(1))
    );
}

#[test]
fn the_calendar_answers_as_the_checked_days_do() {
    let folder = tempfile::tempdir().unwrap();
    let output = guanjia(
        folder.path(),
        &[
            "calendar",
            "--from",
            "2019-01-01",
            "--to",
            "2023-12-31",
            "--format",
            "csv",
        ],
    );
    let ours = String::from_utf8(output.stdout).unwrap();
    let theirs = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/calendar/workday-checks.csv"),
    )
    .unwrap();
    assert!(ours.starts_with("date,is_workday,plus_1,plus_3,plus_5,plus_7,plus_15\n"));
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (
        ours.lines().skip(1).collect(),
        theirs.lines().skip(1).map(str::trim_end).collect(),
    );
    assert_eq!(ours.len(), 1_826);
    assert_eq!(ours, theirs);
}

#[test]
fn due_answers_line_by_line_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_guanjia"))
        .args(["due", "--json"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let questions = r#"{"start":"2025-09-26T11:00:00+08:00","within":"3 workdays","calendar":"clock","pauses":[]}
{"start":"2026-03-03T16:30:00+08:00","within":"PT1H","calendar":"business","pauses":[]}
{"start":"2026-12-30T10:00:00+08:00","within":"3 workdays"}
{"start":"2026-03-03T16:30:00+08:00","within":"P1DT2H"}
not json
"#;
    child
        .stdin
        .take()
        .unwrap()
        .write_all(questions.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // S2.4: Sunday 28 September 2025 is a make-up day.
    assert_eq!(answers[0]["due"], "2025-10-01T00:00:00.000000+08:00");
    assert!(answers[0]["explanation"]["zh"].as_array().unwrap().len() > 3);
    // S2.5
    assert_eq!(
        (answers[1]["due"].as_str(), answers[1]["end"].as_str()),
        (Some("2026-03-03T17:30:00.000000+08:00"), Some("inclusive"))
    );
    // S2.14, S2.6
    assert_eq!(answers[2]["error"]["year"], 2027);
    assert_eq!(answers[3]["error"]["code"], "duration.mixed");
    assert_eq!(answers[4]["error"]["code"], "json");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_pack_is_checked_shown_compared_and_never_orphans_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    json(at, &["init", "--data", "data", "--demo", "--json"]);
    let checked = json(at, &["pack", "check", "residential-cn", "--json"]);
    assert_eq!(checked["ok"], true);
    let shown = guanjia(at, &["pack", "show", "residential-cn", "kinds/repair"]);
    assert!(
        String::from_utf8(shown.stdout)
            .unwrap()
            .contains("维修工单")
    );
    let same = guanjia(at, &["pack", "diff", "residential-cn", "residential-cn"]);
    assert_eq!((same.status.code(), same.stdout.len()), (Some(0), 0));
    let other = guanjia(
        at,
        &[
            "pack",
            "activate",
            "service-request",
            "--data",
            "data",
            "--json",
        ],
    );
    let refused: Value = serde_json::from_slice(&other.stdout).unwrap();
    assert_eq!(
        (other.status.code(), refused["error"]["code"].as_str()),
        (Some(1), Some("pack-orphans"))
    );
    assert_eq!(
        json(at, &["verify", "--data", "data", "--json"])["ok"],
        true
    );
}

#[test]
fn wrong_usage_is_told_in_both_languages_with_its_own_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (args, code) in [
        (&["verify", "--data", "nowhere"][..], 2),
        (&["init", "--data", "data", "--pack", "no-such-pack"][..], 2),
        (&["verify"][..], 2),
        (&["verify", "--database", "mysql://x"][..], 2),
    ] {
        let output = guanjia(at, args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(!said.trim().is_empty());
    }
    assert!(
        !at.join("data/guanjia.db").exists(),
        "a refused init leaves no database"
    );
}

/// What `./dev run` begins with: the people and the home of the first day in both READMEs are there, and every post has an account.
#[test]
fn a_company_that_is_made_up_has_the_people_of_the_first_day() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let made = json(
        at,
        &[
            "simulate",
            "--data",
            "data",
            "--projects",
            "3",
            "--months",
            "1",
            "--until",
            "2026-01-02T12:00:00+08:00",
            "--accounts",
            "--json",
        ],
    );
    assert_eq!(made["refused"], serde_json::json!({}));
    let accounts = made["demo"]["accounts"].as_array().unwrap();
    let called = |login: &str| accounts.iter().find(|one| one["login"] == login);
    let chinese = include_str!("../../../../README.zh-CN.md");
    for file in [include_str!("../../../../README.md"), chinese] {
        for login in [
            "wt-desk",
            "wt-eng-lead",
            "wt-eng-1",
            "wt-steward-1",
            "wt-supervisor",
        ] {
            assert!(file.contains(login) && called(login).is_some(), "{login}");
        }
        assert!(file.contains("1-1-101"));
    }
    let engineer = called("wt-eng-1").unwrap()["name"].as_str().unwrap();
    assert!(chinese.contains(&format!("派给{engineer}")), "{engineer}");
    let posts: std::collections::BTreeSet<&str> = accounts
        .iter()
        .filter_map(|one| one["post"].as_str())
        .collect();
    assert!(posts.len() >= 15, "{posts:?}");
    // Those of the other projects are called alike and are not told.
    assert!(called("yx-desk").is_none() && called("ht-desk").is_none());
    assert!(called("customer").is_some());
    let homes = guanjia(
        at,
        &["export", "records", "--data", "data", "--kind", "home"],
    );
    assert!(String::from_utf8(homes.stdout).unwrap().contains("1-1-101"));
}
