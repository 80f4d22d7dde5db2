//! The very statements of the product's openings on a bare connection, in groups, each group one durable commit: what the database alone
//! needs. Nothing is decided, decoded or answered here.

use crate::machine::processor;
use crate::place::Home;
use anyhow::Result;
use postgres::NoTls;
use postgres::types::ToSql;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use store::{Captured, Kind, Location, Owned};

/// The statements of one opening.
pub(crate) type Opening = Vec<Captured>;

/// What a replay took, and how many seconds of processor time.
type Taken = (Duration, f64);

/// Cuts what ran into openings: each begins with the same statement. What found itself stale and wrote nothing was no opening.
pub(crate) fn openings(statements: Vec<Captured>) -> Vec<Opening> {
    let mut openings: Vec<Opening> = Vec::new();
    let begins = statements.first().map(|first| first.sql.clone());
    for statement in statements {
        match openings.last_mut() {
            Some(opening) if Some(&statement.sql) != begins.as_ref() => opening.push(statement),
            _ => openings.push(vec![statement]),
        }
    }
    openings.retain(|opening| opening.iter().any(writes));
    openings
}

/// Whether a statement writes a row.
pub(crate) fn writes(statement: &Captured) -> bool {
    ["insert", "update", "delete"]
        .iter()
        .any(|verb| statement.sql.starts_with(verb))
}

/// Runs openings in groups of `group` on one connection to a copy of the database they ran on.
pub(crate) fn replay(home: &Home, openings: &[Opening], group: usize) -> Result<Taken> {
    match home.location() {
        Location::File(_) => sqlite(home, openings, group),
        Location::Url(url) => postgres(url, openings, group),
    }
}

fn sqlite(home: &Home, openings: &[Opening], group: usize) -> Result<Taken> {
    let connection = Connection::open(home.file()?)?;
    // As the product sets its writer up.
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on; pragma checkpoint_fullfsync = on;
         pragma cache_size = -65536; pragma wal_autocheckpoint = 16384; pragma foreign_keys = on; pragma temp_store = memory",
    )?;
    connection.set_prepared_statement_cache_capacity(512);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let values: Vec<Vec<(&str, Vec<Value>)>> = openings
        .iter()
        .map(|opening| {
            let statements = opening.iter();
            statements
                .map(|it| (it.sql.as_str(), it.values.iter().map(lite).collect()))
                .collect()
        })
        .collect();
    let (started, before) = (Instant::now(), processor());
    for group in values.chunks(group) {
        connection.prepare_cached("begin immediate")?.execute([])?;
        for (sql, values) in group.iter().flatten() {
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(values))?;
            while rows.next()?.is_some() {}
        }
        connection.prepare_cached("commit")?.execute([])?;
    }
    Ok((started.elapsed(), processor() - before))
}

fn lite(value: &Owned) -> Value {
    match value {
        Owned::Null(_) => Value::Null,
        Owned::Int(value) => Value::Integer(*value),
        Owned::Text(value) => Value::Text(value.clone()),
        Owned::Bytes(value) => Value::Blob(value.clone()),
        Owned::Id(value) => Value::Blob(value.as_bytes().to_vec()),
    }
}

fn postgres(url: &str, openings: &[Opening], group: usize) -> Result<Taken> {
    let mut client = ::postgres::Client::connect(url, NoTls)?;
    let mut prepared = HashMap::new();
    for statement in openings.iter().flatten() {
        if !prepared.contains_key(statement.sql.as_str()) {
            // No text of the store holds a question mark that is no parameter.
            let sql = statement.sql.replace('?', "$");
            prepared.insert(statement.sql.as_str(), client.prepare(&sql)?);
        }
    }
    let values: Vec<Vec<(&str, Vec<Bound>)>> = openings
        .iter()
        .map(|opening| {
            let statements = opening.iter();
            statements
                .map(|it| (it.sql.as_str(), it.values.iter().map(pg).collect()))
                .collect()
        })
        .collect();
    let (started, before) = (Instant::now(), processor());
    for group in values.chunks(group) {
        client.batch_execute("begin")?;
        for (sql, values) in group.iter().flatten() {
            let values: Vec<&(dyn ToSql + Sync)> =
                values.iter().map(|value| value.as_ref()).collect();
            client.query(&prepared[sql], &values)?;
        }
        client.batch_execute("commit")?;
    }
    Ok((started.elapsed(), processor() - before))
}

/// A value as the PostgreSQL driver takes it.
type Bound = Box<dyn ToSql + Sync>;

fn pg(value: &Owned) -> Bound {
    match value {
        Owned::Null(Kind::Int) => Box::new(None::<i64>),
        Owned::Null(Kind::Text) => Box::new(None::<String>),
        Owned::Null(Kind::Bytes) => Box::new(None::<Vec<u8>>),
        Owned::Null(Kind::Id) => Box::new(None::<domain::id::Uuid>),
        Owned::Int(value) => Box::new(*value),
        Owned::Text(value) => Box::new(value.clone()),
        Owned::Bytes(value) => Box::new(value.clone()),
        Owned::Id(value) => Box::new(*value),
    }
}
