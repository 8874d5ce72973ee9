//! Half-up rounding, the one place where an exact figure gives up what it has beyond four decimals.

use crate::error::{Outcome, fault};
use crate::rulebook::Decimal4;

/// A quotient of ten-thousandths to whole ones, half-up; the divisor is above 0.
///
/// # Errors
/// A fault of the stage that asks where there is no such figure in 64 bits.
pub(crate) fn half_up(stage: &'static str, ten_thousandths: i128, divisor: i128) -> Outcome<Decimal4> {
    let halves = (ten_thousandths.checked_mul(2), divisor.checked_mul(2));
    let rounded = if let (Some(dividend), Some(doubled @ 1..)) = halves {
        dividend.checked_add(divisor).and_then(|dividend| i64::try_from(dividend.div_euclid(doubled)).ok())
    } else {
        None
    };
    let impossible = || fault(stage, format!("{ten_thousandths} / {divisor} ten-thousandths"));
    rounded.map(Decimal4::from_ten_thousandths).ok_or_else(impossible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_goes_up() {
        for (ten_thousandths, divisor, rounded) in [
            (5, 10, "0.0001"),
            (49_999, 100_000, "0"),
            (100_000, 3, "3.3333"),
            (200_000, 3, "6.6667"),
            (50_000, 1, "5"),
        ] {
            assert_eq!(half_up("test", ten_thousandths, divisor).unwrap().to_string(), rounded);
        }
        for (ten_thousandths, divisor) in [(1, 0), (1, -1), (1 << 63, 1), (i128::MAX, 1)] {
            assert!(half_up("test", ten_thousandths, divisor).is_err());
        }
    }
}
