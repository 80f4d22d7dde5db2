//! Map files: how the columns of a file become units, records, teams, members, links and steps.
//!
//! A map is YAML, checked as a whole: unknown keys, columns that are asked for but make no sense, conditions that can never hold are
//! named with line and column, all at once. Whether the kind, its fields and steps exist is for the pack to say, and whether the
//! file has the columns for the file; both are checked before the first row is read. `docs/import.md` describes the format.

mod against;
mod fault;
mod keys;
mod read;
mod tree;
mod yaml;

pub use keys::schema;
pub use yaml::At;

use super::habit::Habit;
use super::source::{Columns, Reading, SourceError};
use domain::name::{Name, Text};
use domain::pack::Fault;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that a map file may have.
pub const MAP_MAX: usize = 1 << 20;

/// A map as checked. Columns are numbers into `columns`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    pub name: Name,
    pub title: Text,
    /// SHA-256 of the text: another map is another import.
    pub digest: [u8; 32],
    /// Names the system that the ids come from, so that two systems never collide.
    pub source: Name,
    pub kind: Name,
    /// Where the kind is named.
    pub place: At,
    pub reading: Reading,
    pub habit: Habit,
    /// Texts that mean "nothing stated", beside the empty one.
    pub blank: BTreeSet<String>,
    /// Every column that the map reads.
    pub columns: Vec<String>,
    /// The source's own id of a record.
    pub id: usize,
    /// Several rows of the same id make one record.
    pub log: Option<Log>,
    pub unit: UnitRule,
    pub open: OpenRule,
    pub steps: Vec<StepRule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// What orders the rows of a record; else they stand as in the file.
    pub order: Option<usize>,
    /// When a row happened, whatever step it makes.
    pub at: usize,
}

/// Which unit a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRule {
    pub from: Take,
    /// The unit of records that state none.
    pub blank: Option<UnitName>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitName {
    pub key: String,
    pub title: Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRule {
    pub at: usize,
    pub by: Option<Take>,
    pub fields: BTreeMap<Name, Fill>,
    /// Link name → column with the other record's source id.
    pub links: BTreeMap<Name, usize>,
    /// Line of the map, for messages.
    pub place: At,
}

/// When a row makes a step, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRule {
    pub step: Name,
    pub when: When,
    pub at: StepTime,
    pub by: Option<Take>,
    pub fields: BTreeMap<Name, Fill>,
    /// Only the fields whose columns changed with this row.
    pub only_changed: bool,
    pub place: At,
}

/// All that is stated must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    pub filled: Vec<usize>,
    pub blank: Vec<usize>,
    pub is: BTreeMap<usize, BTreeSet<String>>,
    pub is_not: BTreeMap<usize, BTreeSet<String>>,
    /// One of these columns states something else than the last that was stated.
    pub changes: Vec<usize>,
    /// None of these does.
    pub unchanged: Vec<usize>,
    /// What a changed column stated before; the empty text is "nothing yet".
    pub from: Option<BTreeSet<String>>,
    pub to: Option<BTreeSet<String>>,
    /// It is, or is not, the record's first row.
    pub first: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTime {
    pub column: usize,
    /// Taken instead, if filled, the last time that the rule applies to a record.
    pub last: Option<usize>,
}

/// A text out of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    pub parts: Vec<Part>,
    pub values: Option<Values>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Column(usize),
    Text(String),
}

/// The source's words and ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    pub of: BTreeMap<String, String>,
    /// Key `"*"`: for every other value; the word `{value}` keeps it.
    pub others: Option<String>,
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    pub take: Take,
    pub convert: Convert,
    /// Used where the source states nothing.
    pub default: Option<String>,
    pub required: bool,
    /// Only the last time that the rule applies to a record: for a column that repeats on every row what became true in the end.
    pub last: bool,
    pub place: At,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Convert {
    Text,
    Whole,
    YesNo,
    /// Yuan with up to two decimals, as fen.
    Fen,
    /// Percent with up to two decimals, as basis points.
    BasisPoints,
    Day,
    Instant,
    Moment,
    /// A list, parted by this.
    List(String),
    Member,
    Team {
        department: Option<Box<Take>>,
    },
}

impl Map {
    /// Reads and checks a map; `file` is named in its faults.
    ///
    /// # Errors
    /// Every fault, in the order of lines.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        read::map(file, text)
    }

    /// For each column of the map its place in a file; every missing one is named.
    pub fn bind(&self, file: &str, columns: &Columns) -> Result<Vec<usize>, SourceError> {
        let found: Vec<Option<usize>> = self
            .columns
            .iter()
            .map(|name| columns.index_of(name))
            .collect();
        let missing: Vec<String> = self
            .columns
            .iter()
            .zip(&found)
            .filter(|(_, place)| place.is_none())
            .map(|(name, _)| name.clone())
            .collect();
        if missing.is_empty() {
            return Ok(found.into_iter().flatten().collect());
        }
        Err(SourceError::ColumnsMissing {
            file: file.into(),
            missing,
            has: columns.names().to_vec(),
        })
    }

    pub fn column(&self, index: usize) -> &str {
        self.columns.get(index).map_or("", String::as_str)
    }
}

pub(super) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
