//! Who may correct an entry (S9.1, S9.2). A correction is an entry of its own; what it does to duties and tallies is not decided here.

use crate::id::MemberId;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Microseconds for which an author may correct his entry alone; inclusive.
pub const ALONE_FOR: i64 = 15 * 60_000_000;

/// A wish to correct, and the entry that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Who did what the entry says.
    pub author: Option<MemberId>,
    pub entry_recorded_at: Instant,
    /// The step after it on the same record, if there is one by now.
    pub next_step_at: Option<Instant>,
    pub by: MemberId,
    pub recorded_by: Option<MemberId>,
    pub recorded_at: Instant,
    /// Who agrees to it.
    pub second: Option<MemberId>,
    /// It turns a missed duty into a met one.
    pub turns_missed_into_met: bool,
    /// It names the record's unit or kind.
    pub of_unit_or_kind: bool,
}

/// What a correction takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// The author alone.
    Alone,
    /// A second person, who is there or still missing (`Correction::second`).
    SecondPerson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionRefused {
    #[error("the second person is the one who corrects or records; somebody else must agree")]
    SamePerson,
    #[error("unit and kind are never corrected; transfer the record or cancel it")]
    UnitOrKind,
}

impl Correction {
    /// The author corrects alone within 15 minutes and before the next step; later, by another, or where it turns missed into met, it takes a
    /// second person, who is neither `by` nor `recorded_by` (S9.1, S9.2).
    ///
    /// # Errors
    /// A second person who is none; unit and kind.
    pub fn needs(&self) -> Result<Needs, CorrectionRefused> {
        if self.of_unit_or_kind {
            return Err(CorrectionRefused::UnitOrKind);
        }
        if self.second.is_some()
            && (self.second == Some(self.by) || self.second == self.recorded_by)
        {
            return Err(CorrectionRefused::SamePerson);
        }
        let by_author = self.author == Some(self.by);
        let soon = self.recorded_at.since(self.entry_recorded_at) <= ALONE_FOR;
        let before_next = self.next_step_at.is_none_or(|next| self.recorded_at < next);
        Ok(
            if by_author && soon && before_next && !self.turns_missed_into_met {
                Needs::Alone
            } else {
                Needs::SecondPerson
            },
        )
    }
}
