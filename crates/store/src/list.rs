//! Pages of records as lists show them: key figures, what the label needs and the duties to do, without journals and clocks.

use crate::access;
pub use crate::brief::{Brief, BriefDoc, BriefTodo, Parts};
use crate::brief::{COLUMNS, read};
use crate::query::Query;
use crate::search::Terms;
use crate::{Error, Owned, Tx};
use domain::access::Scope;
use domain::id::{HolderId, MemberId, RecordId, TeamId, UnitId};
use domain::name::Name;
use domain::time::Instant;

/// In which order a page comes, and by what the next one goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By the next due time; what has no duty to do comes last.
    #[default]
    Due,
    /// As they were entered, the latest first.
    Newest,
    Oldest,
}

/// Which of a unit's records a page shows.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// For whose eyes; by default nobody's.
    pub scope: Scope,
    pub kind: Option<Name>,
    /// Records of the kind have no numbers: they are found by it.
    pub registered: bool,
    pub states: Vec<Name>,
    /// Those with something left to do or not closed; or the others; or both.
    pub open: Option<bool>,
    pub assignee: Option<MemberId>,
    pub team: Option<TeamId>,
    pub holder: Option<HolderId>,
    /// That point to this record, under any name or one.
    pub link: Option<(Option<Name>, RecordId)>,
    /// With a duty due before this instant.
    pub due_before: Option<Instant>,
    /// Inclusive.
    pub opened_from: Option<Instant>,
    /// Exclusive.
    pub opened_before: Option<Instant>,
    pub found_by: Option<Terms>,
    pub sort: Sort,
    /// Where the page before ended: next due time and id.
    pub after: Option<(i64, RecordId)>,
    /// What is read of each document.
    pub parts: Parts,
}

/// A page of at most `limit` records.
///
/// # Errors
/// As the database says.
pub fn page(
    tx: &mut Tx<'_>,
    unit: UnitId,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<Brief>, Error> {
    let on = places(tx, unit, wanted)?;
    let by_id = match wanted.sort {
        Sort::Due => None,
        Sort::Newest => Some(true),
        Sort::Oldest => Some(false),
    };
    let (Some(newest), true) = (by_id, wanted.found_by.is_some()) else {
        return ordered(
            from(unit, wanted, &on, COLUMNS),
            wanted,
            "record.id",
            tx,
            limit,
        );
    };
    // What words find is kept in the order of ids, registers apart: one after the other is read no farther than the page goes, where together
    // everything found would be sorted first.
    let mut found = Vec::new();
    for register in [" and s.register = 0", " and s.register = 1"] {
        let mut query = from(unit, wanted, &on, COLUMNS);
        query.sql.push_str(register);
        found.extend(ordered(query, wanted, "s.record_id", tx, limit)?);
    }
    found.sort_by_key(|brief| brief.id);
    if newest {
        found.reverse();
    }
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

fn ordered(
    mut query: Query,
    wanted: &Wanted,
    id: &str,
    tx: &mut Tx<'_>,
    limit: i64,
) -> Result<Vec<Brief>, Error> {
    let order = match (wanted.sort, wanted.after) {
        (Sort::Due, after) => {
            if let Some((due, id)) = after {
                query.and("record.next_due >= ?", Owned::Int(due));
                query.and_pair(
                    "(record.next_due, record.id) > (?, ?)",
                    Owned::Int(due),
                    Owned::Id(id.uuid()),
                );
            }
            "order by record.next_due, record.id limit ?".to_owned()
        }
        (Sort::Newest, after) => {
            if let Some((_, last)) = after {
                query.and(&format!("{id} < ?"), Owned::Id(last.uuid()));
            }
            format!("order by {id} desc limit ?")
        }
        (Sort::Oldest, after) => {
            if let Some((_, last)) = after {
                query.and(&format!("{id} > ?"), Owned::Id(last.uuid()));
            }
            format!("order by {id} limit ?")
        }
    };
    query.end(&order, Owned::Int(limit));
    query.all(tx, |row| read(row, &wanted.parts))
}

/// One record as lists show it, if the scope sees it.
///
/// # Errors
/// As the database says.
pub fn one(
    tx: &mut Tx<'_>,
    unit: UnitId,
    id: RecordId,
    scope: &Scope,
) -> Result<Option<Brief>, Error> {
    let mut query = Query::new(format!("select {COLUMNS} from record where 1 = 1"));
    query.and("record.unit_id = ?", Owned::Id(unit.uuid()));
    query.and("record.id = ?", Owned::Id(id.uuid()));
    access::within(&mut query, scope);
    Ok(query.all(tx, |row| read(row, &Parts::default()))?.pop())
}

/// How many records a list holds, counted no further than `most`.
///
/// # Errors
/// As the database says.
pub fn count(tx: &mut Tx<'_>, unit: UnitId, wanted: &Wanted, most: i64) -> Result<i64, Error> {
    let on = places(tx, unit, wanted)?;
    let mut query = from(unit, wanted, &on, "1 as one");
    query.end("limit ?", Owned::Int(most));
    query.sql = format!("select count(*) from ({}) as counted", query.sql);
    let counted = query.all(tx, |row| row.get(0))?;
    Ok(counted.first().copied().unwrap_or(0))
}

/// How many records each state of each kind holds, of those that are open and that the scope sees.
///
/// # Errors
/// As the database says.
pub fn count_states(
    tx: &mut Tx<'_>,
    unit: UnitId,
    scope: &Scope,
) -> Result<Vec<(Name, Name, i64)>, Error> {
    let mut query = Query::new("select kind, state, count(*) from record where open = 1".into());
    query.and("record.unit_id = ?", Owned::Id(unit.uuid()));
    access::within(&mut query, scope);
    query
        .sql
        .push_str(" group by kind, state order by kind, state");
    query.all(tx, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// The places and people that the words of a list name: what hangs on them is found too.
fn places(tx: &mut Tx<'_>, unit: UnitId, wanted: &Wanted) -> Result<Vec<RecordId>, Error> {
    match &wanted.found_by {
        Some(terms) => crate::search::register(tx, unit, terms),
        None => Ok(Vec::new()),
    }
}

/// The statement up to its conditions. What narrows most is read first: what is found by words, what points somewhere, else the record.
fn from(unit: UnitId, wanted: &Wanted, on: &[RecordId], columns: &str) -> Query {
    let mut query = Query::new(format!("select {columns} from "));
    let mut conditions: Vec<(String, Owned)> = Vec::new();
    if let Some(terms) = &wanted.found_by {
        query.sql.push_str(
            "search s cross join record where record.unit_id = s.unit_id and record.id = s.record_id",
        );
        query.and("s.unit_id = ?", Owned::Id(unit.uuid()));
        crate::search::narrow(&mut query, unit, terms, on);
    } else if let Some((_, to)) = &wanted.link {
        query.sql.push_str(
            "link l cross join record where record.unit_id = l.unit_id and record.id = l.from_id",
        );
        query.and("l.unit_id = ?", Owned::Id(unit.uuid()));
        query.and("l.to_id = ?", Owned::Id(to.uuid()));
        if let Some((Some(name), _)) = &wanted.link {
            query.and("l.name = ?", Owned::Text(name.to_string()));
        }
    } else {
        query.sql.push_str("record where 1 = 1");
        conditions.push(("record.unit_id = ?".into(), Owned::Id(unit.uuid())));
    }
    if wanted.found_by.is_some()
        && let Some((name, to)) = &wanted.link
    {
        query.and_pair(
            "record.id in (select from_id from link where unit_id = ? and to_id = ?",
            Owned::Id(unit.uuid()),
            Owned::Id(to.uuid()),
        );
        match name {
            Some(name) => query.and("name = ?)", Owned::Text(name.to_string())),
            None => query.sql.push(')'),
        }
    }
    if let Some(open) = wanted.open {
        // As a literal: an index over open records serves a statement that says so.
        query.sql.push_str(if open {
            " and record.open = 1"
        } else {
            " and record.open = 0"
        });
    }
    if let Some(kind) = &wanted.kind {
        conditions.push(("record.kind = ?".into(), Owned::Text(kind.to_string())));
    }
    if wanted.registered {
        query.sql.push_str(" and record.number is null");
    }
    if let [state] = wanted.states.as_slice() {
        conditions.push(("record.state = ?".into(), Owned::Text(state.to_string())));
    }
    if let Some(assignee) = wanted.assignee {
        conditions.push(("record.assignee = ?".into(), Owned::Id(assignee.uuid())));
    }
    if let Some(team) = wanted.team {
        conditions.push(("record.team = ?".into(), Owned::Id(team.uuid())));
    }
    if let Some(holder) = wanted.holder {
        conditions.push(("record.holder = ?".into(), Owned::Id(holder.uuid())));
    }
    if let Some(before) = wanted.due_before {
        conditions.push(("record.next_due < ?".into(), Owned::Int(before.micros())));
    }
    if let Some(from) = wanted.opened_from {
        conditions.push(("record.opened_at >= ?".into(), Owned::Int(from.micros())));
    }
    if let Some(before) = wanted.opened_before {
        conditions.push(("record.opened_at < ?".into(), Owned::Int(before.micros())));
    }
    for (condition, value) in conditions {
        query.and(&condition, value);
    }
    access::within(&mut query, &wanted.scope);
    if wanted.states.len() > 1 {
        query.and_any(
            "record.state in",
            wanted
                .states
                .iter()
                .map(|state| Owned::Text(state.to_string())),
        );
    }
    query
}
