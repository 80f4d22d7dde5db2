//! A whole journal: what its entries make of the record, corrections included.
//!
//! A correction says that an earlier entry was wrong. What it does is defined by reading the journal again with the right value
//! in its place; rows and tallies then move by the difference (S9.2). Replay and correction are therefore one function.

use super::entry::{BuiltIn, Entry, Hash};
use super::evolve::{Change, EvolveError, Packs, evolve};
use super::{Decided, Record};
use crate::name::Name;
use crate::time::Zone;
use std::collections::BTreeMap;

/// A record and all its decided duties, as the journal makes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    pub record: Record,
    pub decided: BTreeMap<(Name, u32), Decided>,
}

/// Reads a journal from its first entry; `texts` are the entries as stored.
///
/// # Errors
/// An empty journal, or an entry that cannot be applied.
pub fn fold(
    packs: &dyn Packs,
    zone: &Zone,
    journal: &[(Entry, String)],
) -> Result<Folded, EvolveError> {
    let patched = patch(journal);
    let mut folded: Option<Folded> = None;
    let mut head = Hash::default();
    for ((entry, text), (original, _)) in patched.iter().zip(journal) {
        head = Entry::hash(entry.unit, entry.record, &head, text);
        let next = match (&original.change, folded.take()) {
            (Some(change), Some(mut so_far)) if needs_journal(change, &so_far.record) => {
                so_far.apply(change);
                so_far.record.version = entry.seq;
                so_far
            }
            (_, so_far) => {
                let before = so_far.as_ref().map(|folded| &folded.record);
                let change = evolve(packs, zone, before, entry, text)?;
                let mut decided = so_far.map(|folded| folded.decided).unwrap_or_default();
                for gone in &change.revoked {
                    decided.remove(&(gone.name.clone(), gone.occurrence));
                }
                for row in change.decided {
                    decided.insert((row.name.clone(), row.occurrence), row);
                }
                Folded {
                    record: change.record,
                    decided,
                }
            }
        };
        folded = Some(next);
        if let Some(folded) = &mut folded {
            folded.record.head = head;
        }
    }
    folded.ok_or(EvolveError::NotOpened)
}

/// What a new entry does that only the whole journal can say; `journal` ends with it.
///
/// # Errors
/// As [`fold`].
pub fn refold(
    packs: &dyn Packs,
    zone: &Zone,
    journal: &[(Entry, String)],
) -> Result<Change, EvolveError> {
    let (_, earlier) = journal.split_last().ok_or(EvolveError::NotOpened)?;
    let old = fold(packs, zone, earlier)?;
    let new = fold(packs, zone, journal)?;
    let revoked = old
        .decided
        .iter()
        .filter(|(key, row)| new.decided.get(*key) != Some(row))
        .map(|(_, row)| row.clone())
        .collect();
    let decided = new
        .decided
        .iter()
        .filter(|(key, row)| old.decided.get(*key) != Some(row))
        .map(|(_, row)| row.clone())
        .collect();
    Ok(Change {
        record: new.record,
        decided,
        revoked,
    })
}

/// Whether `evolve` alone cannot say what the change does.
pub fn needs_journal(change: &BuiltIn, record: &Record) -> bool {
    match change {
        BuiltIn::Correct { .. }
        | BuiltIn::CorrectTime { .. }
        | BuiltIn::Recompute { .. }
        | BuiltIn::Void => true,
        BuiltIn::Excuse {
            duty, occurrence, ..
        } => !record
            .doc
            .todo
            .iter()
            .any(|todo| todo.name == *duty && todo.occurrence == *occurrence),
        BuiltIn::HandOver { .. } | BuiltIn::Take { .. } => false,
    }
}

impl Folded {
    /// Changes that are not a patch of an earlier entry.
    fn apply(&mut self, change: &BuiltIn) {
        match change {
            BuiltIn::Excuse {
                duty, occurrence, ..
            } => {
                if let Some(row) = self.decided.get_mut(&(duty.clone(), *occurrence)) {
                    row.outcome = crate::outcome::Outcome::Excused;
                }
                for row in &mut self.record.doc.standing {
                    if row.name == *duty && row.occurrence == *occurrence {
                        row.outcome = crate::outcome::Outcome::Excused;
                    }
                }
            }
            BuiltIn::Void => {
                self.decided.clear();
                self.record.doc.todo.clear();
                self.record.doc.standing.clear();
                self.record.doc.void = true;
                self.record.closed_at = self.record.closed_at.or(Some(self.record.opened_at));
            }
            _ => {}
        }
    }
}

/// The journal with every correction in its place.
fn patch(journal: &[(Entry, String)]) -> Vec<(Entry, String)> {
    let mut patched = journal.to_vec();
    for (index, (entry, _)) in journal.iter().enumerate() {
        match &entry.change {
            Some(BuiltIn::Correct {
                seq, field, new, ..
            }) => {
                if let Some((wrong, _)) = find(&mut patched, *seq) {
                    wrong.data.insert(field.clone(), new.clone());
                }
            }
            Some(BuiltIn::CorrectTime { seq, new, .. }) => {
                if let Some((wrong, _)) = find(&mut patched, *seq) {
                    wrong.occurred = Some(*new);
                    wrong.confirmed = true;
                }
            }
            Some(BuiltIn::Recompute { pack }) => {
                for (earlier, _) in &mut patched[..index] {
                    earlier.days = Some(*pack);
                }
            }
            _ => {}
        }
    }
    patched
}

fn find(journal: &mut [(Entry, String)], seq: i64) -> Option<&mut (Entry, String)> {
    journal.iter_mut().find(|(entry, _)| entry.seq == seq)
}
