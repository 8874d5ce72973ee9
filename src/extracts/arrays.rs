//! Arrow arrays, as a file's batches have them, become columns of a [`Batch`](super::batch::Batch).
//!
//! Text is trimmed of white space; local timestamps become instants; a value that its form cannot hold is refused, never
//! clipped (specification, section 2). What is as wanted already is not copied.

use std::sync::Arc;

use arrow::array::{Array, ArrayData, ArrayRef, AsArray, DictionaryArray, Int64Array, UInt32Array, new_null_array};
use arrow::compute::{max, min};
use arrow::datatypes::{DataType, Int32Type};

use crate::domain::trimmed;
use crate::extracts::batch::{Texts, intern};
use crate::extracts::forms::Form;
use crate::extracts::found_columns::ReadColumn;
use crate::extracts::instants::{Scale, Shared, units_per_second};
use crate::extracts::midnights::Midnights;
use crate::extracts::numbers::{cast, epoch_days, flags, to_integers, to_texts, whole};
use crate::extracts::written;

/// What is known of a column from the batches before.
#[derive(Default)]
pub(super) struct SoFar {
    dictionary: LastDictionary,
    pub(super) midnights: Midnights,
}

/// The dictionary that the last batch of a text column had, and the position of each of its texts.
#[derive(Default)]
struct LastDictionary(Option<(ArrayData, Vec<u32>)>);

/// The column that an array of a batch becomes; an error is what was found in its place.
pub(super) fn column(
    read: &ReadColumn,
    array: &ArrayRef,
    shared: Shared<'_>,
    so_far: &mut SoFar,
    texts: &mut Arc<Texts>,
) -> Result<ArrayRef, String> {
    let kind = read.column.kind;
    let column: ArrayRef = match read.form {
        Form::Integers => Arc::new(to_integers(array)?),
        Form::WholeFloats => Arc::new(whole(array, read.column.nullable)?),
        Form::Texts => so_far.dictionary.positions(array, texts)?,
        Form::Flags => Arc::new(flags(&to_integers(array)?)?),
        Form::Midnights => Arc::new(so_far.midnights.dates(array, shared.zone)?),
        Form::Timestamps { are_local } => Arc::new(to_ticks(array, are_local, shared)?),
        Form::Nulls => new_null_array(&kind.held_as(), array.len()),
        Form::Written => written::column(kind, &to_texts(array)?, &read.null_if, shared)?,
        Form::EpochDays => Arc::new(epoch_days(&to_integers(array)?)?),
        Form::Epoch { units_per_second } => {
            let scale = Scale { units_per_second, ticks_per_second: shared.ticks_per_second };
            Arc::new(scale.ticks_of(to_integers(array)?, None)?)
        }
        Form::Booleans | Form::Dates if array.data_type() == &kind.held_as() => Arc::clone(array),
        Form::Booleans | Form::Dates => return Err(array.data_type().to_string()),
    };
    match read.form {
        // There the text itself says it.
        Form::Written => Ok(column),
        _ => written::without(kind, column, &read.null_if, shared, texts),
    }
}

/// The integers of a key column as a file has it.
pub(super) fn to_keys(read: &ReadColumn, array: &ArrayRef) -> Result<Int64Array, String> {
    match read.form {
        Form::Written => written::integers(&to_texts(array)?, &read.null_if),
        _ => to_integers(array),
    }
}

impl LastDictionary {
    /// The column that an array of texts becomes: their positions among `texts`, which hold them from now on.
    fn positions(&mut self, array: &ArrayRef, texts: &mut Arc<Texts>) -> Result<ArrayRef, String> {
        let of_bytes = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Binary));
        let array = match array.data_type() {
            DataType::FixedSizeBinary(_) => cast(&cast(array, &DataType::Binary)?, &of_bytes)?,
            _ => Arc::clone(array),
        };
        let array: &DictionaryArray<Int32Type> = array.as_dictionary_opt().ok_or("no dictionary of strings")?;
        let dictionary = array.values().to_data();
        let positions = match self.0.take().filter(|(before, _)| before.ptr_eq(&dictionary)) {
            Some((_, positions)) => positions,
            None => held(array.values(), texts)?,
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

/// The positions of the texts of a dictionary, strings or bytes that are UTF-8.
fn held(dictionary: &ArrayRef, texts: &mut Arc<Texts>) -> Result<Vec<u32>, String> {
    // A null has no text, in a dictionary neither.
    if let Some(strings) = dictionary.as_string_opt::<i32>() {
        return strings.iter().map(|text| intern(texts, trimmed(text.unwrap_or_default()))).collect();
    }
    let bytes = dictionary.as_binary_opt::<i32>().ok_or("no strings")?;
    let text = |bytes: Option<&[u8]>| {
        let text = std::str::from_utf8(bytes.unwrap_or_default());
        let text =
            text.map_err(|_| format!("the bytes {}, which are no UTF-8", bytes.unwrap_or_default().escape_ascii()));
        intern(texts, trimmed(text?))
    };
    bytes.iter().map(text).collect()
}

fn to_ticks(array: &ArrayRef, are_local: bool, shared: Shared<'_>) -> Result<Int64Array, String> {
    let DataType::Timestamp(unit, _) = array.data_type() else { return Err(array.data_type().to_string()) };
    let scale = Scale { units_per_second: units_per_second(*unit), ticks_per_second: shared.ticks_per_second };
    scale.ticks_of(to_integers(array)?, are_local.then_some(shared.zone))
}
