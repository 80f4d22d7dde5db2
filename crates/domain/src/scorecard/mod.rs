//! From clauses to a total, a grade and a rank (考核表; S7.9 to S7.13).
//!
//! The order is that of S7.11: sections set to zero, sum and rescaling, weights, adjustments, cap, `total-at-most`, `grade-at-most`. What is
//! left out is taken from the full points and never counted as full; a total that rests on too little is none at all (S7.10).
//! How a clause gets its points is in [`crate::points`].

mod rank;
mod text;
mod weights;
mod wilson;

pub use rank::{FEW_CASES, Ranked, rank};
pub use weights::{
    Appraisal, Appraiser, Given, REVIEW_WAITS, Weighed, WeightError, check_weights, sees_marks,
    weigh,
};
pub use wilson::{few, interval};

use crate::name::Name;
use crate::number::{NumberError, Points};
use crate::points::Earned;
use serde::{Deserialize, Serialize};

/// Why a clause is not in the total (S1.4, S7.9, S7.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// The unit has nothing of the kind (`applies`).
    NotApplicable,
    /// The clause is another post's (`posts`).
    OtherPost,
    /// A longer window that closes in a later period.
    NotInThisPeriod,
    /// Without cases, and the clause says `exclude`.
    NoCases,
}

/// What a clause says about whom it concerns, answered for one subject and period.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    pub applies: bool,
    /// Empty: every post.
    pub posts: &'a [Name],
    /// What the subject held in the period; `None` where the subject is not a member.
    pub held: Option<&'a [Name]>,
    /// Whether the clause's window closes in this period.
    pub in_period: bool,
}

impl Reach<'_> {
    /// Why the clause is left out before anything is counted; `None` if it counts.
    pub fn left(self) -> Option<Left> {
        let concerns = |held: &[Name]| held.iter().any(|post| self.posts.contains(post));
        if !self.applies {
            Some(Left::NotApplicable)
        } else if !self.posts.is_empty() && !self.held.is_none_or(concerns) {
            Some(Left::OtherPost)
        } else if !self.in_period {
            Some(Left::NotInThisPeriod)
        } else {
            None
        }
    }
}

/// A clause on a scorecard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub clause: Name,
    pub section: Option<Name>,
    /// The clause's full points.
    pub full: Points,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Rounded points; a clause without cases is not covered.
    Earned {
        points: Points,
        has_cases: bool,
    },
    Left(Left),
}

impl From<&Earned> for Standing {
    fn from(earned: &Earned) -> Self {
        match earned.points {
            Some(points) => Self::Earned {
                points,
                has_cases: earned.has_cases,
            },
            None => Self::Left(Left::NoCases),
        }
    }
}

/// What a violated clause does to the card (S7.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Veto {
    SectionZero(Name),
    TotalAtMost(Points),
    GradeAtMost(Name),
}

/// Whether a clause with a veto is violated: something was missed, or what it judged earned nothing.
pub fn vetoes(earned: &Earned) -> bool {
    earned.tally.not_in_time() > 0 || (earned.has_cases && earned.points == Some(Points::ZERO))
}

/// Points given or taken after the weights (S7.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjusted {
    pub clause: Name,
    /// Already cut to its bounds.
    pub points: Points,
    /// The most that it could have given: the total's cap rises by it.
    pub most: Points,
}

/// The lower bound is inclusive (S7.13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    pub name: Name,
    pub from: Points,
}

/// Days of the period on which the subject was present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    Whole,
    Days { present: i64, of: i64 },
}

impl Present {
    fn half(self) -> bool {
        match self {
            Self::Whole => true,
            Self::Days { present, of } => present.saturating_mul(2) >= of,
        }
    }
}

/// Why a scorecard has no total, grade or rank, only its clauses (S7.10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "because")]
pub enum NoTotal {
    Covered {
        covered: Points,
        least: Points,
        of: Points,
    },
    Absent {
        present: i64,
        of: i64,
    },
    /// Every clause is left out.
    NothingLeft,
    /// Sheets of an instrument with weights that are still to come; those that are overdue are for the unit above (S7.12).
    Marks {
        awaited: Vec<Name>,
        overdue: Vec<Name>,
    },
}

/// The sum of a card's clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// All points of the instrument.
    pub full: Points,
    pub earned: Points,
    /// Taken from the full points, for whatever reason.
    pub left_out: Points,
    /// The part of them that does not apply to the unit.
    pub not_applicable: Points,
    /// Points of the clauses with cases or marks.
    pub covered: Points,
    /// Rescaled and rounded once more where something is left out; `None` where everything is.
    pub total: Option<Points>,
}

/// Adds the lines up: sections set to zero first, then the sum of the rounded clauses, then rescaling (S7.10, S7.11).
pub fn add_up(lines: &[Line], zeroed: &[Name]) -> Result<Sheet, NumberError> {
    let sum = |keep: &dyn Fn(&Line) -> Option<Points>| Points::sum(lines.iter().filter_map(keep));
    let full = sum(&|line| Some(line.full))?;
    let earned = sum(&|line| match line.standing {
        Standing::Earned { points, .. } => {
            let zero = line.section.as_ref().is_some_and(|s| zeroed.contains(s));
            Some(if zero { Points::ZERO } else { points })
        }
        Standing::Left(_) => None,
    })?;
    let left_out = sum(&|line| matches!(line.standing, Standing::Left(_)).then_some(line.full))?;
    let not_applicable =
        sum(&|line| (line.standing == Standing::Left(Left::NotApplicable)).then_some(line.full))?;
    let covered = sum(&|line| {
        let has_cases = matches!(
            line.standing,
            Standing::Earned {
                has_cases: true,
                ..
            }
        );
        has_cases.then_some(line.full)
    })?;
    let counts = full.minus(left_out)?;
    let total = if left_out == Points::ZERO {
        Some(earned)
    } else if counts == Points::ZERO {
        None
    } else {
        let scale = full.ratio().over(counts.ratio())?;
        Some(earned.ratio().times(scale)?.points()?)
    };
    Ok(Sheet {
        full,
        earned,
        left_out,
        not_applicable,
        covered,
        total,
    })
}

impl Sheet {
    /// S7.10: the total, if it rests on enough. `least` is out of the full points; what is covered is measured against the full points less
    /// the not-applicable ones, in the same proportion.
    pub fn total(
        &self,
        least: Points,
        present: Present,
    ) -> Result<Result<Points, NoTotal>, NumberError> {
        if !present.half()
            && let Present::Days { present, of } = present
        {
            return Ok(Err(NoTotal::Absent { present, of }));
        }
        let base = self.full.minus(self.not_applicable)?;
        let product =
            |a: Points, b: Points| i128::from(a.hundredths()) * i128::from(b.hundredths());
        if product(self.covered, self.full) < product(least, base) {
            return Ok(Err(NoTotal::Covered {
                covered: self.covered,
                least,
                of: base,
            }));
        }
        Ok(self.total.ok_or(NoTotal::NothingLeft))
    }
}

/// A total with its grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    pub points: Points,
    /// `None` below the lowest band, or where the standard has none.
    pub grade: Option<Name>,
}

/// What comes after the weights (S7.11): adjustments, cap at the full points plus the adjustments' bounds, `total-at-most`, the grade and
/// `grade-at-most`. A total is never below zero.
pub fn finish(
    weighted: Points,
    full: Points,
    adjustments: &[Adjusted],
    vetoes: &[Veto],
    grades: &[Grade],
) -> Result<Total, NumberError> {
    let adjusted = Points::sum(adjustments.iter().map(|a| a.points))?;
    let cap = full.plus(Points::sum(adjustments.iter().map(|a| a.most))?)?;
    let mut points = weighted.plus(adjusted)?.clamp(Points::ZERO, cap);
    for veto in vetoes {
        if let Veto::TotalAtMost(most) = veto {
            points = points.min(*most);
        }
    }
    let mut band = grade(points, grades);
    for veto in vetoes {
        if let Veto::GradeAtMost(name) = veto {
            let most = grades.iter().find(|grade| grade.name == *name);
            band = match (band, most) {
                (Some(reached), Some(most)) if reached.from > most.from => Some(most),
                (reached, _) => reached,
            };
        }
    }
    Ok(Total {
        points,
        grade: band.map(|grade| grade.name.clone()),
    })
}

/// The highest band whose lower bound is reached; bounds are inclusive (S7.13).
pub fn grade(total: Points, grades: &[Grade]) -> Option<&Grade> {
    let reached = grades.iter().filter(|grade| total >= grade.from);
    reached.max_by_key(|grade| grade.from)
}

/// Everything that makes a card of one sheet, without weights.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    pub lines: &'a [Line],
    pub adjustments: &'a [Adjusted],
    /// Those that were violated.
    pub vetoes: &'a [Veto],
    pub grades: &'a [Grade],
    pub least_covered: Points,
    pub present: Present,
}

/// The sheet of a card and its total, in the order of S7.11.
pub fn total(card: &Card<'_>) -> Result<(Sheet, Result<Total, NoTotal>), NumberError> {
    let zeroed = zeroed(card.vetoes);
    let sheet = add_up(card.lines, &zeroed)?;
    let total = match sheet.total(card.least_covered, card.present)? {
        Ok(sum) => Ok(finish(
            sum,
            sheet.full,
            card.adjustments,
            card.vetoes,
            card.grades,
        )?),
        Err(none) => Err(none),
    };
    Ok((sheet, total))
}

/// The sections that vetoes set to zero.
pub fn zeroed(vetoes: &[Veto]) -> Vec<Name> {
    let section = |veto: &Veto| match veto {
        Veto::SectionZero(section) => Some(section.clone()),
        Veto::TotalAtMost(_) | Veto::GradeAtMost(_) => None,
    };
    vetoes.iter().filter_map(section).collect()
}

#[cfg(test)]
mod tests;
