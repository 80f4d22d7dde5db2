//! Parameters of a unit: the pack's defaults and what companies, regions and projects have set, each from a date on (S2.13, S8.4).
//! Whether an override may be set is judged in [`crate::override_rule`].

use crate::id::UnitId;
use crate::name::Name;
use crate::pack::model::{Pack, ParameterUnit, ParameterValue};
use crate::time::Instant;
use std::fmt;

/// A value set for a unit and everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub parameter: Name,
    /// The unit for which it was set.
    pub unit: UnitId,
    pub value: ParameterValue,
    pub from: Instant,
}

/// The overrides that reach one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// The unit's own first, then its region's, then the company's; within a unit the latest first.
    overrides: Vec<Override>,
}

impl Parameters {
    /// `path` leads from the unit to the top.
    pub fn new(path: &[UnitId], mut overrides: Vec<Override>) -> Self {
        let depth = |unit: &UnitId| path.iter().position(|id| id == unit).unwrap_or(path.len());
        overrides.retain(|set| path.contains(&set.unit));
        overrides.sort_by_key(|set| (depth(&set.unit), std::cmp::Reverse(set.from)));
        Self { overrides }
    }

    /// The value set for the unit and in force at an instant; `None`: the pack's default holds.
    pub fn overridden(&self, name: &Name, at: Instant) -> Option<&ParameterValue> {
        self.overrides
            .iter()
            .find(|set| set.parameter == *name && set.from <= at)
            .map(|set| &set.value)
    }

    /// What is in force for a unit without what was set for itself.
    pub fn above(&self, unit: UnitId, name: &Name, at: Instant) -> Option<&ParameterValue> {
        self.overrides
            .iter()
            .filter(|set| set.unit != unit)
            .find(|set| set.parameter == *name && set.from <= at)
            .map(|set| &set.value)
    }

    /// The value in force.
    pub fn value<'a>(
        &'a self,
        pack: &'a Pack,
        name: &Name,
        at: Instant,
    ) -> Option<&'a ParameterValue> {
        self.overridden(name, at).or_else(|| {
            pack.parameters
                .get(name)
                .map(|parameter| &parameter.default)
        })
    }

    /// What is in force beside the defaults, as a scorecard prints it (S8.4).
    pub fn in_force(&self, at: Instant) -> Vec<&Override> {
        let mut shown: Vec<&Override> = Vec::new();
        for set in self.overrides.iter().filter(|set| set.from <= at) {
            if shown.iter().all(|other| other.parameter != set.parameter) {
                shown.push(set);
            }
        }
        shown
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => span.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl ParameterValue {
    /// Reads what `Display` wrote, for a parameter of that unit.
    pub fn parse(unit: ParameterUnit, text: &str) -> Option<Self> {
        match unit {
            ParameterUnit::Duration => text.parse().ok().map(Self::Span),
            ParameterUnit::BasisPoints | ParameterUnit::Fen | ParameterUnit::Count => {
                text.parse().ok().map(Self::Number)
            }
            ParameterUnit::Flag => text.parse().ok().map(Self::Flag),
            ParameterUnit::Text => Some(Self::Text(text.to_owned())),
        }
    }
}
