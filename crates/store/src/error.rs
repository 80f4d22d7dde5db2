//! What can go wrong in a database, in few words that callers act on.
//!
//! Errors are told apart by SQLSTATE and by SQLite's extended codes, never by the text of a message or the name of a constraint:
//! texts change with versions and languages, and on a distributed PostgreSQL names carry a shard's number.

use std::any::Any;
use std::error::Error as Source;
use std::fmt;

/// Why a statement, a command or the opening of a store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that had to exist does not.
    #[error("not found")]
    NotFound,
    /// The rows contradict a rule of the schema; nothing of the command remains.
    #[error("conflict: {0}")]
    Conflict(Constraint),
    /// The caller decided on an older version than the one stored; load again and decide again.
    #[error("stale: decided on an older version")]
    Stale,
    /// Others hold what this needs (lock, deadlock, no free connection); the same call may succeed in a moment.
    #[error("busy")]
    Busy,
    /// The schema was made by a newer program; this one changes nothing in it.
    #[error("the database is at schema {found}, this program knows {known}: use the newer program")]
    NewerDatabase { found: i64, known: i64 },
    /// Not known to have happened: the database went away, or the commit that the command shared failed. Look, then retry under the
    /// idempotency key.
    #[error("unavailable: the outcome is unknown")]
    Unavailable(#[source] Option<Box<dyn Source + Send + Sync>>),
    /// No space left for the database; nothing of the command remains.
    #[error("the disk or the database is full")]
    Full,
    /// The database exists and answers, and cannot be used as it is set up.
    #[error("unsuitable database: {0}")]
    Unsuitable(String),
    /// Anything else: a fault of the program or of the database.
    #[error("database: {0}")]
    Database(#[source] Box<dyn Source + Send + Sync>),
}

/// The class of a violated constraint; the store never says which one by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    Unique,
    Reference,
    Check,
    NotNull,
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unique => "already exists",
            Self::Reference => "refers to what does not exist",
            Self::Check => "a value outside its range",
            Self::NotNull => "a value is missing",
        })
    }
}

impl Error {
    /// A fault that is not one of the named classes, such as a column that does not decode.
    pub fn database(source: impl Into<Box<dyn Source + Send + Sync>>) -> Self {
        Self::Database(source.into())
    }
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Conflict(Constraint::Unique) => "exists",
            Self::Conflict(_) => "conflict",
            Self::Stale => "stale",
            Self::Busy => "busy",
            Self::NewerDatabase { .. } => "newer-database",
            Self::Unavailable(_) => "unavailable",
            Self::Full => "disk-full",
            Self::Unsuitable(_) => "unsuitable-database",
            Self::Database(_) => "database",
        }
    }
    /// Only for tests of `matches!` kind at the callers: true if a retry of the whole command may help.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy)
    }
    pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".into());
        Self::database(format!("a command panicked: {text}"))
    }
    pub(crate) fn aborted() -> Self {
        Self::database(
            "an earlier statement of this transaction failed; only a savepoint outlives an error",
        )
    }
    /// The same verdict for each command of a group that failed as a whole.
    pub(crate) fn of_group(&self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::Busy => Self::Busy,
            _ => Self::Unavailable(None),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
        use rusqlite::ffi;
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            return Self::database(error);
        };
        match (failure.code, failure.extended_code) {
            (
                _,
                ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID,
            ) => Self::Conflict(Constraint::Unique),
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Conflict(Constraint::Reference),
            (_, ffi::SQLITE_CONSTRAINT_CHECK) => Self::Conflict(Constraint::Check),
            (_, ffi::SQLITE_CONSTRAINT_NOTNULL) => Self::Conflict(Constraint::NotNull),
            (DatabaseBusy | DatabaseLocked, _) => Self::Busy,
            (DiskFull, _) => Self::Full,
            (SystemIoFailure, _) => Self::Unavailable(Some(Box::new(error))),
            _ => Self::database(error),
        }
    }
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Self {
        let Some(state) = error.code() else {
            return if error.is_closed() || is_io(&error) {
                Self::Unavailable(Some(Box::new(error)))
            } else {
                Self::database(error)
            };
        };
        match state.code() {
            "23505" => Self::Conflict(Constraint::Unique),
            "23503" => Self::Conflict(Constraint::Reference),
            "23514" => Self::Conflict(Constraint::Check),
            "23502" => Self::Conflict(Constraint::NotNull),
            "40001" | "40P01" | "55P03" => Self::Busy,
            "53100" => Self::Full,
            // An internal error of a distributed database may hide a lost worker: the outcome is unknown.
            "XX000" => Self::Unavailable(Some(Box::new(error))),
            code if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => {
                Self::Unavailable(Some(Box::new(error)))
            }
            _ => Self::database(error),
        }
    }
}

fn is_io(error: &postgres::Error) -> bool {
    let mut source: Option<&(dyn Source + 'static)> = Some(error);
    while let Some(at) = source {
        if at.is::<std::io::Error>() {
            return true;
        }
        source = at.source();
    }
    false
}
