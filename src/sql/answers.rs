//! What comes back from a query, as the local computation would have it: sums, counts and quarantined rows a table-day.
//!
//! In: record batches of an answer, in any order. Out: one [`Summed`] a day that was asked, those without rows too.
//! What the engine says is not taken on trust where it can be held against something: days that nobody asked for, reasons that
//! no rule has, totals beyond 64 bits.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};

use crate::columns::{check_fits, of_integers};
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::answered::Answered;
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::verdicts::Reason;
use crate::partials::measures::{PartialSpec, ROWS};
use crate::partials::records::{Answers, Record, TableDay};
use crate::sql::STAGE;
use crate::sql::query::{EARLIER, LATER, REASON, RECORD, SET_ASIDE};

/// What an engine made of one table-day.
pub(crate) struct Summed {
    pub(crate) counts: Counts,
    /// Sorted.
    pub(crate) quarantine: Vec<QuarantinedRow>,
    pub(crate) sums: DataFrame,
}

/// The answer about the days of a table, as far as it came.
pub(crate) struct SumsAnswer {
    spec: &'static PartialSpec,
    days: BTreeMap<Day, OfDay>,
}

/// The answer about a day.
struct OfDay {
    counts: Counts,
    quarantine: Vec<QuarantinedRow>,
    /// The shop, the text where groups have one, and the figures with `rows` at their end.
    groups: Vec<(i64, Option<String>, Vec<i64>)>,
    rows: Answered,
}

impl SumsAnswer {
    /// Of no rows.
    pub(crate) fn none(spec: &'static PartialSpec, days: impl IntoIterator<Item = Answered>) -> Self {
        let of_day = |rows: Answered| {
            let counts = Counts::nothing(spec.table, rows.day());
            (rows.day(), OfDay { counts, quarantine: Vec::new(), groups: Vec::new(), rows })
        };
        Self { spec, days: days.into_iter().map(of_day).collect() }
    }

    /// How many rows were set aside so far.
    pub(crate) fn set_aside(&self) -> usize {
        self.days.values().map(|day| day.quarantine.len()).sum()
    }

    /// Takes a batch of the answer in.
    pub(crate) fn take_in(&mut self, batch: &RecordBatch) -> Outcome<()> {
        let (days, reasons) = (texts(batch, "day")?, texts(batch, REASON)?);
        let rows = integers(batch, ROWS)?;
        let shops = integers(batch, "shop_id")?;
        let of_text = self.spec.grouped_by.get(1).map(|column| texts(batch, column)).transpose()?;
        let figures =
            self.spec.measures.iter().map(|measure| wide(batch, measure.name)).collect::<Outcome<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let day = day_of(&days, row)?;
            let of_day = self.days.get_mut(&day).ok_or_else(|| strange("the day", &day.to_string()))?;
            let count = rows.value(row);
            of_day.counts.rows += count;
            if reasons.is_valid(row) {
                of_day.set_aside(batch, row, reasons.value(row), count)?;
                continue;
            }
            let mut sums = Vec::with_capacity(figures.len() + 1);
            for (figure, measure) in figures.iter().zip(self.spec.measures) {
                if figure.is_null(row) {
                    return Err(strange("no sum of", measure.name));
                }
                sums.push(fits(measure.name, figure.value(row), (self.spec.table, day), shops.value(row))?);
            }
            sums.push(count);
            let text = of_text.as_ref().map(|texts| texts.value(row).to_owned());
            of_day.groups.push((shops.value(row), text, sums));
        }
        Ok(())
    }

    /// What became of each day; rejected where a total passes 64 bits.
    pub(crate) fn finish(self) -> Outcome<BTreeMap<Day, Summed>> {
        let spec = self.spec;
        self.days.into_iter().map(|(day, of_day)| Ok((day, of_day.finish(spec)?))).collect()
    }
}

impl OfDay {
    fn set_aside(&mut self, batch: &RecordBatch, row: usize, reason: &str, count: i64) -> Outcome<()> {
        let reason: Reason = reason.parse().map_err(|_| strange("the reason", reason))?;
        let place = self.counts.broken.get_mut(reason as usize);
        *place.ok_or_else(|| fault(STAGE, format!("no place for {reason:?}")))? += count;
        let column = batch.column_by_name(SET_ASIDE).ok_or_else(|| strange("no column", SET_ASIDE))?;
        let quarantined = self.rows.quarantined(column, row, reason)?;
        // Rows that are alike came as one.
        self.quarantine.extend((0..count).map(|_| quarantined.clone()));
        Ok(())
    }

    fn finish(mut self, spec: &'static PartialSpec) -> Outcome<Summed> {
        self.quarantine.sort_unstable();
        self.groups.sort_unstable_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let mut columns = vec![of_integers("shop_id", self.groups.iter().map(|group| group.0).collect()).into_column()];
        if let Some(column) = spec.grouped_by.get(1) {
            let texts: Vec<&str> = self.groups.iter().map(|group| group.1.as_deref().unwrap_or_default()).collect();
            columns.push(Series::new((*column).into(), texts).into_column());
        }
        for (place, name) in spec.figures().into_iter().enumerate() {
            let figures = self.groups.iter().map(|(.., figures)| figures.get(place).copied());
            let figures: Vec<i64> = figures.collect::<Option<_>>().ok_or_else(|| fault(STAGE, format!("no {name}")))?;
            let total = figures.iter().copied().map(i128::from).sum();
            let of = (self.counts.table, self.counts.day);
            let greatest = self.groups.iter().zip(&figures).max_by_key(|(_, figure)| **figure);
            fits(name, total, of, greatest.map_or(0, |(group, _)| group.0))?;
            columns.push(of_integers(name, figures));
        }
        let sums = DataFrame::new(self.groups.len(), columns).map_err(|error| fault(STAGE, error))?;
        Ok(Summed { counts: self.counts, quarantine: self.quarantine, sums })
    }
}

fn fits(name: &str, sum: i128, (table, day): TableDay, shop_id: i64) -> Outcome<i64> {
    check_fits(STAGE, name, sum, format_args!("in {} of {day}, the greatest value of shop {shop_id}", table.name()))?;
    i64::try_from(sum).map_err(|error| fault(STAGE, error))
}

/// The named rows of an answer, by day.
pub(crate) fn named(
    spec: &'static PartialSpec,
    batch: &RecordBatch,
    found: &mut BTreeMap<Day, Answers>,
) -> Outcome<()> {
    let (days, keys, shops) = (texts(batch, "day")?, integers(batch, RECORD)?, integers(batch, "shop_id")?);
    let figures = spec.measures.iter().map(|measure| integers(batch, measure.name)).collect::<Outcome<Vec<_>>>()?;
    for row in 0..batch.num_rows() {
        let day = day_of(&days, row)?;
        let record = Record::of(shops.value(row), figures.iter().map(|figures| figures.value(row)));
        let answers = found.get_mut(&day).ok_or_else(|| strange("the day", &day.to_string()))?;
        answers.insert(keys.value(row), Some(record));
    }
    Ok(())
}

/// The rows of a batch, day by day.
pub(crate) fn by_day(batch: &RecordBatch) -> Outcome<BTreeMap<Day, RecordBatch>> {
    let days = texts(batch, "day")?;
    let days = (0..batch.num_rows()).map(|row| day_of(&days, row)).collect::<Outcome<Vec<_>>>()?;
    let of_day = |wanted: Day| {
        let are_of_day: BooleanArray = days.iter().map(|day| Some(*day == wanted)).collect();
        filter_record_batch(batch, &are_of_day).map(|rows| (wanted, rows)).map_err(|error| fault(STAGE, error))
    };
    days.iter().copied().collect::<BTreeSet<_>>().into_iter().map(of_day).collect()
}

/// How many rows of a batch of counts there are with a time, and how many would lie on their day if it were earlier, and later.
pub(crate) fn shifted(batch: &RecordBatch) -> Outcome<[i64; 3]> {
    let mut counted = [0; 3];
    for (counted, name) in counted.iter_mut().zip([ROWS, EARLIER, LATER]) {
        *counted = integers(batch, name)?.iter().flatten().sum();
    }
    Ok(counted)
}

/// The day of a row. One without has been read from a file whose folder the engine did not take for that of a day.
fn day_of(days: &StringArray, row: usize) -> Outcome<Day> {
    if days.is_null(row) {
        let finding = Finding::new(STAGE, "rows of no day in an engine's answer", "each row of the day of its folder");
        let advice = "nothing was kept: the engine does not read the keys of folders as others do";
        return Err(finding.advice(advice).fail(ExitClass::Disk));
    }
    days.value(row).parse().map_err(|_| strange("the day", days.value(row)))
}

fn integers(batch: &RecordBatch, name: &str) -> Outcome<arrow::array::Int64Array> {
    let column = converted(batch, name, &DataType::Int64)?;
    column.as_primitive_opt::<Int64Type>().cloned().ok_or_else(|| strange("no integers in", name))
}

/// Sums that may pass 64 bits.
fn wide(batch: &RecordBatch, name: &str) -> Outcome<arrow::array::Decimal128Array> {
    let column = converted(batch, name, &DataType::Decimal128(38, 0))?;
    column.as_primitive_opt::<Decimal128Type>().cloned().ok_or_else(|| strange("no integers in", name))
}

fn texts(batch: &RecordBatch, name: &str) -> Outcome<StringArray> {
    let column = converted(batch, name, &DataType::Utf8)?;
    column.as_string_opt::<i32>().cloned().ok_or_else(|| strange("no texts in", name))
}

fn converted(batch: &RecordBatch, name: &str, to: &DataType) -> Outcome<arrow::array::ArrayRef> {
    let column = batch.column_by_name(name).ok_or_else(|| strange("no column", name))?;
    cast(column, to).map_err(|error| fault(STAGE, error))
}

fn strange(what: &str, found: &str) -> Failure {
    fault(STAGE, format!("{what} {found} in an engine's answer"))
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
