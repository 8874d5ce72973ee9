//! Values that a producer wrote as text, and values that stand for none, as settings say.
//!
//! In: texts, or a column of the contract. Out: a column of its kind. Integers are decimal digits, days `YYYY-MM-DD` or
//! `YYYYMMDD`, timestamps a day and a time with a zone or without one (then of the business time zone), booleans `true`,
//! `false`, `1` and `0` (specification, section 2, Columns).

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Date32Array, Int64Array, StringArray};
use arrow::compute::nullif;
use arrow::datatypes::{Date32Type, Int64Type, UInt32Type};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;

use crate::domain::{Day, trimmed};
use crate::extracts::batch::Texts;
use crate::extracts::instants::{NANOS, Scale, Shared};
use crate::extracts::layout;
use crate::extracts::schema::ColumnKind;
use crate::zone::Zone;

/// The column of a kind that texts write; those that `null_if` lists write null.
pub(super) fn column(
    kind: ColumnKind,
    texts: &StringArray,
    null_if: &[String],
    shared: Shared<'_>,
) -> Result<ArrayRef, String> {
    let given = || given(texts, null_if);
    Ok(match kind {
        ColumnKind::Integer => Arc::new(integers(texts, null_if)?),
        ColumnKind::Boolean => Arc::new(values::<_, BooleanArray>(given(), boolean)?),
        ColumnKind::Date => Arc::new(values::<_, Date32Array>(given(), date)?),
        ColumnKind::Timestamp => {
            Arc::new(values::<_, Int64Array>(given(), |text| ticks(text, shared.ticks_per_second, shared.zone))?)
        }
        ColumnKind::Text => return Err("texts in place of texts".to_owned()),
    })
}

/// The integers that texts write.
pub(super) fn integers(texts: &StringArray, null_if: &[String]) -> Result<Int64Array, String> {
    values(given(texts, null_if), integer)
}

fn given<'a>(texts: &'a StringArray, null_if: &'a [String]) -> impl Iterator<Item = Option<&'a str>> {
    let is_null = |text: &&str| null_if.iter().any(|null| trimmed(null) == *text);
    texts.iter().map(move |text| text.map(trimmed).filter(|text| !is_null(text)))
}

fn values<'a, T, A: FromIterator<Option<T>>>(
    texts: impl Iterator<Item = Option<&'a str>>,
    value: impl Fn(&str) -> Option<T>,
) -> Result<A, String> {
    let of_row = |(row, text): (usize, Option<&str>)| match text {
        None => Ok(None),
        Some(text) => value(text).map(Some).ok_or_else(|| format!("the text {text:?}, {row} rows into a batch")),
    };
    texts.enumerate().map(of_row).collect()
}

fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn date(text: &str) -> Option<i32> {
    layout::day(text).map(Day::epoch_days)
}

/// A time as ticks; none where it is no time, or one that ticks cannot tell from others.
fn ticks(text: &str, ticks_per_second: i64, zone: &Zone) -> Option<i64> {
    let (raw, local_in) = match text.parse::<Timestamp>() {
        Ok(instant) => (instant.as_nanosecond(), None),
        Err(_) => beyond_timestamps(text, zone)?,
    };
    let nanoseconds_per_tick = i128::from(NANOS / ticks_per_second);
    let raw_ticks = i64::try_from(raw / nanoseconds_per_tick).ok().filter(|_| raw % nanoseconds_per_tick == 0)?;
    let scale = Scale { units_per_second: ticks_per_second, ticks_per_second };
    let ticks = scale.ticks_of(Int64Array::from(vec![raw_ticks]), local_in).ok()?;
    ticks.values().first().copied()
}

/// Since 1970-01-01T00:00:00, by the same clock.
fn nanoseconds(civil: DateTime) -> i128 {
    civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_nanos()
}

/// A local time with the zone that it is local in, or an instant of the last day of the year 9999: producers write it for no end, and
/// the library's last instant is before it.
fn beyond_timestamps<'a>(text: &str, zone: &'a Zone) -> Option<(i128, Option<&'a Zone>)> {
    let pieces = Pieces::parse(text).ok().filter(|pieces| pieces.time_zone_annotation().is_none())?;
    let nanoseconds = nanoseconds(pieces.date().to_datetime(pieces.time().unwrap_or_default()));
    match pieces.to_numeric_offset() {
        Some(offset) => Some((nanoseconds - i128::from(offset.seconds()) * i128::from(NANOS), None)),
        None => Some((nanoseconds, Some(zone))),
    }
}

/// A column without the values that `null_if` lists.
pub(super) fn without(
    kind: ColumnKind,
    column: ArrayRef,
    null_if: &[String],
    shared: Shared<'_>,
    texts: &Texts,
) -> Result<ArrayRef, String> {
    if null_if.is_empty() {
        return Ok(column);
    }
    let nulls = null_if.iter().map(|text| known(kind, text, shared, texts)).collect::<Result<Vec<_>, String>>()?;
    let nulls: Vec<i64> = nulls.into_iter().flatten().collect();
    let is_null: BooleanArray = match kind {
        ColumnKind::Integer | ColumnKind::Timestamp => marked::<Int64Type>(&column, &nulls)?,
        ColumnKind::Date => marked::<Date32Type>(&column, &nulls)?,
        ColumnKind::Text => marked::<UInt32Type>(&column, &nulls)?,
        ColumnKind::Boolean => return Err("null_if of a boolean".to_owned()),
    };
    nullif(&column, &is_null).map_err(|error| error.to_string())
}

/// How a column holds a value that is written; none where no row of a text column holds it.
pub(super) fn known(kind: ColumnKind, text: &str, shared: Shared<'_>, texts: &Texts) -> Result<Option<i64>, String> {
    let text = trimmed(text);
    let held = match kind {
        ColumnKind::Text => return Ok(texts.position(text).map(i64::from)),
        ColumnKind::Integer => integer(text),
        ColumnKind::Date => date(text).map(i64::from),
        ColumnKind::Timestamp => ticks(text, shared.ticks_per_second, shared.zone),
        ColumnKind::Boolean => None,
    };
    held.map(Some).ok_or_else(|| format!("null_if {text:?}, which is no value of its kind"))
}

/// The values of a column that are among these.
fn marked<T: ArrowPrimitiveType<Native: Into<i64>>>(column: &ArrayRef, nulls: &[i64]) -> Result<BooleanArray, String> {
    let values = column.as_primitive_opt::<T>().ok_or("a column of another kind")?.values();
    Ok(values.iter().map(|value| Some(nulls.contains(&(*value).into()))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::instants::MICROS;
    use crate::extracts::readable::shanghai;

    /// 9999-12-31T23:59:59Z
    const END_OF_TIME: i64 = 253_402_300_799_000_000;

    /// The integers that a column of a kind holds of texts, dates and timestamps included.
    fn held(kind: ColumnKind, texts: &[&str], null_if: &[&str]) -> Result<Vec<Option<i64>>, String> {
        let zone = shanghai();
        let null_if: Vec<String> = null_if.iter().map(|text| (*text).to_owned()).collect();
        let shared = Shared { ticks_per_second: MICROS, zone: &zone };
        let column = column(kind, &StringArray::from(texts.to_vec()), &null_if, shared)?;
        Ok(match kind {
            ColumnKind::Date => column.as_primitive::<Date32Type>().iter().map(|day| day.map(i64::from)).collect(),
            ColumnKind::Boolean => column.as_boolean().iter().map(|answer| answer.map(i64::from)).collect(),
            _ => column.as_primitive::<Int64Type>().iter().collect(),
        })
    }

    #[test]
    fn text_is_read_in_the_form_of_its_kind_and_what_is_not_is_refused_with_its_row() {
        use ColumnKind::{Boolean, Date, Integer, Timestamp};
        for (kind, texts, expected) in [
            (Integer, &["7", " -8 ", "9223372036854775807"][..], &[7, -8, i64::MAX][..]),
            (Boolean, &["true", "FALSE", "1", "0"], &[1, 0, 1, 0]),
            (Date, &["1970-01-02", "19700103"], &[1, 2]),
            (Timestamp, &["1970-01-01 08:00:00", "1970-01-01T08:00:00.5"], &[0, 500_000]),
            (Timestamp, &["1970-01-01T00:00:01Z", "1970-01-01 09:00:01+08:00"], &[1_000_000, 3_601_000_000]),
            (Timestamp, &["9999-12-31T23:59:59Z", "9999-12-31 23:59:59"], &[END_OF_TIME, END_OF_TIME - 28_800_000_000]),
            (
                Timestamp,
                &["9999-12-31T23:59:59+08:00", "9999-12-30T22:00:01Z"],
                &[END_OF_TIME - 28_800_000_000, END_OF_TIME - 93_598_000_000],
            ),
        ] {
            let expected: Vec<_> = expected.iter().copied().map(Some).collect();
            assert_eq!(held(kind, texts, &[]), Ok(expected), "{texts:?}");
        }
        for (kind, text) in [
            (Integer, "7.0"),
            (Integer, ""),
            (Integer, "9223372036854775808"),
            (Boolean, "yes"),
            (Date, "1970-13-01"),
            (Timestamp, "01/02/1970"),
            (Timestamp, "1970-01-01 00:00:00.0000001"),
            (Timestamp, "9999-12-31T23:59:59-08:00"),
            (Timestamp, "9999-12-31T23:59:59Z[UTC]"),
            (Timestamp, "2022-03-15T01:02:03[Asia/Tokyo]"),
        ] {
            let found = held(kind, &[text], &[]).unwrap_err();
            assert!(found.contains(&format!("the text {text:?}, 0 rows into a batch")), "{found}");
        }
        assert_eq!(held(Integer, &["7", "", "N/A"], &["", "N/A"]), Ok(vec![Some(7), None, None]));
    }

    #[test]
    fn a_value_that_stands_for_none_is_null_whatever_the_form() {
        let zone = shanghai();
        let shared = Shared { ticks_per_second: MICROS, zone: &zone };
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(5), None]));
        let null_if = ["1970-01-01T00:00:00Z".to_owned()];
        let found = without(ColumnKind::Timestamp, column, &null_if, shared, &Texts::default()).unwrap();
        assert_eq!(found.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [None, Some(5), None]);
    }
}
