//! Which time of an entry decides, and whether it is proven (S2.12, S4.6, S4.7).
//!
//! An entry carries several times: when it is said to have happened, what a device's clock showed, when the other side signed, when
//! the server heard of it. Each duty names its proof; this module picks the time and never refuses anything but a time from the future that is
//! typed online. It does not look at due times: being late is the outcome's business.

use crate::calendar::SpecialDays;
use crate::clock::{ClockError, Due, Span, ends};
use crate::id::MemberId;
use crate::time::{Instant, Moment, Zone};
use serde::{Deserialize, Serialize};

/// What a duty takes for proof of time (S4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// When the server heard of it.
    Server,
    /// The device's clock less its offset.
    Device,
    /// When the other side signed in their own session, or a call record or scan.
    Counterpart,
    /// What was typed, within the back-dating limit.
    Typed,
}

impl Proof {
    /// `server` for durations under a day, `typed` for days and longer (S4.6).
    pub const fn default_for(limit: Span) -> Self {
        match limit {
            Span::Clock(micros) if micros < 86_400_000_000 => Self::Server,
            _ => Self::Typed,
        }
    }
}

/// What a device showed, and how far it was off; offsets are device clock less server clock in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceTimes {
    pub at: Instant,
    pub offset_at_sync: i64,
    /// At the last contact before the entry was made.
    pub offset_at_contact: i64,
}

/// The times of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub recorded_at: Instant,
    /// When it is said to have happened; `None`: when it was recorded.
    pub occurred: Option<Moment>,
    pub device: Option<DeviceTimes>,
    /// When the other side signed in their own session, or a call record or scan (S4.6).
    pub counterpart: Option<Instant>,
    /// The instant that a second person confirmed, not after the recording: it counts whatever the proof (S2.12, S4.6, S9.2).
    pub confirmed: Option<Instant>,
    pub from: Source,
}

/// Where an entry comes from, as far as its times depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    #[default]
    Live,
    /// A paper entry that an outage lets in (S4.7).
    Outage,
    /// Imported history: the source's time counts as it stands (S4.8).
    Import,
}

impl Times {
    /// Done and recorded at once.
    pub const fn at(at: Instant) -> Self {
        Self {
            recorded_at: at,
            occurred: None,
            device: None,
            counterpart: None,
            confirmed: None,
            from: Source::Live,
        }
    }
}

/// Limits on what times are believed; inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Microseconds by which a typed time may lie before its recording.
    pub back_dating: i64,
    /// Microseconds by which the two offsets of a device may differ.
    pub drift: i64,
    /// Microseconds by which a time may lie in the future online.
    pub ahead: i64,
}

impl Default for Limits {
    /// 24 hours, 2 minutes, 2 minutes.
    fn default() -> Self {
        Self {
            back_dating: 24 * 3_600_000_000,
            drift: 120_000_000,
            ahead: 120_000_000,
        }
    }
}

/// The time that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// A day without a time that is compared as a day stands at its last instant, or where it was recorded if that is earlier.
    pub at: Instant,
    pub by: Deciding,
    /// The time is not proven: until a second person confirms it, another counts (S4.6).
    pub unproven: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deciding {
    RecordedAt,
    OccurredAt,
    Counterpart,
    DeviceCorrected,
    /// A second person stated the instant.
    Confirmed,
    /// The time of an imported history.
    Source,
}

/// The time of an entry that decides a duty with this proof. `by_days`: the duty counts in days, so that a date without a time is compared
/// as a day; else such a date proves no instant (S2.12).
pub fn decide(
    proof: Proof,
    times: &Times,
    by_days: bool,
    limits: &Limits,
    zone: &Zone,
) -> Decision {
    let decided = |at, by| Decision {
        at,
        by,
        unproven: false,
    };
    let recorded = decided(times.recorded_at, Deciding::RecordedAt);
    let unproven = Decision {
        unproven: true,
        ..recorded
    };
    let confirmed = times.confirmed.filter(|at| *at <= times.recorded_at);
    match times.from {
        Source::Import => {
            return match times.occurred {
                None => recorded,
                Some(Moment::At(at)) => decided(at, Deciding::Source),
                Some(Moment::On(day)) => Decision {
                    unproven: !by_days,
                    ..decided(zone.end_of(day).plus_micros(-1), Deciding::Source)
                },
            };
        }
        Source::Outage => {
            return match (times.occurred, confirmed) {
                (Some(Moment::At(at)), _) => decided(at, Deciding::OccurredAt),
                (Some(Moment::On(day)), _) if by_days => {
                    decided(zone.end_of(day).plus_micros(-1), Deciding::OccurredAt)
                }
                (_, Some(at)) => decided(at, Deciding::Confirmed),
                (Some(Moment::On(_)), None) => unproven,
                (None, None) => recorded,
            };
        }
        Source::Live => {}
    }
    if let Some(at) = confirmed {
        return decided(at, Deciding::Confirmed);
    }
    match proof {
        Proof::Server => recorded,
        Proof::Counterpart => match times.counterpart {
            Some(at) => decided(at.min(times.recorded_at), Deciding::Counterpart),
            None => recorded,
        },
        Proof::Device => match times.device {
            Some(device)
                if device.offset_at_sync.abs_diff(device.offset_at_contact)
                    <= limits.drift.unsigned_abs() =>
            {
                let corrected = device.at.plus_micros(-device.offset_at_sync);
                decided(corrected.min(times.recorded_at), Deciding::DeviceCorrected)
            }
            Some(_) => unproven,
            None => recorded,
        },
        Proof::Typed => match times.occurred {
            None => recorded,
            Some(Moment::On(_)) if !by_days => unproven,
            // For the back-dating limit a day stands at its end (S2.12).
            Some(Moment::On(day))
                if times.recorded_at.since(zone.end_of(day)) <= limits.back_dating =>
            {
                let at = zone.end_of(day).plus_micros(-1).min(times.recorded_at);
                decided(at, Deciding::OccurredAt)
            }
            Some(Moment::At(at))
                if (0..=limits.back_dating).contains(&times.recorded_at.since(at)) =>
            {
                decided(at, Deciding::OccurredAt)
            }
            Some(_) => recorded,
        },
    }
}

/// Whether a stated time is refused because it lies in the future: online only, a queue is never refused for its clock (S4.7).
pub fn is_refused_as_future(
    occurred: Moment,
    now: Instant,
    queued: bool,
    limits: &Limits,
    zone: &Zone,
) -> bool {
    let ahead = match occurred {
        Moment::At(at) => at.since(now) > limits.ahead,
        Moment::On(day) => day > zone.day_of(now),
    };
    ahead && !queued
}

/// An outage, declared by a manager one level up (S4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    pub from: Instant,
    pub until: Instant,
}

/// A paper entry that asks to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    pub occurred_at: Instant,
    pub recorded_at: Instant,
    pub photo: bool,
    pub by: Option<MemberId>,
    pub recorded_by: Option<MemberId>,
    pub second: Option<MemberId>,
}

/// Why a paper entry does not count from when it occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperRefused {
    #[error("it did not happen during the outage")]
    OutsideOutage,
    #[error("the time for paper entries of this outage is over")]
    TooLate,
    #[error("a photo of the paper is needed")]
    NoPhoto,
    #[error("a second person is needed, other than the one who did it and the one who recorded it")]
    NoSecondPerson,
    #[error(transparent)]
    Clock(#[from] ClockError),
}

impl Outage {
    /// Until when paper entries come in: three working days, the day on which it ended not counted (S4.7).
    ///
    /// # Errors
    /// A year without calendar data.
    pub fn paper_until(&self, days: &SpecialDays, zone: &Zone) -> Result<Due, ClockError> {
        ends(self.until, Span::Workdays(3), days, zone)
    }

    /// Lets a paper entry in, marked, counting from when it occurred, or says why not (S4.7).
    ///
    /// # Errors
    /// What is missing.
    pub fn admit(
        &self,
        paper: &Paper,
        days: &SpecialDays,
        zone: &Zone,
    ) -> Result<(), PaperRefused> {
        if paper.occurred_at < self.from || paper.occurred_at > self.until {
            return Err(PaperRefused::OutsideOutage);
        }
        if !self.paper_until(days, zone)?.allows(paper.recorded_at) {
            return Err(PaperRefused::TooLate);
        }
        if !paper.photo {
            return Err(PaperRefused::NoPhoto);
        }
        if paper.second.is_none() || paper.second == paper.by || paper.second == paper.recorded_by {
            return Err(PaperRefused::NoSecondPerson);
        }
        Ok(())
    }
}
