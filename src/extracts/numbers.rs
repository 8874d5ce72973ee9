//! Numbers and texts of a file's arrays as integers, flags and days: each value as it is, or refused with its row.
//!
//! In: an array of a form that the contract check accepted. Out: integers in 64 bits, booleans, or days since 1970-01-01.

use arrow::array::{ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Int64Type};

pub(super) fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, to, &strict).map_err(|error| error.to_string())
}

/// Integers of any width, decimals without decimals and the units of timestamps, or what was found in their place.
pub(super) fn to_integers(array: &ArrayRef) -> Result<Int64Array, String> {
    Ok(cast(array, &DataType::Int64)?.as_primitive_opt::<Int64Type>().ok_or("no integers")?.clone())
}

pub(super) fn to_texts(array: &ArrayRef) -> Result<StringArray, String> {
    Ok(cast(array, &DataType::Utf8)?.as_string_opt::<i32>().ok_or("no strings")?.clone())
}

/// Floats that are whole and below 2^53, where every whole number is a float of its own; NaN is null where `nulls_are_there`.
pub(super) fn whole(array: &ArrayRef, nulls_are_there: bool) -> Result<Int64Array, String> {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    let floats = cast(array, &DataType::Float64)?;
    let floats: &Float64Array = floats.as_primitive_opt().ok_or("no numbers")?;
    let integer = |(row, float): (usize, Option<f64>)| match float {
        Some(float) if float.is_nan() && nulls_are_there => Ok(None),
        // Exact, as it is whole and below 2^53.
        #[allow(clippy::cast_possible_truncation, reason = "a whole number that fits")]
        Some(float) if float.fract() == 0.0 && float.abs() <= LARGEST => Ok(Some(float as i64)),
        Some(float) => {
            Err(format!("the number {float:?}, {row} rows into a batch, which is no whole number below 2^53"))
        }
        None => Ok(None),
    };
    floats.iter().enumerate().map(integer).collect()
}

/// Integers that are 0 and 1.
pub(super) fn flags(integers: &Int64Array) -> Result<BooleanArray, String> {
    let flag = |(row, integer): (usize, Option<i64>)| match integer {
        Some(0) => Ok(Some(false)),
        Some(1) => Ok(Some(true)),
        Some(other) => Err(format!("the flag {other}, {row} rows into a batch")),
        None => Ok(None),
    };
    integers.iter().enumerate().map(flag).collect()
}

pub(super) fn epoch_days(integers: &Int64Array) -> Result<Date32Array, String> {
    let day = |(row, day): (usize, Option<i64>)| {
        let held = day.map(i32::try_from).transpose();
        held.map_err(|_| format!("the day {}, {row} rows into a batch", day.unwrap_or_default()))
    };
    integers.iter().enumerate().map(day).collect()
}
