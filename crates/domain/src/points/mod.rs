//! From evidence to points (S7): the ways of a clause, and how its parts come together.
//!
//! A clause has points and parts; each part costs something of them, never more than it may. Everything is exact until the clause is
//! rounded, once, to the hundredth (S7.11). Evidence is counted elsewhere: a part sees a tally, a measured value or marks, so the order in
//! which evidence arrived cannot matter. Totals of a scorecard are in [`crate::scorecard`].

mod error;
mod said;
mod tiers;

use crate::name::Text;
use crate::number::{Bp, NumberError, Points, Ratio};
use crate::tally::Tally;
pub use error::PointsError;
pub use said::lasting;
use serde::{Deserialize, Serialize};
pub use tiers::{Band, Bound, Direction, Tiers};

/// A mark is given in halves of a point (S7.6).
pub const MARK_STEP: Points = Points::from_hundredths(50);

/// How a part of a clause turns evidence into points; `p` below is what the part may cost, the clause's points unless it says less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// S7.1, S7.2: p × min(1, rate ÷ target), the target being the whole unless given.
    ByRate { target: Option<Bp> },
    /// S7.3: p if nothing was missed, or if the rate reaches the target; else nothing. The pack says why.
    AllOrNothing { target: Option<Bp>, reason: String },
    /// S7.4: p less `each` for every violation, not below zero.
    PerViolation { each: Points },
    /// S7.5: the first band that fits.
    Tiers(Tiers),
    /// S7.6: what a person gave.
    Marks { combine: Combine },
    /// S7.7: signed, bounded, added after the weights; a clause of its own, outside the full points.
    Adjust { min: Points, max: Points },
}

/// Several marks in one period (S7.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    #[default]
    Last,
    Mean,
    SumOfDeductions,
}

/// What a clause without any case is worth (S7.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenEmpty {
    Full,
    Zero,
    Exclude,
}

impl WhenEmpty {
    /// `full` where duties and prohibitions are looked at, `exclude` where everything is measured or marked.
    pub fn default_for(measured: impl IntoIterator<Item = bool>) -> Self {
        if measured.into_iter().all(|part| part) {
            Self::Exclude
        } else {
            Self::Full
        }
    }
}

/// What a part has found in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Duties, quotas, prohibitions, completeness.
    Counts(Tally),
    /// A ratio of two selectors, a mean, a metric or a score (S7.8), `None` without cases; with a ceiling, less is better.
    Measured { value: Option<Ratio>, ceiling: bool },
    /// In the order in which they were given.
    Marks(Vec<Points>),
}

impl Evidence {
    pub fn has_cases(&self) -> bool {
        match self {
            Self::Counts(tally) => tally.n() > 0,
            Self::Measured { value, .. } => value.is_some(),
            Self::Marks(marks) => !marks.is_empty(),
        }
    }
    fn tally(&self) -> Tally {
        match self {
            Self::Counts(tally) => *tally,
            Self::Measured { .. } | Self::Marks(_) => Tally::ZERO,
        }
    }
}

/// A part of a clause with what it found.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    pub way: &'a Way,
    /// `None`: the clause's points.
    pub may_cost: Option<Points>,
    pub evidence: Evidence,
}

/// What a clause of a standard says about points.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub points: Points,
    /// The most that it can earn, where that is less than its points.
    pub cap: Option<Points>,
    pub when_empty: WhenEmpty,
}

/// A clause's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// Rounded once; `None` where the clause is left out of the total (S7.10).
    pub points: Option<Points>,
    /// A clause without cases earns what its rule says but is not covered.
    pub has_cases: bool,
    /// Of all counted parts.
    pub tally: Tally,
    /// One line a part, in words.
    pub said: Vec<Text>,
}

/// S7.6: 0 to p in steps of 0.5.
pub fn check_mark(mark: Points, full: Points) -> Result<(), PointsError> {
    let fits =
        (Points::ZERO..=full).contains(&mark) && mark.hundredths() % MARK_STEP.hundredths() == 0;
    if fits {
        Ok(())
    } else {
        Err(PointsError::Mark { mark, full })
    }
}

impl Way {
    /// The word in packs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ByRate { .. } => "by-rate",
            Self::AllOrNothing { .. } => "all-or-nothing",
            Self::PerViolation { .. } => "per-violation",
            Self::Tiers(_) => "tiers",
            Self::Marks { .. } => "marks",
            Self::Adjust { .. } => "adjust",
        }
    }

    /// What a pack may not say, for a part that may cost `stake`.
    pub fn check(&self, stake: Points) -> Result<(), PointsError> {
        if stake < Points::ZERO {
            return Err(PointsError::Negative);
        }
        match self {
            Self::ByRate { target } => check_target(*target),
            Self::AllOrNothing { reason, .. } if reason.trim().is_empty() => {
                Err(PointsError::Reason)
            }
            Self::AllOrNothing { target, .. } => check_target(*target),
            Self::PerViolation { each } if *each < Points::ZERO => Err(PointsError::Negative),
            Self::PerViolation { .. } => Ok(()),
            Self::Tiers(tiers) => tiers.check(stake),
            // Full marks must be a mark.
            Self::Marks { .. } => check_mark(stake, stake),
            Self::Adjust { min, max } if *min > Points::ZERO || *max < Points::ZERO => {
                Err(PointsError::Bounds {
                    min: *min,
                    max: *max,
                })
            }
            Self::Adjust { .. } => Ok(()),
        }
    }

    /// Exact points out of `stake`, within [0, stake]; `None` without cases.
    fn earned(&self, stake: Points, evidence: &Evidence) -> Result<Option<Ratio>, PointsError> {
        self.check(stake)?;
        if !evidence.has_cases() {
            return Ok(None);
        }
        let full = stake.ratio();
        let unsuited = |evidence| PointsError::Unsuited {
            way: self.name(),
            evidence,
        };
        let earned = match (self, evidence) {
            (Self::ByRate { target }, Evidence::Counts(tally)) => {
                let rate = tally.rate().unwrap_or(Ratio::ZERO);
                full.times(share(rate, target_of(*target))?)?
            }
            (Self::ByRate { target }, Evidence::Measured { value, ceiling }) => {
                let value = value.unwrap_or(Ratio::ZERO).max(Ratio::ZERO);
                let part = match (ceiling, target) {
                    (false, _) => share(value, target_of(*target))?,
                    (true, None) => return Err(unsuited("a ceiling without a target")),
                    (true, Some(most)) if value <= most.ratio() => Ratio::ONE,
                    (true, Some(most)) => most.ratio().over(value)?,
                };
                full.times(part)?
            }
            (Self::AllOrNothing { target, .. }, Evidence::Counts(tally)) => {
                let reached = match target {
                    None => tally.not_in_time() == 0,
                    Some(target) => tally.in_time_rate().is_some_and(|r| r >= target.ratio()),
                };
                if reached { full } else { Ratio::ZERO }
            }
            (Self::AllOrNothing { target, .. }, Evidence::Measured { value, ceiling }) => {
                let target = target.ok_or(unsuited("a measured value without a target"))?;
                let value = value.unwrap_or(Ratio::ZERO);
                let reached = if *ceiling {
                    value <= target.ratio()
                } else {
                    value >= target.ratio()
                };
                if reached { full } else { Ratio::ZERO }
            }
            (Self::PerViolation { each }, Evidence::Counts(tally)) => {
                let violations = Ratio::new(tally.missed_bp(), 10_000)?;
                full.minus(each.ratio().times(violations)?)?
                    .max(Ratio::ZERO)
            }
            (Self::Tiers(tiers), Evidence::Counts(tally)) => {
                tiers.points(tally.rate().unwrap_or(Ratio::ZERO)).ratio()
            }
            (Self::Tiers(tiers), Evidence::Measured { value, .. }) => {
                tiers.points(value.unwrap_or(Ratio::ZERO)).ratio()
            }
            (Self::Marks { combine }, Evidence::Marks(marks)) => combined(*combine, stake, marks)?,
            (Self::PerViolation { .. }, Evidence::Measured { .. }) => {
                return Err(unsuited("a measured value"));
            }
            (Self::Marks { .. }, _) => return Err(unsuited("anything but marks")),
            (Self::Adjust { .. }, _) => return Err(unsuited("a clause with points of its own")),
            (_, Evidence::Marks(_)) => return Err(unsuited("marks")),
        };
        Ok(Some(earned))
    }
}

fn check_target(target: Option<Bp>) -> Result<(), PointsError> {
    match target {
        Some(target) if target < Bp::ZERO => Err(PointsError::Target),
        _ => Ok(()),
    }
}

fn target_of(target: Option<Bp>) -> Ratio {
    target.unwrap_or(Bp::WHOLE).ratio()
}

/// min(1, rate ÷ target); a target of nothing is reached.
fn share(rate: Ratio, target: Ratio) -> Result<Ratio, NumberError> {
    if target == Ratio::ZERO {
        return Ok(Ratio::ONE);
    }
    Ok(rate.over(target)?.min(Ratio::ONE))
}

fn combined(combine: Combine, full: Points, marks: &[Points]) -> Result<Ratio, PointsError> {
    for mark in marks {
        check_mark(*mark, full)?;
    }
    let sum = Ratio::sum(marks.iter().map(|mark| mark.ratio()))?;
    let count = Ratio::whole(i64::try_from(marks.len()).map_err(|_| NumberError::Overflow)?);
    Ok(match combine {
        Combine::Last => marks.last().copied().unwrap_or(full).ratio(),
        Combine::Mean => sum.over(count)?,
        Combine::SumOfDeductions => {
            let deducted = full.ratio().times(count)?.minus(sum)?;
            full.ratio().minus(deducted)?.max(Ratio::ZERO)
        }
    })
}

/// A clause's points: its points less what each part costs, floor zero, no more than its cap, rounded once (S7.11).
///
/// A part without cases costs nothing while another part has some; where none has, `when_empty` decides (S7.10).
pub fn clause(rule: Rule, parts: &[Part<'_>]) -> Result<Earned, PointsError> {
    let full = rule.points.ratio();
    let mut earned = full;
    let mut said = Vec::new();
    let mut has_cases = false;
    for part in parts {
        let stake = part.may_cost.unwrap_or(rule.points);
        if stake > rule.points {
            return Err(PointsError::Beyond {
                given: stake,
                full: rule.points,
            });
        }
        let got = part.way.earned(stake, &part.evidence)?;
        if let Some(got) = got {
            has_cases = true;
            earned = earned.minus(stake.ratio().minus(got)?)?;
        }
        said.push(said::part(part, stake, got)?);
    }
    let most = rule.cap.unwrap_or(rule.points).min(rule.points);
    let points = match (has_cases, rule.when_empty) {
        (true, _) => Some(earned.max(Ratio::ZERO).points()?.min(most)),
        (false, WhenEmpty::Full) => Some(most),
        (false, WhenEmpty::Zero) => Some(Points::ZERO),
        (false, WhenEmpty::Exclude) => None,
    };
    if !has_cases {
        said = vec![said::no_cases(rule.when_empty)];
    }
    Ok(Earned {
        points,
        has_cases,
        tally: Tally::sum(parts.iter().map(|part| part.evidence.tally()))?,
        said,
    })
}

/// S8.1: what one more item of a part is worth now, points(m, v) − points(m, v + 1), a difference of two rounded values. `None` where the
/// part does not count items, or where the clause has no points before there is a case.
pub fn worth(rule: Rule, parts: &[Part<'_>], part: usize) -> Result<Option<Points>, PointsError> {
    let mut missed = parts.to_vec();
    let Some(Part {
        evidence: Evidence::Counts(tally),
        ..
    }) = missed.get_mut(part)
    else {
        return Ok(None);
    };
    *tally = tally.plus(Tally::counts(0, 1))?;
    match (clause(rule, parts)?.points, clause(rule, &missed)?.points) {
        (Some(now), Some(then)) => Ok(Some(now.minus(then)?)),
        _ => Ok(None),
    }
}

/// S7.7: the sum of what was given, cut to its bounds and rounded once.
pub fn adjustment(given: Ratio, min: Points, max: Points) -> Result<Points, PointsError> {
    Way::Adjust { min, max }.check(Points::ZERO)?;
    Ok(given.points()?.clamp(min, max))
}

#[cfg(test)]
mod tests;
