//! Parameters of a unit: the pack's defaults and what companies, regions and projects have set, each from a date on (S2.13, S8.4).

use crate::id::UnitId;
use crate::name::Name;
use crate::pack::model::{Looser, Pack, Parameter, ParameterUnit, ParameterValue};
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

/// Why an override is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unacceptable {
    WrongUnit,
    OutOfBounds,
    /// It loosens a limit and was not set from above (S8.4).
    Loosens,
}

impl Parameter {
    /// Whether somebody of `by_above` (a unit above the one it is for) may set the value.
    ///
    /// # Errors
    /// See [`Unacceptable`].
    pub fn accepts(&self, value: &ParameterValue, by_above: bool) -> Result<(), Unacceptable> {
        let Some(value_size) = size(value, self.unit) else {
            return Err(Unacceptable::WrongUnit);
        };
        if let Some((low, high)) = &self.bounds {
            let inside = size(low, self.unit)
                .zip(size(high, self.unit))
                .is_none_or(|(low, high)| low <= value_size && value_size <= high);
            if !inside {
                return Err(Unacceptable::OutOfBounds);
            }
        }
        let default = size(&self.default, self.unit).unwrap_or(value_size);
        let loosens = match self.looser {
            Looser::Higher => value_size > default,
            Looser::Lower => value_size < default,
            Looser::Neither => false,
        };
        if loosens && !by_above {
            Err(Unacceptable::Loosens)
        } else {
            Ok(())
        }
    }
}

/// A size to compare values of one unit by; `None` for a value of another unit. Texts have no order.
fn size(value: &ParameterValue, unit: ParameterUnit) -> Option<i128> {
    match (unit, value) {
        (ParameterUnit::Duration, ParameterValue::Span(span)) => Some(span.rough_micros()),
        (
            ParameterUnit::BasisPoints | ParameterUnit::Fen | ParameterUnit::Count,
            ParameterValue::Number(number),
        ) => Some(i128::from(*number)),
        (ParameterUnit::Flag, ParameterValue::Flag(flag)) => Some(i128::from(*flag)),
        (ParameterUnit::Text, ParameterValue::Text(_)) => Some(0),
        _ => None,
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
