//! What a new version of the pack makes of records that are older than it: other names, and values for fields that are new.
//!
//! A migration is an entry of each record that it touches and says there what it did, so a replay asks no pack for it. A record is migrated when
//! the pack is activated, in batches, or, if a step comes first, with that step: nobody meets a record that the active pack cannot read.

use super::Record;
use super::entry::Migrated;
use crate::name::Name;
use crate::pack::model::Kind;
use std::collections::BTreeMap;

/// A pack's version as three numbers; what cannot be read comes before all others.
pub fn version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

/// What the migrations of a kind do to a record. `from` is the version that was active before: only what came after it counts. Without it new
/// names alone are looked at, which a record shows by itself.
pub fn plan(kind: &Kind, from: Option<(u32, u32, u32)>, record: &Record) -> Option<Migrated> {
    if kind.migrate.is_empty() {
        return None;
    }
    let mut done = Migrated::default();
    let doc = &record.doc;
    let mut state = record.state.clone();
    let mut fields: BTreeMap<Name, Name> = same(doc.data.keys());
    let mut links: BTreeMap<Name, Name> = same(doc.links.keys());
    let mut duties: BTreeMap<Name, Name> = same(doc.todo.iter().map(|todo| &todo.name));
    for migration in &kind.migrate {
        if from.is_some_and(|from| migration.to <= from) {
            continue;
        }
        rename(&mut fields, &migration.fields);
        rename(&mut links, &migration.links);
        rename(&mut duties, &migration.duties);
        if let Some(to) = migration.states.get(&state) {
            state = to.clone();
        }
        if from.is_some() {
            for (field, value) in &migration.defaults {
                if !fields.values().any(|name| name == field) {
                    done.filled.insert(field.clone(), value.clone());
                }
            }
        }
    }
    done.fields = changed(fields);
    done.links = changed(links);
    done.duties = changed(duties);
    if state != record.state {
        done.state = Some((record.state.clone(), state));
    }
    (done != Migrated::default() && !doc.void).then_some(done)
}

fn same<'n>(names: impl Iterator<Item = &'n Name>) -> BTreeMap<Name, Name> {
    names.map(|name| (name.clone(), name.clone())).collect()
}

fn rename(names: &mut BTreeMap<Name, Name>, to: &BTreeMap<Name, Name>) {
    for name in names.values_mut() {
        if let Some(new) = to.get(name) {
            *name = new.clone();
        }
    }
}

fn changed(names: BTreeMap<Name, Name>) -> BTreeMap<Name, Name> {
    names.into_iter().filter(|(old, new)| old != new).collect()
}

/// The record with its new names.
pub(super) fn apply(record: &mut Record, migrated: &Migrated) {
    let doc = &mut record.doc;
    renamed(&mut doc.data, &migrated.fields);
    renamed(&mut doc.links, &migrated.links);
    doc.data.extend(migrated.filled.clone());
    if let Some((_, to)) = &migrated.state {
        record.state = to.clone();
    }
    let named = |name: &mut Name| {
        if let Some(new) = migrated.duties.get(name) {
            *name = new.clone();
        }
    };
    doc.todo.iter_mut().for_each(|todo| named(&mut todo.name));
    renamed(&mut doc.occurrences, &migrated.duties);
    renamed(&mut doc.recurred, &migrated.duties);
}

fn renamed<T>(map: &mut BTreeMap<Name, T>, to: &BTreeMap<Name, Name>) {
    let moved: Vec<(Name, T)> = to
        .iter()
        .filter_map(|(old, new)| Some((new.clone(), map.remove(old)?)))
        .collect();
    map.extend(moved);
}
