//! Delimited text, cut into rows by the strict reading of RFC 4180.
//!
//! A quoted cell ends at a quote that is followed by a delimiter, a line end or the end of the file, and nowhere else: a reader that
//! is lenient here swallows the following rows without a word. Where quoting is broken, the first line of the row is refused
//! and reading goes on at the next line. A quote in the middle of an unquoted cell (`5" pipe`) is an ordinary character.

use super::decode::{self, Encoding};
use super::{Columns, Read1, Reading, Row, SourceError, fill};
use crate::import::refusal::{Refusal, shortened, shortened_bytes};
use std::io::Read;
use std::ops::Range;

/// Bytes that one row may have.
pub const ROW_MAX: usize = 1 << 20;
/// Bytes that are looked at to find the encoding.
const PREFIX: usize = 1 << 18;
const CHUNK: usize = 1 << 16;

pub(super) struct CsvRows {
    file: String,
    number: u32,
    bytes: Box<dyn Read + Send>,
    /// What has been read and not yet handed on; never more than `ROW_MAX` and two chunks.
    window: Vec<u8>,
    start: usize,
    ended: bool,
    /// Line of `window[start]`.
    line: u64,
    delimiter: u8,
    /// `None` while all was ASCII.
    encoding: Option<Encoding>,
    cells: Vec<Cell>,
}

/// Bytes of a cell within its row, quotes taken off; doubled quotes still doubled.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    bytes: Range<usize>,
    doubled: bool,
}

enum Cut {
    /// A row of so many bytes, line end included, over so many lines.
    Row {
        bytes: usize,
        lines: u64,
    },
    /// The row goes on behind the window.
    More,
    /// Nothing follows.
    End,
    Broken(Fault),
}

enum Fault {
    /// A quote was opened in the cell of this index and not closed.
    Unclosed(usize),
    /// Text follows the closing quote of the cell of this index.
    AfterQuote(usize),
    TooLong,
}

impl CsvRows {
    pub(super) fn new(
        file: String,
        number: u32,
        reading: &Reading,
        mut bytes: Box<dyn Read + Send>,
    ) -> Result<Self, SourceError> {
        let unreadable = |source| SourceError::Unreadable {
            file: file.clone(),
            line: None,
            source,
        };
        let mut head = [0; 4];
        let length = fill(&mut bytes, &mut head).map_err(unreadable)?;
        let (marked, skip) = match decode::mark(&head[..length]) {
            Some((encoding, skip)) => (Some(encoding), skip),
            None => (None, 0),
        };
        let head = std::io::Cursor::new(head[skip..length].to_vec());
        let mut bytes: Box<dyn Read + Send> = Box::new(head.chain(bytes));
        let stated = marked.or(reading.encoding);
        if let Some(wide @ (Encoding::Utf16Le | Encoding::Utf16Be)) = stated {
            bytes = Box::new(decode::FromUtf16::new(bytes, wide));
        }
        let mut window = vec![0; PREFIX];
        let length = fill(&mut bytes, &mut window).map_err(unreadable)?;
        window.truncate(length);
        let ended = length < PREFIX;
        if window.is_empty() {
            return Err(SourceError::Empty { file });
        }
        // One stray NUL is a broken row; NULs all over are another kind of file.
        if window.iter().filter(|&&byte| byte == 0).count() > window.len() / 8 {
            return Err(SourceError::Binary { file });
        }
        let encoding = stated.or_else(|| decode::detect(&window, ended));
        let mut rows = Self {
            file,
            number,
            bytes,
            window,
            start: 0,
            ended,
            line: 1,
            delimiter: b',',
            encoding,
            cells: Vec::new(),
        };
        rows.delimiter = rows.find_delimiter(reading.delimiter);
        Ok(rows)
    }

    /// As stated; else as a first line `sep=;` says, which is skipped; else the commonest of the three in the first line.
    fn find_delimiter(&mut self, stated: Option<u8>) -> u8 {
        let first = &self.window[..line_end(&self.window).unwrap_or(self.window.len())];
        let trimmed = first.trim_ascii_end();
        if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] = trimmed {
            let delimiter = *delimiter;
            self.start = (first.len() + 1).min(self.window.len());
            self.line = 2;
            return stated.unwrap_or(delimiter);
        }
        stated.unwrap_or_else(|| {
            let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
            let mut quoted = false;
            for &byte in first {
                if byte == b'"' {
                    quoted = !quoted;
                } else if !quoted
                    && let Some((_, count)) = counts.iter_mut().find(|(d, _)| *d == byte)
                {
                    *count += 1;
                }
            }
            // The first of equals is the comma.
            counts
                .into_iter()
                .rev()
                .max_by_key(|&(_, count)| count)
                .map_or(b',', |(d, _)| d)
        })
    }

    /// The header: the first line that is not empty.
    pub(super) fn header(&mut self) -> Result<Columns, SourceError> {
        match self.take(None)? {
            None => Err(SourceError::Empty {
                file: self.file.clone(),
            }),
            Some(Err(refusal)) => Err(SourceError::Header {
                file: self.file.clone(),
                line: refusal.line,
                reason: refusal.reason,
            }),
            Some(Ok(row)) => Columns::new(
                &self.file,
                row.line,
                row.cells().map(str::to_string).collect(),
            ),
        }
    }

    pub(super) fn next_row(&mut self, columns: &Columns) -> Result<Option<Read1>, SourceError> {
        self.take(Some(columns))
    }

    fn take(&mut self, columns: Option<&Columns>) -> Result<Option<Read1>, SourceError> {
        loop {
            let line = self.line;
            match self.cut() {
                Cut::End => return Ok(None),
                Cut::More => self.read_on()?,
                Cut::Row { bytes, lines } => {
                    let whole = self.start..self.start + bytes;
                    self.start += bytes;
                    self.line += lines;
                    let blank = self.cells.len() == 1 && self.cells[0].bytes.is_empty();
                    if !blank {
                        return Ok(Some(self.decode(whole, line, columns)));
                    }
                }
                Cut::Broken(fault) => {
                    let refusal = self.fault(&fault, line, columns);
                    self.skip_line()?;
                    return Ok(Some(Err(refusal)));
                }
            }
        }
    }

    /// Finds the next row in the window and its cells.
    fn cut(&mut self) -> Cut {
        let text = &self.window[self.start..];
        self.cells.clear();
        let (mut at, mut lines) = (0, 0);
        if text.is_empty() {
            return if self.ended { Cut::End } else { Cut::More };
        }
        let unfinished = |index: Option<usize>| {
            if text.len() >= ROW_MAX {
                Cut::Broken(Fault::TooLong)
            } else if !self.ended {
                Cut::More
            } else if let Some(index) = index {
                Cut::Broken(Fault::Unclosed(index))
            } else {
                Cut::End
            }
        };
        loop {
            let mut cell = Cell {
                bytes: at..at,
                doubled: false,
            };
            if text.get(at) == Some(&b'"') {
                at += 1;
                cell.bytes.start = at;
                loop {
                    match text.get(at) {
                        None => return unfinished(Some(self.cells.len())),
                        Some(b'"') => match text.get(at + 1) {
                            Some(b'"') => {
                                cell.doubled = true;
                                at += 2;
                            }
                            None if !self.ended => return unfinished(Some(self.cells.len())),
                            _ => break,
                        },
                        Some(byte) => {
                            lines += u64::from(*byte == b'\n');
                            at += 1;
                        }
                    }
                }
                cell.bytes.end = at;
                at += 1;
            } else {
                let rest = &text[at..];
                let stop = rest
                    .iter()
                    .position(|&b| b == self.delimiter || b == b'\n' || b == b'\r');
                match stop {
                    Some(stop) => at += stop,
                    None if self.ended => at = text.len(),
                    None => return unfinished(None),
                }
                cell.bytes.end = at;
            }
            let index = self.cells.len();
            let over = at >= ROW_MAX;
            self.cells.push(cell);
            match text.get(at) {
                _ if over => return Cut::Broken(Fault::TooLong),
                Some(&byte) if byte == self.delimiter => at += 1,
                Some(b'\n') => {
                    return Cut::Row {
                        bytes: at + 1,
                        lines: lines + 1,
                    };
                }
                Some(b'\r') => match text.get(at + 1) {
                    Some(b'\n') => {
                        return Cut::Row {
                            bytes: at + 2,
                            lines: lines + 1,
                        };
                    }
                    None if !self.ended => return Cut::More,
                    _ => {
                        return Cut::Row {
                            bytes: at + 1,
                            lines: lines + 1,
                        };
                    }
                },
                None if self.ended => return Cut::Row { bytes: at, lines },
                None => return Cut::More,
                Some(_) => return Cut::Broken(Fault::AfterQuote(index)),
            }
        }
    }

    fn read_on(&mut self) -> Result<(), SourceError> {
        self.window.drain(..self.start);
        self.start = 0;
        let old = self.window.len();
        self.window.resize(old + CHUNK, 0);
        let read = fill(&mut self.bytes, &mut self.window[old..]).map_err(|source| {
            SourceError::Unreadable {
                file: self.file.clone(),
                line: Some(self.line),
                source,
            }
        })?;
        self.window.truncate(old + read);
        self.ended = read < CHUNK;
        Ok(())
    }

    /// Goes to the line after the present one, however long that is.
    fn skip_line(&mut self) -> Result<(), SourceError> {
        loop {
            if let Some(end) = line_end(&self.window[self.start..]) {
                self.start += end + 1;
                if self.window[self.start - 1] == b'\r'
                    && self.window.get(self.start) == Some(&b'\n')
                {
                    self.start += 1;
                }
                self.line += 1;
                return Ok(());
            }
            self.start = self.window.len();
            if self.ended {
                return Ok(());
            }
            self.read_on()?;
        }
    }

    fn decode(&mut self, whole: Range<usize>, line: u64, columns: Option<&Columns>) -> Read1 {
        let bytes = &self.window[whole];
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => match decode::detect(bytes, true) {
                None => Encoding::Utf8,
                Some(found) => *self.encoding.insert(found),
            },
        };
        let column = |index: usize| {
            columns
                .and_then(|columns| columns.names().get(index))
                .cloned()
                .unwrap_or_else(|| (index + 1).to_string())
        };
        if let Some(columns) = columns
            && columns.len() != self.cells.len()
        {
            let (has, wants) = (self.cells.len(), columns.len());
            let text = decode::text(bytes, encoding)
                .map_or_else(|| shortened_bytes(bytes), |text| shortened(text.trim_end()));
            return Err(Refusal::new(
                "row-ragged",
                format!("这一行有 {has} 格，表头有 {wants} 列；可能多了或少了分隔符，或引号不成对"),
                format!("the row has {has} cells, the header {wants}; a delimiter may be missing or too many, or a quote unpaired"),
            )
            .at(self.number, line)
            .value(&text));
        }
        let mut row = Row::new(self.number, line);
        for (index, cell) in self.cells.iter().enumerate() {
            let bytes = &bytes[cell.bytes.clone()];
            if bytes.contains(&0) {
                return Err(Refusal::new(
                    "nul-byte",
                    "格内有空字节（U+0000），请从来源重新导出",
                    "the cell holds a NUL byte (U+0000); export it from the source again",
                )
                .at(self.number, line)
                .column(column(index))
                .value(&shortened_bytes(bytes)));
            }
            let Some(text) = decode::text(bytes, encoding) else {
                return Err(Refusal::new(
                    "encoding",
                    format!(
                        "不是合法的 {} 文字；请改正或统一文件的编码",
                        encoding.name()
                    ),
                    format!(
                        "not valid {}; correct it, or bring the file into one encoding",
                        encoding.name()
                    ),
                )
                .at(self.number, line)
                .column(column(index))
                .value(&shortened_bytes(bytes)));
            };
            if cell.doubled {
                row.push(&text.replace("\"\"", "\""));
            } else {
                row.push(&text);
            }
        }
        Ok(row)
    }

    fn fault(&self, fault: &Fault, line: u64, columns: Option<&Columns>) -> Refusal {
        let text = &self.window[self.start..];
        let first = &text[..line_end(text).unwrap_or(text.len())];
        let refusal = match fault {
            Fault::Unclosed(_) => Refusal::new(
                "quote-unclosed",
                "引号开了没有关，到文件末尾也没有；请补上，格内的引号写成两个",
                "a quote is opened and not closed before the file ends; close it, and double quotes within a cell",
            ),
            Fault::AfterQuote(_) => Refusal::new(
                "quote-stray",
                "收尾引号后面还有文字；格内的引号应写成两个",
                "text follows a closing quote; a quote within a cell is written twice",
            ),
            Fault::TooLong => Refusal::new(
                "row-too-long",
                format!("一行超过 {ROW_MAX} 字节；可能有引号没有关上"),
                format!("a row of more than {ROW_MAX} bytes; perhaps a quote is not closed"),
            ),
        };
        let refusal = refusal.at(self.number, line).value(
            &self
                .encoding
                .and_then(|encoding| decode::text(first, encoding))
                .map_or_else(|| shortened_bytes(first), |text| shortened(&text)),
        );
        match fault {
            Fault::Unclosed(index) | Fault::AfterQuote(index) => {
                match columns.and_then(|columns| columns.names().get(*index)) {
                    Some(name) => refusal.column(name.clone()),
                    None => refusal,
                }
            }
            Fault::TooLong => refusal,
        }
    }
}

/// Where the first line ends: the place of its `\n` or `\r`.
fn line_end(text: &[u8]) -> Option<usize> {
    text.iter().position(|&byte| byte == b'\n' || byte == b'\r')
}
