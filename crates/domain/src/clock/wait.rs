//! Waits of a record, and which of them stop a duty's clock (S3.1, S3.2).

use crate::name::Name;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A record waited: it was in a state that says so, for a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    pub cause: Name,
    /// When it is said to have begun; counts for nothing but the reader (S3.2, S4.6).
    pub occurred_at: Instant,
    pub recorded_at: Instant,
    /// The step that left the state; `None` while it lasts.
    pub left: Option<Left>,
    /// The other side was called before the wait was recorded.
    pub contact_attempt: bool,
}

/// When a waiting state was left, by both times of the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub occurred_at: Instant,
    pub recorded_at: Instant,
}

/// A cause that stops a duty's clock (S3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stops {
    pub cause: Name,
    /// Only with an attempt to reach the other side (S3.2).
    pub needs_contact_attempt: bool,
}

/// A time that counts as paused: half-open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    pub cause: Name,
    pub from: Instant,
    pub until: Instant,
}

/// The pauses of a duty as of an instant: from when a wait was recorded to the earlier of both times of the step that left it;
/// one that lasts is taken to end at `as_of` (S3.2). In order of time; different causes may overlap.
pub fn counted(waits: &[Wait], stops: &[Stops], as_of: Instant) -> Vec<Paused> {
    let mut pauses: Vec<Paused> = waits
        .iter()
        .filter(|wait| {
            let stop = stops.iter().find(|stop| stop.cause == wait.cause);
            stop.is_some_and(|stop| wait.contact_attempt || !stop.needs_contact_attempt)
        })
        .map(|wait| {
            let left = wait
                .left
                .map_or(as_of, |left| left.occurred_at.min(left.recorded_at));
            Paused {
                cause: wait.cause.clone(),
                from: wait.recorded_at,
                until: left.min(as_of),
            }
        })
        .filter(|pause| pause.from < pause.until)
        .collect();
    pauses.sort_by_key(|pause| (pause.from, pause.until));
    pauses
}
