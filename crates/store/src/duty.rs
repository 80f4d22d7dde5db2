//! Decided duties; those to do live in their record's row.

use crate::query::Query;
use crate::{Error, Owned, Row, Tx, access};
use domain::access::Scope;
use domain::id::{HolderId, RecordId, UnitId};
use domain::measure::holder_id;
use domain::name::Name;
use domain::record::Decided;
use domain::time::Day;

/// A decided duty with the record that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyRow {
    pub unit: UnitId,
    pub record: RecordId,
    pub kind: Name,
    pub decided: Decided,
}

fn read(row: &Row<'_>) -> Result<DutyRow, Error> {
    Ok(DutyRow {
        unit: row.get(0)?,
        record: row.get(1)?,
        kind: row.get(2)?,
        decided: row.json(3)?,
    })
}

/// Writes a decided duty, or replaces what was decided before.
pub fn put(
    tx: &mut Tx<'_>,
    unit: UnitId,
    record: RecordId,
    kind: &Name,
    decided: &Decided,
) -> Result<(), Error> {
    let doc = serde_json::to_string(decided).map_err(Error::database)?;
    tx.run_one(
        "insert into duty (unit_id, record_id, name, occurrence, kind, holder, outcome, started_at, due, done_at, period_on, doc) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
         on conflict (unit_id, record_id, name, occurrence) do update set holder = excluded.holder, outcome = excluded.outcome, \
         started_at = excluded.started_at, due = excluded.due, done_at = excluded.done_at, period_on = excluded.period_on, doc = excluded.doc",
        &[
            &unit, &record, &decided.name, &i64::from(decided.occurrence), kind, &holder_id(&decided.holder, unit), &decided.outcome.as_str(),
            &decided.start, &decided.due.at, &decided.done_at, &day_number(decided.day), &doc,
        ],
    )
}

/// Takes a revoked outcome away.
pub fn remove(
    tx: &mut Tx<'_>,
    unit: UnitId,
    record: RecordId,
    decided: &Decided,
) -> Result<(), Error> {
    tx.run_one(
        "delete from duty where unit_id = ?1 and record_id = ?2 and name = ?3 and occurrence = ?4",
        &[
            &unit,
            &record,
            &decided.name,
            &i64::from(decided.occurrence),
        ],
    )
}

/// Which decided duties are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub unit: Option<UnitId>,
    pub record: Option<RecordId>,
    pub kind: Option<Name>,
    pub name: Option<Name>,
    pub holder: Option<HolderId>,
    /// Only those that were decided so.
    pub outcome: Option<Name>,
    /// Inclusive.
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// Only those of records within this scope.
    pub seen_by: Option<Scope>,
    /// The first of them.
    pub most: Option<usize>,
}

/// Decided duties, by unit and the day that decides their period.
pub fn each(
    tx: &mut Tx<'_>,
    filter: &Filter,
    mut each: impl FnMut(DutyRow) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut query = Query::new("select unit_id, record_id, kind, doc from duty where 1 = 1".into());
    if let Some(unit) = filter.unit {
        query.and("unit_id = ?", Owned::Id(unit.uuid()));
    }
    if let Some(record) = filter.record {
        query.and("record_id = ?", Owned::Id(record.uuid()));
    }
    if let Some(from) = filter.from {
        query.and("period_on >= ?", Owned::Int(day_number(from)));
    }
    if let Some(to) = filter.to {
        query.and("period_on <= ?", Owned::Int(day_number(to)));
    }
    if let Some(kind) = &filter.kind {
        query.and("kind = ?", Owned::Text(kind.to_string()));
    }
    if let Some(name) = &filter.name {
        query.and("name = ?", Owned::Text(name.to_string()));
    }
    if let Some(holder) = filter.holder {
        query.and("holder = ?", Owned::Id(holder.uuid()));
    }
    if let Some(outcome) = &filter.outcome {
        query.and("outcome = ?", Owned::Text(outcome.to_string()));
    }
    if let Some(scope) = &filter.seen_by {
        of_records(&mut query, scope);
    }
    // Of one record they are few, and found by its key.
    query.sql.push_str(match filter.record {
        Some(_) => " order by unit_id, record_id, period_on, name, occurrence",
        None => " order by unit_id, period_on, record_id, name, occurrence",
    });
    if let Some(most) = filter.most {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        query.end("limit ?", Owned::Int(most));
    }
    query.each(tx, |row| each(read(row)?))
}

/// Only duties of records that somebody sees.
pub(crate) fn of_records(query: &mut Query, scope: &Scope) {
    if !scope.all {
        query.sql.push_str(
            " and exists (select 1 from record where record.unit_id = duty.unit_id and record.id = duty.record_id",
        );
        access::within(query, scope);
        query.sql.push(')');
    }
}

/// The decided duties of the records after one, up to another; `None`: to the last of all.
pub fn of_span(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (after, until): (RecordId, Option<RecordId>),
) -> Result<Vec<DutyRow>, Error> {
    tx.all(
        "select unit_id, record_id, kind, doc from duty where unit_id = ?1 and record_id > ?2 and record_id <= ?3 order by record_id, name, occurrence",
        &[&unit, &after, &until.unwrap_or(RecordId::GREATEST)],
        read,
    )
}

/// Days since 1970-01-01.
pub fn day_number(day: Day) -> i64 {
    Day::new(1970, 1, 1).map_or(0, |epoch| day.since(epoch))
}

/// The day of that number.
pub fn day_of_number(number: i64) -> Option<Day> {
    Some(Day::new(1970, 1, 1)?.plus_days(number))
}
