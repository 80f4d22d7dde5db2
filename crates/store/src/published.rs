//! What somebody has answered to what is published: his receipts, his names on a list.

use crate::query::Query;
use crate::{Error, Owned, Tx};
use domain::id::{RecordId, UnitId};
use domain::name::Name;

/// A record that links somebody and one of what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub id: RecordId,
    pub to: RecordId,
}

/// The records that link `party` under one of the names `by`, and one of `to` under one of the names `of`, the latest last.
///
/// What links the party is looked through, which is little; what links a record that everybody has read is not.
///
/// # Errors
/// As the database says.
pub fn answers(
    tx: &mut Tx<'_>,
    unit: UnitId,
    (party, by): (RecordId, &[Name]),
    (to, of): (&[RecordId], &[Name]),
) -> Result<Vec<Answer>, Error> {
    if to.is_empty() || by.is_empty() || of.is_empty() {
        return Ok(Vec::new());
    }
    let text = |name: &Name| Owned::Text(name.to_string());
    let mut query = Query::new(
        "select t.from_id, t.to_id from link l cross join link t where t.unit_id = l.unit_id and t.from_id = l.from_id".into(),
    );
    query.and("l.unit_id = ?", Owned::Id(unit.uuid()));
    query.and("l.to_id = ?", Owned::Id(party.uuid()));
    query.and_any("l.name in", by.iter().map(text));
    query.and_any("t.to_id in", to.iter().map(|id| Owned::Id(id.uuid())));
    query.and_any("t.name in", of.iter().map(text));
    query.sql.push_str(" order by t.from_id");
    query.all(tx, |row| {
        Ok(Answer {
            id: row.get(0)?,
            to: row.get(1)?,
        })
    })
}
