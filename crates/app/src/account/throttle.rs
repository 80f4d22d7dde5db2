//! How failures slow down whoever fails.

use super::{AccountError, digest};
use domain::time::Instant;
use store::account::{self, Digest, Failures};
use store::{Error, Tx};

/// Failures of one login from one place before it must wait, and of a place whatever the login.
const FREE: i64 = 5;
const FREE_SOURCE: i64 = 50;
/// The first wait, doubled with every further failure, and the longest.
const FIRST: i64 = 15_000_000;
const LONGEST: i64 = 900_000_000;
/// After so long without a failure all is forgotten.
const FORGOTTEN: i64 = 86_400_000_000;

/// What failures are counted for.
pub(super) struct Keys {
    /// A login with where it is tried: a source, or a device that has signed in before.
    pair: Digest,
    /// The source alone; not for a known device, whose owner may sit beside whoever fails.
    source: Option<Digest>,
}

impl Keys {
    pub(super) fn new(login: &str, source: &str, device: Option<&Digest>) -> Self {
        match device {
            Some(device) => {
                let device: String = device.iter().map(|byte| format!("{byte:02x}")).collect();
                Self {
                    pair: digest("failure-device", &format!("{login}\0{device}")),
                    source: None,
                }
            }
            None => Self {
                pair: digest("failure", &format!("{login}\0{source}")),
                source: Some(digest("failure-source", source)),
            },
        }
    }

    /// # Errors
    /// `Wait`.
    pub(super) fn check(
        &self,
        tx: &mut Tx<'_>,
        now: Instant,
    ) -> Result<Result<(), AccountError>, Error> {
        let mut until = account::failures(tx, &self.pair)?.until;
        if let Some(source) = &self.source {
            until = until.max(account::failures(tx, source)?.until);
        }
        let left = until - now.micros();
        Ok(if left > 0 {
            Err(AccountError::Wait(left.div_euclid(1_000_000) + 1))
        } else {
            Ok(())
        })
    }

    pub(super) fn failed(&self, tx: &mut Tx<'_>, now: Instant) -> Result<(), Error> {
        one_more(tx, &self.pair, FREE, now)?;
        match &self.source {
            Some(source) => one_more(tx, source, FREE_SOURCE, now),
            None => Ok(()),
        }
    }

    /// A success forgives the login here; that of one login does not forgive a source that tries many.
    pub(super) fn succeeded(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        account::clear_failures(tx, &self.pair)
    }
}

/// How often something may happen to one telephone, wherever it comes from.
pub(super) struct Limit {
    key: Digest,
    most: i64,
    /// Between two, in microseconds.
    apart: i64,
}

impl Limit {
    /// Codes sent: one a minute, ten a day.
    pub(super) fn sent(token: &str) -> Self {
        Self {
            key: digest("code-sent", token),
            most: 10,
            apart: 60_000_000,
        }
    }
    /// Wrong guesses at a code: five.
    pub(super) fn guessed(token: &str) -> Self {
        Self {
            key: digest("code-guessed", token),
            most: 4,
            apart: 0,
        }
    }

    /// Counts one more; whether it may happen. What may not happen is not counted. Counts are forgotten after a day.
    pub(super) fn admits(&self, tx: &mut Tx<'_>, now: Instant) -> Result<bool, Error> {
        let known = account::hold_failures(tx, &self.key)?;
        let since = now.micros() - known.last;
        let begun = known.until - FORGOTTEN;
        let fresh = known.count == 0 || now.micros() - begun > FORGOTTEN;
        let count = if fresh { 0 } else { known.count };
        if count >= self.most || (count > 0 && since < self.apart) {
            return Ok(false);
        }
        let begun = if fresh { now.micros() } else { begun };
        let failures = Failures {
            count: count + 1,
            // A day after the first.
            until: begun + FORGOTTEN,
            last: now.micros(),
        };
        account::put_failures(tx, &self.key, failures)?;
        Ok(true)
    }

    pub(super) fn forget(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        account::clear_failures(tx, &self.key)
    }
}

fn one_more(tx: &mut Tx<'_>, key: &Digest, free: i64, now: Instant) -> Result<(), Error> {
    let known = account::hold_failures(tx, key)?;
    let count = if now.micros() - known.last > FORGOTTEN {
        1
    } else {
        known.count + 1
    };
    let beyond = u32::try_from((count - free).clamp(0, 20)).unwrap_or(20);
    let wait = match beyond {
        0 => 0,
        beyond => (FIRST << (beyond - 1)).min(LONGEST),
    };
    let failures = Failures {
        count,
        until: now.micros() + wait,
        last: now.micros(),
    };
    account::put_failures(tx, key, failures)
}
