//! Connections that are kept and lent out, opened when first needed.

use crate::Error;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

pub(crate) struct Pool<C> {
    state: Mutex<State<C>>,
    returned: Condvar,
    limit: usize,
    patience: Duration,
}

struct State<C> {
    idle: Vec<C>,
    /// Idle and lent.
    open: usize,
}

impl<C> Pool<C> {
    pub(crate) fn new(limit: usize, patience: Duration) -> Self {
        Self {
            state: Mutex::new(State {
                idle: Vec::new(),
                open: 0,
            }),
            returned: Condvar::new(),
            limit: limit.max(1),
            patience,
        }
    }

    /// Lends a connection, waiting for one if all are lent. A thread that holds one must not ask for another.
    ///
    /// # Errors
    /// `Busy` after the pool's patience; what `open` says.
    pub(crate) fn lend(
        &self,
        open: impl FnOnce() -> Result<C, Error>,
    ) -> Result<Lent<'_, C>, Error> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = self
            .returned
            .wait_timeout_while(state, self.patience, |it| {
                it.idle.is_empty() && it.open >= self.limit
            })
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = state.idle.pop() {
            return Ok(Lent {
                pool: self,
                connection: Some(connection),
            });
        }
        if state.open >= self.limit {
            return Err(Error::Busy);
        }
        state.open += 1;
        drop(state);
        let mut lent = Lent {
            pool: self,
            connection: None,
        };
        lent.connection = Some(open()?);
        Ok(lent)
    }
}

/// Goes back when dropped, unless it was spoilt.
pub(crate) struct Lent<'p, C> {
    pool: &'p Pool<C>,
    connection: Option<C>,
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
        let mut state = self
            .pool
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match connection {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}
