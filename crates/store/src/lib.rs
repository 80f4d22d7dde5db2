//! The database: one `Tx`, SQL written once, SQLite and PostgreSQL behind it.
//!
//! The only crate that contains SQL or names a database. It is synchronous, asks no clock for business and makes no ids: instants and ids
//! are bound by the caller. What it promises on both databases:
//!
//! - [`Store::write`] runs a command so that all of it or nothing remains, and returns only after it is durable;
//! - [`Store::read`] sees one snapshot and never waits for a writer;
//! - errors are classes ([`Error`]), never texts.
//!
//! It knows no business rule: what may be written is decided in `domain`, who may write it in `app`.
//!
//! ```
//! # fn main() -> Result<(), store::Error> {
//! # let folder = tempfile::tempdir().unwrap();
//! use store::{Lane, Location, Options, Store};
//! let store = Store::open(&Location::folder(folder.path()), &Options::default())?;
//! store.write(Lane::Interactive, |tx| {
//!     tx.run("insert into config (key, version, body) values (?1, ?2, ?3)", &[&"greeting", &1_i64, &"{}"])
//! })?;
//! let versions = store.read(|tx| tx.all("select version from config where key = ?1", &[&"greeting"], |row| row.get::<i64>(0)))?;
//! assert_eq!(versions, [1]);
//! # Ok(())
//! # }
//! ```

mod access;
pub mod account;
pub mod blob;
mod brief;
mod capture;
pub mod change;
pub mod duty;
pub mod entry;
pub mod erasure;
mod error;
pub mod figures;
mod handle;
pub mod import;
pub mod job;
pub mod lease;
pub mod ledger;
pub mod list;
mod lite;
mod memo;
mod migrate;
pub mod pack;
pub mod page;
mod pg;
mod pool;
pub mod privacy;
pub mod published;
mod query;
pub mod record;
pub mod reminder;
pub mod schedule;
pub mod search;
mod sql;
pub mod tally;
#[cfg(feature = "testing")]
pub mod testing;
mod tx;
pub mod unapplied;
pub mod unit;
mod value;
pub mod webhook;

pub use error::{Constraint, Error};
pub use handle::{Lane, Location, Options, Store};
pub use migrate::{KNOWN, Migration, migrations};
pub use tx::{Captured, Tx};
pub use value::{Bind, Column, Kind, Owned, Row, Value};

/// A due time that never comes: what a record without duties sorts by, last, on both databases, without `NULLS LAST` and in a cursor.
pub const NEVER: i64 = i64::MAX;
