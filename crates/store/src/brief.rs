//! A record as a line of a list: of its document no more is decoded than the line shows.
//!
//! A list is looked at all day and documents are long; whoever needs the whole reads the record.

use crate::page::Fields;
use crate::record::numbered;
use crate::{Error, Row};
use domain::clock::{Due, Wait};
use domain::holder::Held;
use domain::id::{MemberId, RecordId, TeamId};
use domain::name::Name;
use domain::outcome::Excuse;
use domain::time::Instant;
use domain::value::Data;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// A record as a list shows it.
#[derive(Clone, Debug)]
pub struct Brief {
    pub id: RecordId,
    pub kind: Name,
    pub number: String,
    pub state: Name,
    pub version: i64,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
    pub assignee: Option<MemberId>,
    pub team: Option<TeamId>,
    pub next_due: i64,
    pub doc: BriefDoc,
}

/// The parts of a record's document that lists look at.
#[derive(Clone, Debug, Default)]
pub struct BriefDoc {
    pub data: Data,
    pub links: BTreeMap<Name, RecordId>,
    pub waits: Vec<Wait>,
    /// Duties to do, the most urgent one first.
    pub todo: Vec<BriefTodo>,
    /// How many duties are to do, those that were not read among them.
    pub duties: usize,
    pub void: bool,
}

/// What is read of a document; all that [`BriefDoc`] has room for, unless it says less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// `None`: every field.
    pub fields: Option<Vec<Name>>,
    pub without_links: bool,
    /// Of the duties to do the most urgent one alone.
    pub first_duty: bool,
}

/// A duty to do without its rule.
#[derive(Clone, Debug, Deserialize)]
pub struct BriefTodo {
    pub name: Name,
    #[serde(rename = "n")]
    pub occurrence: u32,
    pub start: Instant,
    pub due: Due,
    pub held: Vec<Held>,
    #[serde(default)]
    pub excuse: Option<Excuse>,
}

pub(crate) const COLUMNS: &str = "record.id, record.kind, record.number, record.state, record.version, record.opened_at, record.closed_at, record.assignee, record.team, record.next_due, record.doc";

pub(crate) fn read(row: &Row<'_>, parts: &Parts) -> Result<Brief, Error> {
    let id = row.get(0)?;
    Ok(Brief {
        id,
        kind: row.get(1)?,
        number: numbered(row.get(2)?, id),
        state: row.get(3)?,
        version: row.get(4)?,
        opened_at: row.get(5)?,
        closed_at: row.get(6)?,
        assignee: row.get(7)?,
        team: row.get(8)?,
        next_due: row.get(9)?,
        doc: row.json_with(10, Document(parts))?,
    })
}

struct Document<'p>(&'p Parts);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = BriefDoc;
    fn deserialize<D: Deserializer<'de>>(self, document: D) -> Result<BriefDoc, D::Error> {
        document.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = BriefDoc;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the document of a record")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BriefDoc, A::Error> {
        let Self(parts) = self;
        let mut doc = BriefDoc::default();
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Data => {
                    doc.data = match &parts.fields {
                        Some(fields) => map.next_value_seed(Fields(fields))?,
                        None => map.next_value()?,
                    }
                }
                Key::Links if !parts.without_links => doc.links = map.next_value()?,
                Key::Waits => doc.waits = map.next_value()?,
                Key::Todo => (doc.todo, doc.duties) = map.next_value_seed(Duties(parts))?,
                Key::Void => doc.void = map.next_value()?,
                Key::Links | Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(doc)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "kebab-case")]
enum Key {
    Data,
    Links,
    Waits,
    Todo,
    Void,
    #[serde(other)]
    Other,
}

struct Duties<'p>(&'p Parts);

impl<'de> DeserializeSeed<'de> for Duties<'_> {
    type Value = (Vec<BriefTodo>, usize);
    fn deserialize<D: Deserializer<'de>>(self, todo: D) -> Result<Self::Value, D::Error> {
        todo.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Duties<'_> {
    type Value = (Vec<BriefTodo>, usize);
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("duties to do")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut todo = Vec::new();
        while !(self.0.first_duty && todo.len() == 1)
            && let Some(next) = seq.next_element()?
        {
            todo.push(next);
        }
        let mut duties = todo.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            duties += 1;
        }
        Ok((todo, duties))
    }
}
