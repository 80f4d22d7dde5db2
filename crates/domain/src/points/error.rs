//! What a pack may not say about points, and what cannot be computed.

use crate::name::Text;
use crate::number::{NumberError, Points};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointsError {
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error("the bands do not cover the range; add a last band or `else`")]
    BandsOpen,
    #[error(
        "points.bands-order: bands go from the best to the worst, and none gives more than the one before"
    )]
    BandsOrder,
    #[error("bounds of one list are either all rates or all values")]
    BandsUnit,
    #[error("a mark is 0 to {full} in steps of 0.5; {mark} is not")]
    Mark { mark: Points, full: Points },
    #[error("points that can be lost are not below zero")]
    Negative,
    #[error("{given} is more than the {full} points there are")]
    Beyond { given: Points, full: Points },
    #[error("a target is not below zero")]
    Target,
    #[error("all or nothing needs a reason")]
    Reason,
    #[error("an adjustment's bounds, {min} to {max}, hold zero between them")]
    Bounds { min: Points, max: Points },
    /// The way cannot read what the selector finds.
    #[error("{way} cannot be computed from {evidence}")]
    Unsuited {
        way: &'static str,
        evidence: &'static str,
    },
}

impl PointsError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Number(_) => "points.number",
            Self::BandsOpen => "points.bands-open",
            Self::BandsOrder => "points.bands-order",
            Self::BandsUnit => "points.bands-unit",
            Self::Mark { .. } => "points.mark",
            Self::Negative => "points.negative",
            Self::Beyond { .. } => "points.beyond",
            Self::Target => "points.target",
            Self::Reason => "points.reason",
            Self::Bounds { .. } => "points.bounds",
            Self::Unsuited { .. } => "points.unsuited",
        }
    }
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Number(error) => return error.text(),
            Self::BandsOpen => "分档没有覆盖全部范围；请补上最低一档或 else".into(),
            Self::BandsOrder => "分档应由优到劣排列，且后一档不得多于前一档".into(),
            Self::BandsUnit => "同一组分档的界限应全为比率，或全为数值".into(),
            Self::Mark { mark, full } => {
                format!("评分应为 0 至 {full}，以 0.5 为一级；{mark} 不符")
            }
            Self::Negative => "可扣的分数不得为负".into(),
            Self::Beyond { given, full } => format!("{given} 分超过了可得的 {full} 分"),
            Self::Target => "目标不得为负".into(),
            Self::Reason => "全有全无的条款必须写明理由".into(),
            Self::Bounds { min, max } => format!("加减分的上下限 {min} 至 {max} 应包含零"),
            Self::Unsuited { way, evidence } => format!("{way} 不能用于 {evidence}"),
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}
