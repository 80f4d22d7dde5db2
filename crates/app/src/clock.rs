//! The one place that asks what time it is, and that makes ids.

use domain::id::{ImportId, RecordId, SessionId, UnitId};
use domain::time::Instant;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// Where instants and ids come from. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Set(Arc<Set>),
}

/// A clock that stands where it is set, with ids that follow from their number: the same run makes the same database.
#[derive(Debug)]
struct Set {
    micros: AtomicI64,
    made: AtomicU64,
}

impl Clock {
    /// The machine's.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// One that stands at an instant until it is set again, for demos, simulations and tests.
    pub fn standing_at(at: Instant) -> Self {
        Self(Source::Set(Arc::new(Set {
            micros: AtomicI64::new(at.micros()),
            made: AtomicU64::new(0),
        })))
    }

    /// Sets a clock that stands; the machine's is not moved.
    pub fn set(&self, at: Instant) {
        if let Source::Set(set) = &self.0 {
            set.micros.store(at.micros(), Ordering::SeqCst);
        }
    }

    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System => system_now(),
            Source::Set(set) => Instant::from_micros(set.micros.load(Ordering::SeqCst)),
        }
    }

    fn id(&self) -> Uuid {
        match &self.0 {
            Source::System => Uuid::now_v7(),
            Source::Set(set) => {
                let number = set.made.fetch_add(1, Ordering::SeqCst);
                let millis = u64::try_from(set.micros.load(Ordering::SeqCst) / 1000).unwrap_or(0);
                let mut random = [0; 10];
                random[2..].copy_from_slice(&number.to_be_bytes());
                uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
            }
        }
    }
    /// A text that nobody can guess: 40 hex digits from four random ids.
    pub fn secret(&self) -> String {
        let mut sha = Sha256::new();
        for _ in 0..4 {
            sha.update(Uuid::now_v7().as_bytes());
        }
        sha.finalize()
            .iter()
            .take(20)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
    pub fn record_id(&self) -> RecordId {
        RecordId::from_uuid(self.id())
    }
    pub fn unit_id(&self) -> UnitId {
        UnitId::from_uuid(self.id())
    }
    pub fn session_id(&self) -> SessionId {
        SessionId::from_uuid(self.id())
    }
    pub fn import_id(&self) -> ImportId {
        ImportId::from_uuid(self.id())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that may ask what time it is"
)]
fn system_now() -> Instant {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
