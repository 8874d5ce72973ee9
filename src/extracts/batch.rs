//! Rows of one table-day as they are decoded: the declared columns as Arrow arrays, of one type for each kind of column.
//!
//! Integers are int64; timestamps are ticks since 1970-01-01T00:00:00Z, in int64, a millionth of a second each, or a
//! billionth where a file of the table-day has nanoseconds; dates are date32; texts are positions, in uint32, among the
//! texts of the table-day, each of which is held once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Int64Array, UInt32Array, new_empty_array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{concat, filter};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use crate::domain::Day;
use crate::error::{Failure, Outcome, fault};
use crate::extracts::schema::{ColumnKind, TableSpec};
use crate::extracts::tables::Table;
use crate::zone::Zone;

const STAGE: &str = "batches of rows";
/// 2100-01-01: no time of a marketplace, but one in the wrong unit.
const FIRST_DAY_TOO_LATE: Day = Day::from_epoch_days(47_482);

/// The texts of a table-day, each once; columns hold their positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    texts: Vec<Arc<str>>,
    positions: HashMap<Arc<str>, u32>,
}

/// Some rows of a table-day.
#[derive(Clone, Debug)]
pub struct Batch {
    pub(crate) table: Table,
    pub(crate) day: Day,
    /// Ticks of a second: 1,000,000 or 1,000,000,000.
    pub(crate) ticks_per_second: i64,
    /// The ticks that lie on the natural day.
    pub(crate) natural_day: Arc<[Range<i64>]>,
    /// The first day that is a real one.
    pub(crate) earliest_day: Day,
    /// The ticks of real times: from that day on, and before the year 2100.
    pub(crate) real_times: Range<i64>,
    /// The texts that columns hold positions of. Batches of one table-day agree on them, as far as each of them knows.
    pub(crate) texts: Arc<Texts>,
    /// How many rows there are.
    pub count: usize,
    /// One for each column that the table declares, in that order; none where it was not read.
    pub(super) columns: Vec<Option<ArrayRef>>,
}

impl Texts {
    /// The position of `text`, if any row holds it.
    pub(crate) fn position(&self, text: &str) -> Option<u32> {
        self.positions.get(text).copied()
    }

    pub(crate) fn text(&self, position: u32) -> Outcome<&str> {
        let text = self.texts.get(position as usize).map(AsRef::as_ref);
        text.ok_or_else(|| fault(STAGE, format!("no text {position} among {}", self.texts.len())))
    }

    /// For each position whether its text is one of these.
    pub(crate) fn are_among<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Vec<bool> {
        let mut are_among = vec![false; self.texts.len()];
        for position in texts.filter_map(|text| self.position(text)) {
            if let Some(is_among) = are_among.get_mut(position as usize) {
                *is_among = true;
            }
        }
        are_among
    }

    /// The place of each text among all of them, by their bytes.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<(&str, u32)> = self.texts.iter().map(AsRef::as_ref).zip(0..).collect();
        sorted.sort_unstable();
        let mut ranks: Vec<(u32, u32)> = sorted.into_iter().map(|(_, position)| position).zip(0..).collect();
        ranks.sort_unstable();
        ranks.into_iter().map(|(_, rank)| rank).collect()
    }
}

/// The position of `text`, which is held from now on; an error where there are more texts than positions. Whoever shares
/// the texts keeps those of before.
pub(super) fn intern(texts: &mut Arc<Texts>, text: &str) -> Result<u32, String> {
    if let Some(position) = texts.position(text) {
        return Ok(position);
    }
    let position = u32::try_from(texts.texts.len()).map_err(|_| format!("{} texts of its day", texts.texts.len()))?;
    let (texts, text) = (Arc::make_mut(texts), Arc::<str>::from(text));
    texts.texts.push(Arc::clone(&text));
    texts.positions.insert(text, position);
    Ok(position)
}

impl ColumnKind {
    /// The type of its values in a batch.
    pub(super) const fn held_as(self) -> DataType {
        match self {
            Self::Integer | Self::Timestamp => DataType::Int64,
            Self::Text => DataType::UInt32,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date32,
        }
    }
}

/// Columns come by name; a fault names the table and the column where it is not declared, is of another kind or was not
/// read.
impl Batch {
    pub(crate) fn spec(&self) -> &'static TableSpec {
        self.table.spec()
    }

    /// A column of any kind.
    pub(crate) fn column(&self, name: &str) -> Outcome<&ArrayRef> {
        let place = self.spec().position(name).ok_or_else(|| self.lacks(name, "is not declared"))?;
        self.columns.get(place).and_then(Option::as_ref).ok_or_else(|| self.lacks(name, "was not read"))
    }

    /// Whether every declared column was read.
    pub(crate) fn is_whole(&self) -> bool {
        self.columns.iter().all(Option::is_some)
    }

    /// The key of each row; none where the table has no key.
    pub(crate) fn keys(&self) -> Outcome<Option<&Int64Array>> {
        self.spec().key.map(|name| self.integers(name)).transpose()
    }

    /// A column of integers.
    pub fn integers(&self, name: &str) -> Outcome<&Int64Array> {
        self.typed(name, ColumnKind::Integer)
    }

    /// A text column, as positions in [`Batch::texts`].
    pub fn text_positions(&self, name: &str) -> Outcome<&UInt32Array> {
        self.typed(name, ColumnKind::Text)
    }

    pub(crate) fn booleans(&self, name: &str) -> Outcome<&BooleanArray> {
        self.typed(name, ColumnKind::Boolean)
    }

    pub(crate) fn dates(&self, name: &str) -> Outcome<&Date32Array> {
        self.typed(name, ColumnKind::Date)
    }

    /// A timestamp column, in ticks.
    pub(crate) fn ticks(&self, name: &str) -> Outcome<&Int64Array> {
        self.typed(name, ColumnKind::Timestamp)
    }

    /// The kind of a column that the table declares.
    pub(crate) fn kind(&self, name: &str) -> Option<ColumnKind> {
        self.spec().columns.iter().find(|column| column.name == name).map(|column| column.kind)
    }

    fn typed<A: Array + 'static>(&self, name: &str, kind: ColumnKind) -> Outcome<&A> {
        let of_kind = Some(self.column(name)?).filter(|_| self.kind(name) == Some(kind));
        let values = of_kind.and_then(|column| column.as_any().downcast_ref::<A>());
        values.ok_or_else(|| self.lacks(name, "is of another kind"))
    }

    fn lacks(&self, name: &str, why: &str) -> Failure {
        fault(STAGE, format!("a column {name} of {} dt={} that {why}", self.table.name(), self.day))
    }

    /// The rows that `is_wanted` marks.
    pub(crate) fn filtered(&self, is_wanted: &BooleanBuffer) -> Outcome<Self> {
        let wanted = BooleanArray::new(is_wanted.clone(), None);
        let columns =
            self.columns.iter().map(|column| column.as_ref().map(|column| filter(column, &wanted)).transpose());
        let columns = columns.collect::<Result<_, ArrowError>>().map_err(|error| fault(STAGE, error))?;
        Ok(Self { columns, count: is_wanted.count_set_bits(), ..self.clone() })
    }

    /// The rows of `batches`, one after another; of none of them no rows, where `self` says of what.
    pub(crate) fn of_all(self, batches: &[Self]) -> Outcome<Self> {
        let Some(last) = batches.last() else { return Ok(self) };
        let column = |place: usize| -> Result<Option<ArrayRef>, ArrowError> {
            let arrays = batches.iter().map(|batch| batch.columns.get(place)?.as_deref());
            arrays.collect::<Option<Vec<&dyn Array>>>().map(|arrays| concat(&arrays)).transpose()
        };
        let columns = (0..last.columns.len()).map(column).collect::<Result<_, _>>();
        let columns = columns.map_err(|error| fault(STAGE, error))?;
        Ok(Self { columns, count: batches.iter().map(|batch| batch.count).sum(), ..last.clone() })
    }

    /// Without rows, every column read.
    pub(super) fn without_rows(
        (table, day): (Table, Day),
        ticks_per_second: i64,
        zone: &Zone,
        earliest_day: Day,
    ) -> Self {
        let declared = table.spec().columns.iter();
        let ticks = |second: i64| second.saturating_mul(ticks_per_second);
        // A day always has a beginning.
        let beginning = |day: Day| zone.spans(day).first().map_or(i64::MIN, |span| ticks(span.start));
        Self {
            table,
            earliest_day,
            real_times: beginning(earliest_day)..beginning(FIRST_DAY_TOO_LATE),
            day,
            ticks_per_second,
            natural_day: zone.spans(day).into_iter().map(|span| ticks(span.start)..ticks(span.end)).collect(),
            texts: Arc::default(),
            count: 0,
            columns: declared.map(|column| Some(new_empty_array(&column.kind.held_as()))).collect(),
        }
    }
}

/// The value of a row in one of its columns; a fault where there is no such row.
pub(crate) fn value<T: Copy>(column: &[T], row: usize) -> Outcome<T> {
    column.get(row).copied().ok_or_else(|| fault(STAGE, format!("no row {row} among {}", column.len())))
}

/// The values of these rows; a fault where there is no such row. It is looked for once, not row by row.
pub(crate) fn values_of<T: Copy + Default>(column: &[T], rows: &[u32]) -> Outcome<Vec<T>> {
    if let Some(last) = rows.iter().copied().max().filter(|last| *last as usize >= column.len()) {
        return Err(fault(STAGE, format!("no row {last} among {}", column.len())));
    }
    Ok(rows.iter().map(|row| column.get(*row as usize).copied().unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::rows;

    #[test]
    fn a_column_that_is_not_there_or_of_another_kind_or_not_read_is_a_fault_that_names_it() {
        let mut rows = rows(Table::Payments, "2022-03-15", "order_id category\n1 a\n2 b");
        let amounts = rows.spec().position("amount_fen").unwrap();
        rows.columns[amounts] = None;
        assert_eq!(rows.integers("order_id").unwrap().values(), &[1, 2]);
        assert_eq!(rows.text_positions("category").unwrap().len(), 2);
        let failures = ["buyer_id", "category", "paid_at", "amount_fen"].map(|name| rows.integers(name).unwrap_err());
        for text in failures.into_iter().chain(rows.ticks("order_id").err()).map(|failure| failure.to_string()) {
            assert!(
                text.starts_with("batches of rows: found a column ") && text.contains("payments dt=2022-03-15"),
                "{text}"
            );
        }
    }

    #[test]
    fn batches_put_together_and_filtered_keep_the_texts_of_their_rows() {
        let rows = rows(Table::Payments, "2022-03-15", "order_id category\n1 a\n2 b\n3 a\n4 c");
        let odd = rows.filtered(&BooleanBuffer::from(vec![true, false, true, false])).unwrap();
        let even = rows.filtered(&BooleanBuffer::from(vec![false, true, false, true])).unwrap();
        let all = odd.clone().of_all(&[odd, even]).unwrap();
        assert_eq!((all.count, all.integers("order_id").unwrap().values().as_ref()), (4, [1, 3, 2, 4].as_slice()));
        let categories = all.text_positions("category").unwrap().values().iter().copied();
        assert!(categories.map(|position| all.texts.text(position).unwrap()).eq(["a", "a", "b", "c"]));
        assert_eq!(all.texts.ranks().len(), 3);
    }
}
