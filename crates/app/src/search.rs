//! What records are found by: the words of their open fields.
//!
//! A record has one text, in small letters and half-width signs, and is found by any part of it. Nothing private stands in it: records that
//! a word leads to through a private field are asked of [`privacy::find`], and join those that the text finds.

use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::privacy;
use domain::id::UnitId;
use domain::pack::model::{FieldType, Kind};
use domain::record::Record;
use domain::value::{Data, Value};
use store::Tx;
use store::search::{self, Term, Terms};

/// Characters of one field that can be found.
const FIELD: usize = 200;
/// Characters of a record's text.
const MOST: usize = 1_000;
/// Words of one question.
const WORDS: usize = 8;
/// Records that one word leads to through private fields, the latest ones.
const PRIVATE: usize = 200;

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
pub(crate) fn change(kind: &Kind, before: Option<&Record>, after: &Record) -> Change {
    if let Some(before) = before
        && before.doc.data == after.doc.data
        && before.doc.void == after.doc.void
    {
        return Change::Same;
    }
    if after.doc.void {
        return Change::Gone;
    }
    let now = words(kind, &after.doc.data);
    match before {
        Some(before) if words(kind, &before.doc.data) == now => Change::Same,
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

/// The words of what a record holds, without what is private.
fn words(kind: &Kind, data: &Data) -> String {
    let mut parts: Vec<String> = Vec::new();
    for field in &kind.fields {
        let open = field.sensitive.is_none()
            && matches!(field.ty, FieldType::Text { .. } | FieldType::Phone);
        if let Some(Value::Text(value)) = data.get(&field.name).filter(|_| open) {
            parts.push(folded(value).chars().take(FIELD).collect());
        }
    }
    let text = parts.join(" ");
    if text.len() <= MOST {
        return text;
    }
    text.chars().take(MOST).collect()
}

/// What a question looks for: every word must be found, in the text or through a private field.
///
/// # Errors
/// `Asked`: nothing to look for.
pub(crate) fn terms(office: &Office, actor: &Actor, unit: UnitId, q: &str) -> Result<Terms, Error> {
    let words = asked(q)?.into_iter().map(|word| {
        Ok(Term {
            also: privacy::find(office, actor, unit, &word, PRIVATE)?,
            word,
        })
    });
    words.collect::<Result<_, Error>>().map(Terms)
}

/// The words of a question.
fn asked(q: &str) -> Result<Vec<String>, Error> {
    let q = folded(q);
    let words: Vec<String> = q
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    if words.is_empty() || words.len() > WORDS || q.len() > 200 {
        return Err(Error::asked(
            "search-words",
            "q",
            format!("请输入 1 至 {WORDS} 个词。"),
            format!("Give 1 to {WORDS} words."),
        ));
    }
    Ok(words)
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
    fn a_question_of_nothing_is_refused() {
        assert!(asked("  ").is_err());
        assert_eq!(asked("水 管").unwrap().len(), 2);
    }
}
