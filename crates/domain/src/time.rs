//! Instants, days and zones; `jiff` stays behind this door.
//!
//! An `Instant` is UTC microseconds and nothing else; a `Day` is a civil date. Nothing here asks what time it is.

use jiff::{Timestamp, civil, tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// UTC microseconds since 1970 (S0.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// Saturating: an instant out of range is never compared with a real one.
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
    /// Microseconds from `earlier` to `self`, negative if it is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
    /// RFC 3339 with the zone's offset and microseconds, as the API shows it.
    pub fn in_zone(self, zone: &Zone) -> String {
        let at = self.timestamp();
        // Not by a pattern: a list shows some two hundred of them.
        format!("{:.6}", at.display_with_offset(zone.tz.to_offset(at)))
    }
}
impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.timestamp())
    }
}
/// RFC 3339 with an offset.
impl FromStr for Instant {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Timestamp>().map(|t| Self(t.as_microsecond()))
    }
}

/// A civil date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

impl Day {
    /// A Monday that begins a month, a quarter and a year: where a rhythm counts from that names no day of its own.
    pub const RHYTHM: Self = Self(civil::Date::constant(2001, 1, 1));

    /// `None` where the calendar has no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }
    pub fn civil(self) -> civil::Date {
        self.0
    }
    pub fn from_civil(date: civil::Date) -> Self {
        Self(date)
    }
    pub fn year(self) -> i16 {
        self.0.year()
    }
    pub fn month(self) -> i8 {
        self.0.month()
    }
    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }
    /// 1 for Monday to 7 for Sunday.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }
    pub fn last_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }
    /// The day so many days later, earlier if negative; stops at the ends of the civil calendar.
    pub fn plus_days(self, days: i64) -> Self {
        Self(
            self.0
                .saturating_add(jiff::Span::new().days(days.clamp(-MOST_DAYS, MOST_DAYS))),
        )
    }
    /// The same day of the month so many months later, or that month's last day (S2.6).
    pub fn plus_months(self, months: i64) -> Self {
        Self(
            self.0
                .saturating_add(jiff::Span::new().months(months.clamp(-MOST_MONTHS, MOST_MONTHS))),
        )
    }
    /// Days from `earlier` to `self`, negative if it is later.
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).get_days().into()
    }
}

const MOST_DAYS: i64 = 4_000_000;
const MOST_MONTHS: i64 = 120_000;
impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day; write 2026-03-04")]
pub struct NotADay(pub String);

/// `2026-03-04` and nothing else: a text with a time is an instant, not a day (S2.12).
impl FromStr for Day {
    type Err = NotADay;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotADay(text.to_owned());
        if text.len() != 10 {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }
}
impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a form states: an instant, or a day without a time (S2.9, S2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    At(Instant),
    On(Day),
}

/// A text that is neither an instant nor a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an instant (2026-03-04T08:00:00+08:00) nor a day (2026-03-04)")]
pub struct NotAMoment(pub String);

impl FromStr for Moment {
    type Err = NotAMoment;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = text.parse().map(Self::On).ok();
        let moment = day.or_else(|| text.parse().map(Self::At).ok());
        moment.ok_or_else(|| NotAMoment(text.to_owned()))
    }
}

/// What holds since when: versions of a calendar, values of a parameter. A duty keeps what held when it opened (S2.13).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since<T>(Vec<(Instant, T)>);

impl<T> Since<T> {
    /// In any order; of two from the same instant the later in the list holds.
    pub fn new(values: impl IntoIterator<Item = (Instant, T)>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by_key(|(from, _)| *from);
        Self(values)
    }
    /// What held at the instant; a value holds from its own instant on.
    pub fn at(&self, at: Instant) -> Option<&T> {
        let after = self.0.partition_point(|(from, _)| *from <= at);
        after.checked_sub(1).map(|index| &self.0[index].1)
    }
}

/// A time zone by its IANA name, from the data that ships with the program (S0.1: the same everywhere).
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    tz: tz::TimeZone,
}
impl Zone {
    pub fn named(name: &str) -> Option<Self> {
        tz::TimeZone::get(name).ok().map(|tz| Self { tz })
    }
    /// Asia/Shanghai, the default of S1.1.
    pub fn shanghai() -> Self {
        Self::named("Asia/Shanghai").unwrap_or(Self {
            tz: tz::TimeZone::fixed(tz::offset(8)),
        })
    }
    pub fn name(&self) -> &str {
        self.tz.iana_name().unwrap_or("UTC")
    }
    pub fn tz(&self) -> &tz::TimeZone {
        &self.tz
    }
    /// The civil day that holds the instant; 00:00 belongs to the day that begins with it (S1.1).
    pub fn day_of(&self, at: Instant) -> Day {
        Day(at.timestamp().to_zoned(self.tz.clone()).date())
    }
    /// The first instant of a day, also where a change of the clocks skips midnight.
    pub fn start_of(&self, day: Day) -> Instant {
        match day.0.to_zoned(self.tz.clone()) {
            Ok(zoned) => Instant(zoned.timestamp().as_microsecond()),
            Err(_) => Instant(if day.0.year() < 1970 {
                i64::MIN
            } else {
                i64::MAX
            }),
        }
    }
    /// Where the day ends and the next begins: exclusive.
    pub fn end_of(&self, day: Day) -> Instant {
        self.start_of(day.plus_days(1))
    }
    /// The instant at which clocks show so many minutes after midnight; 1440 is the end of the day.
    /// A time that a change of the clocks skips stands for the same distance after it.
    pub fn at_minute(&self, day: Day, minute: u16) -> Instant {
        let (day, minute) = (day.plus_days(i64::from(minute / 1440)), minute % 1440);
        let (hour, minute) = (
            (minute / 60).to_le_bytes()[0],
            (minute % 60).to_le_bytes()[0],
        );
        let wall = day.0.at(hour.cast_signed(), minute.cast_signed(), 0, 0);
        match wall.to_zoned(self.tz.clone()) {
            Ok(zoned) => Instant(zoned.timestamp().as_microsecond()),
            Err(_) => self.start_of(day),
        }
    }
    /// Minutes that clocks show after midnight, rounded down.
    pub fn minute_of(&self, at: Instant) -> u16 {
        let time = at.timestamp().to_zoned(self.tz.clone()).time();
        u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
    }
    /// The civil day of a moment.
    pub fn day_of_moment(&self, moment: Moment) -> Day {
        match moment {
            Moment::At(at) => self.day_of(at),
            Moment::On(day) => day,
        }
    }
}
impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}
