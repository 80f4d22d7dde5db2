//! What changed, told to whoever listens: boards, lists, other processes on the same database.
//!
//! A command notes the records that it changed once it is durable; every quarter of a second or so what was noted is written down under the
//! next number of its unit, many records together, so that listening costs a step nothing. A listener goes on after the number that it
//! heard last. What is told is a hint to look again and no record of anything: if a process dies, what it had noted is not told, and a
//! board hears of it with its next question.

use crate::error::Error;
use crate::office::Office;
use domain::access::own_work;
use domain::id::{RecordId, UnitId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use store::{Lane, change};

/// How long what was told is kept, in microseconds: an hour.
const KEPT: i64 = 3_600_000_000;
/// Records told together.
const TOGETHER: usize = 500;

/// Changes that are not written down yet.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    listening: AtomicBool,
    noted: Mutex<BTreeMap<UnitId, BTreeSet<RecordId>>>,
}

impl Changes {
    pub(crate) fn note(&self, unit: UnitId, records: Vec<RecordId>) {
        if records.is_empty() || !self.listening.load(Ordering::Relaxed) {
            return;
        }
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.entry(unit).or_default().extend(records);
    }
    fn take(&self) -> BTreeMap<UnitId, BTreeSet<RecordId>> {
        std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Changes of a unit under one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub seq: i64,
    pub records: Vec<RecordId>,
}

impl Office {
    /// Begins to note what changes.
    pub fn listen(&self) {
        self.changes().listening.store(true, Ordering::Relaxed);
    }

    /// Writes down what was noted since the last time; the units that something changed in.
    ///
    /// # Errors
    /// A database that cannot be written; what was noted is then lost.
    pub fn tell(&self) -> Result<Vec<UnitId>, Error> {
        let noted = self.changes().take();
        let mut told = Vec::new();
        for (unit, records) in noted {
            let records: Vec<RecordId> = records.into_iter().collect();
            let at = self.clock().now();
            let docs: Vec<String> = records
                .chunks(TOGETHER)
                .map(|records| serde_json::to_string(records).unwrap_or_default())
                .collect();
            self.write(&own_work(), Lane::Bulk, move |tx| {
                for doc in &docs {
                    change::append(tx, unit, at, doc)?;
                }
                change::forget(tx, unit, at.plus_micros(-KEPT))?;
                Ok::<_, store::Error>(())
            })?;
            told.push(unit);
        }
        Ok(told)
    }

    /// The last number told of a unit; 0 before the first.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn last_told(&self, unit: UnitId) -> Result<i64, Error> {
        let span = self.read(|tx| change::span(tx, unit))?;
        Ok(span.map_or(0, |(_, last)| last))
    }

    /// What was told of a unit after a number; `None` if that is no longer known and the listener must look at everything again.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn told_after(&self, unit: UnitId, seq: i64) -> Result<Option<Vec<Told>>, Error> {
        let (span, told) = self.read(|tx| {
            let span = change::span(tx, unit)?;
            Ok::<_, store::Error>((span, change::after(tx, unit, seq, 100)?))
        })?;
        let known = match span {
            None => seq == 0,
            Some((first, last)) => first <= seq + 1 && seq <= last,
        };
        if !known {
            return Ok(None);
        }
        let told = told
            .into_iter()
            .map(|told| {
                Ok(Told {
                    seq: told.seq,
                    records: serde_json::from_str(&told.doc).map_err(store::Error::database)?,
                })
            })
            .collect::<Result<_, store::Error>>()?;
        Ok(Some(told))
    }
}
