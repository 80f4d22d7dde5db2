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
        let zoned = self.timestamp().to_zoned(zone.tz.clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S.%6f%:z").to_string()
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
}
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
impl FromStr for Day {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
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
}
impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}
