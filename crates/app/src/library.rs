//! The packs of a database, compiled: the active one decides, the older ones explain what was decided under them.

use crate::error::Error;
use domain::measure::Measures;
use domain::name::Name;
use domain::pack::model::Pack;
use domain::privacy;
use domain::record::{PackVersion, Packs};
use domain::value::Data;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Tx, pack};

/// A pack with what its standards count.
#[derive(Debug)]
pub struct Rules {
    pub number: PackVersion,
    pub pack: Pack,
    pub measures: Measures,
    /// Kinds that register persons.
    pub persons: BTreeSet<Name>,
    /// Fields that are private in some kind.
    private: BTreeSet<Name>,
}

impl Rules {
    pub fn new(number: PackVersion, pack: Pack) -> Self {
        let fields = pack.kinds.values().flat_map(privacy::private);
        let private = fields.map(|(field, _)| field.name.clone()).collect();
        Self {
            number,
            measures: Measures::of(&pack),
            persons: privacy::persons(&pack),
            private,
            pack,
        }
    }

    /// Whether anything of this may be private; most forms are passed over by it.
    pub fn is_private(&self, data: &Data) -> bool {
        self.is_any_private(data.keys())
    }
    pub fn is_any_private<'n>(&self, mut names: impl Iterator<Item = &'n Name>) -> bool {
        names.any(|name| self.private.contains(name))
    }
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
        Found::read(tx, known)?.compiled()
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

/// What a database holds, with what is to be compiled yet: that takes long enough not to be done while a connection is held.
pub(crate) struct Found(Vec<(PackVersion, Book)>);

enum Book {
    Compiled(Arc<Rules>),
    Sources(Vec<(String, String)>),
}

impl Found {
    pub(crate) fn read(tx: &mut Tx<'_>, known: &Library) -> Result<Self, Error> {
        let mut books = Vec::new();
        for (number, digest) in pack::digests(tx)? {
            let book = match known.rules.get(&number) {
                Some(known) if known.pack.digest == digest => Book::Compiled(known.clone()),
                _ => Book::Sources(pack::get(tx, number)?.sources),
            };
            books.push((number, book));
        }
        Ok(Self(books))
    }

    pub(crate) fn is_compiled(&self) -> bool {
        let mut books = self.0.iter();
        books.all(|(_, book)| matches!(book, Book::Compiled(_)))
    }

    /// # Errors
    /// A stored pack that this program cannot read any more.
    pub(crate) fn compiled(self) -> Result<Library, Error> {
        let mut rules = BTreeMap::new();
        for (number, book) in self.0 {
            let compiled = match book {
                Book::Compiled(known) => known,
                Book::Sources(sources) => Arc::new(compile(number, &sources)?),
            };
            rules.insert(number, compiled);
        }
        Ok(Library { rules })
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
    Ok(Rules::new(number, pack))
}
