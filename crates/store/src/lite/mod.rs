//! SQLite, embedded: one writer thread, readers that never wait for it.
//!
//! WAL with `synchronous=FULL`: a commit that returned survives a power cut. Checkpoints are rare because each one writes every page that
//! changed since the last; what limits writing is pages, not statements. They run beside the writer (`log`).

mod log;
mod statistics;
mod writer;

use crate::Error;
use crate::capture::Capture;
use crate::handle::{Lane, Options};
use crate::memo::Memo;
use crate::migrate;
use crate::pool::Pool;
use crate::tx::{STATEMENTS, Tx};
use log::Log;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use writer::Writer;

/// What the log's file keeps of the disk once it has begun anew: 128 MiB.
const LOG_KEEPS: u32 = 128 << 20;
/// Kibibytes of pages the writer keeps, negative as SQLite wants it.
const WRITER_CACHE: i32 = -32_768;
const READER_CACHE: i32 = -4_096;

/// A connection that reads, with what it remembers.
struct Reader {
    connection: Connection,
    memo: Memo,
}

pub(crate) struct Lite {
    file: PathBuf,
    readers: Pool<Reader>,
    patience: Duration,
    prepared: bool,
    capture: Arc<Capture>,
    /// What readers ask.
    reads: Box<Capture>,
    writer: Writer,
    /// Behind the writer, which tells it of each commit: fields go in this order.
    _log: Log,
}

impl Lite {
    pub(crate) fn open(file: &Path, options: &Options) -> Result<Self, Error> {
        let mut connection = Connection::open(file)?;
        tune(&connection, options.patience)?;
        let mode: String =
            connection.query_row("pragma journal_mode = wal", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(Error::Unsuitable(format!(
                "{} cannot be used with a write-ahead log (journal mode {mode})",
                file.display()
            )));
        }
        let synchronous = if options.durable { "full" } else { "off" };
        connection.execute_batch(&format!(
            "pragma synchronous = {synchronous}; pragma fullfsync = on; pragma checkpoint_fullfsync = on;
             pragma cache_size = {WRITER_CACHE}; pragma journal_size_limit = {LOG_KEEPS}"
        ))?;
        if let Some(pages) = options.max_pages {
            connection.execute_batch(&format!("pragma max_page_count = {pages}"))?;
        }
        migrate::lite(&mut connection)?;
        statistics::tell(&mut connection)?;
        let log = Log::follow(&mut connection, file, options)?;
        let capture = Arc::new(Capture::default());
        Ok(Self {
            file: file.to_owned(),
            readers: Pool::new(options.connections, options.patience),
            patience: options.patience,
            prepared: options.prepared,
            writer: Writer::start(connection, options, Arc::clone(&capture))?,
            capture,
            reads: Box::default(),
            _log: log,
        })
    }

    pub(crate) fn write<T, E>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.writer.write(lane, work)
    }

    /// As [`Lite::write`], of work that may be run again after it has failed.
    pub(crate) fn repeat<T, E>(
        &self,
        lane: Lane,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.writer.repeat(lane, work)
    }

    pub(crate) fn read<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = self.readers.lend(|| self.reader())?;
        let Reader { connection, memo } = lent.get()?;
        let connection = &*connection;
        control(connection, "begin")?;
        memo.begin(version(connection)?);
        let mut tx = Tx::keeping(connection, Some(&self.reads), memo);
        let done = match catch_unwind(AssertUnwindSafe(|| work(&mut tx))) {
            Ok(Ok(_)) if tx.failed() => Err(Error::aborted().into()),
            Ok(done) => done,
            Err(panic) => Err(Error::panicked(panic).into()),
        };
        if control(connection, "rollback").is_err() {
            lent.spoil();
        }
        done
    }

    pub(crate) fn has_room(&self) -> bool {
        self.readers.has_room()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub(crate) fn would_wait(&self) -> bool {
        self.prepared || self.writer.is_busy()
    }

    pub(crate) fn capture(&self) -> &Capture {
        &self.capture
    }
    pub(crate) fn reads(&self) -> &Capture {
        &self.reads
    }

    fn reader(&self) -> Result<Reader, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        tune(&connection, self.patience)?;
        connection.execute_batch(&format!(
            "pragma query_only = on; pragma cache_size = {READER_CACHE}"
        ))?;
        Ok(Reader {
            connection,
            memo: Memo::default(),
        })
    }
}

fn tune(connection: &Connection, patience: Duration) -> Result<(), Error> {
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else a statement with an equation that no index covers is planned anew for every value that is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Savepoints keep the pages they would restore in a temporary file unless told to keep them in memory.
    connection.execute_batch(
        "pragma foreign_keys = on; pragma temp_store = memory; pragma trusted_schema = off",
    )?;
    Ok(())
}

/// A statement of the store's own: `begin`, `commit`, `rollback`.
fn control(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Of the snapshot, which begins with it: another number than last time says that somebody else has committed.
fn version(connection: &Connection) -> Result<i64, Error> {
    let mut asked = connection.prepare_cached("pragma data_version")?;
    Ok(asked.query_row([], |row| row.get(0))?)
}
