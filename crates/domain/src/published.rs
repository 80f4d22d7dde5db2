//! What customers of a unit are shown of records that do not name them: a notice on the board, an activity to which all may come.
//!
//! A kind says in which states and which fields ([`Published`]); nothing else of the record reaches them, and nothing of a kind that says
//! nothing. It opens no other way to read: [`crate::access::Action::See`] stays what it is. Whoever has read a record may confirm it by a
//! record of another kind, the [`Receipt`], one for each of them.

use crate::name::Name;
use crate::pack::model::Kind;
use crate::record::Record;
use crate::time::Instant;
use crate::value::{Data, Value};

/// What of a kind's records is shown, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// In these states.
    pub states: Vec<Name>,
    /// These fields, and no others; none of them is private.
    pub fields: Vec<Name>,
    pub receipt: Option<Receipt>,
}

/// The kind by which a customer confirms that he has read a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub kind: Name,
    /// Its link to what was read.
    pub of: Name,
    /// Its link to who has read it.
    pub by: Name,
}

/// Whether customers are shown the record, or of it the field.
pub fn is_shown(kind: &Kind, record: &Record, field: Option<&Name>) -> bool {
    let Some(published) = &kind.published else {
        return false;
    };
    published.states.contains(&record.state)
        && !record.doc.void
        && field.is_none_or(|field| published.fields.contains(field))
}

/// What its fields show. A value that was sealed under an earlier version of the pack stays out.
pub fn shown(kind: &Kind, record: &Record) -> Data {
    let Some(published) = &kind.published else {
        return Data::new();
    };
    let data = record.doc.data.iter();
    data.filter(|(name, value)| {
        published.fields.contains(name)
            && kind
                .field(name.as_str())
                .is_some_and(|field| field.sensitive.is_none())
            && !matches!(value, Value::Sealed(_))
    })
    .map(|(name, value)| (name.clone(), value.clone()))
    .collect()
}

/// Since when it is shown: the last step that led to it from where it was not.
pub fn shown_since(kind: &Kind, record: &Record) -> Instant {
    let inside = |state: &Name| {
        let published = kind.published.as_ref();
        published.is_some_and(|published| published.states.contains(state))
    };
    let leads = kind
        .steps
        .values()
        .filter(|step| step.to.as_ref().is_some_and(inside) && !step.from.iter().all(inside));
    let times = leads.filter_map(|step| record.doc.times.get(&step.name));
    times.max().copied().unwrap_or(record.opened_at)
}
