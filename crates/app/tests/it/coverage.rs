//! The account of what the residential pack covers: sound, complete, shown as it is, and proven by what fails without it.

use app::coverage::{Account, Finding, Standing, mutate, page};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn account_of(folder: &Path, list: &Path) -> Result<Account, Vec<Finding>> {
    Account::read(&folder.to_string_lossy(), list).expect("a sound pack")
}

fn residential() -> Account {
    let folder = root().join("packs/residential-cn");
    account_of(&folder, &root().join("docs/requirements.yaml")).unwrap_or_else(|findings| {
        let shown: Vec<String> = findings.iter().map(ToString::to_string).collect();
        panic!("{}", shown.join("\n"))
    })
}

#[test]
fn every_requirement_is_accounted_for_and_the_page_says_so() {
    let account = residential();
    let shown = fs::read_to_string(root().join("docs/coverage.md")).expect("the page");
    assert!(
        page(&account) == shown,
        "docs/coverage.md is stale: cargo xtask coverage"
    );
    assert_eq!(account.counts().values().sum::<usize>(), 528);
}

#[test]
fn the_page_of_standards_is_what_the_pack_says() {
    let folder = root().join("packs/residential-cn");
    let sources = app::pack::sources(&folder.to_string_lossy()).expect("its files");
    let pack = app::pack::check(&sources).expect("a sound pack");
    let shown = fs::read_to_string(root().join("docs/standards.md")).expect("the page");
    assert!(
        domain::pack::standards_page(&pack) == shown,
        "docs/standards.md is stale: guanjia pack standards packs/residential-cn --page docs/standards.md"
    );
}

#[test]
fn every_limit_of_the_sources_has_its_line() {
    let text = fs::read_to_string(root().join("packs/residential-cn/limits.yaml")).expect("limits");
    let node = domain::pack::read("limits.yaml", &text).expect("sound");
    let ids: Vec<&str> = node
        .get("limits")
        .map_or(&[][..], |limits| limits.pairs())
        .iter()
        .filter_map(|(id, _)| id.text())
        .collect();
    let wanted: Vec<String> = (1..=116).map(|number| format!("PL{number:03}")).collect();
    assert_eq!(ids, wanted);
}

#[test]
fn tests_and_modules_that_the_account_names_exist() {
    let account = residential();
    let mut functions = BTreeSet::new();
    let mut folders = vec![root().join("crates"), root().join("xtask")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                let names = text
                    .lines()
                    .filter_map(|line| line.trim().strip_prefix("fn ")?.split('(').next());
                functions.extend(names.map(str::to_owned));
            }
        }
    }
    for test in account.tests() {
        assert!(functions.contains(test), "no test is called {test}");
    }
    for module in account.modules() {
        let mut parts = module.split("::");
        let mut path = root()
            .join("crates")
            .join(parts.next().unwrap_or_default())
            .join("src");
        path.extend(parts);
        let there = path.is_dir() || path.with_extension("rs").is_file();
        assert!(there, "there is no module {module}");
    }
}

const PACK: [(&str, &str); 4] = [
    (
        "pack.yaml",
        "pack: small\nversion: 1.0.0\ntitle: {zh: 小, en: Small}\nzone: Asia/Shanghai\nlanguages: [zh, en]\nparameters:\n  note.finish: {zh: 办结时限, en: Time to finish, unit: duration, default: PT1H, bounds: [PT1M, PT24H]}\n  note.unused: {zh: 无人用, en: Nobody uses it, unit: count, default: 3, bounds: [1, 9]}\nledgers:\n  stars: {zh: 星, en: Stars, unit: {zh: 颗, en: stars}, account: note}\n",
    ),
    ("posts.yaml", "posts:\n  clerk: {zh: 文员, en: Clerk}\n"),
    (
        "kinds/note.yaml",
        "kind: note\nname: {zh: 便条, en: Note}\nfields:\n  text: {type: text, zh: 内容, en: Text}\n  colour: {type: text, zh: 颜色, en: Colour}\nstates:\n  new: {zh: 新, en: New}\n  done: {zh: 毕, en: Done, closed: true}\nopen: {zh: 写, en: Write, to: new, by: [clerk, system], form: [text?, colour?]}\nsteps:\n  finish: {zh: 办结, en: Finish, from: new, to: done, by: [clerk, system], effects: [{post: {ledger: stars, account: this, amount: \"2\"}}]}\nduties:\n  finish: {zh: 办结, en: Finish, on: open, until: finish, due: {within: {param: note.finish}}, holder: [unit]}\n",
    ),
    (
        "scenarios/A.yaml",
        "setup:\n  units: {C: {level: company}, P: {parent: C}}\n  unit: P\nscenarios:\n  late:\n    zh: 迟\n    play:\n      - 2026-03-04 09:00 system open note n1: {text: 一, colour: 红}\n      - 10:00:01 system finish n1\n      - expect: {n1/finish: missed, n1.text: 一}\n  starred:\n    zh: 星\n    play:\n      - system open note n1\n      - system finish n1\n      - expect: {n1.balance.stars: 2}\n  careless:\n    zh: 不看\n    play:\n      - system open note n1\n      - expect: {n1: new}\n",
    ),
];

const LIST: &str = "groups:\n  A: {zh: 组, en: Group}\nrequirements:\n  - id: A-01\n    zh: 一\n    en: one\n  - id: A-02\n    zh: 二\n    en: two\n";

/// A small pack with an account, in a folder of its own.
fn small(coverage: &str, limits: &str) -> (tempfile::TempDir, Result<Account, Vec<Finding>>) {
    let home = tempfile::tempdir().expect("a folder");
    let files = [
        ("coverage/A.yaml", coverage),
        ("limits.yaml", limits),
        ("../list.yaml", LIST),
    ];
    for (path, text) in PACK.iter().chain(&files) {
        let path = home.path().join("pack").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let account = account_of(&home.path().join("pack"), &home.path().join("list.yaml"));
    (home, account)
}

const OPEN: &str = "A-02: {open: {zh: 未, en: no}}\n";

#[test]
fn what_nobody_notices_missing_survives_and_is_not_covered() {
    let line = |by: &str, test: &str| {
        format!("A-01: {{by: [{by}], zh: 如此, en: so, test: [{test}]}}\n{OPEN}")
    };
    for (by, test, survivors) in [
        ("duty:note/finish", "late", vec![]),
        ("step:note/finish", "late", vec![]),
        ("'parameter:note.finish'", "late", vec![]),
        ("kind:note", "careless", vec![]),
        ("note.text", "late", vec![]),
        ("'ledger:stars'", "starred", vec![]),
        ("'ledger:stars'", "late", vec!["ledger:stars"]),
        ("duty:note/finish", "careless", vec!["duty:note/finish"]),
        (
            "'parameter:note.unused', note.text",
            "late",
            vec!["parameter:note.unused"],
        ),
        (
            "duty:note/finish, step:note/finish",
            "careless",
            vec!["duty:note/finish", "step:note/finish"],
        ),
        ("duty:note/finish", "careless, late", vec![]),
    ] {
        let (home, account) = small(&line(by, test), "limits:\n");
        let mut account = account.expect(by);
        assert_eq!(account.standing("A-01"), Standing::Unproven);
        let proof = mutate(&account, None).expect("a database");
        let found: Vec<&str> = proof
            .survivors
            .iter()
            .map(|one| one.taken_out.as_str())
            .collect();
        assert_eq!(found, survivors, "{by} {test}");
        let folder = home.path().join("pack");
        account
            .keep(&folder.to_string_lossy(), None, &proof)
            .expect("a file");
        let proven = if survivors.is_empty() {
            Standing::Covered
        } else {
            Standing::Unproven
        };
        assert_eq!(account.standing("A-01"), proven, "{by} {test}");
    }
}

#[test]
fn a_proof_falls_with_a_change_of_its_scenario() {
    let (home, account) = small(
        &format!("A-01: {{by: [duty:note/finish], zh: 如此, en: so, test: [late]}}\n{OPEN}"),
        "limits:\n",
    );
    let mut account_before = account.expect("sound");
    let proof = mutate(&account_before, None).expect("a database");
    let folder = home.path().join("pack");
    account_before
        .keep(&folder.to_string_lossy(), None, &proof)
        .expect("a file");
    let again = || account_of(&folder, &home.path().join("list.yaml")).expect("sound");
    assert_eq!(again().standing("A-01"), Standing::Covered);
    let path = folder.join("scenarios/A.yaml");
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, text.replace("10:00:01", "10:00:02")).expect("a file");
    assert_eq!(again().standing("A-01"), Standing::Unproven);
}

#[test]
fn what_is_wrong_with_an_account_is_told_with_its_line() {
    let sound = "A-01: {open: {zh: 未, en: no}}\n";
    let limit = |rest: &str| {
        format!("limits:\n  PL001: {{zh: 办结, en: Finish, requirement: A-01, {rest}}}\n")
    };
    for (coverage, limits, told) in [
        (
            sound.to_owned(),
            "limits:\n".to_owned(),
            "the requirement A-02 is missing",
        ),
        (
            format!("{sound}{OPEN}B-01: {{open: no}}\n"),
            "limits:\n".to_owned(),
            "the list has no B-01 in A",
        ),
        (
            format!("A-01: {{by: [note/finish], zh: 如此, en: so, test: [late]}}\n{OPEN}"),
            "limits:\n".to_owned(),
            "a step and a duty",
        ),
        (
            format!("A-01: {{by: [note.txt], zh: 如此, en: so, test: [late]}}\n{OPEN}"),
            "limits:\n".to_owned(),
            "no field `txt`",
        ),
        (
            format!("A-01: {{by: [note.text], zh: 如此, en: so, test: [later]}}\n{OPEN}"),
            "limits:\n".to_owned(),
            "no scenario A/later",
        ),
        (
            format!("A-01: {{by: [note.text], zh: 如此, en: so}}\n{OPEN}"),
            "limits:\n".to_owned(),
            "has either",
        ),
        (
            format!("A-01: {{by: ['module:app::score'], zh: 如此, en: so, test: [late]}}\n{OPEN}"),
            "limits:\n".to_owned(),
            "must name its test",
        ),
        (
            format!("{sound}{OPEN}"),
            limit("value: 2, unit: hour, at: 'parameter:note.finish'"),
            "PL001 is 2 hour, but parameter:note.finish of the pack is PT1H",
        ),
        (
            format!("{sound}{OPEN}"),
            limit("value: 25, unit: hour, at: 'duty:note/finish'"),
            "PL001 is 25 hour",
        ),
        (
            format!("{sound}{OPEN}"),
            limit("value: 1, unit: hour"),
            "either `at` or `open`",
        ),
    ] {
        let (_home, account) = small(&coverage, &limits);
        let findings = account.err().expect(told);
        assert!(
            findings
                .iter()
                .any(|finding| finding.to_string().contains(told)),
            "{told}: {findings:?}"
        );
    }
    for right in [
        "value: 1, unit: hour, at: 'parameter:note.finish'",
        "value: 60, unit: minute, at: 'duty:note/finish'",
        "value: 2, unit: hour, at: 'parameter:note.finish', chosen: {zh: 取一小时, en: one hour}",
    ] {
        let (_home, account) = small(&format!("{sound}{OPEN}"), &limit(right));
        assert!(account.is_ok(), "{right}: {:?}", account.err());
    }
}
