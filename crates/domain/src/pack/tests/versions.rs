//! `diff`, `orphans` and `show`.

use super::{broken, sound};
use crate::pack::{InUse, Language, Loss, Nature, diff, orphans, show};
use expect_test::{expect, expect_file};

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

fn used(kind: &str, state: &str, field: Option<&str>, records: u64) -> InUse {
    InUse {
        kind: kind.into(),
        state: state.into(),
        field: field.map(Into::into),
        records,
    }
}

#[test]
fn records_without_a_place_in_the_new_pack_are_counted() {
    let old = sound();
    let mut new = sound();
    new.kinds.remove("home");
    let repair = new.kinds.get_mut("repair").expect("a repair");
    repair.states.retain(|state| state.name != "waiting");
    repair.fields.retain(|field| field.name != "phone");
    for field in &mut repair.fields {
        if field.name == "satisfied" {
            field.ty = crate::pack::model::FieldType::Day;
        }
        if let crate::pack::model::FieldType::Choice(choices) = &mut field.ty {
            choices.pop();
        }
    }
    let in_use = [
        used("home", "vacant", None, 3),
        used("home", "occupied", None, 4),
        used("repair", "waiting", None, 2),
        used("repair", "sent", None, 9),
        used("repair", "sent", Some("phone"), 5),
        used("repair", "waiting", Some("phone"), 1),
        used("repair", "sent", Some("satisfied"), 6),
        used("repair", "sent", Some("urgency"), 8),
        used("repair", "sent", Some("fault"), 9),
        used("repair", "archived", Some("crew"), 0),
    ];
    let lost = orphans(&old, &new, &in_use);
    let told: Vec<(&str, &Loss, u64)> = lost
        .iter()
        .map(|o| (o.kind.as_str(), &o.loss, o.records))
        .collect();
    assert_eq!(
        told,
        [
            ("home", &Loss::Kind, 7),
            ("repair", &Loss::State("waiting".into()), 2),
            ("repair", &Loss::Field("phone".into()), 6),
            ("repair", &Loss::FieldType("satisfied".into()), 6),
            (
                "repair",
                &Loss::Cases("urgency".into(), vec!["urgent".into()]),
                8
            ),
        ]
    );
    assert!(
        lost.iter()
            .all(|o| !o.text.zh.is_empty() && !o.text.en.is_empty())
    );
    assert_eq!(orphans(&old, &old, &in_use), []);
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
