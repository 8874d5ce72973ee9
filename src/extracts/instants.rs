//! Timestamps of any unit and zone as ticks of one unit, exactly.
//!
//! A tick is a millionth or a billionth of a second since 1970-01-01T00:00:00Z. An instant outside the years -9999 to
//! 9999, or outside what the tick can count, is refused with its raw value (specification, section 2).

use arrow::array::Int64Array;
use arrow::compute::{max, min};
use arrow::datatypes::TimeUnit;
use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::zone::Zone;

/// Ticks of a second where no file of a partition has nanoseconds.
pub(crate) const MICROS: i64 = 1_000_000;
/// Ticks of a second where one has.
pub(super) const NANOS: i64 = 1_000_000_000;

/// -9999-01-01T00:00:00Z
const FIRST_SECOND: i64 = -377_705_116_800;
/// 9999-12-31T23:59:59Z
const LAST_SECOND: i64 = 253_402_300_799;

/// The first of all instants that are read, in millionths of a second.
pub(crate) const FIRST_TICK: i64 = FIRST_SECOND * MICROS;
/// The last one.
pub(crate) const LAST_TICK: i64 = LAST_SECOND * MICROS + (MICROS - 1);

/// What all columns of a table-day share: what ticks are, and where local timestamps are local.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) ticks_per_second: i64,
    pub(super) zone: &'a Zone,
}

pub(super) const fn units_per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => MICROS,
        TimeUnit::Nanosecond => NANOS,
    }
}

/// From the units of a file to ticks.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) units_per_second: i64,
    pub(super) ticks_per_second: i64,
}

impl Scale {
    /// `raw` timestamps as ticks; where `local_in` is given they are local times there. An error is the first value that cannot
    /// be held, with its place in the batch.
    pub(super) fn ticks_of(self, raw: Int64Array, local_in: Option<&Zone>) -> Result<Int64Array, String> {
        match self.straight(&raw, local_in) {
            Some((1, 0)) => Ok(raw),
            // What lies under a null means nothing.
            Some((factor, shift)) => Ok(raw.unary(|value| value.wrapping_mul(factor).wrapping_sub(shift))),
            None => self.one_by_one(&raw, local_in),
        }
    }

    /// What all values are multiplied by to be ticks, and what is then taken off; none where that differs among them, or where
    /// one of them cannot be held.
    fn straight(self, raw: &Int64Array, local_in: Option<&Zone>) -> Option<(i64, i64)> {
        let (least, greatest) = (min(raw)?, max(raw)?);
        let second = |value: i64| value.div_euclid(self.units_per_second);
        let offset_seconds = match local_in {
            None => 0,
            Some(zone) => zone.offset_of_all(second(least)..=second(greatest))?,
        };
        // Where both ends can be held, so can all between them.
        self.ticks(least, |second| second - offset_seconds)?;
        self.ticks(greatest, |second| second - offset_seconds)?;
        Some((self.ticks_per_second / self.units_per_second, offset_seconds * self.ticks_per_second))
    }

    fn one_by_one(self, raw: &Int64Array, local_in: Option<&Zone>) -> Result<Int64Array, String> {
        let mut local_times = local_in.map(Zone::local_times);
        let mut instant = |second| local_times.as_mut().map_or(second, |times| times.instant(second));
        let ticks = raw.iter().enumerate().map(|(row, value)| {
            let held = value.map(|value| self.ticks(value, &mut instant).ok_or_else(|| self.refused(row, value)));
            held.transpose()
        });
        ticks.collect()
    }

    fn refused(self, row: usize, value: i64) -> String {
        let Self { units_per_second, ticks_per_second } = self;
        let raw = format!("the raw timestamp {value} ({units_per_second} a second), {row} rows into a batch");
        format!("{raw}, which no tick of 1/{ticks_per_second} s can hold")
    }

    /// The ticks of a value whose whole seconds `instant` moves; none where they cannot be held.
    fn ticks(self, value: i64, instant: impl FnOnce(i64) -> i64) -> Option<i64> {
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
        let scale = Scale { units_per_second: units, ticks_per_second: per_second };
        let held = scale.ticks_of(Int64Array::from(vec![raw]), zone.as_ref())?;
        // A null beside it changes nothing, nor does a value of another stretch of the zone.
        let beside = Int64Array::from(vec![None, Some(raw), Some(0)]);
        assert_eq!(scale.ticks_of(beside, zone.as_ref())?.value(1), held.value(0));
        Ok(held.value(0))
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
        let scale = Scale { units_per_second: 1_000, ticks_per_second: MICROS };
        for (raw, ticks) in [(vec![None, Some(1)], vec![None, Some(1_000)]), (vec![None, None], vec![None, None])] {
            assert_eq!(scale.ticks_of(Int64Array::from(raw), None), Ok(Int64Array::from(ticks)));
        }
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
