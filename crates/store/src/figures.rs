//! What happened when, counted: records by the instant at which they were opened, decided duties by the day of their period and outcome.

use crate::duty::{day_number, day_of_number, of_records};
use crate::query::Query;
use crate::{Error, Owned, Tx, access};
use domain::access::Scope;
use domain::id::UnitId;
use domain::name::Name;
use domain::time::{Day, Instant};

/// When the records of a kind were opened that the scope sees: from an instant on and before another.
pub fn each_opening(
    tx: &mut Tx<'_>,
    (unit, kind): (UnitId, &Name),
    scope: &Scope,
    (from, before): (Instant, Instant),
    mut each: impl FnMut(Instant),
) -> Result<(), Error> {
    let mut query = Query::new("select opened_at from record where 1 = 1".into());
    query.and("unit_id = ?", Owned::Id(unit.uuid()));
    query.and("kind = ?", Owned::Text(kind.to_string()));
    query.and("opened_at >= ?", Owned::Int(from.micros()));
    query.and("opened_at < ?", Owned::Int(before.micros()));
    access::within(&mut query, scope);
    query.each(tx, |row| {
        each(row.get(0)?);
        Ok(())
    })
}

/// How many duties of a kind's records were decided with which outcome, by the day that decides their period; of records that the scope sees.
pub fn outcomes(
    tx: &mut Tx<'_>,
    (unit, kind): (UnitId, &Name),
    scope: &Scope,
    (from, to): (Day, Day),
) -> Result<Vec<(Day, Name, i64)>, Error> {
    let mut query = Query::new("select period_on, outcome, count(*) from duty where 1 = 1".into());
    query.and("duty.unit_id = ?", Owned::Id(unit.uuid()));
    query.and("duty.kind = ?", Owned::Text(kind.to_string()));
    query.and("period_on >= ?", Owned::Int(day_number(from)));
    query.and("period_on <= ?", Owned::Int(day_number(to)));
    of_records(&mut query, scope);
    query
        .sql
        .push_str(" group by period_on, outcome order by period_on, outcome");
    query.all(tx, |row| {
        let day: i64 = row.get(0)?;
        let day = day_of_number(day).ok_or_else(|| Error::database("a day that is none"))?;
        Ok((day, row.get(1)?, row.get(2)?))
    })
}
