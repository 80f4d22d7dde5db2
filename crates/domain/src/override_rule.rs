//! Overrides of parameters (S8.4): who may set one, within which bounds, from when, and what is printed.

use crate::name::Text;
use crate::pack::model::{Looser, Parameter, ParameterValue};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Where an override that loosens is printed.
pub const PRINTED_ON: [Printed; 2] = [Printed::Scorecard, Printed::Ranking];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Printed {
    Scorecard,
    Ranking,
}

/// Which unit sets an override, seen from the one that it binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setter {
    Itself,
    Above,
    /// Neither the unit nor above it.
    Elsewhere,
}

/// An override as somebody asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub parameter: &'a Parameter,
    pub value: &'a ParameterValue,
    /// What holds for the unit without any override of its own.
    pub inherited: &'a ParameterValue,
    pub setter: Setter,
    pub from: Instant,
    pub now: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// In favour of the one who is scored; printed on [`PRINTED_ON`].
    pub loosens: bool,
}

impl Accepted {
    pub fn printed_on(self) -> &'static [Printed] {
        if self.loosens { &PRINTED_ON } else { &[] }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    #[error("the value is outside the bounds that the pack sets")]
    Bounds,
    #[error("the value is of another unit than the parameter; days and hours are not compared")]
    Unit,
    #[error("an override takes effect from a date, never backwards")]
    Backwards,
    #[error("an override that loosens is set by a unit above the one it scores")]
    LoosensItself,
    #[error("a unit sets parameters for itself and for those below it")]
    Elsewhere,
    #[error("calendars belong to the company or a region")]
    ProjectCalendar,
}

impl OverrideError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Bounds => "override.bounds",
            Self::Unit => "override.unit",
            Self::Backwards => "override.backwards",
            Self::LoosensItself => "override.loosens-itself",
            Self::Elsewhere => "override.elsewhere",
            Self::ProjectCalendar => "override.project-calendar",
        }
    }
    pub fn text(self) -> Text {
        let zh = match self {
            Self::Bounds => "数值超出规则包规定的范围",
            Self::Unit => "数值与参数的单位不符；日与小时不作比较",
            Self::Backwards => "参数调整自某日起生效，不得追溯",
            Self::LoosensItself => "放宽的调整须由被考核单位的上级设定",
            Self::Elsewhere => "单位只能为本单位及下级设定参数",
            Self::ProjectCalendar => "日历由公司或区域设定",
        };
        Text {
            zh: zh.into(),
            en: self.to_string(),
        }
    }
}

/// Takes or refuses an override. Whether it loosens is seen against what the unit would inherit, so that nobody loosens by taking back his
/// own tightening.
pub fn judge(asked: &Asked<'_>) -> Result<Accepted, OverrideError> {
    if asked.setter == Setter::Elsewhere {
        return Err(OverrideError::Elsewhere);
    }
    if let Some((least, most)) = &asked.parameter.bounds {
        let below = compared(asked.value, least)? == Ordering::Less;
        if below || compared(asked.value, most)? == Ordering::Greater {
            return Err(OverrideError::Bounds);
        }
    }
    if asked.from < asked.now {
        return Err(OverrideError::Backwards);
    }
    let change = compared(asked.value, asked.inherited)?;
    let loosens = match asked.parameter.looser {
        Looser::Higher => change == Ordering::Greater,
        Looser::Lower => change == Ordering::Less,
        Looser::Neither => false,
    };
    if loosens && asked.setter == Setter::Itself {
        return Err(OverrideError::LoosensItself);
    }
    Ok(Accepted { loosens })
}

/// Values are compared within one way of counting: 24 hours are neither more nor less than one day (S2.2).
fn compared(a: &ParameterValue, b: &ParameterValue) -> Result<Ordering, OverrideError> {
    match (a, b) {
        (ParameterValue::Number(a), ParameterValue::Number(b)) => Ok(a.cmp(b)),
        (ParameterValue::Flag(a), ParameterValue::Flag(b)) => Ok(a.cmp(b)),
        (ParameterValue::Text(a), ParameterValue::Text(b)) => Ok(a.cmp(b)),
        (ParameterValue::Span(a), ParameterValue::Span(b))
            if std::mem::discriminant(a) == std::mem::discriminant(b) =>
        {
            Ok(a.cmp(b))
        }
        _ => Err(OverrideError::Unit),
    }
}

/// S8.4: calendars belong to company or region.
pub fn may_set_calendar(is_project: bool) -> Result<(), OverrideError> {
    if is_project {
        Err(OverrideError::ProjectCalendar)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;
    use crate::pack::model::ParameterUnit;

    fn minutes(minutes: u32) -> ParameterValue {
        ParameterValue::Span(Span::minutes(minutes))
    }

    fn parameter() -> Parameter {
        Parameter {
            name: "repair.send.normal".into(),
            title: Text::default(),
            unit: ParameterUnit::Duration,
            default: minutes(5),
            bounds: Some((minutes(3), minutes(15))),
            by: None,
            looser: Looser::Higher,
        }
    }

    fn judged(value: ParameterValue, setter: Setter, from: i64) -> Result<bool, OverrideError> {
        let accepted = judge(&Asked {
            parameter: &parameter(),
            value: &value,
            inherited: &minutes(5),
            setter,
            from: Instant::from_micros(from),
            now: Instant::from_micros(10),
        });
        accepted.map(|accepted| accepted.loosens)
    }

    /// S8.4
    #[test]
    fn s8_4_what_loosens_comes_from_above_and_within_bounds() {
        use Setter::{Above, Elsewhere, Itself};
        assert_eq!(judged(minutes(10), Above, 10), Ok(true));
        assert_eq!(
            judged(minutes(10), Itself, 10),
            Err(OverrideError::LoosensItself)
        );
        assert_eq!(judged(minutes(20), Above, 10), Err(OverrideError::Bounds));
        assert_eq!(judged(minutes(2), Above, 10), Err(OverrideError::Bounds));
        assert_eq!(judged(minutes(15), Above, 10), Ok(true));
        assert_eq!(judged(minutes(4), Itself, 10), Ok(false));
        assert_eq!(judged(minutes(5), Itself, 10), Ok(false));
        assert_eq!(
            judged(minutes(4), Elsewhere, 10),
            Err(OverrideError::Elsewhere)
        );
        assert_eq!(judged(minutes(4), Itself, 9), Err(OverrideError::Backwards));
        let day = ParameterValue::Span(Span::Days(1));
        assert_eq!(judged(day, Above, 10), Err(OverrideError::Unit));
    }

    /// S8.4: a share is looser the lower it is.
    #[test]
    fn s8_4_the_looser_way_is_the_parameters() {
        let parameter = Parameter {
            unit: ParameterUnit::BasisPoints,
            default: ParameterValue::Number(9_500),
            bounds: None,
            looser: Looser::Lower,
            ..parameter()
        };
        let judged = |value, setter| {
            judge(&Asked {
                parameter: &parameter,
                value: &ParameterValue::Number(value),
                inherited: &ParameterValue::Number(9_500),
                setter,
                from: Instant::from_micros(0),
                now: Instant::from_micros(0),
            })
        };
        assert_eq!(
            judged(9_000, Setter::Itself),
            Err(OverrideError::LoosensItself)
        );
        let loose = judged(9_000, Setter::Above).unwrap();
        assert_eq!(loose.printed_on(), [Printed::Scorecard, Printed::Ranking]);
        let tight = judged(9_800, Setter::Itself).unwrap();
        assert_eq!(tight.printed_on(), []);
    }

    /// S8.4: calendars belong to company or region.
    #[test]
    fn s8_4_a_project_sets_no_calendar() {
        assert_eq!(may_set_calendar(true), Err(OverrideError::ProjectCalendar));
        assert_eq!(may_set_calendar(false), Ok(()));
    }
}
