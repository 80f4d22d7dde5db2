//! From what a pack says about a due time to a rule of the clock: parameters, choices and fields looked up.
//!
//! It says no time itself: that is for [`crate::clock`], with the calendar and the start.

use super::duties::moment;
use super::entry::Used;
use crate::clock::{CalendarPoint, Rule, Span};
use crate::name::Name;
use crate::pack::model::{DueSpec, Limit, Pack, ParameterValue, PointDay};
use crate::time::Moment;
use crate::value::Data;
use std::collections::BTreeSet;

/// The parameters that a due time names, into `names`.
pub fn parameters_of(due: &DueSpec, names: &mut BTreeSet<Name>) {
    fn of_limit(limit: &Limit, names: &mut BTreeSet<Name>) {
        match limit {
            Limit::Fixed(_) => {}
            Limit::Param(name) => {
                names.insert(name.clone());
            }
            Limit::By { cases, .. } => cases.values().for_each(|limit| of_limit(limit, names)),
        }
    }
    match due {
        DueSpec::Within { limit, .. } | DueSpec::Before { by: limit, .. } => of_limit(limit, names),
        DueSpec::Earliest(list) | DueSpec::Latest(list) => {
            list.iter().for_each(|due| parameters_of(due, names));
        }
        DueSpec::Point {
            day: PointDay::Param(name),
            ..
        } => {
            names.insert(name.clone());
        }
        DueSpec::Field(_) | DueSpec::Point { .. } | DueSpec::PeriodEnd => {}
    }
}

/// Fields whose change moves a duty that is to do: choices of its limits (S2.10) and instants that the record states (S2.9).
pub(super) fn depends_on(due: &DueSpec, field: &Name) -> bool {
    match due {
        DueSpec::Within {
            limit: Limit::By { field: by, .. },
            ..
        } => by == field,
        DueSpec::Field(name) => name == field,
        DueSpec::Earliest(list) | DueSpec::Latest(list) => {
            list.iter().any(|due| depends_on(due, field))
        }
        DueSpec::Within { .. }
        | DueSpec::Before { .. }
        | DueSpec::Point { .. }
        | DueSpec::PeriodEnd => false,
    }
}

/// Values that a rule is resolved with.
pub(super) struct Values<'a> {
    pub(super) pack: &'a Pack,
    pub(super) data: &'a Data,
    pub(super) used: &'a Used,
}

impl Values<'_> {
    fn span(&self, limit: &Limit) -> Option<Span> {
        match limit {
            Limit::Fixed(span) => Some(*span),
            Limit::Param(name) => match self.used.parameters.get(name) {
                Some(text) => text.parse().ok(),
                None => match &self.pack.parameters.get(name)?.default {
                    ParameterValue::Span(span) => Some(*span),
                    _ => None,
                },
            },
            Limit::By { field, cases } => {
                let case = self.data.get(field)?.as_text()?;
                self.span(cases.get(case)?)
            }
        }
    }

    fn day(&self, day: &PointDay) -> Option<u8> {
        match day {
            PointDay::Fixed(day) => Some(*day),
            PointDay::Param(name) => match self.used.parameters.get(name) {
                Some(text) => text.parse().ok(),
                None => match &self.pack.parameters.get(name)?.default {
                    ParameterValue::Number(day) => u8::try_from(*day).ok(),
                    _ => None,
                },
            },
        }
    }

    pub(super) fn moment(&self, field: &Name) -> Option<Moment> {
        moment(self.data.get(field)?)
    }

    /// `None`: the record does not say (yet) what the rule needs; of several rules those are taken that it does say.
    pub(super) fn rule(&self, due: &DueSpec) -> Option<Rule> {
        let all = |list: &[DueSpec]| {
            let rules: Vec<Rule> = list.iter().filter_map(|due| self.rule(due)).collect();
            (!rules.is_empty()).then_some(rules)
        };
        Some(match due {
            DueSpec::Within {
                limit,
                roll,
                until_close,
            } => {
                let rule = Rule::Within {
                    span: self.span(limit)?,
                    until_close: *until_close,
                };
                if *roll {
                    Rule::Rolled(Box::new(rule))
                } else {
                    rule
                }
            }
            DueSpec::Field(field) => Rule::Stated(self.moment(field)?),
            DueSpec::Point { day, of } => Rule::Point(CalendarPoint {
                day: self.day(day)?,
                of: *of,
            }),
            DueSpec::Before { field, by } => Rule::Before {
                planned: self.moment(field)?,
                by: self.span(by)?,
            },
            DueSpec::Earliest(list) => Rule::Earliest(all(list)?),
            DueSpec::Latest(list) => Rule::Latest(all(list)?),
            DueSpec::PeriodEnd => return None,
        })
    }
}
