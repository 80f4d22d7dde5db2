//! The report of what was not imported: one line per refused row.

use crate::import::refusal::Refusal;
use crate::table::harmless;
use std::io::{self, Write};

/// A CSV file that spreadsheets open as UTF-8.
pub struct ReportFile<W> {
    out: W,
    files: Vec<String>,
    lines: u64,
}

impl<W: Write> ReportFile<W> {
    /// `files` in the order in which they were named.
    pub fn new(mut out: W, files: Vec<String>) -> io::Result<Self> {
        out.write_all("\u{feff}file,line,column,value,code,reason,reason_en\r\n".as_bytes())?;
        Ok(Self {
            out,
            files,
            lines: 0,
        })
    }

    pub fn write(&mut self, refusal: &Refusal) -> io::Result<()> {
        let file = self
            .files
            .get(refusal.file as usize)
            .map_or("", String::as_str);
        let line = refusal.line.to_string();
        let value = harmless(&refusal.value);
        let cells = [
            file,
            &line,
            refusal.column.as_deref().unwrap_or(""),
            &value,
            refusal.code,
            &refusal.reason.zh,
            &refusal.reason.en,
        ];
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.out.write_all(b",")?;
            }
            write_cell(&mut self.out, cell)?;
        }
        self.lines += 1;
        self.out.write_all(b"\r\n")
    }

    /// Refused rows written.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

fn write_cell(out: &mut impl Write, cell: &str) -> io::Result<()> {
    if cell.contains(['"', ',', '\n', '\r', ';']) {
        write!(out, "\"{}\"", cell.replace('"', "\"\""))
    } else {
        out.write_all(cell.as_bytes())
    }
}
