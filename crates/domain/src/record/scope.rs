//! What an expression sees of a record: its fields, `state`, `facts.…` and fields behind links.

use super::entry::Used;
use super::{Record, TODAY};
use crate::expr::Scope;
use crate::name::Name;
use crate::value::{Data, Value};

/// A record as it will stand once a form has been filled in, with what the entry took from outside.
pub struct RecordScope<'a> {
    data: Option<&'a Data>,
    form: &'a Data,
    state: Option<&'a Name>,
    facts: Option<&'a Data>,
    used: &'a Used,
}

impl<'a> RecordScope<'a> {
    pub fn after(before: Option<&'a Record>, form: &'a Data, used: &'a Used) -> Self {
        Self {
            data: before.map(|record| &record.doc.data),
            form,
            state: before.map(|record| &record.state),
            facts: before.map(|record| &record.doc.facts),
            used,
        }
    }
}

impl Scope for RecordScope<'_> {
    fn get(&self, path: &[Name]) -> Value {
        match path {
            [name] if *name == "state" => self
                .state
                .map_or(Value::Null, |state| Value::Text(state.to_string())),
            [name] if *name == TODAY => self.used.seen.get(TODAY).cloned().unwrap_or_default(),
            [name] => {
                let value = self.form.get(name).or_else(|| self.data?.get(name));
                value.cloned().unwrap_or_default()
            }
            [first, name] if *first == "facts" => {
                let value = self.used.facts.get(name).or_else(|| self.facts?.get(name));
                value.cloned().unwrap_or_default()
            }
            // Fields behind links, and balances.
            path => self
                .used
                .seen
                .get(&spelled(path))
                .cloned()
                .unwrap_or_default(),
        }
    }
}

/// How what an entry saw behind a link is called: `home.state`, `home.balance.fee`.
pub fn spelled(path: &[Name]) -> String {
    let parts: Vec<&str> = path.iter().map(Name::as_str).collect();
    parts.join(".")
}

/// Plain fields and nothing else.
pub struct DataScope<'a>(pub &'a Data);

impl Scope for DataScope<'_> {
    fn get(&self, path: &[Name]) -> Value {
        match path {
            [name] => self.0.get(name).cloned().unwrap_or_default(),
            _ => Value::Null,
        }
    }
}
