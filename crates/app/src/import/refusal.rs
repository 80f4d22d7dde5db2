//! Why a row was not imported: the line that the report file shows.

use domain::name::Text;

/// One row, or one cell of it, that was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Index of the file in the order in which the files were named.
    pub file: u32,
    /// Line of the text file (1 is the first), or row of the sheet.
    pub line: u64,
    pub column: Option<Box<str>>,
    /// What stood there, shortened to `SHOWN` characters.
    pub value: String,
    /// Stable; scripts may rely on it.
    pub code: &'static str,
    pub reason: Text,
}

/// Characters of a refused value that the report shows.
pub const SHOWN: usize = 80;

impl Refusal {
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            file: 0,
            line: 0,
            column: None,
            value: String::new(),
            code,
            reason: Text {
                zh: zh.into(),
                en: en.into(),
            },
        }
    }
    #[must_use]
    pub fn at(mut self, file: u32, line: u64) -> Self {
        self.file = file;
        self.line = line;
        self
    }
    #[must_use]
    pub fn column(mut self, column: impl Into<Box<str>>) -> Self {
        self.column = Some(column.into());
        self
    }
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        self.value = shortened(value);
        self
    }
}

/// At most `SHOWN` characters, with `…` where something was cut; line ends and other control characters are made visible.
pub fn shortened(value: &str) -> String {
    let mut short = String::new();
    for (count, character) in value.chars().enumerate() {
        if count == SHOWN {
            short.push('…');
            break;
        }
        if character.is_control() {
            short.extend(character.escape_default());
        } else {
            short.push(character);
        }
    }
    short
}

/// The same for bytes of an unknown encoding: what is not ASCII is written as `\xNN`.
pub fn shortened_bytes(value: &[u8]) -> String {
    let end = value.len().min(SHOWN);
    let mut short: String = value[..end].escape_ascii().to_string();
    if value.len() > end {
        short.push('…');
    }
    short
}
