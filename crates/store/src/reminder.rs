//! What members are reminded of, and where mail reaches them.

use crate::query::Query;
use crate::{Error, Owned, Tx};
use domain::id::{MemberId, RecordId, UnitId};
use domain::time::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A reminder of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder<T> {
    pub unit: UnitId,
    pub member: MemberId,
    /// It follows from what the reminder is about.
    pub id: RecordId,
    /// Since when it has been owed.
    pub at: Instant,
    pub read_at: Option<Instant>,
    pub doc: T,
}

/// Whether somebody has been reminded of this.
///
/// # Errors
/// As the database says.
pub fn exists(
    tx: &mut Tx<'_>,
    unit: UnitId,
    member: MemberId,
    id: RecordId,
) -> Result<bool, Error> {
    let found = tx.optional(
        "select at from reminder where unit_id = ?1 and member_id = ?2 and id = ?3",
        &[&unit, &member, &id],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// Reminds somebody, unless he has been reminded of this before; whether he had not.
///
/// # Errors
/// As the database says.
pub fn put<T: Serialize>(tx: &mut Tx<'_>, reminder: &Reminder<T>) -> Result<bool, Error> {
    let doc = serde_json::to_string(&reminder.doc).map_err(Error::database)?;
    let put = tx.run(
        "insert into reminder (unit_id, member_id, id, at, doc) values (?1, ?2, ?3, ?4, ?5) on conflict (unit_id, member_id, id) do nothing",
        &[&reminder.unit, &reminder.member, &reminder.id, &reminder.at, &doc],
    )?;
    Ok(put == 1)
}

/// Those of a member in a unit, the latest first.
///
/// # Errors
/// As the database says.
pub fn list<T: DeserializeOwned>(
    tx: &mut Tx<'_>,
    (unit, member): (UnitId, MemberId),
    id: Option<RecordId>,
    unread: bool,
    limit: i64,
) -> Result<Vec<Reminder<T>>, Error> {
    let mut query = Query::new("select id, at, read_at, doc from reminder where 1 = 1".into());
    query.and("unit_id = ?", Owned::Id(unit.uuid()));
    query.and("member_id = ?", Owned::Id(member.uuid()));
    if let Some(id) = id {
        query.and("id = ?", Owned::Id(id.uuid()));
    }
    if unread {
        query.sql.push_str(" and read_at is null");
    }
    query.end("order by at desc, id desc limit ?", Owned::Int(limit));
    query.all(tx, |row| {
        Ok(Reminder {
            unit,
            member,
            id: row.get(0)?,
            at: row.get(1)?,
            read_at: row.get(2)?,
            doc: row.json(3)?,
        })
    })
}

/// How many a member has not read in a unit.
///
/// # Errors
/// As the database says.
pub fn unread(tx: &mut Tx<'_>, unit: UnitId, member: MemberId) -> Result<i64, Error> {
    tx.one(
        "select count(*) from reminder where unit_id = ?1 and member_id = ?2 and read_at is null",
        &[&unit, &member],
        |row| row.get(0),
    )
}

/// A member has read one, or all of a unit; what was read stays so.
///
/// # Errors
/// `NotFound` if there is none of that id.
pub fn read(
    tx: &mut Tx<'_>,
    (unit, member): (UnitId, MemberId),
    id: Option<RecordId>,
    at: Instant,
) -> Result<(), Error> {
    let Some(id) = id else {
        return tx
            .run(
                "update reminder set read_at = ?3 where unit_id = ?1 and member_id = ?2 and read_at is null",
                &[&unit, &member, &at],
            )
            .map(|_| ());
    };
    if !exists(tx, unit, member, id)? {
        return Err(Error::NotFound);
    }
    tx.run(
        "update reminder set read_at = ?4 where unit_id = ?1 and member_id = ?2 and id = ?3 and read_at is null",
        &[&unit, &member, &id, &at],
    )
    .map(|_| ())
}

/// Forgets what a unit's members were reminded of before an instant.
///
/// # Errors
/// As the database says.
pub fn forget(tx: &mut Tx<'_>, unit: UnitId, before: Instant) -> Result<u64, Error> {
    tx.run(
        "delete from reminder where unit_id = ?1 and at < ?2",
        &[&unit, &before],
    )
}

/// Where mail reaches the holder of an account.
///
/// # Errors
/// As the database says.
pub fn mailbox(tx: &mut Tx<'_>, account: RecordId) -> Result<Option<String>, Error> {
    tx.optional(
        "select address from mailbox where account_id = ?1",
        &[&account],
        |row| row.get(0),
    )
}

/// Says where mail reaches him from now on; `None`: nowhere.
///
/// # Errors
/// `Conflict` if there is no such account.
pub fn set_mailbox(tx: &mut Tx<'_>, account: RecordId, address: Option<&str>) -> Result<(), Error> {
    match address {
        Some(address) => tx.run(
            "insert into mailbox (account_id, address) values (?1, ?2) on conflict (account_id) do update set address = excluded.address",
            &[&account, &address],
        ),
        None => tx.run("delete from mailbox where account_id = ?1", &[&account]),
    }
    .map(|_| ())
}
