//! Limits as a source states them: `PT5M`, `P3D`, `P1W`, `P1M`, `P1Y`, `3 workdays`.
//!
//! Hours, days, months and working days are counted in different ways, so a limit is one of them and a mixture is refused (S2.6).

use crate::name::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A length of time in the one way in which it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// Microseconds of a clock: hours, minutes, seconds (S2.1, S2.5).
    Clock(i64),
    /// Civil days; a week is seven (S2.2).
    Days(u32),
    /// Months (S2.6).
    Months(u32),
    /// Years (S2.6).
    Years(u32),
    /// Working days, at least one (S2.4).
    Workdays(u32),
}

/// A text that is no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongSpan {
    #[error("`{0}` is no duration; write PT5M, PT24H, P3D, P1W, P1M, P1Y or `3 workdays`")]
    Form(String),
    #[error(
        "`{0}` mixes days, months, years or hours; each is counted in its own way, so a limit is one of them"
    )]
    Mixed(String),
    #[error("`{0}` is longer than a hundred years, or finer than a microsecond")]
    Size(String),
    #[error("`{0}`: a limit in working days is at least one")]
    NoWorkday(String),
}

impl WrongSpan {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "duration.form",
            Self::Mixed(_) => "duration.mixed",
            Self::Size(_) => "duration.size",
            Self::NoWorkday(_) => "duration.no-workday",
        }
    }
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Form(text) => {
                format!("“{text}”不是时限；请写 PT5M、PT24H、P3D、P1W、P1M、P1Y 或“3 workdays”")
            }
            Self::Mixed(text) => {
                format!("“{text}”把日、月、年或小时混写；它们的计算方法不同，时限只能用其中一种")
            }
            Self::Size(text) => format!("“{text}”超过一百年，或细于一微秒"),
            Self::NoWorkday(text) => format!("“{text}”：工作日时限至少为一日"),
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}

impl Span {
    pub const fn minutes(minutes: u32) -> Self {
        Self::Clock(minutes as i64 * MINUTE)
    }
    pub const fn hours(hours: u32) -> Self {
        Self::Clock(hours as i64 * HOUR)
    }
    /// Counted in days: its end is a day's end, exclusive.
    /// A size to compare limits by: a day as 24 hours, a workday as a day, a month as 30 days, a year as 365. No due time is computed from it.
    pub const fn rough_micros(self) -> i128 {
        const DAY: i128 = 86_400_000_000;
        match self {
            Self::Clock(micros) => micros as i128,
            Self::Days(count) | Self::Workdays(count) => count as i128 * DAY,
            Self::Months(count) => count as i128 * 30 * DAY,
            Self::Years(count) => count as i128 * 365 * DAY,
        }
    }
    pub const fn by_days(self) -> bool {
        !matches!(self, Self::Clock(_))
    }
    /// The limit in words, `5 分钟` / `5 minutes`.
    pub fn text(self) -> Text {
        let (count, zh, en) = match self {
            Self::Days(days) => (days, "日", "day"),
            Self::Months(months) => (months, "个月", "month"),
            Self::Years(years) => (years, "年", "year"),
            Self::Workdays(days) => (days, "个工作日", "working day"),
            Self::Clock(micros) => return length(micros),
        };
        let plural = if count == 1 { "" } else { "s" };
        Text {
            zh: format!("{count} {zh}"),
            en: format!("{count} {en}{plural}"),
        }
    }
}

/// A length of a clock in words, `1 小时 30 分钟` / `1 h 30 min`.
pub(crate) fn length(micros: i64) -> Text {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    let mut left = micros.unsigned_abs();
    for (size, in_zh, in_en) in [
        (HOUR, "小时", "h"),
        (MINUTE, "分钟", "min"),
        (SECOND, "秒", "s"),
        (1, "微秒", "µs"),
    ] {
        let count = left / size.unsigned_abs();
        left %= size.unsigned_abs();
        if count > 0 {
            zh.push(format!("{count} {in_zh}"));
            en.push(format!("{count} {in_en}"));
        }
    }
    if zh.is_empty() {
        return Text {
            zh: "0 分钟".into(),
            en: "0 min".into(),
        };
    }
    Text {
        zh: zh.join(" "),
        en: en.join(" "),
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Days(days) => write!(f, "P{days}D"),
            Self::Months(months) => write!(f, "P{months}M"),
            Self::Years(years) => write!(f, "P{years}Y"),
            Self::Workdays(1) => f.write_str("1 workday"),
            Self::Workdays(days) => write!(f, "{days} workdays"),
            Self::Clock(0) => f.write_str("PT0S"),
            Self::Clock(micros) => {
                f.write_str("PT")?;
                let (hours, minutes) = (micros / HOUR, micros % HOUR / MINUTE);
                let (seconds, fraction) = (micros % MINUTE / SECOND, micros % SECOND);
                if hours > 0 {
                    write!(f, "{hours}H")?;
                }
                if minutes > 0 {
                    write!(f, "{minutes}M")?;
                }
                if fraction > 0 {
                    let digits = format!("{fraction:06}");
                    write!(f, "{seconds}.{}S", digits.trim_end_matches('0'))?;
                } else if seconds > 0 {
                    write!(f, "{seconds}S")?;
                }
                Ok(())
            }
        }
    }
}

impl FromStr for Span {
    type Err = WrongSpan;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || WrongSpan::Form(text.to_owned());
        let trimmed = text.trim();
        if let Some(days) = trimmed
            .strip_suffix("workdays")
            .or_else(|| trimmed.strip_suffix("workday"))
        {
            let count = number(days.trim()).ok_or_else(form)?;
            return match u32::try_from(count) {
                Ok(0) => Err(WrongSpan::NoWorkday(text.to_owned())),
                Ok(days) if days <= 36_525 => Ok(Self::Workdays(days)),
                _ => Err(WrongSpan::Size(text.to_owned())),
            };
        }
        let body = trimmed.strip_prefix('P').ok_or_else(form)?;
        let (date, time) = match body.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (body, None),
        };
        let days = parts(date, "YMWD").ok_or_else(form)?;
        let Some(time) = time else {
            return match days[..] {
                [part] => civil(part, text),
                [] => Err(form()),
                _ => Err(WrongSpan::Mixed(text.to_owned())),
            };
        };
        let clock = parts(time, "HMS")
            .filter(|parts| !parts.is_empty())
            .ok_or_else(form)?;
        if !days.is_empty() {
            return Err(WrongSpan::Mixed(text.to_owned()));
        }
        clock_micros(&clock)
            .filter(|micros| *micros <= 876_600 * HOUR)
            .map(Self::Clock)
            .ok_or_else(|| WrongSpan::Size(text.to_owned()))
    }
}

fn civil((count, fraction, unit): Part<'_>, text: &str) -> Result<Span, WrongSpan> {
    if fraction.is_some() {
        return Err(WrongSpan::Form(text.to_owned()));
    }
    let (span, most) = match unit {
        'Y' => (Span::Years as fn(u32) -> Span, 100),
        'M' => (Span::Months as fn(u32) -> Span, 1_200),
        'W' => ((|weeks| Span::Days(weeks * 7)) as fn(u32) -> Span, 5_217),
        _ => (Span::Days as fn(u32) -> Span, 36_525),
    };
    let count = u32::try_from(count).ok().filter(|count| *count <= most);
    count
        .map(span)
        .ok_or_else(|| WrongSpan::Size(text.to_owned()))
}

fn clock_micros(parts: &[Part<'_>]) -> Option<i64> {
    let mut total = 0i64;
    for &(count, fraction, unit) in parts {
        let size = match unit {
            'H' => HOUR,
            'M' => MINUTE,
            _ => SECOND,
        };
        total = total.checked_add(i64::try_from(count).ok()?.checked_mul(size)?)?;
        if let Some(fraction) = fraction {
            let digits = fraction.trim_end_matches('0');
            if unit != 'S' || digits.len() > 6 {
                return None;
            }
            total += i64::try_from(number(&format!("{digits:0<6}"))?).ok()?;
        }
    }
    Some(total)
}

/// A count, the digits after its point, and its unit.
type Part<'a> = (u64, Option<&'a str>, char);

/// `1H30M` by its units, each at most once and in the order of `units`; `None` if it is anything else.
fn parts<'a>(text: &'a str, units: &str) -> Option<Vec<Part<'a>>> {
    let (mut rest, mut allowed) = (text, units);
    let mut found = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let unit = rest[end..].chars().next()?;
        let place = allowed.find(unit)?;
        allowed = &allowed[place + 1..];
        let (count, fraction) = match rest[..end].split_once('.') {
            Some((count, fraction)) => (count, Some(fraction)),
            None => (&rest[..end], None),
        };
        if let Some(fraction) = fraction {
            number(fraction)?;
        }
        found.push((number(count)?, fraction, unit));
        rest = &rest[end + 1..];
    }
    Some(found)
}

fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_limit_is_read_and_written_back() {
        for (text, span) in [
            ("PT5M", Span::minutes(5)),
            ("PT24H", Span::hours(24)),
            ("PT1H30M", Span::minutes(90)),
            ("PT0S", Span::Clock(0)),
            ("PT1.5S", Span::Clock(1_500_000)),
            ("P0D", Span::Days(0)),
            ("P3D", Span::Days(3)),
            ("P1M", Span::Months(1)),
            ("P1Y", Span::Years(1)),
            ("1 workday", Span::Workdays(1)),
            ("3 workdays", Span::Workdays(3)),
        ] {
            assert_eq!(text.parse(), Ok(span), "{text}");
            assert_eq!(span.to_string(), text);
        }
    }

    /// S2.2: `P1W` = `P7D`.
    #[test]
    fn a_week_is_seven_days() {
        assert_eq!("P1W".parse(), Ok(Span::Days(7)));
    }

    /// S2.6
    #[test]
    fn mixed_forms_are_refused() {
        for text in ["P1DT2H", "P1M15D", "P1Y6M", "P1W2D", "P1MT1H"] {
            assert_eq!(
                text.parse::<Span>(),
                Err(WrongSpan::Mixed(text.into())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_limit_is_refused_with_its_reason() {
        for (text, code) in [
            ("", "duration.form"),
            ("P", "duration.form"),
            ("PT", "duration.form"),
            ("5M", "duration.form"),
            ("P-3D", "duration.form"),
            ("PT5M3H", "duration.form"),
            ("P1.5D", "duration.form"),
            ("PTM", "duration.form"),
            ("three workdays", "duration.form"),
            ("P3Dé", "duration.form"),
            ("0 workdays", "duration.no-workday"),
            ("P99999999999999D", "duration.size"),
            ("PT99999999999999999H", "duration.size"),
            ("PT1.5H", "duration.size"),
            ("PT0.0000001S", "duration.size"),
        ] {
            assert_eq!(
                text.parse::<Span>().map_err(|e| e.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
