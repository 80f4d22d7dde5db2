//! What a field of a record holds.

use crate::name::Name;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A value as stored: JSON without floats. Instants are RFC 3339 text in UTC, days `YYYY-MM-DD`, money fen, ratios basis points;
/// what a text means is said by the field's type in the pack.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Value>),
    /// A private value as everybody keeps it who holds no key; whoever holds one reads it in `app`.
    Sealed(Sealed),
}

/// What stands in the place of a private value: its ciphertext with the numbers of its keys, in a text that only `app` understands. As JSON it
/// is an object, so that no text that somebody types can pass for one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Sealed {
    #[serde(rename = "sealed")]
    text: Box<str>,
}

impl Sealed {
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into() }
    }
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Value {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}
/// By what is there, since a derived reading of an untagged type tries every variant and words an error for each.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a truth, an integer, a text, a list of these or a sealed value")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value).map(Value::Int).map_err(E::custom)
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }
    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let no = || A::Error::custom("the only object that a field holds is {\"sealed\": …}");
        match map.next_entry::<Name, Box<str>>()? {
            Some((key, text)) if key == "sealed" => match map.next_key::<Name>()? {
                None => Ok(Value::Sealed(Sealed { text })),
                Some(_) => Err(no()),
            },
            _ => Err(no()),
        }
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        let list = Value::List(vec![Value::Text("甲".into()), Value::Null]);
        for value in [
            Value::Null,
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Text("1".into()),
            list,
            Value::Sealed(Sealed::new("1.2.c2VhbGVk")),
        ] {
            let text = serde_json::to_string(&value).unwrap();
            assert_eq!(
                serde_json::from_str::<Value>(&text).unwrap(),
                value,
                "{text}"
            );
        }
    }

    #[test]
    fn what_no_field_holds_is_refused() {
        for text in [
            "1.5",
            "9223372036854775808",
            r#"{"a":"1"}"#,
            r#"{"sealed":"a","b":"c"}"#,
            "{}",
            "[1.5]",
        ] {
            assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
        }
    }
}
