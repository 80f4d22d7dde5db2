//! One item at the desk: opened with its whole history, or found and continued.

use super::register::Registers;
use crate::access::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::import::map::{Fill, Map, Part};
use crate::import::plan::{Filled, ImportItem, PlannedStep, RowPlace};
use crate::import::refusal::Refusal;
use crate::office::Office;
use crate::privacy::{same_apart_from_sealed, seal_items};
use domain::id::{ImportId, RecordId, UnitId};
use domain::name::Name;
use domain::record::entry::ImportMark;
use domain::record::{Anomaly, By, Command, Tokens, Via};
use domain::value::{Data, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Lane, entry, record};

/// What every transaction of an import needs.
pub(super) struct Shared {
    pub(super) import: ImportId,
    pub(super) map: Map,
    pub(super) registers: Registers,
}

pub(super) struct Done {
    pub(super) outcome: Outcome,
    pub(super) link_outside: bool,
}

pub(super) enum Outcome {
    Made {
        anomalies: BTreeSet<Anomaly>,
    },
    /// It was there; so many steps have happened since.
    Continued {
        steps: u64,
    },
    Already,
    /// It was there, with another history.
    Changed,
    /// By the rules, at this row.
    Refused(Vec<domain::record::Refusal>, RowPlace),
}

/// Takes items of one unit in, each whole or not at all.
pub(super) fn items(
    office: &Office,
    actor: &Actor,
    shared: &Arc<Shared>,
    unit: UnitId,
    items: &Arc<Vec<ImportItem>>,
) -> Result<Vec<Done>, Error> {
    let (items, tokens) = seal_items(office, unit, items)?;
    let shared = shared.clone();
    office.at(actor, unit, Lane::Bulk, move |desk| {
        let tokens = tokens
            .iter()
            .map(Vec::as_slice)
            .chain(std::iter::repeat(&[][..]));
        items
            .iter()
            .zip(tokens)
            .map(|(item, tokens)| shared.one(desk, unit, item, tokens))
            .collect()
    })
}

impl Shared {
    /// As stored: the source's name keeps the ids of two systems apart.
    pub(super) fn source_of(&self, id: &str) -> String {
        format!("{}:{id}", self.map.source)
    }

    fn one(
        &self,
        desk: &mut Desk<'_, '_>,
        unit: UnitId,
        item: &ImportItem,
        tokens: &[Tokens],
    ) -> Result<Done, Error> {
        let mut at = item.rows.first().copied().unwrap_or_default();
        let mut link_outside = false;
        let outcome = desk.attempt(|desk| {
            let source = self.source_of(&item.source_id);
            match record::by_source(desk.tx, unit, &source)? {
                Some(id) => self.proceed(desk, unit, id, (item, tokens), &mut at),
                None => {
                    let links = self.links(desk, unit, item, &mut link_outside)?;
                    self.open(desk, (item, tokens), source, links, &mut at)
                }
            }
        });
        let outcome = match outcome {
            Err(Error::Refused(reasons)) => Outcome::Refused(reasons, at),
            other => other?,
        };
        Ok(Done {
            outcome,
            link_outside,
        })
    }

    fn open(
        &self,
        desk: &mut Desk<'_, '_>,
        (item, tokens): (&ImportItem, &[Tokens]),
        source: String,
        links: BTreeMap<Name, RecordId>,
        at: &mut RowPlace,
    ) -> Result<Outcome, Error> {
        let opening = &item.opening;
        let mut command = self.command("open", opening.by.as_deref(), at.line);
        command.occurred = Some(opening.occurred);
        command.data = self.data(&opening.data);
        command.links = links;
        command.source = Some(source);
        command.tokens = at_step(tokens, 0);
        let taken = desk.open(&item.kind, None, &command)?;
        let id = taken.record.id;
        let mut anomalies = taken.record.doc.anomalies;
        for (number, step) in (1..).zip(&item.steps) {
            *at = step.row;
            let command = self.step(step, at_step(tokens, number));
            anomalies = desk.step(id, &command)?.record.doc.anomalies;
        }
        Ok(Outcome::Made { anomalies })
    }

    /// Takes the steps that the source has beyond those that were imported, if nobody has worked on the record here.
    fn proceed(
        &self,
        desk: &mut Desk<'_, '_>,
        unit: UnitId,
        id: RecordId,
        (item, tokens): (&ImportItem, &[Tokens]),
        at: &mut RowPlace,
    ) -> Result<Outcome, Error> {
        let journal = entry::journal(desk.tx, unit, id)?;
        let theirs: Vec<_> = journal
            .iter()
            .skip(1)
            .map(|line| &line.entry)
            .filter(|entry| entry.cause.is_none())
            .collect();
        let untouched = theirs.iter().all(|entry| entry.import.is_some());
        let same = |(entry, step): (&&domain::record::Entry, &PlannedStep)| {
            entry.step == step.step
                && entry.occurred() == step.occurred
                && same_apart_from_sealed(&entry.data, &self.data(&step.data))
        };
        if !untouched
            || theirs.len() > item.steps.len()
            || !theirs.iter().zip(&item.steps).all(same)
        {
            return Ok(Outcome::Changed);
        }
        let new = &item.steps[theirs.len()..];
        for (number, step) in (1 + theirs.len()..).zip(new) {
            *at = step.row;
            desk.step(id, &self.step(step, at_step(tokens, number)))?;
        }
        Ok(if new.is_empty() {
            Outcome::Already
        } else {
            Outcome::Continued {
                steps: new.len() as u64,
            }
        })
    }

    fn step(&self, step: &PlannedStep, tokens: Tokens) -> Command {
        let mut command = self.command(step.step.clone(), step.by.as_deref(), step.row.line);
        command.occurred = Some(step.occurred);
        command.data = self.data(&step.data);
        command.tokens = tokens;
        command
    }

    /// By whom the source names, else by the source itself.
    fn command(&self, step: impl Into<Name>, by: Option<&str>, line: u64) -> Command {
        let by = By::Source(by.unwrap_or(self.map.source.as_str()).to_string());
        let mut command = Command::new(step, by);
        command.via = Via::Import;
        command.import = Some(ImportMark {
            import: self.import,
            line: i64::try_from(line).unwrap_or(i64::MAX),
        });
        command
    }

    fn data(&self, data: &BTreeMap<Name, Filled>) -> Data {
        data.iter()
            .map(|(name, filled)| {
                let value = match filled {
                    Filled::Value(value) => value.clone(),
                    Filled::Member(member) => id(self.registers.member(member)),
                    Filled::Team(team) => id(self.registers.team(team)),
                };
                (name.clone(), value)
            })
            .collect()
    }

    /// Links to records that are there, in the same unit; a record does not link to itself.
    fn links(
        &self,
        desk: &mut Desk<'_, '_>,
        unit: UnitId,
        item: &ImportItem,
        outside: &mut bool,
    ) -> Result<BTreeMap<Name, RecordId>, Error> {
        let mut links = BTreeMap::new();
        for (name, other) in item
            .opening
            .links
            .iter()
            .filter(|(_, other)| **other != item.source_id)
        {
            match record::by_source(desk.tx, unit, &self.source_of(other))? {
                Some(id) => {
                    links.insert(name.clone(), id);
                }
                None => *outside = true,
            }
        }
        Ok(links)
    }

    /// What the rules said, as a line of the report.
    pub(super) fn refusal(
        &self,
        item: &ImportItem,
        reasons: &[domain::record::Refusal],
        place: RowPlace,
    ) -> Refusal {
        let Some(reason) = reasons.first() else {
            return Refusal::new("refused", "规则不允许", "the rules do not admit it")
                .at(place.file, place.line);
        };
        let text = reason.text();
        let refusal =
            Refusal::new(reason.code.as_str(), text.zh, text.en).at(place.file, place.line);
        let Some(field) = &reason.field else {
            return refusal;
        };
        let value = item.opening.data.get(field).or_else(|| {
            item.steps
                .iter()
                .find(|step| step.row == place)?
                .data
                .get(field)
        });
        let refusal = match value {
            Some(Filled::Value(Value::Text(text)) | Filled::Member(text)) => refusal.value(text),
            Some(Filled::Team(team)) => refusal.value(&team.name),
            _ => refusal,
        };
        let mut rules = std::iter::once(&self.map.open.fields)
            .chain(self.map.steps.iter().map(|rule| &rule.fields));
        match rules.find_map(|fields| fields.get(field)).and_then(column) {
            Some(column) => refusal.column(self.map.column(column)),
            None => refusal.column(field.as_str()),
        }
    }
}

/// Of an item's opening (0) or of its steps, from 1; none where nothing of it is private.
fn at_step(tokens: &[Tokens], number: usize) -> Tokens {
    tokens.get(number).cloned().unwrap_or_default()
}

fn id(id: Option<RecordId>) -> Value {
    id.map_or(Value::Null, |id| Value::Text(id.to_string()))
}

fn column(fill: &Fill) -> Option<usize> {
    fill.take.parts.iter().find_map(|part| match part {
        Part::Column(column) => Some(*column),
        Part::Text(_) => None,
    })
}
