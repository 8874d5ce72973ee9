//! Columns of the engine's frames by their name, as the one type that they must have.
//!
//! In: a frame. Out: one value a row, never a null. A column that is missing, of another type or with nulls is a fault of the
//! stage that asks for it.

use polars::prelude::*;

use crate::error::{Outcome, fault};

/// The values of an int64 column.
pub(crate) fn integers<'a>(
    stage: &'static str,
    frame: &'a DataFrame,
    name: &str,
) -> Outcome<impl Iterator<Item = i64> + 'a> {
    let column = without_nulls(stage, frame, name)?.i64().map_err(|error| fault(stage, error))?;
    Ok(column.into_no_null_iter())
}

/// The values of a text column.
pub(crate) fn texts<'a>(
    stage: &'static str,
    frame: &'a DataFrame,
    name: &str,
) -> Outcome<impl Iterator<Item = &'a str> + 'a> {
    let column = without_nulls(stage, frame, name)?.str().map_err(|error| fault(stage, error))?;
    Ok(column.iter().flatten())
}

fn without_nulls<'a>(stage: &'static str, frame: &'a DataFrame, name: &str) -> Outcome<&'a Column> {
    let column = frame.column(name).map_err(|error| fault(stage, error))?;
    match column.null_count() {
        0 => Ok(column),
        nulls => Err(fault(stage, format!("{nulls} nulls in the column {name}"))),
    }
}

/// An int64 column with these values.
pub(crate) fn of_integers(name: &str, values: Vec<i64>) -> Column {
    Int64Chunked::from_vec(name.into(), values).into_column()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_as_it_must_be_is_a_fault_that_names_it() {
        let frame = df!("sound" => [1_i64, 2], "text" => ["a", "b"], "null" => [Some(1_i64), None]).unwrap();
        assert_eq!(integers("test", &frame, "sound").unwrap().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(texts("test", &frame, "text").unwrap().collect::<Vec<_>>(), ["a", "b"]);
        for name in ["missing", "text", "null"] {
            let failure = integers("test", &frame, name).err().unwrap();
            assert!(failure.to_string().contains(name), "{failure}");
        }
        assert!(texts("test", &frame, "sound").is_err());
    }
}
