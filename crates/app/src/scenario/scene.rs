//! Setting the scene: units, teams, members in their posts, and whatever else has been there before a story begins.

use super::script::{Wrong, lines};
use super::stage::{Miss, Stage, said};
use crate::access::Actor;
use crate::cast::Named;
use crate::error::Error;
use crate::unit::NewUnit;
use domain::name::Name;
use domain::pack::Node;
use domain::pack::model::Role;
use domain::record::{By, Command};
use domain::unit::Attributes;
use domain::value::Data;
use std::collections::BTreeMap;

impl Stage<'_> {
    /// Sets up units, teams, members and whatever else the layers say; a later layer says anew what an earlier one said under the same key.
    pub(crate) fn set_up(&mut self, layers: &[&Node]) -> Result<Option<Miss>, Wrong> {
        let last = |key: &str| layers.iter().rev().find_map(|layer| layer.get(key));
        if let Some(node) = last("begins") {
            let text = node.text().unwrap_or_default();
            let at = self
                .cast
                .instant(text)
                .ok_or_else(|| Wrong::new(node.line(), format!("“{text}”不是时间 (no time)")))?;
            self.go(at);
            self.swept = at;
        }
        for layer in layers {
            for (key, _) in layer.pairs() {
                if !matches!(
                    key.text(),
                    Some("begins" | "unit" | "units" | "teams" | "members" | "defaults" | "play")
                ) {
                    return Err(Wrong::new(
                        key.line(),
                        "setup 只有 begins、unit、units、teams、members、defaults、play (a set-up has these keys alone)",
                    ));
                }
            }
        }
        for (form, fields) in layers
            .iter()
            .filter_map(|layer| layer.get("defaults"))
            .flat_map(Node::pairs)
        {
            let known = self
                .defaults
                .entry(form.text().unwrap_or_default().to_owned())
                .or_default();
            for (name, value) in fields.pairs() {
                let name = name.text().unwrap_or_default();
                known.retain(|(other, _)| other != name);
                known.push((name.to_owned(), value.clone()));
            }
        }
        for (key, node) in layered(layers, "units") {
            self.add_unit(&key, node)
                .map_err(|error| at(node, &error))?;
        }
        if let Some(node) = last("unit") {
            self.unit = Some(
                self.cast
                    .unit(node.text().unwrap_or_default())
                    .map_err(|error| at(node, &error))?,
            );
        }
        for (key, node) in layered(layers, "teams") {
            self.add_team(&key, node)
                .map_err(|error| at(node, &error))?;
        }
        for (key, node) in layered(layers, "members") {
            self.add_member(&key, node)
                .map_err(|error| at(node, &error))?;
        }
        for layer in layers {
            let lines = lines(layer.get("play")).map_err(|mut wrongs| wrongs.remove(0))?;
            for line in &lines {
                if let Some(miss) = self.line(line)?.into_iter().next() {
                    return Ok(Some(miss));
                }
            }
        }
        Ok(None)
    }

    pub(crate) fn add_unit(&mut self, code: &str, node: &Node) -> Result<(), Error> {
        let text = |key: &str| node.get(key).and_then(Node::text);
        let parent = text("parent")
            .map(|code| self.cast.unit(code))
            .transpose()?;
        let added = self.office.add_unit(
            &Actor::system(),
            NewUnit {
                level: text("level")
                    .unwrap_or("project")
                    .parse()
                    .map_err(|error: domain::unit::UnknownLevel| Error::Usage(error.to_string()))?,
                parent,
                code: code.to_owned(),
                name: text("zh").unwrap_or(code).to_owned(),
                zone: self.cast.zone.clone(),
                attributes: Attributes {
                    kind: text("type").map(str::to_owned),
                    level: text("grade").and_then(|grade| grade.parse().ok()),
                    flags: node
                        .get("flags")
                        .map_or(&[][..], Node::many)
                        .iter()
                        .filter_map(|flag| flag.text().map(str::to_owned))
                        .collect(),
                },
            },
        )?;
        self.cast.units.insert(code.to_owned(), added.id);
        Ok(())
    }

    fn add_team(&mut self, key: &str, node: &Node) -> Result<(), Error> {
        let text = |name: &str| node.get(name).and_then(Node::text);
        let data = BTreeMap::from([
            ("code", key),
            ("name", node.text().or(text("zh")).unwrap_or(key)),
        ]);
        self.register(Role::Team, key, text("unit"), &data, None)
    }

    /// `KEY: POST`, or a map with `post`, and `unit`, `grid`, `team`, `from`, `until`, `zh` where they matter.
    pub(crate) fn add_member(&mut self, key: &str, node: &Node) -> Result<(), Error> {
        let text = |name: &str| node.get(name).and_then(Node::text);
        let data = BTreeMap::from([
            ("name", text("zh").unwrap_or(key)),
            ("login", text("login").unwrap_or(key)),
        ]);
        self.register(Role::Member, key, text("unit"), &data, None)?;
        let posts: Vec<&str> = match node.get("post") {
            Some(posts) => posts.many().iter().filter_map(Node::text).collect(),
            None => node.text().into_iter().collect(),
        };
        let today = self.cast.zone.day_of(self.now).to_string();
        for (number, post) in posts.iter().enumerate() {
            let mut data =
                BTreeMap::from([("post", *post), ("from", text("from").unwrap_or(&today))]);
            for name in ["until", "grid", "team"] {
                if let Some(value) = text(name) {
                    data.insert(name, value);
                }
            }
            let name = if number == 0 {
                format!("{key}-post")
            } else {
                format!("{key}-post-{}", number + 1)
            };
            self.register(Role::Posting, &name, text("unit"), &data, Some(key))?;
        }
        Ok(())
    }

    /// Opens a record of the register that has this role, with what its form asks for of `data`.
    fn register(
        &mut self,
        role: Role,
        key: &str,
        unit: Option<&str>,
        data: &BTreeMap<&str, &str>,
        member: Option<&str>,
    ) -> Result<(), Error> {
        let unit = match unit {
            Some(code) => self.cast.unit(code)?,
            None => self.unit.ok_or(Error::NotFound)?,
        };
        let Some(kind) = self
            .cast
            .pack
            .kinds
            .values()
            .find(|kind| kind.role == Some(role))
        else {
            return Err(Error::Usage(format!(
                "规则包没有 {role:?} 这种登记 (the pack has no such register)"
            )));
        };
        let mut command = Command::new("open", By::System);
        let asked = |name: &str| kind.open.form.iter().any(|field| field.field == *name);
        let mut filled = Data::new();
        for (name, value) in data {
            if asked(name) {
                let ty = kind.field(name).map(|field| &field.ty);
                filled.insert(Name::from(*name), self.cast.value(ty, &(*value).into())?);
            }
        }
        command.data = filled;
        if let Some(member) = member {
            command
                .links
                .insert(Name::from("member"), self.cast.record(member)?.id);
        }
        let actor = Actor::giving(unit, &command);
        let taken = self
            .office
            .open_record(&actor, unit, kind.name.clone(), None, command)?;
        self.steps += 1;
        self.cast.records.insert(
            key.to_owned(),
            Named {
                kind: kind.name.clone(),
                unit,
                id: taken.record.id,
            },
        );
        Ok(())
    }
}

fn layered<'n>(layers: &[&'n Node], key: &str) -> Vec<(String, &'n Node)> {
    let mut all: Vec<(String, &Node)> = Vec::new();
    for (name, node) in layers
        .iter()
        .filter_map(|layer| layer.get(key))
        .flat_map(Node::pairs)
    {
        let name = name.text().unwrap_or_default();
        match all.iter_mut().find(|(known, _)| known == name) {
            Some(slot) => slot.1 = node,
            None => all.push((name.to_owned(), node)),
        }
    }
    all.retain(|(_, node)| !node.is_null() && node.text() != Some("none"));
    all
}

fn at(node: &Node, error: &Error) -> Wrong {
    Wrong::new(node.line(), said(error))
}
