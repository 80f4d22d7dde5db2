//! Files of other systems: read, understood, planned.

mod habit;
mod map;
mod plan;
mod run;
mod source;
pub(crate) mod workbook;

use app::import::source::{Reading, Rows};
use std::path::PathBuf;

/// A folder of the project.
fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// The rows of a text, as `line: a|b|c`, or `line: ! code column` where one was refused.
fn rows(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    let bytes = std::io::Cursor::new(bytes.into());
    let rows = Rows::from_text("t.csv", 0, &Reading::default(), bytes).expect("a readable header");
    shown(rows)
}

fn shown(mut rows: Rows) -> Vec<String> {
    let mut shown = Vec::new();
    while let Some(row) = rows.next_row().expect("a file that can be read to its end") {
        shown.push(match row {
            Ok(row) => format!(
                "{}: {}",
                row.line,
                row.cells().collect::<Vec<_>>().join("|")
            ),
            Err(refusal) => format!(
                "{}: ! {} {}",
                refusal.line,
                refusal.code,
                refusal.column.unwrap_or_default()
            )
            .trim_end()
            .to_string(),
        });
    }
    shown
}
