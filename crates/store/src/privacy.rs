//! Private values beside their records: the keys of persons by number, search tokens, the log of views.

use crate::{Error, Tx};
use domain::id::{RecordId, UnitId};
use domain::record::{Hash, Token};
use domain::time::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Under which key of `config` the database names the key store that it belongs to.
const KEY_STORE: &str = "key-store";
/// Under which key `counter` holds the number of the last view.
const VIEWS: &str = "private-view";

/// The key store whose keys seal this database's private values.
pub fn key_store(tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
    tx.optional(
        "select body from config where key = ?1 order by version desc limit 1",
        &[&KEY_STORE],
        |row| row.get(0),
    )
}

/// Names the key store.
///
/// # Errors
/// `Conflict` if one is named already.
pub fn set_key_store(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    tx.run_one(
        "insert into config (key, version, body) values (?1, ?2, ?3)",
        &[&KEY_STORE, &1_i64, &id],
    )
}

/// The key that seals what is new of a person.
pub fn person_key(tx: &mut Tx<'_>, unit: UnitId, person: RecordId) -> Result<Option<i64>, Error> {
    tx.one(
        "select max(key) from person_key where unit_id = ?1 and person_id = ?2",
        &[&unit, &person],
        |row| row.get(0),
    )
}

/// Gives a person a first key, unless somebody was quicker; the key that holds.
pub fn claim_person_key(
    tx: &mut Tx<'_>,
    unit: UnitId,
    person: RecordId,
    key: i64,
    at: Instant,
) -> Result<i64, Error> {
    if let Some(known) = person_key(tx, unit, person)? {
        return Ok(known);
    }
    add_person_key(tx, unit, person, key, at)?;
    Ok(key)
}

/// Gives a person another key.
pub fn add_person_key(
    tx: &mut Tx<'_>,
    unit: UnitId,
    person: RecordId,
    key: i64,
    at: Instant,
) -> Result<(), Error> {
    tx.run_one(
        "insert into person_key (unit_id, person_id, key, made_at) values (?1, ?2, ?3, ?4)",
        &[&unit, &person, &key, &at],
    )
}

/// All keys that a person ever had in a unit.
pub fn person_keys(tx: &mut Tx<'_>, unit: UnitId, person: RecordId) -> Result<Vec<i64>, Error> {
    tx.all(
        "select key from person_key where unit_id = ?1 and person_id = ?2 order by key",
        &[&unit, &person],
        |row| row.get(0),
    )
}

/// Everybody in the unit who has a key.
pub fn persons(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<RecordId>, Error> {
    tx.all(
        "select distinct person_id from person_key where unit_id = ?1",
        &[&unit],
        |row| row.get(0),
    )
}

/// Forgets a person's keys, which have been destroyed.
pub fn forget_person(tx: &mut Tx<'_>, unit: UnitId, person: RecordId) -> Result<(), Error> {
    tx.run(
        "delete from person_key where unit_id = ?1 and person_id = ?2",
        &[&unit, &person],
    )
    .map(|_| ())
}

/// Lets a record be found by a token.
pub fn add_token(
    tx: &mut Tx<'_>,
    unit: UnitId,
    record: RecordId,
    token: &Token,
) -> Result<(), Error> {
    tx.run(
        "insert into search_token (unit_id, token, record_id) values (?1, ?2, ?3) on conflict (unit_id, token, record_id) do nothing",
        &[&unit, &token.as_slice(), &record],
    )
    .map(|_| ())
}

/// Lets a record no longer be found by a token.
pub fn drop_token(
    tx: &mut Tx<'_>,
    unit: UnitId,
    record: RecordId,
    token: &Token,
) -> Result<(), Error> {
    tx.run(
        "delete from search_token where unit_id = ?1 and token = ?2 and record_id = ?3",
        &[&unit, &token.as_slice(), &record],
    )
    .map(|_| ())
}

/// Records with that token, the latest first, at most so many.
pub fn found(
    tx: &mut Tx<'_>,
    unit: UnitId,
    token: &Token,
    limit: i64,
) -> Result<Vec<RecordId>, Error> {
    tx.all(
        "select record_id from search_token where unit_id = ?1 and token = ?2 order by record_id desc limit ?3",
        &[&unit, &token.as_slice(), &limit],
        |row| row.get(0),
    )
}

/// The records that point to another one, under any name, each with the name.
pub fn linked_to(
    tx: &mut Tx<'_>,
    unit: UnitId,
    to: RecordId,
) -> Result<Vec<(RecordId, domain::name::Name)>, Error> {
    tx.all(
        "select from_id, name from link where unit_id = ?1 and to_id = ?2 order by from_id, name",
        &[&unit, &to],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// A line of the log of views.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub by: domain::record::By,
    pub at: Instant,
    pub fields: Vec<domain::name::Name>,
    pub why: String,
    /// The grant under which a secret file was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<RecordId>,
}

/// As stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewLine {
    pub seq: i64,
    pub record: RecordId,
    pub text: String,
    pub hash: Hash,
}

fn line(row: &crate::Row<'_>) -> Result<ViewLine, Error> {
    Ok(ViewLine {
        seq: row.get(0)?,
        record: row.get(1)?,
        text: row.get(2)?,
        hash: Hash(row.get(3)?),
    })
}

/// The hash of a view after one with the hash `before` (zeros for the first).
pub fn view_hash(unit: UnitId, seq: i64, record: RecordId, before: &Hash, text: &str) -> Hash {
    let mut sha = Sha256::new();
    sha.update(before.0);
    sha.update(unit.uuid().as_bytes());
    sha.update(seq.to_be_bytes());
    sha.update(record.uuid().as_bytes());
    sha.update(text.as_bytes());
    Hash(sha.finalize().into())
}

/// Puts a view on record.
pub fn log_view(tx: &mut Tx<'_>, unit: UnitId, record: RecordId, seen: &Seen) -> Result<(), Error> {
    // The counter's row orders those who look at the same time.
    let seq = crate::unit::next_number(tx, unit, VIEWS)?;
    let before: Option<[u8; 32]> = tx.optional(
        "select hash from private_view where unit_id = ?1 and seq = ?2",
        &[&unit, &(seq - 1)],
        |row| row.get(0),
    )?;
    let text = serde_json::to_string(seen).map_err(Error::database)?;
    let hash = view_hash(unit, seq, record, &Hash(before.unwrap_or_default()), &text);
    tx.run_one(
        "insert into private_view (unit_id, seq, record_id, doc, hash) values (?1, ?2, ?3, ?4, ?5)",
        &[&unit, &seq, &record, &text, &hash.0],
    )
}

/// How many views were put on record, as the unit's counter says.
pub fn views_counted(tx: &mut Tx<'_>, unit: UnitId) -> Result<i64, Error> {
    let counted: Option<i64> = tx.optional(
        "select value from counter where unit_id = ?1 and key = ?2",
        &[&unit, &VIEWS],
        |row| row.get(0),
    )?;
    Ok(counted.unwrap_or(0))
}

/// All views in a unit, in their order; shown one by one.
pub fn each_view(
    tx: &mut Tx<'_>,
    unit: UnitId,
    mut each: impl FnMut(ViewLine) -> Result<(), Error>,
) -> Result<(), Error> {
    tx.each(
        "select seq, record_id, doc, hash from private_view where unit_id = ?1 order by seq",
        &[&unit],
        |row| each(line(row)?),
    )
}

/// Who looked at a record's private values, the first first.
pub fn views_of(tx: &mut Tx<'_>, unit: UnitId, record: RecordId) -> Result<Vec<Seen>, Error> {
    let lines = tx.all(
        "select seq, record_id, doc, hash from private_view where unit_id = ?1 and record_id = ?2 order by seq",
        &[&unit, &record],
        line,
    )?;
    lines
        .iter()
        .map(|line| serde_json::from_str(&line.text).map_err(Error::database))
        .collect()
}
