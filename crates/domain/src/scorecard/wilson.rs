//! The 95% Wilson interval of a rate (S7.13), in integers: z = 1.959964.

use crate::number::{Bp, NumberError, Ratio};
use crate::tally::Tally;

/// z in millionths.
const Z: i128 = 1_959_964;
const MILLION: i128 = 1_000_000;
/// Digits kept of the square root, ten.
const DIGITS: i128 = 10_000_000_000;

/// The interval that S7.13 shows beside a rate of fewer than 20 cases; `None` where there are more, or none.
pub fn few(tally: &Tally) -> Result<Option<(Bp, Bp)>, NumberError> {
    let n = tally.n();
    if n <= 0 || n >= i128::from(super::FEW_CASES) {
        return Ok(None);
    }
    interval(tally.met_bp(), n).map(Some)
}

/// Lower and upper bound to four decimals. `met_bp` is m in basis points of an item, within 0 and 10,000 × n; n is above zero.
///
/// With q = m/n the bounds are (2m + z² ± z √(4m(n − m)/n + z²)) ÷ 2(n + z²); only the root is inexact, cut after ten digits.
pub fn interval(met_bp: i128, n: i128) -> Result<(Bp, Bp), NumberError> {
    let z = Ratio::new(Z, MILLION)?;
    let square = z.times(z)?;
    let m = Ratio::new(met_bp, 10_000)?;
    let n = Ratio::new(n, 1)?;
    let four = Ratio::whole(4);
    let under = four.times(m)?.times(n.minus(m)?)?.over(n)?.plus(square)?;
    let scaled = DIGITS
        .checked_mul(DIGITS)
        .and_then(|scale| scale.checked_mul(under.numerator()))
        .ok_or(NumberError::Overflow)?;
    let root = Ratio::new((scaled / under.denominator()).isqrt(), DIGITS)?;
    let centre = m.plus(m)?.plus(square)?;
    let width = z.times(root)?;
    let twice = n.plus(square)?.times(Ratio::whole(2))?;
    let bound = |top: Ratio| top.over(twice)?.bp();
    Ok((bound(centre.minus(width)?)?, bound(centre.plus(width)?)?))
}
