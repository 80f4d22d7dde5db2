//! The packs of a database, compiled: the active one decides, the older ones explain what was decided under them.

use crate::error::Error;
use domain::measure::Measures;
use domain::pack::model::Pack;
use domain::record::{PackVersion, Packs};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Tx, pack};

/// A pack with what its standards count.
#[derive(Debug)]
pub struct Rules {
    pub number: PackVersion,
    pub pack: Pack,
    pub measures: Measures,
}

/// Every pack that was ever active.
#[derive(Clone, Debug, Default)]
pub struct Library {
    rules: BTreeMap<PackVersion, Arc<Rules>>,
}

impl Library {
    /// Of one pack.
    pub fn of(rules: Arc<Rules>) -> Self {
        Self {
            rules: BTreeMap::from([(rules.number, rules)]),
        }
    }

    /// Compiles what the database holds; what `known` has compiled already is taken over.
    ///
    /// # Errors
    /// A stored pack that this program cannot read any more.
    pub fn load(tx: &mut Tx<'_>, known: &Self) -> Result<Self, Error> {
        let mut rules = BTreeMap::new();
        for (number, digest) in pack::digests(tx)? {
            let compiled = match known.rules.get(&number) {
                Some(known) if known.pack.digest == digest => known.clone(),
                _ => Arc::new(compile(number, &pack::get(tx, number)?.sources)?),
            };
            rules.insert(number, compiled);
        }
        Ok(Self { rules })
    }

    /// The active pack; `None` before the first.
    pub fn active(&self) -> Option<&Arc<Rules>> {
        self.rules.values().next_back()
    }
    pub fn get(&self, version: PackVersion) -> Option<&Arc<Rules>> {
        self.rules.get(&version)
    }
    /// With those of another one that it has not.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut rules = other.rules.clone();
        rules.extend(self.rules.clone());
        Self { rules }
    }
    /// Whether both hold the same packs.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.rules.len() == other.rules.len()
            && (self.rules.iter().zip(&other.rules)).all(|(one, two)| Arc::ptr_eq(one.1, two.1))
    }
    pub fn all(&self) -> impl Iterator<Item = &Arc<Rules>> {
        self.rules.values()
    }
}

impl Packs for Library {
    fn pack(&self, version: PackVersion) -> Option<&Pack> {
        self.rules.get(&version).map(|rules| &rules.pack)
    }
    fn measures(&self, version: PackVersion) -> Option<&Measures> {
        self.rules.get(&version).map(|rules| &rules.measures)
    }
}

/// Checks and compiles a pack's sources.
///
/// # Errors
/// Every fault in them.
pub fn compile(number: PackVersion, sources: &[(String, String)]) -> Result<Rules, Error> {
    let files = sources
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    let pack = domain::pack::load(files).map_err(Error::Pack)?;
    let measures = Measures::of(&pack);
    Ok(Rules {
        number,
        pack,
        measures,
    })
}
