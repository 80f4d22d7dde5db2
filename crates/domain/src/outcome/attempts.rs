//! Several of a step: so many attempts on different days or in different parts of the day (S4.4).

use crate::time::{Instant, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What makes two of a step different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distinct {
    Day,
    DayPart,
}

/// Parts of the day in minutes after midnight, each with its end exclusive. A time outside all of them is in no part and counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayParts(pub Vec<(u16, u16)>);

impl Default for DayParts {
    /// Morning 06–12, afternoon 12–18, evening 18–22 (S4.4).
    fn default() -> Self {
        Self(vec![(360, 720), (720, 1080), (1080, 1320)])
    }
}

/// The number of the part of the day that the instant lies in.
pub fn day_part(parts: &DayParts, at: Instant, zone: &Zone) -> Option<usize> {
    let minute = zone.minute_of(at);
    parts
        .0
        .iter()
        .position(|(from, to)| (*from..*to).contains(&minute))
}

/// When there had been so many different ones; `None` if there have not. The order of `attempts` does not matter.
pub fn reached_at(
    attempts: &[Instant],
    times: u32,
    distinct: Option<Distinct>,
    parts: &DayParts,
    zone: &Zone,
) -> Option<Instant> {
    let mut sorted = attempts.to_vec();
    sorted.sort_unstable();
    let mut days = BTreeSet::new();
    let mut seen_parts = BTreeSet::new();
    let mut count = 0;
    for at in sorted {
        let new = match distinct {
            None => true,
            Some(Distinct::Day) => days.insert(zone.day_of(at)),
            Some(Distinct::DayPart) => {
                day_part(parts, at, zone).is_some_and(|part| seen_parts.insert(part))
            }
        };
        count += u32::from(new);
        if new && count >= times {
            return Some(at);
        }
    }
    None
}
