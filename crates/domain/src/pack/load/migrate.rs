//! Migrations: what becomes of records that are older than a version.

use super::index::Head;
use super::{Ctx, DUTY, FIELD, LINK, Node, Ref, STATE};
use crate::name::{Name, Text};
use crate::pack::model::Migration;
use crate::record::migrate::version;
use crate::value::Data;
use std::collections::{BTreeMap, BTreeSet};

impl Ctx<'_> {
    pub(super) fn migrations(&mut self, node: &Node, head: &Head) -> Vec<Migration> {
        let mut all: Vec<Migration> = Vec::new();
        let fields: BTreeSet<Name> = head.field_names().cloned().collect();
        let links: BTreeSet<Name> = head.links.keys().cloned().collect();
        let states: BTreeSet<Name> = head.state_names().cloned().collect();
        let given = node.get("migrate").map(Node::pairs).unwrap_or_default();
        // What a later version renames again need not be there any more.
        let mut later: BTreeMap<&str, BTreeSet<Name>> = BTreeMap::new();
        for (_, value) in given {
            for key in ["fields", "links", "states", "duties"] {
                let names = value.get(key).map(Node::pairs).unwrap_or_default();
                let old = names
                    .iter()
                    .filter_map(|(old, _)| old.text().map(Name::from));
                later.entry(key).or_default().extend(old);
            }
        }
        for (key, value) in given {
            let Some(text) = key.text() else { continue };
            if text
                .split('.')
                .filter(|part| part.parse::<u32>().is_ok())
                .count()
                != 3
            {
                self.fault(
                    "wrong-value",
                    key.at,
                    Text::both(
                        format!("`{text}` 不是版本号"),
                        format!("`{text}` is no version"),
                    ),
                    Text::both(
                        "写引入这次变化的版本，例如 1.4.0",
                        "write the version that brings the change, such as 1.4.0",
                    ),
                );
                continue;
            }
            let mut renames = |part: &str, what: Ref, known: &BTreeSet<Name>| {
                let later = later.get(part).cloned().unwrap_or_default();
                self.renames(value.get(part), what, known, &later)
            };
            let fields = renames("fields", FIELD, &fields);
            let links = renames("links", LINK, &links);
            let states = renames("states", STATE, &states);
            let duties = renames("duties", DUTY, &head.duties);
            let mut defaults = Data::new();
            for (field, literal) in value.get("defaults").map(Node::pairs).unwrap_or_default() {
                let Some(name) = self.refer(field, FIELD, head.field_names()) else {
                    continue;
                };
                if let Some(read) = self.fixed(literal, &name, head) {
                    defaults.insert(name, read);
                }
            }
            all.push(Migration {
                to: version(text),
                fields,
                links,
                states,
                duties,
                defaults,
            });
        }
        all.sort_by_key(|migration| migration.to);
        all
    }

    /// Old names that are gone, new names that are there.
    fn renames(
        &mut self,
        node: Option<&Node>,
        what: Ref,
        known: &BTreeSet<Name>,
        later: &BTreeSet<Name>,
    ) -> BTreeMap<Name, Name> {
        let mut renames = BTreeMap::new();
        for (old, new) in node.map(Node::pairs).unwrap_or_default() {
            let Some(name) = old.text().map(Name::from) else {
                continue;
            };
            if known.contains(&name) {
                self.fault(
                    "migrate-known",
                    old.at,
                    Text::both(
                        format!("{} `{name}` 还在，不能当作旧名迁走", what.1),
                        format!(
                            "the {} `{name}` is still there and cannot be an old name",
                            what.2
                        ),
                    ),
                    Text::both(
                        "旧名从类型里去掉，或不迁移",
                        "remove it from the kind, or do not migrate it",
                    ),
                );
                continue;
            }
            let to = self.refer(new, what, known.iter().chain(later));
            renames.extend(to.map(|to| (name, to)));
        }
        renames
    }
}
