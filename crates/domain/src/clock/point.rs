//! "By the 5th of next month", "by the 15th of the first month of the quarter" (S2.8).

use crate::period::Period;
use crate::time::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A day of a month that is named by where the start lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CalendarPoint {
    /// 1 to 31; past the month's end it is the month's last day, as in S2.6.
    pub day: u8,
    pub of: PointOf,
}

/// `this-month`, `next-month`, `{first|last}-month-of-{quarter|half-year|year}`, `{first|last}-month-of-next-{quarter|half-year|year}`.
/// `this-quarter`, `next-quarter`, `this-year`, `next-year` are short for their first months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PointOf {
    pub period: Period,
    /// Of the period after the one that holds the start.
    pub next: bool,
    /// The last month of the period, not its first.
    pub last: bool,
}

/// A name that is no calendar point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no month of a calendar point; write this-month, next-month, first-month-of-quarter, last-month-of-next-year …"
)]
pub struct WrongPoint(pub String);

impl CalendarPoint {
    /// The day meant, seen from the day of the start.
    pub fn seen_from(self, start: Day) -> Day {
        let window = self.of.period.containing(start);
        let window = if self.of.next { window.next() } else { window };
        let month = if self.of.last {
            window.last()
        } else {
            window.first()
        };
        let last = month.last_of_month();
        let day = i64::from(self.day).clamp(1, last.day_of_month().into());
        last.plus_days(day - i64::from(last.day_of_month()))
    }
}

impl fmt::Display for PointOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = if self.next { "next-" } else { "" };
        let end = if self.last { "last" } else { "first" };
        match self.period {
            Period::Quarter => write!(f, "{end}-month-of-{next}quarter"),
            Period::HalfYear => write!(f, "{end}-month-of-{next}half-year"),
            Period::Year => write!(f, "{end}-month-of-{next}year"),
            _ => f.write_str(if self.next {
                "next-month"
            } else {
                "this-month"
            }),
        }
    }
}

impl FromStr for PointOf {
    type Err = WrongPoint;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || WrongPoint(text.to_owned());
        let first = |period, next| Self {
            period,
            next,
            last: false,
        };
        let (last, rest) = match text {
            "this-month" => return Ok(first(Period::Month, false)),
            "next-month" => return Ok(first(Period::Month, true)),
            "this-quarter" => return Ok(first(Period::Quarter, false)),
            "next-quarter" => return Ok(first(Period::Quarter, true)),
            "this-year" => return Ok(first(Period::Year, false)),
            "next-year" => return Ok(first(Period::Year, true)),
            _ => match (
                text.strip_prefix("first-month-of-"),
                text.strip_prefix("last-month-of-"),
            ) {
                (Some(rest), _) => (false, rest),
                (_, Some(rest)) => (true, rest),
                _ => return Err(wrong()),
            },
        };
        let (next, period) = match rest.strip_prefix("next-") {
            Some(period) => (true, period),
            None => (false, rest),
        };
        let period = match period {
            "quarter" => Period::Quarter,
            "half-year" => Period::HalfYear,
            "year" => Period::Year,
            _ => return Err(wrong()),
        };
        Ok(Self { period, next, last })
    }
}

impl Serialize for PointOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for PointOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S2.8
    #[test]
    fn points_name_a_day_seen_from_the_start() {
        for (day, of, start, expected) in [
            (5, "next-month", "2026-03-31", "2026-04-05"),
            (15, "first-month-of-quarter", "2026-05-20", "2026-04-15"),
            (
                15,
                "first-month-of-next-quarter",
                "2026-05-20",
                "2026-07-15",
            ),
            (31, "this-month", "2026-02-03", "2026-02-28"),
            (31, "last-month-of-year", "2026-02-03", "2026-12-31"),
            (10, "first-month-of-next-year", "2026-12-31", "2027-01-10"),
            (1, "last-month-of-half-year", "2026-07-01", "2026-12-01"),
        ] {
            let point = CalendarPoint {
                day,
                of: of.parse().unwrap(),
            };
            assert_eq!(point.of.to_string(), of);
            assert_eq!(
                point.seen_from(start.parse().unwrap()),
                expected.parse().unwrap(),
                "{of}"
            );
        }
        assert!("second-month-of-quarter".parse::<PointOf>().is_err());
    }
}
