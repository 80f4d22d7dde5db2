//! The whole organisation in one workbook: units, and every register that the pack keeps of it, in bulk.
//!
//! A workbook says what is to be so. What is not there yet is opened, what differs is changed by the steps that its kind has, what is so
//! already stays, and what a workbook does not name stays too: nobody is removed by being left out. Every row is one of these or refused,
//! with its sheet, line, column and reason. There is no way in of its own: each change is a step in the name of whoever imports, with the
//! rights that he has and the rules that hold for everybody.
//!
//! Sheets and columns come from the pack. A row is known to be the same thing by its [`layout::Identity`], so that a second run finds
//! everything and changes nothing, and one that was stopped is completed by running it again.
//!
//! An empty cell says nothing. Private values are taken in and never written out.

mod cell;
mod crossing;
mod layout;
mod read;
mod route;
mod row;
mod run;
mod take;
mod units;
mod write;

pub use read::Source;

use crate::error::Error;
use crate::import::refusal::Refusal;
use crate::import::source::Row;
use domain::name::Text;

/// Lines of a report that are kept; all are counted.
const LINES_MAX: usize = 10_000;

/// What became of a workbook, or would.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Nothing was written.
    pub is_dry: bool,
    pub sheets: Vec<Count>,
    /// The first 10,000.
    pub refused: Vec<Refused>,
    /// The first 10,000.
    pub changed: Vec<Changed>,
}

/// How the rows of a sheet add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub sheet: String,
    /// Always the other four together.
    pub rows: u64,
    pub added: u64,
    pub changed: u64,
    pub already: u64,
    pub refused: u64,
}

/// Why a row was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub sheet: String,
    pub refusal: Refusal,
}

/// What a row changes of what was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub sheet: String,
    pub line: u64,
    /// The fields that change, as the sheet heads them.
    pub columns: Vec<String>,
    /// By which steps.
    pub steps: Vec<Text>,
    /// From this day on: a day that the steps state, else the day of the import.
    pub from: String,
}

impl Report {
    /// All sheets together.
    pub fn total(&self) -> Count {
        let mut total = Count::default();
        for sheet in &self.sheets {
            total.rows += sheet.rows;
            total.added += sheet.added;
            total.changed += sheet.changed;
            total.already += sheet.already;
            total.refused += sheet.refused;
        }
        total
    }
}

/// The rows of one sheet as they were given.
struct Given {
    /// Of the layout.
    sheet: usize,
    /// As the file calls it.
    name: String,
    headings: Vec<String>,
    /// The column of the layout under each heading.
    columns: Vec<usize>,
    rows: Vec<Row>,
    /// Rows that could not be read.
    broken: Vec<Refusal>,
}

impl Given {
    /// The heading of a column of the layout, as the file has it.
    fn heading(&self, column: usize) -> Option<&str> {
        let place = self.columns.iter().position(|it| *it == column)?;
        Some(self.headings[place].as_str())
    }
    /// What a row says under a column of the layout; nothing if it says nothing.
    fn cell(&self, row: usize, column: usize) -> Option<&str> {
        let place = self.columns.iter().position(|it| *it == column)?;
        let text = self.rows[row].cell(place).trim();
        (!text.is_empty()).then_some(text)
    }
}

fn refused_file(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Import {
        code,
        reason: Text::both(zh, en),
        faults: Vec::new(),
    }
}
