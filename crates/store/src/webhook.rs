//! Programs that are told what happens.

use crate::{Error, Row, Tx};
use domain::id::{RecordId, UnitId};
use domain::time::Instant;
use serde::{Deserialize, Serialize};

/// What somebody has asked to be told, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub url: String,
    /// `*`, `KIND`, `KIND/STEP`.
    pub events: Vec<String>,
    pub since: Instant,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub unit: UnitId,
    pub id: RecordId,
    pub asked: Asked,
    pub secret: String,
    /// Since it was last reached.
    pub failures: i64,
    /// When the first of these was.
    pub failing_since: Option<Instant>,
    /// It is told no more.
    pub off_at: Option<Instant>,
    /// Why it was not reached last.
    pub error: Option<String>,
}

const COLUMNS: &str = "unit_id, id, doc, secret, failures, failing_since, off_at, error";

fn read(row: &Row<'_>) -> Result<Webhook, Error> {
    Ok(Webhook {
        unit: row.get(0)?,
        id: row.get(1)?,
        asked: row.json(2)?,
        secret: row.get(3)?,
        failures: row.get(4)?,
        failing_since: row.get(5)?,
        off_at: row.get(6)?,
        error: row.get(7)?,
    })
}

/// Those of a unit, the oldest first.
///
/// # Errors
/// As the database says.
pub fn list(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Webhook>, Error> {
    tx.all(
        &format!("select {COLUMNS} from webhook where unit_id = ?1 order by id"),
        &[&unit],
        read,
    )
}

/// One of a unit, if it is there.
///
/// # Errors
/// As the database says.
pub fn optional(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<Option<Webhook>, Error> {
    tx.optional(
        &format!("select {COLUMNS} from webhook where unit_id = ?1 and id = ?2"),
        &[&unit, &id],
        read,
    )
}

/// Adds one that is on.
///
/// # Errors
/// `Conflict` if its id is taken.
pub fn insert(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<(), Error> {
    let doc = serde_json::to_string(&webhook.asked).map_err(Error::database)?;
    tx.run_one(
        "insert into webhook (unit_id, id, doc, secret, failures) values (?1, ?2, ?3, ?4, 0)",
        &[&webhook.unit, &webhook.id, &doc, &webhook.secret],
    )
}

/// Takes one away.
///
/// # Errors
/// `NotFound`.
pub fn remove(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<(), Error> {
    match tx.run(
        "delete from webhook where unit_id = ?1 and id = ?2",
        &[&unit, &id],
    )? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// It was reached: what failed before is forgotten, and it is on.
///
/// # Errors
/// As the database says.
pub fn reached(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<(), Error> {
    tx.run(
        "update webhook set failures = 0, failing_since = null, off_at = null, error = null where unit_id = ?1 and id = ?2",
        &[&unit, &id],
    )
    .map(|_| ())
}

/// When a subscription that is not reached is switched off.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// After so many failures in a row,
    pub failures: i64,
    /// the first of them no later than this.
    pub since: Instant,
}

/// It was not reached; whether it is told no more from now on. Counted by the database, so that two servers that fail at once both count.
///
/// # Errors
/// As the database says.
pub fn failed(
    tx: &mut Tx<'_>,
    (unit, id): (UnitId, RecordId),
    error: &str,
    now: Instant,
    limit: Limit,
) -> Result<bool, Error> {
    tx.run(
        "update webhook set failures = failures + 1, error = ?3, failing_since = coalesce(failing_since, ?4) where unit_id = ?1 and id = ?2",
        &[&unit, &id, &error, &now],
    )?;
    let off = tx.run(
        "update webhook set off_at = ?3 where unit_id = ?1 and id = ?2 and off_at is null and failures >= ?4 and failing_since <= ?5",
        &[&unit, &id, &now, &limit.failures, &limit.since],
    )?;
    Ok(off == 1)
}
