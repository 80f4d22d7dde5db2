//! The journal: appended to, never changed.

use crate::{Error, Row, Tx};
use domain::id::{ImportId, RecordId, UnitId};
use domain::record::evolve::happened;
use domain::record::{Entry, Hash};
use domain::time::Instant;

/// A line of a journal with its text as stored and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub entry: Entry,
    pub text: String,
    pub hash: Hash,
}

fn read(row: &Row<'_>) -> Result<Line, Error> {
    let (unit, record): (UnitId, RecordId) = (row.get(0)?, row.get(1)?);
    let text: String = row.get(2)?;
    let entry = Entry::from_text(unit, record, &text).map_err(Error::database)?;
    Ok(Line {
        entry,
        text,
        hash: Hash(row.get(3)?),
    })
}

/// Adds a line; `text` is the entry's own text and `hash` the record's new head.
///
/// # Errors
/// `Conflict` if the record has an entry of that number, or another one was opened under the key.
pub fn append(tx: &mut Tx<'_>, entry: &Entry, text: &str, hash: &Hash) -> Result<(), Error> {
    tx.run_one(
        "insert into entry (unit_id, record_id, seq, recorded_at, occurred_at, step, by, key, import_id, doc, hash) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &[
            &entry.unit, &entry.record, &entry.seq, &entry.recorded_at, &happened(entry), &entry.step, &entry.by.member(), &entry.key,
            &entry.import.as_ref().map(|mark| mark.import), &text, &hash.0,
        ],
    )
}

/// The journal of a record, from its first entry.
pub fn journal(tx: &mut Tx<'_>, unit: UnitId, record: RecordId) -> Result<Vec<Line>, Error> {
    tx.all(
        "select unit_id, record_id, doc, hash from entry where unit_id = ?1 and record_id = ?2 order by seq",
        &[&unit, &record],
        read,
    )
}

/// The entry that a caller's key opened a record with.
pub fn by_key(tx: &mut Tx<'_>, unit: UnitId, key: &str) -> Result<Option<Line>, Error> {
    tx.optional(
        "select unit_id, record_id, doc, hash from entry where unit_id = ?1 and key = ?2 and seq = 1",
        &[&unit, &key],
        read,
    )
}

/// The entry of a record that was made under a caller's key; the last of its entries is looked at first.
pub fn by_step_key(
    tx: &mut Tx<'_>,
    unit: UnitId,
    record: RecordId,
    key: &str,
) -> Result<Option<Line>, Error> {
    tx.optional(
        "select unit_id, record_id, doc, hash from entry where unit_id = ?1 and record_id = ?2 and key = ?3 order by seq desc limit 1",
        &[&unit, &record, &key],
        read,
    )
}

/// The entry of that number.
pub fn at(
    tx: &mut Tx<'_>,
    unit: UnitId,
    record: RecordId,
    seq: i64,
) -> Result<Option<Line>, Error> {
    tx.optional(
        "select unit_id, record_id, doc, hash from entry where unit_id = ?1 and record_id = ?2 and seq = ?3",
        &[&unit, &record, &seq],
        read,
    )
}

/// All lines of a unit, record by record, in order; shown one by one.
pub fn each(
    tx: &mut Tx<'_>,
    unit: UnitId,
    mut each: impl FnMut(Line) -> Result<(), Error>,
) -> Result<(), Error> {
    tx.each(
        "select unit_id, record_id, doc, hash from entry where unit_id = ?1 order by record_id, seq",
        &[&unit],
        |row| each(read(row)?),
    )
}

/// The first lines of the records that follow one, record by record, in order.
pub fn following(
    tx: &mut Tx<'_>,
    unit: UnitId,
    after: RecordId,
    most: i64,
) -> Result<Vec<Line>, Error> {
    tx.all(
        "select unit_id, record_id, doc, hash from entry where unit_id = ?1 and record_id > ?2 order by record_id, seq limit ?3",
        &[&unit, &after, &most],
        read,
    )
}

/// The hashes of a unit's entries that were recorded up to an instant, in the order of records and of each record's entries.
pub fn hashes(tx: &mut Tx<'_>, unit: UnitId, until: Instant) -> Result<Vec<Hash>, Error> {
    tx.all(
        "select hash from entry where unit_id = ?1 and recorded_at <= ?2 order by record_id, seq",
        &[&unit, &until],
        |row| Ok(Hash(row.get(0)?)),
    )
}

/// The records of a unit that an import opened or changed.
pub fn imported(tx: &mut Tx<'_>, unit: UnitId, import: ImportId) -> Result<Vec<RecordId>, Error> {
    tx.all(
        "select distinct record_id from entry where unit_id = ?1 and import_id = ?2",
        &[&unit, &import],
        |row| row.get(0),
    )
}
