//! What no two open records of a unit have the same: the code of a grid, the number of a card.
//!
//! The claim stands in the record's row, where the database itself keeps it single, so that of two who are equally quick one is refused. A
//! record that is closed, voided or merged claims nothing.

use super::Record;
use crate::pack::model::Kind;
use crate::value::Value;
use serde_json::json;

/// What an open record of this kind claims for itself in its unit; `None`: nothing, also where one of the fields is empty.
pub fn claim(kind: &Kind, record: &Record) -> Option<String> {
    let doc = &record.doc;
    if kind.unique.is_empty() || record.closed_at.is_some() || doc.void || doc.merged.is_some() {
        return None;
    }
    let mut parts = Vec::with_capacity(kind.unique.len());
    for name in &kind.unique {
        parts.push(match doc.links.get(name) {
            Some(to) => json!(to),
            None => match doc.data.get(name)? {
                Value::Text(text) if text.trim().is_empty() => return None,
                Value::Text(text) => json!(text.trim()),
                value => json!(value),
            },
        });
    }
    Some(json!([kind.name, parts]).to_string())
}

/// The value that is taken, as people read it: that of the first field.
pub fn claimed(kind: &Kind, record: &Record) -> String {
    let first = kind.unique.first();
    let value = first.and_then(|name| record.doc.data.get(name));
    match value {
        Some(Value::Text(text)) => text.trim().to_owned(),
        Some(value) => json!(value).to_string(),
        None => String::new(),
    }
}
