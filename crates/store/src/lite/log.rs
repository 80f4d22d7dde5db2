//! The write-ahead log goes back into the file beside the writer, and not in its way.
//!
//! Copying a long log takes a tenth of a second and more, most of it the disk's. A thread with a connection of its own copies what there is while
//! others go on writing; when little is left the writer copies the rest at its next commit, and the log begins anew with the one after.
//! A reader that stays on an old snapshot only puts that off: the log grows meanwhile, and nobody waits. Without the thread, as when the
//! system gives no more of them, the writer copies everything itself, as SQLite does by default.

use super::tune;
use crate::Error;
use crate::handle::Options;
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// The thread copies so often before it leaves the rest to the writer.
const PASSES: usize = 4;

pub(super) struct Log(Arc<Shared>);

struct Shared {
    file: PathBuf,
    options: Options,
    state: Mutex<State>,
    wanted: Condvar,
}

struct State {
    phase: Phase,
    /// Pages in the log after the last commit.
    pages: i32,
    /// With so many it is looked at again.
    next: i32,
    closed: bool,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    /// The thread is at it.
    Copying,
    /// The rest is the writer's.
    Copied,
    /// There is no thread.
    Alone,
}

impl Log {
    /// Follows the log of the connection that writes. Nothing is started before the log is long.
    pub(super) fn follow(
        connection: &mut Connection,
        file: &Path,
        options: &Options,
    ) -> Result<Self, Error> {
        let shared = Arc::new(Shared {
            file: file.to_owned(),
            options: options.clone(),
            state: Mutex::new(State {
                phase: Phase::Idle,
                pages: 0,
                next: options.log_pages,
                closed: false,
                thread: None,
            }),
            wanted: Condvar::new(),
        });
        let told = Arc::clone(&shared);
        connection.wal_hook(Some(move |wal: &mut Wal, pages| {
            // The commit stands, whatever comes of this.
            told.grew(wal, pages);
            Ok(())
        }))?;
        Ok(Self(shared))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let thread = {
            let mut state = self.0.lock();
            state.closed = true;
            state.thread.take()
        };
        self.0.wanted.notify_one();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// At each commit, on the thread and the connection that committed.
    fn grew(self: &Arc<Self>, wal: &mut Wal, pages: i32) {
        let mut state = self.lock();
        if pages < state.pages {
            state.next = self.options.log_pages;
        }
        state.pages = pages;
        let rest = state.phase == Phase::Copied;
        if !rest && pages < state.next {
            return;
        }
        match state.phase {
            Phase::Copying => {}
            Phase::Idle => {
                state.phase = Phase::Copying;
                if state.thread.is_some() {
                    self.wanted.notify_one();
                } else if !state.closed {
                    self.begin(&mut state);
                }
            }
            Phase::Copied | Phase::Alone => {
                // What another holds up is tried again when the log has grown.
                let _ = wal.checkpoint();
                if rest {
                    state.phase = Phase::Idle;
                }
                state.next = pages.saturating_add(self.options.log_pages / 4);
            }
        }
    }

    fn begin(self: &Arc<Self>, state: &mut State) {
        let copier = Arc::clone(self);
        let begun = std::thread::Builder::new()
            .name("store-log".into())
            .spawn(move || {
                if copier.copy().is_err() {
                    copier.lock().phase = Phase::Alone;
                }
            });
        match begun {
            Ok(thread) => state.thread = Some(thread),
            Err(_) => state.phase = Phase::Alone,
        }
    }

    fn copy(&self) -> Result<(), Error> {
        let connection = Connection::open(&self.file)?;
        tune(&connection, self.options.patience)?;
        let synchronous = if self.options.durable { "full" } else { "off" };
        connection.execute_batch(&format!(
            "pragma synchronous = {synchronous}; pragma fullfsync = on; pragma checkpoint_fullfsync = on; pragma wal_autocheckpoint = 0"
        ))?;
        loop {
            let state = self
                .wanted
                .wait_while(self.lock(), |it| it.phase != Phase::Copying && !it.closed)
                .unwrap_or_else(PoisonError::into_inner);
            let (mut pages, mut closed) = (state.pages, state.closed);
            drop(state);
            for _ in 0..PASSES {
                if closed {
                    return Ok(());
                }
                connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()))?;
                let state = self.lock();
                let grown = state.pages - pages;
                (pages, closed) = (state.pages, state.closed);
                if grown < self.options.log_pages / 8 {
                    break;
                }
            }
            let mut state = self.lock();
            if state.phase == Phase::Copying {
                state.phase = Phase::Copied;
            }
        }
    }
}
