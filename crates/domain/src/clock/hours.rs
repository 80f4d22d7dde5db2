//! Clocks of hours: running on intervals that are open and not paused (S2.1, S2.5, S3.3).

use super::wait::Paused;
use super::{Clock, ClockError};
use crate::time::{Day, Instant};

pub(super) const DAY: i64 = 86_400_000_000;

/// Microseconds for which a clock runs between two instants: opening time that no pause covers.
///
/// # Errors
/// The opening hours need a year that has no data.
pub fn running(clock: &Clock<'_>, from: Instant, until: Instant) -> Result<i64, ClockError> {
    if until <= from {
        return Ok(0);
    }
    let pauses = disjoint(clock.pauses.iter().map(Paused::interval));
    let Some(hours) = clock.hours else {
        return Ok(until.since(from) - covered(&[(from, until)], &pauses));
    };
    let mut total = 0;
    let mut day = clock.zone.day_of(from);
    while clock.zone.start_of(day) < until {
        for (opens, closes) in hours.intervals_of(day, clock.days, clock.zone)? {
            let open = (opens.max(from), closes.min(until));
            if open.0 < open.1 {
                total += open.1.since(open.0) - covered(&[open], &pauses);
            }
        }
        day = next(day)?;
    }
    Ok(total)
}

/// So many days in a row without an opening, and the hours never open.
const LONGEST_CLOSURE: u32 = 1_000;

/// Intervals in order and apart.
pub(crate) fn disjoint(
    intervals: impl IntoIterator<Item = (Instant, Instant)>,
) -> Vec<(Instant, Instant)> {
    let mut sorted: Vec<_> = intervals
        .into_iter()
        .filter(|(from, until)| from < until)
        .collect();
    sorted.sort_unstable();
    let mut joined: Vec<(Instant, Instant)> = Vec::with_capacity(sorted.len());
    for (from, until) in sorted {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// Microseconds of the intervals `within` that `pauses` cover.
pub(super) fn covered(within: &[(Instant, Instant)], pauses: &[(Instant, Instant)]) -> i64 {
    let both =
        |a: &(Instant, Instant), b: &(Instant, Instant)| a.1.min(b.1).since(a.0.max(b.0)).max(0);
    within
        .iter()
        .map(|open| pauses.iter().map(|pause| both(open, pause)).sum::<i64>())
        .sum()
}

/// The instant at which a clock of hours has run for `left` microseconds since `start`: the first such instant, so that a
/// duration which fills an opening exactly ends with it (S2.5), and a pause that begins when the clock has run out moves nothing (S3.4).
pub(super) fn run(clock: &Clock<'_>, start: Instant, left: i64) -> Result<Instant, ClockError> {
    let pauses = disjoint(clock.pauses.iter().map(Paused::interval));
    let Some(hours) = clock.hours else {
        let mut left = left;
        return match run_through((start, Instant::from_micros(i64::MAX)), &pauses, &mut left) {
            Some(at) if at.micros() < i64::MAX => Ok(at),
            _ => Err(ClockError::OutOfRange),
        };
    };
    let mut left = left;
    let mut closed_for = 0;
    let mut day = clock.zone.day_of(start);
    while closed_for < LONGEST_CLOSURE {
        let open = hours.intervals_of(day, clock.days, clock.zone)?;
        closed_for = if open.is_empty() { closed_for + 1 } else { 0 };
        for (from, until) in open {
            if until > start
                && let Some(at) = run_through((from.max(start), until), &pauses, &mut left)
            {
                return Ok(at);
            }
        }
        day = next(day)?;
    }
    Err(ClockError::NeverOpens)
}

/// Runs through one interval around its pauses; `None` if the clock has not run out in it.
fn run_through(
    (from, until): (Instant, Instant),
    pauses: &[(Instant, Instant)],
    left: &mut i64,
) -> Option<Instant> {
    let mut at = from;
    for &(pause, resumed) in pauses {
        if resumed <= at {
            continue;
        }
        if pause >= until {
            break;
        }
        let runs = pause.since(at);
        if runs >= *left && runs > 0 {
            return Some(at.plus_micros(*left));
        }
        *left -= runs.max(0);
        at = resumed.max(at);
    }
    if at >= until || until.since(at) < *left {
        *left -= until.since(at).max(0);
        return None;
    }
    Some(at.plus_micros(*left))
}

/// The instant from which a clock of hours runs for `left` microseconds up to `end`; pauses do not move it (S2.7).
pub(super) fn run_back(
    clock: &Clock<'_>,
    end: Instant,
    mut left: i64,
) -> Result<Instant, ClockError> {
    let Some(hours) = clock.hours else {
        return Ok(end.plus_micros(-left));
    };
    let mut closed_for = 0;
    let mut day = clock.zone.day_of(end);
    while closed_for < LONGEST_CLOSURE {
        let open = hours.intervals_of(day, clock.days, clock.zone)?;
        closed_for = if open.is_empty() { closed_for + 1 } else { 0 };
        for (from, until) in open.into_iter().rev() {
            let runs = until.min(end).since(from);
            if runs > 0 && runs >= left {
                return Ok(until.min(end).plus_micros(-left));
            }
            left -= runs.max(0);
        }
        day = day.plus_days(-1);
    }
    Err(ClockError::NeverOpens)
}

/// The day after, or an error where the civil calendar ends.
pub(super) fn next(day: Day) -> Result<Day, ClockError> {
    let after = day.plus_days(1);
    if after == day {
        Err(ClockError::OutOfRange)
    } else {
        Ok(after)
    }
}
