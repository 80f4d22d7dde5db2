//! Proving an account: what it names is taken out of the rules, one thing at a time, and a scenario of the requirement must fail.

use super::{Account, group_of};
use crate::error::Error;
use crate::library::Rules;
use crate::scenario::spread;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Something that a requirement names and whose absence none of its scenarios noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Survivor {
    pub requirement: String,
    /// What was taken out; empty: a scenario fails with everything in place.
    pub taken_out: String,
    pub scenarios: Vec<String>,
}

/// What a run has shown.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Proof {
    pub requirements: usize,
    pub taken_out: usize,
    pub survivors: Vec<Survivor>,
    #[serde(skip)]
    proven: BTreeMap<String, String>,
}

/// Takes out, one after the other, everything that the requirements of a group (of all, if none is named) name, and plays their scenarios.
///
/// # Errors
/// No room for a database.
pub fn mutate(account: &Account, only: Option<&str>) -> Result<Proof, Error> {
    let entries: Vec<_> = account
        .entries
        .iter()
        .filter(|(id, _)| only.is_none_or(|only| group_of(id) == only || only == id.as_str()))
        .filter(|(_, entry)| entry.open.is_none() && !entry.scenarios.is_empty())
        .collect();
    // What is named by several requirements is taken out once for each of their scenarios.
    let mut wanted: BTreeMap<&str, (&super::Reference, BTreeSet<&str>)> = BTreeMap::new();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for (_, entry) in &entries {
        for reference in entry.by.iter().filter(|reference| reference.is_of_pack()) {
            let scenarios = entry.scenarios.iter().map(String::as_str);
            wanted
                .entry(&reference.text)
                .or_insert_with(|| (reference, BTreeSet::new()))
                .1
                .extend(scenarios);
        }
        named.extend(entry.scenarios.iter().map(String::as_str));
    }
    let whole: BTreeSet<&str> = {
        let played = account
            .plays
            .play(&account.rules, |name| named.contains(name))?;
        let sound: BTreeSet<String> = played
            .into_iter()
            .filter(|one| one.failures.is_empty())
            .map(|one| one.scenario)
            .collect();
        named
            .iter()
            .copied()
            .filter(|name| sound.contains(*name))
            .collect()
    };
    let wanted: Vec<_> = wanted.into_values().collect();
    let red: Vec<BTreeSet<&str>> = spread(wanted.len(), |index| {
        let (reference, scenarios) = &wanted[index];
        let pack = reference.taken_out_of(&account.rules.pack);
        let rules = Arc::new(Rules::new(account.rules.number, pack));
        scenarios
            .iter()
            .copied()
            .filter(|name| account.plays.one_fails(&rules, name).unwrap_or(false))
            .collect()
    });
    let red: BTreeMap<&str, &BTreeSet<&str>> = wanted
        .iter()
        .map(|(reference, _)| reference.text.as_str())
        .zip(&red)
        .collect();
    let mut proof = Proof {
        requirements: entries.len(),
        taken_out: wanted.len(),
        ..Proof::default()
    };
    for (id, entry) in entries {
        let mut survivors: Vec<String> = entry
            .by
            .iter()
            .filter(|reference| reference.is_of_pack())
            .filter(|reference| {
                let noticed = red.get(reference.text.as_str());
                !entry.scenarios.iter().any(|name| {
                    whole.contains(name.as_str())
                        && noticed.is_some_and(|red| red.contains(name.as_str()))
                })
            })
            .map(|reference| reference.text.clone())
            .collect();
        if entry
            .scenarios
            .iter()
            .any(|name| !whole.contains(name.as_str()))
        {
            survivors.insert(0, String::new());
        }
        if survivors.is_empty() {
            proof.proven.insert(id.clone(), entry.digest.clone());
        }
        proof
            .survivors
            .extend(survivors.into_iter().map(|taken_out| Survivor {
                requirement: id.clone(),
                taken_out,
                scenarios: entry.scenarios.clone(),
            }));
    }
    Ok(proof)
}

impl Account {
    /// Keeps what a run has shown, for the groups it looked at, beside the account.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn keep(&mut self, folder: &str, only: Option<&str>, proof: &Proof) -> Result<(), Error> {
        let looked_at = |id: &str| only.is_none_or(|only| group_of(id) == only || only == id);
        self.proven.retain(|id, _| !looked_at(id));
        self.proven.extend(proof.proven.clone());
        for (group, _) in &self.groups {
            if !only.is_none_or(|only| group_of(only) == group || only == group) {
                continue;
            }
            let lines: String = self
                .proven
                .iter()
                .filter(|(id, _)| group_of(id) == group)
                .map(|(id, digest)| format!("{id} {digest}\n"))
                .collect();
            let path = Path::new(folder)
                .join("coverage")
                .join(format!("{group}.proven"));
            let failed = |source| Error::File {
                path: path.display().to_string(),
                source,
            };
            if !lines.is_empty() {
                fs::write(&path, lines).map_err(failed)?;
            } else if path.exists() {
                fs::remove_file(&path).map_err(failed)?;
            }
        }
        Ok(())
    }
}
