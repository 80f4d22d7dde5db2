//! How far the rhythms that open records have come, and the migration of records that a pack has begun.

use crate::duty::{day_number, day_of_number};
use crate::{Error, Tx};
use domain::id::UnitId;
use domain::name::Name;
use domain::record::PackVersion;
use domain::time::Day;
use std::collections::BTreeMap;

/// The last day that is done, of every rhythm that has been looked at here.
pub fn all_done(tx: &mut Tx<'_>, unit: UnitId) -> Result<BTreeMap<Name, Day>, Error> {
    let rows = tx.all(
        "select name, done_on from schedule where unit_id = ?1",
        &[&unit],
        |row| Ok((row.get::<Name>(0)?, row.get::<i64>(1)?)),
    )?;
    let day =
        |number| day_of_number(number).ok_or_else(|| Error::database("a day outside the calendar"));
    rows.into_iter()
        .map(|(name, number)| Ok((name, day(number)?)))
        .collect()
}

/// A day is done, and all before it; never goes back.
pub fn set_done(tx: &mut Tx<'_>, unit: UnitId, name: &Name, day: Day) -> Result<(), Error> {
    tx.run(
        "insert into schedule (unit_id, name, done_on) values (?1, ?2, ?3) \
         on conflict (unit_id, name) do update set done_on = excluded.done_on where schedule.done_on < excluded.done_on",
        &[&unit, name, &day_number(day)],
    )
    .map(|_| ())
}

/// The pack and the zone by which a unit's rows say when something may recur; `None`: they do not say it yet.
pub fn rhythm(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<(PackVersion, String)>, Error> {
    tx.optional(
        "select pack, zone from rhythm where unit_id = ?1",
        &[&unit],
        |row| Ok((PackVersion(row.get(0)?), row.get(1)?)),
    )
}

/// From now on they say it by these.
pub fn set_rhythm(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (pack, zone): (PackVersion, &str),
) -> Result<(), Error> {
    tx.run(
        "insert into rhythm (unit_id, pack, zone) values (?1, ?2, ?3) \
         on conflict (unit_id) do update set pack = excluded.pack, zone = excluded.zone",
        &[&unit, &pack.0, &zone],
    )
    .map(|_| ())
}

const MIGRATION: &str = "migration";

/// Begins the migration of records to a pack, from the version of the one before.
pub fn begin_migration(tx: &mut Tx<'_>, to: PackVersion, from: &str) -> Result<(), Error> {
    tx.run_one(
        "insert into config (key, version, body) values (?1, ?2, ?3)",
        &[&MIGRATION, &to.0, &from],
    )
}

/// The migrations that have not ended, the oldest first: the pack, and the version from which it leads.
pub fn migrations(tx: &mut Tx<'_>) -> Result<Vec<(PackVersion, String)>, Error> {
    tx.all(
        "select version, body from config where key = ?1 and body <> '' order by version",
        &[&MIGRATION],
        |row| Ok((PackVersion(row.get(0)?), row.get(1)?)),
    )
}

/// A migration has come to its end.
pub fn end_migration(tx: &mut Tx<'_>, to: PackVersion) -> Result<(), Error> {
    tx.run_one(
        "update config set body = '' where key = ?1 and version = ?2",
        &[&MIGRATION, &to.0],
    )
}
