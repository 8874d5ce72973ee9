//! Timestamps of any unit and zone as ticks of one unit, exactly.
//!
//! A tick is a millionth or a billionth of a second since 1970-01-01T00:00:00Z. An instant outside the years -9999 to
//! 9999, or outside what the tick can count, is refused with its raw value (specification, section 2).

use arrow::array::{Array, Int64Array};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::zone::Zone;

/// Ticks of a second where no file of a partition has nanoseconds.
pub(super) const MICROS: i64 = 1_000_000;
/// Ticks of a second where one has.
pub(super) const NANOS: i64 = 1_000_000_000;

/// -9999-01-01T00:00:00Z
const FIRST_SECOND: i64 = -377_705_116_800;
/// 9999-12-31T23:59:59Z
const LAST_SECOND: i64 = 253_402_300_799;

/// From the units of a file to ticks.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) units_per_second: i64,
    pub(super) ticks_per_second: i64,
}

impl Scale {
    /// Appends `raw` timestamps as ticks; where `local_in` is given they are local times there. An error is the first value that
    /// cannot be held, with its place in the batch.
    pub(super) fn append(self, ticks: &mut Vec<i64>, raw: &Int64Array, local_in: Option<&Zone>) -> Result<(), String> {
        if let (None, Some(factor)) = (local_in, self.factor_for(raw.values())) {
            ticks.extend(raw.values().iter().map(|value| value * factor));
            return Ok(());
        }
        let mut local_times = local_in.map(Zone::local_times);
        ticks.reserve(raw.len());
        for (row, value) in raw.values().iter().enumerate() {
            let held = match &mut local_times {
                None => self.ticks(*value),
                Some(times) => self.ticks_at(*value, |second| times.instant(second)),
            };
            ticks.push(match held {
                Some(held) => held,
                None if raw.is_null(row) => 0,
                None => return Err(self.refused(row, *value)),
            });
        }
        Ok(())
    }

    fn refused(self, row: usize, value: i64) -> String {
        let Self { units_per_second, ticks_per_second } = self;
        let raw = format!("the raw timestamp {value} ({units_per_second} a second), {row} rows into a batch");
        format!("{raw}, which no tick of 1/{ticks_per_second} s can hold")
    }

    /// What makes instants ticks, where all of `values` can be held.
    fn factor_for(self, values: &[i64]) -> Option<i64> {
        let (least, greatest) = (values.iter().min()?, values.iter().max()?);
        self.ticks(*least).and(self.ticks(*greatest))?;
        Some(self.ticks_per_second / self.units_per_second)
    }

    /// The ticks of an instant; none where it cannot be held.
    fn ticks(self, value: i64) -> Option<i64> {
        let first = FIRST_SECOND.saturating_mul(self.units_per_second);
        let end = (LAST_SECOND + 1).saturating_mul(self.units_per_second);
        // Where the units do not reach as far as the years do, every value is of our era.
        let is_of_our_era = first <= value && (value < end || end == i64::MAX);
        is_of_our_era.then(|| value.checked_mul(self.ticks_per_second / self.units_per_second)).flatten()
    }

    /// As [`Scale::ticks`], where `instant` moves the whole seconds.
    fn ticks_at(self, value: i64, instant: impl FnOnce(i64) -> i64) -> Option<i64> {
        let second = instant(value.div_euclid(self.units_per_second));
        let rest = value.rem_euclid(self.units_per_second) * (self.ticks_per_second / self.units_per_second);
        let exact = i128::from(second) * i128::from(self.ticks_per_second) + i128::from(rest);
        let is_of_our_era = (FIRST_SECOND..=LAST_SECOND).contains(&second);
        is_of_our_era.then(|| i64::try_from(exact).ok()).flatten()
    }
}

/// The difference `later - earlier` in whole seconds, rounded down; exact for any two ticks.
pub(crate) fn whole_seconds_between(earlier: i64, later: i64, ticks_per_second: i64) -> i64 {
    if let Some(ticks) = later.checked_sub(earlier) {
        return ticks.div_euclid(ticks_per_second);
    }
    let borrowed = later.rem_euclid(ticks_per_second) < earlier.rem_euclid(ticks_per_second);
    later.div_euclid(ticks_per_second) - earlier.div_euclid(ticks_per_second) - i64::from(borrowed)
}

/// An instant in UTC, such as `2022-03-15T01:02:03.5Z`, the same whatever the tick; an error where it lies outside the years
/// -9999 to 9999, which no tick that was read does.
pub(super) fn in_utc(ticks: i64, ticks_per_second: i64) -> Result<String, jiff::Error> {
    let second = SignedDuration::from_secs(ticks.div_euclid(ticks_per_second));
    let rest = SignedDuration::from_nanos(ticks.rem_euclid(ticks_per_second) * (NANOS / ticks_per_second));
    let civil = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(second)?.checked_add(rest)?;
    Ok(format!("{civil}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(raw: i64, units: i64, per_second: i64, zone: Option<&str>) -> Result<i64, String> {
        let zone = zone.map(|name| Zone::named(name).unwrap());
        let mut held = Vec::new();
        let scale = Scale { units_per_second: units, ticks_per_second: per_second };
        scale.append(&mut held, &Int64Array::from(vec![raw]), zone.as_ref())?;
        Ok(held[0])
    }

    #[test]
    fn one_instant_in_any_unit_is_one_tick_count_and_what_no_tick_can_hold_is_refused_and_never_clipped() {
        let year_1000 = -30_610_224_000_000;
        for (raw, units, per_second, zone, expected) in [
            (1_647_305_999_500, 1_000, MICROS, None, Some(1_647_305_999_500_000)),
            (1_647_305_999_500_000, MICROS, MICROS, None, Some(1_647_305_999_500_000)),
            (1_647_305_999_500, 1_000, NANOS, None, Some(1_647_305_999_500_000_000)),
            (1_647_305_999_500_000, MICROS, NANOS, None, Some(1_647_305_999_500_000_000)),
            (1_647_305_999_500_000_001, NANOS, NANOS, None, Some(1_647_305_999_500_000_001)),
            (1_647_302_400_000, 1_000, MICROS, Some("Asia/Shanghai"), Some(1_647_273_600_000_000)),
            (i64::MAX, 1_000, MICROS, None, None),
            (i64::MIN, MICROS, MICROS, None, None),
            (year_1000, 1_000, NANOS, None, None),
            (year_1000, 1_000, MICROS, None, Some(year_1000 * 1_000)),
            // The first nanosecond of all, and 9999-12-31.
            (i64::MIN, NANOS, NANOS, None, Some(i64::MIN)),
            (253_402_214_400_000, 1_000, MICROS, None, Some(253_402_214_400_000_000)),
        ] {
            assert_eq!(ticks(raw, units, per_second, zone).ok(), expected, "{raw} of {units} as {per_second}");
        }
    }

    #[test]
    fn a_null_has_a_place_among_the_ticks() {
        let mut held = Vec::new();
        let scale = Scale { units_per_second: 1_000, ticks_per_second: MICROS };
        assert_eq!(scale.append(&mut held, &Int64Array::from(vec![None, Some(1)]), None), Ok(()));
        assert_eq!(held, [0, 1_000]);
    }

    #[test]
    fn instants_and_local_times_of_utc_have_the_same_ticks() {
        let edges = [i64::MIN, -377_705_116_800_000, -377_705_116_800_001, -1, 0, 1_500, i64::MAX];
        for value in edges.into_iter().chain([253_402_300_799_999, 253_402_300_800_000]) {
            for (units, per_second) in [(1_000, MICROS), (MICROS, MICROS), (1_000, NANOS), (NANOS, NANOS)] {
                let of = |zone| ticks(value, units, per_second, zone);
                assert_eq!(of(None), of(Some("UTC")), "{value} of {units} as {per_second}");
            }
        }
    }

    #[test]
    fn durations_are_whole_seconds_rounded_down() {
        let micros = [(500_000, 2_400_000), (400_000, 2_400_000), (-1, 0)];
        assert_eq!(micros.map(|(earlier, later)| whole_seconds_between(earlier, later, MICROS)), [1, 2, 0]);
        assert_eq!(whole_seconds_between(i64::MIN, i64::MAX, NANOS), 18_446_744_073);
    }

    #[test]
    fn an_instant_reads_the_same_whatever_the_tick_and_keeps_its_fraction_before_1970() {
        for (ticks, ticks_per_second, expected) in [
            (1_647_305_999_500_000, MICROS, "2022-03-15T00:59:59.5Z"),
            (1_647_305_999_500_000_000, NANOS, "2022-03-15T00:59:59.5Z"),
            (253_402_300_799 * MICROS, MICROS, "9999-12-31T23:59:59Z"),
            (-1, MICROS, "1969-12-31T23:59:59.999999Z"),
            (-30_610_224_000_000_000 + 250_000, MICROS, "1000-01-01T00:00:00.25Z"),
            (i64::MIN, NANOS, "1677-09-21T00:12:43.145224192Z"),
        ] {
            assert_eq!(in_utc(ticks, ticks_per_second).unwrap(), expected);
        }
        assert!(in_utc(i64::MAX, MICROS).is_err());
    }
}
