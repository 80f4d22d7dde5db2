//! Units (组织单元): company, region or project in a tree; a record belongs to exactly one.

use crate::id::UnitId;
use crate::time::Zone;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    /// `None` only for a company.
    pub parent: Option<UnitId>,
    pub level: Level,
    /// Part of record numbers; unique in the database.
    pub code: String,
    pub name: String,
    /// Where its days begin (S1.1).
    pub zone: Zone,
    /// What clauses and parameters ask of it.
    pub attributes: Attributes,
    /// Counts changes of who works when.
    pub roster_version: i64,
    /// Counts changes of its parameters.
    pub config_version: i64,
}

/// What kind of place a unit is, as far as rules depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    /// `residential`, `office`, `mall` …, as the pack says.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The level of service that was agreed, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<i64>,
    /// What it has: a pond, a lobby board.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Company,
    Region,
    Project,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Region => "region",
            Self::Project => "project",
        }
    }
}
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No level of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no level of the organisation is called {0}")]
pub struct UnknownLevel(pub String);

impl FromStr for Level {
    type Err = UnknownLevel;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Company, Self::Region, Self::Project]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}
