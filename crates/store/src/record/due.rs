//! Open records by when the next of their duties is due.

use super::{COLUMNS, read};
use crate::access;
use crate::query::Query;
use crate::{Error, NEVER, Owned, Row, Tx};
use domain::access::Scope;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::Record;
use domain::time::Instant;

/// A record with a duty to do, as little of it as says whether it is worth reading.
pub struct NextDue<'r> {
    pub id: RecordId,
    pub version: i64,
    /// When the next of its duties is due.
    pub due: Instant,
    row: &'r Row<'r>,
}

impl NextDue<'_> {
    pub fn kind(&self) -> Result<Name, Error> {
        self.row.get(2)
    }

    pub fn record(&self) -> Result<Record, Error> {
        read(self.row)
    }
}

/// Open records of any kind with a duty due before the instant, most urgent first, shown one by one.
pub fn each_due_of_any(
    tx: &mut Tx<'_>,
    unit: UnitId,
    before: Instant,
    mut each: impl FnMut(&NextDue<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    tx.each(
        &format!("select {COLUMNS}, next_due from record where unit_id = ?1 and open = 1 and next_due < ?2 order by next_due, id"),
        &[&unit, &before],
        |row| {
            each(&NextDue {
                id: row.get(1)?,
                version: row.get(5)?,
                due: row.get(10)?,
                row,
            })
        },
    )
}

/// Open records of a kind with a duty due before the instant, most urgent first; shown one by one.
pub fn each_due(
    tx: &mut Tx<'_>,
    unit: UnitId,
    kind: &Name,
    before: Instant,
    mut each: impl FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    tx.each(
        &format!("select {COLUMNS} from record where unit_id = ?1 and open = 1 and next_due < ?2 and kind = ?3 order by next_due, id"),
        &[&unit, &before, kind],
        |row| each(read(row)?),
    )
}

/// How many records of a unit have a duty to do, and how many of them one that was due before the instant.
pub fn count_open(
    tx: &mut Tx<'_>,
    unit: UnitId,
    scope: &Scope,
    now: Instant,
) -> Result<(u64, u64), Error> {
    let mut count = |before: i64| {
        let mut query = Query::new("select count(*) from record where open = 1".to_owned());
        query.and("unit_id = ?", Owned::Id(unit.uuid()));
        query.and("next_due < ?", Owned::Int(before));
        access::within(&mut query, scope);
        let counted = query.all(tx, |row| row.get::<i64>(0))?;
        Ok::<_, Error>(u64::try_from(counted.into_iter().sum::<i64>()).unwrap_or(0))
    };
    Ok((count(NEVER)?, count(now.micros())?))
}
