//! What a connection has read since anybody's last commit, kept for whoever asks the same next.
//!
//! SQLite tells a connection whether another one has committed since it last asked (`pragma data_version`), this process or any other, so what
//! is kept is as true as the snapshot in which it is used. It is for small answers that nearly every request needs and hardly any changes: who the
//! caller is, how his unit stands, what a place is called. A transaction that writes keeps nothing, and neither does PostgreSQL, which
//! tells nothing of the kind.

use std::any::Any;
use std::collections::HashMap;

/// Answers kept; beyond it memory starts afresh.
const MOST: usize = 8_192;

/// Which answer: of what, and what was asked.
type Key = (&'static str, Box<[u8]>);

#[derive(Default)]
pub(crate) struct Memo {
    version: Option<i64>,
    kept: HashMap<Key, Box<dyn Any + Send>>,
}

impl Memo {
    /// Begins a snapshot of this version: what was read of another is forgotten.
    pub(crate) fn begin(&mut self, version: i64) {
        if self.version != Some(version) {
            self.kept.clear();
            self.version = Some(version);
        }
    }

    pub(crate) fn get<T: Clone + 'static>(&self, key: &Key) -> Option<T> {
        self.kept.get(key)?.downcast_ref().cloned()
    }

    pub(crate) fn keep<T: Send + 'static>(&mut self, key: Key, found: T) {
        if self.kept.len() >= MOST {
            self.kept.clear();
        }
        self.kept.insert(key, Box::new(found));
    }
}
