//! What is known of attachments; their content lies in a folder, under the digest that is the key here.

use crate::{Error, Row, Tx};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::time::Instant;

/// One attachment of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 of the content as stored.
    pub digest: [u8; 32],
    pub media: String,
    pub size: i64,
    pub created_at: Instant,
    /// JSON that no statement looks into.
    pub doc: String,
}

/// Notes an attachment; the same content again changes nothing.
///
/// # Errors
/// As the database says.
pub fn put(tx: &mut Tx<'_>, unit: UnitId, blob: &Blob) -> Result<(), Error> {
    tx.run(
        "insert into blob (unit_id, digest, media, size, created_at, doc) values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (unit_id, digest) do nothing",
        &[&unit, &blob.digest, &blob.media, &blob.size, &blob.created_at, &blob.doc],
    )
    .map(|_| ())
}

/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx<'_>, unit: UnitId, digest: &[u8; 32]) -> Result<Blob, Error> {
    tx.one(
        "select digest, media, size, created_at, doc from blob where unit_id = ?1 and digest = ?2",
        &[&unit, digest],
        blob,
    )
}

/// As [`get`], where it may be gone.
///
/// # Errors
/// As the database says.
pub fn optional(tx: &mut Tx<'_>, unit: UnitId, digest: &[u8; 32]) -> Result<Option<Blob>, Error> {
    tx.optional(
        "select digest, media, size, created_at, doc from blob where unit_id = ?1 and digest = ?2",
        &[&unit, digest],
        blob,
    )
}

/// The field of a record that names an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub record: RecordId,
    pub field: Name,
}

/// Notes that a field of a record names an attachment.
///
/// # Errors
/// As the database says.
pub fn used(tx: &mut Tx<'_>, unit: UnitId, digest: &[u8; 32], by: &Use) -> Result<(), Error> {
    tx.run(
        "insert into attachment_use (unit_id, digest, record_id, field) values (?1, ?2, ?3, ?4) on conflict (unit_id, digest, record_id, field) do nothing",
        &[&unit, digest, &by.record, &by.field],
    )
    .map(|_| ())
}

/// Notes that a field of a record names an attachment no more.
///
/// # Errors
/// As the database says.
pub fn unused(tx: &mut Tx<'_>, unit: UnitId, digest: &[u8; 32], by: &Use) -> Result<(), Error> {
    tx.run(
        "delete from attachment_use where unit_id = ?1 and digest = ?2 and record_id = ?3 and field = ?4",
        &[&unit, digest, &by.record, &by.field],
    )
    .map(|_| ())
}

/// The fields that name an attachment, those of later records first, at most so many.
///
/// # Errors
/// As the database says.
pub fn uses(
    tx: &mut Tx<'_>,
    unit: UnitId,
    digest: &[u8; 32],
    limit: i64,
) -> Result<Vec<Use>, Error> {
    tx.all(
        "select record_id, field from attachment_use where unit_id = ?1 and digest = ?2 order by record_id desc, field limit ?3",
        &[&unit, digest, &limit],
        |row| {
            Ok(Use {
                record: row.get(0)?,
                field: row.get(1)?,
            })
        },
    )
}

/// Attachments that came before an instant and that nothing names, at most so many.
///
/// # Errors
/// As the database says.
pub fn forgotten(
    tx: &mut Tx<'_>,
    unit: UnitId,
    before: Instant,
    limit: i64,
) -> Result<Vec<Blob>, Error> {
    tx.all(
        "select digest, media, size, created_at, doc from blob where unit_id = ?1 and created_at < ?2 and not exists \
         (select 1 from attachment_use where attachment_use.unit_id = blob.unit_id and attachment_use.digest = blob.digest) limit ?3",
        &[&unit, &before, &limit],
        blob,
    )
}

/// Forgets an attachment that nothing names; whether it did.
///
/// # Errors
/// As the database says.
pub fn forget(tx: &mut Tx<'_>, unit: UnitId, digest: &[u8; 32]) -> Result<bool, Error> {
    let gone = tx.run(
        "delete from blob where unit_id = ?1 and digest = ?2 and not exists \
         (select 1 from attachment_use where attachment_use.unit_id = blob.unit_id and attachment_use.digest = blob.digest)",
        &[&unit, digest],
    )?;
    Ok(gone > 0)
}

fn blob(row: &Row<'_>) -> Result<Blob, Error> {
    Ok(Blob {
        digest: row.get(0)?,
        media: row.get(1)?,
        size: row.get(2)?,
        created_at: row.get(3)?,
        doc: row.get(4)?,
    })
}
