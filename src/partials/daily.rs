//! The daily partial: the sound rows of one table-day, summed and counted by shop.
//!
//! Grain in: rows and their verdicts. Grain out: one row a shop (payments: a shop and category of goods), sorted, all
//! columns int64 but `category`. A null adds nothing; a shop without rows has no row. The records that appeals name are
//! looked up in the same pass, each with what it added, so that it can be taken out again.

use std::collections::BTreeSet;
use std::ops::Range;

use polars::prelude::*;

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::row_rules::{Verdicts, day_in_ticks, judge};
use crate::extracts::rows::{ColumnData, Rows, Texts, Values};
use crate::extracts::tables::Table;
use crate::partials::measures::{Amount, Condition, Measure, PartialSpec, ROWS};
use crate::zone::Zone;

const STAGE: &str = "partials";

/// The column of [`DailyPartial::records`] that holds the record's key.
pub const RECORD_ID: &str = "record_id";

/// What is kept of one table-day.
#[derive(Clone, Debug)]
pub struct DailyPartial {
    /// The table.
    pub table: Table,
    /// The partition's day.
    pub day: Day,
    /// One row a group with its measures and `rows`.
    pub sums: DataFrame,
    /// The named records that are there and sound: `record_id`, `shop_id`, and what each added to the measures; none
    /// where no record was named.
    pub records: Option<DataFrame>,
    /// How many rows there were, and how many broke which rule.
    pub counts: Counts,
    /// The rows that were set aside.
    pub quarantine: Vec<QuarantinedRow>,
}

/// What reaches into a partial besides the rows.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The business time zone.
    pub zone: &'a Zone,
    /// The categories of goods that are made to order on the partition's day.
    pub custom_made: &'a BTreeSet<String>,
}

/// Judges the rows of a table-day and sums up the sound ones; `record_ids` are the records that appeals name.
///
/// # Errors
/// Rejected where a sum could pass 64 bits.
pub fn sum_up(
    rows: Rows,
    spec: &PartialSpec,
    record_ids: &BTreeSet<i64>,
    surroundings: Surroundings<'_>,
) -> Outcome<DailyPartial> {
    let verdicts = judge(&rows, surroundings.zone);
    check_sums_fit(&rows, spec, &verdicts)?;
    let counts = Counts::of(&rows, &verdicts);
    let quarantine = rows_set_aside(&rows, &verdicts);
    let meaning = Meaning::of(&rows, surroundings);
    let named = Named::among(&rows, &verdicts, record_ids);
    let (table, day) = (rows.table, rows.day);
    let grouped = || {
        let sound = sound_rows(rows, spec, &verdicts)?;
        let records = named.map(|named| records(&sound, spec, &meaning, named)).transpose()?;
        let sums = with_category_names(group(sound, spec, &meaning, spec.grouped_by)?, &meaning.texts)?;
        Ok((sorted(&sums, spec.grouped_by)?, records))
    };
    let (sums, records) = grouped().map_err(|error: PolarsError| fault(STAGE, error))?;
    Ok(DailyPartial { table, day, sums, records, counts, quarantine })
}

/// What conditions mean in one table-day: its ticks, its texts, its natural day.
struct Meaning {
    ticks_per_second: i64,
    day: Vec<Range<i64>>,
    texts: Texts,
    custom_made: BTreeSet<String>,
}

impl Meaning {
    fn of(rows: &Rows, surroundings: Surroundings<'_>) -> Self {
        Self {
            ticks_per_second: rows.ticks_per_second,
            day: day_in_ticks(rows, surroundings.zone),
            texts: rows.texts.clone(),
            custom_made: surroundings.custom_made.clone(),
        }
    }

    fn all(&self, conditions: &[Condition]) -> Option<Expr> {
        conditions.iter().map(|condition| self.condition(*condition)).reduce(Expr::and)
    }

    fn condition(&self, condition: Condition) -> Expr {
        match condition {
            Condition::IsTrue(column) => col(column),
            Condition::IsFalse(column) => col(column).not(),
            Condition::IsPresent(column) => col(column).is_not_null(),
            Condition::IsText(column, text) => match self.texts.position(text) {
                Some(position) => col(column).eq(lit(position)),
                None => lit(false),
            },
            Condition::IsBefore(earlier, later) => col(earlier).lt(col(later)),
            Condition::IsNotCustomMade(column) => self
                .custom_made
                .iter()
                .filter_map(|category| self.texts.position(category))
                .map(|position| col(column).neq(lit(position)))
                .reduce(Expr::and)
                .unwrap_or(lit(true)),
            Condition::IsTrueOrOnTheDay(boolean, timestamp) => self
                .day
                .iter()
                .map(|span| col(timestamp).gt_eq(lit(span.start)).and(col(timestamp).lt(lit(span.end))))
                .fold(col(boolean), Expr::or),
        }
    }

    /// What a row adds; null or 0 where it adds nothing.
    fn addend(&self, measure: &Measure) -> Expr {
        let counted = self.all(measure.conditions).map(|condition| condition.cast(DataType::Int64));
        let amount = match measure.amount {
            Amount::One => return counted.unwrap_or(lit(1_i64)),
            Amount::Of(column) => col(column),
            Amount::WholeSeconds { from, to } => self.whole_seconds(from, to),
        };
        match counted {
            Some(counted) => amount * counted,
            None => amount,
        }
    }

    /// The floor of the difference, which may itself be too large for 64 bits of ticks.
    fn whole_seconds(&self, from: &'static str, to: &'static str) -> Expr {
        let second = |column: &'static str| col(column).floor_div(lit(self.ticks_per_second));
        let fraction = |column: &'static str| col(column) - second(column) * lit(self.ticks_per_second);
        second(to) - second(from) - fraction(to).lt(fraction(from)).cast(DataType::Int64)
    }
}

fn group(
    sound: DataFrame,
    spec: &PartialSpec,
    meaning: &Meaning,
    grouped_by: &[&str],
) -> PolarsResult<DataFrame> {
    let rows = len().cast(DataType::Int64).alias(ROWS);
    if spec.once_per.is_empty() {
        let sums = spec.measures.iter().map(|measure| match (measure.amount, measure.conditions) {
            (Amount::One, []) => len().cast(DataType::Int64).alias(measure.name),
            _ => meaning.addend(measure).sum().alias(measure.name),
        });
        return sound
            .lazy()
            .group_by(columns(grouped_by))
            .agg(sums.chain([rows]).collect::<Vec<_>>())
            .collect();
    }
    let once = spec.measures.iter().map(|measure| match measure.conditions {
        [] => lit(1_i64).first().alias(measure.name),
        _ => meaning.addend(measure).max().alias(measure.name),
    });
    let sums = spec.measures.iter().map(|measure| measure.name).chain([ROWS]).map(|name| col(name).sum());
    sound
        .lazy()
        .group_by(columns(spec.once_per))
        .agg(once.chain([rows]).collect::<Vec<_>>())
        .group_by(columns(grouped_by))
        .agg(sums.collect::<Vec<_>>())
        .collect()
}

fn columns(names: &[&str]) -> Vec<Expr> {
    names.iter().map(|name| col(*name)).collect()
}

/// The rows that appeals name, among the sound ones.
struct Named {
    /// One boolean a sound row.
    mask: BooleanChunked,
    /// Their keys, in row order.
    keys: Vec<i64>,
}

impl Named {
    fn among(rows: &Rows, verdicts: &Verdicts, record_ids: &BTreeSet<i64>) -> Option<Self> {
        let key = rows.spec().key.filter(|_| !record_ids.is_empty()).and_then(|name| rows.column(name))?;
        let sound_keys = || {
            let keys = key.integers().iter().zip(verdicts.sound());
            keys.filter(|(_, is_sound)| *is_sound).map(|(key, _)| *key)
        };
        Some(Self {
            mask: sound_keys().map(|key| record_ids.contains(&key)).collect_ca(PlSmallStr::EMPTY),
            keys: sound_keys().filter(|key| record_ids.contains(key)).collect(),
        })
    }
}

/// What each named record added: it is a group of its own.
fn records(
    sound: &DataFrame,
    spec: &PartialSpec,
    meaning: &Meaning,
    named: Named,
) -> PolarsResult<DataFrame> {
    let mut found = sound.filter_seq(&named.mask)?;
    found.with_column(Int64Chunked::from_vec(RECORD_ID.into(), named.keys).into_column())?;
    sorted(&group(found, spec, meaning, &[RECORD_ID, "shop_id"])?, &[RECORD_ID])
}

fn sorted(frame: &DataFrame, by: &[&str]) -> PolarsResult<DataFrame> {
    let order = SortMultipleOptions::new()
        .with_order_descending(false)
        .with_nulls_last(false)
        .with_maintain_order(false)
        .with_multithreaded(false);
    frame.sort(by, order)
}

/// The sound rows as a frame of the columns that the measures read; the column data is handed over, not copied.
fn sound_rows(rows: Rows, spec: &PartialSpec, verdicts: &Verdicts) -> PolarsResult<DataFrame> {
    let wanted = spec.columns();
    let declared = rows.table.spec().columns.iter().map(|column| column.name);
    let columns = declared
        .zip(rows.columns)
        .filter(|(name, _)| wanted.contains(name))
        .map(|(name, column)| as_column(name, column))
        .collect();
    let frame = DataFrame::new(rows.count, columns)?;
    if verdicts.broken().next().is_none() {
        return Ok(frame);
    }
    frame.filter_seq(&verdicts.sound().collect_ca(PlSmallStr::EMPTY))
}

fn as_column(name: &str, column: ColumnData) -> Column {
    let name = PlSmallStr::from_str(name);
    match (column.values, column.validity) {
        (Values::Integer(values) | Values::Timestamp(values), None) => {
            Int64Chunked::from_vec(name, values).into_column()
        }
        (Values::Integer(values) | Values::Timestamp(values), Some(validity)) => {
            let values = values.into_iter().zip(validity).map(|(value, is_valid)| is_valid.then_some(value));
            let column: Int64Chunked = values.collect_ca(name);
            column.into_column()
        }
        (Values::Text(positions), _) => UInt32Chunked::from_vec(name, positions).into_column(),
        (Values::Boolean(values), _) => BooleanChunked::new(name, values).into_column(),
        (Values::Date(values), _) => Int32Chunked::from_vec(name, values).into_column(),
    }
}

/// The sums with the category of goods as text, where they are grouped by it.
fn with_category_names(mut sums: DataFrame, texts: &Texts) -> PolarsResult<DataFrame> {
    const CATEGORY: &str = "category";
    if sums.get_column_index(CATEGORY).is_some() {
        let names: StringChunked = sums
            .column(CATEGORY)?
            .u32()?
            .iter()
            .map(|position| position.map(|position| texts.text(position)))
            .collect_ca(CATEGORY.into());
        sums.with_column(names.into_column())?;
    }
    Ok(sums)
}

/// Integer sums wrap silently in the engine below, so their bounds are checked before: the exact total of a column
/// that is summed, and the longest duration once for each row.
fn check_sums_fit(rows: &Rows, spec: &PartialSpec, verdicts: &Verdicts) -> Outcome<()> {
    for measure in spec.measures {
        let total = match measure.amount {
            Amount::One => continue,
            Amount::Of(column) => total_of(rows, column, verdicts),
            Amount::WholeSeconds { .. } => i128::from(LONGEST_DURATION_SECONDS) * rows.count as i128,
        };
        if i64::try_from(total).is_err() {
            return Err(Finding::new(
                STAGE,
                format!("a total of {total} in {} of {}", rows.table.name(), rows.day),
                format!("a sum for {} that fits 64 bits", measure.name),
            )
            .column(measure.name)
            .advice("correct the values")
            .fail(ExitClass::Rejected));
        }
    }
    Ok(())
}

/// From -9999-01-01 to 9999-12-31.
const LONGEST_DURATION_SECONDS: i64 = 631_107_417_600;

fn total_of(rows: &Rows, column: &str, verdicts: &Verdicts) -> i128 {
    let Some(column) = rows.column(column) else { return 0 };
    let counted = (0..rows.count).filter(|row| verdicts.is_sound(*row) && column.is_valid(*row));
    counted.filter_map(|row| column.integers().get(row)).map(|value| i128::from(*value)).sum()
}
