//! Appeals (申诉, S8.5): a member contests what he was shown; somebody outside the chain decides; a score is never lowered.

use crate::calendar::SpecialDays;
use crate::clock::{self, ClockError, Due, Span};
use crate::id::MemberId;
use crate::name::Text;
use crate::number::Points;
use crate::time::{Instant, Zone};
use serde::{Deserialize, Serialize};

/// From being shown the score, or the first decision.
pub const FILED_WITHIN: Span = Span::Days(5);
/// From being filed.
pub const DECIDED_WITHIN: Span = Span::Days(5);

/// Where an appeal stands: one, and one further to the unit above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instance {
    First,
    UnitAbove,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppealError {
    #[error("the time to appeal has passed; it ended at {}", due.at)]
    TooLate { due: Due },
    #[error("the unit above has decided; there is no further appeal")]
    Exhausted,
    #[error("an appeal is decided by somebody outside the chain that gave the score")]
    InChain,
    #[error(transparent)]
    Clock(#[from] ClockError),
}

impl AppealError {
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLate { .. } => "appeal.too-late",
            Self::Exhausted => "appeal.exhausted",
            Self::InChain => "appeal.in-chain",
            Self::Clock(error) => error.code(),
        }
    }
    pub fn text(self) -> Text {
        let zh = match self {
            Self::TooLate { due } => format!("申诉期限已过（截至 {}）", due.at),
            Self::Exhausted => "上级单位已作决定，不得再申诉".into(),
            Self::InChain => "申诉应由评分链以外的人决定".into(),
            Self::Clock(error) => return error.text(),
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}

/// Until when what was shown can be appealed against.
pub fn file_by(shown_at: Instant, days: &SpecialDays, zone: &Zone) -> Result<Due, ClockError> {
    clock::ends(shown_at, FILED_WITHIN, days, zone)
}

/// Until when an appeal is to be decided.
pub fn decide_by(filed_at: Instant, days: &SpecialDays, zone: &Zone) -> Result<Due, ClockError> {
    clock::ends(filed_at, DECIDED_WITHIN, days, zone)
}

/// Takes an appeal: `decided` is the last instance that has decided, `shown_at` when the score or that decision was shown.
pub fn file(
    shown_at: Instant,
    decided: Option<Instance>,
    filed_at: Instant,
    days: &SpecialDays,
    zone: &Zone,
) -> Result<Instance, AppealError> {
    let instance = match decided {
        None => Instance::First,
        Some(Instance::First) => Instance::UnitAbove,
        Some(Instance::UnitAbove) => return Err(AppealError::Exhausted),
    };
    let due = file_by(shown_at, days, zone)?;
    if due.allows(filed_at) {
        Ok(instance)
    } else {
        Err(AppealError::TooLate { due })
    }
}

/// Whether somebody may decide: not the one who appeals, nobody who gave, recorded or approved the score.
pub fn may_decide(
    decider: MemberId,
    appellant: MemberId,
    chain: &[MemberId],
) -> Result<(), AppealError> {
    if decider == appellant || chain.contains(&decider) {
        Err(AppealError::InChain)
    } else {
        Ok(())
    }
}

/// The score after an appeal: never lower than before, and a total where there was none stands.
pub fn settled(before: Option<Points>, reviewed: Option<Points>) -> Option<Points> {
    before.max(reviewed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{RecordId, Uuid};
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// S8.5: within five days of being shown, at the first instance and at the one above.
    #[test]
    fn s8_5_an_appeal_is_filed_within_five_days_and_once_more_above() {
        let (none, zone) = (SpecialDays::none(), Zone::shanghai());
        let shown = at("2026-04-02T15:00:00+08:00");
        let filed = at("2026-04-07T23:59:59.999999+08:00");
        let late = at("2026-04-08T00:00:00+08:00");
        let due = file_by(shown, &none, &zone).unwrap();
        assert_eq!(due, Due::exclusive(late));
        let file = |decided, at| file(shown, decided, at, &none, &zone);
        assert_eq!(file(None, filed), Ok(Instance::First));
        assert_eq!(file(None, late), Err(AppealError::TooLate { due }));
        assert_eq!(file(Some(Instance::First), filed), Ok(Instance::UnitAbove));
        assert_eq!(
            file(Some(Instance::UnitAbove), filed),
            Err(AppealError::Exhausted)
        );
        let decided = decide_by(filed, &none, &zone).unwrap();
        assert_eq!(decided, Due::exclusive(at("2026-04-13T00:00:00+08:00")));
    }

    /// S8.5: decided by somebody outside the chain.
    #[test]
    fn s8_5_nobody_of_the_chain_decides() {
        let member = |n| MemberId::from(RecordId::from_uuid(Uuid::from_u128(n)));
        let chain = [member(2), member(3)];
        let decide = |n| may_decide(member(n), member(1), &chain);
        assert_eq!(decide(4), Ok(()));
        for n in 1..=3 {
            assert_eq!(decide(n), Err(AppealError::InChain));
        }
    }

    proptest! {
        /// S8.5: an appeal never lowers a score.
        #[test]
        fn s8_5_an_appeal_never_lowers(before: Option<i32>, reviewed: Option<i32>) {
            let points = |h: Option<i32>| h.map(|h| Points::from_hundredths(h.into()));
            let settled = settled(points(before), points(reviewed));
            prop_assert!(settled >= points(before));
            prop_assert!(settled == points(before) || settled == points(reviewed));
        }
    }
}
