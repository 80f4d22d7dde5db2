//! Rows of several files brought into the order of a key, in constant memory.
//!
//! Up to `HELD` bytes are sorted in memory; more are written as sorted runs to scratch files and merged. Equal keys keep the order in
//! which the rows were put in, so a source's own order survives (S4.8).

use super::spool::{SpoolReader, SpoolWriter};
use super::{Row, SourceError};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Bytes of rows held in memory before a run is written.
pub const HELD: usize = 48 << 20;
/// Runs merged at once; more are merged into one first, so that few files are open.
const RUNS: usize = 48;

/// What rows are ordered by.
pub type Key = (String, OrderKey);

/// The order within one key: numbers before texts, each in its own order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderKey {
    Number(i64),
    Text(String),
}

impl OrderKey {
    /// A whole number counts as one; anything else is text, which puts ISO times in order.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        text.parse()
            .map_or_else(|_| Self::Text(text.to_string()), Self::Number)
    }
}

/// Where a row's key stands.
#[derive(Clone, Copy, Debug)]
pub struct By {
    pub key: usize,
    pub order: Option<usize>,
}

impl By {
    fn of(self, row: &Row) -> Key {
        let order = match self.order {
            Some(index) => OrderKey::of(row.cell(index)),
            None => OrderKey::Number(0),
        };
        (row.cell(self.key).trim().to_string(), order)
    }
}

/// Takes rows in, and gives them back in order.
pub struct Sorter {
    by: By,
    held: Vec<(Key, Row)>,
    bytes: usize,
    limit: usize,
    runs: Vec<SpoolReader>,
}

impl Sorter {
    pub fn new(by: By) -> Self {
        Self::with_limit(by, HELD)
    }
    /// With another amount of memory.
    pub fn with_limit(by: By, limit: usize) -> Self {
        Self {
            by,
            held: Vec::new(),
            bytes: 0,
            limit,
            runs: Vec::new(),
        }
    }

    pub fn put(&mut self, row: Row) -> Result<(), SourceError> {
        self.bytes += row.text.len() + row.ends.len() * 4 + 128;
        self.held.push((self.by.of(&row), row));
        if self.bytes >= self.limit {
            self.write_run()?;
        }
        Ok(())
    }

    fn write_run(&mut self) -> Result<(), SourceError> {
        // Stable: equal keys stay as they came.
        self.held.sort_by(|a, b| a.0.cmp(&b.0));
        let mut run = SpoolWriter::new()?;
        for (_, row) in self.held.drain(..) {
            run.write(&row)?;
        }
        self.bytes = 0;
        self.runs.push(run.finish()?);
        if self.runs.len() == RUNS {
            let mut merged = Merge::new(self.by, std::mem::take(&mut self.runs))?;
            let mut run = SpoolWriter::new()?;
            while let Some(row) = merged.next()? {
                run.write(&row)?;
            }
            self.runs.push(run.finish()?);
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Sorted, SourceError> {
        if self.runs.is_empty() {
            self.held.sort_by(|a, b| a.0.cmp(&b.0));
            return Ok(Sorted::Held(self.held.into_iter()));
        }
        if !self.held.is_empty() {
            self.write_run()?;
        }
        Ok(Sorted::Merged(Merge::new(self.by, self.runs)?))
    }
}

pub enum Sorted {
    Held(std::vec::IntoIter<(Key, Row)>),
    Merged(Merge),
}

impl Sorted {
    pub fn next_row(&mut self) -> Result<Option<Row>, SourceError> {
        match self {
            Self::Held(rows) => Ok(rows.next().map(|(_, row)| row)),
            Self::Merged(merge) => merge.next(),
        }
    }
}

/// Several sorted runs as one.
pub struct Merge {
    by: By,
    runs: Vec<SpoolReader>,
    /// The next key of each run; the earlier run first among equals.
    heads: BinaryHeap<Reverse<(Key, usize)>>,
    rows: Vec<Option<Row>>,
}

impl Merge {
    fn new(by: By, runs: Vec<SpoolReader>) -> Result<Self, SourceError> {
        let mut merge = Self {
            by,
            rows: runs.iter().map(|_| None).collect(),
            heads: BinaryHeap::new(),
            runs,
        };
        for run in 0..merge.runs.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }

    fn advance(&mut self, run: usize) -> Result<(), SourceError> {
        if let Some(row) = self.runs[run].read()? {
            self.heads.push(Reverse((self.by.of(&row), run)));
            self.rows[run] = Some(row);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Row>, SourceError> {
        let Some(Reverse((_, run))) = self.heads.pop() else {
            return Ok(None);
        };
        let row = self.rows[run].take();
        self.advance(run)?;
        Ok(row)
    }
}
