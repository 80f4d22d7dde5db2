//! One writes at a time: the caller itself if nobody else does, or a thread that takes what has gathered meanwhile.
//!
//! A caller that finds the connection free, and no crowd at it, writes on its own thread, and whoever comes while it does shares its commit:
//! handing a command to another thread and being woken by it costs more than most commands do. Whoever leaves work behind wakes the thread
//! that writes.
//!
//! Many commands share one commit, because a commit costs a disk flush and a command costs microseconds: begin; the commands; commit; then
//! the replies. Nobody is told "done" before the flush. An error or a panic of one command undoes that command and no other.
//! If the transaction itself is gone after an error (SQLite rolls back as a whole when the disk is full), nothing of the group is acknowledged.
//!
//! A savepoint of its own makes SQLite keep a copy of every page that the command changes. Commands that can be run anew do without: a
//! stretch of them has one savepoint together. One that is refused has mostly written nothing yet and leaves nothing behind; if it has, the
//! stretch is undone and each of its commands is run again in a savepoint of its own.
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
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(super) struct Writer {
    queue: Arc<Queue>,
    group: Arc<Mutex<Group>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    lanes: Mutex<Lanes>,
    arrived: Condvar,
    /// Whether a group is being written.
    writing: AtomicBool,
}

#[derive(Default)]
struct Lanes {
    interactive: VecDeque<Box<dyn Command>>,
    bulk: VecDeque<Box<dyn Command>>,
    closed: bool,
}

/// A command with its caller's types hidden.
trait Command: Send {
    /// Runs inside the group's transaction in a savepoint of its own and keeps its result, an error too.
    fn run(&mut self, tx: &mut Tx<'_>);
    /// Runs without a savepoint and keeps its result; false if it failed and has left something behind.
    fn run_bare(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Whether it may be run without a savepoint, and once more if that went wrong.
    fn is_repeatable(&self) -> bool;
    /// Sends the kept result, or instead of it what happened to the group.
    fn reply(self: Box<Self>, group: Result<(), Error>);
}

struct Waiting<F, T, E> {
    work: F,
    repeatable: bool,
    done: Option<Result<T, E>>,
    caller: SyncSender<Result<T, E>>,
}

impl<F, T, E> Command for Waiting<F, T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) {
        let work = &mut self.work;
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
    fn run_bare(&mut self, tx: &mut Tx<'_>) -> bool {
        let work = &mut self.work;
        let done = match catch_unwind(AssertUnwindSafe(|| work(tx))) {
            Ok(Ok(_)) if tx.failed() => Err(Error::aborted().into()),
            Ok(done) => done,
            Err(panic) => Err(Error::panicked(panic).into()),
        };
        let clean = done.is_ok() || !tx.wrote();
        self.done = Some(done);
        clean
    }
    fn is_repeatable(&self) -> bool {
        self.repeatable
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
        let group = Arc::new(Mutex::new(Group {
            queue: Arc::clone(&queue),
            connection,
            capture,
            most: options.group.max(1),
            time: options.group_time,
            owed: false,
            crowded: false,
        }));
        let (waits, writes) = (Arc::clone(&queue), Arc::clone(&group));
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                while waits.wait() {
                    lock(&writes).serve();
                }
            })
            .map_err(|error| Error::Unavailable(Some(Box::new(error))))?;
        Ok(Self {
            queue,
            group,
            thread: Some(thread),
        })
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.lock().len()
    }

    /// Whether somebody writes now or waits for it. It does not try the connection's lock: whoever comes in that moment would take the one who
    /// asks for one who writes, leave his command to him, and wait for good.
    pub(super) fn is_busy(&self) -> bool {
        self.queue.writing.load(Ordering::Relaxed) || self.waiting() > 0
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
        let mut work = Some(work);
        let once = move |tx: &mut Tx<'_>| match work.take() {
            Some(work) => work(tx),
            None => Err(Error::Unavailable(None).into()),
        };
        self.queue(lane, once, false)
    }

    /// `work` may be run again after it has failed; bulk work is too long for that.
    pub(super) fn repeat<T, E>(
        &self,
        lane: Lane,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.queue(lane, work, lane == Lane::Interactive)
    }

    fn queue<T, E>(
        &self,
        lane: Lane,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        repeatable: bool,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (caller, answer) = sync_channel(1);
        let command = Box::new(Waiting {
            work,
            repeatable,
            done: None,
            caller,
        });
        let mut lanes = self.queue.lock();
        match lane {
            Lane::Interactive => lanes.interactive.push_back(command),
            Lane::Bulk => lanes.bulk.push_back(command),
        }
        drop(lanes);
        self.lead();
        answer
            .recv()
            .unwrap_or_else(|_| Err(Error::Unavailable(None).into()))
    }
}

impl Writer {
    /// Writes on this thread unless another writes, who then looks for what came meanwhile once he is done.
    fn lead(&self) {
        let mut group = match self.group.try_lock() {
            Ok(group) => group,
            Err(TryLockError::Poisoned(group)) => group.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        // Whoever wrote before may have taken this one along. In a crowd the thread's waking gathers those who would else wait for a commit
        // that has only one command.
        if !group.crowded && !self.queue.lock().is_empty() {
            group.once();
        }
        drop(group);
        // After letting go, not before: whoever was turned away had put his command here by then.
        if !self.queue.lock().is_empty() {
            self.queue.arrived.notify_one();
        }
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

fn lock(group: &Mutex<Group>) -> MutexGuard<'_, Group> {
    group.lock().unwrap_or_else(PoisonError::into_inner)
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

/// The writer's side; whoever has it locked writes.
struct Group {
    queue: Arc<Queue>,
    connection: Connection,
    capture: Arc<Capture>,
    most: usize,
    time: Duration,
    /// Whether the next group begins with a bulk command, which the last one had no room for.
    owed: bool,
    /// Whether several shared the last commit.
    crowded: bool,
}

impl Group {
    /// Writes until nothing waits.
    fn serve(&mut self) {
        while !self.queue.lock().is_empty() {
            self.once();
        }
    }

    /// Writes one group and answers its callers.
    fn once(&mut self) {
        let mut commands = Vec::new();
        let mut owed = self.owed;
        self.queue.writing.store(true, Ordering::Relaxed);
        let ended = self.transaction(&mut commands, &mut owed);
        self.owed = owed;
        self.crowded = commands.len() > 1;
        self.queue.writing.store(false, Ordering::Relaxed);
        for command in commands {
            let group = match &ended {
                Ok(()) => Ok(()),
                Err(error) => Err(error.of_group()),
            };
            command.reply(group);
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
        let done = self.commands(commands, owed);
        let ended = done.and_then(|()| control(&self.connection, "commit"));
        if ended.is_err() && !self.connection.is_autocommit() {
            // If this fails too, the next `begin` says so.
            let _ = control(&self.connection, "rollback");
        }
        ended
    }

    /// Runs commands until there are enough, none waits, or time is up.
    fn commands(&self, commands: &mut Vec<Box<dyn Command>>, owed: &mut bool) -> Result<(), Error> {
        let started = Instant::now();
        let mut bulk = 0;
        // Where the stretch of commands without savepoints of their own began; one that begins the group is undone with the transaction.
        let mut stretch = None;
        let mut bare = true;
        while commands.len() < self.most && started.elapsed() < self.time {
            let Some((lane, mut command)) = self.queue.take(*owed && bulk == 0) else {
                break;
            };
            bulk += usize::from(lane == Lane::Bulk);
            let mut tx = Tx::lite(&self.connection, Some(&self.capture));
            let mut clean = true;
            if bare && command.is_repeatable() {
                if stretch.is_none() {
                    if !commands.is_empty() {
                        control(&self.connection, "savepoint stretch")?;
                    }
                    stretch = Some(commands.len());
                }
                clean = command.run_bare(&mut tx);
            } else {
                if stretch.take().is_some_and(|from| from > 0) {
                    control(&self.connection, "release savepoint stretch")?;
                }
                command.run(&mut tx);
            }
            commands.push(command);
            if self.connection.is_autocommit() {
                return Err(Error::Unavailable(None));
            }
            if !clean {
                // Whoever else fails in this group shall not cost the others a second time.
                bare = false;
                self.again(commands, stretch.take().unwrap_or(0))?;
            }
        }
        *owed = bulk == 0 && !self.queue.lock().bulk.is_empty();
        Ok(())
    }

    /// Undoes the stretch and runs its commands again, each in a savepoint of its own.
    fn again(&self, commands: &mut [Box<dyn Command>], from: usize) -> Result<(), Error> {
        let undo = match from {
            0 => ["rollback", "begin immediate"],
            _ => ["rollback to savepoint stretch", "release savepoint stretch"],
        };
        for sql in undo {
            control(&self.connection, sql)?;
        }
        for command in &mut commands[from..] {
            command.run(&mut Tx::lite(&self.connection, Some(&self.capture)));
            if self.connection.is_autocommit() {
                return Err(Error::Unavailable(None));
            }
        }
        Ok(())
    }
}
