//! Arrow arrays, as a file's batches have them, become columns of a [`Batch`](super::batch::Batch).
//!
//! Text is trimmed of ASCII white space; local timestamps become instants; an integer or a timestamp that cannot be held is
//! refused, never clipped (specification, section 2). What is as wanted already is not copied.

use std::sync::Arc;

use arrow::array::{Array, ArrayData, ArrayRef, AsArray, DictionaryArray, Int64Array, UInt32Array};
use arrow::compute::{CastOptions, cast_with_options, max, min};
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit};

use crate::domain::trimmed;
use crate::extracts::batch::{Texts, intern};
use crate::extracts::instants::{MICROS, NANOS, Scale};
use crate::extracts::schema::ColumnKind;
use crate::zone::Zone;

/// The dictionary that the last batch of a text column had, and the position of each of its texts.
#[derive(Default)]
pub(super) struct LastDictionary(Option<(ArrayData, Vec<u32>)>);

/// The column that an array of a batch becomes, where it is no text, given what ticks are and where local timestamps are local;
/// an error is what was found in its place.
pub(super) fn column(
    kind: ColumnKind,
    array: &ArrayRef,
    ticks_per_second: i64,
    zone: &Zone,
) -> Result<ArrayRef, String> {
    match kind {
        ColumnKind::Integer => Ok(Arc::new(to_integers(array)?)),
        ColumnKind::Timestamp => Ok(Arc::new(to_ticks(array, ticks_per_second, zone)?)),
        _ if array.data_type() == &kind.held_as() => Ok(Arc::clone(array)),
        _ => Err(array.data_type().to_string()),
    }
}

/// Integers of any width and the units of timestamps, or what was found in their place.
pub(super) fn to_integers(array: &ArrayRef) -> Result<Int64Array, String> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let array = cast_with_options(array, &DataType::Int64, &strict).map_err(|error| error.to_string())?;
    Ok(array.as_primitive_opt::<Int64Type>().ok_or("no integers")?.clone())
}

impl LastDictionary {
    /// The column that an array of texts becomes: their positions among `texts`, which hold them from now on.
    pub(super) fn positions(&mut self, array: &ArrayRef, texts: &mut Arc<Texts>) -> Result<ArrayRef, String> {
        let array: &DictionaryArray<Int32Type> = array.as_dictionary_opt().ok_or("no dictionary of strings")?;
        let dictionary = array.values().to_data();
        let positions = match self.0.take().filter(|(before, _)| before.ptr_eq(&dictionary)) {
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
        self.0 = Some((dictionary, positions));
        Ok(Arc::new(UInt32Array::new(of_rows.into(), array.logical_nulls())))
    }
}

fn to_ticks(array: &ArrayRef, ticks_per_second: i64, zone: &Zone) -> Result<Int64Array, String> {
    let DataType::Timestamp(unit, written_zone) = array.data_type() else { return Err(array.data_type().to_string()) };
    let units_per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => MICROS,
        TimeUnit::Nanosecond => NANOS,
    };
    let local_in = written_zone.is_none().then_some(zone);
    let scale = Scale { units_per_second, ticks_per_second };
    scale.ticks_of(to_integers(array)?, local_in)
}
