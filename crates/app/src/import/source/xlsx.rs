//! The rows of a workbook's sheet, unpacked into a scratch file.
//!
//! The format keeps the texts of all cells in one part that has to be held in memory, so the unpacked size is limited; a larger table
//! is saved as CSV. What a file says of its own size is not believed: it is unpacked once to be counted. Dates come out as ISO text without an offset, formulas as their last computed value.

use super::spool::{SpoolReader, SpoolWriter};
use super::{Columns, Read1, Reading, Row, SourceError};
use crate::import::refusal::Refusal;
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek};
use std::path::Path;

/// MiB that the texts of a workbook, one of its sheets, and all of it may have unpacked. Rows written out may not take more than a sheet: a
/// few bytes are enough to name a cell far to the right, and every one before it is written.
const TEXTS_MAX_MIB: u64 = 128;
const SHEET_MAX_MIB: u64 = 1024;
const WHOLE_MAX_MIB: u64 = 2048;

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

/// What the sheets of a workbook are called.
pub(super) fn sheets(path: &Path, name: &str) -> Result<Vec<String>, SourceError> {
    check_size(open(path, name)?, name, (TEXTS_MAX_MIB, SHEET_MAX_MIB))?;
    let file = open(path, name)?;
    let book: Xlsx<_> =
        Xlsx::new(BufReader::new(file)).map_err(|error: XlsxError| SourceError::Workbook {
            file: name.into(),
            cause: error.to_string(),
        })?;
    Ok(book.sheet_names())
}

pub(super) fn read(
    path: &Path,
    name: &str,
    number: u32,
    reading: &Reading,
) -> Result<(Columns, SheetRows), SourceError> {
    check_size(open(path, name)?, name, (TEXTS_MAX_MIB, SHEET_MAX_MIB))?;
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
    let mut spool = SpoolWriter::holding(SHEET_MAX_MIB << 20)?;
    let too_large = |error| match error {
        SourceError::Scratch(error) if error.kind() == ErrorKind::FileTooLarge => {
            SourceError::WorkbookTooLarge {
                file: name.into(),
                limit_mib: SHEET_MAX_MIB,
            }
        }
        error => error,
    };
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
                    Some(columns) => spool
                        .write(&gathered.row_of(number, line, columns))
                        .map_err(too_large)?,
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

/// Counts what every part takes, unpacked.
fn check_size(
    file: impl Read + Seek,
    name: &str,
    (texts, sheet): (u64, u64),
) -> Result<(), SourceError> {
    let broken = |cause: String| SourceError::Workbook {
        file: name.into(),
        cause,
    };
    let too_large = |limit_mib| SourceError::WorkbookTooLarge {
        file: name.into(),
        limit_mib,
    };
    let mut archive =
        zip::ZipArchive::new(BufReader::new(file)).map_err(|error| broken(error.to_string()))?;
    let mut whole = 0;
    for index in 0..archive.len() {
        let part = archive
            .by_index(index)
            .map_err(|error| broken(error.to_string()))?;
        let is_sheet = part
            .name()
            .is_ok_and(|name| name.starts_with("xl/worksheets/"));
        let limit_mib = if is_sheet { sheet } else { texts };
        let mut counted = part.take((limit_mib << 20) + 1);
        let size = std::io::copy(&mut counted, &mut std::io::sink())
            .map_err(|error| broken(error.to_string()))?;
        if size > limit_mib << 20 {
            return Err(too_large(limit_mib));
        }
        whole += size;
        if whole > WHOLE_MAX_MIB << 20 {
            return Err(too_large(WHOLE_MAX_MIB));
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};

    fn packed(part: &str, zeros: usize) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(part, options).unwrap();
        zip.write_all(&vec![b' '; zeros]).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn code(bytes: Vec<u8>) -> &'static str {
        check_size(Cursor::new(bytes), "b.xlsx", (1, 3))
            .err()
            .map_or("", |error| error.code())
    }

    #[test]
    fn a_workbook_that_unpacks_to_more_than_memory_holds_is_refused() {
        let two_mib = 2 << 20;
        let bomb = packed("xl/sharedStrings.xml", two_mib);
        assert!(bomb.len() < 10_000);
        assert_eq!(code(bomb.clone()), "workbook-too-large");
        assert_eq!(code(packed("xl/worksheets/sheet1.xml", two_mib)), "");
        // One that says of itself that it is small: wherever its size stands, another one is written.
        let size = u32::try_from(two_mib).unwrap().to_le_bytes();
        let mut lying = bomb;
        let places: Vec<usize> = (0..lying.len() - 4)
            .filter(|at| lying[*at..at + 4] == size)
            .collect();
        assert!(!places.is_empty());
        for at in places {
            lying[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
        assert!(["workbook-too-large", "workbook-unreadable"].contains(&code(lying)));
    }

    #[test]
    fn cells_far_to_the_right_do_not_fill_the_disk() {
        let mut spool = SpoolWriter::holding(1 << 20).unwrap();
        let mut row = Row::new(0, 1);
        for _ in 0..16_384 {
            row.push("");
        }
        let written = (0..100).find_map(|_| spool.write(&row).err());
        let Some(SourceError::Scratch(error)) = written else {
            panic!("a hundred rows were written");
        };
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    }
}
