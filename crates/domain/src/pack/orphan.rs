//! Which existing records a new pack would leave without a place: what they hold and it does not know.
//!
//! What a migration of the new pack renames is not lost. Narrower bounds lose nothing: they bind what is filled in from then on. A step that is
//! gone loses nothing either, since the journal keeps the pack under which each entry was made. Records that were made void are only read,
//! so all they need is their kind.

use super::load::type_word;
use super::model::{Choice, FieldType, Kind, Pack};
use crate::name::{Name, Text};
use crate::record::migrate::{plan, version};
use crate::record::{Migrated, Record};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Records that would have no place in the new pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub kind: Name,
    pub loss: Loss,
    pub records: u64,
    pub text: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    Kind,
    State(Name),
    /// A field that is filled in is gone.
    Field(Name),
    /// The field's value does not fit its new type.
    FieldType(Name),
    /// The chosen case of a field is gone.
    Case(Name, Name),
    /// The role of a link is gone.
    Link(Name),
    /// A duty still to do has no rule any more.
    Duty(Name),
}

/// Counts, record by record, what a new pack would lose.
pub struct Orphans<'p> {
    old: &'p Pack,
    new: &'p Pack,
    lost: BTreeMap<(Name, Loss), u64>,
}

impl<'p> Orphans<'p> {
    pub fn between(old: &'p Pack, new: &'p Pack) -> Self {
        Self {
            old,
            new,
            lost: BTreeMap::new(),
        }
    }

    /// The kinds whose records must be looked at, because something that they may hold is gone or has another type.
    pub fn suspects(&self) -> BTreeSet<Name> {
        let suspect = |kind: &&Kind| {
            self.new
                .kinds
                .get(&kind.name)
                .is_none_or(|new| may_lose(kind, new))
        };
        let kinds = self.old.kinds.values().filter(suspect);
        kinds.map(|kind| kind.name.clone()).collect()
    }

    pub fn look_at(&mut self, record: &Record) {
        for loss in losses(self.old, self.new, record) {
            let sum = self.lost.entry((record.kind.clone(), loss)).or_default();
            *sum = sum.saturating_add(1);
        }
    }

    /// What was found; empty when the new pack can be activated as it is.
    pub fn found(self) -> Vec<Orphan> {
        let found = self.lost.into_iter();
        found
            .map(|((kind, loss), records)| Orphan {
                text: said(&kind, &loss, records),
                kind,
                loss,
                records,
            })
            .collect()
    }
}

fn may_lose(old: &Kind, new: &Kind) -> bool {
    old.states
        .iter()
        .any(|state| new.state(state.name.as_str()).is_none())
        || old.links.keys().any(|role| !new.links.contains_key(role))
        || old
            .duties
            .iter()
            .any(|duty| new.duty(duty.name.as_str()).is_none())
        || old.fields.iter().any(|field| {
            new.field(field.name.as_str())
                .is_none_or(|after| !gone(&field.ty, &after.ty).is_empty())
        })
}

fn losses(old: &Pack, new: &Pack, record: &Record) -> Vec<Loss> {
    let Some(kind) = new.kinds.get(&record.kind) else {
        return vec![Loss::Kind];
    };
    if record.doc.void {
        return Vec::new();
    }
    let renamed = plan(kind, Some(version(&old.version)), record).unwrap_or_default();
    let Migrated {
        fields,
        links,
        state,
        duties,
        ..
    } = renamed;
    let now = |names: &BTreeMap<Name, Name>, name: &Name| {
        names.get(name).cloned().unwrap_or_else(|| name.clone())
    };
    let mut lost = Vec::new();
    let state = state.map_or_else(|| record.state.clone(), |(_, to)| to);
    if kind.state(state.as_str()).is_none() {
        lost.push(Loss::State(record.state.clone()));
    }
    let before = old.kinds.get(&record.kind);
    for (name, value) in &record.doc.data {
        let before = before.and_then(|kind| kind.field(name.as_str()));
        match kind.field(now(&fields, name).as_str()) {
            None => lost.push(Loss::Field(name.clone())),
            Some(after) => lost.extend(before.and_then(|before| {
                let gone = gone(&before.ty, &after.ty);
                gone.loss(name, value)
            })),
        }
    }
    for role in record.doc.links.keys() {
        if !kind.links.contains_key(&now(&links, role)) {
            lost.push(Loss::Link(role.clone()));
        }
    }
    let to_do: BTreeSet<&Name> = record.doc.todo.iter().map(|todo| &todo.name).collect();
    for name in to_do {
        // What is to do beside duties (a stage of an approval) has another owner than the rules of duties.
        let was = before.is_some_and(|kind| kind.duty(name.as_str()).is_some());
        if was && kind.duty(now(&duties, name).as_str()).is_none() {
            lost.push(Loss::Duty(name.clone()));
        }
    }
    lost
}

/// What a new type does not read of an old one.
enum Gone {
    Nothing,
    All,
    Cases(BTreeSet<Name>),
}

impl Gone {
    fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::All => false,
            Self::Cases(cases) => cases.is_empty(),
        }
    }

    fn loss(&self, field: &Name, value: &Value) -> Option<Loss> {
        match self {
            Self::Nothing => None,
            Self::All => Some(Loss::FieldType(field.clone())),
            Self::Cases(cases) => {
                let chosen = match value {
                    Value::List(all) => all.as_slice(),
                    one => std::slice::from_ref(one),
                };
                let chosen = chosen.iter().filter_map(Value::as_text).map(Name::from);
                let lost = chosen.into_iter().find(|case| cases.contains(case));
                lost.map(|case| Loss::Case(field.clone(), case))
            }
        }
    }
}

fn gone(before: &FieldType, after: &FieldType) -> Gone {
    use FieldType::{Choice, Choices, Day, Instant, Int, Moment, Money, Phone, Ratio, Text};
    match (before, after) {
        (Choice(old), Choice(new) | Choices(new)) | (Choices(old), Choices(new))
            if type_word(before) == type_word(after) =>
        {
            Gone::Cases(cases(old).difference(&cases(new)).cloned().collect())
        }
        (Text { .. } | Phone | Choice(_), Text { .. })
        | (Int { .. } | Money { .. } | Ratio, Int { .. })
        | (Int { .. }, Money { .. } | Ratio)
        | (Day | Instant, Moment) => Gone::Nothing,
        _ if type_word(before) == type_word(after) => Gone::Nothing,
        _ => Gone::All,
    }
}

fn cases(choices: &[Choice]) -> BTreeSet<Name> {
    choices.iter().map(|choice| choice.name.clone()).collect()
}

fn said(kind: &Name, loss: &Loss, records: u64) -> Text {
    match loss {
        Loss::Kind => Text::both(
            format!("{records} 张 {kind} 没有类型了；保留这个类型"),
            format!("{records} records of {kind} lose their kind; keep it"),
        ),
        Loss::State(state) => Text::both(
            format!(
                "{records} 张 {kind} 停在状态 {state}，新包没有它；保留这个状态，或先办完，或写明迁移"
            ),
            format!(
                "{records} records of {kind} are in state {state}, which is gone; keep it, see them through first, or migrate it"
            ),
        ),
        Loss::Field(field) => Text::both(
            format!("{records} 张 {kind} 填有字段 {field}，新包没有它；保留这个字段，或写明迁移"),
            format!(
                "{records} records of {kind} have {field} filled in, which is gone; keep the field, or migrate it"
            ),
        ),
        Loss::FieldType(field) => Text::both(
            format!("{records} 张 {kind} 的字段 {field} 换了类型，旧值读不出来；另起一个字段"),
            format!(
                "{records} records of {kind} have {field} of another type, which cannot be read; add a field instead"
            ),
        ),
        Loss::Case(field, case) => Text::both(
            format!("{records} 张 {kind} 的 {field} 选了 {case}，新包没有；保留这个选项"),
            format!(
                "{records} records of {kind} chose {case} for {field}, which is gone; keep this case"
            ),
        ),
        Loss::Link(role) => Text::both(
            format!("{records} 张 {kind} 有关联 {role}，新包没有它；保留这个关联，或写明迁移"),
            format!(
                "{records} records of {kind} have a link {role}, which is gone; keep it, or migrate it"
            ),
        ),
        Loss::Duty(duty) => Text::both(
            format!(
                "{records} 张 {kind} 还有应办 {duty} 未办，新包没有它；保留它，先办完，或写明迁移"
            ),
            format!(
                "{records} records of {kind} have the duty {duty} still to do, which is gone; keep it, do them first, or migrate it"
            ),
        ),
    }
}
