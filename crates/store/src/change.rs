//! Which records changed, in the order in which it is told, so that other processes hear of it and a listener can go on where it stopped.

use crate::{Error, Tx, unit};
use domain::id::UnitId;
use domain::time::Instant;

/// Changes of one unit that are told together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub unit: UnitId,
    pub seq: i64,
    /// JSON that no statement looks into.
    pub doc: String,
}

/// Appends what changed under the unit's next number.
///
/// # Errors
/// As the database says.
pub fn append(tx: &mut Tx<'_>, unit: UnitId, at: Instant, doc: &str) -> Result<i64, Error> {
    let seq = unit::next_number(tx, unit, "change")?;
    tx.run_one(
        "insert into change (unit_id, seq, at, doc) values (?1, ?2, ?3, ?4)",
        &[&unit, &seq, &at, &doc],
    )?;
    Ok(seq)
}

/// What was told of a unit after a number, at most `limit`.
///
/// # Errors
/// As the database says.
pub fn after(tx: &mut Tx<'_>, unit: UnitId, seq: i64, limit: i64) -> Result<Vec<Told>, Error> {
    tx.all(
        "select unit_id, seq, doc from change where unit_id = ?1 and seq > ?2 order by seq limit ?3",
        &[&unit, &seq, &limit],
        |row| {
            Ok(Told {
                unit: row.get(0)?,
                seq: row.get(1)?,
                doc: row.get(2)?,
            })
        },
    )
}

/// The first number that is still kept and the last one given; `None` if nothing is kept.
///
/// # Errors
/// As the database says.
pub fn span(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<(i64, i64)>, Error> {
    let (first, last): (Option<i64>, Option<i64>) = tx.one(
        "select min(seq), max(seq) from change where unit_id = ?1",
        &[&unit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(first.zip(last))
}

/// Forgets what was told before an instant.
///
/// # Errors
/// As the database says.
pub fn forget(tx: &mut Tx<'_>, unit: UnitId, before: Instant) -> Result<u64, Error> {
    tx.run(
        "delete from change where unit_id = ?1 and at < ?2",
        &[&unit, &before],
    )
}
