//! What is known of attachments; their content lies in a folder, under the digest that is the key here.

use crate::{Error, Tx};
use domain::id::UnitId;
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
        |row| {
            Ok(Blob {
                digest: row.get(0)?,
                media: row.get(1)?,
                size: row.get(2)?,
                created_at: row.get(3)?,
                doc: row.get(4)?,
            })
        },
    )
}
