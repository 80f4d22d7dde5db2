//! Rows in a scratch file: what a workbook is unpacked into, and what sorting writes.

use super::{Row, SourceError};
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, Write};

/// Writes rows one after the other into an unnamed file that vanishes with its last handle.
pub struct SpoolWriter {
    file: BufWriter<File>,
    /// Bytes that it may still grow by.
    left: u64,
}

impl SpoolWriter {
    pub fn new() -> Result<Self, SourceError> {
        Self::holding(u64::MAX)
    }

    /// One that takes so many bytes and no more; then writing is `FileTooLarge`.
    pub fn holding(bytes: u64) -> Result<Self, SourceError> {
        let file = tempfile::tempfile().map_err(SourceError::Scratch)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 16, file),
            left: bytes,
        })
    }

    pub fn write(&mut self, row: &Row) -> Result<(), SourceError> {
        let size = 20 + 4 * row.ends.len() + row.text.len();
        let left = self.left.checked_sub(size as u64);
        self.left = left.ok_or_else(|| SourceError::Scratch(ErrorKind::FileTooLarge.into()))?;
        write(&mut self.file, row).map_err(SourceError::Scratch)
    }

    pub fn finish(self) -> Result<SpoolReader, SourceError> {
        let mut file = self
            .file
            .into_inner()
            .map_err(|error| SourceError::Scratch(error.into_error()))?;
        file.rewind().map_err(SourceError::Scratch)?;
        Ok(SpoolReader {
            file: BufReader::with_capacity(1 << 16, file),
        })
    }
}

fn write(file: &mut impl Write, row: &Row) -> std::io::Result<()> {
    file.write_all(&row.file.to_le_bytes())?;
    file.write_all(&row.line.to_le_bytes())?;
    file.write_all(&length(row.ends.len())?)?;
    for end in &row.ends {
        file.write_all(&end.to_le_bytes())?;
    }
    file.write_all(&length(row.text.len())?)?;
    file.write_all(row.text.as_bytes())
}

fn length(length: usize) -> std::io::Result<[u8; 4]> {
    u32::try_from(length)
        .map(u32::to_le_bytes)
        .map_err(std::io::Error::other)
}

/// Reads them back in the order written.
pub struct SpoolReader {
    file: BufReader<File>,
}

impl SpoolReader {
    pub fn read(&mut self) -> Result<Option<Row>, SourceError> {
        read(&mut self.file).map_err(SourceError::Scratch)
    }
}

fn read(file: &mut BufReader<File>) -> std::io::Result<Option<Row>> {
    let mut four = [0; 4];
    if super::fill(file, &mut four)? == 0 {
        return Ok(None);
    }
    let number = u32::from_le_bytes(four);
    let mut eight = [0; 8];
    file.read_exact(&mut eight)?;
    let line = u64::from_le_bytes(eight);
    file.read_exact(&mut four)?;
    let mut ends = Vec::with_capacity(u32::from_le_bytes(four) as usize);
    for _ in 0..ends.capacity() {
        file.read_exact(&mut four)?;
        ends.push(u32::from_le_bytes(four));
    }
    file.read_exact(&mut four)?;
    let mut text = vec![0; u32::from_le_bytes(four) as usize];
    file.read_exact(&mut text)?;
    let text = String::from_utf8(text).map_err(std::io::Error::other)?;
    Ok(Some(Row {
        file: number,
        line,
        text,
        ends,
    }))
}
