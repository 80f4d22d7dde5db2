//! The thread that writes.
//!
//! Many commands share one commit, because a commit costs a disk flush and a command costs microseconds: begin; each command in its savepoint;
//! commit; then the replies. Nobody is told "done" before the flush. An error or a panic of one command undoes that command and no other.
//! If the transaction itself is gone after an error (SQLite rolls back as a whole when the disk is full), nothing of the group is acknowledged.
//!
//! Two lanes: what a person waits for goes first; each group still takes one bulk command, so that bulk work moves under load.

use super::control;
use crate::Error;
use crate::capture::Capture;
use crate::handle::{Lane, Options};
use crate::tx::Tx;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(super) struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    lanes: Mutex<Lanes>,
    arrived: Condvar,
}

#[derive(Default)]
struct Lanes {
    interactive: VecDeque<Box<dyn Command>>,
    bulk: VecDeque<Box<dyn Command>>,
    closed: bool,
}

/// A command with its caller's types hidden.
trait Command: Send {
    /// Runs inside the group's transaction and keeps its result. The error, if the command must be forgotten, is kept too.
    fn run(&mut self, tx: &mut Tx<'_>);
    /// Sends the kept result, or instead of it what happened to the group.
    fn reply(self: Box<Self>, group: Result<(), Error>);
}

struct Waiting<F, T, E> {
    work: Option<F>,
    done: Option<Result<T, E>>,
    caller: SyncSender<Result<T, E>>,
}

impl<F, T, E> Command for Waiting<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) {
        let Some(work) = self.work.take() else { return };
        self.done = Some(
            match catch_unwind(AssertUnwindSafe(|| tx.savepoint(work))) {
                Ok(done) => done,
                Err(panic) => {
                    // Whether this worked shows when the group looks at its transaction.
                    let _ = tx.abandon(0);
                    Err(Error::panicked(panic).into())
                }
            },
        );
    }
    fn reply(self: Box<Self>, group: Result<(), Error>) {
        let result = match (group, self.done) {
            // A command that failed by itself has its own reason, whatever became of the others.
            (_, Some(Err(error))) => Err(error),
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(Error::Unavailable(None).into()),
            (Err(error), _) => Err(error.into()),
        };
        // A caller that no longer waits has nobody to tell.
        let _ = self.caller.send(result);
    }
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        options: &Options,
        capture: Arc<Capture>,
    ) -> Result<Self, Error> {
        let queue = Arc::new(Queue::default());
        let group = Group {
            queue: Arc::clone(&queue),
            connection,
            capture,
            most: options.group.max(1),
            time: options.group_time,
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || group.serve())
            .map_err(|error| Error::Unavailable(Some(Box::new(error))))?;
        Ok(Self {
            queue,
            thread: Some(thread),
        })
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.lock().len()
    }

    pub(super) fn write<T, E>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (caller, answer) = sync_channel(1);
        let command = Box::new(Waiting {
            work: Some(work),
            done: None,
            caller,
        });
        let mut lanes = self.queue.lock();
        match lane {
            Lane::Interactive => lanes.interactive.push_back(command),
            Lane::Bulk => lanes.bulk.push_back(command),
        }
        drop(lanes);
        self.queue.arrived.notify_one();
        answer
            .recv()
            .unwrap_or_else(|_| Err(Error::Unavailable(None).into()))
    }
}

impl Drop for Writer {
    /// What is queued is still done; then the connection closes, which empties the log into the file.
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.arrived.notify_one();
        if let Some(thread) = self.thread.take()
            // The last handle may go down with a command, on the writer itself.
            && thread.thread().id() != std::thread::current().id()
        {
            // A panic there has been told to the callers already.
            let _ = thread.join();
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Waits until there is work; false if there never will be.
    fn wait(&self) -> bool {
        let lanes = self
            .arrived
            .wait_while(self.lock(), |it| it.is_empty() && !it.closed)
            .unwrap_or_else(PoisonError::into_inner);
        !lanes.is_empty()
    }
    /// The next command; of the slow lane only if nobody waits in the other one, or if it is `owed`.
    fn take(&self, owed: bool) -> Option<(Lane, Box<dyn Command>)> {
        let mut lanes = self.lock();
        let bulk = if owed || lanes.interactive.is_empty() {
            lanes.bulk.pop_front()
        } else {
            None
        };
        match bulk {
            Some(command) => Some((Lane::Bulk, command)),
            None => lanes
                .interactive
                .pop_front()
                .map(|it| (Lane::Interactive, it)),
        }
    }
}

impl Lanes {
    fn is_empty(&self) -> bool {
        self.interactive.is_empty() && self.bulk.is_empty()
    }
    fn len(&self) -> usize {
        self.interactive.len() + self.bulk.len()
    }
}

/// The writer's side.
struct Group {
    queue: Arc<Queue>,
    connection: Connection,
    capture: Arc<Capture>,
    most: usize,
    time: Duration,
}

impl Group {
    fn serve(self) {
        let mut owed = false;
        while self.queue.wait() {
            let mut commands = Vec::with_capacity(self.most);
            let ended = self.transaction(&mut commands, &mut owed);
            for command in commands {
                let group = match &ended {
                    Ok(()) => Ok(()),
                    Err(error) => Err(error.of_group()),
                };
                command.reply(group);
            }
        }
    }

    /// Runs a group to its commit. On an error nothing of it remains, or it is not known what does.
    fn transaction(
        &self,
        commands: &mut Vec<Box<dyn Command>>,
        owed: &mut bool,
    ) -> Result<(), Error> {
        let begun = control(&self.connection, "begin immediate");
        if begun.is_err() {
            // Tell one caller; the others are tried again.
            commands.extend(self.queue.take(false).map(|(_, it)| it));
            return begun;
        }
        let started = Instant::now();
        let mut bulk = 0;
        while commands.len() < self.most && started.elapsed() < self.time {
            let Some((lane, mut command)) = self.queue.take(*owed && bulk == 0) else {
                break;
            };
            bulk += usize::from(lane == Lane::Bulk);
            command.run(&mut Tx::lite(&self.connection, Some(&self.capture)));
            commands.push(command);
            if self.connection.is_autocommit() {
                return Err(Error::Unavailable(None));
            }
        }
        *owed = bulk == 0 && !self.queue.lock().bulk.is_empty();
        let committed = control(&self.connection, "commit");
        if committed.is_err() && !self.connection.is_autocommit() {
            // If this fails too, the next `begin` says so.
            let _ = control(&self.connection, "rollback");
        }
        committed
    }
}
