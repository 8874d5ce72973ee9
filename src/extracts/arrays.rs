//! Arrow arrays, as a file's batches have them, become values of the table-day's columns, batch after batch.
//!
//! Text is trimmed of ASCII white space; local timestamps become instants; an integer or a timestamp that cannot be held is
//! refused, never clipped (specification, section 2).

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int64Array};
use arrow::compute::{CastOptions, cast_with_options, max, min};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type, TimeUnit};

use crate::domain::trimmed;
use crate::extracts::instants::{MICROS, NANOS, Scale};
use crate::extracts::rows::{ColumnData, Texts, Values};
use crate::zone::Zone;

/// What the arrays of a table-day become values by.
pub(super) struct Meaning<'a> {
    pub(super) texts: &'a mut Texts,
    pub(super) ticks_per_second: i64,
    /// Where local timestamps are local.
    pub(super) zone: &'a Zone,
}

/// Appends the values of `array` to a column that has `rows_before`; an error is what was found in their place.
pub(super) fn append(
    column: &mut ColumnData,
    rows_before: usize,
    array: &ArrayRef,
    meaning: &mut Meaning<'_>,
) -> Result<(), String> {
    let another_type = || array.data_type().to_string();
    append_validity(column, rows_before, array.as_ref());
    match &mut column.values {
        Values::Integer(values) => values.extend_from_slice(to_integers(array)?.values()),
        Values::Text(values) => append_texts(values, array, meaning.texts)?,
        Values::Boolean(values) => values.extend(array.as_boolean_opt().ok_or_else(another_type)?.values()),
        Values::Date(values) => {
            values.extend_from_slice(array.as_primitive_opt::<Date32Type>().ok_or_else(another_type)?.values());
        }
        Values::Timestamp(values) => append_ticks(values, array, meaning)?,
    }
    Ok(())
}

fn append_validity(column: &mut ColumnData, rows_before: usize, array: &dyn Array) {
    match (&mut column.validity, array.logical_nulls().filter(|nulls| nulls.null_count() > 0)) {
        (None, None) => {}
        (Some(validity), None) => validity.resize(rows_before + array.len(), true),
        (validity, Some(nulls)) => validity.get_or_insert_with(|| vec![true; rows_before]).extend(nulls.iter()),
    }
}

/// Integers of any width and the units of timestamps, or what was found in their place.
pub(super) fn to_integers(array: &ArrayRef) -> Result<Int64Array, String> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let array = cast_with_options(array, &DataType::Int64, &strict).map_err(|error| error.to_string())?;
    Ok(array.as_primitive_opt::<Int64Type>().ok_or("no integers")?.clone())
}

fn append_texts(values: &mut Vec<u32>, array: &ArrayRef, texts: &mut Texts) -> Result<(), String> {
    let array: &DictionaryArray<Int32Type> = array.as_dictionary_opt().ok_or("no dictionary of strings")?;
    let held = array.values().as_string_opt::<i32>().ok_or("no strings")?;
    // A null has no text, in a dictionary neither.
    let positions = held.iter().map(|text| texts.intern(trimmed(text.unwrap_or_default())));
    let positions = positions.collect::<Result<Vec<u32>, String>>()?;
    let position = |key: i32| usize::try_from(key).ok().and_then(|key| positions.get(key)).copied();
    let mut extremes = [min(array.keys()), max(array.keys())].into_iter().flatten();
    if let Some(key) = extremes.find(|key| position(*key).is_none()) {
        return Err(format!("text {key} of a dictionary of {}", positions.len()));
    }
    // The key of a null means nothing, and a column of nulls has no texts at all.
    values.extend(array.keys().values().iter().map(|key| position(*key).unwrap_or(0)));
    Ok(())
}

fn append_ticks(values: &mut Vec<i64>, array: &ArrayRef, meaning: &Meaning<'_>) -> Result<(), String> {
    let DataType::Timestamp(unit, written_zone) = array.data_type() else { return Err(array.data_type().to_string()) };
    let units_per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => MICROS,
        TimeUnit::Nanosecond => NANOS,
    };
    let local_in = written_zone.is_none().then_some(meaning.zone);
    let scale = Scale { units_per_second, ticks_per_second: meaning.ticks_per_second };
    scale.append(values, &to_integers(array)?, local_in)
}
