//! Days that a producer wrote as timestamps: midnight in UTC, or midnight in the business time zone, all of a column in a file
//! alike.
//!
//! Grain in: timestamps of a file, batch by batch. Grain out: days. Another time of day is refused (specification, section 2).

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, Date32Array};
use arrow::datatypes::DataType;
use jiff::Timestamp;

use crate::domain::Day;
use crate::extracts::instants::units_per_second;
use crate::extracts::numbers::to_integers;
use crate::zone::Zone;

const SECONDS_PER_DAY: i64 = 86_400;

/// Of what the values of a file's column were midnight so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Midnights {
    in_utc: bool,
    in_zone: bool,
}

impl Default for Midnights {
    /// Nothing speaks against either.
    fn default() -> Self {
        Self { in_utc: true, in_zone: true }
    }
}

impl Midnights {
    /// The days of these timestamps; an error where they are not all midnight of one kind with those before.
    pub(super) fn dates(&mut self, array: &ArrayRef, zone: &Zone) -> Result<Date32Array, String> {
        let DataType::Timestamp(unit, _) = array.data_type() else { return Err(array.data_type().to_string()) };
        let units_per_second = units_per_second(*unit);
        let mut known: HashMap<i64, [Option<i32>; 2]> = HashMap::new();
        let values = to_integers(array)?;
        let mut of_rows = Vec::with_capacity(values.len());
        for (row, value) in values.iter().enumerate() {
            let Some(value) = value else {
                of_rows.push(None);
                continue;
            };
            let [in_utc, in_zone] = *known.entry(value).or_insert_with(|| days(value, units_per_second, zone));
            self.in_utc &= in_utc.is_some();
            self.in_zone &= in_zone.is_some();
            if !self.in_utc && !self.in_zone {
                return Err(format!(
                    "the raw timestamp {value} ({units_per_second} a second), {row} rows into a batch"
                ));
            }
            of_rows.push(Some([in_utc, in_zone]));
        }
        // Where both were possible so far, both name the same days.
        let day = |[in_utc, in_zone]: [Option<i32>; 2]| if self.in_utc { in_utc } else { in_zone };
        Ok(of_rows.into_iter().map(|days| days.and_then(day)).collect())
    }
}

/// The days that begin at an instant, in UTC and in the time zone, as days since 1970-01-01.
fn days(value: i64, units_per_second: i64, zone: &Zone) -> [Option<i32>; 2] {
    let second = value.div_euclid(units_per_second);
    if value.rem_euclid(units_per_second) != 0 {
        return [None, None];
    }
    let is_midnight = second.rem_euclid(SECONDS_PER_DAY) == 0;
    let in_utc = i32::try_from(second.div_euclid(SECONDS_PER_DAY)).ok().filter(|_| is_midnight);
    let day = Timestamp::from_second(second).ok().map(|instant| zone.day_of(instant));
    let begins = |day: &Day| zone.spans(*day).first().is_some_and(|span| span.start == second);
    [in_utc, day.filter(begins).map(Day::epoch_days)]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::TimestampSecondArray;

    use super::*;

    /// The days of some timestamps, batch by batch.
    fn dates(zone: &str, batches: &[&[Option<i64>]]) -> Result<Vec<Option<i32>>, String> {
        let (mut midnights, mut all) = (Midnights::default(), Vec::new());
        for batch in batches {
            let array: ArrayRef = Arc::new(TimestampSecondArray::from(batch.to_vec()));
            all.extend(midnights.dates(&array, &Zone::named(zone).unwrap())?.iter());
        }
        Ok(all)
    }

    const DAY: i64 = SECONDS_PER_DAY;
    const EIGHT_HOURS: i64 = 28_800;

    #[test]
    fn all_of_a_column_in_a_file_is_midnight_in_utc_or_all_of_it_in_the_business_time_zone() {
        let shanghai = |batches: &[&[Option<i64>]]| dates("Asia/Shanghai", batches);
        assert_eq!(shanghai(&[&[Some(0), None], &[Some(DAY)]]), Ok(vec![Some(0), None, Some(1)]));
        assert_eq!(shanghai(&[&[Some(-EIGHT_HOURS), Some(DAY - EIGHT_HOURS)]]), Ok(vec![Some(0), Some(1)]));
        assert!(shanghai(&[&[Some(0)], &[Some(-EIGHT_HOURS)]]).is_err(), "now one, now the other");
        assert!(shanghai(&[&[Some(1)]]).unwrap_err().contains("the raw timestamp 1 "));
        // In London both are midnight until the clocks change on 2022-03-27.
        let (winter, summer) = (19_078, 19_100);
        assert_eq!(
            dates("Europe/London", &[&[Some(winter * DAY)], &[Some(summer * DAY - 3_600)]]),
            Ok(vec![Some(19_078), Some(19_100)])
        );
    }
}
