//! What a row changes, as steps at the desk: planned against what is there, then taken, each row whole or not at all.

use super::layout::Sheet;
use super::route::{self, Taken};
use super::row::{Says, plain};
use super::run::{Run, There};
use super::{Changed, Given};
use crate::desk::draft::Draft;
use crate::desk::{Asked, Desk};
use crate::error::Error;
use crate::import::refusal::Refusal;
use crate::keys::Opened;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::{Field, FieldType, Kind, Role};
use domain::record::command::needs;
use domain::record::form;
use domain::record::refusal::Code;
use domain::record::{self, Command};
use domain::time::Day;
use domain::value::{Data, Sealed, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::Lane;

/// Rows taken in one transaction.
const TOGETHER: usize = 50;

pub(super) enum Plan {
    Already,
    Refused(Vec<Refusal>),
    Do(Work),
}

/// The commands of one row.
pub(super) struct Work {
    pub(super) id: RecordId,
    pub(super) is_new: bool,
    /// The first opens the record if it is new.
    pub(super) commands: Vec<Command>,
    /// The fields that change.
    differing: BTreeSet<Name>,
}

impl Work {
    /// What the row changes, for the report.
    pub(super) fn shown(
        &self,
        sheet: &Sheet<'_>,
        kind: &Kind,
        given: &Given,
        says: &Says,
        today: Day,
    ) -> Changed {
        let stated = self.commands.iter().find_map(|command| {
            let text = |name: &str| command.data.get(name)?.as_text();
            let named = text("from").or(text("until"));
            let other = || {
                let mut fields = command.data.iter();
                fields.find_map(|(name, value)| {
                    let field = kind.field(name.as_str())?;
                    let is_day = matches!(field.ty, FieldType::Day);
                    value.as_text().filter(|_| is_day)
                })
            };
            named.or_else(other).map(str::to_owned)
        });
        let titles = self.commands.iter().filter_map(|command| {
            let step = kind.step(command.step.as_str())?;
            Some(step.title.clone())
        });
        let columns = self
            .differing
            .iter()
            .map(|name| sheet.heading(name.as_str()).to_owned());
        Changed {
            sheet: given.name.clone(),
            line: given.rows[says.row].line,
            columns: columns.collect(),
            steps: titles.collect(),
            from: stated.unwrap_or_else(|| today.to_string()),
        }
    }
}

impl Run<'_> {
    /// What a row asks for, seen from what is there.
    pub(super) fn plan(
        &self,
        sheet: &Sheet<'_>,
        kind: &Kind,
        says: &Says,
        known: Option<&There>,
    ) -> Result<Plan, Error> {
        let none = Data::new();
        let first = kind.states.first().map(|state| &state.name);
        let first = kind.open.to.as_ref().or(first);
        let (state, have) = match known {
            Some(there) => (&there.state, &there.data),
            None => (first.unwrap_or(&kind.open.name), &none),
        };
        if let Some(there) = known {
            let mut links = says.links.iter();
            if let Some((name, _)) = links.find(|(name, id)| there.links.get(*name) != Some(*id)) {
                return Ok(Plan::Refused(vec![
                    Refusal::new(
                        "link-differs",
                        "已登记的关联不同，没有步骤能更改它",
                        "it is linked to another, which no step changes",
                    )
                    .column(sheet.heading(name.as_str()).to_owned()),
                ]));
            }
        }
        let mut differing = BTreeSet::new();
        for (name, value) in &says.data {
            if let Some(field) = kind.field(name.as_str())
                && self.differs(field, have.get(name), value)?
            {
                differing.insert(name.clone());
            }
        }
        let mut commands = Vec::new();
        let mut opened = Data::new();
        let mut left = differing.clone();
        if known.is_none() {
            let mut command = self.actor.command("open");
            let on_form = |name: &Name| kind.open.form.iter().any(|form| form.field == *name);
            let stated = says.data.iter().filter(|(name, _)| on_form(name));
            opened = stated
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            command.data.clone_from(&opened);
            command.links.clone_from(&says.links);
            left.retain(|name| !on_form(name));
            commands.push(command);
        }
        let asked = route::Asked {
            state,
            have: if known.is_some() { have } else { &opened },
            says: &says.data,
            differing: left.clone(),
            to: says.state.as_ref(),
        };
        match route::find(kind, &asked) {
            Ok(steps) => commands.extend(steps.into_iter().map(|Taken { step, data }| Command {
                data,
                ..self.actor.command(step.as_str())
            })),
            Err(missing) => return Ok(Plan::Refused(vec![no_step(sheet, kind, &asked, &missing)])),
        }
        if commands.is_empty() {
            return Ok(Plan::Already);
        }
        let id = known.map_or_else(|| self.office.clock().record_id(), |there| there.target.id);
        Ok(Plan::Do(Work {
            id,
            is_new: known.is_none(),
            commands,
            differing,
        }))
    }

    fn differs(&self, field: &Field, have: Option<&Value>, says: &Value) -> Result<bool, Error> {
        Ok(match (have, says) {
            (None | Some(Value::Null), _) => field.default.as_ref() != Some(says),
            // Whoever holds the keys compares; nothing is shown.
            (Some(Value::Sealed(sealed)), _) => match self.office.keys() {
                Some(keys) => match keys.open_value(sealed)? {
                    Opened::Value(value) => value != *says,
                    Opened::Erased => true,
                },
                None => true,
            },
            (Some(Value::Text(have)), Value::Text(says)) if field.name == *"login" => {
                have.trim().to_lowercase() != says.to_lowercase()
            }
            (Some(Value::Text(have)), Value::Text(says))
                if matches!(field.ty, FieldType::Text { .. } | FieldType::Phone) =>
            {
                have.trim() != says
            }
            (Some(have), says) => plain(field, have) != *says,
        })
    }

    /// Takes the rows of a sheet, or says of each why the rules would not.
    pub(super) fn take(
        &self,
        kind: &Kind,
        works: &[(Says, Work)],
    ) -> Result<Vec<Vec<record::Refusal>>, Error> {
        let mut outcomes = Vec::new();
        if self.is_dry {
            for (says, work) in works {
                outcomes.push(self.try_out(kind, says, work)?);
            }
            return Ok(outcomes);
        }
        let mut rest = works;
        while let Some((first, begun)) = rest.first() {
            let unit = first.place.unit.id;
            let same = rest.iter().take(TOGETHER);
            // What begins is judged by the registers after what has ended.
            let same = same
                .take_while(|(says, work)| {
                    says.place.unit.id == unit && work.is_new == begun.is_new
                })
                .count();
            let (some, after) = rest.split_at(same);
            rest = after;
            outcomes.extend(self.together(kind, some)?);
        }
        Ok(outcomes)
    }

    /// Rows of one unit in one transaction.
    fn together(
        &self,
        kind: &Kind,
        works: &[(Says, Work)],
    ) -> Result<Vec<Vec<record::Refusal>>, Error> {
        let Some((first, _)) = works.first() else {
            return Ok(Vec::new());
        };
        let unit = first.place.unit.id;
        let view = self.office.reload_if_outdated(unit)?;
        let mut ready = Vec::new();
        for (says, work) in works {
            let mut commands = work.commands.clone();
            let mut fault = None;
            for (number, command) in commands.iter_mut().enumerate() {
                let asked = if work.is_new {
                    Asked::Open {
                        kind: kind.name.clone(),
                        id: work.id,
                        own: true,
                    }
                } else {
                    Asked::Step(work.id)
                };
                // Whom a value tells of stands in the links, which only the opening of a new record carries.
                let later = work.is_new && number > 0;
                if later {
                    command.links.clone_from(&says.links);
                }
                let sealed = self.office.seal(&view, &asked, command);
                if later {
                    command.links.clear();
                }
                match sealed {
                    Ok(()) => {}
                    Err(Error::Refused(reasons)) => {
                        fault = Some(reasons);
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            ready.push(match fault {
                Some(reasons) => Err(reasons),
                None => Ok((work.id, work.is_new, commands)),
            });
        }
        let (ready, kind) = (Arc::new(ready), kind.name.clone());
        self.office.at(self.actor, unit, Lane::Bulk, move |desk| {
            ready
                .iter()
                .map(|work| match work {
                    Err(reasons) => Ok(reasons.clone()),
                    Ok((id, is_new, commands)) => one(desk, &kind, (*id, *is_new), commands),
                })
                .collect()
        })
    }

    /// What the rules say of a row without taking it: its first command is decided where everything that it names is there, else its form
    /// is looked at. A condition that counts other records is left to the run, which other rows come before.
    fn try_out(
        &self,
        kind: &Kind,
        says: &Says,
        work: &Work,
    ) -> Result<Vec<record::Refusal>, Error> {
        let Some(mut command) = work.commands.first().cloned() else {
            return Ok(Vec::new());
        };
        let mut faults = Vec::new();
        for (name, value) in &mut command.data {
            if let Some(field) = kind
                .field(name.as_str())
                .filter(|it| it.sensitive.is_some())
            {
                faults.extend(form::unsealed_fault(field, value));
                *value = Value::Sealed(Sealed::new(""));
            }
        }
        if !faults.is_empty() {
            return Ok(faults);
        }
        if command
            .data
            .values()
            .any(|value| matches!(value, Value::Sealed(_)))
            && self.office.keys().is_none()
        {
            return Ok(vec![record::Refusal::new(Code::KeysMissing)]);
        }
        let Some(step) = kind.step(command.step.as_str()) else {
            return Ok(Vec::new());
        };
        if says.is_pending {
            return Ok(form::check(kind, step, &command.data, &Data::new(), false));
        }
        let view = self.office.reload_if_outdated(says.place.unit.id)?;
        let asked = if work.is_new {
            Asked::open(kind.name.clone(), Some(work.id), self.office.clock())
        } else {
            Asked::Step(work.id)
        };
        let clock = self.office.clock();
        let drafted = self
            .office
            .read(|tx| Draft::of(tx, &view, (clock, self.actor), &asked, &command));
        match drafted {
            Ok(_) => Ok(Vec::new()),
            Err(Error::Refused(mut reasons)) => {
                if !needs(kind, step).facts.is_empty() {
                    reasons.retain(|reason| reason.code != Code::ConditionFails);
                }
                Ok(reasons)
            }
            Err(Error::Denied(denied)) => Ok(vec![denied.refusal()]),
            Err(error) => Err(error),
        }
    }
}

/// One row at the desk; why not, if not.
fn one(
    desk: &mut Desk<'_, '_>,
    kind: &Name,
    (id, is_new): (RecordId, bool),
    commands: &[Command],
) -> Result<Vec<record::Refusal>, Error> {
    let done = desk.attempt(|desk| {
        for (number, command) in commands.iter().enumerate() {
            if is_new && number == 0 {
                desk.open(kind, Some(id), command)?;
            } else {
                desk.step(id, command)?;
            }
        }
        Ok(())
    });
    match done {
        Ok(()) => Ok(Vec::new()),
        Err(Error::Refused(reasons)) => Ok(reasons),
        Err(Error::Denied(denied)) => Ok(vec![denied.refusal()]),
        Err(error) => Err(error),
    }
}

/// Why no step leads to what a row says.
fn no_step(
    sheet: &Sheet<'_>,
    kind: &Kind,
    asked: &route::Asked<'_>,
    missing: &BTreeSet<Name>,
) -> Refusal {
    let titles = |names: &BTreeSet<Name>| {
        let titles: Vec<&str> = names
            .iter()
            .map(|name| sheet.heading(name.as_str()))
            .collect();
        titles.join("、")
    };
    if !missing.is_empty() {
        let needed = titles(missing);
        let column = missing
            .iter()
            .next()
            .map_or("", |name| sheet.heading(name.as_str()));
        return Refusal::new(
            "step-needs",
            format!("这样更改还须填写：{needed}"),
            format!("to change it so, fill in as well: {needed}"),
        )
        .column(column.to_owned());
    }
    let state = kind.state(asked.state.as_str());
    let stands = state.map_or("", |state| state.title.zh.as_str());
    let what = titles(&asked.differing);
    let refusal = Refusal::new(
        "no-step",
        format!("现状态“{stands}”下没有步骤能这样更改{what}"),
        format!(
            "no step changes {what} so where it stands ({})",
            asked.state
        ),
    );
    match asked.differing.iter().next() {
        Some(name) => refusal.column(sheet.heading(name.as_str()).to_owned()),
        None if kind.role == Some(Role::Shift) => refusal,
        None => refusal.column(sheet.heading("state").to_owned()),
    }
}
