//! Work for later, put down in the transaction that wants it done: claimed by lease, tried again when it fails, dead after too many failures.

use crate::{Error, NEVER, Row, Tx};
use domain::id::{RecordId, UnitId};
use domain::time::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Work that somebody has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub unit: UnitId,
    pub id: RecordId,
    /// Whoever holds this lease may end it; when it has run out, another may have claimed it.
    pub lease: i64,
    /// This one included.
    pub attempts: i64,
    doc: String,
}

impl Claimed {
    /// # Errors
    /// A document that is not what the kind of work holds.
    pub fn doc<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.doc).map_err(Error::database)
    }
}

/// Work as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub unit: UnitId,
    pub id: RecordId,
    pub kind: String,
    pub attempts: i64,
    /// `None`: dead, never tried again.
    pub run_at: Option<Instant>,
    pub error: Option<String>,
}

/// Puts work down.
pub fn enqueue(
    tx: &mut Tx<'_>,
    unit: UnitId,
    id: RecordId,
    kind: &str,
    doc: &impl Serialize,
    run_at: Instant,
) -> Result<(), Error> {
    let doc = serde_json::to_string(doc).map_err(Error::database)?;
    tx.run_one(
        "insert into job (unit_id, run_at, id, kind, attempts, doc) values (?1, ?2, ?3, ?4, 0, ?5)",
        &[&unit, &run_at, &id, &kind, &doc],
    )
}

/// Claims what a unit has to do of a kind until `lease`, the oldest first.
pub fn claim(
    tx: &mut Tx<'_>,
    unit: UnitId,
    kind: &str,
    now: Instant,
    lease: Instant,
    limit: i64,
) -> Result<Vec<Claimed>, Error> {
    let claim = tx.claim();
    let due: Vec<(i64, Claimed)> = tx.all(
        &format!(
            "select run_at, id, attempts, doc from job where unit_id = ?1 and run_at <= ?2 and kind = ?3 order by run_at, id limit ?4{claim}"
        ),
        &[&unit, &now, &kind, &limit],
        |row| {
            let claimed = Claimed {
                unit,
                id: row.get(1)?,
                lease: lease.micros(),
                attempts: row.get::<i64>(2)? + 1,
                doc: row.get(3)?,
            };
            Ok((row.get(0)?, claimed))
        },
    )?;
    for (run_at, job) in &due {
        tx.run_one(
            "update job set run_at = ?4, attempts = ?5 where unit_id = ?1 and run_at = ?2 and id = ?3",
            &[&unit, run_at, &job.id, &job.lease, &job.attempts],
        )?;
    }
    Ok(due.into_iter().map(|(_, job)| job).collect())
}

/// Holds claimed work longer; nothing if its lease has run out and another has it.
///
/// # Errors
/// As the database says.
pub fn hold(tx: &mut Tx<'_>, job: &Claimed, lease: Instant) -> Result<Option<Claimed>, Error> {
    let held = tx.run(
        "update job set run_at = ?4 where unit_id = ?1 and run_at = ?2 and id = ?3",
        &[&job.unit, &job.lease, &job.id, &lease],
    )?;
    Ok((held == 1).then(|| Claimed {
        lease: lease.micros(),
        ..job.clone()
    }))
}

/// The work is done; without effect if the lease has run out and another has it.
pub fn done(tx: &mut Tx<'_>, job: &Claimed) -> Result<(), Error> {
    tx.run(
        "delete from job where unit_id = ?1 and run_at = ?2 and id = ?3",
        &[&job.unit, &job.lease, &job.id],
    )
    .map(|_| ())
}

/// Drops what a unit has to do of a kind by now, the oldest first and no more than `limit`; how much it was.
pub fn drop_due(
    tx: &mut Tx<'_>,
    unit: UnitId,
    kind: &str,
    now: Instant,
    limit: i64,
) -> Result<u64, Error> {
    tx.run(
        "delete from job where (unit_id, run_at, id) in (select unit_id, run_at, id from job \
         where unit_id = ?1 and kind = ?2 and run_at <= ?3 order by run_at, id limit ?4)",
        &[&unit, &kind, &now, &limit],
    )
}

/// The work has failed: it is tried again at an instant, or, without one, is dead.
pub fn failed(
    tx: &mut Tx<'_>,
    job: &Claimed,
    again: Option<Instant>,
    error: &str,
) -> Result<(), Error> {
    let run_at = again.map_or(NEVER, Instant::micros);
    tx.run(
        "update job set run_at = ?4, error = ?5 where unit_id = ?1 and run_at = ?2 and id = ?3",
        &[&job.unit, &job.lease, &job.id, &run_at, &error],
    )
    .map(|_| ())
}

/// Dead work is tried again from an instant on, its failures forgotten.
///
/// # Errors
/// `NotFound` if there is no such dead work.
pub fn revive(tx: &mut Tx<'_>, unit: UnitId, id: RecordId, at: Instant) -> Result<(), Error> {
    let revived = tx.run(
        "update job set run_at = ?3, attempts = 0, error = null where unit_id = ?1 and run_at = ?4 and id = ?2",
        &[&unit, &id, &at, &NEVER],
    )?;
    if revived == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Whether a unit has something to do of these kinds by now.
pub fn is_due(tx: &mut Tx<'_>, unit: UnitId, kinds: &[&str], now: Instant) -> Result<bool, Error> {
    for kind in kinds {
        let due = tx.optional(
            "select run_at from job where unit_id = ?1 and kind = ?2 and run_at <= ?3 limit 1",
            &[&unit, kind, &now],
            |row| row.get::<i64>(0),
        )?;
        if due.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All work of a unit that is not done, dead work last.
pub fn waiting(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Waiting>, Error> {
    let read = |row: &Row<'_>| {
        let run_at: i64 = row.get(4)?;
        Ok(Waiting {
            unit: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            attempts: row.get(3)?,
            run_at: (run_at != NEVER).then(|| Instant::from_micros(run_at)),
            error: row.get(5)?,
        })
    };
    tx.all(
        "select unit_id, id, kind, attempts, run_at, error from job where unit_id = ?1 order by run_at, id",
        &[&unit],
        read,
    )
}
