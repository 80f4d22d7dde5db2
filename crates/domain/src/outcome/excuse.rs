//! Who may excuse a missed duty (S4.3).

use serde::{Deserialize, Serialize};

/// Who decides on an excuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decider {
    OwnUnit,
    UnitAbove,
}

/// Beyond this share of a clause's cases the unit above decides; exactly this share is allowed.
pub const EXCUSED_SHARE_BP: i64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExcuseRefused {
    #[error("nobody excuses what touches his own score")]
    OwnScore,
    #[error("an excuse needs evidence")]
    NoEvidence,
}

/// What an excuse would do to a clause, and who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of the scorecard's clause, with this one among them.
    pub excused: u64,
    /// m + v + excused: the same number before and after a case turns from missed to excused.
    pub cases: u64,
    /// The score of whoever decides looks at this duty.
    pub touches_own_score: bool,
    pub has_evidence: bool,
}

/// Who decides: beyond the share the unit above (S4.3).
///
/// # Errors
/// It touches the score of whoever decides, or lacks evidence.
pub fn who_decides(asked: &Asked, share_bp: i64) -> Result<Decider, ExcuseRefused> {
    if asked.touches_own_score {
        return Err(ExcuseRefused::OwnScore);
    }
    if !asked.has_evidence {
        return Err(ExcuseRefused::NoEvidence);
    }
    let beyond =
        i128::from(asked.excused) * 10_000 > i128::from(share_bp) * i128::from(asked.cases);
    Ok(if beyond {
        Decider::UnitAbove
    } else {
        Decider::OwnUnit
    })
}
