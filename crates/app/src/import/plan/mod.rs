//! From rows to what is to be imported, without a database: the same files and map give the same plan, item by item.
//!
//! An item is imported whole or not at all: where one row of a record cannot be read, all its rows are refused together, so that a
//! corrected file imports the whole record. Rows always add up: every row of the files is in exactly one item or one refusal.
//! What contradicts itself in time or place is admitted and marked, never dropped (S4.8).

mod fill;
mod log;
mod preview;
mod report;
mod stream;

pub(crate) use fill::{hundredths, whole, yes_no};
pub use preview::preview;
pub use report::ReportFile;
pub use stream::{Input, Stream};

use super::map::{Map, StepRule, UnitName};
use super::refusal::Refusal;
use super::source::Row;
use domain::name::{Name, Text};
use domain::time::{Day, Instant, Moment, Zone};
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One record to be, with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportItem {
    pub unit: UnitKey,
    pub kind: Name,
    /// The source's own id, without the source's name.
    pub source_id: String,
    pub opening: PlannedOpening,
    /// In the order in which they are taken.
    pub steps: Vec<PlannedStep>,
    pub marks: BTreeSet<Mark>,
    /// The rows that it was made of, in their order; the first opened it.
    pub rows: Vec<RowPlace>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace {
    pub file: u32,
    pub line: u64,
}

/// The unit as the source names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKey {
    Named(String),
    /// The one that the map keeps for records without.
    Unassigned(String),
}

impl UnitKey {
    pub fn key(&self) -> &str {
        match self {
            Self::Named(key) | Self::Unassigned(key) => key,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedOpening {
    pub occurred: Moment,
    /// Whom the source names.
    pub by: Option<String>,
    pub data: BTreeMap<Name, Filled>,
    /// Link name → the other record's source id; it may lie outside the files.
    pub links: BTreeMap<Name, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    pub step: Name,
    pub occurred: Moment,
    pub by: Option<String>,
    pub data: BTreeMap<Name, Filled>,
    pub row: RowPlace,
}

/// A value, or somebody who is a record of his own and has to be looked up or registered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filled {
    Value(Value),
    Member(String),
    Team(TeamKey),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TeamKey {
    pub name: String,
    pub department: Option<String>,
}

/// What is odd about an item that is imported all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// A step happened before the record was opened.
    BeforeOpening,
    /// A step happened before the one that the source puts before it.
    OutOfOrder,
    /// The source states another unit later; the record stays in the first.
    UnitChanged,
    /// The source states no unit.
    UnitBlank,
}

impl Mark {
    pub const ALL: [Self; 4] = [
        Self::BeforeOpening,
        Self::OutOfOrder,
        Self::UnitChanged,
        Self::UnitBlank,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::BeforeOpening => "before-opening",
            Self::OutOfOrder => "out-of-order",
            Self::UnitChanged => "unit-changed",
            Self::UnitBlank => "unit-blank",
        }
    }
    pub fn title(self) -> Text {
        let (zh, en) = match self {
            Self::BeforeOpening => ("有步骤早于受理", "a step before the opening"),
            Self::OutOfOrder => ("步骤的时间前后颠倒", "steps whose times run backwards"),
            Self::UnitChanged => (
                "中途换了单元，留在最初的单元",
                "the unit changes midway; it stays in the first",
            ),
            Self::UnitBlank => ("来源没有写单元", "the source states no unit"),
        };
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// What became of some rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    Item(Box<ImportItem>),
    /// One refusal for each row.
    Refused(Vec<Refusal>),
}

/// How the rows add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All rows of the files; always `imported` + `refused`.
    pub rows: u64,
    pub imported: u64,
    pub refused: u64,
    pub records: u64,
    /// Openings are not counted.
    pub steps: u64,
    pub marked: BTreeMap<Mark, u64>,
}

impl Counts {
    pub fn add(&mut self, planned: &Planned) {
        match planned {
            Planned::Item(item) => self.add_item(item),
            Planned::Refused(refusals) => self.add_refused(refusals.len() as u64),
        }
    }
    pub fn add_item(&mut self, item: &ImportItem) {
        self.rows += item.rows.len() as u64;
        self.imported += item.rows.len() as u64;
        self.records += 1;
        self.steps += item.steps.len() as u64;
        for mark in &item.marks {
            *self.marked.entry(*mark).or_default() += 1;
        }
    }
    pub fn add_refused(&mut self, rows: u64) {
        self.rows += rows;
        self.refused += rows;
    }
}

/// The plan of one record from its rows: columns in the order of the map, rows in the order of the record.
pub fn item(map: &Map, rows: &[Row]) -> Planned {
    let planned = match (&map.log, rows) {
        (None, [row]) => single(map, row),
        _ => log::item(map, rows),
    };
    match planned {
        Ok(item) => Planned::Item(Box::new(item)),
        Err(faults) => {
            let places: Vec<RowPlace> = rows.iter().map(place).collect();
            Planned::Refused(together(&places, faults))
        }
    }
}

fn single(map: &Map, row: &Row) -> Result<ImportItem, Vec<Refusal>> {
    let mut faults = Vec::new();
    let cells = fill::Cells::new(map, row);
    let (unit, mut marks) = gather(&mut faults, unit(map, &[cells])).unzip();
    let opening = opening(map, &[cells], &mut faults);
    let mut steps = Vec::new();
    for rule in map.steps.iter().filter(|rule| applies(rule, cells)) {
        let at = gather(&mut faults, cells.moment(rule.at.column));
        let data = cells.fields(&rule.fields, None, true, &mut faults);
        let by = rule
            .by
            .as_ref()
            .and_then(|by| gather(&mut faults, cells.take(by)).flatten());
        if let Some(occurred) = at {
            steps.push(PlannedStep {
                step: rule.step.clone(),
                occurred,
                by,
                data,
                row: place(row),
            });
        }
    }
    match (unit, opening) {
        (Some(unit), Some(opening)) if faults.is_empty() => {
            let marks = marks.get_or_insert_default();
            mark_times(&map.habit.zone, &opening, &steps, marks);
            Ok(ImportItem {
                unit,
                kind: map.kind.clone(),
                source_id: cells.text(map.id).to_string(),
                opening,
                steps,
                marks: std::mem::take(marks),
                rows: vec![place(row)],
            })
        }
        _ => Err(faults),
    }
}

fn place(row: &Row) -> RowPlace {
    RowPlace {
        file: row.file,
        line: row.line,
    }
}

fn gather<T>(faults: &mut Vec<Refusal>, result: Result<T, Refusal>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

/// The conditions that need no other row.
fn applies(rule: &StepRule, cells: fill::Cells<'_>) -> bool {
    let when = &rule.when;
    when.filled.iter().all(|&column| !cells.blank(column))
        && when.blank.iter().all(|&column| cells.blank(column))
        && when
            .is
            .iter()
            .all(|(&column, values)| values.contains(cells.text(column)))
        && when
            .is_not
            .iter()
            .all(|(&column, values)| !values.contains(cells.text(column)))
}

/// The unit that the rows state first, and what is odd about it.
fn unit(map: &Map, rows: &[fill::Cells<'_>]) -> Result<(UnitKey, BTreeSet<Mark>), Refusal> {
    let mut found: Option<String> = None;
    let mut marks = BTreeSet::new();
    for row in rows {
        let Some(key) = row.take(&map.unit.from)? else {
            continue;
        };
        match &found {
            None => found = Some(key),
            Some(first) if *first != key => {
                marks.insert(Mark::UnitChanged);
            }
            Some(_) => {}
        }
    }
    match (found, &map.unit.blank, rows.first()) {
        (Some(key), ..) => Ok((UnitKey::Named(key), marks)),
        (None, Some(UnitName { key, .. }), _) => {
            marks.insert(Mark::UnitBlank);
            Ok((UnitKey::Unassigned(key.clone()), marks))
        }
        (None, None, row) => {
            let refusal = Refusal::new(
                "unit-blank",
                "没有写单元，映射也没有给出 unit.blank",
                "no unit is stated, and the map names none under unit.blank",
            );
            Err(match row {
                Some(row) => row.blame(refusal, row.first_column(&map.unit.from)),
                None => refusal,
            })
        }
    }
}

/// Out of the first row; what it leaves blank, links apart, stays blank.
fn opening(
    map: &Map,
    rows: &[fill::Cells<'_>],
    faults: &mut Vec<Refusal>,
) -> Option<PlannedOpening> {
    let first = rows.first()?;
    let occurred = gather(faults, first.moment(map.open.at));
    let data = first.fields(&map.open.fields, None, true, faults);
    let by = map
        .open
        .by
        .as_ref()
        .and_then(|by| gather(faults, first.take(by)).flatten());
    let links = map
        .open
        .links
        .iter()
        .filter_map(|(name, &column)| {
            let stated = rows.iter().find(|row| !row.blank(column))?;
            Some((name.clone(), stated.text(column).to_string()))
        })
        .collect();
    Some(PlannedOpening {
        occurred: occurred?,
        by,
        data,
        links,
    })
}

fn mark_times(
    zone: &Zone,
    opening: &PlannedOpening,
    steps: &[PlannedStep],
    marks: &mut BTreeSet<Mark>,
) {
    let mut last = opening.occurred;
    for step in steps {
        if earlier(zone, step.occurred, opening.occurred) {
            marks.insert(Mark::BeforeOpening);
        } else if earlier(zone, step.occurred, last) {
            marks.insert(Mark::OutOfOrder);
        }
        last = step.occurred;
    }
}

/// Surely earlier; a day is compared as a day (S2.12).
fn earlier(zone: &Zone, a: Moment, b: Moment) -> bool {
    let day = |at: Instant| zone.day_of(at);
    match (a, b) {
        (Moment::At(a), Moment::At(b)) => a < b,
        (Moment::On(a), Moment::On(b)) => a < b,
        (Moment::At(a), Moment::On(b)) => day(a) < b,
        (Moment::On(a), Moment::At(b)) => a < day(b),
    }
}

/// The local day of a moment.
fn day_of(zone: &Zone, moment: Moment) -> Day {
    match moment {
        Moment::At(at) => zone.day_of(at),
        Moment::On(day) => day,
    }
}

/// One refusal for each row: its own first fault with the number of further ones, else the fault of the row that spoiled the record.
pub(super) fn together(rows: &[RowPlace], faults: Vec<Refusal>) -> Vec<Refusal> {
    let spoiler = faults.first().map(|fault| (fault.line, fault.file));
    rows.iter()
        .map(|row| {
            let mut own = faults.iter().filter(|fault| (fault.file, fault.line) == (row.file, row.line));
            if let Some(fault) = own.next() {
                let mut fault = fault.clone();
                let more: Vec<&str> = own.filter_map(|fault| fault.column.as_deref()).collect();
                if !more.is_empty() {
                    fault.reason.zh += &format!("（另有：{}）", more.join("、"));
                    fault.reason.en += &format!(" (also: {})", more.join(", "));
                }
                return fault;
            }
            let line = spoiler.map_or(0, |(line, _)| line);
            Refusal::new(
                "record-refused",
                format!("同一单据的第 {line} 行不能导入，整张单据一起退回"),
                format!("line {line} of the same record cannot be imported, so the whole record is refused"),
            )
            .at(row.file, row.line)
        })
        .collect()
}
