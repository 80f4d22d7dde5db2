//! Facts that a case gives in prose alone. A fact that is not found is `None` and the case fails where it needs it.

use super::node::Unread;
use domain::time::{Day, Instant, Moment, Zone};
use regex_lite::Regex;

/// All that the pattern finds, group by group; a group that took no part is empty.
pub(crate) fn all<'a>(pattern: &str, facts: &'a str) -> Vec<Vec<&'a str>> {
    let pattern = Regex::new(pattern).unwrap();
    let groups = pattern.captures_iter(facts).map(|found| {
        (1..found.len())
            .map(|group| found.get(group).map_or("", |text| text.as_str()))
            .collect()
    });
    groups.collect()
}

pub(crate) fn first<'a>(pattern: &str, facts: &'a str) -> Option<Vec<&'a str>> {
    all(pattern, facts).into_iter().next()
}

/// `2 March` of a year, `3 April 2026` of its own.
pub(crate) fn day(text: &str, year: i16) -> Result<Day, Unread> {
    let wrong = || format!("`{text}` is no day");
    let mut words = text.split_whitespace();
    let number = words
        .next()
        .and_then(|word| word.parse().ok())
        .ok_or_else(wrong)?;
    let month = words.next().and_then(month).ok_or_else(wrong)?;
    let year = words
        .next()
        .map_or(Ok(year), |word| word.parse().map_err(|_| wrong()))?;
    Day::new(year, month, number).ok_or_else(wrong)
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let place = MONTHS
        .iter()
        .position(|month| month.get(..3) == word.get(..3))?;
    i8::try_from(place + 1).ok()
}

/// `14:04` or `14:04:40` on a day.
pub(crate) fn time(day: Day, text: &str, zone: &Zone) -> Result<Instant, Unread> {
    let parts: Vec<i64> = text
        .split(':')
        .filter_map(|part| part.parse().ok())
        .collect();
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(format!("`{text}` is no time of the day")),
    };
    Ok(zone
        .start_of(day)
        .plus_micros((hour * 3_600 + minute * 60 + second) * 1_000_000))
}

/// The civil day of a moment, which prose leaves out.
pub(crate) fn day_of(moment: Moment, zone: &Zone) -> Day {
    zone.day_of_moment(moment)
}
