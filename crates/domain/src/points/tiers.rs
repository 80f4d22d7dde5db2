//! Bands (S7.5): the first that fits gives the points. Bounds are compared with the exact value, never with the percentage shown.

use super::PointsError;
use crate::clock::Span;
use crate::number::{Bp, NumberError, Points, Ratio};
use std::fmt;
use std::str::FromStr;

/// Bands that cover their range, from the best to the worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers {
    direction: Direction,
    bands: Vec<Band>,
    otherwise: Option<Points>,
}

/// Whether a band holds from its bound upwards or up to it; the bound itself belongs to it either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    AtLeast,
    AtMost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    pub bound: Bound,
    pub points: Points,
}

/// Of a rate, of a value in its own unit, or of how long something took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Rate(Bp),
    Value(i64),
    /// Microseconds.
    Lasting(i64),
}

impl Bound {
    pub fn ratio(self) -> Ratio {
        match self {
            Self::Rate(bp) => bp.ratio(),
            Self::Value(value) | Self::Lasting(value) => Ratio::whole(value),
        }
    }
}
/// `98%` and `9800bp` are rates, `PT20M` microseconds, a plain number a value.
impl FromStr for Bound {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if text.ends_with('%') || text.ends_with("bp") {
            return text.parse().map(Self::Rate);
        }
        if text.starts_with('P') {
            return match text.parse() {
                Ok(Span::Clock(micros)) => Ok(Self::Lasting(micros)),
                _ => Err(NumberError::Syntax),
            };
        }
        text.parse()
            .map(Self::Value)
            .map_err(|_| NumberError::Syntax)
    }
}
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(bp) => write!(f, "{}bp", bp.get()),
            Self::Value(value) => write!(f, "{value}"),
            Self::Lasting(micros) => Span::Clock(*micros).fmt(f),
        }
    }
}

impl Tiers {
    /// Refused where a value could fall between or below the bands, where a band can never be reached, or where a worse value would give
    /// more. A rate is never below 0 nor, of counts, above 1; `otherwise` is needed wherever the last bound is not the end of the range.
    pub fn new(
        direction: Direction,
        bands: Vec<Band>,
        otherwise: Option<Points>,
    ) -> Result<Self, PointsError> {
        let unit = |band: &Band| std::mem::discriminant(&band.bound);
        if bands
            .windows(2)
            .any(|pair| unit(&pair[0]) != unit(&pair[1]))
        {
            return Err(PointsError::BandsUnit);
        }
        let worse = |a: &Band, b: &Band| match direction {
            Direction::AtLeast => b.bound.ratio() < a.bound.ratio(),
            Direction::AtMost => b.bound.ratio() > a.bound.ratio(),
        };
        let falling = bands
            .windows(2)
            .all(|pair| worse(&pair[0], &pair[1]) && pair[1].points <= pair[0].points);
        let last = bands.last().ok_or(PointsError::BandsOpen)?;
        if !falling || otherwise.is_some_and(|rest| rest > last.points) {
            return Err(PointsError::BandsOrder);
        }
        let covered = match (direction, last.bound) {
            (Direction::AtLeast, Bound::Rate(bp)) => bp <= Bp::ZERO,
            (Direction::AtMost, Bound::Rate(bp)) => bp >= Bp::WHOLE,
            (_, Bound::Value(_) | Bound::Lasting(_)) => false,
        };
        if otherwise.is_none() && !covered {
            return Err(PointsError::BandsOpen);
        }
        let all = bands.iter().map(|band| band.points).chain(otherwise);
        if all.into_iter().any(|points| points < Points::ZERO) {
            return Err(PointsError::Negative);
        }
        Ok(Self {
            direction,
            bands,
            otherwise,
        })
    }
    pub fn direction(&self) -> Direction {
        self.direction
    }
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }
    pub fn otherwise(&self) -> Option<Points> {
        self.otherwise
    }
    /// No band gives more than there is.
    pub(super) fn check(&self, stake: Points) -> Result<(), PointsError> {
        match self.bands.iter().find(|band| band.points > stake) {
            Some(band) => Err(PointsError::Beyond {
                given: band.points,
                full: stake,
            }),
            None => Ok(()),
        }
    }
    /// The points of the first band that fits.
    pub fn points(&self, value: Ratio) -> Points {
        let fits = |band: &&Band| match self.direction {
            Direction::AtLeast => value >= band.bound.ratio(),
            Direction::AtMost => value <= band.bound.ratio(),
        };
        let band = self.bands.iter().find(fits).map(|band| band.points);
        // A ratio of two selectors may leave [0, 1]: beyond the last bound is as bad as the last band.
        let last = self.bands.last().map(|band| band.points);
        band.or(self.otherwise).or(last).unwrap_or(Points::ZERO)
    }
}
