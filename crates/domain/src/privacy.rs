//! Private values: how they are shown to whom, how they are found, how long they are kept, and when a secret file is open.
//!
//! Pure: no key, no cipher. Sealing, opening and destroying are `app`'s; here is what both sides of a seal mean.

use crate::clock::{self, ClockError};
use crate::id::{MemberId, RecordId};
use crate::name::Name;
use crate::pack::model::{
    Field, FieldType, Keep, Kind, Pack, ParameterValue, Role, Search, Sensitive,
};
use crate::parameter::Parameters;
use crate::record::Record;
use crate::record::duties::due_as_of;
use crate::record::evolve::Packs;
use crate::time::{Instant, Zone};
use crate::value::Value;
use std::collections::BTreeSet;

/// The state of a grant in which its holder sees the file.
pub const GRANTED: &str = "granted";
/// The link of a grant to what it opens.
pub const FILE: &str = "file";
/// A name is found by at most so many of its parts.
const MOST_TERMS: usize = 24;

/// Kinds that register persons: staff, and whoever a private field tells of. Each has a key for life.
pub fn persons(pack: &Pack) -> BTreeSet<Name> {
    let mut persons = BTreeSet::new();
    for kind in pack.kinds.values() {
        if kind.role == Some(Role::Member) {
            persons.insert(kind.name.clone());
        }
        let links =
            private(kind).filter_map(|(_, sensitive)| kind.links.get(sensitive.of.as_ref()?));
        persons.extend(links.map(|link| link.kind.clone()));
    }
    persons
}

/// The private fields of a kind.
pub fn private(kind: &Kind) -> impl Iterator<Item = (&Field, &Sensitive)> {
    kind.fields
        .iter()
        .filter_map(|field| Some((field, field.sensitive.as_ref()?)))
}

/// What somebody sees who may know that a value is there and of which sort, not what it is: `138****1234`, `王*`, `****1234`.
pub fn mask(field: &Field, value: &Value) -> String {
    const STARS: &str = "****";
    let Some(text) = value.as_text() else {
        return STARS.into();
    };
    let chars: Vec<char> = text.chars().collect();
    let first = |n: usize| chars[..n].iter().collect::<String>();
    let last = |n: usize| chars[chars.len() - n..].iter().collect::<String>();
    let search = field
        .sensitive
        .as_ref()
        .map_or(Search::None, |sensitive| sensitive.search);
    match (&field.ty, search) {
        (FieldType::Phone, _) if chars.len() >= 11 => first(3) + STARS + &last(4),
        (FieldType::Phone, _) if chars.len() >= 7 => STARS.to_owned() + &last(2),
        // One that is found by its ending has shown it already; never more than a third of it.
        (FieldType::Text { .. }, Search::Ending) if chars.len() >= 12 => {
            STARS.to_owned() + &last(4)
        }
        (FieldType::Text { .. }, Search::Words) if chars.len() >= 2 => first(1) + "*",
        _ => STARS.into(),
    }
}

/// What a value can be found by, as the field's `search` says: itself, its last four characters, its words. Chinese has no blanks: of a run of
/// its characters, every two that stand side by side.
pub fn terms(search: Search, value: &Value) -> Vec<String> {
    let Some(text) = value.as_text() else {
        return Vec::new();
    };
    match search {
        Search::None => Vec::new(),
        Search::Exact => {
            let plain = plain(text);
            if plain.is_empty() {
                Vec::new()
            } else {
                vec![format!("={plain}")]
            }
        }
        Search::Ending => ending(text).into_iter().collect(),
        Search::Words => words(text, MOST_TERMS),
    }
}

/// What must all be found for `asked` to be there. Empty: `asked` is too short to look for in such a field.
pub fn asked(search: Search, asked: &str) -> Vec<String> {
    match search {
        Search::Words => words(asked, MOST_TERMS),
        other => terms(other, &Value::from(asked)),
    }
}

/// Whether a value is what was asked for: terms lead to candidates, this decides.
pub fn answers(search: Search, value: &Value, asked: &str) -> bool {
    let Some(text) = value.as_text() else {
        return false;
    };
    let (text, asked) = (plain(text), plain(asked));
    match search {
        Search::None => false,
        Search::Exact => text == asked,
        Search::Ending => text.ends_with(&asked),
        Search::Words => text.contains(&asked),
    }
}

/// Letters and digits alone, small and of ordinary width.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn ending(text: &str) -> Option<String> {
    let plain: Vec<char> = plain(text).chars().collect();
    let from = plain.len().checked_sub(4)?;
    Some(format!("${}", plain[from..].iter().collect::<String>()))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn words(text: &str, most: usize) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let lower = text.to_lowercase();
    for word in lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let chars: Vec<char> = word.chars().collect();
        if chars.iter().any(|c| is_han(*c)) {
            found.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if chars.len() > 1 {
            found.insert(word.to_owned());
        }
    }
    found.into_iter().take(most).collect()
}

/// When a private value of a record that has ended is kept no longer, by what is in force as of an instant; nothing while it has not ended.
///
/// # Errors
/// A calendar that does not cover it, where `keep` counts working days.
pub fn kept_until(
    record: &Record,
    sensitive: &Sensitive,
    (pack, parameters): (&Pack, &Parameters),
    zone: &Zone,
    as_of: Instant,
) -> Result<Option<Instant>, ClockError> {
    let keep = match &sensitive.keep {
        Keep::Fixed(span) => Some(*span),
        Keep::Param(name) => match parameters.value(pack, name, as_of) {
            Some(ParameterValue::Span(span)) => Some(*span),
            _ => None,
        },
    };
    let (Some(closed), Some(keep)) = (record.closed_at, keep) else {
        return Ok(None);
    };
    clock::ends(closed, keep, &pack.special_days, zone).map(|due| Some(due.at))
}

/// Whether a grant lets a member see a file now: he asked for it, it was granted, and the time for which it was is not over. No sweep need
/// have come by: the duty that ends it says when.
pub fn is_open(
    packs: &dyn Packs,
    pack: &Pack,
    zone: &Zone,
    grant: &Record,
    file: RecordId,
    member: MemberId,
    now: Instant,
) -> bool {
    let Some(kind) = pack.kinds.get(&grant.kind) else {
        return false;
    };
    if kind.role != Some(Role::Grant)
        || grant.doc.void
        || grant.state != GRANTED
        || grant.doc.creator != Some(member)
        || grant.doc.links.get(FILE) != Some(&file)
    {
        return false;
    }
    let mut ends = grant.doc.todo.iter().filter_map(|todo| {
        let duty = kind
            .duty(todo.name.as_str())
            .filter(|duty| duty.on_due.is_some())?;
        due_as_of(packs, pack, zone, grant, duty, todo, Some(now)).ok()
    });
    ends.next().is_some_and(|due| !due.is_late(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;
    use crate::name::Text;

    fn field(ty: FieldType, search: Search) -> Field {
        Field {
            name: "f".into(),
            title: Text::both("f", "f"),
            ty,
            required: false,
            opinion: false,
            default: None,
            sensitive: Some(Sensitive {
                purpose: Text::both("f", "f"),
                keep: Keep::Fixed(Span::Years(1)),
                search,
                seen_by: Vec::new(),
                of: None,
            }),
        }
    }
    const TEXT: FieldType = FieldType::Text {
        max: 80,
        long: false,
    };

    #[test]
    fn a_mask_shows_the_sort_and_not_the_value() {
        for (ty, search, value, shown) in [
            (
                FieldType::Phone,
                Search::Ending,
                "13812341234",
                "138****1234",
            ),
            (FieldType::Phone, Search::Ending, "62345678", "****78"),
            (FieldType::Phone, Search::Ending, "110", "****"),
            (TEXT, Search::Words, "王小明", "王*"),
            (TEXT, Search::Words, "王", "****"),
            (TEXT, Search::Ending, "110101199003071234", "****1234"),
            (TEXT, Search::Ending, "12345", "****"),
            (TEXT, Search::None, "住址", "****"),
        ] {
            assert_eq!(mask(&field(ty, search), &value.into()), shown, "{value}");
        }
        assert_eq!(
            mask(&field(TEXT, Search::None), &Value::List(Vec::new())),
            "****"
        );
    }

    #[test]
    fn a_value_is_found_by_what_its_field_allows() {
        for (search, value, terms_of) in [
            (Search::None, "13812341234", vec![]),
            (Search::Exact, "WT 1-1-101", vec!["=wt11101"]),
            (Search::Ending, "138 1234-1234", vec!["$1234"]),
            (Search::Ending, "123", vec![]),
            (Search::Words, "王小明", vec!["小明", "王小"]),
            (Search::Words, "Li Ming 李明", vec!["li", "ming", "李明"]),
        ] {
            assert_eq!(terms(search, &value.into()), terms_of, "{value}");
        }
        assert!(terms(Search::Words, &"长".repeat(500).as_str().into()).len() <= MOST_TERMS);
    }

    #[test]
    fn what_is_asked_leads_to_what_answers_it() {
        for (search, value, question, found) in [
            (Search::Ending, "13812341234", "1234", true),
            (Search::Ending, "13812341234", "１２３４１２３４", true),
            (Search::Ending, "13812341234", "13812341234", true),
            (Search::Ending, "13812341234", "99991234", false),
            (Search::Exact, "AB-12", "ab12", true),
            (Search::Words, "王小明", "小明", true),
            (Search::Words, "王小明", "王明", false),
        ] {
            let asked = asked(search, question);
            let has = terms(search, &value.into());
            let led = !asked.is_empty() && asked.iter().all(|term| has.contains(term));
            assert_eq!(
                led && answers(search, &value.into(), question),
                found,
                "{value} {question}"
            );
        }
        assert!(asked(Search::Ending, "123").is_empty() && asked(Search::Words, "王").is_empty());
    }
}
