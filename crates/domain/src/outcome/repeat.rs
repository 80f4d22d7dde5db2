//! A start that recurs, and an outcome that is undone (S4.9).

use crate::calendar::SpecialDays;
use crate::clock::{ClockError, Span, ends};
use crate::time::{Instant, Zone};
use serde::{Deserialize, Serialize};

/// What happens when the start of a duty recurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnRepeat {
    /// One more duty opens.
    #[default]
    New,
    /// The one to do stays; the start opens nothing.
    Keep,
    /// The one to do is withdrawn as superseded, and a new one opens.
    Restart,
}

/// What a start does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    Open,
    /// Nothing: the one to do is kept.
    Keep,
    /// Opens, and withdraws what is to do as superseded.
    Supersede,
}

/// What a start does while a duty of the same name is, or is not, to do (S4.9).
pub const fn on_start(on_repeat: OnRepeat, is_to_do: bool) -> Repeat {
    match (on_repeat, is_to_do) {
        (OnRepeat::Keep, true) => Repeat::Keep,
        (OnRepeat::Restart, true) => Repeat::Supersede,
        _ => Repeat::Open,
    }
}

/// One of the duties that recurring starts opened; its identity is (record, duty, number) (S4.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// From 1.
    pub number: u32,
    pub start: Instant,
    pub superseded_at: Option<Instant>,
    /// The first completion after its start, which does whatever is still to do.
    pub done_at: Option<Instant>,
}

/// The duties that a record's starts opened, given when it was done; both in any order.
pub fn occurrences(on_repeat: OnRepeat, starts: &[Instant], done: &[Instant]) -> Vec<Occurrence> {
    let mut starts = starts.to_vec();
    starts.sort_unstable();
    let mut opened: Vec<Occurrence> = Vec::new();
    for start in starts {
        let is_to_do = |occurrence: &Occurrence| {
            occurrence.superseded_at.is_none() && occurrence.done_at.is_none_or(|done| done > start)
        };
        match on_start(on_repeat, opened.iter().any(is_to_do)) {
            Repeat::Keep => continue,
            Repeat::Supersede => {
                for occurrence in &mut opened {
                    if is_to_do(occurrence) {
                        occurrence.superseded_at = Some(start);
                        occurrence.done_at = None;
                    }
                }
            }
            Repeat::Open => {}
        }
        opened.push(Occurrence {
            number: u32::try_from(opened.len())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
            start,
            superseded_at: None,
            done_at: done.iter().copied().filter(|at| *at >= start).min(),
        });
    }
    opened
}

/// The completions that stand: one that is undone (rework, reopening, correction) within `stands` of it is revoked, and so the last one
/// decides; undone later, it stands and what comes after is no completion of this duty. `None`: nothing is ever undone (S4.9).
///
/// # Errors
/// A `stands` in working days leaves the years with data.
pub fn standing(
    done: &[Instant],
    undone: &[Instant],
    stands: Option<Span>,
    days: &SpecialDays,
    zone: &Zone,
) -> Result<Vec<Instant>, ClockError> {
    let mut left = Vec::new();
    for &at in done {
        let revoked = match stands {
            None => false,
            Some(stands) => {
                let until = ends(at, stands, days, zone)?;
                undone
                    .iter()
                    .any(|undone| *undone >= at && until.allows(*undone))
            }
        };
        if !revoked {
            left.push(at);
        }
    }
    left.sort_unstable();
    Ok(left)
}
