//! What is open and what is due first: the lists that people work from.

use crate::access::Actor;
use crate::error::Error;
use crate::export::Names;
use crate::office::Office;
use domain::id::HolderId;
use domain::measure::holder_id;
use domain::name::Name;
use domain::pack::model::{Kind, Pack};
use domain::time::Instant;
use domain::unit::{Level, Unit};
use domain::value::Data;
use serde_json::{Value, json};
use store::page::{self, Line};
use store::{Tx, entry, record};

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

/// Every project of the actor's with what is due first in it.
///
/// # Errors
/// A database that cannot be read.
pub fn overview(office: &Office, actor: &Actor) -> Result<Vec<Board>, Error> {
    let library = office.library()?;
    let Some(active) = library.active() else {
        return Ok(Vec::new());
    };
    let now = office.clock().now();
    let mut boards = Vec::new();
    for unit in office
        .units_of(actor)?
        .into_iter()
        .filter(|unit| unit.level == Level::Project)
    {
        let view = office.view(unit.id)?;
        let filter = record::Filter {
            scope: actor.scope(&view, now),
            due_before: Some(Instant::from_micros(store::NEVER)),
            ..record::Filter::default()
        };
        let shown = Shown {
            pack: &active.pack,
            unit: &unit,
            now,
        };
        let (page, names, open, overdue) = office.read(|tx| {
            let (page, names) = shown.page(tx, &filter, 20)?;
            let (open, overdue) = record::count_open(tx, unit.id, &filter.scope, now)?;
            Ok::<_, Error>((page, names, open, overdue))
        })?;
        let next = page
            .iter()
            .filter_map(|line| shown.due(line, &names))
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

/// How lines of a unit's lists are shown.
struct Shown<'a> {
    pack: &'a Pack,
    unit: &'a Unit,
    now: Instant,
}

impl Shown<'_> {
    /// A page with the names of those who hold what is due.
    fn page(
        &self,
        tx: &mut Tx<'_>,
        filter: &record::Filter,
        limit: i64,
    ) -> Result<(Vec<Line>, Names), Error> {
        let page = page::open(
            tx,
            self.unit.id,
            filter,
            &label_fields(self.pack, filter.kind.as_ref(), &[]),
            limit,
        )?;
        let holders = page
            .iter()
            .filter_map(|line| line.next.as_ref())
            .map(|next| holder_id(&next.holder, self.unit.id));
        let names = Names::some(tx, self.pack, self.unit, holders)?;
        Ok((page, names))
    }

    fn due(&self, line: &Line, names: &Names) -> Option<Due> {
        let next = line.next.as_ref()?;
        let kind = self.pack.kinds.get(&line.kind)?;
        let duty = kind
            .duty(next.duty.as_str())
            .map_or_else(|| next.duty.to_string(), |duty| duty.title.zh.clone());
        Some(Due {
            number: line.number.clone(),
            title: self.label(line),
            duty,
            holder: names.of(holder_id(&next.holder, self.unit.id)),
            due_at: next
                .due
                .at
                .in_zone(&self.unit.zone)
                .chars()
                .take(16)
                .collect::<String>()
                .replace('T', " "),
            late: next.due.is_late(self.now),
        })
    }

    /// The fields that stand for a record in lists; private ones stay out.
    fn label(&self, line: &Line) -> String {
        match self.pack.kinds.get(&line.kind) {
            Some(kind) => label_of(kind, &line.data),
            None => line.kind.to_string(),
        }
    }
}

/// The fields that the labels of a kind are made of, or those of all kinds; and these.
pub(crate) fn label_fields(pack: &Pack, kind: Option<&Name>, and: &[Name]) -> Vec<Name> {
    let kinds = pack.kinds.values();
    let mut fields: Vec<Name> = kinds
        .filter(|of| kind.is_none_or(|name| *name == of.name))
        .flat_map(|kind| kind.label.iter().cloned())
        .chain(and.iter().cloned())
        .collect();
    fields.sort();
    fields.dedup();
    fields
}

/// As a list calls a record of this kind that holds this; private fields stay out.
pub fn label_of(kind: &Kind, data: &Data) -> String {
    let public = |name: &&Name| {
        kind.field(name.as_str())
            .is_some_and(|field| field.sensitive.is_none())
    };
    let parts: Vec<&str> = kind
        .label
        .iter()
        .filter(public)
        .filter_map(|name| {
            let text = data.get(name)?.as_text()?;
            let field = kind.field(name.as_str())?;
            let domain::pack::model::FieldType::Choice(of) = &field.ty else {
                return Some(text);
            };
            let choice = of.iter().find(|choice| choice.name == *text);
            Some(choice.map_or(text, |choice| choice.title.zh.as_str()))
        })
        .collect();
    if parts.is_empty() {
        kind.title.zh.clone()
    } else {
        format!("{}：{}", kind.title.zh, parts.join(" "))
    }
}

/// A page of a unit's open records that the actor sees, most urgent first.
///
/// # Errors
/// `NotFound`.
pub fn open_records(
    office: &Office,
    actor: &Actor,
    unit: &str,
    kind: Option<Name>,
    state: Option<Name>,
    limit: i64,
) -> Result<Vec<Value>, Error> {
    let (unit, view) = office.unit_of(actor, unit)?;
    let library = office.library()?;
    let active = library.active().ok_or(Error::NotFound)?;
    let now = office.clock().now();
    let filter = record::Filter {
        scope: actor.scope(&view, now),
        kind,
        state,
        ..record::Filter::default()
    };
    let shown = Shown {
        pack: &active.pack,
        unit: &unit,
        now,
    };
    let (page, names) = office.read(|tx| shown.page(tx, &filter, limit))?;
    Ok(page
        .iter()
        .map(|line| {
            let due = shown.due(line, &names);
            json!({
                "number": line.number, "kind": line.kind, "state": line.state, "version": line.version, "label": shown.label(line),
                "opened_at": line.opened_at.in_zone(&unit.zone),
                "duty": due.as_ref().map(|due| &due.duty), "holder": due.as_ref().map(|due| &due.holder),
                "due_at": line.next.as_ref().map(|next| next.due.at.in_zone(&unit.zone)), "late": due.as_ref().is_some_and(|due| due.late),
            })
        })
        .collect())
}

/// The journal of a record, by its number, without what is private.
///
/// # Errors
/// `NotFound`.
pub fn journal(
    office: &Office,
    actor: &Actor,
    unit: &str,
    number: &str,
) -> Result<Vec<Value>, Error> {
    let (unit, view) = office.unit_of(actor, unit)?;
    let now = office.clock().now();
    let library = office.library()?;
    let active = library.active().ok_or(Error::NotFound)?;
    let (lines, names) = office.read(|tx| {
        let id = record::by_number(tx, unit.id, number)?.ok_or(Error::NotFound)?;
        let record = record::get(tx, unit.id, id)?;
        let _ = actor.may_see(tx, &view, now, &record)?;
        let lines = entry::journal(tx, unit.id, id)?;
        let doers = lines
            .iter()
            .filter_map(|line| line.entry.by.member())
            .map(HolderId::from);
        let names = Names::some(tx, &active.pack, &unit, doers)?;
        Ok::<_, Error>((lines, names))
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
