//! Packs as folders and in the database: reading, checking, activating.
//!
//! A pack is checked as a whole before anything of it is kept; one that cannot read what is there is refused with what it would
//! orphan. Packs that were ever active stay.

use crate::access::Actor;
use crate::error::Error;
use crate::library::compile;
use crate::migrate;
use crate::office::Office;
use crate::recompute;
use domain::access::{Permit, Privilege};
use domain::id::{RecordId, UnitId};
use domain::name::{Name, Text};
use domain::pack::model::{Kind, Pack};
use domain::pack::{Orphans, is_rules};
use domain::record::migrate::version;
use domain::record::{PackVersion, unique};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use store::{Lane, Tx, pack, record, schedule, unit};

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Folders nested deeper than this are no pack.
const DEPTH: usize = 4;
/// A file larger than this is no pack file: 4 MiB.
const LARGEST: u64 = 4 << 20;

/// The names of the packs that ship with the program.
pub fn shipped() -> Vec<&'static str> {
    let mut names: Vec<_> = SHIPPED
        .iter()
        .filter_map(|(path, _)| path.split('/').next())
        .collect();
    names.dedup();
    names
}

/// The files of a pack: one that ships, by its name, or a folder.
///
/// # Errors
/// No such pack; a file that cannot be read.
pub fn sources(name: &str) -> Result<Vec<(String, String)>, Error> {
    let prefix = format!("{name}/");
    let ours: Vec<_> = SHIPPED
        .iter()
        .filter_map(|(path, text)| {
            Some((path.strip_prefix(&prefix)?.to_owned(), (*text).to_owned()))
        })
        .filter(|(path, _)| is_rules(path))
        .collect();
    if !ours.is_empty() {
        return Ok(ours);
    }
    let mut files = folder(name)?;
    files.retain(|(path, _)| is_rules(path));
    Ok(files)
}

/// Every YAML file of a folder, by its path inside: the rules of a pack and what is told beside them.
///
/// # Errors
/// No such folder; a file that cannot be read.
pub fn folder(name: &str) -> Result<Vec<(String, String)>, Error> {
    let folder = Path::new(name);
    if !folder.is_dir() {
        let known = shipped().join(", ");
        return Err(Error::Usage(format!(
            "没有名为“{name}”的规则包或文件夹；自带的有：{known} (no pack or folder `{name}`; these ship: {known})"
        )));
    }
    let mut files = Vec::new();
    collect(folder, folder, 0, &mut files)?;
    files.sort();
    Ok(files)
}

/// Played by `init --demo`; no part of the rules.
pub(crate) const DEMO: &str = "demo.yaml";

/// The demo that ships with a pack.
pub(crate) fn demo(name: &str) -> Option<&'static str> {
    let path = format!("{name}/{DEMO}");
    SHIPPED
        .iter()
        .find(|(shipped, _)| *shipped == path)
        .map(|(_, text)| *text)
}

/// What is made up for `guanjia simulate`; no part of the rules.
pub(crate) const SIMULATION: &str = "simulation.yaml";

/// A file that lies beside the rules of a pack that ships, or of a folder.
pub(crate) fn beside(name: &str, file: &str) -> Result<Option<String>, Error> {
    let path = format!("{name}/{file}");
    if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == path) {
        return Ok(Some((*text).to_owned()));
    }
    if shipped().contains(&name) {
        return Ok(None);
    }
    let mut files = folder(name)?;
    files.retain(|(path, _)| path == file);
    Ok(files.pop().map(|(_, text)| text))
}

fn collect(
    root: &Path,
    folder: &Path,
    depth: usize,
    files: &mut Vec<(String, String)>,
) -> Result<(), Error> {
    let failed = |path: &Path, source| Error::File {
        path: path.display().to_string(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        if path.is_dir() {
            if depth < DEPTH {
                collect(root, &path, depth + 1, files)?;
            }
        } else if path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml")
        {
            let size = fs::metadata(&path)
                .map_err(|error| failed(&path, error))?
                .len();
            if size > LARGEST {
                return Err(failed(&path, std::io::Error::other("more than 4 MiB")));
            }
            let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            files.push((name, text));
        }
    }
    Ok(())
}

/// Checks a pack's sources and compiles them.
///
/// # Errors
/// Every fault.
pub fn check(sources: &[(String, String)]) -> Result<Pack, Error> {
    compile(PackVersion(0), sources).map(|rules| rules.pack)
}

impl Office {
    /// Makes a pack the active one; the same pack again changes nothing. Tallies are computed anew, since other clauses count other things.
    ///
    /// # Errors
    /// `Denied`; faults; records that the pack could not read.
    pub fn activate(
        &self,
        actor: &Actor,
        sources: Vec<(String, String)>,
    ) -> Result<PackVersion, Error> {
        let permit = self.privilege(actor, Privilege::Packs, None)?;
        let rules = compile(PackVersion(0), &sources)?;
        let active = self.library()?.active().cloned();
        if let Some(active) = &active
            && active.pack.digest == rules.pack.digest
        {
            // A migration that was broken off goes on.
            migrate::resume(self)?;
            return Ok(active.number);
        }
        self.would_orphan(&rules.pack)?;
        let number = PackVersion(active.map_or(1, |active| active.number.0 + 1));
        self.install(&permit, number, &rules.pack, sources)?;
        migrate::resume(self)?;
        if number.0 > 1 {
            recompute::tallies(self, &permit)?;
        }
        Ok(number)
    }

    /// Puts a pack that was checked into the database, as the active one.
    pub(crate) fn install(
        &self,
        permit: &Permit,
        number: PackVersion,
        pack: &Pack,
        sources: Vec<(String, String)>,
    ) -> Result<(), Error> {
        let stored = pack::Stored {
            number,
            name: pack.name.clone(),
            version: pack.version.clone(),
            digest: pack.digest,
            sources,
        };
        let at = self.clock().now();
        let before = self.library()?.active().cloned();
        let was = before.as_ref().map(|active| &active.pack);
        let reclaimed: Vec<Kind> = reclaimed(was, pack).cloned().collect();
        // Records of the version before have to follow.
        let from = before.filter(|active| {
            let from = version(&active.pack.version);
            let kinds = pack.kinds.values();
            kinds
                .flat_map(|kind| &kind.migrate)
                .any(|step| step.to > from)
        });
        self.write(permit, Lane::Interactive, move |tx| {
            pack::activate(tx, &stored, at)?;
            for kind in &reclaimed {
                for it in claims(tx, kind)? {
                    record::set_claim(tx, it.unit, it.id, it.claim.as_deref())?;
                }
            }
            if let Some(from) = &from {
                schedule::begin_migration(tx, stored.number, &from.pack.version)?;
            }
            // Those below a unit are told with it.
            for unit in unit::list(tx)?
                .into_iter()
                .filter(|unit| unit.parent.is_none())
            {
                unit::touch_config(tx, unit.id)?;
            }
            Ok::<_, Error>(())
        })?;
        self.forget();
        Ok(())
    }

    /// The files of a pack that was ever active, path and text of each.
    pub fn sources(&self, number: PackVersion) -> Result<Vec<(String, String)>, Error> {
        Ok(self.read(|tx| pack::get(tx, number))?.sources)
    }

    /// Whether a pack reads everything that is there.
    ///
    /// # Errors
    /// `Orphans`, with what it could not read.
    pub fn would_orphan(&self, pack: &Pack) -> Result<(), Error> {
        let library = self.library()?;
        let Some(active) = library.active() else {
            return Ok(());
        };
        let mut orphans = Orphans::between(&active.pack, pack);
        let suspects = orphans.suspects();
        self.read(|tx| {
            for kind in &suspects {
                record::each_of_kind(tx, None, Some(kind), |record| {
                    orphans.look_at(&record);
                    Ok(())
                })?;
            }
            Ok::<_, Error>(())
        })?;
        let mut found: Vec<_> = orphans
            .found()
            .into_iter()
            .map(|orphan| orphan.text)
            .collect();
        for kind in reclaimed(Some(&active.pack), pack) {
            found.extend(twice(kind, &self.read(|tx| claims(tx, kind))?));
        }
        if found.is_empty() {
            return Ok(());
        }
        Err(Error::Orphans(found))
    }
}

/// Kinds whose records claim something else than they did.
fn reclaimed<'p>(was: Option<&'p Pack>, now: &'p Pack) -> impl Iterator<Item = &'p Kind> {
    now.kinds.values().filter(move |kind| {
        let before = was.and_then(|pack| pack.kinds.get(&kind.name));
        before.is_some_and(|before| before.unique != kind.unique)
    })
}

/// What a record claims for itself, and how people know it.
struct Claims {
    unit: UnitId,
    id: RecordId,
    number: String,
    value: String,
    claim: Option<String>,
}

/// What each record of a kind claims in its unit.
fn claims(tx: &mut Tx<'_>, kind: &Kind) -> Result<Vec<Claims>, store::Error> {
    let mut all = Vec::new();
    record::each_of_kind(tx, None, Some(&kind.name), |record| {
        all.push(Claims {
            unit: record.unit,
            id: record.id,
            value: unique::claimed(kind, &record),
            claim: unique::claim(kind, &record),
            number: record.number,
        });
        Ok(())
    })?;
    Ok(all)
}

/// Records that claim what another has claimed.
fn twice(kind: &Kind, all: &[Claims]) -> Vec<Text> {
    let names: Vec<&str> = kind.unique.iter().map(Name::as_str).collect();
    let names = names.join(", ");
    let mut held = BTreeMap::new();
    let mut found = Vec::new();
    for it in all {
        let Some(claim) = &it.claim else { continue };
        if let Some(other) = held.insert((it.unit, claim), &it.number) {
            let (value, number) = (&it.value, &it.number);
            found.push(Text::both(
                format!("“{}”的 {names}（{value}）不得重复，但 {other} 与 {number} 相同；请先改其一", kind.title.zh),
                format!("no two open `{}` may have the same {names} ({value}), but {other} and {number} do: change one first", kind.name),
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_are_the_rules_demos_and_simulations_of_the_packs_as_they_stand() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
        let mut files = folder(&root.to_string_lossy()).expect("the packs");
        files.retain(|(path, _)| {
            let inside = path.split_once('/').map_or("", |(_, inside)| inside);
            is_rules(inside) || inside == DEMO || inside == SIMULATION
        });
        let ours: Vec<(String, String)> = SHIPPED
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        assert!(ours == files, "the packs have changed since this was built");
    }
}
