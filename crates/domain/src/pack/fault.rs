//! What is wrong with a pack, said like a good compiler: code, place, cause, help, in Chinese and English.

use crate::name::Text;
use std::fmt::Write as _;

/// One fault; a pack with any is not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable: `unknown-key`, `no-such-state`, `points-sum` …
    pub code: &'static str,
    /// Path inside the pack.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// Characters, at least 1, within the line.
    pub length: u32,
    pub cause: Text,
    pub help: Text,
    /// The line of the source, without its end.
    pub source: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Zh,
    En,
}

impl Fault {
    /// Cause, place, source line with carets, help.
    pub fn render(&self, language: Language) -> String {
        let (word, help_word, cause, help) = match language {
            Language::Zh => ("错误", "帮助：", &self.cause.zh, &self.help.zh),
            Language::En => ("error", "help: ", &self.cause.en, &self.help.en),
        };
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let colon = if language == Language::Zh {
            "："
        } else {
            ": "
        };
        let before = usize::try_from(self.column.saturating_sub(1)).unwrap_or(0);
        let length = usize::try_from(self.length.max(1)).unwrap_or(1);
        let pad: usize = self.source.chars().take(before).map(width).sum();
        let carets: usize = self
            .source
            .chars()
            .skip(before)
            .take(length)
            .map(width)
            .sum();
        let source = self.source.replace('\t', " ");
        let mut text = String::new();
        let _ = write!(
            text,
            "{word}[{}]{colon}{cause}\n{margin}--> {}:{}:{}\n{margin} |\n{number} | {source}\n{margin} | {}{}\n{margin} = {help_word}{help}\n",
            self.code,
            self.file,
            self.line,
            self.column,
            " ".repeat(pad),
            "^".repeat(carets.max(1)),
        );
        text
    }
}

/// All of them, in the order of files and lines, with a count.
pub fn render(faults: &[Fault], language: Language) -> String {
    let mut text: String = faults
        .iter()
        .map(|fault| fault.render(language) + "\n")
        .collect();
    let count = faults.len();
    let _ = match language {
        Language::Zh => writeln!(text, "共 {count} 处错误；未启用此包"),
        Language::En => writeln!(
            text,
            "{count} fault{}; the pack was not loaded",
            if count == 1 { "" } else { "s" }
        ),
    };
    text
}

/// Columns of a terminal: two for Chinese characters and full-width signs.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1_f300..=0x1_faff => 2,
        0x2_0000..=0x3_fffd => 2,
        _ => 1,
    }
}
