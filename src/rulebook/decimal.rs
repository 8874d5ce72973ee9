//! Figures with at most four decimal places, exact: percents, limits and scores.
//!
//! Held as whole ten-thousandths, so that sums and comparisons are those of integers; the 64-bit float is made only
//! where a figure is published.

use std::fmt;
use std::str::FromStr;

/// A decimal with at most four places, held in ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal4(i64);

impl Decimal4 {
    /// All of something, in percent.
    pub const HUNDRED: Self = Self(100 * Self::PER_ONE);
    const PER_ONE: i64 = 10_000;

    /// The figure of that many ten-thousandths.
    pub const fn from_ten_thousandths(ten_thousandths: i64) -> Self {
        Self(ten_thousandths)
    }

    /// The figure in ten-thousandths.
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// The fraction `numerator / denominator`, rounded half-up to four places; none where the denominator is not
    /// positive, or the figure passes 64 bits.
    pub fn half_up(numerator: i128, denominator: i128) -> Option<Self> {
        let doubled = numerator.checked_mul(2 * i128::from(Self::PER_ONE))?.checked_add(denominator)?;
        let positive = denominator.checked_mul(2).filter(|doubled| *doubled > 0)?;
        i64::try_from(doubled.div_euclid(positive)).ok().map(Self)
    }

    /// The sum; none where it passes 64 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The 64-bit float nearest to the figure: the quotient of two integers that floats hold exactly.
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / Self::PER_ONE as f64
    }
}

/// Reads plain decimals of 0 or more, such as `20` or `2.5`. Signs, exponents, a fifth place and figures beyond 64 bits
/// are refused.
impl FromStr for Decimal4 {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (ones, places) = text.split_once('.').unwrap_or((text, "0"));
            let fraction = digits(&format!("{places:0<4}")).filter(|_| (1..=4).contains(&places.len()))?;
            digits(ones)?.checked_mul(Self::PER_ONE)?.checked_add(fraction).map(Self)
        };
        read().ok_or_else(|| format!("{text:?} is no figure of 0 or more with at most 4 decimal places"))
    }
}

/// The whole number that `text` writes in ASCII digits and nothing else; none where it passes 64 bits.
pub(super) fn digits(text: &str) -> Option<i64> {
    // `parse` alone would take a sign.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Writes no more places than the figure has.
impl fmt::Display for Decimal4 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (ones, places) = (self.0 / Self::PER_ONE, self.0 % Self::PER_ONE);
        let written = format!("{}.{:04}", ones.unsigned_abs(), places.unsigned_abs());
        write!(formatter, "{sign}{}", written.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_held_exactly_written_as_short_as_it_is_and_its_float_is_the_nearest_one() {
        for (text, ten_thousandths, shown, float) in [
            ("0", 0, "0", 0.0_f64),
            ("0.1", 1_000, "0.1", 0.1),
            ("100", 1_000_000, "100", 100.0),
            ("2.5", 25_000, "2.5", 2.5),
            ("3.3333", 33_333, "3.3333", 3.3333),
            ("12.5000", 125_000, "12.5", 12.5),
            ("0.0001", 1, "0.0001", 0.0001),
            ("922337203685477.5807", i64::MAX, "922337203685477.5807", 922_337_203_685_477.6),
        ] {
            let decimal: Decimal4 = text.parse().unwrap();
            assert_eq!(decimal, Decimal4::from_ten_thousandths(ten_thousandths), "{text}");
            assert_eq!(decimal.to_string(), shown);
            assert_eq!(decimal.as_f64().to_bits(), float.to_bits(), "{text}");
        }
        assert_eq!(Decimal4::from_ten_thousandths(-5).to_string(), "-0.0005");
    }

    #[test]
    fn anything_but_a_plain_figure_is_refused() {
        let no_digits = ["", " ", ".5", "5.", ".", "1.2.3", "1,5", "20%", "２０", "NaN", "inf"];
        let signed = ["-1", "-0", "+1", "1e2", "1.-5"];
        let too_long = ["1.23456", "1.00000", "922337203685477.5808", "99999999999999999999"];
        for text in no_digits.iter().chain(&signed).chain(&too_long) {
            assert!(text.parse::<Decimal4>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_fraction_is_rounded_half_up_to_four_places() {
        for (numerator, denominator, shown) in [
            (5, 100_000, Some("0.0001")),
            (49_999, 1_000_000_000, Some("0")),
            (10, 3, Some("3.3333")),
            (20, 3, Some("6.6667")),
            (5, 1, Some("5")),
            (-5, 100_000, Some("0")),
            (1, 0, None),
            (1, -1, None),
            (i128::MAX, 1, None),
            (i128::from(i64::MAX), 1, None),
        ] {
            let rounded = Decimal4::half_up(numerator, denominator).map(|figure| figure.to_string());
            assert_eq!(rounded.as_deref(), shown, "{numerator} / {denominator}");
        }
    }
}
