//! Dates and times as people and systems write them.
//!
//! Read without being told: ISO 8601 with and without offset, seconds or `T`; `2026/3/5 14:05`, `2026.3.5`; `2026年3月5日 14时05分`,
//! `下午2:05`; compact `20260305`, `20260305140500`. Only where the map states it: which of day and month comes first in
//! `05.03.2026` and `03/05/2026`, the zone of what carries no offset, and that bare numbers are spreadsheet days.
//! What could mean two things is refused, never guessed; a year of two digits always.
//!
//! A local time that the clocks skip or repeat is read with the offset in force before the change: a repeated one is its first
//! occurrence, a skipped one moves on by as much as the clocks did.

use domain::name::Text;
use domain::time::{Day, Instant, Moment, Zone};
use std::borrow::Cow;

/// What the map says about dates and times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habit {
    /// Of what carries no offset.
    pub zone: Zone,
    pub order: Option<DayOrder>,
    pub excel: Option<Epoch>,
}

/// Which comes first where the year comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
}

/// What spreadsheet day 1 is: 1 January 1900 (with the day 29 February 1900 that never was), or day 0 is 1 January 1904.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    Y1900,
    Y1904,
}

/// Why a text is no date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HabitError {
    #[error("not a date or time")]
    Unrecognised,
    #[error("day or month first?")]
    Ambiguous,
    #[error("a year of two digits")]
    ShortYear,
    #[error("no such day")]
    NoSuchDay,
    #[error("no such time of day")]
    NoSuchTime,
    #[error("a bare number")]
    BareNumber,
    #[error("a date without a time")]
    DayOnly,
}

impl HabitError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Unrecognised => "time-unrecognised",
            Self::Ambiguous => "time-ambiguous",
            Self::ShortYear => "time-short-year",
            Self::NoSuchDay => "time-no-such-day",
            Self::NoSuchTime => "time-no-such-time",
            Self::BareNumber => "time-bare-number",
            Self::DayOnly => "time-day-only",
        }
    }
    pub fn reason(self) -> Text {
        let (zh, en) = match self {
            Self::Unrecognised => ("认不出的日期时间", "not a date or time in a known form"),
            Self::Ambiguous => (
                "日和月的先后不明，请在映射的 times.order 写明 day-first 或 month-first",
                "day or month may come first; state times.order in the map: day-first or month-first",
            ),
            Self::ShortYear => (
                "年份只有两位，请写四位",
                "the year has two digits; write four",
            ),
            Self::NoSuchDay => ("没有这一天", "there is no such day"),
            Self::NoSuchTime => ("没有这个时刻", "there is no such time of day"),
            Self::BareNumber => (
                "只有一个数；若是电子表格的日期序号，请在映射写 times.excel: 1900（或 1904）",
                "a bare number; if it is a spreadsheet's day, state times.excel: 1900 (or 1904) in the map",
            ),
            Self::DayOnly => (
                "只有日期没有时间，而这里要时刻",
                "a date without a time, where an instant is asked for",
            ),
        };
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

const DAY: i64 = 86_400_000_000;

impl Habit {
    /// A habit that is told nothing but the zone.
    pub fn in_zone(zone: Zone) -> Self {
        Self {
            zone,
            order: None,
            excel: None,
        }
    }

    /// The moment that a text states: a day without a time stays a day (S2.12).
    pub fn moment(&self, text: &str) -> Result<Moment, HabitError> {
        let plain = halfwidth(text.trim());
        let text = plain.as_ref();
        if let Some(number) = bare_number(text) {
            return self.number(number);
        }
        let mut rest = Scan(text);
        let day = self.day(&mut rest)?;
        rest.skip_weekday();
        rest.skip(&[' ', 'T', 't', ',', '，', '\u{a0}']);
        if rest.0.is_empty() {
            return Ok(Moment::On(day));
        }
        let time = rest.time()?;
        rest.skip(&[' ']);
        let offset = rest.offset()?;
        if !rest.0.is_empty() {
            return Err(HabitError::Unrecognised);
        }
        Ok(self.at(day, time, offset))
    }

    fn at(&self, day: Day, micros: i64, offset: Option<i64>) -> Moment {
        let instant = match offset {
            Some(offset) => {
                let midnight = utc().start_of(day);
                midnight.plus_micros(micros - offset)
            }
            None => local(&self.zone, day, micros),
        };
        Moment::At(instant)
    }

    /// `20260305`, `202603051405`, `20260305140500`, with milliseconds; or a spreadsheet's day.
    fn number(&self, number: BareNumber<'_>) -> Result<Moment, HabitError> {
        let digits = number.whole;
        if number.fraction.is_empty() && matches!(digits.len(), 8 | 12 | 14 | 17) {
            let part = |from: usize, to: usize| digits[from..to].parse::<i64>().unwrap_or(i64::MAX);
            let day = civil(part(0, 4), part(4, 6), part(6, 8))?;
            if digits.len() == 8 {
                return Ok(Moment::On(day));
            }
            let second = if digits.len() >= 14 { part(12, 14) } else { 0 };
            let milli = if digits.len() == 17 { part(14, 17) } else { 0 };
            let time = time_of(part(8, 10), part(10, 12), second, milli * 1_000)?;
            return Ok(self.at(day, time, None));
        }
        let Some(epoch) = self.excel else {
            return Err(HabitError::BareNumber);
        };
        let whole: i64 = digits.parse().map_err(|_| HabitError::NoSuchDay)?;
        let day = match epoch {
            Epoch::Y1900 if whole == 0 || whole == 60 => return Err(HabitError::NoSuchDay),
            // Days from 1970-01-01; the day that never was shifts what lies before it.
            Epoch::Y1900 if whole < 60 => whole - 25_568,
            Epoch::Y1900 => whole - 25_569,
            Epoch::Y1904 => whole - 24_107,
        };
        // The last day that a spreadsheet knows is 31 December 9999.
        if day > 2_932_896 {
            return Err(HabitError::NoSuchDay);
        }
        let midnight = Instant::from_micros(day * DAY);
        let day = utc().day_of(midnight);
        if number.fraction.bytes().all(|digit| digit == b'0') {
            return Ok(Moment::On(day));
        }
        // Spreadsheets keep milliseconds in a binary fraction of a day; the rest is noise.
        let milli = fraction_of(number.fraction, DAY / 1_000);
        Ok(self.at(day, milli * 1_000, None))
    }

    fn day(&self, rest: &mut Scan<'_>) -> Result<Day, HabitError> {
        let (first, width) = rest.number().ok_or(HabitError::Unrecognised)?;
        if width == 8 && rest.0.starts_with(['T', 't', ' ']) {
            return civil(first / 10_000, first / 100 % 100, first % 100);
        }
        let separator = rest.take().ok_or(HabitError::Unrecognised)?;
        let closing = match separator {
            '-' | '/' | '.' => separator,
            '年' => '月',
            _ => return Err(HabitError::Unrecognised),
        };
        rest.skip(&[' ']);
        let (second, _) = rest.number().ok_or(HabitError::Unrecognised)?;
        if rest.take() != Some(closing) {
            return Err(HabitError::Unrecognised);
        }
        rest.skip(&[' ']);
        let (third, last_width) = rest.number().ok_or(HabitError::Unrecognised)?;
        if closing == '月' && !matches!(rest.take(), Some('日' | '号')) {
            return Err(HabitError::Unrecognised);
        }
        match (width, last_width) {
            (4, 1 | 2) => civil(first, second, third),
            (1 | 2, 4) => {
                let (day, month) = match self.order {
                    Some(DayOrder::DayFirst) => (first, second),
                    Some(DayOrder::MonthFirst) => (second, first),
                    None if first == second || second > 12 && first <= 12 => (second, first),
                    None if first > 12 && second <= 12 => (first, second),
                    None if first > 12 => return Err(HabitError::NoSuchDay),
                    None => return Err(HabitError::Ambiguous),
                };
                civil(third, month, day)
            }
            (2, 1 | 2) => Err(HabitError::ShortYear),
            _ => Err(HabitError::Unrecognised),
        }
    }
}

struct BareNumber<'a> {
    whole: &'a str,
    fraction: &'a str,
}

/// Digits, or digits, a point and digits.
fn bare_number(text: &str) -> Option<BareNumber<'_>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && digits(whole) && digits(fraction) && !text.ends_with('.'))
        .then_some(BareNumber { whole, fraction })
}

/// `unit` × 0.digits, rounded to the nearest.
fn fraction_of(digits: &str, unit: i64) -> i64 {
    let digits = &digits[..digits.len().min(17)];
    let scale = 10_i128.pow(u32::try_from(digits.len()).unwrap_or(0));
    let value = digits.parse::<i128>().unwrap_or(0) * i128::from(unit);
    i64::try_from((value + scale / 2) / scale).unwrap_or(0)
}

fn civil(year: i64, month: i64, day: i64) -> Result<Day, HabitError> {
    if !(1_800..=2_500).contains(&year) {
        return Err(HabitError::NoSuchDay);
    }
    let day = (|| {
        Day::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
    })();
    day.ok_or(HabitError::NoSuchDay)
}

/// Microseconds of the day; 24:00 is the day's end.
fn time_of(hour: i64, minute: i64, second: i64, micros: i64) -> Result<i64, HabitError> {
    let time = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
    let fits = hour <= 24 && minute < 60 && second < 60 && time <= DAY;
    if fits {
        Ok(time)
    } else {
        Err(HabitError::NoSuchTime)
    }
}

fn utc() -> Zone {
    Zone::named("UTC").unwrap_or_else(Zone::shanghai)
}

/// A local time as an instant, by the offset before a change of the clocks.
fn local(zone: &Zone, day: Day, micros: i64) -> Instant {
    const MINUTE: i64 = 60_000_000;
    let minute = u16::try_from(micros / MINUTE).unwrap_or(0);
    zone.at_minute(day, minute).plus_micros(micros % MINUTE)
}

/// Full-width digits, letters and signs as their ASCII forms, the wide space as a space.
fn halfwidth(text: &str) -> Cow<'_, str> {
    let wide = |c: char| matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}');
    if !text.contains(wide) {
        return Cow::Borrowed(text);
    }
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        c if wide(c) => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    Cow::Owned(text.chars().map(narrow).collect())
}

/// The text that is left.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn take(&mut self) -> Option<char> {
        let first = self.0.chars().next()?;
        self.0 = &self.0[first.len_utf8()..];
        Some(first)
    }
    fn skip(&mut self, these: &[char]) {
        self.0 = self.0.trim_start_matches(these);
    }
    fn takes(&mut self, text: &str) -> bool {
        match self.0.strip_prefix(text) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
    /// Up to nine digits, and how many they were.
    fn number(&mut self) -> Option<(i64, usize)> {
        let width = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=9).contains(&width) {
            return None;
        }
        let number = self.0[..width].parse().ok()?;
        self.0 = &self.0[width..];
        Some((number, width))
    }
    /// `星期四`, `周四`, with or without brackets.
    fn skip_weekday(&mut self) {
        let mut rest = Scan(self.0);
        rest.skip(&[' ', '(', '（']);
        if (rest.takes("星期") || rest.takes("周"))
            && matches!(
                rest.take(),
                Some('一' | '二' | '三' | '四' | '五' | '六' | '日' | '天')
            )
        {
            rest.skip(&[')', '）']);
            self.0 = rest.0;
        }
    }

    /// Microseconds of the day.
    fn time(&mut self) -> Result<i64, HabitError> {
        const NAMED: [(&str, Half); 8] = [
            ("上午", Half::Morning),
            ("早上", Half::Morning),
            ("凌晨", Half::Morning),
            ("中午", Half::Noon),
            ("下午", Half::Afternoon),
            ("傍晚", Half::Afternoon),
            ("晚上", Half::Night),
            ("夜里", Half::Night),
        ];
        let mut half = NAMED
            .into_iter()
            .find(|(name, _)| self.takes(name))
            .map(|(_, half)| half);
        self.skip(&[' ']);
        let (mut hour, width) = self.number().ok_or(HabitError::Unrecognised)?;
        let (mut minute, mut second, mut micros) = (0, 0, 0);
        match (width, self.0.chars().next()) {
            // Compact, after a compact date and a `T`.
            (4 | 6, None | Some('Z' | 'z' | '+' | '-' | ' ')) => {
                if width == 6 {
                    second = hour % 100;
                    hour /= 100;
                }
                minute = hour % 100;
                hour /= 100;
            }
            (1 | 2, Some(':')) => {
                self.take();
                minute = self.number().ok_or(HabitError::Unrecognised)?.0;
                if self.takes(":") {
                    second = self.number().ok_or(HabitError::Unrecognised)?.0;
                    micros = self.fraction();
                }
            }
            (1 | 2, Some('时' | '点' | '時')) => {
                self.take();
                self.skip(&[' ']);
                if let Some((number, _)) = self.number() {
                    minute = number;
                    if !self.takes("分") {
                        return Err(HabitError::Unrecognised);
                    }
                    self.skip(&[' ']);
                    if let Some((number, _)) = self.number() {
                        second = number;
                        if !self.takes("秒") {
                            return Err(HabitError::Unrecognised);
                        }
                    }
                }
            }
            _ => return Err(HabitError::Unrecognised),
        }
        self.skip(&[' ']);
        for (name, which) in [("AM", Half::Morning), ("PM", Half::Afternoon)] {
            if half.is_none() && (self.takes(name) || self.takes(&name.to_lowercase())) {
                half = Some(which);
            }
        }
        if let Some(half) = half {
            hour = half.hour(hour)?;
        }
        time_of(hour, minute, second, micros)
    }

    /// A fraction of a second in microseconds; finer digits are cut off.
    fn fraction(&mut self) -> i64 {
        let Some(rest) = self.0.strip_prefix(['.', ',']) else {
            return 0;
        };
        let width = rest.bytes().take_while(u8::is_ascii_digit).count();
        let mut micros: i64 = rest[..width.min(6)].parse().unwrap_or(0);
        for _ in width.min(6)..6 {
            micros *= 10;
        }
        self.0 = &rest[width..];
        micros
    }

    /// Microseconds east of UTC.
    fn offset(&mut self) -> Result<Option<i64>, HabitError> {
        if self.takes("Z") || self.takes("z") {
            return Ok(Some(0));
        }
        let named = self.takes("UTC") || self.takes("GMT");
        let sign = match self.0.chars().next() {
            Some('+') => 1,
            Some('-') => -1,
            _ => return Ok(named.then_some(0)),
        };
        self.take();
        let (number, width) = self.number().ok_or(HabitError::Unrecognised)?;
        let (hour, minute) = match width {
            1 | 2 if self.takes(":") => (number, self.number().ok_or(HabitError::Unrecognised)?.0),
            1 | 2 => (number, 0),
            4 => (number / 100, number % 100),
            _ => return Err(HabitError::Unrecognised),
        };
        if hour > 18 || minute > 59 {
            return Err(HabitError::NoSuchTime);
        }
        Ok(Some(sign * (hour * 60 + minute) * 60_000_000))
    }
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Noon,
    Afternoon,
    Night,
}

impl Half {
    /// The hour of 24: 12 in the morning is 0; what is already past 12 stays.
    fn hour(self, hour: i64) -> Result<i64, HabitError> {
        match self {
            Self::Morning if hour == 12 => Ok(0),
            Self::Morning if hour < 12 => Ok(hour),
            Self::Noon if (11..=12).contains(&hour) => Ok(hour),
            Self::Noon if (1..=2).contains(&hour) => Ok(hour + 12),
            Self::Afternoon if (1..12).contains(&hour) => Ok(hour + 12),
            Self::Afternoon if (12..24).contains(&hour) => Ok(hour),
            // Twelve at night may begin or end the day.
            Self::Night if (5..12).contains(&hour) => Ok(hour + 12),
            Self::Night if (17..24).contains(&hour) => Ok(hour),
            _ => Err(HabitError::NoSuchTime),
        }
    }
}
