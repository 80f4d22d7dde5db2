//! Money effects (S7.14): off unless switched on, and even then only proposals that a person approves. Nothing here pays, deducts or dismisses.

use crate::number::{Bp, NumberError, Ratio};
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// At most this share of the month's wage.
pub const WAGE_SHARE: Bp = Bp::new(2_000);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoneyEffects {
    #[default]
    Off,
    Proposed,
}

/// What a proposal rests on; all amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Of the month.
    pub wage_fen: i64,
    pub minimum_wage_fen: i64,
    /// Proven, with its evidence in the journal.
    pub proven_fen: i64,
    /// The member has been heard.
    pub statement_given: bool,
}

/// What stands between a proposal and the wage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    PersonApproval,
}

/// Every proposal needs a person's approval; nothing follows from a score, a grade or a rank by itself.
pub const NEEDS: Needs = Needs::PersonApproval;

/// A deduction that somebody may approve; never called a fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Proposal {
    pub amount_fen: i64,
    pub capped_by: Cap,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// No cap was reached: the loss itself.
    Loss,
    WageShare,
    MinimumWage,
}

/// The proposal, `None` where effects are off, no loss is proven, the member has not been heard, or the caps leave nothing. The share of the
/// wage is cut down to whole fen: a cap is never exceeded.
pub fn proposal(effects: MoneyEffects, loss: &Loss) -> Result<Option<Proposal>, NumberError> {
    if effects == MoneyEffects::Off || !loss.statement_given {
        return Ok(None);
    }
    let share = WAGE_SHARE.ratio().times(Ratio::whole(loss.wage_fen))?;
    let share_fen = share.numerator().div_euclid(share.denominator());
    let above_minimum = i128::from(loss.wage_fen) - i128::from(loss.minimum_wage_fen);
    let (amount, capped_by) = [
        (i128::from(loss.proven_fen), Cap::Loss),
        (share_fen, Cap::WageShare),
        (above_minimum, Cap::MinimumWage),
    ]
    .into_iter()
    .min_by_key(|(amount, _)| *amount)
    .unwrap_or((0, Cap::Loss));
    let amount_fen = i64::try_from(amount).map_err(|_| NumberError::Overflow)?;
    Ok((amount_fen > 0).then_some(Proposal {
        amount_fen,
        capped_by,
    }))
}

/// A version of a standard, as one member knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub version: u32,
    pub in_force_from: Day,
    /// The day of his read receipt.
    pub read_on: Option<Day>,
}

/// S7.14: the version that binds a member in a period: the latest in force of which he had been told on the period's first day. `None` where he
/// had been told of none, and is not scored.
pub fn binding_version(versions: &[Told], first_day: Day) -> Option<u32> {
    let told = |told: &&Told| {
        told.in_force_from <= first_day && told.read_on.is_some_and(|day| day <= first_day)
    };
    let latest = versions.iter().filter(told);
    latest
        .max_by_key(|told| (told.in_force_from, told.version))
        .map(|told| told.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOSS: Loss = Loss {
        wage_fen: 450_000,
        minimum_wage_fen: 242_000,
        proven_fen: 120_000,
        statement_given: true,
    };

    fn proposed(loss: &Loss) -> Option<(i64, Cap)> {
        let proposal = proposal(MoneyEffects::Proposed, loss).unwrap();
        proposal.map(|p| (p.amount_fen, p.capped_by))
    }

    /// S7.14: caps of 20% of the wage and the minimum wage; off by default.
    #[test]
    fn s7_14_a_proposal_is_capped_and_off_by_default() {
        assert_eq!(proposed(&LOSS), Some((90_000, Cap::WageShare)));
        let small = Loss {
            proven_fen: 50_000,
            ..LOSS
        };
        assert_eq!(proposed(&small), Some((50_000, Cap::Loss)));
        let poor = Loss {
            wage_fen: 250_000,
            ..LOSS
        };
        assert_eq!(proposed(&poor), Some((8_000, Cap::MinimumWage)));
        assert_eq!(
            proposed(&Loss {
                wage_fen: 242_000,
                ..LOSS
            }),
            None
        );
        assert_eq!(
            proposed(&Loss {
                proven_fen: 0,
                ..LOSS
            }),
            None
        );
        assert_eq!(
            proposed(&Loss {
                statement_given: false,
                ..LOSS
            }),
            None
        );
        assert_eq!(proposal(MoneyEffects::default(), &LOSS), Ok(None));
        let odd = Loss {
            wage_fen: 300_001,
            minimum_wage_fen: 0,
            ..LOSS
        };
        assert_eq!(proposed(&odd), Some((60_000, Cap::WageShare)));
    }

    /// S7.14: a version binds who had been told of it on the period's first day.
    #[test]
    fn s7_14_a_member_is_scored_by_the_version_he_had_been_told_of() {
        let day = |m, d| Day::new(2026, m, d).unwrap();
        let versions = |read_on| {
            [
                Told {
                    version: 2,
                    in_force_from: day(1, 1),
                    read_on: Some(day(1, 1)),
                },
                Told {
                    version: 3,
                    in_force_from: day(4, 1),
                    read_on,
                },
            ]
        };
        let april = day(4, 1);
        assert_eq!(binding_version(&versions(Some(day(3, 28))), april), Some(3));
        assert_eq!(binding_version(&versions(Some(day(4, 1))), april), Some(3));
        assert_eq!(binding_version(&versions(Some(day(5, 2))), april), Some(2));
        assert_eq!(binding_version(&versions(None), april), Some(2));
        assert_eq!(
            binding_version(&versions(Some(day(3, 28))), day(3, 1)),
            Some(2)
        );
        assert_eq!(binding_version(&versions(None)[1..], april), None);
    }

    proptest! {
        /// S7.14: no cap is ever exceeded.
        #[test]
        fn s7_14_no_cap_is_exceeded(wage_fen in 0_i64..2_000_000, minimum_wage_fen in 0_i64..400_000, proven_fen in 0_i64..3_000_000) {
            let loss = Loss { wage_fen, minimum_wage_fen, proven_fen, statement_given: true };
            if let Some((amount, _)) = proposed(&loss) {
                prop_assert!(amount <= proven_fen && amount * 5 <= wage_fen);
                prop_assert!(wage_fen - amount >= minimum_wage_fen);
            }
        }
    }
}
