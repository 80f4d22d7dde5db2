//! Databases that last as long as a test.
//!
//! Every test has a fresh one: a SQLite file in a temporary folder, or a PostgreSQL database of its own on the server that
//! `GUANJIA_TEST_POSTGRES` names. Both are removed when the [`Home`] goes, also after a failure.

use crate::{Location, Options, Store};
use postgres::{Client, Config, NoTls};
use rusqlite::config::DbConfig;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// Names the PostgreSQL server whose user may create databases.
pub const VARIABLE: &str = "GUANJIA_TEST_POSTGRES";

static MADE: AtomicU64 = AtomicU64::new(0);

/// Where the database of one test is.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    location: Location,
    server: Option<(String, String)>,
}

impl Home {
    /// # Panics
    /// If there is no room for a temporary folder.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self {
            location: Location::folder(folder.path()),
            folder,
            server: None,
        }
    }

    /// `None` if no server is named.
    ///
    /// # Panics
    /// If the server does not answer or refuses a new database.
    pub fn postgres() -> Option<Self> {
        let server = std::env::var(VARIABLE).ok()?;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("guanjia_{}_{number}", std::process::id());
        let create = format!(
            "create database {name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0"
        );
        drop_database(&server, &name);
        connect(&server)
            .batch_execute(&create)
            .expect("a new database");
        let (address, parameters) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = address
            .rsplit_once('/')
            .expect("the URL ends in a database");
        let url = if parameters.is_empty() {
            format!("{host}/{name}")
        } else {
            format!("{host}/{name}?{parameters}")
        };
        Some(Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            location: Location::Url(url),
            server: Some((server, name)),
        })
    }

    pub fn location(&self) -> &Location {
        &self.location
    }
    /// A folder for whatever else the test needs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
    pub fn is_postgres(&self) -> bool {
        self.server.is_some()
    }
    /// How SQLite would go about a statement, line by line.
    ///
    /// # Panics
    /// If the statement cannot be prepared, or this is no SQLite file.
    pub fn plan(&self, sql: &str) -> Vec<String> {
        let Location::File(file) = &self.location else {
            panic!("plans of PostgreSQL follow from its statistics");
        };
        let connection = rusqlite::Connection::open(file).expect("the file opens");
        // As the product prepares it: a plan that no value can change.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .expect("the option is known");
        let mut plan = connection
            .prepare(&format!("explain query plan {sql}"))
            .expect("the statement is right");
        let rows = plan
            .raw_query()
            .mapped(|row| row.get(3))
            .collect::<Result<_, _>>();
        rows.expect("plans are texts")
    }
    /// # Panics
    /// If it does not open.
    pub fn open(&self) -> Store {
        self.open_with(&Options::default())
    }
    /// # Panics
    /// If it does not open.
    pub fn open_with(&self, options: &Options) -> Store {
        Store::open(&self.location, options).expect("the store opens")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            drop_database(server, name);
        }
    }
}

fn connect(server: &str) -> Client {
    server
        .parse::<Config>()
        .expect("a URL")
        .connect(NoTls)
        .expect("the server answers")
}

fn drop_database(server: &str, name: &str) {
    let sql = format!("drop database if exists {name} with (force)");
    // Left behind, it does no harm to the next test, and a second panic would hide the first.
    let _ = connect(server).batch_execute(&sql);
}
