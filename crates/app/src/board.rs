//! What is open and what is due first: the lists that people work from.

use crate::error::Error;
use crate::export::Names;
use crate::office::Office;
use domain::measure::holder_id;
use domain::name::Name;
use domain::pack::model::Pack;
use domain::record::Record;
use domain::time::Instant;
use domain::unit::{Level, Unit};
use serde_json::{Value, json};
use store::{entry, record};

/// A project at a glance.
#[derive(Clone, Debug)]
pub struct Board {
    pub code: String,
    pub name: String,
    /// Records with something left to do or not closed, registers left out.
    pub open: u64,
    pub overdue: u64,
    /// What is due first.
    pub next: Vec<Due>,
}

/// A duty that is to do.
#[derive(Clone, Debug)]
pub struct Due {
    pub number: String,
    pub title: String,
    pub duty: String,
    pub holder: String,
    pub due_at: String,
    pub late: bool,
}

/// Every project with what is due first in it.
///
/// # Errors
/// A database that cannot be read.
pub fn overview(office: &Office) -> Result<Vec<Board>, Error> {
    let library = office.library()?;
    let Some(active) = library.active() else {
        return Ok(Vec::new());
    };
    let names = Names::load(office)?;
    let now = office.clock().now();
    let mut boards = Vec::new();
    for unit in office
        .units()?
        .into_iter()
        .filter(|unit| unit.level == Level::Project)
    {
        let filter = record::Filter {
            due_before: Some(Instant::from_micros(store::NEVER)),
            ..record::Filter::default()
        };
        let page = office
            .store()
            .read(|tx| record::list_open(tx, unit.id, &filter, 20))?;
        let (open, overdue) = office
            .store()
            .read(|tx| record::count_open(tx, unit.id, now))?;
        let next = page
            .iter()
            .filter_map(|record| first(record, &active.pack, &unit, &names, now))
            .collect();
        boards.push(Board {
            code: unit.code,
            name: unit.name,
            open,
            overdue,
            next,
        });
    }
    Ok(boards)
}

fn first(record: &Record, pack: &Pack, unit: &Unit, names: &Names, now: Instant) -> Option<Due> {
    let todo = record.doc.todo.first()?;
    let kind = pack.kinds.get(&record.kind)?;
    let duty = kind
        .duty(todo.name.as_str())
        .map_or_else(|| todo.name.to_string(), |duty| duty.title.zh.clone());
    Some(Due {
        number: record.number.clone(),
        title: label(record, pack),
        duty,
        holder: names.of(holder_id(todo.holder(), record.unit)),
        due_at: todo
            .due
            .at
            .in_zone(&unit.zone)
            .chars()
            .take(16)
            .collect::<String>()
            .replace('T', " "),
        late: todo.due.is_late(now),
    })
}

/// The fields that stand for a record in lists; private ones stay out.
fn label(record: &Record, pack: &Pack) -> String {
    let Some(kind) = pack.kinds.get(&record.kind) else {
        return record.kind.to_string();
    };
    let public = |name: &&Name| {
        kind.field(name.as_str())
            .is_some_and(|field| field.sensitive.is_none())
    };
    let parts: Vec<&str> = kind
        .label
        .iter()
        .filter(public)
        .filter_map(|name| record.doc.data.get(name)?.as_text())
        .collect();
    if parts.is_empty() {
        kind.title.zh.clone()
    } else {
        format!("{}：{}", kind.title.zh, parts.join(" "))
    }
}

/// A page of a unit's open records, most urgent first.
///
/// # Errors
/// `NotFound`.
pub fn open_records(
    office: &Office,
    unit: &str,
    kind: Option<Name>,
    state: Option<Name>,
    limit: i64,
) -> Result<Vec<Value>, Error> {
    let unit = office.unit(unit)?;
    let library = office.library()?;
    let active = library.active().ok_or(Error::NotFound)?;
    let names = Names::load(office)?;
    let filter = record::Filter {
        kind,
        state,
        ..record::Filter::default()
    };
    let page = office
        .store()
        .read(|tx| record::list_open(tx, unit.id, &filter, limit))?;
    let now = office.clock().now();
    Ok(page
        .iter()
        .map(|record| {
            let due = first(record, &active.pack, &unit, &names, now);
            json!({
                "number": record.number, "kind": record.kind, "state": record.state, "version": record.version, "label": label(record, &active.pack),
                "opened_at": record.opened_at.in_zone(&unit.zone),
                "duty": due.as_ref().map(|due| &due.duty), "holder": due.as_ref().map(|due| &due.holder),
                "due_at": record.doc.todo.first().map(|todo| todo.due.at.in_zone(&unit.zone)), "late": due.as_ref().is_some_and(|due| due.late),
            })
        })
        .collect())
}

/// The journal of a record, by its number, without what is private.
///
/// # Errors
/// `NotFound`.
pub fn journal(office: &Office, unit: &str, number: &str) -> Result<Vec<Value>, Error> {
    let unit = office.unit(unit)?;
    let library = office.library()?;
    let active = library.active().ok_or(Error::NotFound)?;
    let names = Names::load(office)?;
    let lines = office.store().read(|tx| {
        let id = record::by_number(tx, unit.id, number)?.ok_or(store::Error::NotFound)?;
        entry::journal(tx, unit.id, id)
    })?;
    let kind = lines
        .first()
        .and_then(|line| line.entry.opens.as_ref())
        .and_then(|opens| active.pack.kinds.get(&opens.kind));
    Ok(lines
        .iter()
        .map(|line| {
            let entry = &line.entry;
            let open = |name: &&Name| kind.and_then(|kind| kind.field(name.as_str())).is_some_and(|field| field.sensitive.is_none());
            let data: serde_json::Map<String, Value> = entry.data.iter().filter(|(name, _)| open(name)).map(|(name, value)| (name.to_string(), json!(value))).collect();
            json!({
                "seq": entry.seq, "step": entry.step, "by": entry.by.member().map(|member| names.of(member.into())), "via": entry.via,
                "recorded_at": entry.recorded_at.in_zone(&unit.zone), "data": data, "anomalies": entry.anomalies,
            })
        })
        .collect())
}
