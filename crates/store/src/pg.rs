//! PostgreSQL: a pool of connections, each command its own transaction on the calling thread.
//!
//! Writes run at `read committed` and rest on the `version` column; questions at `repeatable read, read only`. Nothing here asks for more, so that
//! the same commands run on a distributed PostgreSQL. No advisory lock and no session setting matters to a statement of the product.

use crate::Error;
use crate::capture::Capture;
use crate::handle::Options;
use crate::migrate;
use crate::pool::{Lent, Pool};
use crate::tx::{Session, Tx};
use postgres::{Client, Config, NoTls};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// The oldest server that is tested.
const OLDEST: i64 = 150_000;

pub(crate) struct Pg {
    config: Config,
    pool: Pool<Session>,
    patience: Duration,
    capture: Capture,
}

impl Pg {
    pub(crate) fn open(url: &str, options: &Options) -> Result<Self, Error> {
        let mut config: Config = url.parse()?;
        config
            .application_name("guanjia")
            .connect_timeout(options.patience);
        let pg = Self {
            config,
            pool: Pool::new(options.connections, options.patience),
            patience: options.patience,
            capture: Capture::default(),
        };
        let mut lent = pg.lend()?;
        let client = &mut lent.get()?.client;
        suitable(client)?;
        migrate::pg(client)?;
        drop(lent);
        Ok(pg)
    }

    /// Also tells whether the database called the command a victim of others.
    pub(crate) fn write<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, bool) {
        let mut busy = false;
        let done = self.transaction("begin", "commit", Some(&self.capture), &mut busy, work);
        (done, busy)
    }

    pub(crate) fn read<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begin = "begin isolation level repeatable read, read only";
        self.transaction(begin, "rollback", None, &mut false, work)
    }

    pub(crate) fn capture(&self) -> &Capture {
        &self.capture
    }

    fn transaction<T, E: From<Error>>(
        &self,
        begin: &str,
        end: &str,
        capture: Option<&Capture>,
        busy: &mut bool,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut lent = self.lend()?;
        let session = lent.get()?;
        session.client.batch_execute(begin).map_err(Error::from)?;
        let mut tx = Tx::pg(session, capture);
        let done = match catch_unwind(AssertUnwindSafe(|| work(&mut tx))) {
            // PostgreSQL answers a commit of a failed transaction with a quiet rollback.
            Ok(Ok(_)) if tx.failed() => Err(Error::aborted().into()),
            Ok(done) => done,
            Err(panic) => Err(Error::panicked(panic).into()),
        };
        *busy = tx.was_busy();
        let end = if done.is_ok() { end } else { "rollback" };
        match (session.client.batch_execute(end).map_err(Error::from), done) {
            (Ok(()), done) => done,
            (Err(_), Err(error)) => {
                lent.spoil();
                Err(error)
            }
            (Err(error), Ok(_)) => {
                *busy = error.is_busy();
                lent.spoil();
                Err(error.into())
            }
        }
    }

    /// A connection that was alive a moment ago; those the server closed are left behind.
    fn lend(&self) -> Result<Lent<'_, Session>, Error> {
        loop {
            let mut lent = self.pool.lend(|| self.connect())?;
            if !lent.get()?.client.is_closed() {
                return Ok(lent);
            }
            lent.spoil();
        }
    }

    fn connect(&self) -> Result<Session, Error> {
        let mut client = self.config.connect(NoTls)?;
        client.batch_execute(&format!("set lock_timeout = {}", self.patience.as_millis()))?;
        Ok(Session::new(client))
    }
}

/// What SQLite gives by nature and PostgreSQL only if it was set up so: the order of bytes, and UTF-8.
fn suitable(client: &mut Client) -> Result<(), Error> {
    let row = client.query_one(
        "select current_setting('server_version_num')::bigint, pg_encoding_to_char(encoding)::text, datcollate::text
         from pg_database where datname = current_database()",
        &[],
    )?;
    let (version, encoding, collation): (i64, String, String) =
        (row.get(0), row.get(1), row.get(2));
    if version < OLDEST {
        return Err(Error::Unsuitable(format!(
            "PostgreSQL 15 or later is needed, this is {version}"
        )));
    }
    if encoding != "UTF8" {
        return Err(Error::Unsuitable(format!(
            "the encoding is {encoding}; create the database with ENCODING 'UTF8'"
        )));
    }
    if !matches!(collation.as_str(), "C" | "POSIX" | "C.UTF-8" | "C.utf8") {
        return Err(Error::Unsuitable(format!(
            "the collation is {collation}; create the database with LC_COLLATE 'C' TEMPLATE template0"
        )));
    }
    Ok(())
}
