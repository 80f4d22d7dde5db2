//! What a server does by itself: rounds that look at the world anew and do what it is owed, one process at a time.
//!
//! Whoever holds the lease does the round; the others look again a minute later. A process that dies in the middle leaves a lease that runs
//! out and a round that the next one begins afresh. The lease saves work and keeps nothing safe: a round that two do comes to the same, since
//! each thing is done by a transaction that finds it still to do.

use crate::error::Error;
use crate::office::Office;
use crate::reminder::{Looked, remind_again};
use crate::{attachment, handover, reminder, sweep};
use domain::access::own_work;
use domain::id::{SessionId, UnitId};
use domain::time::Instant;
use std::collections::HashMap;
use store::{Lane, lease};

/// The lease that the rounds are held under.
pub const LEASE: &str = "rounds";
/// How long the lease of the rounds lasts unless it is held longer or said otherwise: 3 minutes, in microseconds.
pub const LASTS: i64 = 180_000_000;
/// How long whoever claims work for later has for it unless it is said otherwise: 5 minutes, in microseconds.
pub const WORK_LASTS: i64 = 300_000_000;

/// How long what a process is at stays its own. Shorter, another goes on sooner after a process that died; what takes one longer than its
/// lease, another may do too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leases {
    /// The rounds, in microseconds.
    pub rounds_micros: i64,
    /// Work for later that was claimed, in microseconds.
    pub work_micros: i64,
}

impl Default for Leases {
    fn default() -> Self {
        Self {
            rounds_micros: LASTS,
            work_micros: WORK_LASTS,
        }
    }
}

/// Hand-overs look at every open record of a unit: at once where its registers changed, else every so many rounds, since a leave begins and
/// ends by the clock.
const HAND_OVERS: u32 = 15;
/// Rounds between two looks for attachments that nobody filed: an hour.
const CLEANED: u32 = 60;

/// What was sent before this and has not been filed is forgotten: a device that comes back after a week has had its chance.
pub fn forgotten(now: Instant) -> Instant {
    const WEEK: i64 = 7 * 24 * 3_600_000_000;
    now.plus_micros(-WEEK)
}

/// The rounds of one process.
pub struct Rounds {
    office: Office,
    holder: SessionId,
    round: u32,
    /// The rosters that hand-overs have followed.
    known: HashMap<UnitId, i64>,
    /// What is not to be reminded of yet.
    looked: HashMap<UnitId, Looked>,
}

/// What a round did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Round {
    Done(sweep::Swept),
    /// Another process does it.
    Elsewhere,
    /// It was told to stop; the next one goes on.
    Stopped,
}

impl Rounds {
    pub fn new(office: Office) -> Self {
        let holder = office.clock().session_id();
        Self {
            office,
            holder,
            round: 0,
            known: HashMap::new(),
            looked: HashMap::new(),
        }
    }

    /// Takes the lease or holds it longer; whether it is this process's.
    fn hold(&self) -> Result<bool, Error> {
        let (holder, now) = (self.holder, self.office.clock().now());
        let span = (now, now.plus_micros(self.office.leases().rounds_micros));
        Ok(self.office.write(&own_work(), Lane::Bulk, move |tx| {
            lease::take(tx, LEASE, holder, span)
        })?)
    }

    /// Does what is owed by now, unless another process is at it.
    ///
    /// # Errors
    /// A database that cannot be read or written; the next round tries again.
    pub fn go(&mut self) -> Result<Round, Error> {
        self.go_while(|| true)
    }

    /// As [`Rounds::go`], but no further than to the end of the unit at which it is `going` no more: a server that is told to end does
    /// not keep whoever ends it waiting for a whole round.
    ///
    /// # Errors
    /// As [`Rounds::go`].
    pub fn go_while(&mut self, mut going: impl FnMut() -> bool) -> Result<Round, Error> {
        if !self.hold()? {
            // Whoever takes over looks at everything.
            self.known.clear();
            self.looked.clear();
            return Ok(Round::Elsewhere);
        }
        let round = self.round;
        self.round = round.wrapping_add(1);
        for unit in self.office.units()? {
            let before = self.known.get(&unit.id).copied();
            if round.is_multiple_of(HAND_OVERS) || before != Some(unit.roster_version) {
                if !self.hold()? {
                    return Ok(Round::Elsewhere);
                }
                handover::hand_over(&self.office, unit.id)?;
                self.known.insert(unit.id, unit.roster_version);
            }
            if !going() {
                return Ok(Round::Stopped);
            }
        }
        if !self.hold()? {
            return Ok(Round::Elsewhere);
        }
        let now = self.office.clock().now();
        if round.is_multiple_of(CLEANED) {
            attachment::clean(&self.office, forgotten(now))?;
        }
        let swept = sweep::sweep(&self.office, now)?;
        for unit in self.office.units()? {
            if !going() {
                return Ok(Round::Stopped);
            }
            let looked = self.looked.entry(unit.id).or_default();
            remind_again(&self.office, unit.id, now, looked)?;
            if round.is_multiple_of(CLEANED) {
                reminder::forget(&self.office, unit.id, now)?;
            }
        }
        Ok(Round::Done(swept))
    }

    /// Gives the lease back, so that another process need not wait for its end.
    ///
    /// # Errors
    /// A database that cannot be written; the lease then runs out by itself.
    pub fn end(self) -> Result<(), Error> {
        let holder = self.holder;
        Ok(self.office.write(&own_work(), Lane::Bulk, move |tx| {
            lease::give_back(tx, LEASE, holder)
        })?)
    }
}
