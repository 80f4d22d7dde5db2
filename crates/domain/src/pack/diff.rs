//! What a new version of a pack changes, in words, and which existing records it would leave without a place.

use super::describe::{Line, lines};
use super::load::type_word;
use super::model::{FieldType, Migration, Pack};
use crate::name::{Name, Text};
use std::collections::BTreeMap;

/// One statement that a new version adds, drops or changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `kinds/repair/duties/send/due`.
    pub path: String,
    pub nature: Nature,
    /// In words: what it was and what it will be.
    pub text: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    Added,
    Removed,
    Changed,
}

/// What `new` changes, in its own order, what it drops at the end.
pub fn diff(old: &Pack, new: &Pack) -> Vec<Change> {
    let (before, after) = (lines(old), lines(new));
    let known = |all: &[Line]| -> BTreeMap<String, Line> {
        all.iter()
            .map(|line| (line.path.clone(), line.clone()))
            .collect()
    };
    let (was, is) = (known(&before), known(&after));
    let mut changes = Vec::new();
    for line in &after {
        match was.get(&line.path) {
            None => changes.push(change(line, Nature::Added, &line.value, None)),
            Some(old) if old.value != line.value => {
                changes.push(change(line, Nature::Changed, &line.value, Some(&old.value)));
            }
            Some(_) => {}
        }
    }
    if old.special_days != new.special_days {
        let (was, is) = (old.special_days.version, new.special_days.version);
        let forgotten = is <= was;
        changes.push(Change {
            path: "calendars".into(),
            nature: Nature::Changed,
            text: Text::both(
                format!(
                    "放假日或调休上班日有变（第 {was} 版改为第 {is} 版{}），只约束此后开始的应办",
                    if forgotten { "，版本没有加一" } else { "" }
                ),
                format!(
                    "days off or make-up working days differ (version {was} to {is}{}); duties opened from then on are bound by them",
                    if forgotten { ", which should have counted up" } else { "" }
                ),
            ),
        });
    }
    for line in &before {
        if !is.contains_key(&line.path) {
            changes.push(change(line, Nature::Removed, &line.value, None));
        }
    }
    changes
}

fn change(line: &Line, nature: Nature, value: &Text, old: Option<&Text>) -> Change {
    let (zh, en) = match (nature, old) {
        (Nature::Added, _) => (format!("新增：{}", value.zh), format!("new: {}", value.en)),
        (Nature::Removed, _) => (
            format!("取消：{}", value.zh),
            format!("dropped: {}", value.en),
        ),
        (Nature::Changed, old) => {
            let old = old.cloned().unwrap_or_default();
            (
                format!("由“{}”改为“{}”", old.zh, value.zh),
                format!("from `{}` to `{}`", old.en, value.en),
            )
        }
    };
    Change {
        path: line.path.clone(),
        nature,
        text: Text::both(
            format!("{}{zh}", line.label.zh),
            format!("{} {en}", line.label.en),
        ),
    }
}

/// How many records are in a state of a kind, and how many of them have a field filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    pub kind: Name,
    pub state: Name,
    /// `None`: counts the records themselves.
    pub field: Option<Name>,
    pub records: u64,
}

/// Records that would have no place in the new pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub kind: Name,
    pub loss: Loss,
    /// At most so many records.
    pub records: u64,
    pub text: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    Kind,
    State(Name),
    /// The field is gone.
    Field(Name),
    /// The field's values do not fit its new type.
    FieldType(Name),
    /// Cases of a choice are gone.
    Cases(Name, Vec<Name>),
}

/// The records that a new pack would orphan, given what is in use; empty when it can be activated as it is.
pub fn orphans(old: &Pack, new: &Pack, in_use: &[InUse]) -> Vec<Orphan> {
    let mut lost: BTreeMap<(Name, Loss), u64> = BTreeMap::new();
    let mut add = |kind: &Name, loss: Loss, records: u64| {
        let sum = lost.entry((kind.clone(), loss)).or_default();
        *sum = sum.saturating_add(records);
    };
    for used in in_use.iter().filter(|used| used.records > 0) {
        let Some(kind) = new.kinds.get(&used.kind) else {
            if used.field.is_none() {
                add(&used.kind, Loss::Kind, used.records);
            }
            continue;
        };
        // What a migration of the new pack renames is not lost.
        let renamed = |name: &Name, pick: fn(&Migration) -> &BTreeMap<Name, Name>| {
            kind.migrate
                .iter()
                .any(|step| pick(step).contains_key(name))
        };
        let Some(field) = &used.field else {
            if kind.state(used.state.as_str()).is_none() && !renamed(&used.state, |it| &it.states) {
                add(&used.kind, Loss::State(used.state.clone()), used.records);
            }
            continue;
        };
        let before = old
            .kinds
            .get(&used.kind)
            .and_then(|kind| kind.field(field.as_str()));
        match (before, kind.field(field.as_str())) {
            (_, None) if renamed(field, |it| &it.fields) => {}
            (_, None) => add(&used.kind, Loss::Field(field.clone()), used.records),
            (Some(before), Some(after)) => {
                if let Some(loss) = loss_of(field, &before.ty, &after.ty) {
                    add(&used.kind, loss, used.records);
                }
            }
            (None, Some(_)) => {}
        }
    }
    lost.into_iter()
        .map(|((kind, loss), records)| Orphan {
            text: said(&kind, &loss, records),
            kind,
            loss,
            records,
        })
        .collect()
}

/// What values of the old type lose under the new one. Narrower bounds lose nothing: they bind what is filled in from then on.
fn loss_of(field: &Name, before: &FieldType, after: &FieldType) -> Option<Loss> {
    use FieldType::{Choice, Choices, Day, Instant, Int, Moment, Money, Phone, Ratio, Text};
    match (before, after) {
        (Choice(old), Choice(new)) | (Choices(old), Choices(new)) => {
            let gone: Vec<Name> = old
                .iter()
                .map(|choice| choice.name.clone())
                .filter(|name| new.iter().all(|choice| choice.name != *name))
                .collect();
            (!gone.is_empty()).then(|| Loss::Cases(field.clone(), gone))
        }
        (Text { .. } | Phone | Choice(_), Text { .. })
        | (Int { .. } | Money { .. } | Ratio, Int { .. })
        | (Int { .. }, Money { .. } | Ratio)
        | (Day | Instant, Moment) => None,
        _ if type_word(before) == type_word(after) => None,
        _ => Some(Loss::FieldType(field.clone())),
    }
}

fn said(kind: &Name, loss: &Loss, records: u64) -> Text {
    match loss {
        Loss::Kind => Text::both(
            format!("{records} 张 {kind} 没有类型了；保留这个类型，或先迁移"),
            format!("{records} records of {kind} lose their kind; keep it, or migrate them first"),
        ),
        Loss::State(state) => Text::both(
            format!("{records} 张 {kind} 停在状态 {state}，新包没有它；保留这个状态，或先办完"),
            format!(
                "{records} records of {kind} are in state {state}, which is gone; keep it, or see them through first"
            ),
        ),
        Loss::Field(field) => Text::both(
            format!("{records} 张 {kind} 填有字段 {field}，新包没有它；保留这个字段"),
            format!(
                "{records} records of {kind} have {field} filled in, which is gone; keep the field"
            ),
        ),
        Loss::FieldType(field) => Text::both(
            format!("{records} 张 {kind} 的字段 {field} 换了类型，旧值读不出来；另起一个字段"),
            format!("{records} records of {kind} have {field} in its old type; make another field"),
        ),
        Loss::Cases(field, cases) => {
            let cases: Vec<&str> = cases.iter().map(Name::as_str).collect();
            Text::both(
                format!(
                    "最多 {records} 张 {kind} 的 {field} 可能是 {}，新包没有；保留这些选项",
                    cases.join("、")
                ),
                format!(
                    "up to {records} records of {kind} may have {field} as {}, which is gone; keep these cases",
                    cases.join(", ")
                ),
            )
        }
    }
}
