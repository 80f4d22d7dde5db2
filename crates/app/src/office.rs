//! An open database with everything a use-case needs: the office in which desks stand.

use crate::access::Actor;
use crate::account::Turns;
use crate::attachment::Folder;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::desk::draft::{Draft, Drafted};
use crate::desk::{Asked, Desk, Taken};
use crate::error::Error;
use crate::keys::{Keys, KeysError};
use crate::library::{Found, Library};
use crate::reminder::carry::Way;
use crate::rounds::Leases;
use crate::view::View;
use domain::access::{Permit, own_work};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::Command;
use domain::value::{Data, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use store::{Constraint, Lane, Location, Options, Store, Tx, unit};

/// How often a command is tried again when its unit's roster or parameters changed meanwhile.
pub(crate) const ATTEMPTS: usize = 12;
/// How often a command is decided before its turn; one that many others cross is decided in its turn instead, where nothing crosses it.
const DRAFTS: usize = 3;

/// A database, its clock, and what is remembered of its units. Clones share it.
#[derive(Clone)]
pub struct Office(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    /// Passwords are hashed few at a time.
    turns: Arc<Turns>,
    /// Packs compiled before the database was opened.
    known: Library,
    files: Option<Folder>,
    leases: Leases,
    ways: Arc<[Way]>,
    changes: Arc<Changes>,
    views: RwLock<HashMap<UnitId, Arc<View>>>,
    /// The packs as last read: compiling one takes long.
    library: RwLock<Library>,
    keys: Option<Keys>,
    /// The keys of persons, as last read.
    persons: RwLock<HashMap<(UnitId, RecordId), i64>>,
    /// Held by whoever compiles a pack.
    compiling: Mutex<()>,
}

/// What became of a command that was decided before its turn.
enum Tried {
    Taken(Box<Taken>),
    /// What the decision rests on has changed meanwhile.
    Crossed,
    /// It can only be decided in its turn.
    InTurn,
}

/// What an office has beside its database.
#[derive(Clone, Debug)]
pub struct Extras {
    /// Where the content of attachments lies.
    pub files: Option<Folder>,
    /// Packs compiled before the database was opened.
    pub known: Library,
    /// How long what a process is at stays its own.
    pub leases: Leases,
    /// How reminders leave the program; nothing is put down for the other ways.
    pub ways: Arc<[Way]>,
}

impl Default for Extras {
    /// Every way: whoever does not carry reminders himself leaves them to a server that does.
    fn default() -> Self {
        Self {
            files: None,
            known: Library::default(),
            leases: Leases::default(),
            ways: Way::ALL.into(),
        }
    }
}

impl Office {
    /// Opens a database, bringing its schema up to date.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(location: &Location, options: &Options, clock: Clock) -> Result<Self, Error> {
        Ok(Self::of(Store::open(location, options)?, clock))
    }

    pub fn of(store: Store, clock: Clock) -> Self {
        Self::knowing(store, clock, Library::default())
    }

    /// As [`Office::of`], with packs that are compiled already: those of the database that are theirs by number and digest are not compiled
    /// again.
    pub fn knowing(store: Store, clock: Clock, known: Library) -> Self {
        let extras = Extras {
            known,
            ..Extras::default()
        };
        Self::with(store, clock, extras)
    }

    /// An office with what lies outside the database.
    pub fn with(store: Store, clock: Clock, extras: Extras) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            known: extras.known,
            files: extras.files,
            leases: extras.leases,
            ways: extras.ways,
            changes: Arc::default(),
            turns: Arc::default(),
            views: RwLock::new(HashMap::new()),
            library: RwLock::new(Library::default()),
            keys: None,
            persons: RwLock::default(),
            compiling: Mutex::new(()),
        }))
    }

    /// The same database with the key store of its private values, which a database without one is bound to from now on. Without keys private
    /// values are neither taken nor shown; everything else goes on, `verify` too.
    ///
    /// # Errors
    /// The database belongs to another key store.
    pub fn with_keys(self, keys: Keys) -> Result<Self, Error> {
        let id = keys.id();
        let bound = self.0.store.read(store::privacy::key_store)?;
        match bound {
            Some(bound) if bound != id => return Err(Error::Keys(KeysError::OfAnother)),
            Some(_) => {}
            None => {
                self.write(&own_work(), Lane::Interactive, move |tx| {
                    store::privacy::set_key_store(tx, &id)
                })?;
            }
        }
        Ok(Self(Arc::new(Inner {
            store: self.0.store.clone(),
            clock: self.0.clock.clone(),
            known: self.0.known.clone(),
            files: self.0.files.clone(),
            leases: self.0.leases,
            ways: self.0.ways.clone(),
            changes: self.0.changes.clone(),
            turns: self.0.turns.clone(),
            views: RwLock::new(HashMap::new()),
            library: RwLock::new(Library::default()),
            compiling: Mutex::new(()),
            keys: Some(keys),
            persons: RwLock::default(),
        })))
    }

    pub fn keys(&self) -> Option<&Keys> {
        self.0.keys.as_ref()
    }

    pub(crate) fn leases(&self) -> Leases {
        self.0.leases
    }

    pub(crate) fn known_person(&self, unit: UnitId, person: RecordId) -> Option<i64> {
        let persons = self
            .0
            .persons
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        persons.get(&(unit, person)).copied()
    }
    pub(crate) fn know_person(&self, unit: UnitId, person: RecordId, key: i64) {
        /// Persons remembered; beyond it memory starts afresh.
        const MOST: usize = 50_000;
        let mut persons = self
            .0
            .persons
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if persons.len() >= MOST {
            persons.clear();
        }
        persons.insert((unit, person), key);
    }
    pub(crate) fn forget_persons(&self) {
        self.0
            .persons
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The database itself, past every check: for tests and measurements.
    #[cfg(feature = "testing")]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Runs `work` on one snapshot. What it may show, and to whom, is for the caller to have asked.
    pub fn read<T, E: From<store::Error>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.store.read(work)
    }

    /// Whether a short question is answered on this thread as quickly as on another.
    pub fn reads_at_once(&self) -> bool {
        self.0.store.reads_at_once()
    }

    /// A write that is no step of a record. That a permit was asked for is seen from its being here.
    pub(crate) fn write<T: Send + 'static, E: From<store::Error> + Send + 'static>(
        &self,
        _: &Permit,
        lane: Lane,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.0.store.write(lane, work)
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Commands that wait for the database.
    pub fn waiting(&self) -> usize {
        self.0.store.waiting()
    }
    pub(crate) fn changes(&self) -> &Changes {
        &self.0.changes
    }

    /// Where the content of attachments lies.
    pub fn files(&self) -> Option<&Folder> {
        self.0.files.as_ref()
    }

    /// What deciding in a unit asks, as remembered.
    pub fn view(&self, unit: UnitId) -> Result<Arc<View>, Error> {
        let known = self
            .0
            .views
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&unit)
            .cloned();
        match known {
            Some(view) => Ok(view),
            None => self.reload(unit),
        }
    }

    /// What is remembered of a unit, if it is of that standing.
    pub(crate) fn view_as_of(&self, standing: &unit::Standing) -> Option<Arc<View>> {
        let views = self.0.views.read().unwrap_or_else(PoisonError::into_inner);
        let view = views.get(&standing.id)?;
        (unit::Standing::from(&view.unit) == *standing).then(|| Arc::clone(view))
    }

    /// What deciding in a unit asks, as the database says now.
    pub fn reload(&self, unit: UnitId) -> Result<Arc<View>, Error> {
        let library = self.library()?;
        let view = Arc::new(
            self.0
                .store
                .read(|tx| View::load(tx, unit, &library, &self.0.ways))?,
        );
        // Not held while the database is asked: whoever holds a connection may be waiting for it.
        let mut views = self.0.views.write().unwrap_or_else(PoisonError::into_inner);
        views.insert(unit, view.clone());
        Ok(view)
    }

    /// Drops what is remembered of units.
    pub(crate) fn forget(&self) {
        self.0
            .views
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Every pack that was ever active, as the database says now.
    pub fn library(&self) -> Result<Library, Error> {
        let find = || {
            let known = self.remembered();
            let compiled = known.and(&self.0.known);
            let found = self.read(|tx| Found::read(tx, &compiled))?;
            Ok::<_, Error>((known, found))
        };
        let (mut known, mut found) = find()?;
        // One compiles for all who ask meanwhile.
        let mut turn = None;
        if !found.is_compiled() {
            turn = Some(
                self.0
                    .compiling
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            (known, found) = find()?;
        }
        let library = found.compiled()?;
        if !library.is(&known) {
            let remembered = self.0.library.write();
            *remembered.unwrap_or_else(PoisonError::into_inner) = library.clone();
        }
        drop(turn);
        Ok(library)
    }

    fn remembered(&self) -> Library {
        let library = self.0.library.read();
        library.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs changes of one unit in one transaction: all of them happen or none. Each is checked as the actor's.
    ///
    /// # Errors
    /// What `work` returned, or the store's.
    pub fn at<T: Send + 'static>(
        &self,
        actor: &Actor,
        unit: UnitId,
        lane: Lane,
        work: impl Fn(&mut Desk<'_, '_>) -> Result<T, Error> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let work = Arc::new(work);
        let mut view = self.view(unit)?;
        for attempt in 0..ATTEMPTS {
            let (clock, work, known) = (self.0.clock.clone(), work.clone(), view.clone());
            let actor = actor.clone();
            let done = self.0.store.retry(lane, move |tx| {
                let mut desk = Desk::begin(tx, &known, &clock, &actor)?;
                let done = work(&mut desk)?;
                Ok::<_, Error>((done, desk.finish()?))
            });
            let done = done.map(|(done, changed)| {
                self.0.changes.note(unit, changed);
                done
            });
            match done {
                Err(Error::Outdated) => view = self.reload(unit)?,
                // Somebody else was quicker with the same key, number or record: read again and decide again, which says why not.
                Err(Error::Store(
                    store::Error::Conflict(Constraint::Unique) | store::Error::Stale,
                )) if attempt + 1 < ATTEMPTS => {}
                done => return done,
            }
        }
        Err(Error::Outdated)
    }

    /// Brings a record about.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub fn open_record(
        &self,
        actor: &Actor,
        unit: UnitId,
        kind: impl Into<Name>,
        id: Option<RecordId>,
        command: Command,
    ) -> Result<Taken, Error> {
        let asked = Asked::open(kind.into(), id, self.clock());
        self.take(actor, unit, &asked, command)
    }

    /// Takes a step on a record.
    ///
    /// # Errors
    /// As [`Desk::step`].
    pub fn step(
        &self,
        actor: &Actor,
        unit: UnitId,
        id: RecordId,
        command: Command,
    ) -> Result<Taken, Error> {
        self.take(actor, unit, &Asked::Step(id), command)
    }

    fn take(
        &self,
        actor: &Actor,
        unit: UnitId,
        asked: &Asked,
        mut command: Command,
    ) -> Result<Taken, Error> {
        self.seal(&*self.view(unit)?, asked, &mut command)?;
        let sealed = sealed_in(&command.data);
        let taken = self.take_sealed(actor, unit, asked, command)?;
        if taken.repeated && !self.same_sealed(&taken.entry.data, &sealed)? {
            return Err(Error::KeyReused);
        }
        Ok(taken)
    }

    fn take_sealed(
        &self,
        actor: &Actor,
        unit: UnitId,
        asked: &Asked,
        command: Command,
    ) -> Result<Taken, Error> {
        if self.0.store.would_wait() {
            for _ in 0..DRAFTS {
                match self.take_drafted(actor, unit, asked, &command)? {
                    Tried::Taken(taken) => return Ok(*taken),
                    Tried::Crossed => {}
                    Tried::InTurn => break,
                }
            }
        }
        let asked = asked.clone();
        self.at(actor, unit, Lane::Interactive, move |desk| {
            desk.take(&asked, &command)
        })
    }

    /// Decides here and lets the writer write.
    fn take_drafted(
        &self,
        actor: &Actor,
        unit: UnitId,
        asked: &Asked,
        command: &Command,
    ) -> Result<Tried, Error> {
        let view = self.view(unit)?;
        let clock = self.0.clock.clone();
        let drafted = self
            .0
            .store
            .read(|tx| Draft::of(tx, &view, (&clock, actor), asked, command));
        let draft = match drafted {
            Ok(Drafted::New(draft)) => Arc::new(Mutex::new(Some(draft))),
            Ok(Drafted::Repeated(taken)) => return Ok(Tried::Taken(taken)),
            Ok(Drafted::InTurn) => return Ok(Tried::InTurn),
            Err(Error::Outdated) => return self.reload(unit).map(|_| Tried::Crossed),
            Err(error) => return Err(error),
        };
        let (landing, actor) = (draft.clone(), actor.clone());
        let landed = self.0.store.retry(Lane::Interactive, move |tx| {
            let mut draft = landing.lock().unwrap_or_else(PoisonError::into_inner);
            let draft = draft.as_mut().ok_or(Error::Outdated)?;
            let mut desk = Desk::begin(tx, &view, &clock, &actor)?;
            desk.assert(draft)?;
            let later = desk.land(draft)?;
            Ok::<_, Error>((later, desk.finish()?))
        });
        match landed {
            Ok((later, changed)) => {
                self.0.changes.note(unit, changed);
                let draft = draft.lock().unwrap_or_else(PoisonError::into_inner).take();
                let draft = draft.ok_or(Error::Outdated)?;
                Ok(Tried::Taken(Box::new(draft.taken(later))))
            }
            Err(Error::Outdated) => self.reload(unit).map(|_| Tried::Crossed),
            Err(Error::Store(store::Error::Conflict(Constraint::Unique) | store::Error::Stale)) => {
                Ok(Tried::Crossed)
            }
            Err(error) => Err(error),
        }
    }
}

/// The private values of a form, which an answer to a repeated request is compared by.
pub(crate) fn sealed_in(data: &Data) -> Data {
    data.iter()
        .filter(|(_, value)| matches!(value, Value::Sealed(_)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
