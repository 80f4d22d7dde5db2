//! `diff`, `orphans` and `show`.

use super::{broken, sound};
use crate::clock::{Due, Rule};
use crate::id::{RecordId, UnitId, Uuid};
use crate::pack::diff::diff;
use crate::pack::model::{FieldType, Migration, Pack};
use crate::pack::{Language, Loss, Nature, Orphan, Orphans, Version, differences, show};
use crate::record::{Doc, Hash, PackVersion, Record, Todo};
use crate::time::Instant;
use crate::value::Value;
use expect_test::{expect, expect_file};
use std::collections::BTreeMap;

fn said(file: &str, old: &str, new: &str) -> String {
    let changed = broken(file, old, new).expect("still sound");
    diff(&sound(), &changed)
        .iter()
        .map(|change| {
            format!(
                "{}\n  {}\n  {}\n",
                change.path, change.text.zh, change.text.en
            )
        })
        .collect()
}

#[test]
fn the_same_pack_differs_in_nothing() {
    assert_eq!(diff(&sound(), &sound()), []);
}

#[test]
fn a_tighter_limit_is_said_in_words() {
    expect![[r#"
        kinds/repair/duties/send/due
          时限由“normal 5 分钟、urgent 3 分钟（按 urgency）”改为“normal 4 分钟、urgent 3 分钟（按 urgency）”
          due from `normal 5 min, urgent 3 min (by urgency)` to `normal 4 min, urgent 3 min (by urgency)`
    "#]].assert_eq(&said("kinds/repair.yaml", "normal: PT5M", "normal: PT4M"));
}

#[test]
fn a_parameter_a_form_and_a_clause_are_said_in_words() {
    let mut all = said("pack.yaml", "default: PT10M", "default: PT8M");
    all += &said(
        "kinds/repair.yaml",
        "form: [satisfied]",
        "form: [satisfied, visits?]",
    );
    all += &said("standards/card.yaml", "{marks: mean}", "{marks: last}");
    expect![[r#"
        parameters/repair.accept
          参数由“10 分钟（1 分钟 至 4 小时），越大越松”改为“8 分钟（1 分钟 至 4 小时），越大越松”
          parameter from `10 min (1 min to 4 h), looser upwards` to `8 min (1 min to 4 h), looser upwards`
        kinds/repair/steps/archive/form
          表单由“satisfied”改为“satisfied、visits?”
          form from `satisfied` to `satisfied, visits?`
        standards/card/clauses/B2/part-1
          计分由“人工评分：评分取平均”改为“人工评分：取末次评分”
          part from `a human mark: the mean of marks` to `a human mark: the last mark`
    "#]].assert_eq(&all);
}

#[test]
fn what_customers_are_shown_from_now_on_is_said_in_words() {
    let mut all = said(
        "kinds/home.yaml",
        "in: [occupied]",
        "in: [vacant, occupied]",
    );
    all += &said("kinds/home.yaml", "fields: [code]", "fields: [code, grid]");
    all += &said(
        "kinds/home.yaml",
        "published: {in: [occupied], fields: [code]}",
        "",
    );
    expect![[r#"
        kinds/home/published/in
          公示于由“occupied”改为“vacant、occupied”
          shown in from `occupied` to `vacant, occupied`
        kinds/home/published/fields
          公示字段由“code”改为“code、grid”
          shown fields from `code` to `code, grid`
        kinds/home/published/in
          公示于取消：occupied
          shown in dropped: occupied
        kinds/home/published/fields
          公示字段取消：code
          shown fields dropped: code
    "#]]
    .assert_eq(&all);
}

#[test]
fn a_duty_that_goes_is_dropped_line_by_line() {
    let old = sound();
    let mut new = sound();
    let repair = new.kinds.get_mut("repair").expect("a repair");
    repair.duties.retain(|duty| duty.name != "send");
    let changes = diff(&old, &new);
    assert!(
        changes
            .iter()
            .all(|change| change.nature == Nature::Removed)
    );
    assert!(
        changes
            .iter()
            .all(|change| change.path.starts_with("kinds/repair/duties/send/"))
    );
    assert_eq!(diff(&new, &old).len(), changes.len());
}

/// What `differences` says beyond the words, where one text of one file is replaced.
fn unsaid(file: &str, old: &str, new: &str) -> Vec<String> {
    let sources = |replace: bool| -> Vec<(String, String)> {
        let files = super::SOUND.iter();
        files
            .map(|(path, text)| {
                let text = if replace && *path == file {
                    text.replacen(old, new, 1)
                } else {
                    (*text).to_owned()
                };
                ((*path).to_owned(), text)
            })
            .collect()
    };
    let changed = broken(file, old, new).expect("still sound");
    let (before, after) = (sources(false), sources(true));
    let words = diff(&sound(), &changed);
    let all = differences(
        Version {
            pack: &sound(),
            sources: &before,
        },
        Version {
            pack: &changed,
            sources: &after,
        },
    );
    assert_eq!(all[..words.len()], words);
    all[words.len()..]
        .iter()
        .map(|change| change.text.en.clone())
        .collect()
}

#[test]
fn what_has_no_words_is_told_as_it_is_written() {
    let kind = "kinds/repair.yaml";
    let cases: &[(&str, &str, &str, &[&str])] = &[
        // In words already.
        (kind, "normal: PT5M", "normal: PT4M", &[]),
        ("pack.yaml", "default: PT10M", "default: PT8M", &[]),
        (
            "pack.yaml",
            "least: 0",
            "least: -100",
            &["ledgers/deposit/least from `0` to `-100`"],
        ),
        (
            kind,
            "label: [fault]",
            "label: [fault, urgency]",
            &["kinds/repair/label from `fault` to `fault, urgency`"],
        ),
        (
            kind,
            "zh: 报修内容, required",
            "zh: 故障, required",
            &["kinds/repair/fields/fault/zh from `报修内容` to `故障`"],
        ),
        // A comment is no change.
        (kind, "fields:", "# a comment\nfields:", &[]),
    ];
    for (file, old, new, expected) in cases {
        assert_eq!(unsaid(file, old, new), *expected, "{old} to {new}");
    }
}

fn record(kind: &str, state: &str, data: &[(&str, Value)]) -> Record {
    Record {
        unit: UnitId::from_uuid(Uuid::nil()),
        id: RecordId::from_uuid(Uuid::nil()),
        kind: kind.into(),
        number: String::new(),
        state: state.into(),
        version: 1,
        opened_at: Instant::from_micros(0),
        closed_at: None,
        head: Hash::default(),
        doc: Doc {
            data: data
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect(),
            ..Doc::default()
        },
    }
}

fn todo(name: &str) -> Todo {
    let due = Due::inclusive(Instant::from_micros(0));
    Todo {
        name: name.into(),
        occurrence: 1,
        start: Instant::from_micros(0),
        rule: Rule::Fixed(due),
        changes: Vec::new(),
        pack: PackVersion(1),
        days: None,
        due,
        not_before: None,
        held: Vec::new(),
        progress: Vec::new(),
        excuse: None,
    }
}

fn orphans(old: &Pack, new: &Pack, records: &[Record]) -> Vec<Orphan> {
    let mut orphans = Orphans::between(old, new);
    let suspects = orphans.suspects();
    for record in records
        .iter()
        .filter(|record| suspects.contains(&record.kind))
    {
        orphans.look_at(record);
    }
    orphans.found()
}

#[test]
fn records_without_a_place_in_the_new_pack_are_counted() {
    let old = sound();
    let mut new = sound();
    new.kinds.remove("home");
    let repair = new.kinds.get_mut("repair").expect("a repair");
    repair.states.retain(|state| state.name != "waiting");
    repair.fields.retain(|field| field.name != "phone");
    repair.links.remove("home");
    repair.duties.retain(|duty| duty.name != "send");
    for field in &mut repair.fields {
        if field.name == "satisfied" {
            field.ty = FieldType::Day;
        }
        if let FieldType::Choice(choices) = &mut field.ty {
            choices.retain(|choice| choice.name != "urgent");
        }
    }
    let mut linked = record("repair", "sent", &[]);
    linked
        .doc
        .links
        .insert("home".into(), RecordId::from_uuid(Uuid::nil()));
    let mut owed = record("repair", "registered", &[]);
    owed.doc.todo = vec![todo("send"), todo("accept"), todo("an approval's stage")];
    let mut void = record("repair", "waiting", &[("phone", "13800000000".into())]);
    void.doc.void = true;
    let records = [
        record("home", "vacant", &[]),
        record("home", "occupied", &[]),
        record("repair", "waiting", &[("phone", "13800000000".into())]),
        record("repair", "sent", &[("satisfied", Value::Bool(true))]),
        record("repair", "sent", &[("urgency", "urgent".into())]),
        record(
            "repair",
            "sent",
            &[("urgency", "normal".into()), ("fault", "x".into())],
        ),
        linked,
        owed,
        void,
    ];
    let lost = orphans(&old, &new, &records);
    let told: Vec<(&str, &Loss, u64)> = lost
        .iter()
        .map(|o| (o.kind.as_str(), &o.loss, o.records))
        .collect();
    assert_eq!(
        told,
        [
            ("home", &Loss::Kind, 2),
            ("repair", &Loss::State("waiting".into()), 1),
            ("repair", &Loss::Field("phone".into()), 1),
            ("repair", &Loss::FieldType("satisfied".into()), 1),
            ("repair", &Loss::Case("urgency".into(), "urgent".into()), 1),
            ("repair", &Loss::Link("home".into()), 1),
            ("repair", &Loss::Duty("send".into()), 1),
        ]
    );
    assert!(
        lost.iter()
            .all(|o| !o.text.zh.is_empty() && !o.text.en.is_empty())
    );
    assert_eq!(orphans(&old, &old, &records), []);
}

#[test]
fn what_a_migration_renames_is_not_lost() {
    let old = sound();
    let mut new = sound();
    let repair = new.kinds.get_mut("repair").expect("a repair");
    for field in &mut repair.fields {
        if field.name == "phone" {
            field.name = "contact".into();
        }
    }
    for state in &mut repair.states {
        if state.name == "waiting" {
            state.name = "paused".into();
        }
    }
    let waiting = record("repair", "waiting", &[("phone", "13800000000".into())]);
    assert_eq!(orphans(&old, &new, std::slice::from_ref(&waiting)).len(), 2);
    let repair = new.kinds.get_mut("repair").expect("a repair");
    repair.migrate.push(Migration {
        to: (u32::MAX, 0, 0),
        fields: [("phone".into(), "contact".into())].into(),
        links: BTreeMap::new(),
        states: [("waiting".into(), "paused".into())].into(),
        duties: BTreeMap::new(),
        defaults: BTreeMap::new(),
    });
    assert_eq!(orphans(&old, &new, &[waiting]), []);
}

#[test]
fn a_pack_is_shown_in_words() {
    let page = format!(
        "{}\n{}",
        show(&sound(), "", Language::Zh),
        show(&sound(), "kinds/repair", Language::En)
    );
    expect_file!["./shown.txt"].assert_eq(&page);
}
