//! The rows of a workbook's sheet, unpacked into a scratch file.
//!
//! The format keeps the texts of all cells in one part that has to be held in memory, so the unpacked size is limited; a larger table
//! is saved as CSV. Dates come out as ISO text without an offset, formulas as their last computed value.

use super::spool::{SpoolReader, SpoolWriter};
use super::{Columns, Read1, Reading, Row, SourceError};
use crate::import::refusal::Refusal;
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// MiB that the texts of a workbook, and MiB that one of its sheets, may have unpacked.
const TEXTS_MAX_MIB: u64 = 128;
const SHEET_MAX_MIB: u64 = 1024;

/// Stands before the text of a cell that shows an error; no cell can hold it.
const ERROR_MARK: char = '\0';

pub(super) struct SheetRows {
    rows: SpoolReader,
}

impl SheetRows {
    pub(super) fn next_row(&mut self, columns: &Columns) -> Result<Option<Read1>, SourceError> {
        let Some(row) = self.rows.read()? else {
            return Ok(None);
        };
        if row.len() != columns.len() {
            let (has, wants) = (row.len(), columns.len());
            return Ok(Some(Err(Refusal::new(
                "row-ragged",
                format!("这一行有 {has} 格，表头只有 {wants} 列"),
                format!("the row has {has} cells, the header only {wants}"),
            )
            .at(row.file, row.line)
            .value(row.cell(wants)))));
        }
        let bad = row.cells().position(|cell| cell.starts_with(ERROR_MARK));
        Ok(Some(match bad {
            None => Ok(row),
            Some(index) => Err(Refusal::new(
                "cell-error",
                "格内是公式错误，请在工作簿中改正",
                "the cell shows a formula error; correct it in the workbook",
            )
            .at(row.file, row.line)
            .column(columns.names()[index].clone())
            .value(row.cell(index).trim_start_matches(ERROR_MARK))),
        }))
    }
}

pub(super) fn read(
    path: &Path,
    name: &str,
    number: u32,
    reading: &Reading,
) -> Result<(Columns, SheetRows), SourceError> {
    check_size(path, name)?;
    let broken = |error: XlsxError| SourceError::Workbook {
        file: name.into(),
        cause: error.to_string(),
    };
    let file = open(path, name)?;
    let mut book = Xlsx::new(BufReader::new(file)).map_err(broken)?;
    let sheets = book.sheet_names();
    let sheet = match &reading.sheet {
        Some(sheet) if !sheets.contains(sheet) => {
            return Err(SourceError::SheetMissing {
                file: name.into(),
                sheet: sheet.clone(),
                has: sheets,
            });
        }
        Some(sheet) => sheet.clone(),
        None => sheets
            .first()
            .cloned()
            .ok_or_else(|| SourceError::Empty { file: name.into() })?,
    };
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(broken)?;
    let mut spool = SpoolWriter::new()?;
    let mut columns = None;
    let mut gathered = Gathered::default();
    loop {
        let next = cells.next_cell().map_err(broken)?;
        let row = next.as_ref().map(|cell| cell.get_position().0);
        if row != gathered.row {
            if let Some(done) = gathered.row
                && !gathered.blank()
            {
                let line = u64::from(done) + 1;
                match &columns {
                    None => columns = Some(Columns::new(name, line, gathered.header())?),
                    Some(columns) => spool.write(&gathered.row_of(number, line, columns))?,
                }
            }
            gathered.begin(row);
        }
        match next {
            None => break,
            Some(cell) => {
                let column = cell.get_position().1 as usize;
                gathered.put(column, text(cell.get_value()));
            }
        }
    }
    let columns = columns.ok_or_else(|| SourceError::Empty { file: name.into() })?;
    Ok((
        columns,
        SheetRows {
            rows: spool.finish()?,
        },
    ))
}

/// The cells of the row that is being read.
#[derive(Default)]
struct Gathered {
    row: Option<u32>,
    cells: Vec<String>,
}

impl Gathered {
    fn begin(&mut self, row: Option<u32>) {
        self.row = row;
        self.cells.clear();
    }
    fn put(&mut self, column: usize, text: String) {
        if text.is_empty() {
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
    }
    fn blank(&self) -> bool {
        self.cells.is_empty()
    }
    fn header(&self) -> Vec<String> {
        self.cells.clone()
    }
    /// Cells at the end of a row that were never written are empty; cells beyond the header stay, to be refused.
    fn row_of(&self, number: u32, line: u64, columns: &Columns) -> Row {
        let mut row = Row::new(number, line);
        for index in 0..self.cells.len().max(columns.len()) {
            row.push(self.cells.get(index).map_or("", String::as_str));
        }
        row
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.replace(ERROR_MARK, "\u{fffd}")
        }
        DataRef::SharedString(text) => (*text).to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(date) => date_text(date),
        DataRef::Error(error) => format!("{ERROR_MARK}{error}"),
    }
}

/// `2026-03-05T14:05:00`, `2026-03-05` for a whole day, `14:05:00` for a time without a day.
fn date_text(date: &ExcelDateTime) -> String {
    let serial = date.as_f64();
    if date.is_duration() {
        return serial.to_string();
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let time = match milli {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    if serial < 1.0 {
        time
    } else if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{time}")
    }
}

fn check_size(path: &Path, name: &str) -> Result<(), SourceError> {
    let mut archive = zip::ZipArchive::new(BufReader::new(open(path, name)?)).map_err(|error| {
        SourceError::Workbook {
            file: name.into(),
            cause: error.to_string(),
        }
    })?;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(index) else {
            continue;
        };
        let sheet = part
            .name()
            .is_ok_and(|name| name.starts_with("xl/worksheets/"));
        let limit_mib = if sheet { SHEET_MAX_MIB } else { TEXTS_MAX_MIB };
        if part.size() > limit_mib << 20 {
            return Err(SourceError::WorkbookTooLarge {
                file: name.into(),
                limit_mib,
            });
        }
    }
    Ok(())
}

fn open(path: &Path, name: &str) -> Result<File, SourceError> {
    File::open(path).map_err(|source| SourceError::Unreadable {
        file: name.into(),
        line: None,
        source,
    })
}
