//! Pages of lists: what a line shows of a record, and no more of its document than that.
//!
//! A list is looked at all day and a document is long, so nothing else of it is decoded; whoever needs the whole reads the record.

use crate::query::Query;
use crate::record::Filter;
use crate::{Error, Owned, Row, Tx};
use domain::clock::Due;
use domain::holder::{Held, Holder};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::time::Instant;
use domain::value::{Data, Value};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A record as a line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: RecordId,
    pub kind: Name,
    pub number: String,
    pub state: Name,
    pub version: i64,
    pub opened_at: Instant,
    /// Of its fields those that were asked for.
    pub data: Data,
    /// The most urgent of its duties to do.
    pub next: Option<Next>,
}

/// A duty to do, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    pub duty: Name,
    pub due: Due,
    pub holder: Holder,
}

/// A page of the open records of a unit with these fields, by their next due time; those without a duty to do come last.
pub fn open(
    tx: &mut Tx<'_>,
    unit: UnitId,
    filter: &Filter,
    fields: &[Name],
    limit: i64,
) -> Result<Vec<Line>, Error> {
    let mut query = Query::new(
        "select id, kind, number, state, version, opened_at, doc from record where open = 1".into(),
    );
    filter.apply(&mut query, unit);
    query.end("order by next_due, id limit ?", Owned::Int(limit));
    query.all(tx, |row| line(row, fields))
}

fn line(row: &Row<'_>, fields: &[Name]) -> Result<Line, Error> {
    let shown = row.json_with(6, Shown(fields))?;
    Ok(Line {
        id: row.get(0)?,
        kind: row.get(1)?,
        number: row.get(2)?,
        state: row.get(3)?,
        version: row.get(4)?,
        opened_at: row.get(5)?,
        data: shown.0,
        next: shown.1,
    })
}

/// Reads the fields asked for and the first duty to do out of a document, and passes over everything else.
struct Shown<'f>(&'f [Name]);

impl<'de> DeserializeSeed<'de> for Shown<'_> {
    type Value = (Data, Option<Next>);
    fn deserialize<D: Deserializer<'de>>(self, document: D) -> Result<Self::Value, D::Error> {
        document.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Shown<'_> {
    type Value = (Data, Option<Next>);
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the document of a record")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut shown = (Data::new(), None);
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Data => shown.0 = map.next_value_seed(Fields(self.0))?,
                Key::Todo => shown.1 = map.next_value::<First>()?.0,
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(shown)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "kebab-case")]
enum Key {
    Data,
    Todo,
    #[serde(other)]
    Other,
}

pub(crate) struct Fields<'f>(pub(crate) &'f [Name]);

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = Data;
    fn deserialize<D: Deserializer<'de>>(self, data: D) -> Result<Data, D::Error> {
        data.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Data;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fields")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut data = Data::new();
        while let Some(wanted) = map.next_key_seed(Wanted(self.0))? {
            match wanted {
                Some(name) => drop(data.insert(name.clone(), map.next_value::<Value>()?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(data)
    }
}

/// The name that a key is, if it is one of those wanted.
struct Wanted<'f>(&'f [Name]);

impl<'de, 'f> DeserializeSeed<'de> for Wanted<'f> {
    type Value = Option<&'f Name>;
    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl<'f> Visitor<'_> for Wanted<'f> {
    type Value = Option<&'f Name>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }
    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|name| name.as_str() == key))
    }
}

/// The first of the duties to do, which are kept in the order of their due time.
struct First(Option<Next>);

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(todo: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = First;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("duties to do")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<First, A::Error> {
                let first = seq.next_element::<Brief>()?;
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(First(first.map(|brief| {
                    Next {
                        duty: brief.name,
                        due: brief.due,
                        holder: brief
                            .held
                            .into_iter()
                            .next_back()
                            .map_or(Holder::Unit, |held| held.holder),
                    }
                })))
            }
        }
        todo.deserialize_seq(Reader)
    }
}

#[derive(Deserialize)]
struct Brief {
    name: Name,
    due: Due,
    held: Vec<Held>,
}
