//! What a form filled in, checked against the fields of the kind.
//!
//! Types are checked here and nowhere else; whether a field is needed is the step's own say.

use super::refusal::{Code, Refusal};
use crate::name::Name;
use crate::pack::model::{Choice, Field, FieldType, Kind, Step};
use crate::time::{Day, Instant};
use crate::value::{Data, Value};

/// All faults of what was filled in, in the order of the form. `lenient`: history from a source may fill any field of the kind
/// and leave out what a live form demands (S4.8).
pub fn check(kind: &Kind, step: &Step, data: &Data, have: &Data, lenient: bool) -> Vec<Refusal> {
    let mut faults = Vec::new();
    for (name, value) in data {
        let on_form = lenient || step.form.iter().any(|field| field.field == *name);
        match kind.field(name.as_str()) {
            Some(field) if on_form => faults.extend(fault(field, value)),
            _ => faults.push(Refusal::at(Code::FieldUnknown, name).with(&step.name)),
        }
    }
    if !lenient {
        faults.extend(
            missing(kind, step, data, have)
                .into_iter()
                .map(|name| Refusal::at(Code::FieldRequired, &name)),
        );
    }
    faults
}

/// The fields that the step's form asks for and nobody filled in; at opening also those that the kind requires.
pub fn missing(kind: &Kind, step: &Step, data: &Data, have: &Data) -> Vec<Name> {
    let empty = |name: &Name| {
        data.get(name)
            .or_else(|| have.get(name))
            .is_none_or(is_empty)
    };
    let on_form = step
        .form
        .iter()
        .filter(|field| field.required)
        .map(|field| &field.field);
    let of_kind = kind
        .fields
        .iter()
        .filter(|field| step.name == "open" && field.required)
        .map(|field| &field.name);
    let mut names: Vec<Name> = on_form
        .chain(of_kind)
        .filter(|name| empty(name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    names
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Sealed(_) => false,
    }
}

/// What is wrong with one value; null empties a field.
fn fault(field: &Field, value: &Value) -> Option<Refusal> {
    if value.is_null() {
        return None;
    }
    match (&field.sensitive, value) {
        (Some(_), Value::Sealed(_)) => return None,
        (Some(_), _) => return Some(Refusal::at(Code::FieldUnsealed, &field.name)),
        (None, _) => {}
    }
    typed_fault(field, value)
}

/// What is wrong with a private value that is about to be sealed: nobody can look at it afterwards. The answer does not repeat it.
pub fn unsealed_fault(field: &Field, value: &Value) -> Option<Refusal> {
    if value.is_null() {
        return None;
    }
    typed_fault(field, value).map(|fault| match fault.code {
        Code::FieldType => Refusal {
            with: vec![expected(&field.ty).into(), "•••".into()],
            ..fault
        },
        _ => fault,
    })
}

fn typed_fault(field: &Field, value: &Value) -> Option<Refusal> {
    let wrong = |expected: &str| {
        Some(
            Refusal::at(Code::FieldType, &field.name)
                .with(expected)
                .with(shown(value)),
        )
    };
    let range = |value: i64, min: i64, max: i64| {
        (value < min || value > max).then(|| {
            Refusal::at(Code::FieldOutOfRange, &field.name)
                .with(min)
                .with(max)
        })
    };
    match (&field.ty, value) {
        (FieldType::Text { max, .. }, Value::Text(text)) => text_fault(field, text, *max),
        (FieldType::Phone, Value::Text(text)) => text_fault(field, text, 40).or_else(|| {
            let fits = text
                .chars()
                .all(|c| c.is_ascii_digit() || "+-() #转".contains(c))
                && text.chars().any(|c| c.is_ascii_digit());
            if fits {
                None
            } else {
                wrong("电话号码 (a telephone number)")
            }
        }),
        (FieldType::Bool, Value::Bool(_)) => None,
        (FieldType::Int { min, max } | FieldType::Money { min, max }, Value::Int(number)) => {
            range(*number, *min, *max)
        }
        (FieldType::Ratio, Value::Int(number)) => range(*number, -1_000_000, 1_000_000),
        (FieldType::Choice(choices), Value::Text(text)) => choice_fault(field, choices, text),
        (FieldType::Choices(choices), Value::List(list)) => {
            list.iter().find_map(|item| match item {
                Value::Text(text) => choice_fault(field, choices, text),
                other => Some(
                    Refusal::at(Code::FieldChoice, &field.name)
                        .with(shown(other))
                        .with(listed(choices)),
                ),
            })
        }
        (FieldType::Day, Value::Text(text)) if text.parse::<Day>().is_ok() => None,
        (FieldType::Instant, Value::Text(text)) if text.parse::<Instant>().is_ok() => None,
        (FieldType::Moment, Value::Text(text)) if is_moment(text) => None,
        (FieldType::Member | FieldType::Team | FieldType::Unit, Value::Text(text))
            if text.parse::<crate::id::Uuid>().is_ok() =>
        {
            None
        }
        (FieldType::Files { max, .. }, Value::List(list)) => {
            if list.len() > *max as usize {
                return Some(
                    Refusal::at(Code::FieldOutOfRange, &field.name)
                        .with(0)
                        .with(max),
                );
            }
            let hashes = list
                .iter()
                .all(|item| item.as_text().is_some_and(is_content_hash));
            if hashes {
                None
            } else {
                wrong("附件 (attachments by content hash)")
            }
        }
        (FieldType::Signature, Value::Text(text)) if is_content_hash(text) => None,
        (ty, _) => wrong(expected(ty)),
    }
}

fn text_fault(field: &Field, text: &str, max: u32) -> Option<Refusal> {
    if text.contains('\0') {
        return Some(Refusal::at(Code::FieldCharacter, &field.name));
    }
    let length = text.chars().count();
    (length > max as usize).then(|| {
        Refusal::at(Code::FieldTooLong, &field.name)
            .with(max)
            .with(length)
    })
}

fn choice_fault(field: &Field, choices: &[Choice], text: &str) -> Option<Refusal> {
    if choices.iter().any(|choice| choice.name == *text) {
        return None;
    }
    Some(
        Refusal::at(Code::FieldChoice, &field.name)
            .with(shorten(text))
            .with(listed(choices)),
    )
}

fn listed(choices: &[Choice]) -> String {
    choices
        .iter()
        .map(|choice| choice.name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn is_moment(text: &str) -> bool {
    text.parse::<Day>().is_ok() || text.parse::<Instant>().is_ok()
}

/// `sha256:` and 64 hex digits.
fn is_content_hash(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        text.chars().take(39).chain(['…']).collect()
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => shorten(text),
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::List(list) => format!("[{}]", list.len()),
        Value::Sealed(_) => "•••".into(),
    }
}

fn expected(ty: &FieldType) -> &'static str {
    match ty {
        FieldType::Text { .. } => "文字 (text)",
        FieldType::Phone => "电话号码 (a telephone number)",
        FieldType::Bool => "是/否 (true or false)",
        FieldType::Int { .. } => "整数 (a whole number)",
        FieldType::Money { .. } => "金额，单位分 (an amount in fen)",
        FieldType::Ratio => "比率，单位基点 (a ratio in basis points)",
        FieldType::Choice(_) => "选项 (a choice)",
        FieldType::Choices(_) => "选项列表 (a list of choices)",
        FieldType::Day => "日期，如 2026-03-05 (a date)",
        FieldType::Instant => "时刻，如 2026-03-05T14:00:00+08:00 (an instant)",
        FieldType::Moment => "日期或时刻 (a date or an instant)",
        FieldType::Member => "员工 (a member's id)",
        FieldType::Team => "班组 (a team's id)",
        FieldType::Unit => "组织单元 (a unit's id)",
        FieldType::Files { .. } => "附件列表 (a list of attachments)",
        FieldType::Signature => "签名 (a signature by content hash)",
    }
}
