//! Arrow arrays, as a file's batches have them, become columns of a [`Batch`](super::batch::Batch).
//!
//! Text is trimmed of ASCII white space; local timestamps become instants; an integer or a timestamp that cannot be held is
//! refused, never clipped (specification, section 2). What is as wanted already is not copied.

use std::sync::Arc;

use arrow::array::{Array, ArrayData, ArrayRef, AsArray, DictionaryArray, Int64Array, UInt32Array};
use arrow::compute::{CastOptions, cast_with_options, max, min};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type, TimeUnit};

use crate::domain::trimmed;
use crate::extracts::batch::{Texts, intern};
use crate::extracts::instants::{MICROS, NANOS, Scale};
use crate::extracts::schema::ColumnKind;
use crate::zone::Zone;

/// What the arrays of a table-day become columns by.
pub(super) struct Meaning<'a> {
    pub(super) texts: Arc<Texts>,
    pub(super) ticks_per_second: i64,
    /// Where local timestamps are local.
    pub(super) zone: &'a Zone,
}

/// The dictionary that the last batch of a text column had, and the position of each of its texts.
#[derive(Default)]
pub(super) struct LastDictionary(Option<(ArrayData, Vec<u32>)>);

/// The column that an array of a batch becomes; an error is what was found in its place.
pub(super) fn column(
    kind: ColumnKind,
    array: &ArrayRef,
    meaning: &mut Meaning<'_>,
    last: &mut LastDictionary,
) -> Result<ArrayRef, String> {
    let another_type = || array.data_type().to_string();
    Ok(match kind {
        ColumnKind::Integer => Arc::new(to_integers(array)?),
        ColumnKind::Text => Arc::new(to_positions(array, &mut meaning.texts, last)?),
        ColumnKind::Boolean => Arc::new(array.as_boolean_opt().ok_or_else(another_type)?.clone()),
        ColumnKind::Date => Arc::new(array.as_primitive_opt::<Date32Type>().ok_or_else(another_type)?.clone()),
        ColumnKind::Timestamp => Arc::new(to_ticks(array, meaning)?),
    })
}

/// Integers of any width and the units of timestamps, or what was found in their place.
pub(super) fn to_integers(array: &ArrayRef) -> Result<Int64Array, String> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let array = cast_with_options(array, &DataType::Int64, &strict).map_err(|error| error.to_string())?;
    Ok(array.as_primitive_opt::<Int64Type>().ok_or("no integers")?.clone())
}

fn to_positions(array: &ArrayRef, texts: &mut Arc<Texts>, last: &mut LastDictionary) -> Result<UInt32Array, String> {
    let array: &DictionaryArray<Int32Type> = array.as_dictionary_opt().ok_or("no dictionary of strings")?;
    let dictionary = array.values().to_data();
    let positions = match last.0.take().filter(|(before, _)| before.ptr_eq(&dictionary)) {
        Some((_, positions)) => positions,
        None => {
            let held = array.values().as_string_opt::<i32>().ok_or("no strings")?;
            // A null has no text, in a dictionary neither.
            let positions = held.iter().map(|text| intern(texts, trimmed(text.unwrap_or_default())));
            positions.collect::<Result<Vec<u32>, String>>()?
        }
    };
    let position = |key: i32| usize::try_from(key).ok().and_then(|key| positions.get(key)).copied();
    let mut extremes = [min(array.keys()), max(array.keys())].into_iter().flatten();
    if let Some(key) = extremes.find(|key| position(*key).is_none()) {
        return Err(format!("text {key} of a dictionary of {}", positions.len()));
    }
    // The key of a null means nothing, and a column of nulls has no texts at all.
    let of_rows = array.keys().values().iter().map(|key| position(*key).unwrap_or(0)).collect::<Vec<u32>>();
    let of_rows = UInt32Array::new(of_rows.into(), array.logical_nulls());
    last.0 = Some((dictionary, positions));
    Ok(of_rows)
}

fn to_ticks(array: &ArrayRef, meaning: &Meaning<'_>) -> Result<Int64Array, String> {
    let DataType::Timestamp(unit, written_zone) = array.data_type() else { return Err(array.data_type().to_string()) };
    let units_per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => MICROS,
        TimeUnit::Nanosecond => NANOS,
    };
    let local_in = written_zone.is_none().then_some(meaning.zone);
    let scale = Scale { units_per_second, ticks_per_second: meaning.ticks_per_second };
    scale.ticks_of(to_integers(array)?, local_in)
}
