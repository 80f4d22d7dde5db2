//! A journal read step by step, for what depends on how a record stood at each of them.

use super::entry::{Entry, Hash};
use super::evolve::{EvolveError, Packs, evolve, happened};
use super::fold::{needs_journal, patch};
use super::scope::RecordScope;
use super::{BuiltIn, Record};
use crate::expr::Expr;
use crate::record::entry::Used;
use crate::time::{Instant, Zone};
use crate::value::Data;

/// Shows every step with the record before and after it, corrections in their place; an import that was undone shows nothing.
///
/// # Errors
/// An entry that cannot be applied.
pub fn watch(
    packs: &dyn Packs,
    zone: &Zone,
    journal: &[(Entry, String)],
    mut seen: impl FnMut(Option<&Record>, &Entry, &Record),
) -> Result<(), EvolveError> {
    if journal
        .iter()
        .any(|(entry, _)| entry.change == Some(BuiltIn::Void))
    {
        return Ok(());
    }
    let mut record: Option<Record> = None;
    for (entry, text) in &patch(journal) {
        let by_journal = entry
            .change
            .as_ref()
            .zip(record.as_ref())
            .is_some_and(|(change, record)| needs_journal(change, record));
        if by_journal {
            // What a correction does stands in the patched entries; here it only takes its place.
            if let Some(record) = &mut record {
                record.version = entry.seq;
                record.head = Hash::default();
            }
            continue;
        }
        let change = evolve(packs, zone, record.as_ref(), entry, text)?;
        seen(record.as_ref(), entry, &change.record);
        record = Some(change.record);
    }
    Ok(())
}

/// From when on a condition held or did not (S6.3): the first of them is the opening.
///
/// # Errors
/// As [`watch`].
pub fn held(
    packs: &dyn Packs,
    zone: &Zone,
    journal: &[(Entry, String)],
    condition: Option<&Expr>,
) -> Result<Vec<(Instant, bool)>, EvolveError> {
    let none = Data::new();
    let used = Used::default();
    let mut changes: Vec<(Instant, bool)> = Vec::new();
    watch(packs, zone, journal, |_, entry, after| {
        let scope = RecordScope::after(Some(after), &none, &used);
        let holds = condition.is_none_or(|condition| condition.holds(&scope).unwrap_or(false));
        if changes.last().is_none_or(|(_, last)| *last != holds) {
            changes.push((happened(entry), holds));
        }
    })?;
    Ok(changes)
}
