//! Steps from a device's queue that came too late for their record, until somebody has looked at them.

use crate::{Error, Tx};
use domain::id::{RecordId, UnitId};
use domain::time::Instant;

/// One of them: the entry that keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unapplied {
    pub record: RecordId,
    pub seq: i64,
    pub at: Instant,
}

/// # Errors
/// As the database says.
pub fn insert(
    tx: &mut Tx<'_>,
    unit: UnitId,
    record: RecordId,
    seq: i64,
    at: Instant,
) -> Result<(), Error> {
    tx.run_one(
        "insert into unapplied (unit_id, record_id, seq, at) values (?1, ?2, ?3, ?4)",
        &[&unit, &record, &seq, &at],
    )
}

/// Somebody has looked at it; false if it was not there.
///
/// # Errors
/// As the database says.
pub fn remove(tx: &mut Tx<'_>, unit: UnitId, record: RecordId, seq: i64) -> Result<bool, Error> {
    tx.run(
        "delete from unapplied where unit_id = ?1 and record_id = ?2 and seq = ?3",
        &[&unit, &record, &seq],
    )
    .map(|rows| rows > 0)
}

/// Those of a unit, record by record.
///
/// # Errors
/// As the database says.
pub fn list(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Unapplied>, Error> {
    tx.all(
        "select record_id, seq, at from unapplied where unit_id = ?1 order by record_id, seq",
        &[&unit],
        |row| {
            Ok(Unapplied {
                record: row.get(0)?,
                seq: row.get(1)?,
                at: row.get(2)?,
            })
        },
    )
}
