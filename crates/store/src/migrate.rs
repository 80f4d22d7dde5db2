//! The schema and its history.
//!
//! Two folders, `migrations/sqlite` and `migrations/postgres`, hold the same steps under the same names; a test compares what they make. A step
//! that has been released is never edited. Steps run in order, under a lock, each in a transaction, one statement a message (a distributed
//! PostgreSQL refuses several). A database that a newer program has touched is left alone.

use crate::Error;
use crate::sql::statements;
use postgres::Client;
use rusqlite::{Connection, TransactionBehavior};

/// One step of the schema, for both databases.
#[derive(Debug)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal,)*) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        },)*]
    };
}

const ALL: &[Migration] = migrations![
    1 "0001_kernel",
    2 "0002_ledger",
    3 "0003_lists",
    4 "0004_account",
    5 "0005_privacy",
    6 "0006_attachment_use",
    7 "0007_lease",
    8 "0008_reminder",
    9 "0009_webhook",
    10 "0010_erasure",
    11 "0011_claim",
];

/// The schema that this program knows.
pub const KNOWN: i64 = ALL[ALL.len() - 1].version;

/// Any number; the same one in every program that migrates.
const LOCK: i64 = 0x0067_7561_6e6a_6961;

const TABLE_LITE: &str = "create table if not exists migration (version integer not null primary key, name text not null) strict";
const TABLE_PG: &str = "create table if not exists migration (version bigint not null primary key, name text not null)";
const LATEST: &str = "select coalesce(max(version), 0) from migration";

/// All steps, in order.
pub fn migrations() -> &'static [Migration] {
    ALL
}

fn ahead(found: i64) -> Result<impl Iterator<Item = &'static Migration>, Error> {
    if found > KNOWN {
        return Err(Error::NewerDatabase {
            found,
            known: KNOWN,
        });
    }
    Ok(ALL.iter().filter(move |it| it.version > found))
}

pub(crate) fn lite(connection: &mut Connection) -> Result<(), Error> {
    let exists: bool = connection.query_row(
        "select exists (select 1 from sqlite_master where name = 'migration')",
        [],
        |row| row.get(0),
    )?;
    // Looking needs no lock: a program that starts beside a busy one is not kept waiting.
    if exists
        && ahead(connection.query_row(LATEST, [], |row| row.get(0))?)?
            .next()
            .is_none()
    {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLE_LITE)?;
    for migration in ahead(transaction.query_row(LATEST, [], |row| row.get(0))?)? {
        for statement in statements(migration.sqlite) {
            transaction.execute(&statement, [])?;
        }
        transaction.execute(
            "insert into migration (version, name) values (?1, ?2)",
            (migration.version, migration.name),
        )?;
    }
    transaction.commit()?;
    Ok(())
}

pub(crate) fn pg(client: &mut Client) -> Result<(), Error> {
    client.execute("select pg_advisory_lock($1)", &[&LOCK])?;
    let done = pg_locked(client);
    client.execute("select pg_advisory_unlock($1)", &[&LOCK])?;
    done
}

fn pg_locked(client: &mut Client) -> Result<(), Error> {
    let exists: bool = client
        .query_one("select to_regclass('migration') is not null", &[])?
        .get(0);
    if !exists {
        client.execute(TABLE_PG, &[])?;
    }
    for migration in ahead(client.query_one(LATEST, &[])?.get(0))? {
        let mut transaction = client.transaction()?;
        for statement in statements(migration.postgres) {
            transaction.execute(&statement, &[])?;
        }
        transaction.execute(
            "insert into migration (version, name) values ($1, $2)",
            &[&migration.version, &migration.name],
        )?;
        transaction.commit()?;
    }
    Ok(())
}
