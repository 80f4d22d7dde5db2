//! Working days and opening hours.
//!
//! Years are data: a calendar answers for the years that it was given and for no other, and a question outside them is an error
//! that names the year, never a guess (S2.14). Nothing here reads a file.

use crate::name::{Name, Text};
use crate::time::{Day, Instant, Zone};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Statutory holidays and make-up working days; any other day of a covered year is work Monday to Friday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDays {
    pub name: Name,
    /// Counts up with every notice; a duty keeps the version in force when it opened (S2.13).
    pub version: u32,
    years: BTreeSet<i16>,
    /// `true`: a make-up working day; `false`: off.
    listed: BTreeMap<Day, bool>,
}

/// A day for which no calendar data exist (S2.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no calendar data for the year {year}")]
pub struct NoCalendarData {
    pub year: i16,
}

/// A day that one calendar lists both as off and as work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is listed both as off and as work")]
pub struct ListedTwice(pub Day);

impl SpecialDays {
    /// A calendar without any year: every question about a working day is an error.
    pub fn none() -> Self {
        Self {
            name: Name::from("none"),
            version: 0,
            years: BTreeSet::new(),
            listed: BTreeMap::new(),
        }
    }

    /// `years` are those that the notices cover whole; a day listed outside them (a notice names days of the December before)
    /// is kept and answers once its own year is covered.
    ///
    /// # Errors
    /// A day in both lists.
    pub fn new(
        name: Name,
        version: u32,
        years: impl IntoIterator<Item = i16>,
        off: impl IntoIterator<Item = Day>,
        work: impl IntoIterator<Item = Day>,
    ) -> Result<Self, ListedTwice> {
        let mut listed: BTreeMap<Day, bool> = off.into_iter().map(|day| (day, false)).collect();
        for day in work {
            if listed.insert(day, true) == Some(false) {
                return Err(ListedTwice(day));
            }
        }
        Ok(Self {
            name,
            version,
            years: years.into_iter().collect(),
            listed,
        })
    }

    /// The years that have data.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.iter().copied()
    }

    /// # Errors
    /// The year of the day has no data.
    pub fn is_workday(&self, day: Day) -> Result<bool, NoCalendarData> {
        if !self.years.contains(&day.year()) {
            return Err(NoCalendarData { year: day.year() });
        }
        let listed = self.listed.get(&day).copied();
        Ok(listed.unwrap_or(day.weekday() <= 5))
    }

    /// The day after `count` working days; counting starts the day after `day` (S2.4), backwards if negative. 0 is the day itself.
    ///
    /// # Errors
    /// The count leaves the years that have data.
    pub fn add_workdays(&self, day: Day, count: i64) -> Result<Day, NoCalendarData> {
        let (mut day, mut left) = (day, count.unsigned_abs());
        while left > 0 {
            day = day.plus_days(count.signum());
            left -= u64::from(self.is_workday(day)?);
        }
        Ok(day)
    }

    /// The day itself if it is a working day, else the next one (S2.3).
    ///
    /// # Errors
    /// The search leaves the years that have data.
    pub fn next_workday(&self, mut day: Day) -> Result<Day, NoCalendarData> {
        while !self.is_workday(day)? {
            day = day.plus_days(1);
        }
        Ok(day)
    }
}

/// Days of a rhythm that count: those on which people work, or those on which they rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Make-up working days included.
    Workdays,
    Restdays,
}

impl DayKind {
    /// # Errors
    /// The year of the day has no data.
    pub fn admits(self, special: &SpecialDays, day: Day) -> Result<bool, NoCalendarData> {
        Ok(special.is_workday(day)? == (self == Self::Workdays))
    }
}

impl std::fmt::Display for DayKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Workdays => "workdays",
            Self::Restdays => "restdays",
        })
    }
}

/// Which days an opening is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenDays {
    /// Working days, make-up days included; needs `SpecialDays`.
    Workdays,
    /// Days of rest; needs `SpecialDays`.
    Restdays,
    /// These weekdays, 1 for Monday to 7 for Sunday, holiday or not.
    Weekdays(BTreeSet<i8>),
    Every,
}

/// Periods of the day on some days, in minutes after midnight, `to` at most 1440 and exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub days: OpenDays,
    pub periods: Vec<(u16, u16)>,
}

/// Opening hours: several periods a day, for several classes of days; where classes meet, their periods are joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Opening>", into = "Vec<Opening>")]
pub struct WorkingHours {
    openings: Vec<Opening>,
}

/// Opening hours that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongHours {
    #[error("a period ends at or before its beginning, or after 24:00 ({from} to {to} minutes)")]
    Period { from: u16, to: u16 },
    #[error("weekday {0} is not one of 1 (Monday) to 7 (Sunday)")]
    Weekday(i8),
    #[error("no opening period at all")]
    NeverOpen,
}

impl WrongHours {
    pub fn text(self) -> Text {
        let zh = match self {
            Self::Period { from, to } => format!(
                "时段 {}–{} 不成立：结束须晚于开始，且不超过 24:00",
                hhmm(from),
                hhmm(to)
            ),
            Self::Weekday(day) => format!("星期 {day} 不存在：1 为周一，7 为周日"),
            Self::NeverOpen => "没有任何开放时段".to_owned(),
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}

pub(crate) fn hhmm(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

impl WorkingHours {
    /// # Errors
    /// A period that is empty or leaves the day, a weekday that does not exist, no period at all.
    pub fn new(openings: Vec<Opening>) -> Result<Self, WrongHours> {
        for opening in &openings {
            if let Some(&(from, to)) = opening
                .periods
                .iter()
                .find(|(from, to)| from >= to || *to > 1440)
            {
                return Err(WrongHours::Period { from, to });
            }
            if let OpenDays::Weekdays(days) = &opening.days
                && let Some(&day) = days.iter().find(|day| !(1..=7).contains(*day))
            {
                return Err(WrongHours::Weekday(day));
            }
        }
        let opens = |opening: &Opening| {
            let some_day = !matches!(&opening.days, OpenDays::Weekdays(days) if days.is_empty());
            some_day && !opening.periods.is_empty()
        };
        if !openings.iter().any(opens) {
            return Err(WrongHours::NeverOpen);
        }
        Ok(Self { openings })
    }

    /// The periods in which the day is open, in minutes after midnight, in order and apart.
    ///
    /// # Errors
    /// The answer depends on whether it is a working day and its year has no data.
    pub fn periods_of(
        &self,
        day: Day,
        special: &SpecialDays,
    ) -> Result<Vec<(u16, u16)>, NoCalendarData> {
        let mut periods = Vec::new();
        for opening in &self.openings {
            let applies = match &opening.days {
                OpenDays::Workdays => special.is_workday(day)?,
                OpenDays::Restdays => !special.is_workday(day)?,
                OpenDays::Weekdays(days) => days.contains(&day.weekday()),
                OpenDays::Every => true,
            };
            if applies {
                periods.extend_from_slice(&opening.periods);
            }
        }
        periods.sort_unstable();
        let mut joined: Vec<(u16, u16)> = Vec::with_capacity(periods.len());
        for (from, to) in periods {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Ok(joined)
    }

    /// The same as instants: half-open intervals.
    ///
    /// # Errors
    /// As `periods_of`.
    pub fn intervals_of(
        &self,
        day: Day,
        special: &SpecialDays,
        zone: &Zone,
    ) -> Result<Vec<(Instant, Instant)>, NoCalendarData> {
        let periods = self.periods_of(day, special)?;
        Ok(periods
            .into_iter()
            .map(|(from, to)| (zone.at_minute(day, from), zone.at_minute(day, to)))
            .filter(|(from, to)| from < to)
            .collect())
    }
}

impl TryFrom<Vec<Opening>> for WorkingHours {
    type Error = WrongHours;
    fn try_from(openings: Vec<Opening>) -> Result<Self, Self::Error> {
        Self::new(openings)
    }
}
impl From<WorkingHours> for Vec<Opening> {
    fn from(hours: WorkingHours) -> Self {
        hours.openings
    }
}
