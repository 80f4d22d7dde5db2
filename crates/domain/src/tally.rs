//! Running counts of a measure (累计), per unit, holder and window (S8.2).
//!
//! A tally is a sum over items of evidence and nothing else: counts add up in any order, and a correction subtracts what it takes back, so
//! tallies form a commutative group. What is due and undone at `as_of` is never stored in one: it is counted from the duties to do and
//! added at reading.

use crate::number::{Bp, NumberError, Ratio};
use crate::outcome::{Judgement, Outcome};
use serde::{Deserialize, Serialize};

/// What one item of evidence says at `as_of` (S4.1, S4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Met,
    /// Done after it was due; `worth` of it is still met, zero unless the duty says otherwise (S4.2).
    Late {
        worth: Bp,
    },
    /// Due and not done, or a thing that must not happen and did.
    Missed,
    Pending,
    Excused,
    Exempt,
    Withdrawn,
    /// Imported history that live work would have been refused for (S4.8): left out, and said how many.
    Anomalous,
    /// Charged to somebody else (S5.3).
    NotApplicable,
}

impl Verdict {
    /// What a duty has come to, as a count sees it; `worth` is what it is still worth if it was done late (S4.2).
    pub fn of(judgement: &Judgement, worth: Bp, anomalous: bool) -> Self {
        match judgement.outcome {
            _ if anomalous => Self::Anomalous,
            Outcome::Met => Self::Met,
            Outcome::Missed if judgement.done_at.is_some() => Self::Late { worth },
            Outcome::Missed => Self::Missed,
            Outcome::Pending => Self::Pending,
            Outcome::Excused => Self::Excused,
            Outcome::Exempt => Self::Exempt,
            Outcome::Withdrawn => Self::Withdrawn,
        }
    }
}

/// Counts of items by verdict, and the sum of values where a measure adds up a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tally {
    pub met: i64,
    /// Done late; `late_worth_bp` is the sum of what each is still worth, in basis points of an item.
    pub late: i64,
    pub late_worth_bp: i64,
    pub missed: i64,
    pub pending: i64,
    pub excused: i64,
    pub exempt: i64,
    pub withdrawn: i64,
    pub anomalous: i64,
    /// Opinions that staff entered about their own work (S9.6): not counted, and shown.
    pub apart: i64,
    /// How many values `sum` adds up: microseconds, fen or a field's own unit.
    pub values: i64,
    pub sum: i64,
}

impl Tally {
    pub const ZERO: Self = Self {
        met: 0,
        late: 0,
        late_worth_bp: 0,
        missed: 0,
        pending: 0,
        excused: 0,
        exempt: 0,
        withdrawn: 0,
        anomalous: 0,
        apart: 0,
        values: 0,
        sum: 0,
    };

    /// One opinion of staff about themselves.
    pub const APART: Self = Self {
        apart: 1,
        ..Self::ZERO
    };

    /// Met and missed, nothing else.
    pub const fn counts(met: i64, missed: i64) -> Self {
        Self {
            met,
            missed,
            ..Self::ZERO
        }
    }
    /// What one item adds.
    pub fn of(verdict: Verdict) -> Self {
        let mut tally = Self::ZERO;
        match verdict {
            Verdict::Met => tally.met = 1,
            Verdict::Late { worth } => {
                tally.late = 1;
                tally.late_worth_bp = worth.get();
            }
            Verdict::Missed => tally.missed = 1,
            Verdict::Pending => tally.pending = 1,
            Verdict::Excused => tally.excused = 1,
            Verdict::Exempt => tally.exempt = 1,
            Verdict::Withdrawn => tally.withdrawn = 1,
            Verdict::Anomalous => tally.anomalous = 1,
            Verdict::NotApplicable => {}
        }
        tally
    }
    /// What one value adds to a mean or a sum.
    pub const fn of_value(value: i64) -> Self {
        Self {
            values: 1,
            sum: value,
            ..Self::ZERO
        }
    }

    pub fn plus(self, other: Self) -> Result<Self, NumberError> {
        self.with(other, i64::checked_add)
    }
    pub fn minus(self, other: Self) -> Result<Self, NumberError> {
        self.with(other, i64::checked_sub)
    }
    pub fn sum(tallies: impl IntoIterator<Item = Self>) -> Result<Self, NumberError> {
        tallies.into_iter().try_fold(Self::ZERO, Self::plus)
    }
    fn with(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, NumberError> {
        let op = |a, b| op(a, b).ok_or(NumberError::Overflow);
        Ok(Self {
            met: op(self.met, other.met)?,
            late: op(self.late, other.late)?,
            late_worth_bp: op(self.late_worth_bp, other.late_worth_bp)?,
            missed: op(self.missed, other.missed)?,
            pending: op(self.pending, other.pending)?,
            excused: op(self.excused, other.excused)?,
            exempt: op(self.exempt, other.exempt)?,
            withdrawn: op(self.withdrawn, other.withdrawn)?,
            anomalous: op(self.anomalous, other.anomalous)?,
            apart: op(self.apart, other.apart)?,
            values: op(self.values, other.values)?,
            sum: op(self.sum, other.sum)?,
        })
    }

    /// n = m + v: what was decided, each item counted whole (S4.2). Pending, excused, exempt, withdrawn and anomalous are left out.
    pub fn n(&self) -> i128 {
        i128::from(self.met) + self.not_in_time()
    }
    /// v where only whole items count: whatever was not done in time.
    pub fn not_in_time(&self) -> i128 {
        i128::from(self.late) + i128::from(self.missed)
    }
    /// m in basis points of an item, late ones with what they are still worth.
    pub fn met_bp(&self) -> i128 {
        i128::from(self.met) * 10_000 + i128::from(self.late_worth_bp)
    }
    /// v in basis points of an item.
    pub fn missed_bp(&self) -> i128 {
        self.n() * 10_000 - self.met_bp()
    }
    /// m ÷ n, late ones with what they are still worth; `None` without cases.
    pub fn rate(&self) -> Option<Ratio> {
        Ratio::new(self.met_bp(), self.n() * 10_000).ok()
    }
    /// The share done in time; `None` without cases.
    pub fn in_time_rate(&self) -> Option<Ratio> {
        Ratio::new(i128::from(self.met), self.n()).ok()
    }
    /// The mean of the values; `None` without any (S7.8).
    pub fn mean(&self) -> Option<Ratio> {
        Ratio::new(i128::from(self.sum), i128::from(self.values)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;
    use proptest::prelude::*;

    fn any_tally() -> impl Strategy<Value = Tally> {
        prop::array::uniform12(-1_000_000_i64..1_000_000).prop_map(|n| Tally {
            met: n[0],
            late: n[1],
            late_worth_bp: n[2],
            missed: n[3],
            pending: n[4],
            excused: n[5],
            exempt: n[6],
            withdrawn: n[7],
            anomalous: n[8],
            values: n[9],
            sum: n[10],
            apart: n[11],
        })
    }

    proptest! {
        /// S8.2: tallies form a commutative group, so corrections subtract.
        #[test]
        fn s8_2_tallies_form_a_commutative_group(a in any_tally(), b in any_tally(), c in any_tally()) {
            prop_assert_eq!(a.plus(b), b.plus(a));
            prop_assert_eq!(a.plus(b).unwrap().plus(c), b.plus(c).and_then(|bc| a.plus(bc)));
            prop_assert_eq!(a.plus(Tally::ZERO), Ok(a));
            prop_assert_eq!(a.minus(a), Ok(Tally::ZERO));
            prop_assert_eq!(a.plus(b).unwrap().minus(b), Ok(a));
            prop_assert_eq!(Tally::ZERO.minus(a).and_then(|back| a.plus(back)), Ok(Tally::ZERO));
        }

        /// S8.2, S0.1: what arrives later or is taken back leaves no trace of its order.
        #[test]
        fn s8_2_the_order_of_evidence_does_not_matter(mut verdicts in prop::collection::vec(any_verdict(), 0..30)) {
            let forwards = Tally::sum(verdicts.iter().copied().map(Tally::of));
            verdicts.reverse();
            prop_assert_eq!(forwards, Tally::sum(verdicts.into_iter().map(Tally::of)));
        }
    }

    fn any_verdict() -> impl Strategy<Value = Verdict> {
        prop_oneof![
            Just(Verdict::Met),
            (0_i64..=10_000).prop_map(|bp| Verdict::Late { worth: Bp::new(bp) }),
            Just(Verdict::Missed),
            Just(Verdict::Pending),
            Just(Verdict::Excused),
            Just(Verdict::Exempt),
            Just(Verdict::Withdrawn),
            Just(Verdict::Anomalous),
            Just(Verdict::NotApplicable),
        ]
    }

    /// S4.1, S4.8, S7: pending, excused, exempt, withdrawn and anomalous are in neither m nor v.
    #[test]
    fn s4_1_only_met_and_missed_are_counted() {
        let left_out = [
            Verdict::Pending,
            Verdict::Excused,
            Verdict::Exempt,
            Verdict::Withdrawn,
            Verdict::Anomalous,
            Verdict::NotApplicable,
        ];
        let tally = Tally::sum(left_out.map(Tally::of)).unwrap();
        assert_eq!((tally.n(), tally.rate()), (0, None));
    }

    /// S4.2: late within its limit adds its worth to m, the rest to v, and n counts it whole.
    #[test]
    fn s4_2_a_late_item_is_divided_between_m_and_v() {
        let late = Tally::of(Verdict::Late {
            worth: Bp::new(5_000),
        });
        let tally = Tally::counts(8, 1).plus(late).unwrap();
        assert_eq!(tally.n(), 10);
        assert_eq!((tally.met_bp(), tally.missed_bp()), (85_000, 15_000));
        assert_eq!(tally.not_in_time(), 2);
    }

    /// S4.2, S4.8: late and never are shown apart, anomalies are left out.
    #[test]
    fn s4_2_late_and_never_are_apart() {
        let judged = |outcome, done_at| Judgement {
            outcome,
            done_at,
            to_do: false,
        };
        let done = Some(Instant::from_micros(5));
        let late = judged(Outcome::Missed, done);
        let worth = Bp::new(5_000);
        assert_eq!(Verdict::of(&late, worth, false), Verdict::Late { worth });
        assert_eq!(Verdict::of(&late, worth, true), Verdict::Anomalous);
        let never = judged(Outcome::Missed, None);
        assert_eq!(Verdict::of(&never, worth, false), Verdict::Missed);
        let excused = judged(Outcome::Excused, done);
        assert_eq!(Verdict::of(&excused, worth, false), Verdict::Excused);
    }
}
