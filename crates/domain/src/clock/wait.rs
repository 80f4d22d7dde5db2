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

/// A time that counts as paused: half-open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    pub cause: Name,
    pub from: Instant,
    pub until: Instant,
}

impl Paused {
    pub(crate) fn interval(&self) -> (Instant, Instant) {
        (self.from, self.until)
    }
}

/// The pauses of a duty: from when a wait for one of its `causes` was recorded to the earlier of both times of the step that left
/// it. One that lasts is taken to end at `as_of`, and with `None` does not count yet (S3.2). A cause that needs an attempt to reach the
/// other side counts only with one. In order of time; different causes may overlap.
pub fn counted(
    waits: &[Wait],
    causes: &[Name],
    as_of: Option<Instant>,
    needs_contact_attempt: &dyn Fn(&Name) -> bool,
) -> Vec<Paused> {
    let counts = |wait: &&Wait| {
        causes.contains(&wait.cause)
            && (wait.contact_attempt || !needs_contact_attempt(&wait.cause))
    };
    let mut pauses: Vec<Paused> = waits
        .iter()
        .filter(counts)
        .filter_map(|wait| {
            let left = wait.left.map(|left| left.occurred_at.min(left.recorded_at));
            let until = match (left, as_of) {
                (Some(left), Some(as_of)) => left.min(as_of),
                (left, as_of) => left.or(as_of)?,
            };
            Some(Paused {
                cause: wait.cause.clone(),
                from: wait.recorded_at,
                until,
            })
        })
        .filter(|pause| pause.from < pause.until)
        .collect();
    pauses.sort_by_key(|pause| (pause.from, pause.until));
    pauses
}
