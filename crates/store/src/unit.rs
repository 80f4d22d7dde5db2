//! The tree of company, regions and projects; what is numbered per unit.

use crate::{Error, Row, Tx};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::time::{Instant, Zone};
use domain::unit::Unit;

const COLUMNS: &str =
    "id, parent, level, code, name, zone, attributes, roster_version, config_version";

fn read(row: &Row<'_>) -> Result<Unit, Error> {
    let (level, zone): (String, String) = (row.get(2)?, row.get(5)?);
    Ok(Unit {
        id: row.get(0)?,
        parent: row.get(1)?,
        level: level.parse().map_err(Error::database)?,
        code: row.get(3)?,
        name: row.get(4)?,
        zone: Zone::named(&zone).ok_or_else(|| Error::database(format!("no time zone {zone}")))?,
        attributes: row.json(6)?,
        roster_version: row.get(7)?,
        config_version: row.get(8)?,
    })
}

/// Adds a unit.
///
/// # Errors
/// `Conflict` if its code is taken or its parent does not exist.
pub fn insert(tx: &mut Tx<'_>, unit: &Unit, at: Instant) -> Result<(), Error> {
    let attributes = serde_json::to_string(&unit.attributes).map_err(Error::database)?;
    tx.run_one(
        "insert into unit (id, parent, level, code, name, zone, attributes, roster_version, config_version, created_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8)",
        &[&unit.id, &unit.parent, &unit.level.as_str(), &unit.code, &unit.name, &unit.zone.name(), &attributes, &at],
    )
}

pub fn get(tx: &mut Tx<'_>, id: UnitId) -> Result<Unit, Error> {
    tx.one(
        &format!("select {COLUMNS} from unit where id = ?1"),
        &[&id],
        read,
    )
}

/// All units, parents before children, by code.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Unit>, Error> {
    let mut units = tx.all(&format!("select {COLUMNS} from unit"), &[], read)?;
    units.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
    Ok(units)
}

pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Unit>, Error> {
    tx.optional(
        &format!("select {COLUMNS} from unit where code = ?1"),
        &[&code],
        read,
    )
}

/// What a unit was when something was read of it: which one, and its roster and parameters as counted by their changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub id: UnitId,
    pub roster_version: i64,
    pub config_version: i64,
}

impl From<&Unit> for Standing {
    fn from(unit: &Unit) -> Self {
        Self {
            id: unit.id,
            roster_version: unit.roster_version,
            config_version: unit.config_version,
        }
    }
}

/// How the unit of that code stands.
pub fn standing(tx: &mut Tx<'_>, code: &str) -> Result<Option<Standing>, Error> {
    tx.kept("unit::standing", code.as_bytes(), |tx| {
        tx.optional(
            "select id, roster_version, config_version from unit where code = ?1",
            &[&code],
            |row| {
                Ok(Standing {
                    id: row.get(0)?,
                    roster_version: row.get(1)?,
                    config_version: row.get(2)?,
                })
            },
        )
    })
}

/// Who works when in the unit, and its parameters, as counted by their changes.
pub fn versions(tx: &mut Tx<'_>, id: UnitId) -> Result<(i64, i64), Error> {
    tx.one(
        "select roster_version, config_version from unit where id = ?1",
        &[&id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Says that who works when in the unit has changed; those below it see it too.
pub fn touch_roster(tx: &mut Tx<'_>, id: UnitId) -> Result<(), Error> {
    tx.run(
        "update unit set roster_version = roster_version + 1 where id = ?1 or parent = ?1 or parent in (select id from unit where parent = ?1)",
        &[&id],
    ).map(|_| ())
}

/// Says that parameters of the unit have changed; those below it see it too.
pub fn touch_config(tx: &mut Tx<'_>, id: UnitId) -> Result<(), Error> {
    tx.run(
        "update unit set config_version = config_version + 1 where id = ?1 or parent = ?1 or parent in (select id from unit where parent = ?1)",
        &[&id],
    ).map(|_| ())
}

/// The next number of a sequence, from 1.
pub fn next_number(tx: &mut Tx<'_>, unit: UnitId, key: &str) -> Result<i64, Error> {
    tx.one(
        "insert into counter (unit_id, key, value) values (?1, ?2, 1) on conflict (unit_id, key) do update set value = counter.value + excluded.value returning value",
        &[&unit, &key],
        |row| row.get(0),
    )
}

/// Keeps who points where.
pub fn link(
    tx: &mut Tx<'_>,
    unit: UnitId,
    from: RecordId,
    name: &Name,
    to: RecordId,
) -> Result<(), Error> {
    tx.run(
        "insert into link (unit_id, to_id, name, from_id) values (?1, ?2, ?3, ?4) on conflict (unit_id, to_id, name, from_id) do nothing",
        &[&unit, &to, name, &from],
    )
    .map(|_| ())
}

/// Forgets a link that a record no longer has.
pub fn unlink(
    tx: &mut Tx<'_>,
    unit: UnitId,
    from: RecordId,
    name: &Name,
    to: RecordId,
) -> Result<(), Error> {
    tx.run(
        "delete from link where unit_id = ?1 and to_id = ?2 and name = ?3 and from_id = ?4",
        &[&unit, &to, name, &from],
    )
    .map(|_| ())
}
