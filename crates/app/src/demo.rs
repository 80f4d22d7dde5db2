//! The demo that ships with a pack: invented people at invented places, played through the ordinary steps in the order of time, so that
//! every limit, pause and score comes about as it would at a desk.

use crate::access::Actor;
use crate::cast::{Cast, Named};
use crate::clock::Clock;
use crate::error::Error;
use crate::handover::hand_over;
use crate::office::Office;
use crate::pack;
use crate::sweep::sweep;
use crate::unit::NewUnit;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::Kind;
use domain::record::decide::touches_roster;
use domain::record::entry::Signed;
use domain::record::{Command, Signature};
use domain::time::{Instant, Zone};
use domain::unit::Attributes;
use domain::value::Data;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Plays the demo of a pack into an empty database; `clock` must be one that can be set, and stands at the end of the demo afterwards.
///
/// # Errors
/// The pack has no demo; a step of it that its own rules refuse.
pub fn play(office: &Office, clock: &Clock, name: &str) -> Result<(), Error> {
    let text = pack::demo(name).ok_or_else(|| {
        Error::Usage(format!(
            "规则包“{name}”没有示范数据 (this pack has no demo)"
        ))
    })?;
    let script = domain::pack::plain(pack::DEMO, text).map_err(Error::Pack)?;
    let zone = script
        .get("zone")
        .and_then(Json::as_str)
        .and_then(Zone::named)
        .unwrap_or_else(Zone::shanghai);
    let library = office.library()?;
    let Some(active) = library.active() else {
        return Err(Error::NotFound);
    };
    let mut player = Player {
        office,
        clock,
        cast: Cast::new(&active.pack, zone),
    };
    let events = player.read(&script)?;
    player.add_units(&script, events.first().map(|event| event.at))?;
    for event in &events {
        // What the system owed before it, by its own time, as a program that runs would have done it.
        clock.set(event.at);
        sweep(office, event.at)?;
        player.play(event).map_err(|error| match error {
            Error::Refused(reasons) => {
                let why: Vec<String> = reasons.iter().map(|reason| reason.text().zh).collect();
                Error::Usage(format!(
                    "demo: {} {} {}: {}",
                    event.at.in_zone(&player.cast.zone),
                    event.key,
                    event.step,
                    why.join(" ")
                ))
            }
            other => other,
        })?;
    }
    Ok(())
}

struct Player<'a> {
    office: &'a Office,
    clock: &'a Clock,
    cast: Cast<'a>,
}

struct Event<'s> {
    at: Instant,
    unit: &'s str,
    kind: &'s str,
    key: &'s str,
    step: &'s str,
    body: &'s Json,
}

fn text<'j>(json: &'j Json, key: &str) -> Result<&'j str, Error> {
    json.get(key)
        .and_then(Json::as_str)
        .ok_or_else(|| Error::Usage(format!("demo: `{key}` is missing in {json}")))
}

fn list<'j>(json: &'j Json, key: &str) -> &'j [Json] {
    json.get(key)
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

impl Player<'_> {
    fn instant(&self, text: &str) -> Result<Instant, Error> {
        self.cast
            .instant(text)
            .ok_or_else(|| Error::Usage(format!("demo: {text} is no time")))
    }

    /// Openings and steps of all records, in the order of time.
    fn read<'s>(&self, script: &'s Json) -> Result<Vec<Event<'s>>, Error> {
        let mut events = Vec::new();
        for record in list(script, "records") {
            let (unit, kind, key) = (
                text(record, "unit")?,
                text(record, "kind")?,
                text(record, "key")?,
            );
            events.push(Event {
                at: self.instant(text(record, "at")?)?,
                unit,
                kind,
                key,
                step: "open",
                body: record,
            });
            for step in list(record, "steps") {
                events.push(Event {
                    at: self.instant(text(step, "at")?)?,
                    unit,
                    kind,
                    key,
                    step: text(step, "step")?,
                    body: step,
                });
            }
        }
        events.sort_by_key(|event| event.at);
        Ok(events)
    }

    fn add_units(&mut self, script: &Json, begins: Option<Instant>) -> Result<(), Error> {
        if let Some(at) = begins {
            self.clock.set(at);
        }
        for unit in list(script, "units") {
            let parent = match unit.get("parent").and_then(Json::as_str) {
                Some(code) => Some(self.cast.unit(code)?),
                None => None,
            };
            let flags = list(unit, "flags")
                .iter()
                .filter_map(|flag| flag.as_str().map(str::to_owned))
                .collect();
            let added = self.office.add_unit(
                &Actor::system(),
                NewUnit {
                    level: text(unit, "kind")?.parse().map_err(
                        |error: domain::unit::UnknownLevel| Error::Usage(error.to_string()),
                    )?,
                    parent,
                    code: text(unit, "code")?.to_owned(),
                    name: text(unit, "zh")?.to_owned(),
                    zone: self.cast.zone.clone(),
                    attributes: Attributes {
                        kind: unit.get("type").and_then(Json::as_str).map(str::to_owned),
                        level: unit
                            .get("level")
                            .and_then(Json::as_str)
                            .and_then(|level| level.parse().ok()),
                        flags,
                    },
                },
            )?;
            self.cast.units.insert(added.code, added.id);
        }
        Ok(())
    }

    fn play(&mut self, event: &Event<'_>) -> Result<(), Error> {
        self.clock.set(event.at);
        let unit = self.cast.unit(event.unit)?;
        let kind = self
            .cast
            .pack
            .kinds
            .get(event.kind)
            .ok_or(Error::NotFound)?;
        let mut command = Command::new(event.step, self.cast.by(text(event.body, "by")?)?);
        command.data = self.data(kind, event.body)?;
        command.links = self.links(event.body)?;
        for signer in list(event.body, "signed").iter().filter_map(Json::as_str) {
            let by = self.cast.by(signer)?;
            if let Some(member) = by.member() {
                command.second = Some(member);
            }
            command.signatures.push(Signature {
                by,
                how: Signed::OwnSession,
                at: event.at,
                note: None,
            });
        }
        let actor = Actor::giving(unit, &command);
        if event.step == "open" {
            let taken = self
                .office
                .open_record(&actor, unit, kind.name.clone(), None, command)?;
            let named = Named {
                kind: kind.name.clone(),
                unit,
                id: taken.record.id,
            };
            self.cast.records.insert(event.key.to_owned(), named);
        } else {
            let Named { unit, id, .. } = *self.cast.record(event.key)?;
            self.office.step(&actor, unit, id, command)?;
        }
        if touches_roster(kind) {
            for unit in self.office.units()? {
                hand_over(self.office, unit.id)?;
            }
        }
        Ok(())
    }

    fn links(&self, body: &Json) -> Result<BTreeMap<Name, RecordId>, Error> {
        let mut links = BTreeMap::new();
        for (name, key) in body
            .get("links")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let key = key.as_str().unwrap_or_default();
            links.insert(Name::from(name.as_str()), self.cast.record(key)?.id);
        }
        Ok(links)
    }

    fn data(&self, kind: &Kind, body: &Json) -> Result<Data, Error> {
        let mut data = Data::new();
        for (name, value) in body
            .get("data")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let ty = kind.field(name).map(|field| &field.ty);
            data.insert(Name::from(name.as_str()), self.cast.value(ty, value)?);
        }
        Ok(data)
    }
}
