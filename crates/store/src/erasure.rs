//! Requests to erase what is kept of a person, each waiting for a second member.

use crate::{Error, Row, Tx};
use domain::id::{RecordId, UnitId};
use domain::record::By;
use domain::time::Instant;
use serde::{Deserialize, Serialize};

/// Who asked for it, and on what ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub by: By,
    pub at: Instant,
    /// A word for the lawful ground.
    pub basis: String,
    pub reason: String,
}

/// What a second one said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub by: By,
    pub at: Instant,
    /// Else it was refused.
    pub consented: bool,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub unit: UnitId,
    pub id: RecordId,
    /// The record that registers the person.
    pub person: RecordId,
    pub asked: Asked,
    pub answer: Option<Answer>,
}

const COLUMNS: &str = "unit_id, id, person_id, doc, answer";

fn read(row: &Row<'_>) -> Result<Request, Error> {
    let answer: Option<String> = row.get(4)?;
    Ok(Request {
        unit: row.get(0)?,
        id: row.get(1)?,
        person: row.get(2)?,
        asked: row.json(3)?,
        answer: answer
            .map(|text| serde_json::from_str(&text).map_err(Error::database))
            .transpose()?,
    })
}

/// Those of a unit that wait, the oldest first.
///
/// # Errors
/// As the database says.
pub fn waiting(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Request>, Error> {
    tx.all(
        &format!("select {COLUMNS} from erasure where unit_id = ?1 and answer is null order by id"),
        &[&unit],
        read,
    )
}

/// One of a unit, if it is there.
///
/// # Errors
/// As the database says.
pub fn optional(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<Option<Request>, Error> {
    tx.optional(
        &format!("select {COLUMNS} from erasure where unit_id = ?1 and id = ?2"),
        &[&unit, &id],
        read,
    )
}

/// Adds one that waits.
///
/// # Errors
/// `Conflict` if its id is taken.
pub fn insert(tx: &mut Tx<'_>, request: &Request) -> Result<(), Error> {
    let doc = serde_json::to_string(&request.asked).map_err(Error::database)?;
    tx.run_one(
        "insert into erasure (unit_id, id, person_id, doc) values (?1, ?2, ?3, ?4)",
        &[&request.unit, &request.id, &request.person, &doc],
    )
}

/// Answers one that waits.
///
/// # Errors
/// `NotFound` if it does not wait any more.
pub fn answer(tx: &mut Tx<'_>, unit: UnitId, id: RecordId, answer: &Answer) -> Result<(), Error> {
    let text = serde_json::to_string(answer).map_err(Error::database)?;
    match tx.run(
        "update erasure set answer = ?3 where unit_id = ?1 and id = ?2 and answer is null",
        &[&unit, &id, &text],
    )? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}
