//! Which encoding a file is in, and cells out of its bytes.
//!
//! CSV is cut at bytes below 0x40 (quote, comma, semicolon, tab, line ends). No byte of a longer GB18030 or UTF-8 sequence is one
//! of these, so rows are cut before they are decoded and a broken sequence spoils its own cell only. UTF-16 is turned into UTF-8
//! on the way in; a broken unit becomes a byte that no UTF-8 has, and so is refused with its row.

use encoding_rs::{DecoderResult, GB18030, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::io::Read;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "gb18030" | "gbk" | "gb2312" => Some(Self::Gb18030),
            "utf-16le" | "utf-16" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            _ => None,
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }
}

/// What the byte order mark says, and its length.
pub(super) fn mark(bytes: &[u8]) -> Option<(Encoding, usize)> {
    match bytes {
        [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
        [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, 2)),
        [0x84, 0x31, 0x95, 0x33, ..] => Some((Encoding::Gb18030, 4)),
        _ => None,
    }
}

/// The encoding of the first part of a file: `None` while it is ASCII only. `whole` says that nothing follows.
///
/// UTF-8 if it is valid as such, else GB18030 if that is, else whichever leaves fewer lines unreadable; a tie is UTF-8.
pub(super) fn detect(prefix: &[u8], whole: bool) -> Option<Encoding> {
    if prefix.is_ascii() {
        return None;
    }
    if utf8_valid(prefix, whole) {
        return Some(Encoding::Utf8);
    }
    let lines = || {
        prefix
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_ascii())
    };
    let not_utf8 = lines()
        .filter(|line| std::str::from_utf8(line).is_err())
        .count();
    let not_gb = lines().filter(|line| gb18030(line).is_none()).count();
    Some(if not_gb < not_utf8 {
        Encoding::Gb18030
    } else {
        Encoding::Utf8
    })
}

fn utf8_valid(bytes: &[u8], whole: bool) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // The prefix may end within a character.
        Err(error) => error.error_len().is_none() && !whole,
    }
}

fn gb18030(bytes: &[u8]) -> Option<Cow<'_, str>> {
    GB18030.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The text of a cell, `None` where the bytes are not in the encoding. UTF-16 has become UTF-8 before.
pub(super) fn text(bytes: &[u8], encoding: Encoding) -> Option<Cow<'_, str>> {
    match encoding {
        Encoding::Gb18030 => gb18030(bytes),
        _ => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}

/// UTF-16 as UTF-8, with 0xFF where a unit is broken.
pub(super) struct FromUtf16<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    from: usize,
    to: usize,
    out: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> FromUtf16<R> {
    pub(super) fn new(inner: R, encoding: Encoding) -> Self {
        let encoding = match encoding {
            Encoding::Utf16Be => UTF_16BE,
            _ => UTF_16LE,
        };
        Self {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; 32 * 1024],
            from: 0,
            to: 0,
            out: Vec::with_capacity(128 * 1024),
            taken: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        self.out.clear();
        self.taken = 0;
        while self.out.is_empty() && !self.ended {
            if self.from == self.to {
                self.from = 0;
                self.to = super::fill(&mut self.inner, &mut self.raw)?;
            }
            let last = self.to < self.raw.len();
            let mut utf8 = vec![0; 96 * 1024];
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
                &self.raw[self.from..self.to],
                &mut utf8,
                last,
            );
            self.from += read;
            self.out.extend_from_slice(&utf8[..written]);
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.out.push(0xff),
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for FromUtf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.taken == self.out.len() {
            self.refill()?;
        }
        let length = buffer.len().min(self.out.len() - self.taken);
        buffer[..length].copy_from_slice(&self.out[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}
