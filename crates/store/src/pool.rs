//! Connections that are kept and lent out, opened when first needed.
//!
//! Whoever runs already may take a connection before those who wait, since waking another thread costs more than most questions; but nobody
//! is passed over for longer than [`GRACE`], so a crowd of callers cannot keep one of them waiting until its patience ends.

use crate::Error;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// For so long newcomers may pass the first who waits.
const GRACE: Duration = Duration::from_millis(20);

pub(crate) struct Pool<C> {
    state: Mutex<State<C>>,
    limit: usize,
    patience: Duration,
    grace: Duration,
}

struct State<C> {
    idle: Vec<C>,
    /// Idle and lent.
    open: usize,
    /// In the order in which they came.
    waiting: VecDeque<Arc<Waiting>>,
}

struct Waiting {
    turn: Condvar,
    since: Instant,
}

impl<C> State<C> {
    fn free(&self, limit: usize) -> bool {
        !self.idle.is_empty() || self.open < limit
    }
    fn call_first(&self) {
        if let Some(first) = self.waiting.front() {
            first.turn.notify_one();
        }
    }
}

impl<C> Pool<C> {
    pub(crate) fn new(limit: usize, patience: Duration) -> Self {
        Self {
            state: Mutex::new(State {
                idle: Vec::new(),
                open: 0,
                waiting: VecDeque::new(),
            }),
            limit: limit.max(1),
            patience,
            grace: GRACE,
        }
    }

    /// Whether a connection could be lent now, and another after it, without waiting. Others may be quicker.
    pub(crate) fn has_room(&self) -> bool {
        let state = self.lock();
        let used = state.open - state.idle.len();
        state.waiting.is_empty() && used + 1 < self.limit
    }

    /// Lends a connection, waiting for one if all are lent. A thread that holds one must not ask for another: with as many such threads as
    /// connections all would wait for each other. Builds with debug assertions panic at the second.
    ///
    /// # Errors
    /// `Busy` after the pool's patience; what `open` says.
    pub(crate) fn lend(
        &self,
        open: impl FnOnce() -> Result<C, Error>,
    ) -> Result<Lent<'_, C>, Error> {
        #[cfg(debug_assertions)]
        let held = held::Held::by_this_thread(std::ptr::from_ref(self).addr());
        let mut state = self.lock();
        let passable = state
            .waiting
            .front()
            .is_none_or(|first| first.since.elapsed() < self.grace);
        if !(passable && state.free(self.limit)) {
            state = self.queue(state)?;
        }
        if let Some(connection) = state.idle.pop() {
            return Ok(Lent {
                pool: self,
                connection: Some(connection),
                #[cfg(debug_assertions)]
                held,
            });
        }
        state.open += 1;
        drop(state);
        let mut lent = Lent {
            pool: self,
            connection: None,
            #[cfg(debug_assertions)]
            held,
        };
        lent.connection = Some(open()?);
        Ok(lent)
    }

    /// Waits until this thread is the first and a connection is free.
    fn queue<'s>(
        &'s self,
        mut state: MutexGuard<'s, State<C>>,
    ) -> Result<MutexGuard<'s, State<C>>, Error> {
        let me = Arc::new(Waiting {
            turn: Condvar::new(),
            since: Instant::now(),
        });
        state.waiting.push_back(Arc::clone(&me));
        let (mut state, _) = me
            .turn
            .wait_timeout_while(state, self.patience, |it| {
                let first = it
                    .waiting
                    .front()
                    .is_some_and(|first| Arc::ptr_eq(first, &me));
                !(first && it.free(self.limit))
            })
            .unwrap_or_else(PoisonError::into_inner);
        let first = state
            .waiting
            .front()
            .is_some_and(|first| Arc::ptr_eq(first, &me));
        let served = first && state.free(self.limit);
        state.waiting.retain(|other| !Arc::ptr_eq(other, &me));
        // Whether served or gone, the next may have a turn: several connections can be free.
        let more = usize::from(served);
        if state.idle.len() > more || state.open + more < self.limit || !served {
            state.call_first();
        }
        if served { Ok(state) } else { Err(Error::Busy) }
    }

    fn lock(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Goes back when dropped, unless it was spoilt.
pub(crate) struct Lent<'p, C> {
    pool: &'p Pool<C>,
    connection: Option<C>,
    #[cfg(debug_assertions)]
    #[expect(dead_code, reason = "its end is what counts")]
    held: held::Held,
}

/// Which pools this thread holds a connection of.
#[cfg(debug_assertions)]
mod held {
    use std::cell::RefCell;

    thread_local! {
        static POOLS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) struct Held(usize);

    impl Held {
        pub(super) fn by_this_thread(pool: usize) -> Self {
            POOLS.with_borrow_mut(|pools| {
                assert!(
                    !pools.contains(&pool),
                    "a thread that holds a connection asks for another"
                );
                pools.push(pool);
            });
            Self(pool)
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            POOLS.with_borrow_mut(|pools| pools.retain(|pool| *pool != self.0));
        }
    }
}

impl<C> Lent<'_, C> {
    pub(crate) fn get(&mut self) -> Result<&mut C, Error> {
        self.connection.as_mut().ok_or(Error::Unavailable(None))
    }
    /// Not to be lent again: its state is not known.
    pub(crate) fn spoil(&mut self) {
        self.connection = None;
    }
}

impl<C> Drop for Lent<'_, C> {
    fn drop(&mut self) {
        let connection = if std::thread::panicking() {
            None
        } else {
            self.connection.take()
        };
        let mut state = self.pool.lock();
        match connection {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        state.call_first();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn pool(limit: usize, patience: Duration, grace: Duration) -> Pool<u8> {
        Pool {
            grace,
            ..Pool::new(limit, patience)
        }
    }

    /// Spins until as many wait as the test needs.
    fn until_waiting(pool: &Pool<u8>, count: usize) {
        while pool.lock().waiting.len() < count {
            std::thread::yield_now();
        }
    }

    #[test]
    fn those_who_wait_are_served_in_the_order_in_which_they_came() {
        let pool = pool(1, Duration::from_secs(60), Duration::ZERO);
        let held = pool.lend(|| Ok(1)).unwrap();
        let (served, order) = mpsc::channel();
        std::thread::scope(|scope| {
            for nth in 0..8_usize {
                let (pool, served) = (&pool, served.clone());
                scope.spawn(move || {
                    let lent = pool.lend(|| Ok(2)).unwrap();
                    served.send(nth).unwrap();
                    drop(lent);
                });
                until_waiting(pool, nth + 1);
            }
            drop(held);
        });
        drop(served);
        assert_eq!(
            order.into_iter().collect::<Vec<_>>(),
            (0..8).collect::<Vec<_>>()
        );
        assert_eq!(pool.lock().open, 1);
    }

    #[test]
    fn nobody_passes_one_who_has_waited_longer_than_the_grace() {
        let pool = pool(1, Duration::from_secs(60), Duration::ZERO);
        let held = pool.lend(|| Ok(1)).unwrap();
        let (served, order) = mpsc::channel();
        std::thread::scope(|scope| {
            let (one, first) = (&pool, served.clone());
            scope.spawn(move || {
                let _lent = one.lend(|| Ok(2)).unwrap();
                first.send("waited").unwrap();
            });
            until_waiting(&pool, 1);
            drop(held);
            let _lent = pool.lend(|| Ok(3)).unwrap();
            served.send("newcomer").unwrap();
        });
        assert_eq!(order.recv().unwrap(), "waited");
        assert_eq!(order.recv().unwrap(), "newcomer");
    }

    #[test]
    fn whoever_loses_patience_leaves_the_queue_to_the_others() {
        let pool = pool(1, Duration::ZERO, Duration::ZERO);
        let held = pool.lend(|| Ok(1)).unwrap();
        let another = std::thread::scope(|scope| {
            let asked = scope.spawn(|| matches!(pool.lend(|| Ok(2)), Err(Error::Busy)));
            asked.join().unwrap()
        });
        assert!(another);
        assert!(pool.lock().waiting.is_empty());
        drop(held);
        assert!(pool.lend(|| Ok(2)).is_ok());
    }

    #[test]
    #[should_panic(expected = "asks for another")]
    fn a_thread_that_holds_one_and_asks_for_another_is_told_while_it_is_developed() {
        let pool = pool(2, Duration::ZERO, GRACE);
        let _held = pool.lend(|| Ok(1));
        let _second = pool.lend(|| Ok(2));
    }

    #[test]
    fn a_connection_that_does_not_open_leaves_its_place_free() {
        let pool = pool(1, Duration::ZERO, GRACE);
        assert!(matches!(pool.lend(|| Err(Error::Full)), Err(Error::Full)));
        assert!(pool.lend(|| Ok(1)).is_ok());
    }
}
