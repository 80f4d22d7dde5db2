//! One transaction on either database.
//!
//! A function of this crate takes `&mut Tx` and writes its SQL once. What differs between the two databases ends here; no caller asks which
//! one it talks to. A transaction does not survive a failed statement, on either: wrap what may fail in a [`Tx::savepoint`].

use crate::Error;
use crate::capture::Capture;
use crate::memo::Memo;
use crate::sql::for_postgres;
use crate::value::{Answer, Bind, Owned, Row, Value};
use postgres::fallible_iterator::FallibleIterator;
use std::collections::HashMap;

/// Prepared statements kept per connection; beyond it the cache starts afresh, so that lists with many filters cannot fill the memory.
pub(crate) const STATEMENTS: usize = 512;

/// A transaction in progress. It is begun and ended by [`crate::Store`]; a closure that returns `Err` leaves nothing behind.
pub struct Tx<'c> {
    handle: Handle<'c>,
    depth: u32,
    /// A statement failed and no savepoint has been rolled back since.
    failed: bool,
    busy: bool,
    /// A statement that writes has begun (known of SQLite).
    wrote: bool,
    capture: Option<&'c Capture>,
    /// Of a connection that only reads (SQLite).
    memo: Option<&'c mut Memo>,
}

enum Handle<'c> {
    Lite(&'c rusqlite::Connection),
    Pg(&'c mut Session),
}

/// A PostgreSQL connection with the statements it has prepared, by the text as written.
pub(crate) struct Session {
    pub(crate) client: postgres::Client,
    statements: HashMap<Box<str>, postgres::Statement>,
}

/// A statement as it ran, with the values that were bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    pub sql: String,
    pub values: Vec<Owned>,
}

impl Session {
    pub(crate) fn new(client: postgres::Client) -> Self {
        Self {
            client,
            statements: HashMap::new(),
        }
    }
    fn prepare(&mut self, sql: &str, values: &[Value<'_>]) -> Result<postgres::Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let types: Vec<_> = values.iter().map(|it| it.kind().postgres()).collect();
        let statement = self.client.prepare_typed(&for_postgres(sql)?, &types)?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.into(), statement.clone());
        Ok(statement)
    }
}

impl<'c> Tx<'c> {
    pub(crate) fn lite(connection: &'c rusqlite::Connection, capture: Option<&'c Capture>) -> Self {
        Self::new(Handle::Lite(connection), capture)
    }
    /// Over a snapshot of which answers are kept.
    pub(crate) fn keeping(
        connection: &'c rusqlite::Connection,
        capture: Option<&'c Capture>,
        memo: &'c mut Memo,
    ) -> Self {
        let mut tx = Self::lite(connection, capture);
        tx.memo = Some(memo);
        tx
    }
    pub(crate) fn pg(session: &'c mut Session, capture: Option<&'c Capture>) -> Self {
        Self::new(Handle::Pg(session), capture)
    }
    fn new(handle: Handle<'c>, capture: Option<&'c Capture>) -> Self {
        Self {
            handle,
            depth: 0,
            failed: false,
            busy: false,
            wrote: false,
            capture,
            memo: None,
        }
    }

    /// Runs a statement that answers nothing; the number of rows it touched.
    ///
    /// # Errors
    /// As the database says, see [`Error`]; afterwards only the end of a savepoint or of the transaction is possible.
    pub fn run(&mut self, sql: &str, values: &[&dyn Bind]) -> Result<u64, Error> {
        let values = self.ready(sql, values)?;
        let done = match &mut self.handle {
            Handle::Lite(connection) => {
                self.wrote = true;
                connection
                    .prepare_cached(sql)
                    .and_then(|mut it| it.execute(rusqlite::params_from_iter(&values)))
                    .map(|rows| rows as u64)
                    .map_err(Error::from)
            }
            Handle::Pg(session) => session.prepare(sql, &values).and_then(|statement| {
                let counted = count(&statement, &values);
                counted.and_then(|()| {
                    let values: Vec<&(dyn postgres::types::ToSql + Sync)> =
                        values.iter().map(|it| it as _).collect();
                    session
                        .client
                        .execute(&statement, &values)
                        .map_err(Error::from)
                })
            }),
        };
        self.noted(done)
    }

    /// Runs a statement and shows every row to `each`, without keeping them.
    ///
    /// # Errors
    /// As the database says, or what `each` returned first.
    pub fn each(
        &mut self,
        sql: &str,
        values: &[&dyn Bind],
        mut each: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.until(sql, values, |row| each(row).map(|()| false))
    }

    /// As [`Tx::each`], but no further than where `each` says that this is enough.
    ///
    /// # Errors
    /// As [`Tx::each`].
    pub fn until(
        &mut self,
        sql: &str,
        values: &[&dyn Bind],
        mut each: impl FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let values = self.ready(sql, values)?;
        let shown = match &mut self.handle {
            Handle::Lite(connection) => {
                lite_rows(connection, sql, &values, &mut self.wrote, &mut each)
            }
            Handle::Pg(session) => pg_rows(session, sql, &values, &mut each),
        };
        // What the caller makes of a row is no failure of the transaction.
        self.noted(shown)?
    }

    /// All rows, mapped, in the order of the statement.
    ///
    /// # Errors
    /// As [`Tx::each`].
    pub fn all<T>(
        &mut self,
        sql: &str,
        values: &[&dyn Bind],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.each(sql, values, |row| {
            all.push(map(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// As [`Tx::each`]; `Database` if there are several.
    pub fn optional<T>(
        &mut self,
        sql: &str,
        values: &[&dyn Bind],
        mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut found = None;
        self.each(sql, values, |row| {
            if found.is_some() {
                return Err(Error::database(format!("more than one row: {sql}")));
            }
            found = Some(map(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The row that must exist.
    ///
    /// # Errors
    /// As [`Tx::optional`], and `NotFound`.
    pub fn one<T>(
        &mut self,
        sql: &str,
        values: &[&dyn Bind],
        map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.optional(sql, values, map)?.ok_or(Error::NotFound)
    }

    /// What `find` reads, or has read over this connection since anybody committed. `of` is all that the answer depends on.
    ///
    /// # Errors
    /// What `find` returned, which is not kept.
    pub(crate) fn kept<T: Clone + Send + 'static>(
        &mut self,
        what: &'static str,
        of: &[u8],
        find: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.memo.is_none() {
            return find(self);
        }
        let key = (what, of.into());
        if let Some(found) = self.memo.as_ref().and_then(|memo| memo.get(&key)) {
            return Ok(found);
        }
        let found: T = find(self)?;
        if let Some(memo) = &mut self.memo {
            memo.keep(key, found.clone());
        }
        Ok(found)
    }

    /// Runs a statement that must touch exactly one row, as an update guarded by `version = ?n` does.
    ///
    /// # Errors
    /// `Stale` if it touched none; `Database` if it touched several.
    pub fn run_one(&mut self, sql: &str, values: &[&dyn Bind]) -> Result<(), Error> {
        match self.run(sql, values)? {
            1 => Ok(()),
            0 => Err(Error::Stale),
            rows => Err(Error::database(format!(
                "touched {rows} rows instead of one: {sql}"
            ))),
        }
    }

    /// Runs `work` so that an error of it undoes what it did and nothing else; they nest.
    ///
    /// # Errors
    /// What `work` returned, or that a statement of it failed although it returned `Ok`.
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.failed {
            return Err(Error::aborted().into());
        }
        let depth = self.depth;
        self.control(&format!("savepoint s{depth}"))?;
        self.depth += 1;
        let done = work(self);
        let done = if self.failed && done.is_ok() {
            Err(Error::aborted().into())
        } else {
            done
        };
        match done {
            Ok(value) => {
                self.depth = depth;
                self.control(&format!("release savepoint s{depth}"))?;
                Ok(value)
            }
            Err(error) => {
                // If the whole transaction is gone with it, `failed` says so to everybody further out.
                let _ = self.abandon(depth);
                Err(error)
            }
        }
    }

    /// Back to where the savepoint at `depth` began, whatever was open inside it.
    pub(crate) fn abandon(&mut self, depth: u32) -> Result<(), Error> {
        self.control(&format!("rollback to savepoint s{depth}"))?;
        self.control(&format!("release savepoint s{depth}"))?;
        self.depth = depth;
        self.failed = false;
        Ok(())
    }

    /// Appended to a `select` whose rows the transaction will change: locks them where writers run side by side. The one place that knows
    /// locks; SQLite has a single writer and needs none.
    pub fn lock(&self) -> &'static str {
        match self.handle {
            Handle::Lite(_) => "",
            Handle::Pg(_) => " for update",
        }
    }
    /// As [`Tx::lock`], passing over rows that others hold: how work is claimed.
    pub fn claim(&self) -> &'static str {
        match self.handle {
            Handle::Lite(_) => "",
            Handle::Pg(_) => " for update skip locked",
        }
    }

    /// True once a statement failed that no savepoint has undone: such a transaction cannot be committed.
    pub(crate) fn failed(&self) -> bool {
        self.failed
    }
    /// Whether it may have changed something.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }
    /// True once the database called this transaction a victim of others.
    pub(crate) fn was_busy(&self) -> bool {
        self.busy
    }

    fn ready<'v>(&self, sql: &str, values: &'v [&'v dyn Bind]) -> Result<Vec<Value<'v>>, Error> {
        if self.failed {
            return Err(Error::aborted());
        }
        let values: Vec<Value<'v>> = values.iter().map(|it| it.value()).collect();
        // PostgreSQL cannot hold U+0000 in a text; refused on both, before either sees it.
        if values
            .iter()
            .any(|it| matches!(it, Value::Text(text) if text.contains('\0')))
        {
            return Err(Error::Conflict(crate::Constraint::Check));
        }
        if let Some(capture) = self.capture {
            capture.note(|| Captured {
                sql: sql.to_owned(),
                values: values.iter().map(|it| it.keep()).collect(),
            });
        }
        Ok(values)
    }
    fn noted<T>(&mut self, done: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &done {
            self.failed = true;
            self.busy |= error.is_busy();
        }
        done
    }
    fn control(&mut self, sql: &str) -> Result<(), Error> {
        let done = match &mut self.handle {
            Handle::Lite(connection) => connection
                .prepare_cached(sql)
                .and_then(|mut it| it.execute([]))
                .map(|_| ())
                .map_err(Error::from),
            Handle::Pg(session) => session.client.batch_execute(sql).map_err(Error::from),
        };
        self.noted(done)
    }
}

/// The outer error is the database's, the inner one what `each` returned.
type Shown = Result<Result<(), Error>, Error>;

fn lite_rows(
    connection: &rusqlite::Connection,
    sql: &str,
    values: &[Value<'_>],
    wrote: &mut bool,
    each: &mut dyn FnMut(&Row<'_>) -> Result<bool, Error>,
) -> Shown {
    let mut statement = connection.prepare_cached(sql)?;
    *wrote |= !statement.readonly();
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        match each(&Row(Answer::Lite(row))) {
            Ok(false) => {}
            Ok(true) => break,
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

fn pg_rows(
    session: &mut Session,
    sql: &str,
    values: &[Value<'_>],
    each: &mut dyn FnMut(&Row<'_>) -> Result<bool, Error>,
) -> Shown {
    let statement = session.prepare(sql, values)?;
    count(&statement, values)?;
    let mut rows = session.client.query_raw(&statement, values)?;
    while let Some(row) = rows.next()? {
        match each(&Row(Answer::Pg(&row))) {
            Ok(false) => {}
            Ok(true) => break,
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

fn count(statement: &postgres::Statement, values: &[Value<'_>]) -> Result<(), Error> {
    if statement.params().len() == values.len() {
        Ok(())
    } else {
        Err(Error::database(format!(
            "a statement has {} parameters, {} were given",
            statement.params().len(),
            values.len()
        )))
    }
}
