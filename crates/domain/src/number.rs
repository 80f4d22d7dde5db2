//! Points in hundredths, ratios in basis points, exact fractions between them, and the one rounding (S0.2).
//!
//! Nothing is rounded on the way: a clause is computed as an exact [`Ratio`] and rounded once, by [`Ratio::points`]. Arithmetic is
//! checked; what does not fit is an error, never another number. There are no floats here: text such as `0.5` is read digit by digit.

use crate::name::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// A result beyond 128 bits, or beyond what a column holds.
    #[error("the result is too large to be exact")]
    Overflow,
    #[error("a division by zero")]
    Zero,
    #[error("a decimal number is expected, such as 0.5 or -2")]
    Syntax,
    #[error("points and ratios have at most two decimal places")]
    Places,
}

impl NumberError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Overflow => "number.overflow",
            Self::Zero => "number.zero",
            Self::Syntax => "number.syntax",
            Self::Places => "number.places",
        }
    }
    pub fn text(self) -> Text {
        let zh = match self {
            Self::Overflow => "结果过大，无法精确表示",
            Self::Zero => "除数为零",
            Self::Syntax => "应为十进制数，例如 0.5 或 -2",
            Self::Places => "分数和比率最多两位小数",
        };
        Text {
            zh: zh.into(),
            en: self.to_string(),
        }
    }
}

/// Points of a clause or a scorecard (分), in hundredths; may be negative where something is taken away.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i64);

impl Points {
    pub const ZERO: Self = Self(0);

    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }
    pub const fn hundredths(self) -> i64 {
        self.0
    }
    pub const fn whole(points: i32) -> Self {
        Self(points as i64 * 100)
    }
    pub fn plus(self, other: Self) -> Result<Self, NumberError> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .ok_or(NumberError::Overflow)
    }
    pub fn minus(self, other: Self) -> Result<Self, NumberError> {
        self.0
            .checked_sub(other.0)
            .map(Self)
            .ok_or(NumberError::Overflow)
    }
    pub fn sum(points: impl IntoIterator<Item = Self>) -> Result<Self, NumberError> {
        points.into_iter().try_fold(Self::ZERO, Self::plus)
    }
    /// In points, exact.
    pub fn ratio(self) -> Ratio {
        Ratio::reduced(i128::from(self.0), 100)
    }
}
/// Two decimal places, always: `3.76`, `-0.06`.
impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", size / 100, size % 100))
    }
}
impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
/// `4`, `0.5`, `-2.25`; a third place is refused rather than rounded.
impl FromStr for Points {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let exact: Ratio = text.parse()?;
        let hundredths = exact.times(Ratio::whole(100))?;
        if hundredths.denominator() != 1 {
            return Err(NumberError::Places);
        }
        i64::try_from(hundredths.numerator())
            .map(Self)
            .map_err(|_| NumberError::Overflow)
    }
}
/// As decimal text, so that no reader of JSON turns it into a binary fraction.
impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ThroughText(PhantomData))
    }
}

/// A ratio in basis points: 10,000 is the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Bp(i64);

impl Bp {
    pub const ZERO: Self = Self(0);
    pub const WHOLE: Self = Self(10_000);

    pub const fn new(bp: i64) -> Self {
        Self(bp)
    }
    pub const fn get(self) -> i64 {
        self.0
    }
    pub fn ratio(self) -> Ratio {
        Ratio::reduced(i128::from(self.0), 10_000)
    }
}
/// As a percentage with two places: `95.00%`.
impl fmt::Display for Bp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}%", Points(self.0)))
    }
}
/// `9500bp`, `9500` or `95%`.
impl FromStr for Bp {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Some(percent) = text.strip_suffix('%') {
            return percent.trim_end().parse::<Points>().map(|p| Self(p.0));
        }
        let digits = text.strip_suffix("bp").unwrap_or(text).trim_end();
        let exact: Ratio = digits.parse()?;
        if exact.denominator() != 1 {
            return Err(NumberError::Places);
        }
        i64::try_from(exact.numerator())
            .map(Self)
            .map_err(|_| NumberError::Overflow)
    }
}
impl<'de> Deserialize<'de> for Bp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ThroughText(PhantomData))
    }
}

/// Reads a number out of whatever a format hands over, always through its decimal text. A reader that has already made a double
/// of `0.5` gives it back as the shortest text that means it, which is what stood there.
struct ThroughText<T>(PhantomData<T>);

impl<T: FromStr<Err = NumberError>> de::Visitor<'_> for ThroughText<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}

/// An exact fraction in lowest terms, the denominator positive.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i128,
    den: i128,
}

impl Ratio {
    pub const ZERO: Self = Self { num: 0, den: 1 };
    pub const ONE: Self = Self { num: 1, den: 1 };

    pub fn new(num: i128, den: i128) -> Result<Self, NumberError> {
        if den == 0 {
            return Err(NumberError::Zero);
        }
        if num == i128::MIN || den == i128::MIN {
            return Err(NumberError::Overflow);
        }
        Ok(Self::reduced(num, den))
    }
    pub const fn whole(number: i64) -> Self {
        Self {
            num: number as i128,
            den: 1,
        }
    }
    /// `den` is not zero and neither is the least of its type.
    fn reduced(num: i128, den: i128) -> Self {
        let divisor = gcd(num, den) * den.signum();
        Self {
            num: num / divisor,
            den: den / divisor,
        }
    }
    pub fn numerator(self) -> i128 {
        self.num
    }
    pub fn denominator(self) -> i128 {
        self.den
    }
    pub fn plus(self, other: Self) -> Result<Self, NumberError> {
        let common = gcd(self.den, other.den);
        let sum = || {
            let left = self.num.checked_mul(other.den / common)?;
            let right = other.num.checked_mul(self.den / common)?;
            let den = self.den.checked_mul(other.den / common)?;
            Some((left.checked_add(right)?, den))
        };
        let (num, den) = sum().ok_or(NumberError::Overflow)?;
        Self::new(num, den)
    }
    pub fn minus(self, other: Self) -> Result<Self, NumberError> {
        self.plus(Self {
            num: -other.num,
            den: other.den,
        })
    }
    pub fn times(self, other: Self) -> Result<Self, NumberError> {
        let (left, right) = (
            Self::reduced(self.num, other.den),
            Self::reduced(other.num, self.den),
        );
        let product = || {
            let num = left.num.checked_mul(right.num)?;
            Some((num, left.den.checked_mul(right.den)?))
        };
        let (num, den) = product().ok_or(NumberError::Overflow)?;
        Self::new(num, den)
    }
    pub fn over(self, other: Self) -> Result<Self, NumberError> {
        self.times(Self::new(other.den, other.num)?)
    }
    pub fn sum(ratios: impl IntoIterator<Item = Self>) -> Result<Self, NumberError> {
        ratios.into_iter().try_fold(Self::ZERO, Self::plus)
    }
    pub fn is_negative(self) -> bool {
        self.num < 0
    }
    /// The nearest whole number, halves away from zero: the one rounding of S0.2.
    pub fn rounded(self) -> Result<i64, NumberError> {
        let (whole, rest) = (self.num / self.den, self.num % self.den);
        // `rest * 2 >= den` without the doubling.
        let up = rest.abs() >= self.den - rest.abs();
        let nearest = if up { whole + self.num.signum() } else { whole };
        i64::try_from(nearest).map_err(|_| NumberError::Overflow)
    }
    /// The least whole number that is not below (S6.2).
    pub fn rounded_up(self) -> Result<i64, NumberError> {
        let up = i128::from(self.num > 0 && self.num % self.den != 0);
        i64::try_from(self.num / self.den + up).map_err(|_| NumberError::Overflow)
    }
    /// Points to the hundredth, rounded once.
    pub fn points(self) -> Result<Points, NumberError> {
        self.times(Self::whole(100))?.rounded().map(Points)
    }
    /// Basis points, rounded once; for reading, never for comparing.
    pub fn bp(self) -> Result<Bp, NumberError> {
        self.times(Self::whole(10_000))?.rounded().map(Bp)
    }
}
impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
/// Exact at any size: whole parts first, then the remainders turned over, as in Euclid's division.
impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = ((self.num, self.den), (other.num, other.den));
        loop {
            let (p, q) = (a.0.div_euclid(a.1), b.0.div_euclid(b.1));
            let (r, s) = (a.0.rem_euclid(a.1), b.0.rem_euclid(b.1));
            match (p.cmp(&q), r, s) {
                (Ordering::Equal, 0, 0) => return Ordering::Equal,
                (Ordering::Equal, 0, _) => return Ordering::Less,
                (Ordering::Equal, _, 0) => return Ordering::Greater,
                // r/den_a < s/den_b exactly when den_b/s < den_a/r.
                (Ordering::Equal, _, _) => (a, b) = ((b.1, s), (a.1, r)),
                (unequal, _, _) => return unequal,
            }
        }
    }
}
impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}
/// A decimal number of any length: `-0.125`.
impl FromStr for Ratio {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
        if whole.is_empty() || places.is_empty() {
            return Err(NumberError::Syntax);
        }
        let (mut num, mut den) = (0_i128, 1_i128);
        for (n, digit) in whole.chars().chain(places.chars()).enumerate() {
            let digit = digit.to_digit(10).ok_or(NumberError::Syntax)?;
            let longer = num
                .checked_mul(10)
                .and_then(|n| n.checked_add(i128::from(digit)));
            num = longer.ok_or(NumberError::Overflow)?;
            if n >= whole.chars().count() {
                den = den.checked_mul(10).ok_or(NumberError::Overflow)?;
            }
        }
        Self::new(if negative { -num } else { num }, den)
    }
}

/// Positive, also of negative numbers; 1 where both are zero.
fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a.max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(num: i128, den: i128) -> Ratio {
        Ratio::new(num, den).unwrap()
    }

    /// S0.2: one rounding, half away from zero.
    #[test]
    fn s0_2_halves_are_rounded_away_from_zero() {
        for (num, den, hundredths) in [
            (1125, 1000, 113),
            (-125, 1000, -13),
            (1124, 1000, 112),
            (-1, 1000, 0),
            (5, 1000, 1),
            (-5, 1000, -1),
            (2, 3, 67),
            (-2, 3, -67),
            (0, 7, 0),
        ] {
            let points = ratio(num, den).points().unwrap();
            assert_eq!(points.hundredths(), hundredths, "{num}/{den}");
        }
    }

    #[test]
    fn s6_2_rounding_up_reaches_the_next_whole_number_only_from_a_rest() {
        for (num, den, up) in [
            (2808, 100, 29),
            (28, 1, 28),
            (1, 1000, 1),
            (0, 5, 0),
            (-5, 2, -2),
        ] {
            assert_eq!(ratio(num, den).rounded_up(), Ok(up), "{num}/{den}");
        }
    }

    #[test]
    fn s0_2_decimal_text_is_read_digit_by_digit() {
        assert_eq!("0.5".parse(), Ok(Points(50)));
        assert_eq!("-2.25".parse(), Ok(Points(-225)));
        assert_eq!("+3.0".parse(), Ok(Points(300)));
        assert_eq!("90.15".parse(), Ok(Points(9015)));
        assert_eq!("1.500".parse(), Ok(Points(150)));
        assert_eq!("0.125".parse::<Points>(), Err(NumberError::Places));
        for bad in ["", ".5", "5.", "1e3", "--1", "1.2.3", "٣", "NaN"] {
            assert_eq!(bad.parse::<Points>(), Err(NumberError::Syntax), "{bad}");
        }
        let long = "9".repeat(60);
        assert_eq!(long.parse::<Ratio>(), Err(NumberError::Overflow));
        assert_eq!("9500bp".parse(), Ok(Bp(9500)));
        assert_eq!("95%".parse(), Ok(Bp(9500)));
        assert_eq!("800".parse(), Ok(Bp(800)));
        assert_eq!("0.5".parse::<Bp>(), Err(NumberError::Places));
    }

    #[test]
    fn points_show_two_places_and_keep_the_sign_below_one() {
        assert_eq!(Points(-6).to_string(), "-0.06");
        assert_eq!(Points(1170).to_string(), "11.70");
        assert_eq!(Bp(8835).to_string(), "88.35%");
    }

    #[test]
    fn points_pass_through_json_exactly() {
        for text in ["\"0.50\"", "0.5", "4", "-3", "90.15", "0.29"] {
            let points: Points = serde_json::from_str(text).unwrap();
            let back = serde_json::to_string(&points).unwrap();
            assert_eq!(serde_json::from_str::<Points>(&back).unwrap(), points);
            assert_eq!(text.trim_matches('"').parse(), Ok(points));
        }
        assert!(serde_json::from_str::<Points>("0.125").is_err());
        assert!(serde_json::from_str::<Points>("true").is_err());
        assert_eq!(serde_json::from_str::<Bp>("\"95%\"").unwrap(), Bp(9500));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let huge = Ratio::new(i128::MAX, 1).unwrap();
        assert_eq!(huge.plus(Ratio::ONE), Err(NumberError::Overflow));
        assert_eq!(huge.times(huge), Err(NumberError::Overflow));
        assert_eq!(huge.points(), Err(NumberError::Overflow));
        assert_eq!(huge.rounded(), Err(NumberError::Overflow));
        assert_eq!(Ratio::new(1, 0), Err(NumberError::Zero));
        assert_eq!(Points(i64::MAX).plus(Points(1)), Err(NumberError::Overflow));
    }

    #[test]
    fn fractions_near_the_limit_are_still_compared_exactly() {
        let a = ratio(i128::MAX, i128::MAX - 1);
        let b = ratio(i128::MAX - 1, i128::MAX - 2);
        assert!(a < b && a > Ratio::ONE);
        assert_eq!(b.cmp(&a), Ordering::Greater);
        assert!(ratio(-1, 2) < ratio(-1, 3));
    }

    proptest! {
        #[test]
        fn fractions_form_a_field_where_they_fit(a in -1000_i128..1000, b in 1_i128..1000, c in -1000_i128..1000, d in 1_i128..1000) {
            let (x, y) = (ratio(a, b), ratio(c, d));
            prop_assert_eq!(x.plus(y), y.plus(x));
            prop_assert_eq!(x.times(y), y.times(x));
            prop_assert_eq!(x.plus(y).unwrap().minus(y), Ok(x));
            prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
            if c != 0 {
                prop_assert_eq!(x.times(y).unwrap().over(y), Ok(x));
            }
            prop_assert_eq!(ratio(-a, b).rounded().unwrap(), -x.rounded().unwrap());
        }
    }
}
