//! Lists out of the database: one row a record, an entry or a duty, with everything that a reader elsewhere needs.
//!
//! Rows are made one by one and handed on, so that an export needs no memory for its length. Times are RFC 3339 in the unit's zone.

use crate::access::Actor;
use crate::error::Error;
use crate::keys::Keys;
use crate::office::Office;
use crate::privacy::{Viewer, look};
use crate::recompute::each_journal;
use crate::records;
use domain::access::{Privilege, Scope};
use domain::holder::Holder;
use domain::id::{HolderId, RecordId, UnitId};
use domain::measure::holder_id;
use domain::name::Name;
use domain::outcome::Outcome;
use domain::pack::model::{Kind, Pack, Role};
use domain::record::{By, Decided, Record, Todo};
use domain::time::{Instant, Moment, Zone};
use domain::unit::Unit;
use domain::value::{Data, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{Tx, duty, record, unit};

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Records,
    Entries,
    Duties,
}

/// A row: the same columns in the same order for all rows of an export.
pub type Row = Map<String, Json>;

/// Hands every row to `each`, by unit and record: of the units in which the actor may export, and of the kinds that he sees there.
///
/// # Errors
/// `Denied` if there is no such unit; a database that cannot be read, or what `each` returned.
pub fn export(
    office: &Office,
    actor: &Actor,
    what: What,
    kind: Option<&Name>,
    as_of: Instant,
    mut each: impl FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(active) = office.library()?.active().cloned() else {
        return Ok(());
    };
    let names = Names::load(office)?;
    let now = office.clock().now();
    let mut denied = None;
    let mut shown = false;
    for unit in office.units_of(actor)? {
        if let Err(error) = office.privilege(actor, Privilege::Exports, Some(unit.id)) {
            denied = Some(error);
            continue;
        }
        shown = true;
        let view = office.view(unit.id)?;
        let scope = actor.scope(&view, now);
        let out = Out {
            keys: office.keys(),
            unit: &unit,
            pack: &active.pack,
            names: &names,
            as_of,
            scope: &scope,
        };
        office.read(|tx| match what {
            What::Records => out.records(tx, kind, &mut each),
            What::Entries => out.entries(tx, kind, &mut each),
            What::Duties => out.duties(tx, kind, &mut each),
        })?;
    }
    match denied {
        Some(error) if !shown => Err(error),
        _ => Ok(()),
    }
}

/// The fields of a register that name who is in it, the better one first.
fn naming(kind: &Kind) -> Option<&'static [&'static str]> {
    match kind.role {
        Some(Role::Member) => Some(&["login", "name"]),
        Some(Role::Team) => Some(&["code", "name"]),
        _ => None,
    }
}

fn named(fields: &[&str], data: &Data) -> Option<String> {
    let texts = fields
        .iter()
        .filter_map(|field| data.get(*field)?.as_text());
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

/// A line of an exported list.
#[derive(Clone, Debug)]
pub enum Line {
    /// Once, before the rows: the names of the columns.
    Heads(Vec<String>),
    Row(Row),
}

/// Hands the records of a list to `each`, one row a record with all its times; private fields stay masked. The list must name its kind.
///
/// # Errors
/// `Denied`; as [`records::list`]; `kind-needed`; what `each` returned.
pub fn listed(
    office: &Office,
    actor: &Actor,
    unit: &str,
    asked: &records::Asked,
    mut each: impl FnMut(Line) -> Result<(), Error>,
) -> Result<(), Error> {
    let (unit, view) = office.unit_of(actor, unit)?;
    let _ = office.privilege(actor, Privilege::Exports, Some(unit.id))?;
    let as_of = office.clock().now();
    let scope = actor.scope(&view, as_of);
    let pack = &view.rules.pack;
    let Some(kind) = asked.kind.as_ref().and_then(|name| pack.kinds.get(name)) else {
        return Err(Error::asked(
            "kind-needed",
            "kind",
            "导出需要指定单据类型：列随类型而定。",
            "An export names its kind, which says what the columns are.",
        ));
    };
    let names = Names::load(office)?;
    let out = Out {
        keys: office.keys(),
        unit: &view.unit,
        scope: &scope,
        pack,
        names: &names,
        as_of,
    };
    let empty = Record {
        unit: view.unit.id,
        id: RecordId::from_uuid(view.unit.id.uuid()),
        kind: kind.name.clone(),
        number: String::new(),
        state: Name::from(""),
        version: 0,
        opened_at: as_of,
        closed_at: None,
        head: domain::record::Hash::default(),
        doc: domain::record::Doc::default(),
    };
    let heads = out.record(&empty, &[])?.into_iter().map(|(name, _)| name);
    each(Line::Heads(heads.collect()))?;
    let mut wanted = records::wanted(office, actor, &view, asked, as_of)?;
    loop {
        let (page, rows) = office.read(|tx| {
            let page = store::list::page(tx, view.unit.id, &wanted, AT_ONCE)?;
            let mut rows = Vec::with_capacity(page.len());
            for brief in &page {
                let record = record::get(tx, view.unit.id, brief.id)?;
                let filter = duty::Filter {
                    unit: Some(view.unit.id),
                    record: Some(brief.id),
                    ..duty::Filter::default()
                };
                let mut decided = Vec::new();
                duty::each(tx, &filter, |row| {
                    decided.push(row.decided);
                    Ok(())
                })?;
                rows.push(out.record(&record, &decided));
            }
            Ok::<_, store::Error>((page, rows))
        })?;
        rows.into_iter().try_for_each(|row| each(Line::Row(row?)))?;
        match page.last() {
            Some(last) if i64::try_from(page.len()) == Ok(AT_ONCE) => {
                wanted.after = Some((last.next_due, last.id));
            }
            _ => return Ok(()),
        }
    }
}

/// Records that an export reads at once.
const AT_ONCE: i64 = 200;

/// What members, teams and units are called in exports: login or name, code.
#[derive(Debug, Default)]
pub struct Names(HashMap<HolderId, String>);

impl Names {
    /// Reads the registers of all units.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn load(office: &Office) -> Result<Self, Error> {
        let mut names = HashMap::new();
        let Some(active) = office.library()?.active().cloned() else {
            return Ok(Self(names));
        };
        let units = office.units()?;
        for unit in &units {
            names.insert(unit.id.into(), unit.code.clone());
        }
        office.read(|tx| {
            for kind in active.pack.kinds.values() {
                let Some(fields) = naming(kind) else { continue };
                let mut add = |record: Record| {
                    let name = named(fields, &record.doc.data);
                    let name = name.unwrap_or_else(|| record.number.clone());
                    names.insert(HolderId::from_uuid(record.id.uuid()), name);
                    Ok(())
                };
                for unit in &units {
                    if kind.number.is_none() {
                        record::each_registered(tx, unit.id, &kind.name, &mut add)?;
                    } else {
                        record::each_of_kind(tx, Some(unit.id), Some(&kind.name), &mut add)?;
                    }
                }
            }
            Ok::<_, Error>(())
        })?;
        Ok(Self(names))
    }

    /// Reads only these, of a unit and of those above it.
    pub(crate) fn some(
        tx: &mut Tx<'_>,
        pack: &Pack,
        unit: &Unit,
        ids: impl IntoIterator<Item = HolderId>,
    ) -> Result<Self, Error> {
        let ids: BTreeSet<HolderId> = ids.into_iter().collect();
        let mut names = HashMap::from([(unit.id.into(), unit.code.clone())]);
        let mut at = Some((unit.id, unit.parent));
        while let Some((above, parent)) = at {
            for id in &ids {
                if names.contains_key(id) {
                    continue;
                }
                let found = record::seen(tx, above, RecordId::from_uuid(id.uuid()))?;
                let name = found.and_then(|(seen, _)| {
                    let fields = naming(pack.kinds.get(&seen.kind)?)?;
                    named(fields, &seen.data)
                });
                names.extend(name.map(|name| (*id, name)));
            }
            at = match parent.filter(|_| ids.iter().any(|id| !names.contains_key(id))) {
                Some(parent) => Some((parent, unit::get(tx, parent)?.parent)),
                None => None,
            };
        }
        Ok(Self(names))
    }

    /// The name, or the id of what has none.
    pub fn of(&self, id: HolderId) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// The holder of that login or code. Accounts keep logins in small letters, registers as somebody typed them: where nobody has exactly
    /// this name, the one who has it in other letters is meant.
    pub fn find(&self, name: &str) -> Option<HolderId> {
        let by = |same: fn(&str, &str) -> bool| {
            self.0
                .iter()
                .find(|(_, known)| same(known, name))
                .map(|(id, _)| *id)
        };
        by(|known, name| known == name).or_else(|| by(str::eq_ignore_ascii_case))
    }

    fn holder(&self, holder: &Holder, unit: UnitId) -> Json {
        Json::String(match holder {
            Holder::Pool { post } => format!("({post})"),
            _ => self.of(holder_id(holder, unit)),
        })
    }
}

/// The source's own id, without the name of the source that keeps two of them apart.
fn source_id(source: Option<&str>) -> Option<&str> {
    source.map(|source| source.split_once(':').map_or(source, |(_, id)| id))
}

struct Out<'a> {
    /// Without them private values are stars.
    keys: Option<&'a Keys>,
    unit: &'a Unit,
    /// Only kinds that are seen whole are exported.
    scope: &'a Scope,
    pack: &'a Pack,
    names: &'a Names,
    as_of: Instant,
}

impl Out<'_> {
    fn zone(&self) -> &Zone {
        &self.unit.zone
    }

    fn at(&self, at: Option<Instant>) -> Json {
        at.map_or(Json::Null, |at| Json::String(at.in_zone(self.zone())))
    }

    fn head(&self, record: &Record) -> Row {
        let mut row = Row::new();
        let field = |name: &Option<Name>| {
            let id = record
                .doc
                .data
                .get(name.as_ref()?)?
                .as_text()?
                .parse()
                .ok()?;
            Some(Json::String(self.names.of(HolderId::from_uuid(id))))
        };
        let kind = self.pack.kinds.get(&record.kind);
        row.insert("project".into(), json!(self.unit.code));
        row.insert("project_name".into(), json!(self.unit.name));
        row.insert("kind".into(), json!(record.kind));
        row.insert("number".into(), json!(record.number));
        row.insert(
            "source_id".into(),
            json!(source_id(record.doc.source.as_deref())),
        );
        row.insert("id".into(), json!(record.id.to_string()));
        row.insert("state".into(), json!(record.state));
        row.insert(
            "member".into(),
            kind.and_then(|kind| field(&kind.assignee))
                .unwrap_or(Json::Null),
        );
        row.insert(
            "team".into(),
            kind.and_then(|kind| field(&kind.team))
                .unwrap_or(Json::Null),
        );
        row
    }

    fn records(
        &self,
        tx: &mut Tx<'_>,
        kind: Option<&Name>,
        each: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut kinds: Vec<&Name> = self.pack.kinds.keys().collect();
        kinds.retain(|name| kind.is_none_or(|kind| kind == *name) && self.scope.sees_all_of(name));
        for name in kinds {
            let mut decided = self.all_decided(tx, Some(name))?;
            visit(
                |show| record::each_of_kind(tx, Some(self.unit.id), Some(name), show),
                |record: Record| {
                    let decided = decided.remove(&record.id).unwrap_or_default();
                    each(self.record(&record, &decided)?)
                },
            )?;
        }
        Ok(())
    }

    fn all_decided(
        &self,
        tx: &mut Tx<'_>,
        kind: Option<&Name>,
    ) -> Result<HashMap<RecordId, Vec<Decided>>, Error> {
        let filter = duty::Filter {
            unit: Some(self.unit.id),
            kind: kind.cloned(),
            ..duty::Filter::default()
        };
        let mut decided: HashMap<RecordId, Vec<Decided>> = HashMap::new();
        duty::each(tx, &filter, |row| {
            decided.entry(row.record).or_default().push(row.decided);
            Ok(())
        })?;
        Ok(decided)
    }

    /// A record's own times and state; its due time is that of its most urgent duty to do, else of the last one decided.
    fn record(&self, record: &Record, decided: &[Decided]) -> Result<Row, Error> {
        let mut row = self.head(record);
        let next = record.doc.todo.first();
        let last = decided.iter().max_by_key(|decided| decided.due);
        let due = next
            .map(|todo| todo.due.at)
            .or(last.map(|decided| decided.due.at));
        row.insert("opened_at".into(), self.at(Some(record.opened_at)));
        row.insert("due_at".into(), self.at(due));
        row.insert(
            "done_at".into(),
            self.at(if next.is_some() {
                None
            } else {
                last.and_then(|decided| decided.done_at)
            }),
        );
        row.insert("closed_at".into(), self.at(record.closed_at));
        let outcome = next
            .map(|todo| self.outcome(todo))
            .or(last.map(|decided| decided.outcome));
        row.insert("outcome".into(), json!(outcome.map(Outcome::as_str)));
        row.insert("void".into(), json!(record.doc.void));
        let anomalies: Vec<_> = record
            .doc
            .anomalies
            .iter()
            .map(|anomaly| json!(anomaly))
            .collect();
        row.insert(
            "anomalies".into(),
            json!(
                anomalies
                    .iter()
                    .filter_map(Json::as_str)
                    .collect::<Vec<_>>()
                    .join(" ")
            ),
        );
        row.insert("entries".into(), json!(record.version));
        if let Some(kind) = self.pack.kinds.get(&record.kind) {
            let shown = self.shown(Some(kind), record.id, &record.doc.data)?;
            for step in std::iter::once(&kind.open).chain(kind.steps.values()) {
                row.insert(
                    format!("time.{}", step.name),
                    self.at(record.doc.times.get(&step.name).copied()),
                );
            }
            for field in &kind.fields {
                let value = shown.get(&field.name).unwrap_or(&Value::Null);
                row.insert(format!("data.{}", field.name), json!(value));
            }
        }
        Ok(row)
    }

    fn outcome(&self, todo: &Todo) -> Outcome {
        if todo.due.is_late(self.as_of) {
            Outcome::Missed
        } else {
            Outcome::Pending
        }
    }

    fn entries(
        &self,
        tx: &mut Tx<'_>,
        kind: Option<&Name>,
        each: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        each_journal(tx, self.unit, |lines| {
            let Some(opens) = lines[0].entry.opens.clone() else {
                return Ok(());
            };
            if kind.is_some_and(|kind| opens.kind != *kind) || !self.scope.sees_all_of(&opens.kind)
            {
                return Ok(());
            }
            let found = self.pack.kinds.get(&opens.kind);
            for line in lines {
                let entry = &line.entry;
                let data = self.shown(found, entry.record, &entry.data)?;
                let mut row = Row::new();
                row.insert("project".into(), json!(self.unit.code));
                row.insert("kind".into(), json!(opens.kind));
                row.insert("number".into(), json!(opens.number));
                row.insert(
                    "source_id".into(),
                    json!(source_id(opens.source.as_deref())),
                );
                row.insert("id".into(), json!(entry.record.to_string()));
                row.insert("seq".into(), json!(entry.seq));
                row.insert("step".into(), json!(entry.step));
                row.insert("by".into(), self.by(&entry.by));
                row.insert("via".into(), json!(entry.via));
                let occurred = match entry.occurred() {
                    Moment::At(at) => at.in_zone(self.zone()),
                    Moment::On(day) => day.to_string(),
                };
                row.insert("occurred_at".into(), json!(occurred));
                row.insert("recorded_at".into(), self.at(Some(entry.recorded_at)));
                row.insert("anomalies".into(), json!(entry.anomalies));
                row.insert("data".into(), json!(data));
                row.insert("reason".into(), json!(entry.reason));
                row.insert(
                    "source_line".into(),
                    json!(entry.import.as_ref().map(|mark| mark.line)),
                );
                row.insert("pack".into(), json!(entry.pack));
                row.insert(
                    "hash".into(),
                    json!(
                        line.hash
                            .0
                            .iter()
                            .map(|byte| format!("{byte:02x}"))
                            .collect::<String>()
                    ),
                );
                each(row)?;
            }
            Ok(())
        })
    }

    fn by(&self, by: &By) -> Json {
        match by {
            By::Member(member) => json!(self.names.of((*member).into())),
            By::Party(party) => json!(party.to_string()),
            By::System => json!("system"),
            By::Operator(name) => json!(format!("operator:{name}")),
            By::Source(name) => json!(name),
        }
    }

    /// What was filled in, with what is private masked; of a field that the pack no longer knows, that it was there.
    fn shown(&self, kind: Option<&Kind>, record: RecordId, data: &Data) -> Result<Data, Error> {
        let mut shown = data.clone();
        for (name, value) in &mut shown {
            if kind.is_none_or(|kind| kind.field(name.as_str()).is_none()) {
                *value = "****".into();
            }
        }
        // Nobody in particular looks, so whom it tells of does not matter.
        let place = (record, &BTreeMap::new());
        look(self.keys, kind, place, &mut shown, &Viewer::nobody())?;
        Ok(shown)
    }

    fn duties(
        &self,
        tx: &mut Tx<'_>,
        kind: Option<&Name>,
        each: &mut dyn FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut decided = self.all_decided(tx, kind)?;
        visit(
            |show| record::each_of_kind(tx, Some(self.unit.id), kind, show),
            |record: Record| {
                if !self.scope.sees_all_of(&record.kind) {
                    return Ok(());
                }
                let mut rows = decided.remove(&record.id).unwrap_or_default();
                rows.sort_by(|a, b| (&a.name, a.occurrence).cmp(&(&b.name, b.occurrence)));
                for row in rows {
                    each(self.decided(&record, &row))?;
                }
                for todo in &record.doc.todo {
                    each(self.todo(&record, todo))?;
                }
                Ok(())
            },
        )
    }

    fn decided(&self, record: &Record, decided: &Decided) -> Row {
        let mut row = self.head(record);
        row.insert("duty".into(), json!(decided.name));
        row.insert("occurrence".into(), json!(decided.occurrence));
        row.insert(
            "holder".into(),
            self.names.holder(&decided.holder, self.unit.id),
        );
        row.insert("opened_at".into(), self.at(Some(decided.start)));
        row.insert("due_at".into(), self.at(Some(decided.due.at)));
        row.insert("done_at".into(), self.at(decided.done_at));
        row.insert("closed_at".into(), self.at(record.closed_at));
        row.insert("outcome".into(), json!(decided.outcome.as_str()));
        row.insert("to_do".into(), json!(false));
        row.insert("end".into(), json!(decided.due.end));
        row.insert("anomalous".into(), json!(decided.anomalous));
        row.insert("unproven".into(), json!(decided.unproven));
        row
    }

    fn todo(&self, record: &Record, todo: &Todo) -> Row {
        let mut row = self.head(record);
        row.insert("duty".into(), json!(todo.name));
        row.insert("occurrence".into(), json!(todo.occurrence));
        row.insert(
            "holder".into(),
            self.names.holder(todo.holder(), self.unit.id),
        );
        row.insert("opened_at".into(), self.at(Some(todo.start)));
        row.insert("due_at".into(), self.at(Some(todo.due.at)));
        row.insert("done_at".into(), Json::Null);
        row.insert("closed_at".into(), self.at(record.closed_at));
        row.insert("outcome".into(), json!(self.outcome(todo).as_str()));
        row.insert("to_do".into(), json!(true));
        row.insert("end".into(), json!(todo.due.end));
        row.insert(
            "anomalous".into(),
            json!(
                record
                    .doc
                    .anomalies
                    .iter()
                    .any(|anomaly| anomaly.spoils_times())
            ),
        );
        row.insert("unproven".into(), json!(false));
        row
    }
}

/// Lets a visitor of the store fail with this crate's errors.
fn visit<T>(
    shown: impl FnOnce(&mut dyn FnMut(T) -> Result<(), store::Error>) -> Result<(), store::Error>,
    mut each: impl FnMut(T) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut failed = None;
    let done = shown(&mut |item| {
        each(item).map_err(|error| {
            failed = Some(error);
            store::Error::NotFound
        })
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(done?),
    }
}
