//! A whole journal: what its entries make of the record, corrections included.
//!
//! A correction says that an earlier entry was wrong. What it does is defined by reading the journal again with the right value
//! in its place; rows and tallies then move by the difference (S9.2). Replay and correction are therefore one function.

use super::entry::{BuiltIn, Entry, Hash};
use super::evolve::{Change, EvolveError, Packs, evolve};
use super::{Decided, Record};
use crate::ledger::{self, Posted};
use crate::measure::{self, Measures, TallyKey};
use crate::name::Name;
use crate::outcome::{Excuse, Outcome};
use crate::tally::Tally;
use crate::time::{Instant, Zone};
use std::collections::BTreeMap;

/// A record, all its decided duties and all that it adds to tallies, as the journal makes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    pub record: Record,
    pub decided: BTreeMap<(Name, u32), Decided>,
    pub tallies: BTreeMap<TallyKey, Tally>,
    /// What it has posted in ledgers, by account.
    pub posted: Posted,
}

/// Reads a journal from its first entry; `texts` are the entries as stored, `measures` what is counted now.
///
/// # Errors
/// An empty journal, or an entry that cannot be applied.
pub fn fold(
    packs: &dyn Packs,
    measures: &Measures,
    zone: &Zone,
    journal: &[(Entry, String)],
) -> Result<Folded, EvolveError> {
    let patched = patch(journal);
    let mut folded: Option<Folded> = None;
    let mut head = Hash::default();
    for ((entry, text), (original, _)) in patched.iter().zip(journal) {
        head = Entry::hash(entry.unit, entry.record, &head, text);
        let mut next = match (&original.change, folded.take()) {
            (Some(change), Some(mut so_far)) if needs_journal(change, &so_far.record) => {
                so_far.apply(change, entry.recorded_at, measures);
                so_far.record.version = entry.seq;
                so_far
            }
            (_, so_far) => {
                let before = so_far.as_ref().map(|folded| &folded.record);
                let change = evolve(packs, zone, before, entry, text)?;
                let moved = measures.moved(entry.unit, zone, before, entry, &change);
                let (mut decided, mut tallies, mut posted) = so_far
                    .map(|folded| (folded.decided, folded.tallies, folded.posted))
                    .unwrap_or_default();
                ledger::add_all(&mut posted, &change.posted, 1);
                for gone in &change.revoked {
                    decided.remove(&(gone.name.clone(), gone.occurrence));
                }
                for row in change.decided {
                    decided.insert((row.name.clone(), row.occurrence), row);
                }
                measure::add_all(&mut tallies, moved);
                Folded {
                    record: change.record,
                    decided,
                    tallies,
                    posted,
                }
            }
        };
        next.record.head = head;
        folded = Some(next);
    }
    folded.ok_or(EvolveError::NotOpened)
}

/// What a new entry changes that only the whole journal can say, and what it moves; `journal` ends with it.
///
/// # Errors
/// As [`fold`].
pub fn refold(
    packs: &dyn Packs,
    measures: &Measures,
    zone: &Zone,
    journal: &[(Entry, String)],
) -> Result<(Change, BTreeMap<TallyKey, Tally>), EvolveError> {
    let (_, earlier) = journal.split_last().ok_or(EvolveError::NotOpened)?;
    let old = fold(packs, measures, zone, earlier)?;
    let new = fold(packs, measures, zone, journal)?;
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
    let mut posted = new.posted;
    ledger::add_all(&mut posted, &old.posted, -1);
    let mut moved = new.tallies;
    measure::subtract_all(&mut moved, old.tallies);
    Ok((
        Change {
            record: new.record,
            decided,
            revoked,
            posted,
        },
        moved,
    ))
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
        BuiltIn::HandOver { .. }
        | BuiltIn::Take { .. }
        | BuiltIn::Approve { .. }
        | BuiltIn::Return { .. }
        | BuiltIn::Merge { .. }
        | BuiltIn::Unmerge
        | BuiltIn::NotApplied { .. }
        | BuiltIn::Settle { .. }
        | BuiltIn::Erase { .. }
        | BuiltIn::Recur { .. }
        | BuiltIn::Lapse { .. }
        | BuiltIn::Migrate(_)
        | BuiltIn::ExcuseRecord
        | BuiltIn::Depart { .. }
        | BuiltIn::Arrive(_) => false,
    }
}

impl Folded {
    /// A missed duty that is done or has ceased does not count (S4.3).
    fn excuse(&mut self, duty: &Name, occurrence: u32, at: Instant, measures: &Measures) {
        let key = (duty.clone(), occurrence);
        let Some(row) = self.decided.get_mut(&key) else {
            return;
        };
        if row.outcome != Outcome::Missed {
            return;
        }
        let excused = |row: &Decided| Decided {
            outcome: Outcome::Excused,
            worth_bp: 0,
            shares: Vec::new(),
            ..row.clone()
        };
        let now = excused(row);
        let moved = measures.replaced(
            (self.record.unit, self.record.id),
            &self.record.kind,
            row,
            &now,
        );
        measure::add_all(&mut self.tallies, moved);
        *row = now;
        // What may yet be revoked is the same row, and stays excused when it is.
        let doc = &mut self.record.doc;
        let merged = doc
            .merged
            .iter_mut()
            .flat_map(|merged| &mut merged.withdrawn);
        for kept in doc.standing.iter_mut().chain(merged) {
            if kept.name == *duty && kept.occurrence == occurrence {
                *kept = excused(kept);
                if let Some(was) = &mut kept.was {
                    was.excuse = Some(Excuse {
                        recorded_at: at,
                        falls_away: false,
                    });
                }
            }
        }
    }

    /// Changes that are not a patch of an earlier entry.
    fn apply(&mut self, change: &BuiltIn, at: Instant, measures: &Measures) {
        match change {
            BuiltIn::Excuse {
                duty, occurrence, ..
            } => self.excuse(duty, *occurrence, at, measures),
            BuiltIn::Void => {
                self.decided.clear();
                self.tallies.clear();
                self.posted.clear();
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
pub(super) fn patch(journal: &[(Entry, String)]) -> Vec<(Entry, String)> {
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
                    // Alone, an author states a time anew; with a second person it counts whatever the proof (S4.6, S9.2).
                    wrong.confirmed = entry.second.is_some();
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
