//! How a pack writes a way: a word (`by-rate`), or a word with what it needs (`{per-violation: 0.5}`).

use super::{Band, Bound, Combine, Direction, PointsError, Tiers, Way};
use crate::number::{Bp, Points};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Syntax {
    Word(Word),
    Keyed(Keyed),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Word {
    ByRate,
    Marks,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Keyed {
    ByRate(RateKeys),
    AllOrNothing(AllOrNothingKeys),
    PerViolation(Points),
    Tiers(TiersSyntax),
    Marks(Combine),
    /// From, to.
    Adjust(Points, Points),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateKeys {
    target: Bp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllOrNothingKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<Bp>,
    reason: String,
}

/// `[[9800bp, 5], [0bp, 0]]` from above; a mean that should be small is `{at-most: [[PT20M, 4]], else: 0}`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum TiersSyntax {
    Bands(Bands),
    Keyed(TiersKeys),
}

type Bands = Vec<(Written, Points)>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TiersKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<Bands>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<Bands>,
    #[serde(rename = "else", default, skip_serializing_if = "Option::is_none")]
    otherwise: Option<Points>,
}

/// A bound, as text or as a plain number.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Written {
    Number(i64),
    Text(String),
}

impl TryFrom<Syntax> for Way {
    type Error = PointsError;
    fn try_from(syntax: Syntax) -> Result<Self, PointsError> {
        Ok(match syntax {
            Syntax::Word(Word::ByRate) => Self::ByRate { target: None },
            Syntax::Word(Word::Marks) => Self::Marks {
                combine: Combine::default(),
            },
            Syntax::Keyed(Keyed::ByRate(keys)) => Self::ByRate {
                target: Some(keys.target),
            },
            Syntax::Keyed(Keyed::AllOrNothing(AllOrNothingKeys { target, reason })) => {
                Self::AllOrNothing { target, reason }
            }
            Syntax::Keyed(Keyed::PerViolation(each)) => Self::PerViolation { each },
            Syntax::Keyed(Keyed::Tiers(keys)) => Self::Tiers(keys.tiers()?),
            Syntax::Keyed(Keyed::Marks(combine)) => Self::Marks { combine },
            Syntax::Keyed(Keyed::Adjust(min, max)) => Self::Adjust { min, max },
        })
    }
}

impl TiersSyntax {
    fn tiers(self) -> Result<Tiers, PointsError> {
        let keys = match self {
            Self::Bands(bands) => TiersKeys {
                at_least: Some(bands),
                at_most: None,
                otherwise: None,
            },
            Self::Keyed(keys) => keys,
        };
        let (direction, written) = match (keys.at_least, keys.at_most) {
            (Some(bands), None) => (Direction::AtLeast, bands),
            (None, Some(bands)) => (Direction::AtMost, bands),
            _ => return Err(PointsError::BandsOrder),
        };
        let band = |(written, points)| {
            let bound = match written {
                Written::Number(value) => Bound::Value(value),
                Written::Text(text) => text.parse()?,
            };
            Ok(Band { bound, points })
        };
        let bands: Result<_, PointsError> = written.into_iter().map(band).collect();
        Tiers::new(direction, bands?, keys.otherwise)
    }
}

impl From<Way> for Syntax {
    fn from(way: Way) -> Self {
        Self::Keyed(match way {
            Way::ByRate { target: None } => return Self::Word(Word::ByRate),
            Way::ByRate {
                target: Some(target),
            } => Keyed::ByRate(RateKeys { target }),
            Way::AllOrNothing { target, reason } => {
                Keyed::AllOrNothing(AllOrNothingKeys { target, reason })
            }
            Way::PerViolation { each } => Keyed::PerViolation(each),
            Way::Tiers(tiers) => {
                let written = |band: &Band| match band.bound {
                    Bound::Value(value) => (Written::Number(value), band.points),
                    rate @ Bound::Rate(_) => (Written::Text(rate.to_string()), band.points),
                };
                let bands = tiers.bands().iter().map(written).collect();
                Keyed::Tiers(match (tiers.direction(), tiers.otherwise()) {
                    (Direction::AtLeast, None) => TiersSyntax::Bands(bands),
                    (Direction::AtLeast, otherwise) => TiersSyntax::Keyed(TiersKeys {
                        at_least: Some(bands),
                        at_most: None,
                        otherwise,
                    }),
                    (Direction::AtMost, otherwise) => TiersSyntax::Keyed(TiersKeys {
                        at_least: None,
                        at_most: Some(bands),
                        otherwise,
                    }),
                })
            }
            Way::Marks { combine } => Keyed::Marks(combine),
            Way::Adjust { min, max } => Keyed::Adjust(min, max),
        })
    }
}
