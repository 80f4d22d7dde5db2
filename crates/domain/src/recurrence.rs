//! Recurring days: the part of RFC 5545 that schedules and recurring duties need.
//!
//! A rule is a question about one day, answered without looking at other days, so it cannot be made to run away: only `COUNT` counts from
//! the start, over at most a hundred years of days. Times of day, `BYSETPOS`, `BYWEEKNO` and `BYYEARDAY` are refused by name, never ignored.

use crate::name::Text;
use crate::time::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Days over which a rule is followed from its start.
const FARTHEST: i64 = 36_525;
const LONGEST_TEXT: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// `FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2`: on which days something recurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    text: String,
    frequency: Frequency,
    interval: i64,
    months: Vec<i64>,
    month_days: Vec<i64>,
    /// Which one of its kind in the month or year (0: all of them), and the weekday, 1 for Monday.
    weekdays: Vec<(i64, i64)>,
    count: Option<usize>,
    until: Option<Day>,
}

/// A rule that cannot be read or is not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongRecurrence {
    #[error("`{0}` is not a part of a recurrence as KEY=VALUE, known and given once")]
    Part(String),
    #[error(
        "`{0}` is not supported; recurrences are of days: FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, COUNT, UNTIL"
    )]
    Unsupported(String),
    #[error("`{0}` is not a value that its key may have")]
    Value(String),
    #[error("a recurrence needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")]
    NoFrequency,
    #[error("COUNT and UNTIL exclude each other")]
    TwoEnds,
    #[error("the rule is longer than 500 characters")]
    TooLong,
}

impl WrongRecurrence {
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Part(part) => {
                format!("“{part}”不是循环规则的一项：应为 键=值，键须为已知且只出现一次")
            }
            Self::Unsupported(part) => {
                format!(
                    "不支持“{part}”；循环以日为单位：FREQ、INTERVAL、BYDAY、BYMONTHDAY、BYMONTH、COUNT、UNTIL"
                )
            }
            Self::Value(part) => format!("“{part}”的取值不成立"),
            Self::NoFrequency => "循环规则缺少 FREQ=DAILY、WEEKLY、MONTHLY 或 YEARLY".to_owned(),
            Self::TwoEnds => "COUNT 与 UNTIL 不能同时使用".to_owned(),
            Self::TooLong => "循环规则超过 500 个字符".to_owned(),
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}

impl Recurrence {
    /// The days on which it recurs, from `first` to `last` inclusive, for a rule that starts on `start`; looked for one by one.
    pub fn days(&self, start: Day, first: Day, last: Day) -> impl Iterator<Item = Day> {
        let last = last
            .min(start.plus_days(FARTHEST))
            .min(self.until.unwrap_or(last));
        let mut left = self.count.unwrap_or(usize::MAX);
        // What was before matters only to a count.
        let mut next = Some(match self.count {
            Some(_) => start,
            None => start.max(first),
        });
        std::iter::from_fn(move || {
            while let Some(day) = next.filter(|day| *day <= last && left > 0) {
                let after = day.plus_days(1);
                next = (after > day).then_some(after);
                if self.falls_on(start, day) {
                    left -= 1;
                    if day >= first {
                        return Some(day);
                    }
                }
            }
            None
        })
    }

    /// The first day after `day` on which it recurs.
    pub fn next_after(&self, start: Day, day: Day) -> Option<Day> {
        let first = day.plus_days(1).max(start);
        self.days(start, first, start.plus_days(FARTHEST)).next()
    }

    /// Whether the rule names the day, its count left aside.
    fn falls_on(&self, start: Day, day: Day) -> bool {
        if day < start || self.until.is_some_and(|until| day > until) {
            return false;
        }
        let (month, month_day) = (i64::from(day.month()), i64::from(day.day_of_month()));
        let months_since = (i64::from(day.year()) - i64::from(start.year())) * 12 + month
            - i64::from(start.month());
        let on_step = match self.frequency {
            Frequency::Daily => day.since(start) % self.interval == 0,
            Frequency::Weekly => {
                let monday = |day: Day| day.plus_days(1 - i64::from(day.weekday()));
                monday(day).since(monday(start)) / 7 % self.interval == 0
            }
            Frequency::Monthly => months_since % self.interval == 0,
            Frequency::Yearly => {
                (i64::from(day.year()) - i64::from(start.year())) % self.interval == 0
            }
        };
        if !on_step || !(self.months.is_empty() || self.months.contains(&month)) {
            return false;
        }
        let from_end = month_day - i64::from(day.last_of_month().day_of_month()) - 1;
        let named_day = self.month_days.contains(&month_day) || self.month_days.contains(&from_end);
        if !self.month_days.is_empty() && !named_day {
            return false;
        }
        if !self.weekdays.is_empty() {
            return self
                .weekdays
                .iter()
                .any(|weekday| self.is_weekday(*weekday, day));
        }
        if !self.month_days.is_empty() {
            return true;
        }
        // What the rule leaves open is as on the start.
        match self.frequency {
            Frequency::Daily => true,
            Frequency::Weekly => day.weekday() == start.weekday(),
            Frequency::Monthly => month_day == i64::from(start.day_of_month()),
            Frequency::Yearly => {
                month_day == i64::from(start.day_of_month())
                    && (!self.months.is_empty() || day.month() == start.month())
            }
        }
    }

    fn is_weekday(&self, (nth, weekday): (i64, i64), day: Day) -> bool {
        if i64::from(day.weekday()) != weekday {
            return false;
        }
        if nth == 0 {
            return true;
        }
        // Of the month, or of the year where a yearly rule names no month.
        let (first, last) = if self.frequency == Frequency::Yearly && self.months.is_empty() {
            let year = crate::period::Period::Year.containing(day);
            (year.first(), year.last())
        } else {
            let last = day.last_of_month();
            (last.plus_days(1 - i64::from(last.day_of_month())), last)
        };
        let place = if nth > 0 {
            day.since(first) / 7 + 1
        } else {
            -(last.since(day) / 7 + 1)
        };
        place == nth
    }
}

impl FromStr for Recurrence {
    type Err = WrongRecurrence;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > LONGEST_TEXT {
            return Err(WrongRecurrence::TooLong);
        }
        let mut frequency = None;
        let mut rule = Self {
            text: text.to_owned(),
            frequency: Frequency::Daily,
            interval: 1,
            months: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            count: None,
            until: None,
        };
        let mut seen: Vec<&str> = Vec::new();
        for part in text.strip_prefix("RRULE:").unwrap_or(text).split(';') {
            let wrong = || WrongRecurrence::Value(part.to_owned());
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| WrongRecurrence::Part(part.to_owned()))?;
            if seen.contains(&key) {
                return Err(WrongRecurrence::Part(part.to_owned()));
            }
            seen.push(key);
            match key {
                "FREQ" => {
                    frequency = Some(match value {
                        "DAILY" => Frequency::Daily,
                        "WEEKLY" => Frequency::Weekly,
                        "MONTHLY" => Frequency::Monthly,
                        "YEARLY" => Frequency::Yearly,
                        "HOURLY" | "MINUTELY" | "SECONDLY" => {
                            return Err(WrongRecurrence::Unsupported(part.to_owned()));
                        }
                        _ => return Err(wrong()),
                    });
                }
                "INTERVAL" => rule.interval = number(value, 1, 1_000).ok_or_else(wrong)?,
                "COUNT" => {
                    let count = number(value, 1, 36_525).ok_or_else(wrong)?;
                    rule.count = Some(usize::try_from(count).map_err(|_| wrong())?);
                }
                "UNTIL" => rule.until = Some(day(value).ok_or_else(wrong)?),
                "BYMONTH" => {
                    rule.months = list(value, |item| number(item, 1, 12)).ok_or_else(wrong)?;
                }
                "BYMONTHDAY" => {
                    let month_day = |item: &str| number(item, -31, 31).filter(|day| *day != 0);
                    rule.month_days = list(value, month_day).ok_or_else(wrong)?;
                }
                "BYDAY" => rule.weekdays = list(value, weekday).ok_or_else(wrong)?,
                // Weeks begin on Monday here as everywhere.
                "WKST" if value == "MO" => {}
                "WKST" | "BYSETPOS" | "BYWEEKNO" | "BYYEARDAY" | "BYHOUR" | "BYMINUTE"
                | "BYSECOND" => {
                    return Err(WrongRecurrence::Unsupported(part.to_owned()));
                }
                _ => return Err(WrongRecurrence::Part(part.to_owned())),
            }
        }
        rule.frequency = frequency.ok_or(WrongRecurrence::NoFrequency)?;
        if rule.count.is_some() && rule.until.is_some() {
            return Err(WrongRecurrence::TwoEnds);
        }
        let numbered = rule.weekdays.iter().any(|(nth, _)| *nth != 0);
        let by_step = matches!(rule.frequency, Frequency::Daily | Frequency::Weekly);
        if (by_step && numbered)
            || (rule.frequency == Frequency::Weekly && !rule.month_days.is_empty())
        {
            return Err(WrongRecurrence::Value(text.to_owned()));
        }
        Ok(rule)
    }
}

fn number(text: &str, least: i64, most: i64) -> Option<i64> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
}

fn list<T>(text: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(item).collect()
}

fn weekday(text: &str) -> Option<(i64, i64)> {
    let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let place = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        .iter()
        .position(|day| *day == name)?;
    let nth = if nth.is_empty() {
        0
    } else {
        number(nth, -53, 53).filter(|nth| *nth != 0)?
    };
    Some((nth, i64::try_from(place).ok()? + 1))
}

fn day(text: &str) -> Option<Day> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Day::new(
        text[..4].parse().ok()?,
        text[4..6].parse().ok()?,
        text[6..].parse().ok()?,
    )
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl Serialize for Recurrence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Recurrence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
