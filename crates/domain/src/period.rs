//! Civil periods and the windows they cut time into (S1).
//!
//! A window is a period of a unit's own calendar: it begins at 00:00 of its first day in the unit's zone and an instant at 00:00
//! belongs to the window that begins with it. Nothing here knows what is counted in a window.

use crate::clock::Due;
use crate::time::{Day, Instant, Zone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    Day,
    /// ISO: Monday first.
    Week,
    Month,
    Quarter,
    HalfYear,
    Year,
}

impl Period {
    /// The word in packs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half-year",
            Self::Year => "year",
        }
    }
    /// The window that holds the day.
    pub fn containing(self, day: Day) -> Window {
        let first = match self.months() {
            Some(months) => {
                let into = i64::from(day.month() - 1) % months;
                day.plus_days(1 - i64::from(day.day_of_month()))
                    .plus_months(-into)
            }
            None if self == Self::Week => day.plus_days(1 - i64::from(day.weekday())),
            None => day,
        };
        Window {
            period: self,
            first,
        }
    }

    /// The window of an instant (S1.1).
    pub fn of(self, at: Instant, zone: &Zone) -> Window {
        self.containing(zone.day_of(at))
    }

    /// The window that a duty belongs to: the one that holds the last instant before its due time (S1.2).
    pub fn of_due(self, due: Due, zone: &Zone) -> Window {
        self.containing(due.last_day(zone))
    }

    fn months(self) -> Option<i64> {
        match self {
            Self::Day | Self::Week => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::HalfYear => Some(6),
            Self::Year => Some(12),
        }
    }
}

/// One day, week, month … Its label is `2026-03-04`, `2026-W14`, `2026-03`, `2026-Q2`, `2026-H1`, `2026`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    period: Period,
    first: Day,
}

impl Window {
    pub fn period(self) -> Period {
        self.period
    }
    pub fn first(self) -> Day {
        self.first
    }
    /// The last day, inclusive.
    pub fn last(self) -> Day {
        self.next().first.plus_days(-1)
    }
    pub fn next(self) -> Self {
        self.step(1)
    }
    pub fn previous(self) -> Self {
        self.step(-1)
    }
    /// The windows of a shorter period that belong to this one, each to the one that holds its last day (S1.1, S1.2).
    pub fn windows(self, period: Period) -> Vec<Self> {
        let mut windows = Vec::new();
        let mut window = period.containing(self.first());
        while window.last() <= self.last() {
            windows.push(window);
            window = window.next();
        }
        windows
    }
    pub fn contains(self, day: Day) -> bool {
        self.period.containing(day) == self
    }
    /// Number of civil days.
    pub fn days(self) -> i64 {
        self.next().first.since(self.first)
    }
    /// The first instant.
    pub fn begins(self, zone: &Zone) -> Instant {
        zone.start_of(self.first)
    }
    /// Where the next window begins: exclusive.
    pub fn ends(self, zone: &Zone) -> Instant {
        zone.end_of(self.last())
    }
    /// The larger window that this one belongs to: that of its last day (S1.2: a week belongs to the month of its last day).
    pub fn within(self, period: Period) -> Self {
        period.containing(self.last())
    }
    /// Whether this is the last window of its period within the larger one (S1.4, `counts-in: closing-period`).
    pub fn closes(self, period: Period) -> bool {
        self.within(period) != self.next().within(period)
    }

    fn step(self, by: i64) -> Self {
        let first = match self.period.months() {
            Some(months) => self.first.plus_months(by * months),
            None if self.period == Period::Week => self.first.plus_days(7 * by),
            None => self.first.plus_days(by),
        };
        Self { first, ..self }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.period {
            Period::Day => write!(f, "{}", self.first),
            Period::Week => {
                let week = self.first.civil().iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            Period::Month => write!(f, "{year:04}-{month:02}"),
            Period::Quarter => write!(f, "{year:04}-Q{}", (month + 2) / 3),
            Period::HalfYear => write!(f, "{year:04}-H{}", (month + 5) / 6),
            Period::Year => write!(f, "{year:04}"),
        }
    }
}
impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A label that names no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period; write 2026-03-04, 2026-W14, 2026-03, 2026-Q2, 2026-H1 or 2026")]
pub struct NotAPeriod(pub String);

impl FromStr for Window {
    type Err = NotAPeriod;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| NotAPeriod(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Window> {
    if !text.is_ascii() || text.len() < 4 {
        return None;
    }
    let (year, rest) = text.split_at(4);
    let year: i16 = digits(year)?;
    let month_of = |month: i8| Day::new(year, month, 1);
    let (period, first) = match rest.as_bytes() {
        [] => (Period::Year, month_of(1)?),
        [b'-', b'Q', q @ b'1'..=b'4'] => {
            (Period::Quarter, month_of(1 + 3 * (q - b'1').cast_signed())?)
        }
        [b'-', b'H', h @ b'1'..=b'2'] => (
            Period::HalfYear,
            month_of(1 + 6 * (h - b'1').cast_signed())?,
        ),
        [b'-', b'W', _, _] => {
            let week = jiff::civil::ISOWeekDate::new(
                year,
                digits(&rest[2..])?,
                jiff::civil::Weekday::Monday,
            );
            (Period::Week, Day::from_civil(week.ok()?.date()))
        }
        [b'-', _, _] => (Period::Month, month_of(digits(&rest[1..])?)?),
        [b'-', _, _, b'-', _, _] => {
            let (month, day) = (digits(&rest[1..3])?, digits(&rest[4..])?);
            (Period::Day, Day::new(year, month, day)?)
        }
        _ => return None,
    };
    Some(period.containing(first))
}

fn digits<T: FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
