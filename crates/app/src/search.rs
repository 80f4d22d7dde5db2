//! What records are found by: words of open fields as they stand, and of private ones nothing but keyed tokens.
//!
//! A record has one text, in small letters and half-width signs. Words of open fields can be found by any part of them. A private field
//! is found only as its pack allows (`search: exact | ending | words`): what was typed is turned into the same token under the same key, and
//! without the key the text tells nothing. Whoever has no key indexes no private field.

use crate::attachment::Digest as Hex;
use crate::clock::Clock;
use crate::error::Error;
use domain::pack::model::{FieldType, Kind, Search, Sensitive};
use domain::record::Record;
use domain::value::{Data, Value};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use store::Tx;
use store::search::{self, Terms};

/// Characters of one field that can be found.
const FIELD: usize = 200;
/// Characters of a record's text.
const MOST: usize = 1_000;
/// Words of one question.
const WORDS: usize = 8;

/// The key of tokens; it lives outside the database.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The key in a file, made and written there if there is none; only its owner may read it.
    ///
    /// # Errors
    /// A file that cannot be read or written, or that holds something else.
    pub fn in_file(path: &Path, clock: &Clock) -> Result<Self, Error> {
        let failed = |source| Error::File {
            path: path.display().to_string(),
            source,
        };
        match fs::read_to_string(path) {
            Ok(text) => match Hex::parse(text.trim()) {
                Some(Hex(key)) => Ok(Self(key)),
                None => Err(failed(io::Error::other("not 64 hex digits"))),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = Sha256::new()
                    .chain_update(clock.secret())
                    .chain_update(clock.secret())
                    .finalize();
                let key = Hex(made.into());
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(failed)?;
                }
                let mut options = fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let written = options.open(path).and_then(|mut file| {
                    writeln!(file, "{}", key.hex()).and_then(|()| file.sync_all())
                });
                match written {
                    // Another process was quicker: its key is the key.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        Self::in_file(path, clock)
                    }
                    written => written.map(|()| Self(key.0)).map_err(failed),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// What stands for a private text: 64 bits of a keyed digest, told apart by how it is matched.
    pub fn token(&self, way: &str, text: &str) -> String {
        // HMAC (RFC 2104) with SHA-256; the key is shorter than a block.
        let pad = |with: u8| {
            let mut block = [with; 64];
            for (slot, byte) in block.iter_mut().zip(self.0) {
                *slot ^= byte;
            }
            block
        };
        let inner = Sha256::new()
            .chain_update(pad(0x36))
            .chain_update(way)
            .chain_update([0x1f])
            .chain_update(text)
            .finalize();
        let outer = Sha256::new()
            .chain_update(pad(0x5c))
            .chain_update(inner)
            .finalize();
        let mut token = String::from("~");
        for byte in &outer[..8] {
            let _ = write!(token, "{byte:02x}");
        }
        token
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What a step does to the text that its record is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Same,
    /// The words, without the number, which an opening draws last.
    Words(String),
    /// The record is found no more.
    Gone,
}

/// How the text changes from one version of a record to the next.
pub(crate) fn change(
    kind: &Kind,
    before: Option<&Record>,
    after: &Record,
    key: Option<&Key>,
) -> Change {
    if let Some(before) = before
        && before.doc.data == after.doc.data
        && before.doc.void == after.doc.void
    {
        return Change::Same;
    }
    if after.doc.void {
        return Change::Gone;
    }
    let now = words(kind, &after.doc.data, key);
    match before {
        Some(before) if words(kind, &before.doc.data, key) == now => Change::Same,
        _ => Change::Words(now),
    }
}

impl Change {
    pub(crate) fn write(
        &self,
        tx: &mut Tx<'_>,
        kind: &Kind,
        record: &Record,
    ) -> Result<(), store::Error> {
        match self {
            Self::Same => Ok(()),
            Self::Gone => search::remove(tx, record.unit, record.id),
            Self::Words(words) => {
                let numbered = kind.number.is_some();
                let text = if numbered {
                    format!("{} {words}", folded(&record.number))
                } else {
                    words.clone()
                };
                search::put(tx, record.unit, !numbered, record.id, &text)
            }
        }
    }
}

/// The words of what a record holds.
fn words(kind: &Kind, data: &Data, key: Option<&Key>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for field in &kind.fields {
        let Some(Value::Text(value)) = data.get(&field.name) else {
            continue;
        };
        match (&field.sensitive, &field.ty) {
            (Some(private), ty) => {
                if let Some(key) = key {
                    tokens(key, private, ty, value, &mut parts);
                }
            }
            (None, FieldType::Text { .. } | FieldType::Phone) => {
                let value = folded(value);
                parts.push(value.chars().take(FIELD).collect());
            }
            (None, _) => {}
        }
    }
    let text = parts.join(" ");
    if text.len() <= MOST {
        return text;
    }
    text.chars().take(MOST).collect()
}

fn tokens(key: &Key, private: &Sensitive, ty: &FieldType, value: &str, parts: &mut Vec<String>) {
    let number = matches!(ty, FieldType::Phone);
    let whole = if number { digits(value) } else { folded(value) };
    if whole.is_empty() {
        return;
    }
    match private.search {
        Search::None => {}
        Search::Exact => parts.push(key.token("whole", &whole)),
        Search::Ending => {
            parts.push(key.token("whole", &whole));
            if let Some(end) = ending(&whole) {
                parts.push(key.token("ending", &end));
            }
        }
        Search::Words => {
            parts.push(key.token("whole", &whole));
            parts.extend(pairs(&whole).map(|pair| key.token("words", &pair)));
        }
    }
}

/// What a question looks for: every word must be found, as it stands or as a token.
///
/// # Errors
/// `Asked`: nothing to look for.
pub fn terms(q: &str, key: Option<&Key>) -> Result<Terms, Error> {
    let q = folded(q);
    let words: Vec<&str> = q.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > WORDS || q.len() > 200 {
        return Err(Error::asked(
            "search-words",
            "q",
            format!("请输入 1 至 {WORDS} 个词。"),
            format!("Give 1 to {WORDS} words."),
        ));
    }
    let groups = words.into_iter().map(|word| {
        let mut spellings = vec![word.to_owned()];
        if let Some(key) = key {
            spellings.push(key.token("whole", word));
            let number = digits(word);
            if number.len() == word.len() || word.starts_with('+') {
                if number.len() >= 7 {
                    spellings.push(key.token("whole", &number));
                } else if number.len() == 4 {
                    spellings.push(key.token("ending", &number));
                }
            } else if let Some(pair) = only_pair(word) {
                spellings.push(key.token("words", &pair));
            }
        }
        spellings
    });
    Ok(Terms(groups.collect()))
}

fn ending(digits: &str) -> Option<String> {
    let from = digits.len().checked_sub(4)?;
    (from > 0).then(|| digits[from..].to_owned())
}

/// Neighbouring characters, by which a part of a name is found.
fn pairs(text: &str) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(40)
        .collect();
    (0..chars.len().saturating_sub(1)).map(move |at| chars[at..at + 2].iter().collect())
}

/// A word of two characters is one pair; a longer one is found whole.
fn only_pair(word: &str) -> Option<String> {
    (word.chars().count() == 2).then(|| word.to_owned())
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Small letters, half-width signs, one space between words.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            '—' | '–' | '−' => '-',
            c => c,
        };
        if c.is_whitespace() || c.is_control() || c == '~' {
            if !folded.ends_with(' ') && !folded.is_empty() {
                folded.push(' ');
            }
        } else {
            folded.extend(c.to_lowercase());
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_the_text_was_written() {
        assert_eq!(
            folded("  ３－２－１２０２\u{3000}厨房 漏水\n"),
            "3-2-1202 厨房 漏水"
        );
        assert_eq!(folded("WX-WT-0003"), "wx-wt-0003");
    }

    #[test]
    fn tokens_differ_by_key_and_by_way_and_tell_nothing_of_the_text() {
        let (one, two) = (Key::new([1; 32]), Key::new([2; 32]));
        assert_ne!(one.token("whole", "1234"), two.token("whole", "1234"));
        assert_ne!(one.token("whole", "1234"), one.token("ending", "1234"));
        assert_eq!(one.token("whole", "1234"), one.token("whole", "1234"));
        assert_eq!(one.token("whole", "1234").len(), 17);
    }

    #[test]
    fn a_question_of_nothing_is_refused() {
        assert!(terms("  ", None).is_err());
        assert_eq!(terms("水 管", None).unwrap().0.len(), 2);
    }
}
