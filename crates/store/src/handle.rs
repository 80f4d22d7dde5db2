//! The store as its callers hold it.

use crate::Error;
use crate::lite::Lite;
use crate::pg::Pg;
use crate::tx::{Captured, Tx};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The name of the database file in a data folder.
const FILE: &str = "guanjia.db";
/// How often [`Store::retry`] tries.
const ATTEMPTS: u32 = 8;

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file, created if it is not there.
    File(PathBuf),
    /// A PostgreSQL database that exists, `postgres://user@host/name`.
    Url(String),
}

impl Location {
    /// The embedded database of a data folder.
    pub fn folder(folder: &Path) -> Self {
        Self::File(folder.join(FILE))
    }
    /// A URL as the command line takes it: `postgres://…`, `postgresql://…`, anything else is a data folder.
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Url(text.to_owned())
        } else {
            Self::folder(Path::new(text))
        }
    }
}

/// 48 MiB: copied rarely, because each time every page that has changed since is written once more.
const LOG_PAGES: i32 = 12_288;

/// How a store uses its machine. The defaults suit one small server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that read at the same time; on PostgreSQL, connections in all.
    pub connections: usize,
    /// How long to wait for a lock or a connection before `Busy`.
    pub patience: Duration,
    /// A group of commands closes after so many of them (SQLite).
    pub group: usize,
    /// A group of commands closes after so long (SQLite).
    pub group_time: Duration,
    /// The most pages of 4 KiB the file may have (SQLite); none: as the disk allows.
    pub max_pages: Option<u32>,
    /// Pages in the log before they go back into the file (SQLite).
    pub log_pages: i32,
    /// Commands are prepared before their turn even when nobody else writes (SQLite). For tests and benches: it makes one path of two.
    pub prepared: bool,
    /// A commit that returned survives a power cut. Off only for databases that nobody keeps (SQLite).
    pub durable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            patience: Duration::from_secs(5),
            group: 64,
            group_time: Duration::from_millis(5),
            max_pages: None,
            log_pages: LOG_PAGES,
            prepared: false,
            durable: true,
        }
    }
}

/// Who waits for a command: a person, or work that has time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Interactive,
    Bulk,
}

/// A database, open. Clones share it; the last one to go closes it.
#[derive(Clone)]
pub struct Store(Arc<Backend>);

enum Backend {
    Lite(Box<Lite>),
    Pg(Box<Pg>),
}

impl Store {
    /// Opens a database and brings its schema up to this program's.
    ///
    /// # Errors
    /// `NewerDatabase`, `Unsuitable` (PostgreSQL before 15, not UTF-8, not C collation), `Unavailable`, `Full`, `Database`.
    pub fn open(location: &Location, options: &Options) -> Result<Self, Error> {
        Ok(Self(Arc::new(match location {
            Location::File(file) => Backend::Lite(Box::new(Lite::open(file, options)?)),
            Location::Url(url) => Backend::Pg(Box::new(Pg::open(url, options)?)),
        })))
    }

    /// Runs a command in a transaction: durable when this returns `Ok`, without a trace when it returns `Err`. `Unavailable` alone means
    /// that nobody knows. On SQLite the command holds the only writer, so it computes nothing that can be computed before; 5 ms at most.
    ///
    /// # Errors
    /// What `work` returned; an [`Error`] of the commit; a panic in `work`, as `Database`.
    pub fn write<T, E>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &*self.0 {
            Backend::Lite(lite) => lite.write(lane, work),
            Backend::Pg(pg) => pg.write(work).0,
        }
    }

    /// As [`Store::write`], repeating the whole command while the database calls it a victim of others (deadlock, serialisation, lock
    /// timeout), eight times at most. The command must compute everything anew from what it reads.
    ///
    /// # Errors
    /// As [`Store::write`], of the last attempt.
    pub fn retry<T, E>(
        &self,
        lane: Lane,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let pg = match &*self.0 {
            // One writer has nobody to lose against; it may run the command twice all the same.
            Backend::Lite(lite) => return lite.repeat(lane, work),
            Backend::Pg(pg) => pg,
        };
        let mut attempt = 1;
        loop {
            let (done, busy) = pg.write(&mut work);
            if done.is_ok() || !busy || attempt == ATTEMPTS {
                return done;
            }
            std::thread::sleep(Duration::from_millis(1 << attempt));
            attempt += 1;
        }
    }

    /// Runs a question on the calling thread, over one snapshot; nothing can be written.
    ///
    /// # Errors
    /// What `work` returned; `Busy` if no connection came free; a panic in `work`, as `Database`.
    pub fn read<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &*self.0 {
            Backend::Lite(lite) => lite.read(work),
            Backend::Pg(pg) => pg.read(work),
        }
    }

    /// Whether a command would wait for others, so that what can be done before its turn should be. If nobody writes it is quicker to read
    /// where one writes: each commit makes readers forget the pages that they had read.
    pub fn would_wait(&self) -> bool {
        match &*self.0 {
            Backend::Lite(lite) => lite.would_wait(),
            Backend::Pg(_) => false,
        }
    }

    /// Whether a short question is answered on this thread as quickly as on another: the database is a file, and has readers to spare.
    pub fn reads_at_once(&self) -> bool {
        match &*self.0 {
            Backend::Lite(lite) => lite.has_room(),
            Backend::Pg(_) => false,
        }
    }

    /// Commands that wait for the writer: none on PostgreSQL, where each caller has a connection or waits for one.
    pub fn waiting(&self) -> usize {
        match &*self.0 {
            Backend::Lite(lite) => lite.waiting(),
            Backend::Pg(_) => 0,
        }
    }

    /// Does `work` and tells which statements the store's commands ran meanwhile, with their values, in order: so that a bench can run the very same
    /// ones without this crate. Reads are not among them.
    pub fn captured<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<Captured>) {
        let capture = match &*self.0 {
            Backend::Lite(lite) => lite.capture(),
            Backend::Pg(pg) => pg.capture(),
        };
        capture.during(work)
    }

    /// As [`Store::captured`], of what is read beside commands: so that a test can ask the database how it would go about each. Nothing on
    /// PostgreSQL, whose plans follow from its statistics.
    pub fn captured_reads<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<Captured>) {
        match &*self.0 {
            Backend::Lite(lite) => lite.reads().during(work),
            Backend::Pg(_) => (work(), Vec::new()),
        }
    }
}
