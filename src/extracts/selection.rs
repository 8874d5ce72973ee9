//! Which rows and columns of a table-day are read, where it is not all of them.
//!
//! Rows are chosen by their key, those that somebody asks for, or by their shop, or one share of all, so that a table-day too large for memory
//! is read in several passes. A row without a key has none that is asked for, and is in the first share.

use std::collections::BTreeSet;

use arrow::array::{Array, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicate, ArrowPredicateFn};
use parquet::schema::types::SchemaDescriptor;

use crate::error::{Outcome, fault};
use crate::extracts::arrays;
use crate::extracts::contract::CheckedFile;
use crate::extracts::schema::TableSpec;

const STAGE: &str = "reading";

/// Which rows and columns are wanted; all where nothing else is said.
#[derive(Clone, Debug, Default)]
pub struct Selection<'a> {
    /// Which rows.
    pub rows: Wanted<'a>,
    /// These columns, the others stay empty; all where there are none given.
    pub columns: Option<Vec<&'static str>>,
}

/// Which rows are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub enum Wanted<'a> {
    /// All.
    #[default]
    All,
    /// Those with one of these keys.
    WithKeys(&'a BTreeSet<i64>),
    /// Those of a shop.
    OfShop(i64),
    /// Those of a share; rows that can be duplicates of each other, or count once together, are in one share.
    Share(Share),
}

/// One of `of` shares of a table-day's rows, dealt out by key, or by shop where the table has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which one, from 0.
    pub place: u64,
    /// How many there are.
    pub of: u64,
}

impl Share {
    /// Whether a row belongs to it, given its key.
    fn has(self, key: Option<i64>) -> bool {
        // Keys are dealt out evenly whatever their steps.
        const MIXER: u64 = 0x9E37_79B9_7F4A_7C15;
        key.map_or(0, |key| (key.cast_unsigned().wrapping_mul(MIXER) >> 32) % self.of) == self.place
    }
}

impl Wanted<'_> {
    /// What the key of a row of a file must fulfil, given the schema that is read of it; nothing where all rows are wanted. To
    /// ask for keys of a table that has none is a fault.
    pub(super) fn predicate(
        self,
        spec: &TableSpec,
        file: &CheckedFile,
        schema: &SchemaDescriptor,
    ) -> Outcome<Option<Box<dyn ArrowPredicate>>> {
        match self {
            Self::All => Ok(None),
            Self::WithKeys(keys) => {
                let column = spec.key.ok_or_else(|| fault(STAGE, format!("keys of {}", spec.name)))?;
                let keys: Vec<i64> = keys.iter().copied().collect();
                let range = keys.first().zip(keys.last()).map(|(least, greatest)| *least..=*greatest);
                let is_near = move |key: &i64| range.as_ref().is_some_and(|range| range.contains(key));
                let is_wanted = move |key: i64| is_near(&key) && keys.binary_search(&key).is_ok();
                by_column(file, column, schema, move |key| key.is_some_and(&is_wanted)).map(Some)
            }
            Self::OfShop(shop_id) => by_column(file, "shop_id", schema, move |shop| shop == Some(shop_id)).map(Some),
            Self::Share(share) => {
                let column = spec.key.unwrap_or("shop_id");
                by_column(file, column, schema, move |key| share.has(key)).map(Some)
            }
        }
    }
}

impl Selection<'_> {
    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns.as_ref().is_none_or(|columns| columns.contains(&name))
    }
}

/// Holds for the rows whose integer in a column, if they have one, is wanted.
fn by_column(
    file: &CheckedFile,
    column: &str,
    schema: &SchemaDescriptor,
    is_wanted: impl Fn(Option<i64>) -> bool + Send + 'static,
) -> Outcome<Box<dyn ArrowPredicate>> {
    let read = file.columns.iter().find(|read| read.column.name == column).cloned();
    let read = read.ok_or_else(|| fault(STAGE, format!("a file without {column}")))?;
    let leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root(*leaf).name() == read.name);
    let only = ProjectionMask::leaves(schema, leaves);
    Ok(Box::new(ArrowPredicateFn::new(only, move |batch: RecordBatch| {
        let keys = arrays::to_keys(&read, batch.column(0)).map_err(ArrowError::ComputeError)?;
        let is_wanted = |row: usize| is_wanted(keys.is_valid(row).then(|| keys.value(row)));
        Ok(BooleanArray::new(BooleanBuffer::collect_bool(keys.len(), is_wanted), None))
    })))
}
