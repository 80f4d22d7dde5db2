//! Packs that were ever active: an entry is read under the one it was made under, so none is ever removed.

use crate::{Error, Row, Tx};
use domain::name::Name;
use domain::record::PackVersion;
use domain::time::Instant;

/// An activated pack with its sources, path and text of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub number: PackVersion,
    pub name: Name,
    pub version: String,
    pub digest: [u8; 32],
    pub sources: Vec<(String, String)>,
}

fn read(row: &Row<'_>) -> Result<Stored, Error> {
    Ok(Stored {
        number: PackVersion(row.get(0)?),
        name: row.get(1)?,
        version: row.get(2)?,
        digest: row.get(3)?,
        sources: row.json(4)?,
    })
}

/// Keeps a pack under the next number and makes it the active one.
pub fn activate(tx: &mut Tx<'_>, pack: &Stored, at: Instant) -> Result<(), Error> {
    let sources = serde_json::to_string(&pack.sources).map_err(Error::database)?;
    tx.run_one(
        "insert into pack (number, name, version, digest, sources, activated_at) values (?1, ?2, ?3, ?4, ?5, ?6)",
        &[&pack.number.0, &pack.name, &pack.version, &pack.digest, &sources, &at],
    )
}

/// The number of the active pack; `None` before the first.
pub fn active(tx: &mut Tx<'_>) -> Result<Option<PackVersion>, Error> {
    let number: Option<i64> = tx.one("select max(number) from pack", &[], |row| row.get(0))?;
    Ok(number.map(PackVersion))
}

pub fn get(tx: &mut Tx<'_>, number: PackVersion) -> Result<Stored, Error> {
    tx.one(
        "select number, name, version, digest, sources from pack where number = ?1",
        &[&number.0],
        read,
    )
}

/// The numbers and digests of all of them, the oldest first.
pub fn digests(tx: &mut Tx<'_>) -> Result<Vec<(PackVersion, [u8; 32])>, Error> {
    tx.all(
        "select number, digest from pack order by number",
        &[],
        |row| Ok((PackVersion(row.get(0)?), row.get(1)?)),
    )
}
