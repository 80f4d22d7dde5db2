//! Rows of records, and the lists made of them.

mod due;

pub use due::{NextDue, count_open, each_due, each_due_of_any};

use crate::access;
use crate::query::Query;
use crate::{Error, NEVER, Owned, Row, Tx};
use domain::access::Scope;
use domain::id::{HolderId, MemberId, RecordId, TeamId, UnitId};
use domain::measure::holder_id;
use domain::name::Name;
use domain::record::{Doc, Hash, Record, Seen};
use domain::time::Instant;
use domain::value::Data;
use serde::Deserialize;
use std::collections::BTreeMap;

const COLUMNS: &str = "unit_id, id, kind, number, state, version, opened_at, closed_at, doc, head";

fn read(row: &Row<'_>) -> Result<Record, Error> {
    with(row, row.json(8)?)
}

/// The row with a document that may hold less than the row's own.
fn with(row: &Row<'_>, doc: Doc) -> Result<Record, Error> {
    let id: RecordId = row.get(1)?;
    Ok(Record {
        unit: row.get(0)?,
        id,
        kind: row.get(2)?,
        number: numbered(row.get(3)?, id),
        state: row.get(4)?,
        version: row.get(5)?,
        opened_at: row.get(6)?,
        closed_at: row.get(7)?,
        doc,
        head: Hash(row.get(9)?),
    })
}

/// What has no number is called by its id.
pub(crate) fn numbered(number: Option<String>, id: RecordId) -> String {
    number.unwrap_or_else(|| id.to_string())
}

/// A number that is only the id is not stored.
fn number_of(record: &Record) -> Option<&str> {
    let is_id = record.number.parse() == Ok(record.id);
    (!is_id).then_some(record.number.as_str())
}

/// What the lists sort and filter by, taken from the record, and its document as text: made before the row is written, where that is waited
/// for.
#[derive(Clone, Debug)]
pub struct Listed {
    open: bool,
    assignee: Option<MemberId>,
    team: Option<TeamId>,
    holder: Option<HolderId>,
    place: Option<RecordId>,
    next_due: i64,
    owes_at: Option<Instant>,
    claim: Option<String>,
    doc: String,
}

/// The fields of a kind that say who works on a record.
#[derive(Clone, Debug, Default)]
pub struct Columns<'a> {
    pub assignee: Option<&'a Name>,
    pub team: Option<&'a Name>,
    /// The place whose grid counts for the record.
    pub place: Option<RecordId>,
    /// Before it the system owes the record nothing.
    pub owes_at: Option<Instant>,
    /// What no other record of the unit may claim.
    pub claim: Option<String>,
}

/// What a record's row holds beside its key figures.
pub fn listed(record: &Record, columns: Columns<'_>) -> Result<Listed, Error> {
    let field = |name: Option<&Name>| record.doc.data.get(name?)?.as_text();
    let next = record.doc.next_due();
    Ok(Listed {
        open: !record.doc.void && (record.closed_at.is_none() || !record.doc.todo.is_empty()),
        assignee: field(columns.assignee).and_then(|id| id.parse().ok()),
        team: field(columns.team).and_then(|id| id.parse().ok()),
        place: columns.place,
        holder: next.map(|(_, holder)| holder_id(holder, record.unit)),
        next_due: next.map_or(NEVER, |(at, _)| at.micros()),
        owes_at: columns.owes_at,
        claim: columns.claim,
        doc: serde_json::to_string(&record.doc).map_err(Error::database)?,
    })
}

/// Writes a record's first row.
///
/// # Errors
/// `Conflict` if the id, the number, the source's id or what it claims exists in the unit.
pub fn insert(tx: &mut Tx<'_>, record: &Record, row: &Listed) -> Result<(), Error> {
    tx.run_one(
        "insert into record (unit_id, id, kind, number, state, version, open, assignee, team, holder, next_due, opened_at, closed_at, source, doc, head, place, owes_at, claim) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        &[
            &record.unit, &record.id, &record.kind, &number_of(record), &record.state, &record.version, &row.open, &row.assignee, &row.team,
            &row.holder, &row.next_due, &record.opened_at, &record.closed_at, &record.doc.source, &row.doc, &record.head.0, &row.place,
            &row.owes_at, &row.claim,
        ],
    )
}

/// Replaces the row of the version before.
///
/// # Errors
/// `Stale` if the row is not of that version any more; `Conflict` if another record has claimed the same.
pub fn update(tx: &mut Tx<'_>, record: &Record, row: &Listed) -> Result<(), Error> {
    tx.run_one(
        "update record set state = ?3, version = ?4, open = ?5, assignee = ?6, team = ?7, holder = ?8, next_due = ?9, opened_at = ?10, \
         closed_at = ?11, doc = ?12, head = ?13, place = ?15, owes_at = ?16, claim = ?17 where unit_id = ?1 and id = ?2 and version = ?14",
        &[
            &record.unit, &record.id, &record.state, &record.version, &row.open, &row.assignee, &row.team, &row.holder, &row.next_due,
            &record.opened_at, &record.closed_at, &row.doc, &record.head.0, &(record.version - 1), &row.place, &row.owes_at, &row.claim,
        ],
    )
}

/// The record, which must exist.
///
/// # Errors
/// `NotFound`.
pub fn get(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<Record, Error> {
    tx.one(
        &format!("select {COLUMNS} from record where unit_id = ?1 and id = ?2"),
        &[&unit, &id],
        read,
    )
}

/// The record, if there is one.
pub fn optional(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<Option<Record>, Error> {
    tx.optional(
        &format!("select {COLUMNS} from record where unit_id = ?1 and id = ?2"),
        &[&unit, &id],
        read,
    )
}

/// The records after one, up to another; `None`: to the last of all.
pub fn of_span(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (after, until): (RecordId, Option<RecordId>),
) -> Result<Vec<Record>, Error> {
    tx.all(
        &format!(
            "select {COLUMNS} from record where unit_id = ?1 and id > ?2 and id <= ?3 order by id"
        ),
        &[&unit, &after, &until.unwrap_or(RecordId::GREATEST)],
        read,
    )
}

/// The record imported under the source's own id.
pub fn by_source(tx: &mut Tx<'_>, unit: UnitId, source: &str) -> Result<Option<RecordId>, Error> {
    tx.optional(
        "select id from record where unit_id = ?1 and source = ?2",
        &[&unit, &source],
        |row| row.get(0),
    )
}

/// The record that claims this for itself.
pub fn claiming(tx: &mut Tx<'_>, unit: UnitId, claim: &str) -> Result<Option<RecordId>, Error> {
    tx.optional(
        "select id from record where unit_id = ?1 and claim = ?2",
        &[&unit, &claim],
        |row| row.get(0),
    )
}

/// Says anew what a record claims, as another pack has it.
///
/// # Errors
/// `Conflict` if another record claims the same.
pub fn set_claim(
    tx: &mut Tx<'_>,
    unit: UnitId,
    id: RecordId,
    claim: Option<&str>,
) -> Result<(), Error> {
    tx.run_one(
        "update record set claim = ?3 where unit_id = ?1 and id = ?2",
        &[&unit, &id, &claim],
    )
}

/// What the records of a unit claim.
pub fn claims(tx: &mut Tx<'_>, unit: UnitId) -> Result<BTreeMap<RecordId, String>, Error> {
    let all = tx.all(
        "select id, claim from record where unit_id = ?1 and claim is not null",
        &[&unit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(all.into_iter().collect())
}

/// The record of a human number, or of the id that stands for one.
pub fn by_number(tx: &mut Tx<'_>, unit: UnitId, number: &str) -> Result<Option<RecordId>, Error> {
    if let Ok(id) = number.parse() {
        return Ok(named(tx, unit, id)?.map(|_| id));
    }
    tx.optional(
        "select id from record where unit_id = ?1 and number = ?2",
        &[&unit, &number],
        |row| row.get(0),
    )
}

/// Which of a unit's records a list shows. Whoever makes one says whose eyes it is for: by default it shows nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub scope: Scope,
    pub kind: Option<Name>,
    pub state: Option<Name>,
    pub assignee: Option<MemberId>,
    pub holder: Option<HolderId>,
    /// Only those with a duty due before this instant.
    pub due_before: Option<Instant>,
    /// Where the page before ended: next due time and id.
    pub after: Option<(i64, RecordId)>,
}

impl Filter {
    pub(crate) fn apply(&self, query: &mut Query, unit: UnitId) {
        query.and("unit_id = ?", Owned::Id(unit.uuid()));
        access::within(query, &self.scope);
        if let Some(kind) = &self.kind {
            query.and("kind = ?", Owned::Text(kind.to_string()));
        }
        if let Some(state) = &self.state {
            query.and("state = ?", Owned::Text(state.to_string()));
        }
        if let Some(assignee) = self.assignee {
            query.and("assignee = ?", Owned::Id(assignee.uuid()));
        }
        if let Some(holder) = self.holder {
            query.and("holder = ?", Owned::Id(holder.uuid()));
        }
        if let Some(before) = self.due_before {
            query.and("next_due < ?", Owned::Int(before.micros()));
        }
        if let Some((due, id)) = self.after {
            query.and("next_due >= ?", Owned::Int(due));
            query.and_pair(
                "(next_due, id) > (?, ?)",
                Owned::Int(due),
                Owned::Id(id.uuid()),
            );
        }
    }
}

/// A page of the open records of a unit, by their next due time; those without a duty to do come last.
pub fn list_open(
    tx: &mut Tx<'_>,
    unit: UnitId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Record>, Error> {
    let mut query = Query::new(format!("select {COLUMNS} from record where open = 1"));
    filter.apply(&mut query, unit);
    query.end("order by next_due, id limit ?", Owned::Int(limit));
    query.all(tx, read)
}

/// All records of a kind in a unit, or in all units, in the order in which they were opened here; shown one by one.
pub fn each_of_kind(
    tx: &mut Tx<'_>,
    unit: Option<UnitId>,
    kind: Option<&Name>,
    mut each: impl FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut query = Query::new(format!("select {COLUMNS} from record where 1 = 1"));
    if let Some(unit) = unit {
        query.and("unit_id = ?", Owned::Id(unit.uuid()));
    }
    if let Some(kind) = kind {
        query.and("kind = ?", Owned::Text(kind.to_string()));
    }
    query.sql.push_str(" order by unit_id, id");
    query.each(tx, |row| each(read(row)?))
}

/// All records of a kind in a unit that were opened at an instant or after it; shown one by one.
pub fn each_opened_since(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (kind, since): (&Name, Instant),
    mut each: impl FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    tx.each(
        &format!("select {COLUMNS} from record where unit_id = ?1 and kind = ?2 and opened_at >= ?3 order by id"),
        &[&unit, kind, &since],
        |row| each(read(row)?),
    )
}

/// Records of a unit to which the system may owe something by an instant; shown one by one, in the order in which it may.
pub fn each_owing(
    tx: &mut Tx<'_>,
    unit: UnitId,
    by: Instant,
    mut each: impl FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    tx.each(
        &format!(
            "select {COLUMNS} from record where unit_id = ?1 and owes_at <= ?2 order by owes_at, id"
        ),
        &[&unit, &by],
        |row| each(read(row)?),
    )
}

/// Says anew before when a record is owed nothing, unless it has changed since this version.
pub fn set_owes_at(tx: &mut Tx<'_>, record: &Record, at: Option<Instant>) -> Result<(), Error> {
    tx.run(
        "update record set owes_at = ?4 where unit_id = ?1 and id = ?2 and version = ?3",
        &[&record.unit, &record.id, &record.version, &at],
    )
    .map(|_| ())
}

/// All records of a kind without numbers in a unit, in the order in which they were opened here; shown one by one.
pub fn each_registered(
    tx: &mut Tx<'_>,
    unit: UnitId,
    kind: &Name,
    mut each: impl FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    tx.each(
        &format!("select {COLUMNS} from record where unit_id = ?1 and kind = ?2 and number is null order by id"),
        &[&unit, kind],
        |row| each(read(row)?),
    )
}

/// A record of a unit, as what is kept of it is found again.
fn key(unit: UnitId, id: RecordId) -> [u8; 32] {
    let mut key = [0; 32];
    key[..16].copy_from_slice(unit.uuid().as_bytes());
    key[16..].copy_from_slice(id.uuid().as_bytes());
    key
}

/// What others may look at of a record; duties and times are passed over unread.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Brief {
    data: Data,
    links: BTreeMap<Name, RecordId>,
    facts: Data,
    void: bool,
}

/// A record behind a link, with its fields and links, and its version.
pub fn seen(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<Option<(Seen, i64)>, Error> {
    tx.kept("record::seen", &key(unit, id), |tx| {
        tx.optional(
            "select kind, state, doc, version from record where unit_id = ?1 and id = ?2",
            &[&unit, &id],
            |row| {
                let brief: Brief = row.json(2)?;
                let seen = Seen {
                    kind: row.get(0)?,
                    state: row.get(1)?,
                    data: brief.data,
                    links: brief.links,
                };
                Ok((seen, row.get(3)?))
            },
        )
    })
}

/// The version of a record, if there is one.
pub fn version(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<Option<i64>, Error> {
    tx.optional(
        "select version from record where unit_id = ?1 and id = ?2",
        &[&unit, &id],
        |row| row.get(0),
    )
}

/// As [`seen`], without fields and links: that it exists, its kind and its state.
pub fn named(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<Option<Seen>, Error> {
    tx.optional(
        "select kind, state from record where unit_id = ?1 and id = ?2",
        &[&unit, &id],
        |row| {
            Ok(Seen {
                kind: row.get(0)?,
                state: row.get(1)?,
                data: Data::new(),
                links: BTreeMap::new(),
            })
        },
    )
}

/// Records of a kind that point to one under a name and were opened at or after an instant.
#[derive(Clone, Debug)]
pub struct Pointing {
    pub to: RecordId,
    pub name: Name,
    pub kind: Name,
    pub since: Instant,
    /// At most so many are looked at, the latest.
    pub most: i64,
}

/// Records that are looked at for the last one that fits.
pub const MOST_LOOKED_AT: i64 = 200;
/// Records that are looked through for a count; with more there is none.
pub const MOST_COUNTED: i64 = 10_000;

/// The latest of them, in their versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    pub seen: Vec<(RecordId, i64)>,
    /// None of them was what was looked for, so that there may be no other.
    pub all: bool,
}

/// Whether they are still those that were looked at.
pub fn still_pointing(
    tx: &mut Tx<'_>,
    unit: UnitId,
    which: &Pointing,
    looked: &Looked,
) -> Result<bool, Error> {
    let mut same = true;
    let mut at = 0;
    tx.until(
        "select r.id, r.version from link l cross join record r \
         where r.unit_id = l.unit_id and r.id = l.from_id and l.unit_id = ?1 and l.to_id = ?2 and l.name = ?3 and r.kind = ?4 and r.opened_at >= ?5 order by l.from_id desc limit ?6",
        &[&unit, &which.to, &which.name, &which.kind, &which.since, &which.most],
        |row| {
            same = looked.seen.get(at) == Some(&(row.get(0)?, row.get(1)?));
            at += 1;
            Ok(!same || (at == looked.seen.len() && !looked.all))
        },
    )?;
    Ok(same && at == looked.seen.len())
}

/// The latest of them that `fits`, and which were looked at for it. It is shown fields, links, facts and whether it is void, no duties and
/// times.
pub fn last_pointing(
    tx: &mut Tx<'_>,
    unit: UnitId,
    which: &Pointing,
    mut fits: impl FnMut(&Record) -> bool,
) -> Result<(Option<RecordId>, Looked), Error> {
    let mut found = None;
    let mut seen = Vec::new();
    pointing_to(tx, unit, which, |record| {
        seen.push((record.id, record.version));
        found = fits(&record).then_some(record.id);
        found.is_some()
    })?;
    let all = found.is_none();
    Ok((found, Looked { seen, all }))
}

/// How many of them `fit`, shown as to [`last_pointing`], and which were looked at for it: all.
pub fn count_pointing(
    tx: &mut Tx<'_>,
    unit: UnitId,
    which: &Pointing,
    mut fits: impl FnMut(&Record) -> bool,
) -> Result<(i64, Looked), Error> {
    let mut count = 0;
    let mut seen = Vec::new();
    pointing_to(tx, unit, which, |record| {
        seen.push((record.id, record.version));
        count += i64::from(fits(&record));
        false
    })?;
    Ok((count, Looked { seen, all: true }))
}

/// Shows them, the latest first, until one is enough.
fn pointing_to(
    tx: &mut Tx<'_>,
    unit: UnitId,
    which: &Pointing,
    mut enough: impl FnMut(Record) -> bool,
) -> Result<(), Error> {
    tx.until(
        "select r.unit_id, r.id, r.kind, r.number, r.state, r.version, r.opened_at, r.closed_at, r.doc, r.head \
         from link l cross join record r \
         where r.unit_id = l.unit_id and r.id = l.from_id and l.unit_id = ?1 and l.to_id = ?2 and l.name = ?3 and r.kind = ?4 and r.opened_at >= ?5 order by l.from_id desc limit ?6",
        &[&unit, &which.to, &which.name, &which.kind, &which.since, &which.most],
        |row| {
            let brief: Brief = row.json(8)?;
            let doc = Doc {
                data: brief.data,
                links: brief.links,
                facts: brief.facts,
                void: brief.void,
                ..Doc::default()
            };
            Ok(enough(with(row, doc)?))
        },
    )
}

/// The records that link to this one under a name, in the order in which they were opened.
pub fn linking(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (to, name): (RecordId, &Name),
) -> Result<Vec<Record>, Error> {
    tx.all(
        "select r.unit_id, r.id, r.kind, r.number, r.state, r.version, r.opened_at, r.closed_at, r.doc, r.head \
         from link l cross join record r \
         where r.unit_id = l.unit_id and r.id = l.from_id and l.unit_id = ?1 and l.to_id = ?2 and l.name = ?3 order by l.from_id",
        &[&unit, &to, name],
        read,
    )
}

/// Keeps others from deciding on what hangs on this record until the transaction ends; a record that is not here locks nothing.
pub fn lock(tx: &mut Tx<'_>, unit: UnitId, id: RecordId) -> Result<(), Error> {
    let lock = tx.lock();
    if lock.is_empty() {
        return Ok(());
    }
    let sql = format!("select version from record where unit_id = ?1 and id = ?2{lock}");
    tx.optional(&sql, &[&unit, &id], |row| row.get::<i64>(0))
        .map(|_| ())
}

/// The grid in which a place lies now.
pub fn grid_of(tx: &mut Tx<'_>, unit: UnitId, place: RecordId) -> Result<Option<Name>, Error> {
    tx.kept("record::grid_of", &key(unit, place), |tx| {
        tx.optional(
            "select grid from place where unit_id = ?1 and id = ?2",
            &[&unit, &place],
            |row| row.get(0),
        )
    })
}

/// Says in which grid a place lies from now on; `None`: in none.
pub fn put_in_grid(
    tx: &mut Tx<'_>,
    unit: UnitId,
    place: RecordId,
    grid: Option<&str>,
) -> Result<(), Error> {
    match grid {
        Some(grid) => tx.run(
            "insert into place (unit_id, id, grid) values (?1, ?2, ?3) on conflict (unit_id, id) do update set grid = excluded.grid",
            &[&unit, &place, &grid],
        ),
        None => tx.run(
            "delete from place where unit_id = ?1 and id = ?2",
            &[&unit, &place],
        ),
    }
    .map(|_| ())
}
