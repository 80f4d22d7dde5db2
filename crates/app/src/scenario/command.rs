//! From a line of a scenario to the command that it is.

use super::script::{How, Said, Step, Verb};
use super::stage::Stage;
use crate::cast::Named;
use crate::error::Error;
use domain::id::UnitId;
use domain::name::Name;
use domain::pack::Node;
use domain::pack::model::Kind;
use domain::proof::DeviceTimes;
use domain::record::entry::Signed;
use domain::record::{BuiltIn, Command, Signature, Via};
use domain::time::Moment;
use store::{entry, record};

/// What is to be asked of the office.
pub(crate) enum Ready<'p> {
    Open(UnitId, &'p Kind, Command),
    Step(Named, Command),
    NoKind(String),
}

impl<'p> Stage<'p> {
    pub(crate) fn command(
        &self,
        step: &Step,
        key: &str,
        number: Option<u32>,
    ) -> Result<Ready<'p>, Error> {
        let pack = self.cast.pack;
        let by = self.cast.by(&step.who)?;
        let mut command = Command::new("open", by.clone());
        let (target, kind) = match &step.verb {
            Verb::Open { kind, unit } => {
                let unit = match unit {
                    Some(code) => self.cast.unit(code)?,
                    None => self.unit.ok_or_else(|| {
                        Error::Usage("没有组织单元 (no unit: the set-up names none)".into())
                    })?,
                };
                match pack.kinds.get(kind.as_str()) {
                    Some(kind) => (Ok(unit), kind),
                    None => return Ok(Ready::NoKind(kind.clone())),
                }
            }
            _ => {
                let named = self.cast.record(key)?.clone();
                match pack.kinds.get(&named.kind) {
                    Some(kind) => (Err(named), kind),
                    None => return Ok(Ready::NoKind(named.kind.to_string())),
                }
            }
        };
        let built_in = match (&step.verb, &target) {
            (Verb::Step(name), _) => {
                command.step = Name::from(name.as_str());
                None
            }
            (Verb::Approve(name), _) => Some(BuiltIn::approve(name.as_str())),
            (Verb::Return(name), _) => Some(BuiltIn::send_back(name.as_str())),
            (Verb::Merge { into }, _) => Some(BuiltIn::Merge {
                into: self.cast.record(into)?.id,
            }),
            (Verb::Unmerge, _) => Some(BuiltIn::Unmerge),
            (Verb::Excuse { duty, falls_away }, Err(named)) => Some(BuiltIn::Excuse {
                duty: Name::from(duty.as_str()),
                occurrence: self.occurrence(named, duty)?,
                falls_away: *falls_away,
            }),
            (Verb::Take { duty, to }, Err(named)) => Some(BuiltIn::Take {
                duty: Name::from(duty.as_str()),
                occurrence: self.occurrence(named, duty)?,
                to: self.holder(to.as_deref().unwrap_or(&step.who))?,
            }),
            (Verb::Correct { field }, Err(named)) => {
                Some(self.correction(named, kind, field, step.data.as_ref())?)
            }
            _ => None,
        };
        match built_in {
            Some(change) => command = Command::built_in(change, by),
            None => self.fill(&mut command, kind, step.data.as_ref(), number)?,
        }
        self.say(&mut command, &step.said)?;
        Ok(match target {
            Ok(unit) => Ready::Open(unit, kind, command),
            Err(named) => Ready::Step(named, command),
        })
    }

    /// Fields and links by the names of the kind; what it does not know stays a field, and is refused as one. A default is filled in
    /// only where the form asks for it, so that it can neither spoil a step nor prove a field.
    pub(crate) fn fill(
        &self,
        command: &mut Command,
        kind: &Kind,
        data: Option<&Node>,
        number: Option<u32>,
    ) -> Result<(), Error> {
        let given = data.map_or(&[][..], Node::pairs);
        for (name, value) in given {
            self.put(
                command,
                kind,
                name.text().unwrap_or_default(),
                value,
                number,
            )?;
        }
        let form = match command.step.as_str() {
            "open" => kind.name.to_string(),
            step => format!("{}/{step}", kind.name),
        };
        for (name, value) in self.defaults.get(&form).into_iter().flatten() {
            let asked = kind
                .step(command.step.as_str())
                .is_some_and(|step| step.form.iter().any(|field| field.field == **name))
                || kind.links.contains_key(name.as_str());
            if asked && given.iter().all(|(key, _)| key.text() != Some(name)) {
                self.put(command, kind, name, value, number)?;
            }
        }
        Ok(())
    }

    fn put(
        &self,
        command: &mut Command,
        kind: &Kind,
        name: &str,
        value: &Node,
        number: Option<u32>,
    ) -> Result<(), Error> {
        let mut json = value.to_json();
        if let (Some(number), Some(text)) = (number, json.as_str()) {
            json = text.replace('#', &number.to_string()).into();
        }
        if kind.links.contains_key(name) {
            // A link that is given as nothing is left out.
            if let Some(to) = json.as_str() {
                command
                    .links
                    .insert(Name::from(name), self.cast.record(to)?.id);
            }
        } else {
            let ty = kind.field(name).map(|field| &field.ty);
            command
                .data
                .insert(Name::from(name), self.cast.value(ty, &json)?);
        }
        Ok(())
    }

    fn say(&self, command: &mut Command, said: &Said) -> Result<(), Error> {
        let time = |text: &str| {
            let moment = if text.contains(' ') {
                self.cast.instant(text).map(Moment::At)
            } else {
                self.cast.day(text).map(Moment::On)
            };
            moment.ok_or_else(|| Error::Usage(format!("“{text}”不是时间 (no time)")))
        };
        let member = |key: &str| {
            self.cast
                .by(key)?
                .member()
                .ok_or_else(|| Error::Usage(format!("“{key}”不是员工 (no member)")))
        };
        for (how, key) in &said.signed {
            let by = self.cast.by(key)?;
            if command.second.is_none() {
                command.second = by.member();
            }
            let how = match how {
                How::Own => Signed::OwnSession,
                How::Drawn => Signed::Drawn,
                How::Paper => Signed::Paper,
                How::Proxy => Signed::Proxy,
            };
            command.signatures.push(Signature {
                by,
                how,
                at: self.now,
                note: said.reason.clone(),
            });
        }
        if let Some(key) = &said.second {
            command.second = Some(member(key)?);
        }
        if let Some(text) = &said.occurred {
            command.occurred = Some(time(text)?);
        }
        if let Some(key) = &said.recorded_by {
            command.recorded_by = Some(member(key)?);
            command.via = Via::OnBehalf;
        }
        if said.paper {
            command.via = Via::Paper;
        }
        if let Some(text) = &said.device {
            let Moment::At(at) = time(text)? else {
                return Err(Error::Usage(
                    "设备时间要有时刻 (a device shows a time)".into(),
                ));
            };
            command.via = Via::Device;
            command.queued = true;
            command.occurred = Some(Moment::At(at));
            command.device = Some(DeviceTimes {
                at,
                offset_at_sync: 0,
                offset_at_contact: 0,
            });
        }
        command.reason = said.reason.clone();
        Ok(())
    }

    /// The last occurrence of a duty.
    fn occurrence(&self, named: &Named, duty: &str) -> Result<u32, Error> {
        let record = self
            .office
            .read(|tx| record::get(tx, named.unit, named.id))?;
        Ok(record.doc.occurrences.get(duty).copied().unwrap_or(1))
    }

    /// The last entry that filled the field in was wrong.
    fn correction(
        &self,
        named: &Named,
        kind: &Kind,
        field: &str,
        data: Option<&Node>,
    ) -> Result<BuiltIn, Error> {
        let to = data.and_then(|data| data.get("to")).ok_or_else(|| {
            Error::Usage("更正要写明改为什么：{to: 值} (a correction says `to`)".into())
        })?;
        let ty = kind.field(field).map(|field| &field.ty);
        let journal = self
            .office
            .read(|tx| entry::journal(tx, named.unit, named.id))?;
        let line = journal
            .iter()
            .rev()
            .find(|line| line.entry.data.contains_key(field));
        Ok(BuiltIn::Correct {
            seq: line.map_or(1, |line| line.entry.seq),
            field: Name::from(field),
            old: line
                .and_then(|line| line.entry.data.get(field).cloned())
                .unwrap_or_default(),
            new: self.cast.value(ty, &to.to_json())?,
        })
    }
}
