//! What a new version of a pack changes, in words.

use super::describe::{Line, lines};
use super::model::Pack;
use crate::name::Text;
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
pub(super) fn diff(old: &Pack, new: &Pack) -> Vec<Change> {
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
