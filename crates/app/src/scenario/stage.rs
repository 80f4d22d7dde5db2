//! The stage of one scenario: a database that nobody keeps, a clock that stands where it is set, and what the story has named.

use super::command::Ready;
use super::drawing::draws;
use super::script::{Act, Line, Scenario, Step, When, Wrong};
use crate::access::Actor;
use crate::cast::{Cast, Named};
use crate::clock::Clock;
use crate::error::Error;
use crate::handover::hand_over;
use crate::keys::Keys;
use crate::library::{Library, Rules};
use crate::office::Office;
use crate::sweep::sweep;
use domain::access::Privilege;
use domain::clock::Span;
use domain::id::{RecordId, UnitId};
use domain::pack::Node;
use domain::record::decide::touches_roster;
use domain::record::refusal::Code;
use domain::record::{By, Command, Refusal};
use domain::time::{Instant, Zone};
use domain::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Location, Options, record};

/// When a story begins whose set-up names no time.
const BEGINS: &str = "2026-01-05 09:00";

/// What was expected at a line, and what came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Miss {
    pub(crate) line: u32,
    pub(crate) expected: String,
    pub(crate) found: String,
}

pub(crate) struct Stage<'p> {
    pub(crate) office: Office,
    clock: Clock,
    pub(crate) cast: Cast<'p>,
    pub(crate) now: Instant,
    pub(crate) swept: Instant,
    /// Where what names no unit happens.
    pub(crate) unit: Option<UnitId>,
    /// What forms are filled in with where a line says nothing, by `KIND` (opening) or `KIND/STEP`.
    pub(crate) defaults: BTreeMap<String, Vec<(String, Node)>>,
    pub(crate) steps: u64,
}

impl<'p> Stage<'p> {
    /// An empty database under the rules, at `location`.
    pub(crate) fn build(rules: &'p Arc<Rules>, location: &Location) -> Result<Self, Error> {
        let zone = Zone::named(&rules.pack.zone).unwrap_or_else(Zone::shanghai);
        let clock = Clock::standing_at(Instant::from_micros(0));
        let options = Options {
            connections: 2,
            durable: false,
            ..Options::default()
        };
        let store = store::Store::open(location, &options)?;
        let office = Office::knowing(store, clock.clone(), Library::of(rules.clone()))
            .with_keys(Keys::volatile()?)?;
        let mut cast = Cast::new(&rules.pack, zone);
        cast.year = 2026;
        let begins = cast.instant(BEGINS).unwrap_or(Instant::from_micros(0));
        clock.set(begins);
        // The compiled rules are known by number and digest, so the database need not hold their text.
        let permit = office.privilege(&Actor::system(), Privilege::Packs, None)?;
        office.install(&permit, rules.number, &rules.pack, Vec::new())?;
        Ok(Self::over(office, clock, cast, begins))
    }

    /// A stage over a database that stays, with a clock that can be set.
    pub(crate) fn over(office: Office, clock: Clock, cast: Cast<'p>, begins: Instant) -> Self {
        Self {
            office,
            clock,
            cast,
            now: begins,
            swept: begins,
            unit: None,
            defaults: BTreeMap::new(),
            steps: 0,
        }
    }

    /// Plays a scenario to its end, or to the first line that does not come about.
    pub(crate) fn play(&mut self, scenario: &Scenario) -> Result<Vec<Miss>, Wrong> {
        for line in &scenario.lines {
            let misses = self.line(line)?;
            if !misses.is_empty() {
                return Ok(misses);
            }
        }
        Ok(Vec::new())
    }

    pub(crate) fn line(&mut self, line: &Line) -> Result<Vec<Miss>, Wrong> {
        let at = self.time(&line.when, line.number)?;
        if at < self.now {
            return Err(Wrong::new(
                line.number,
                "时间倒退了：各行按时间先后写 (time goes backwards: lines stand in the order of time)",
            ));
        }
        self.go(at);
        if let Some(miss) = self.catch_up(line.number)? {
            return Ok(vec![miss]);
        }
        match &line.act {
            Act::Pass => Ok(Vec::new()),
            Act::Step(step) => self
                .step(step, line.number)
                .map(|miss| miss.into_iter().collect()),
            Act::Find {
                kind,
                key,
                like,
                last,
            } => self
                .find(kind, key, like, *last, line.number)
                .map(|miss| miss.into_iter().collect()),
            Act::Expect(pairs) => {
                let mut misses = Vec::new();
                for (key, value) in pairs {
                    misses.extend(self.look(key, value)?);
                }
                Ok(misses)
            }
        }
    }

    fn time(&self, when: &When, line: u32) -> Result<Instant, Wrong> {
        when.after(self.now, &self.cast.zone)
            .ok_or_else(|| Wrong::new(line, "没有这一天 (there is no such day)"))
    }

    pub(crate) fn go(&mut self, at: Instant) {
        self.now = at;
        self.cast.year = self.cast.zone.day_of(at).year();
        self.clock.set(at);
    }

    /// What the system owed before, by its own time, as a program that runs would have done it.
    fn catch_up(&mut self, line: u32) -> Result<Option<Miss>, Wrong> {
        if self.swept >= self.now {
            return Ok(None);
        }
        self.swept = self.now;
        let swept =
            sweep(&self.office, self.now).map_err(|error| Wrong::new(line, error.to_string()))?;
        self.steps += swept.steps;
        Ok(swept.refused.first().map(|refused| Miss {
            line,
            expected: "系统步骤已办 (the system's own steps are taken)".into(),
            found: refused.clone(),
        }))
    }

    fn step(&mut self, step: &Step, line: u32) -> Result<Option<Miss>, Wrong> {
        let Some((from, to)) = step.range else {
            return self.one(step, &step.key, None, line);
        };
        for number in from..=to {
            if number > from
                && let Some(every) = &step.said.every
            {
                let at = later(self.now, every).ok_or_else(|| {
                    Wrong::new(
                        line,
                        format!(
                            "“{every}”：每隔多久写作 P1D、PT10M (how often is written P1D or PT10M)"
                        ),
                    )
                })?;
                self.go(at);
                if let Some(miss) = self.catch_up(line)? {
                    return Ok(Some(miss));
                }
            }
            let key = format!("{}{number}", step.key);
            let miss = self.one(step, &key, Some(number), line)?;
            if miss.is_some() {
                return Ok(miss);
            }
        }
        Ok(None)
    }

    pub(crate) fn one(
        &mut self,
        step: &Step,
        key: &str,
        number: Option<u32>,
        line: u32,
    ) -> Result<Option<Miss>, Wrong> {
        let wrong = |error: Error| Wrong::new(line, said(&error));
        let taken = match self.command(step, key, number).map_err(wrong)? {
            Ready::Open(unit, kind, command) => {
                let roster = touches_roster(kind);
                let name = kind.name.clone();
                let opened = if draws(kind) {
                    self.list_sample(unit, &command)
                } else {
                    let actor = Actor::giving(unit, &command);
                    self.office
                        .open_record(&actor, unit, name.clone(), None, command)
                };
                opened.map(|taken| {
                    let named = Named {
                        kind: name,
                        unit,
                        id: taken.record.id,
                    };
                    self.cast.records.insert(key.to_owned(), named);
                    roster
                })
            }
            Ready::Step(named, command) => {
                let kind = self.cast.pack.kinds.get(&named.kind);
                let roster = kind.is_some_and(touches_roster);
                let stepped = if kind.is_some_and(draws) {
                    self.draw_sample(&named, &command)
                } else {
                    let actor = Actor::giving(named.unit, &command);
                    self.office.step(&actor, named.unit, named.id, command)
                };
                stepped.map(|_| roster)
            }
            // The rules have no such kind any more.
            Ready::NoKind(kind) => {
                let none = Refusal::new(Code::KindUnknown).with(kind);
                Err(Error::from(none))
            }
        };
        // What is not his to do is refused like anything else.
        let taken = taken.map_err(|error| match error {
            Error::Denied(denied) => Error::from(denied.refusal()),
            other => other,
        });
        self.steps += 1;
        match (taken, &step.said.refused) {
            (Ok(roster), None) => {
                if roster {
                    let units = self.office.units().map_err(wrong)?;
                    for unit in units {
                        hand_over(&self.office, unit.id).map_err(wrong)?;
                    }
                }
                Ok(None)
            }
            (Ok(_), Some((code, _))) => Ok(Some(Miss {
                line,
                expected: format!("refused {code}"),
                found: "已办理 (taken)".into(),
            })),
            (Err(Error::Refused(reasons)), Some((code, field))) => {
                let fits = reasons.iter().any(|reason| {
                    reason.code.as_str() == code
                        && field.as_ref().is_none_or(|field| {
                            reason
                                .field
                                .as_ref()
                                .is_some_and(|name| name.as_str() == field)
                        })
                });
                Ok((!fits).then(|| Miss {
                    line,
                    expected: match field {
                        Some(field) => format!("refused {code} at {field}"),
                        None => format!("refused {code}"),
                    },
                    found: refusals(&reasons),
                }))
            }
            (Err(Error::Refused(reasons)), None) => Ok(Some(Miss {
                line,
                expected: "已办理 (taken)".into(),
                found: refusals(&reasons),
            })),
            (Err(error), _) => Err(wrong(error)),
        }
    }

    pub(crate) fn find(
        &mut self,
        kind: &str,
        key: &str,
        like: &Node,
        last: bool,
        line: u32,
    ) -> Result<Option<Miss>, Wrong> {
        let wrong = |error: Error| Wrong::new(line, said(&error));
        let Some(kind) = self.cast.pack.kinds.get(kind) else {
            return Ok(Some(Miss {
                line,
                expected: format!("kind {kind}"),
                found: "没有这种单据 (no such kind)".into(),
            }));
        };
        let mut command = Command::new("find", By::System);
        self.fill(&mut command, kind, Some(like), None)
            .map_err(wrong)?;
        let state = command.data.remove("state");
        let mut found: Vec<(Instant, RecordId, UnitId)> = Vec::new();
        self.office
            .read(|tx| {
                record::each_of_kind(tx, self.unit, Some(&kind.name), |record| {
                    let fits = command.data.iter().all(|(name, value)| {
                        record.doc.data.get(name).unwrap_or(&Value::Null) == value
                    }) && command
                        .links
                        .iter()
                        .all(|(name, id)| record.doc.links.get(name) == Some(id))
                        && state
                            .as_ref()
                            .is_none_or(|state| state.as_text() == Some(record.state.as_str()));
                    if fits {
                        found.push((record.opened_at, record.id, record.unit));
                    }
                    Ok::<_, store::Error>(())
                })
            })
            .map_err(|error| wrong(error.into()))?;
        found.sort();
        match found.last() {
            Some(&(_, id, unit)) if last || found.len() == 1 => {
                self.cast.records.insert(
                    key.to_owned(),
                    Named {
                        kind: kind.name.clone(),
                        unit,
                        id,
                    },
                );
                Ok(None)
            }
            _ => Ok(Some(Miss {
                line,
                expected: format!("一条 (one) {}", kind.name),
                found: found.len().to_string(),
            })),
        }
    }
}

/// An error in the words of whoever reads a scenario.
pub(crate) fn said(error: &Error) -> String {
    match error {
        Error::Refused(reasons) => refusals(reasons),
        other => other.to_string(),
    }
}

fn refusals(reasons: &[Refusal]) -> String {
    reasons
        .iter()
        .map(|reason| {
            let field = reason
                .field
                .as_ref()
                .map(|field| format!(" at {field}"))
                .unwrap_or_default();
            format!(
                "refused {}{field}: {}",
                reason.code.as_str(),
                reason.text().zh
            )
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn later(at: Instant, every: &str) -> Option<Instant> {
    let micros = match every.parse().ok()? {
        Span::Clock(micros) => micros,
        Span::Days(days) => i64::from(days) * 86_400_000_000,
        _ => return None,
    };
    Some(at.plus_micros(micros))
}
