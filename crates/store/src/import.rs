//! Batches of imported rows; what they wrote is marked in the journals.

use crate::{Error, Row, Tx};
use domain::id::{ImportId, RecordId, UnitId};
use domain::time::Instant;

/// One batch, resumed as often as it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub id: ImportId,
    /// Name of the map.
    pub map: String,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
    pub undone_at: Option<Instant>,
    /// JSON that no statement looks into: what was read and how far.
    pub doc: String,
}

const COLUMNS: &str = "id, map, started_at, finished_at, undone_at, doc";

fn read(row: &Row<'_>) -> Result<Batch, Error> {
    Ok(Batch {
        id: row.get(0)?,
        map: row.get(1)?,
        started_at: row.get(2)?,
        finished_at: row.get(3)?,
        undone_at: row.get(4)?,
        doc: row.get(5)?,
    })
}

pub fn insert(tx: &mut Tx<'_>, batch: &Batch) -> Result<(), Error> {
    tx.run_one(
        "insert into import (id, map, started_at, finished_at, undone_at, doc) values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            &batch.id,
            &batch.map,
            &batch.started_at,
            &batch.finished_at,
            &batch.undone_at,
            &batch.doc,
        ],
    )
}

/// Says how far it is.
pub fn update(tx: &mut Tx<'_>, batch: &Batch) -> Result<(), Error> {
    tx.run_one(
        "update import set finished_at = ?2, undone_at = ?3, doc = ?4 where id = ?1",
        &[&batch.id, &batch.finished_at, &batch.undone_at, &batch.doc],
    )
}

/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx<'_>, id: ImportId) -> Result<Batch, Error> {
    tx.one(
        &format!("select {COLUMNS} from import where id = ?1"),
        &[&id],
        read,
    )
}

/// All of them, the oldest first.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Batch>, Error> {
    tx.all(
        &format!("select {COLUMNS} from import order by started_at, id"),
        &[],
        read,
    )
}

/// Makes the source's own id of a void record free for another import.
pub fn release_source(tx: &mut Tx<'_>, unit: UnitId, record: RecordId) -> Result<(), Error> {
    tx.run_one(
        "update record set source = null where unit_id = ?1 and id = ?2",
        &[&unit, &record],
    )
}
