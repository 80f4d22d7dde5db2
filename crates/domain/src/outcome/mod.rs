//! Outcomes of duties: what a duty's history comes to as of an instant (S4).
//!
//! Outcome and completion are two things: a missed duty is still to do. Everything here is a function of a duty's due time and of what
//! happened to it, in any order of arrival (S0.1); which time of an entry counts is `proof`'s business, who answers for it `holder`'s.

mod attempts;
mod excuse;
mod repeat;

pub use attempts::{DayParts, Distinct, day_part, reached_at};
pub use excuse::{Asked, Decider, EXCUSED_SHARE_BP, ExcuseRefused, who_decides};
pub use repeat::{Occurrence, OnRepeat, Repeat, occurrences, on_start, standing};

use crate::calendar::SpecialDays;
use crate::clock::{ClockError, Due, Span, ends};
use crate::tally::Verdict;
use crate::time::{Instant, Zone};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not done and not late.
    Pending,
    /// Done in time.
    Met,
    /// Not done in time, whether done since or never.
    Missed,
    /// Late for a cause that somebody accepted (S4.3).
    Excused,
    /// Taken out by the pack's own rule (S4.4).
    Exempt,
    /// Its reason ceased before it was due (S4.5).
    Withdrawn,
}

impl Outcome {
    /// The word in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Excused => "excused",
            Self::Exempt => "exempt",
            Self::Withdrawn => "withdrawn",
        }
    }
    /// Whether it counts in a rate: met and missed do (S4.2–S4.5).
    pub const fn counts(self) -> bool {
        matches!(self, Self::Met | Self::Missed)
    }
}

impl From<Outcome> for Verdict {
    /// As an item of evidence, worth nothing when late.
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pending => Self::Pending,
            Outcome::Met => Self::Met,
            Outcome::Missed => Self::Missed,
            Outcome::Excused => Self::Excused,
            Outcome::Exempt => Self::Exempt,
            Outcome::Withdrawn => Self::Withdrawn,
        }
    }
}

/// What happened to a duty, each by the time that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Story<'a> {
    pub due: Due,
    /// Done earlier does not count as done (S2.11).
    pub not_before: Option<Instant>,
    /// When it was done, in any order; those that were undone within their time are left out (`standing`).
    pub done: &'a [Instant],
    /// When the pack's rule took it out: the last attempt of those that it asks for (S4.4).
    pub exempt_at: Option<Instant>,
    /// When its reason ceased, by the recording, once a second person or the other side had confirmed it where that is asked for (S4.5).
    pub withdrawn_at: Option<Instant>,
    pub excuse: Option<Excuse>,
}

impl Story<'_> {
    /// A duty to which nothing has happened.
    pub const fn untouched(due: Due) -> Self {
        Self {
            due,
            not_before: None,
            done: &[],
            exempt_at: None,
            withdrawn_at: None,
            excuse: None,
        }
    }
}

/// A decision to excuse; it counts from when it was recorded (S4.3, S4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    pub recorded_at: Instant,
    /// It also says that nothing is left to do (S4.1).
    pub falls_away: bool,
}

/// What a duty has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub outcome: Outcome,
    pub done_at: Option<Instant>,
    /// Still on its holder's list (S4.1).
    pub to_do: bool,
}

/// How a missed duty is shown (S4.2): late and never are shown apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    Late,
    Never,
}

impl Judgement {
    pub const fn shown(&self) -> Option<Shown> {
        match (self.outcome, self.done_at) {
            (Outcome::Missed, Some(_)) => Some(Shown::Late),
            (Outcome::Missed, None) => Some(Shown::Never),
            _ => None,
        }
    }
}

/// What the duty has come to as of an instant; later happenings are not seen (S0.1, S4.1, S4.2).
///
/// Of what ends a duty in time (done, exempt, withdrawn) the first decides. Late, only its being done matters for the outcome's time; a
/// reason that ceases after the due time leaves it missed and nothing to do.
pub fn judge(story: &Story<'_>, as_of: Instant) -> Judgement {
    let seen = |at: &Instant| *at <= as_of;
    let done_at = story
        .done
        .iter()
        .copied()
        .filter(|at| seen(at) && story.not_before.is_none_or(|opens| *at >= opens))
        .min();
    let exempt_at = story.exempt_at.filter(seen);
    let withdrawn_at = story.withdrawn_at.filter(seen);
    let in_time = |at: Option<Instant>, rank: u8, outcome| {
        at.filter(|at| story.due.allows(*at))
            .map(|at| (at, rank, outcome))
    };
    let first = [
        in_time(done_at, 0, Outcome::Met),
        in_time(withdrawn_at, 1, Outcome::Withdrawn),
        in_time(exempt_at, 2, Outcome::Exempt),
    ]
    .into_iter()
    .flatten()
    .min_by_key(|(at, rank, _)| (*at, *rank));
    let excuse = story.excuse.filter(|excuse| excuse.recorded_at <= as_of);
    let outcome = match (first, excuse) {
        (Some((_, _, outcome)), _) => outcome,
        (None, Some(_)) => Outcome::Excused,
        (None, None) if story.due.is_late(as_of) => Outcome::Missed,
        (None, None) => Outcome::Pending,
    };
    let over = done_at.is_some()
        || withdrawn_at.is_some()
        || outcome == Outcome::Exempt
        || excuse.is_some_and(|excuse| excuse.falls_away);
    Judgement {
        outcome,
        done_at: done_at.filter(|_| !matches!(outcome, Outcome::Exempt | Outcome::Withdrawn)),
        to_do: !over,
    }
}

/// After how long a missed duty climbs one level higher: to the lead, the manager, the company (S4.1).
pub const CLIMBS: [Span; 3] = [Span::hours(1), Span::Days(1), Span::Days(3)];

/// How many levels a missed duty has climbed: 0 is its holder alone. Counted from the last instant before the due time (S4.1).
///
/// # Errors
/// A step in working days leaves the years with data.
pub fn climbed(
    due: Due,
    as_of: Instant,
    climbs: &[Span],
    days: &SpecialDays,
    zone: &Zone,
) -> Result<usize, ClockError> {
    let mut levels = 0;
    for span in climbs {
        if !ends(due.last_instant(), *span, days, zone)?.is_late(as_of) {
            break;
        }
        levels += 1;
    }
    Ok(levels)
}

/// What a duty done late is still worth (S4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    pub within: Span,
    /// Basis points of a case.
    pub worth_bp: i64,
}

impl Late {
    /// Basis points of a case that a duty done late is still worth; counted from its due time, whose day is not counted (S2.2, S4.2).
    ///
    /// # Errors
    /// A limit in working days leaves the years with data.
    pub fn worth(
        &self,
        due: Due,
        done_at: Instant,
        days: &SpecialDays,
        zone: &Zone,
    ) -> Result<i64, ClockError> {
        let from = if self.within.by_days() {
            due.last_instant()
        } else {
            due.at
        };
        let in_time = ends(from, self.within, days, zone)?.allows(done_at);
        Ok(if in_time { self.worth_bp } else { 0 })
    }
}
