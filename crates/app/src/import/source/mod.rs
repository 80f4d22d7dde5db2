//! Rows out of the files that other systems leave behind, in constant memory.
//!
//! A file is CSV (comma, semicolon or tab; UTF-8, GB18030, UTF-16 with a byte order mark; plain or gzip) or XLSX. Whatever it is, a
//! row is either handed on whole or refused with its line and column: no byte is replaced, no row is glued to another, and a
//! row longer than `ROW_MAX` is refused instead of held. What a column means is none of this module's business.

mod csv;
mod decode;
mod error;
pub mod sort;
pub mod spool;
mod xlsx;

pub use csv::ROW_MAX;
pub use decode::Encoding;
pub use error::SourceError;

use super::refusal::Refusal;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How to read a file, where the map states it; `None` is found out from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub delimiter: Option<u8>,
    pub encoding: Option<Encoding>,
    /// Sheet of a workbook; else the first.
    pub sheet: Option<String>,
}

/// One data row; as many cells as the header has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub file: u32,
    /// Line on which the row begins, 1 the first of the file; for a workbook the sheet's row number.
    pub line: u64,
    text: String,
    ends: Vec<u32>,
}

impl Row {
    pub fn new(file: u32, line: u64) -> Self {
        Self {
            file,
            line,
            ..Self::default()
        }
    }
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// The cell under a column, as it stood in the file; empty for an index beyond the row.
    pub fn cell(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else {
            return "";
        };
        let start = match index {
            0 => 0,
            _ => self.ends[index - 1],
        };
        &self.text[start as usize..end as usize]
    }
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }
}

/// The header of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    names: Vec<String>,
    index: HashMap<String, usize>,
}

impl Columns {
    /// Names are trimmed; a blank or repeated one is refused, because a map could not say which it means.
    pub fn new(file: &str, line: u64, names: Vec<String>) -> Result<Self, SourceError> {
        let names: Vec<String> = names.into_iter().map(|n| n.trim().to_string()).collect();
        let mut index = HashMap::new();
        for (position, name) in names.iter().enumerate() {
            if name.is_empty() {
                return Err(SourceError::HeaderBlank {
                    file: file.into(),
                    line,
                    position: position + 1,
                });
            }
            if let Some(first) = index.insert(name.clone(), position) {
                return Err(SourceError::HeaderTwice {
                    file: file.into(),
                    line,
                    name: name.clone(),
                    first: first + 1,
                    second: position + 1,
                });
            }
        }
        Ok(Self { names, index })
    }
    pub fn names(&self) -> &[String] {
        &self.names
    }
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
    pub fn len(&self) -> usize {
        self.names.len()
    }
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// What a reader gives: a row, or why the row that stood there cannot be handed on.
pub type Read1 = Result<Row, Refusal>;

/// The rows of one file, header apart.
pub struct Rows {
    file: String,
    columns: Columns,
    kind: Kind,
    position: Position,
}

enum Kind {
    Text(csv::CsvRows),
    Sheet(xlsx::SheetRows),
}

/// Bytes of the file taken so far, for a progress bar; cheap to clone and to read from another thread.
#[derive(Clone, Debug, Default)]
pub struct Position(Arc<AtomicU64>);

impl Position {
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Counted<R> {
    inner: R,
    position: Position,
}
impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.position.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Rows {
    /// Opens a file and reads its header. `number` is the file's place among those named, from 0.
    pub fn open(path: &Path, number: u32, reading: &Reading) -> Result<Self, SourceError> {
        let name = shown(path);
        let unreadable = |source| SourceError::Unreadable {
            file: shown(path),
            line: None,
            source,
        };
        let mut file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err(SourceError::Directory { file: name });
        }
        let mut magic = [0; 8];
        let length = fill(&mut file, &mut magic).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        match &magic[..length] {
            [0x1f, 0x8b, ..] => {
                let position = Position::default();
                let counted = Counted {
                    inner: file,
                    position: position.clone(),
                };
                let plain = flate2::read::MultiGzDecoder::new(BufReader::new(counted));
                Self::text(name, number, reading, Box::new(plain), position)
            }
            [b'P', b'K', 3, 4, ..] => {
                let position = Position::default();
                let (columns, rows) = xlsx::read(path, &name, number, reading)?;
                let size = file.metadata().map_err(unreadable)?.len();
                position.0.store(size, Ordering::Relaxed);
                Ok(Self {
                    file: name,
                    columns,
                    kind: Kind::Sheet(rows),
                    position,
                })
            }
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(SourceError::OldWorkbook { file: name }),
            _ => {
                let position = Position::default();
                let counted = Counted {
                    inner: file,
                    position: position.clone(),
                };
                Self::text(name, number, reading, Box::new(counted), position)
            }
        }
    }

    /// The same for text that does not come from a file.
    pub fn from_text(
        name: &str,
        number: u32,
        reading: &Reading,
        text: impl Read + Send + 'static,
    ) -> Result<Self, SourceError> {
        Self::text(
            name.into(),
            number,
            reading,
            Box::new(text),
            Position::default(),
        )
    }

    fn text(
        file: String,
        number: u32,
        reading: &Reading,
        bytes: Box<dyn Read + Send>,
        position: Position,
    ) -> Result<Self, SourceError> {
        let mut rows = csv::CsvRows::new(file.clone(), number, reading, bytes)?;
        let columns = rows.header()?;
        Ok(Self {
            file,
            columns,
            kind: Kind::Text(rows),
            position,
        })
    }

    pub fn file(&self) -> &str {
        &self.file
    }
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
    pub fn position(&self) -> Position {
        self.position.clone()
    }

    /// The next row, a refusal in its place, or `None` at the end. Rows and refusals together are all rows of the file; wholly
    /// empty lines are no rows. An error means that the file cannot be read further.
    pub fn next_row(&mut self) -> Result<Option<Read1>, SourceError> {
        match &mut self.kind {
            Kind::Text(rows) => rows.next_row(&self.columns),
            Kind::Sheet(rows) => rows.next_row(&self.columns),
        }
    }
}

/// The sheets of a workbook, in their order; `None` for a file that is none.
///
/// # Errors
/// A file that cannot be read, or unpacks to more than memory holds.
pub fn sheets(path: &Path) -> Result<Option<Vec<String>>, SourceError> {
    let name = shown(path);
    let unreadable = |source| SourceError::Unreadable {
        file: shown(path),
        line: None,
        source,
    };
    let mut magic = [0; 4];
    let mut file = File::open(path).map_err(unreadable)?;
    let length = fill(&mut file, &mut magic).map_err(unreadable)?;
    match &magic[..length] {
        [b'P', b'K', 3, 4] => xlsx::sheets(path, &name).map(Some),
        _ => Ok(None),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The files of one import, in the order named.
pub fn files(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| shown(path)).collect()
}

/// Reads until the buffer is full or the input ends.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
