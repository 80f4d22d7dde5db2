//! Every scenario beside a pack comes about as it says: on SQLite all of them, on PostgreSQL, where there is one, the first of every file.

use app::library::{Rules, compile};
use app::scenario::{Failure, Plays};
use domain::record::PackVersion;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use store::testing::Home;

/// The packs of this project that have scenarios, compiled.
fn packs() -> Vec<(Arc<Rules>, Plays)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut packs = Vec::new();
    for entry in fs::read_dir(root).expect("the packs") {
        let folder = entry.expect("a pack").path();
        if !folder.join("scenarios").is_dir() {
            continue;
        }
        let files = app::pack::folder(&folder.to_string_lossy()).expect("files");
        let rules = compile(PackVersion(1), &files).expect("a sound pack");
        let plays = Plays::read(&files, None).unwrap_or_else(|failures| fail(&failures));
        packs.push((Arc::new(rules), plays));
    }
    packs
}

fn fail(failures: &[Failure]) -> ! {
    let shown: Vec<String> = failures.iter().map(ToString::to_string).collect();
    panic!("{} failures\n{}", failures.len(), shown.join("\n"))
}

#[test]
fn every_scenario_of_every_pack_comes_about() {
    let packs = packs();
    assert!(!packs.is_empty());
    for (rules, plays) in packs {
        let played = plays.play(&rules, |_| true).expect("a database");
        assert_eq!(played.len(), plays.names().len());
        let failures: Vec<Failure> = played.into_iter().flat_map(|one| one.failures).collect();
        if !failures.is_empty() {
            fail(&failures);
        }
    }
}

#[test]
fn the_first_scenario_of_every_file_comes_about_on_the_other_database() {
    for (rules, plays) in packs() {
        let mut groups = BTreeSet::new();
        for name in plays.names() {
            let group = name.split('/').next().unwrap_or_default().to_owned();
            let Some(home) = Home::postgres() else { return };
            if groups.insert(group) {
                let played = plays.play_at(&rules, &name, home.location()).expect(&name);
                if !played.failures.is_empty() {
                    fail(&played.failures);
                }
            }
        }
    }
}

#[test]
fn what_does_not_come_about_is_told_with_its_line() {
    let pack = [
        (
            "pack.yaml",
            "pack: small\nversion: 1.0.0\ntitle: {zh: 小, en: Small}\nzone: Asia/Shanghai\nlanguages: [zh, en]\n",
        ),
        ("posts.yaml", "posts:\n  clerk: {zh: 文员, en: Clerk}\n"),
        (
            "kinds/note.yaml",
            "kind: note\nname: {zh: 便条, en: Note}\nfields:\n  text: {type: text, zh: 内容, en: Text}\nstates:\n  new: {zh: 新, en: New}\n  done: {zh: 毕, en: Done, closed: true}\nopen: {zh: 写, en: Write, to: new, by: [system], form: [text]}\nsteps:\n  finish: {zh: 办结, en: Finish, from: new, to: done, by: [clerk, system]}\nduties:\n  finish: {zh: 一小时内办结, en: Finish within the hour, on: open, until: finish, due: {within: PT1H}, holder: [unit]}\n",
        ),
        (
            "scenarios/A.yaml",
            "setup:\n  units: {C: {level: company}, P: {parent: C}}\n  unit: P\nscenarios:\n  late:\n    zh: 迟\n    play:\n      - 2026-03-04 09:00 system open note n1: {text: 一}\n      - 10:00:01 system finish n1\n      - expect:\n          n1: done\n          n1/finish: met\n          n1.text: 二\n  refused:\n    zh: 拒\n    play:\n      - system open note n1: {text: 一}\n      - system finish n1\n      - system finish n1, refused state-wrong\n      - system finish n1, refused field-required at text\n  unread:\n    zh: 看不到\n    play:\n      - expect: {n9: done}\n",
        ),
    ];
    let files: Vec<(String, String)> = pack
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let rules = Arc::new(compile(PackVersion(1), &files).expect("a sound pack"));
    let plays = Plays::read(&files, None).expect("sound scenarios");
    let shown: Vec<String> = plays
        .play(&rules, |_| true)
        .expect("a database")
        .iter()
        .flat_map(|played| &played.failures)
        .map(ToString::to_string)
        .collect();
    expect_test::expect![[r#"
        scenarios/A.yaml:12 A/late
          应为 (expected): met
          实为 (found):    missed, due 2026-03-04 10:00, done 2026-03-04 10:00:01, holder unit, over
        scenarios/A.yaml:13 A/late
          应为 (expected): 二
          实为 (found):    一
        scenarios/A.yaml:20 A/refused
          应为 (expected): refused field-required at text
          实为 (found):    refused state-wrong: 当前状态为“毕”，不能办理“办结”；请先完成前面的步骤。
        scenarios/A.yaml:24 A/unread
          应为 (expected): 可以演下去 (it can be played)
          实为 (found):    还没有叫“n9”的记录 (nothing is called `n9` yet)"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn a_scenario_that_cannot_be_read_is_told_with_its_line() {
    for (play, why) in [
        ("- 09:00 somebody does strange things to r1", "看不懂"),
        ("- 09:00 desk send r1, loudly", "看不懂“loudly”"),
        ("- 09:00 desk send r1", "没有任何期望"),
        ("- 09:00 desk open repair r[5..1]", "r[1..5]"),
    ] {
        let text = format!("scenarios:\n  one:\n    zh: 一\n    play:\n      {play}\n");
        let files = [("scenarios/A.yaml".to_owned(), text)];
        let failures = Plays::read(&files, None).err().expect(play);
        assert!(failures[0].found.contains(why), "{play}: {failures:?}");
        assert_eq!(failures[0].file, "scenarios/A.yaml");
    }
}
