//! What a field of a record holds.

use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A value as stored: JSON without floats. Instants are RFC 3339 text in UTC, days `YYYY-MM-DD`, money fen, ratios basis points;
/// what a text means is said by the field's type in the pack.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Value>),
}

impl Value {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

/// The fields of a record, or what one form filled in; ordered, so that its JSON is canonical.
pub type Data = BTreeMap<Name, Value>;
