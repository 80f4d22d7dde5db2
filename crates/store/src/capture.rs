//! Which statements ran, for the bench that runs the very same ones on a bare connection.

use crate::tx::Captured;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(crate) struct Capture {
    on: AtomicBool,
    statements: Mutex<Vec<Captured>>,
}

impl Capture {
    pub(crate) fn note(&self, statement: impl FnOnce() -> Captured) {
        if self.on.load(Ordering::Acquire) {
            self.statements
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(statement());
        }
    }
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<Captured>) {
        self.on.store(true, Ordering::Release);
        let done = work();
        self.on.store(false, Ordering::Release);
        let statements = std::mem::take(
            &mut *self
                .statements
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        (done, statements)
    }
}
