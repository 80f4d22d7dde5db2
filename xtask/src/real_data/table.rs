//! A CSV file as a table of texts, plain or gzip.

use anyhow::{Context, Result};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

pub(super) struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

/// A row that knows its columns by name.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    columns: &'t HashMap<String, usize>,
    row: &'t csv::StringRecord,
}

impl Table {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let name = || path.display().to_string();
        let file = File::open(path).with_context(name)?;
        let bytes: Box<dyn Read> = if path.extension().is_some_and(|ending| ending == "gz") {
            Box::new(flate2::read::MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let mut reader = csv::Reader::from_reader(bytes);
        let columns = reader
            .headers()
            .with_context(name)?
            .iter()
            .enumerate()
            .map(|(at, column)| (column.trim_start_matches('\u{feff}').to_owned(), at))
            .collect();
        let rows = reader.into_records().collect::<Result<_, _>>();
        Ok(Self {
            columns,
            rows: rows.with_context(name)?,
        })
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|row| Line {
            columns: &self.columns,
            row,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// # Errors
    /// A column that is not there: a figure of it would be silently empty.
    pub(super) fn require(&self, columns: &[&str]) -> Result<()> {
        for column in columns {
            anyhow::ensure!(
                self.columns.contains_key(*column),
                "the table has no column {column}"
            );
        }
        Ok(())
    }
}

impl<'t> Line<'t> {
    /// Blank where the row has no such column.
    pub(super) fn get(self, column: &str) -> &'t str {
        self.columns
            .get(column)
            .and_then(|at| self.row.get(*at))
            .unwrap_or_default()
    }

    /// Microseconds; a time without offset is read as UTC.
    pub(super) fn at(self, column: &str) -> Result<Option<i64>> {
        let text = self.get(column);
        if text.is_empty() {
            return Ok(None);
        }
        let parsed = text
            .parse::<jiff::Timestamp>()
            .or_else(|_| format!("{text}Z").parse());
        let at = parsed.with_context(|| format!("{column}: {text}"))?;
        Ok(Some(at.as_microsecond()))
    }

    /// Year and month of the local time, `2015-03`.
    pub(super) fn month(self, column: &str) -> &'t str {
        self.get(column).get(..7).unwrap_or_default()
    }

    /// Saturday or Sunday of the local time.
    pub(super) fn on_weekend(self, column: &str) -> Result<bool> {
        let text = self.get(column).get(..10).unwrap_or_default();
        let day: jiff::civil::Date = text.parse().with_context(|| format!("{column}: {text}"))?;
        Ok(matches!(
            day.weekday(),
            jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday
        ))
    }
}
