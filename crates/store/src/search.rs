//! The text that records are found by: one row a record.
//!
//! A search looks through the rows of one unit, the latest first, and ends with the page. This crate does not know what the text holds:
//! `app` puts words of open fields into it; what is found by a private one comes from [`crate::privacy`].

use crate::query::Query;
use crate::{Error, Owned, Tx};
use domain::id::{RecordId, UnitId};

/// What is looked for: every term must lead to the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(pub Vec<Term>);

/// A word, with the records that it leads to otherwise than by their text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    pub word: String,
    pub also: Vec<RecordId>,
}

/// Places and people that a search may lead through to what hangs on them.
const REGISTERED: i64 = 20;

/// Writes or replaces the text of a record.
///
/// # Errors
/// As the database says.
pub fn put(
    tx: &mut Tx<'_>,
    unit: UnitId,
    registered: bool,
    record: RecordId,
    text: &str,
) -> Result<(), Error> {
    tx.run(
        "insert into search (unit_id, register, record_id, text) values (?1, ?2, ?3, ?4) \
         on conflict (unit_id, register, record_id) do update set text = excluded.text",
        &[&unit, &registered, &record, &text],
    )
    .map(|_| ())
}

/// Takes the text of a record away: it is found no more.
///
/// # Errors
/// As the database says.
pub fn remove(tx: &mut Tx<'_>, unit: UnitId, record: RecordId) -> Result<(), Error> {
    tx.run(
        "delete from search where unit_id = ?1 and register in (0, 1) and record_id = ?2",
        &[&unit, &record],
    )
    .map(|_| ())
}

/// The stored text of a record.
///
/// # Errors
/// As the database says.
pub fn text(
    tx: &mut Tx<'_>,
    unit: UnitId,
    registered: bool,
    record: RecordId,
) -> Result<Option<String>, Error> {
    tx.optional(
        "select text from search where unit_id = ?1 and register = ?2 and record_id = ?3",
        &[&unit, &registered, &record],
        |row| row.get(0),
    )
}

/// Places and people whose own text matches.
pub(crate) fn register(
    tx: &mut Tx<'_>,
    unit: UnitId,
    terms: &Terms,
) -> Result<Vec<RecordId>, Error> {
    let mut query = Query::new("select s.record_id from search s where s.register = 1".into());
    query.and("s.unit_id = ?", Owned::Id(unit.uuid()));
    matches(&mut query, terms);
    query.end("order by s.record_id desc limit ?", Owned::Int(REGISTERED));
    query.all(tx, |row| row.get(0))
}

/// Leaves what matches itself, or hangs on what does.
pub(crate) fn narrow(query: &mut Query, unit: UnitId, terms: &Terms, on: &[RecordId]) {
    if on.is_empty() {
        matches(query, terms);
        return;
    }
    query.sql.push_str(" and ((1 = 1");
    matches(query, terms);
    query
        .sql
        .push_str(") or s.record_id in (select from_id from link where 1 = 1");
    query.and("unit_id = ?", Owned::Id(unit.uuid()));
    query.and_any("to_id in", on.iter().map(|id| Owned::Id(id.uuid())));
    query.sql.push_str("))");
}

fn matches(query: &mut Query, terms: &Terms) {
    for term in &terms.0 {
        query.and("(s.text like ? escape '!'", Owned::Text(like(&term.word)));
        if !term.also.is_empty() {
            let also = term.also.iter().map(|id| Owned::Id(id.uuid()));
            query.or_any("s.record_id in", also);
        }
        query.sql.push(')');
    }
}

fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_with_a_meaning_in_patterns_are_looked_for_as_they_are() {
        assert_eq!(super::like("5%_!"), "%5!%!_!!%");
    }
}
