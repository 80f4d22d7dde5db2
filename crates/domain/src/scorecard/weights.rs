//! Instruments that weigh several appraisals (S7.12): self, supervisor, inspector.

use crate::clock::Span;
use crate::name::{Name, Text};
use crate::number::{Bp, NumberError, Points, Ratio};
use serde::{Deserialize, Serialize};

/// A reviewer's mark that is missing for so long goes to the unit above.
pub const REVIEW_WAITS: Span = Span::Days(3);

/// Who appraises, which decides what a missing mark does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Appraiser {
    /// The one who is scored; re-spread if not given by its deadline.
    Oneself,
    /// Supervisor or inspector; a missing mark blocks.
    Reviewer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Given {
    Total(Points),
    /// Not yet, and its deadline has not passed.
    Awaited,
    /// Not by its deadline.
    NotGiven,
}

/// One of the totals that an instrument weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appraisal {
    pub name: Name,
    pub appraiser: Appraiser,
    pub weight: Bp,
    pub given: Given,
}

/// What weighing gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weighed {
    Total {
        points: Points,
        /// Shown as not given; their weight went to the others in proportion.
        not_given: Vec<Name>,
    },
    /// Waits for marks; those that are `overdue` go to the unit above after [`REVIEW_WAITS`].
    Blocked {
        awaited: Vec<Name>,
        overdue: Vec<Name>,
    },
    /// Nobody gave anything.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    #[error("weights add up to {sum} basis points; they must add up to 10000")]
    Sum { sum: i64 },
    #[error("a weight is not below zero")]
    Negative,
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl WeightError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Sum { .. } => "weights.sum",
            Self::Negative => "weights.negative",
            Self::Number(error) => error.code(),
        }
    }
    pub fn text(self) -> Text {
        let zh = match self {
            Self::Sum { sum } => format!("权重合计 {sum} 基点；应为 10000"),
            Self::Negative => "权重不得为负".into(),
            Self::Number(error) => return error.text(),
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}

/// S7.12: weights are basis points that add up to 10,000.
pub fn check_weights(weights: impl IntoIterator<Item = Bp>) -> Result<(), WeightError> {
    let mut sum = 0_i64;
    for weight in weights {
        if weight < Bp::ZERO {
            return Err(WeightError::Negative);
        }
        sum = sum.checked_add(weight.get()).ok_or(NumberError::Overflow)?;
    }
    if sum == Bp::WHOLE.get() {
        Ok(())
    } else {
        Err(WeightError::Sum { sum })
    }
}

/// Weighs the totals and rounds once (S7.11). A mark of one's own that was not given leaves its weight to the others; a reviewer's that is
/// missing blocks.
pub fn weigh(appraisals: &[Appraisal]) -> Result<Weighed, WeightError> {
    check_weights(appraisals.iter().map(|appraisal| appraisal.weight))?;
    let names = |keep: &dyn Fn(&Appraisal) -> bool| -> Vec<Name> {
        let kept = appraisals.iter().filter(|appraisal| keep(appraisal));
        kept.map(|appraisal| appraisal.name.clone()).collect()
    };
    let awaited = names(&|a| a.given == Given::Awaited);
    let overdue = names(&|a| a.given == Given::NotGiven && a.appraiser == Appraiser::Reviewer);
    if !awaited.is_empty() || !overdue.is_empty() {
        return Ok(Weighed::Blocked { awaited, overdue });
    }
    let (mut sum, mut weight) = (Ratio::ZERO, Ratio::ZERO);
    for appraisal in appraisals {
        if let Given::Total(total) = appraisal.given {
            sum = sum.plus(appraisal.weight.ratio().times(total.ratio())?)?;
            weight = weight.plus(appraisal.weight.ratio())?;
        }
    }
    if weight == Ratio::ZERO {
        return Ok(Weighed::Nothing);
    }
    Ok(Weighed::Total {
        points: sum.over(weight)?.points()?,
        not_given: names(&|a| a.given == Given::NotGiven),
    })
}

/// S7.12: marks are given blind. Whether an appraiser sees another's mark: only after giving his own.
pub fn sees_marks(own: Given) -> bool {
    matches!(own, Given::Total(_))
}
