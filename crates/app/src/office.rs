//! An open database with everything a use-case needs: the office in which desks stand.

use crate::clock::Clock;
use crate::desk::{Desk, Taken};
use crate::error::Error;
use crate::library::Library;
use crate::view::View;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::Command;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use store::{Constraint, Lane, Location, Options, Store};

/// How often a command is tried again when its unit's roster or parameters changed meanwhile.
const ATTEMPTS: usize = 12;

/// A database, its clock, and what is remembered of its units. Clones share it.
#[derive(Clone)]
pub struct Office(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    /// Packs compiled before the database was opened.
    known: Library,
    views: RwLock<HashMap<UnitId, Arc<View>>>,
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
        Self(Arc::new(Inner {
            store,
            clock,
            known,
            views: RwLock::new(HashMap::new()),
        }))
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What deciding in a unit asks, as remembered.
    pub fn view(&self, unit: UnitId) -> Result<Arc<View>, Error> {
        let known = self
            .0
            .views
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get(&unit)
            .cloned();
        match known {
            Some(view) => Ok(view),
            None => self.reload(unit),
        }
    }

    /// What deciding in a unit asks, as the database says now.
    pub fn reload(&self, unit: UnitId) -> Result<Arc<View>, Error> {
        let mut views = self
            .0
            .views
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let library = views
            .values()
            .next()
            .map_or_else(|| self.0.known.clone(), |view| view.library.clone());
        let view = Arc::new(self.0.store.read(|tx| View::load(tx, unit, &library))?);
        views.insert(unit, view.clone());
        Ok(view)
    }

    /// Drops what is remembered of units.
    pub(crate) fn forget(&self) {
        self.0
            .views
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clear();
    }

    /// Every pack that was ever active, as the database says now.
    pub fn library(&self) -> Result<Library, Error> {
        let views = self
            .0
            .views
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = views
            .values()
            .next()
            .map_or_else(|| self.0.known.clone(), |view| view.library.clone());
        drop(views);
        self.0.store.read(|tx| Library::load(tx, &known))
    }

    /// Runs changes of one unit in one transaction: all of them happen or none.
    ///
    /// # Errors
    /// What `work` returned, or the store's.
    pub fn at<T: Send + 'static>(
        &self,
        unit: UnitId,
        lane: Lane,
        work: impl Fn(&mut Desk<'_, '_>) -> Result<T, Error> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let work = Arc::new(work);
        let mut view = self.view(unit)?;
        for attempt in 0..ATTEMPTS {
            let (clock, work, known) = (self.0.clock.clone(), work.clone(), view.clone());
            let done = self.0.store.retry(lane, move |tx| {
                let mut desk = Desk::begin(tx, &known, &clock)?;
                let done = work(&mut desk)?;
                desk.finish()?;
                Ok(done)
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
        unit: UnitId,
        kind: impl Into<Name>,
        id: Option<RecordId>,
        command: Command,
    ) -> Result<Taken, Error> {
        let kind = kind.into();
        self.at(unit, Lane::Interactive, move |desk| {
            desk.open(&kind, id, &command)
        })
    }

    /// Takes a step on a record.
    ///
    /// # Errors
    /// As [`Desk::step`].
    pub fn step(&self, unit: UnitId, id: RecordId, command: Command) -> Result<Taken, Error> {
        self.at(unit, Lane::Interactive, move |desk| desk.step(id, &command))
    }
}
