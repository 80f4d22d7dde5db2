//! Every kind of fault, broken into the sound pack one at a time. What users read stands in `faults.txt`.

use super::{SOUND, broken};
use crate::pack::{Fault, Language, load, render};
use expect_test::expect_file;
use proptest::prelude::*;
use std::fmt::Write as _;

const PACK: &str = "pack.yaml";
const POSTS: &str = "posts.yaml";
const HOURS: &str = "calendars/business.yaml";
const HOME: &str = "kinds/home.yaml";
const REPAIR: &str = "kinds/repair.yaml";
const CARD: &str = "standards/card.yaml";

/// Code of the fault, file, what stands there, what stands there instead.
const CASES: &[(&str, &str, &str, &str)] = &[
    // Files and YAML.
    ("yaml", HOME, "label: code", "label: [code"),
    ("key-twice", HOME, "label: code", "label: code\nlabel: code"),
    ("file-name", HOME, "kind: home", "kind: house"),
    ("wrong-name", HOME, "  code: {", "  房号: text\n  code: {"),
    // Shapes.
    ("unknown-key", REPAIR, "max: 500}", "maxx: 500}"),
    (
        "unknown-key",
        REPAIR,
        "crew:      team",
        "crew:      {type: team, max: 3}",
    ),
    ("missing-key", PACK, "version: 1.0.0\n", ""),
    ("missing-key", REPAIR, ", keep: P3Y", ""),
    ("missing-key", REPAIR, ", seen-by: [front-desk]", ""),
    ("missing-key", REPAIR, "due: {earliest", "dew: {earliest"),
    ("wrong-type", REPAIR, "confirm: true", "confirm: yes"),
    ("wrong-type", CARD, "points: 4", "points: 4.125"),
    ("unknown-word", REPAIR, "type: phone", "type: telephone"),
    (
        "unknown-word",
        REPAIR,
        "proof: counterpart",
        "proof: counterpat",
    ),
    (
        "too-many-keys",
        REPAIR,
        "{field: agreed-on}",
        "{field: agreed-on, within: P1D}",
    ),
    ("duration-mixed", REPAIR, "stands: P3D", "stands: P1DT2H"),
    ("duration", REPAIR, "stands: P3D", "stands: 3 days"),
    // Private fields.
    ("missing-key", REPAIR, "purpose: 联系业主, ", ""),
    ("search-unsuited", REPAIR, "search: ending", "search: words"),
    ("wrong-value", REPAIR, "keep: P3Y", "keep: PT5H"),
    (
        "sensitive-shown",
        REPAIR,
        "label: [fault]",
        "label: [phone]",
    ),
    (
        "unique-sensitive",
        REPAIR,
        "label: [fault]",
        "label: [fault]\nunique: [phone]",
    ),
    (
        "expr-type",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{set: {fault: \"phone\"}}]",
    ),
    ("no-such-link", REPAIR, "keep: P3Y", "keep: P3Y, of: nobody"),
    (
        "sensitive-type",
        REPAIR,
        "engineer:  member",
        "engineer:  {type: member, sensitive: {purpose: x, keep: P1Y, seen-by: [front-desk]}}",
    ),
    (
        "sensitive-read",
        REPAIR,
        "phone:     {type: phone,",
        "phone:     {type: phone, default: 110,",
    ),
    (
        "secret-without-grant",
        HOME,
        "label: code",
        "label: code\nsecret: true",
    ),
    ("role-incomplete", HOME, "is: place", "is: grant"),
    // What customers are shown.
    ("no-such-state", HOME, "in: [occupied]", "in: [ocupied]"),
    ("no-such-field", HOME, "fields: [code]", "fields: [cod]"),
    (
        "published-unsuited",
        HOME,
        "label: code",
        "label: code\nhidden-until: move-in",
    ),
    (
        "published-link",
        REPAIR,
        "label: [fault]",
        "label: [fault]\npublished: {in: [sent], fields: [home]}",
    ),
    (
        "sensitive-shown",
        REPAIR,
        "label: [fault]",
        "label: [fault]\npublished: {in: [sent], fields: [phone]}",
    ),
    (
        "field-type",
        REPAIR,
        "label: [fault]",
        "label: [fault]\npublished: {in: [sent], fields: [engineer]}",
    ),
    (
        "receipt-unsuited",
        HOME,
        "fields: [code]",
        "fields: [code], receipt: repair",
    ),
    // What reaches beyond the record.
    (
        "no-such-ledger",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{post: {ledger: stock, account: home, amount: visits}}]",
    ),
    (
        "account-kind",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{post: {ledger: deposit, account: this, amount: visits}}]",
    ),
    (
        "unknown-word",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{send: {to: abov, open: home}}]",
    ),
    (
        "send-unsuited",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{send: {to: sender, open: home}}]",
    ),
    (
        "link-missing",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{send: {to: above, open: repair, data: {fault: fault}}}]",
    ),
    (
        "migrate-known",
        REPAIR,
        "kind: repair\n",
        "kind: repair\nmigrate: {1.1.0: {fields: {fault: phone}}}\n",
    ),
    (
        "no-such-season",
        REPAIR,
        "every: FREQ=WEEKLY,",
        "every: FREQ=WEEKLY, season: winter,",
    ),
    (
        "every-unsuited",
        REPAIR,
        "every: FREQ=WEEKLY, while: \"state == 'waiting'\"}, until: {step: call, times: 2, distinct: day}, holder: [steward-of(home), unit]",
        "every: FREQ=WEEKLY, for: home}, until: {step: call, times: 2, distinct: day}, holder: [assignee, unit]",
    ),
    // Facts.
    (
        "missing-key",
        REPAIR,
        "same: [home, urgency], within: P3M,",
        "same: [home],",
    ),
    (
        "unknown-key",
        REPAIR,
        "last: repair,",
        "last: repair, through: previous,",
    ),
    (
        "missing-key",
        REPAIR,
        "last: repair, same: [home, urgency], within: P3M, state: \"!cancelled\"",
        "count: repair",
    ),
    (
        "no-such-link",
        REPAIR,
        "last: repair, same: [home, urgency], within: P3M, state: \"!cancelled\"",
        "count: repair, through: home",
    ),
    (
        "fact-too-far",
        REPAIR,
        "last: repair, same: [home, urgency], within: P3M, state: \"!cancelled\"",
        "count: repair, where: \"home.state == 'occupied'\", same: [home]",
    ),
    (
        "fact-not-days",
        REPAIR,
        "last: repair, same: [home, urgency], within: P3M, state: \"!cancelled\"",
        "unmanned: [front-desk], within: PT3H",
    ),
    (
        "unknown-key",
        REPAIR,
        "last: repair, same: [home, urgency], within: P3M, state: \"!cancelled\"",
        "unmanned: [front-desk], where: \"state == 'sent'\"",
    ),
    (
        "fact-no-link",
        REPAIR,
        "same: [home, urgency]",
        "same: [urgency]",
    ),
    (
        "expr-type",
        REPAIR,
        "when: \"!has(facts.repeat)\"",
        "when: \"days_between(today, fault) > 3\"",
    ),
    // Parameters in conditions.
    (
        "expr-name",
        REPAIR,
        "when: \"!has(facts.repeat)\"",
        "when: \"visits > param.visit.qota\"",
    ),
    (
        "expr-type",
        REPAIR,
        "when: \"!has(facts.repeat)\"",
        "when: \"fault == param.visit.quota\"",
    ),
    // References.
    (
        "no-such-kind",
        REPAIR,
        "previous: repair",
        "previous: repare",
    ),
    (
        "no-such-field",
        REPAIR,
        "form: [urgency, fault,",
        "form: [urgency, falt,",
    ),
    ("no-such-field", REPAIR, "assignee: engineer\n", ""),
    (
        "no-such-state",
        REPAIR,
        "to: sent, by: [front",
        "to: snet, by: [front",
    ),
    ("no-such-step", REPAIR, "until: send,", "until: sned,"),
    (
        "no-such-post",
        REPAIR,
        "by: manager, withdraws",
        "by: manger, withdraws",
    ),
    (
        "no-such-post",
        POSTS,
        "reports-to: manager}\n  eng",
        "reports-to: boss}\n  eng",
    ),
    (
        "no-such-parameter",
        REPAIR,
        "param: repair.accept",
        "param: repair.acept",
    ),
    ("no-such-cause", REPAIR, "waits: owner", "waits: ownr"),
    (
        "no-such-calendar",
        REPAIR,
        "calendar: business",
        "calendar: office",
    ),
    (
        "no-such-link",
        REPAIR,
        "steward-of(home)",
        "steward-of(house)",
    ),
    ("no-such-case", REPAIR, "urgent: PT3M", "urgnet: PT3M"),
    (
        "no-such-duty",
        CARD,
        "duty: repair/send",
        "duty: repair/sent",
    ),
    (
        "no-such-section",
        CARD,
        "{section: A, points: 4",
        "{section: C, points: 4",
    ),
    (
        "no-such-grade",
        CARD,
        "grade-at-most: poor",
        "grade-at-most: por",
    ),
    // Expressions.
    ("expr-syntax", REPAIR, "\"!satisfied\"", "\"satisfied =\""),
    ("expr-name", REPAIR, "\"!satisfied\"", "\"!satisfid\""),
    (
        "expr-case",
        REPAIR,
        "home.state == 'vacant'",
        "home.state == 'empty'",
    ),
    ("expr-type", REPAIR, "\"!satisfied\"", "\"visits + 1\""),
    (
        "expr-size",
        REPAIR,
        "\"!satisfied\"",
        "\"((((((((((((((((((((((((((((((((((((((((((((((((((((((((((satisfied))))\"",
    ),
    // What can be lived.
    (
        "state-unreachable",
        REPAIR,
        "  accepted:\n",
        "  accepted:\n  forgotten:\n",
    ),
    (
        "state-dead-end",
        REPAIR,
        "archived:  {closed: true}",
        "archived:",
    ),
    (
        "step-nobody",
        REPAIR,
        "by: manager, withdraws",
        "by: [], withdraws",
    ),
    (
        "step-nobody",
        REPAIR,
        "by: manager, withdraws",
        "by: system, withdraws",
    ),
    (
        "duty-never-done",
        REPAIR,
        "on: send, until: accept,",
        "on: archive, until: accept,",
    ),
    (
        "pause-never",
        REPAIR,
        "{waits: owner, with: owner}",
        "{with: owner}",
    ),
    (
        "field-not-asked",
        REPAIR,
        "  crew:      team",
        "  note:      {type: text, required: true}\n  crew:      team",
    ),
    ("case-missing", REPAIR, ", urgent: PT3M", ""),
    ("field-type", REPAIR, "{field: agreed-on}", "{field: fault}"),
    ("wrong-holder", REPAIR, "[team, unit]", "[front-desk, unit]"),
    ("post-without-grid", POSTS, "grid: true, ", ""),
    (
        "effect-cycle",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{step: {link: previous, step: call}}]",
    ),
    (
        "link-missing",
        REPAIR,
        "effects: [{add: {visits: \"1\"}}]",
        "effects: [{open: {kind: repair, data: {fault: \"fault\"}}}]",
    ),
    ("rrule", REPAIR, "FREQ=WEEKLY", "FREQ=SOMETIMES"),
    ("number-pattern", REPAIR, "-{seq:4}", "-{seq}"),
    (
        "name-twice",
        HOME,
        "  grid: text
",
        "  grid: text
links: {grid: home}
",
    ),
    // Parameters, posts, calendars, registers.
    (
        "parameter-unit",
        REPAIR,
        "param: repair.accept",
        "param: visit.quota",
    ),
    ("parameter-unit", PACK, "default: 800", "default: P3D"),
    ("bounds", PACK, "default: PT10M", "default: PT5H"),
    ("bounds", PACK, "[PT1M, PT4H]", "[PT1M, P1D]"),
    ("no-such-attribute", PACK, "project.level", "project.lvl"),
    (
        "post-circle",
        POSTS,
        "manager:    {",
        "manager:    {reports-to: steward, ",
    ),
    // What posts may.
    (
        "no-such-kind",
        POSTS,
        "en: Manager}",
        "en: Manager, may: {see: {unit: [all, repare]}}}",
    ),
    (
        "name-twice",
        POSTS,
        "en: Manager}",
        "en: Manager, may: {see: {unit: repair, own: repair}}}",
    ),
    (
        "no-such-step",
        POSTS,
        "en: Manager}",
        "en: Manager, may: {do: [excuse, repair/cancel]}}",
    ),
    (
        "no-such-step",
        POSTS,
        "en: Manager}",
        "en: Manager, may: {do: excuze}}",
    ),
    (
        "unknown-word",
        POSTS,
        "posts:",
        "everyone: {run: acounts}\nposts:",
    ),
    (
        "no-such-field",
        REPAIR,
        "by: manager, withdraws",
        "by: manager, not-by: [creator, fault], withdraws",
    ),
    (
        "no-such-step",
        REPAIR,
        "by: manager, withdraws",
        "by: manager, not-by: doer(finish), withdraws",
    ),
    ("wrong-hours", HOURS, "[08:30, 12:00]", "[12:00, 08:30]"),
    ("role-incomplete", HOME, "  grid: text\n", ""),
    ("wrong-value", REPAIR, "default: 0", "default: 200"),
    // Standards.
    ("points-sum", CARD, "full: 10", "full: 12"),
    ("points-sum", CARD, "points: 7", "points: 8"),
    ("weights-sum", CARD, "self: 1500bp", "self: 2500bp"),
    ("tiers-open", CARD, ", [else, 0]", ""),
    ("tiers-order", CARD, "[9000bp, 2]", "[9900bp, 2]"),
    ("reason-missing", CARD, ", reason: 一次即失信", ""),
    ("way-unsuited", CARD, "way: {marks: mean}", "way: by-rate"),
    (
        "no-population",
        CARD,
        "over: \"home.state == 'occupied'\", ",
        "",
    ),
];

#[test]
fn every_fault_says_where_it_is_why_and_what_to_do() {
    let (mut page, mut missed) = (String::new(), Vec::new());
    for (code, file, old, new) in CASES {
        let Err(faults) = broken(file, old, new) else {
            missed.push(format!("{code} was not found: {new}"));
            continue;
        };
        let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
        if !codes.contains(code) {
            missed.push(format!("{code}: {}", render(&faults, Language::En)));
        }
        let _ = writeln!(page, "## {code}: `{}` → `{}`\n", old.trim(), new.trim());
        for fault in &faults {
            sound(fault);
            english(fault);
        }
        page += &render(&faults, Language::Zh);
        page += "\n";
        page += &render(&faults, Language::En);
        page += "\n";
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    expect_file!["./faults.txt"].assert_eq(&page);
}

fn sound(fault: &Fault) {
    assert!(
        !fault.code.is_empty() && !fault.file.is_empty(),
        "{fault:?}"
    );
    assert!(
        fault.line >= 1 && fault.column >= 1 && fault.length >= 1,
        "{fault:?}"
    );
    for text in [&fault.cause, &fault.help] {
        assert!(!text.zh.is_empty() && !text.en.is_empty(), "{fault:?}");
    }
}

/// English without Chinese, but for what it quotes.
fn english(fault: &Fault) {
    for text in [&fault.cause.en, &fault.help.en] {
        let strange = |c: char| ('一'..='龥').contains(&c) && !fault.source.contains(c);
        assert!(!text.chars().any(strange), "{fault:?}");
    }
}

#[test]
fn faults_of_all_files_come_at_once() {
    let files = SOUND.iter().map(|(path, text)| {
        let text = match *path {
            "posts.yaml" => text.replace("reports-to: manager}\n  eng", "reports-to: boss}\n  eng"),
            "kinds/repair.yaml" => text
                .replace("until: send,", "until: sned,")
                .replace("\"!satisfied\"", "\"!satisfid && visits == 'x'\"")
                .replace("archived:  {closed: true}", "archived:"),
            "standards/card.yaml" => text.replace("full: 10", "full: 12"),
            _ => (*text).to_owned(),
        };
        (*path, text)
    });
    let faults = load(files).expect_err("five faults");
    let told: Vec<(&str, &str)> = faults.iter().map(|f| (f.file.as_str(), f.code)).collect();
    assert_eq!(
        told,
        [
            ("kinds/repair.yaml", "state-dead-end"),
            ("kinds/repair.yaml", "expr-name"),
            ("kinds/repair.yaml", "expr-type"),
            ("kinds/repair.yaml", "no-such-step"),
            ("posts.yaml", "no-such-post"),
            ("standards/card.yaml", "points-sum"),
        ]
    );
}

#[test]
fn numbers_that_are_far_too_large_are_faults_and_nothing_worse() {
    let most = "9223372036854775807";
    for (file, old, new) in [
        (HOURS, "[08:30, 12:00]", "[08:30, 22060:00]".to_owned()),
        (CARD, "points: 4", format!("points: {}", &most[..17])),
        (CARD, "full: 10", format!("full: {}", &most[..17])),
        (CARD, "self: 1500bp", format!("self: {most}, other: {most}")),
        (REPAIR, "max: 500", format!("max: {most}9")),
        (REPAIR, "{seq:4}", format!("{{seq:{most}}}")),
        (REPAIR, "times: 2", format!("times: {most}")),
        (REPAIR, "stands: P3D", format!("stands: P{most}D")),
        (PACK, "default: 800", format!("default: {most}")),
    ] {
        let Err(faults) = broken(file, old, &new) else {
            panic!("{new} was let through");
        };
        faults.iter().for_each(sound);
    }
}

#[test]
fn a_pack_without_its_first_file_or_without_any_is_refused() {
    let files = SOUND.iter().filter(|(path, _)| *path != "pack.yaml");
    let faults = load(files.copied()).expect_err("no pack.yaml");
    assert_eq!(faults[0].code, "no-pack");
    let faults = load(Vec::<(String, String)>::new()).expect_err("nothing");
    assert_eq!(faults[0].code, "no-pack");
}

#[test]
fn two_registers_of_one_role_are_refused() {
    let (_, home) = SOUND[3];
    let second = home.replace("kind: home", "kind: flat");
    let files = SOUND
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let faults =
        load(files.chain([("kinds/flat.yaml".to_owned(), second)])).expect_err("two places");
    assert_eq!(faults[0].code, "role-twice");
}

#[test]
fn a_bomb_of_aliases_or_brackets_is_refused_at_once() {
    let mut laughs = String::from("kind: home\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let item = format!("*a{}", level - 1);
        let items = vec![item; 10].join(", ");
        let _ = writeln!(laughs, "a{level}: &a{level} [{items}]");
    }
    let brackets = "kind: ".to_owned() + &"[".repeat(100_000);
    let blocks: String = (0..5_000)
        .map(|depth| " ".repeat(depth.min(90)) + "a:\n")
        .collect();
    let long = "kind: home # ".to_owned() + &"x".repeat(600 * 1024);
    for bomb in [laughs, brackets, blocks, long] {
        let faults = load([("kinds/home.yaml", bomb)]).expect_err("a bomb");
        assert!(
            faults
                .iter()
                .any(|fault| matches!(fault.code, "file-size" | "yaml"))
        );
    }
}

#[test]
fn the_digest_is_of_paths_and_texts_and_of_nothing_else() {
    let pack = load(SOUND).expect("sound");
    let mut other_order = SOUND;
    other_order.reverse();
    assert_eq!(load(other_order).expect("sound").digest, pack.digest);
    let renamed = broken("pack.yaml", "小包", "小包二").expect("sound");
    assert_ne!(renamed.digest, pack.digest);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// A line lost, a piece cut out, a stray sign: a pack or faults with their places, never a panic.
    #[test]
    fn a_damaged_file_is_read_or_refused(file in 0usize..6, from in 0usize..4000, cut in 0usize..40, stray in "[\\[\\]{}:,&*?!|>'\"#\n x-]{0,3}") {
        let files = SOUND.iter().enumerate().map(|(number, (path, text))| {
            let mut text = (*text).to_owned();
            if number == file {
                let chars: Vec<char> = text.chars().collect();
                let from = from % chars.len();
                let to = (from + cut).min(chars.len());
                text = chars[..from].iter().chain(stray.chars().collect::<Vec<_>>().iter()).chain(&chars[to..]).collect();
            }
            (*path, text)
        });
        if let Err(faults) = load(files) {
            prop_assert!(!faults.is_empty());
            for fault in &faults {
                sound(fault);
                let lines = fault.render(Language::En).lines().count();
                prop_assert!(lines >= 5);
            }
        }
    }
}
