//! Work for later, whatever it is: claimed by lease, tried again later and later, given up after too many failures with the last reason kept.
//!
//! At least once: whoever does it makes sure that once more changes nothing. An administrator sees what waits and what was given up, and has
//! the latter tried again.

use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use domain::access::{Privilege, own_work};
use domain::id::{RecordId, UnitId};
use domain::time::Instant;
use store::job::{Claimed, Waiting};
use store::{Lane, job};

/// Claimed at once.
const BATCH: i64 = 50;
/// What was claimed longer ago than this part of its lease is claimed anew before it is begun, since others before it were slow: a fifth.
const HELD: i64 = 5;
/// The first wait after a failure is twice this, and doubled with each: a minute, two, … half a day and more.
const WAIT: i64 = 30_000_000;
/// Work that has failed so often is dead: after nearly three days.
const MOST: i64 = 12;

/// What came of a unit's work of one kind.
#[derive(Debug, Default)]
pub(crate) struct Came {
    pub done: u64,
    /// Why what failed did so.
    pub failed: Vec<String>,
    /// What was given up.
    pub dead: Vec<Claimed>,
}

/// Does what a unit has to do of a kind by an instant.
///
/// # Errors
/// A database that cannot be read or written.
pub(crate) fn each<E: ToString>(
    office: &Office,
    unit: UnitId,
    kind: &'static str,
    as_of: Instant,
    mut work: impl FnMut(&Claimed) -> Result<(), E>,
) -> Result<Came, Error> {
    let mut came = Came::default();
    let lasts = office.leases().work_micros;
    // A unit with nothing to do costs no turn of the writer.
    while office.read(|tx| job::is_due(tx, unit, &[kind], as_of))? {
        // By the clock where that is ahead: a round that began long ago has no less time for the work, and fails no faster.
        let now = || as_of.max(office.clock().now());
        let held = now();
        let lease = held.plus_micros(lasts);
        let claimed = office.write(&own_work(), Lane::Bulk, move |tx| {
            job::claim(tx, unit, kind, as_of, lease, BATCH)
        })?;
        if claimed.is_empty() {
            break;
        }
        for job in claimed {
            let at = now();
            let job = if at.since(held) < lasts / HELD {
                job
            } else {
                let (longer, begun) = (at.plus_micros(lasts), job);
                let still = office.write(&own_work(), Lane::Bulk, move |tx| {
                    job::hold(tx, &begun, longer)
                })?;
                let Some(still) = still else { continue };
                still
            };
            // Whoever had it so often before never came back to say why.
            let done = if job.attempts > MOST {
                Err("办理多次中断 (it was begun many times and never ended)".to_owned())
            } else {
                work(&job).map_err(|error| error.to_string())
            };
            let again = now().plus_micros(WAIT << job.attempts.clamp(1, 20));
            let dead = done.is_err() && job.attempts >= MOST;
            match &done {
                Ok(()) => came.done += 1,
                Err(why) => came.failed.push(format!("{}: {why}", job.id)),
            }
            if dead {
                came.dead.push(job.clone());
            }
            office.write(&own_work(), Lane::Bulk, move |tx| match &done {
                Ok(()) => job::done(tx, &job),
                Err(why) => job::failed(tx, &job, (!dead).then_some(again), why),
            })?;
        }
    }
    Ok(came)
}

/// Drops what a unit has to do of a kind that nobody here does, in one commit for many.
///
/// # Errors
/// A database that cannot be read or written.
pub(crate) fn forget(
    office: &Office,
    unit: UnitId,
    kind: &'static str,
    as_of: Instant,
) -> Result<(), Error> {
    const AT_ONCE: i64 = 500;
    while office.read(|tx| job::is_due(tx, unit, &[kind], as_of))? {
        office.write(&own_work(), Lane::Bulk, move |tx| {
            job::drop_due(tx, unit, kind, as_of, AT_ONCE)
        })?;
    }
    Ok(())
}

/// Work that is not done, of a unit; what was given up comes last.
///
/// # Errors
/// `Denied`.
pub fn list(office: &Office, actor: &Actor, unit: UnitId) -> Result<Vec<Waiting>, Error> {
    let _ = office.privilege(actor, Privilege::Integrations, Some(unit))?;
    Ok(office.read(|tx| job::waiting(tx, unit))?)
}

/// Has work that was given up tried again, from now on.
///
/// # Errors
/// `Denied`; `NotFound` if there is none that was given up.
pub fn try_again(office: &Office, actor: &Actor, unit: UnitId, id: RecordId) -> Result<(), Error> {
    let permit = office.privilege(actor, Privilege::Integrations, Some(unit))?;
    let now = office.clock().now();
    Ok(office.write(&permit, Lane::Interactive, move |tx| {
        job::revive(tx, unit, id, now)
    })?)
}
