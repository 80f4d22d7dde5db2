//! Parameters of a unit: the pack's defaults and what companies, regions and projects have set, each from a date on (S2.13, S8.4).
//! Whether an override may be set is judged in [`crate::override_rule`].

use crate::id::UnitId;
use crate::name::Name;
use crate::pack::model::{Pack, Parameter, ParameterUnit, ParameterValue};
use crate::time::Instant;
use crate::unit::Attributes;
use std::fmt;

/// A value set for a unit and everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub parameter: Name,
    /// The unit for which it was set.
    pub unit: UnitId,
    pub value: ParameterValue,
    pub from: Instant,
    /// Where it ends, exclusive; `None`: it holds until another takes its place.
    pub until: Option<Instant>,
}

impl Override {
    fn holds(&self, at: Instant) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// What reaches one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// The unit's own first, then its region's, then the company's; within a unit the latest first.
    overrides: Vec<Override>,
    /// Defaults may go by them (`by: {project.level: {5: 10000}}`).
    attributes: Attributes,
}

impl Parameters {
    /// `path` leads from the unit to the top.
    pub fn new(path: &[UnitId], mut overrides: Vec<Override>) -> Self {
        let depth = |unit: &UnitId| path.iter().position(|id| id == unit).unwrap_or(path.len());
        overrides.retain(|set| path.contains(&set.unit));
        overrides.sort_by_key(|set| (depth(&set.unit), std::cmp::Reverse(set.from)));
        Self {
            overrides,
            attributes: Attributes::default(),
        }
    }

    /// Of a unit with these attributes.
    #[must_use]
    pub fn of(self, attributes: Attributes) -> Self {
        Self { attributes, ..self }
    }

    /// Everything that was set for the unit and above it, the unit's own first, the latest first, those of days to come included.
    pub fn all(&self) -> &[Override] {
        &self.overrides
    }

    /// The value set for the unit and in force at an instant; `None`: the pack's default holds.
    pub fn overridden(&self, name: &Name, at: Instant) -> Option<&ParameterValue> {
        self.overrides
            .iter()
            .find(|set| set.parameter == *name && set.holds(at))
            .map(|set| &set.value)
    }

    /// What is in force for a unit without what was set for itself.
    pub fn above(&self, unit: UnitId, name: &Name, at: Instant) -> Option<&ParameterValue> {
        self.overrides
            .iter()
            .filter(|set| set.unit != unit)
            .find(|set| set.parameter == *name && set.holds(at))
            .map(|set| &set.value)
    }

    /// The pack's default for a unit like this one.
    pub fn usual<'a>(&self, parameter: &'a Parameter) -> &'a ParameterValue {
        let case = parameter.by.as_ref().and_then(|(attribute, cases)| {
            let value = match attribute.as_str().split_once('.')?.1 {
                "level" => self.attributes.level.map(|level| level.to_string()),
                "type" => self.attributes.kind.clone(),
                _ => None,
            };
            cases.get(&value?)
        });
        case.unwrap_or(&parameter.default)
    }

    /// The value in force.
    pub fn value<'a>(
        &'a self,
        pack: &'a Pack,
        name: &Name,
        at: Instant,
    ) -> Option<&'a ParameterValue> {
        self.overridden(name, at)
            .or_else(|| Some(self.usual(pack.parameters.get(name)?)))
    }

    /// The value in force where it is not the pack's plain default: what an entry has to say that was decided by it.
    pub fn differing<'a>(
        &'a self,
        pack: &'a Pack,
        name: &Name,
        at: Instant,
    ) -> Option<&'a ParameterValue> {
        let plain = pack.parameters.get(name).map(|known| &known.default);
        match self.overridden(name, at) {
            Some(set) => Some(set),
            None => self.value(pack, name, at).filter(|it| Some(*it) != plain),
        }
    }

    /// What is in force beside the defaults, as a scorecard prints it (S8.4).
    pub fn in_force(&self, at: Instant) -> Vec<&Override> {
        let mut shown: Vec<&Override> = Vec::new();
        for set in self.overrides.iter().filter(|set| set.holds(at)) {
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
