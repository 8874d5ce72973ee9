//! The daily partial: the sound rows of one table-day, summed and counted by shop.
//!
//! Grain in: rows and their verdicts. Grain out: one row a shop (payments: a shop and category of goods), sorted, all
//! columns int64 but `category`. A null adds nothing; a shop without rows has no row. The records that appeals name are
//! looked up in the same pass, each with what it added, so that it can be taken out again.

use std::collections::BTreeSet;

use polars::prelude::*;

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::row_rules::{Verdicts, judge};
use crate::extracts::rows::{ColumnData, Rows, Texts};
use crate::extracts::tables::Table;
use crate::partials::expressions::Meaning;
use crate::partials::measures::{Amount, PartialSpec, ROWS};
use crate::partials::once;
use crate::partials::records::{AllRecords, Answers, Record};
use crate::partials::sound::{sound_rows, whole_seconds};
use crate::zone::Zone;

const STAGE: &str = "partials";

/// What is kept of one table-day.
#[derive(Clone, Debug)]
pub struct DailyPartial {
    /// The table.
    pub table: Table,
    /// The partition's day.
    pub day: Day,
    /// One row a group with its measures and `rows`.
    pub sums: DataFrame,
    /// What became of each key that appeals named.
    pub answers: Answers,
    /// All sound records, where they were asked for.
    pub records: Option<AllRecords>,
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

/// Judges the rows of a table-day and sums up the sound ones; `record_ids` are the records that appeals name, and
/// `with_records` tells whether all records are wanted besides.
///
/// # Errors
/// Rejected where a sum could pass 64 bits.
pub fn sum_up(
    rows: Rows,
    spec: &PartialSpec,
    record_ids: &BTreeSet<i64>,
    with_records: bool,
    surroundings: Surroundings<'_>,
) -> Outcome<DailyPartial> {
    let verdicts = judge(&rows, surroundings.zone);
    check_sums_fit(&rows, spec, &verdicts)?;
    let counts = Counts::of(&rows, &verdicts);
    let quarantine = rows_set_aside(&rows, &verdicts);
    let meaning = Meaning::of(&rows, surroundings);
    let named = Named::among(&rows, &verdicts, record_ids);
    let keys = with_records.then(|| sound_keys(&rows, &verdicts).collect::<Vec<i64>>());
    let (table, day) = (rows.table, rows.day);
    let grouped = || {
        let sound = sound_rows(rows, spec, &verdicts)?;
        let found = named.map(|named| records(&sound, spec, &meaning, named)).transpose()?;
        let records = keys.map(|keys| AllRecords::of(&sound, spec, &meaning, &keys)).transpose()?;
        let sums = with_category_names(group(sound, spec, &meaning, spec.grouped_by)?, &meaning.texts)?;
        Ok((sorted(&sums, spec.grouped_by)?, found, records))
    };
    let (sums, found, records) = grouped().map_err(|error: PolarsError| fault(STAGE, error))?;
    Ok(DailyPartial { table, day, sums, answers: answers(record_ids, found), records, counts, quarantine })
}

/// All sound records of a table-day; the columns that no measure reads may be empty.
///
/// # Errors
/// Those of the engine below, as faults.
pub fn all_records(
    rows: Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    surroundings: Surroundings<'_>,
) -> Outcome<AllRecords> {
    let meaning = Meaning::of(&rows, surroundings);
    let keys: Vec<i64> = sound_keys(&rows, verdicts).collect();
    let sound = sound_rows(rows, spec, verdicts);
    sound.and_then(|sound| AllRecords::of(&sound, spec, &meaning, &keys)).map_err(|error| fault(STAGE, error))
}

/// The keys of the sound rows, in row order; nothing where the table has no key.
fn sound_keys<'a>(rows: &'a Rows, verdicts: &'a Verdicts) -> impl Iterator<Item = i64> + 'a {
    let keys = rows.spec().key.and_then(|name| rows.column(name)).map(ColumnData::integers);
    let keys = keys.unwrap_or_default().iter().zip(verdicts.sound());
    keys.filter(|(_, is_sound)| *is_sound).map(|(key, _)| *key)
}

/// What became of the keys `record_ids`, out of rows that include all of theirs; the columns that no measure reads may
/// be empty.
///
/// # Errors
/// Those of the engine below, as faults.
pub fn look_up(
    rows: Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    record_ids: &BTreeSet<i64>,
    surroundings: Surroundings<'_>,
) -> Outcome<Answers> {
    let meaning = Meaning::of(&rows, surroundings);
    let named = Named::among(&rows, verdicts, record_ids);
    let found = || {
        let sound = sound_rows(rows, spec, verdicts)?;
        named.map(|named| records(&sound, spec, &meaning, named)).transpose()
    };
    Ok(answers(record_ids, found().map_err(|error| fault(STAGE, error))?))
}

fn answers(record_ids: &BTreeSet<i64>, found: Option<Vec<(i64, Record)>>) -> Answers {
    let mut answers: Answers = record_ids.iter().map(|key| (*key, None)).collect();
    answers.extend(found.into_iter().flatten().map(|(key, record)| (key, Some(record))));
    answers
}

fn group(
    sound: DataFrame,
    spec: &PartialSpec,
    meaning: &Meaning,
    grouped_by: &[&str],
) -> PolarsResult<DataFrame> {
    if !spec.once_per.is_empty() {
        return group_once(&sound, spec, meaning);
    }
    let sums = spec.measures.iter().map(|measure| match (measure.amount, measure.conditions) {
        (Amount::One, []) => count_as(measure.name),
        _ => meaning.addend(measure).sum().alias(measure.name),
    });
    let sums: Vec<Expr> = sums.chain([count_as(ROWS)]).collect();
    sound.lazy().group_by(columns(grouped_by)).agg(sums).collect()
}

/// As [`group`] by the first column of `once_per`, where rows that agree in all of these count once, for what any of
/// them fulfils.
fn group_once(sound: &DataFrame, spec: &PartialSpec, meaning: &Meaning) -> PolarsResult<DataFrame> {
    let conditions = spec
        .measures
        .iter()
        .filter_map(|measure| meaning.all(measure.conditions).map(|condition| condition.alias(measure.name)));
    let fulfilled = sound.clone().lazy().select(conditions.collect::<Vec<_>>()).collect()?;
    let mut marks = vec![0_u64; sound.height()];
    for (bit, column) in fulfilled.columns().iter().enumerate() {
        for (mark, holds) in marks.iter_mut().zip(column.bool()?.iter()) {
            *mark |= u64::from(holds == Some(true)) << bit;
        }
    }
    let keys = spec.once_per.iter().map(|name| Ok(sound.column(name)?.i64()?.rechunk().into_owned()));
    let keys = keys.collect::<PolarsResult<Vec<Int64Chunked>>>()?;
    let columns = keys.iter().map(Int64Chunked::cont_slice).collect::<PolarsResult<Vec<&[i64]>>>()?;
    let distinct = once::distinct(&columns, &marks, u32::try_from(fulfilled.width()).unwrap_or(u32::MAX));
    let height = distinct.first.len();
    let column = |name: &str, values: Vec<i64>| Int64Chunked::from_vec(name.into(), values).into_column();
    let by = spec.once_per.first().copied().unwrap_or_default();
    let mut counted = vec![column(by, distinct.first), column(ROWS, distinct.rows)];
    for (bit, fulfilled) in fulfilled.columns().iter().enumerate() {
        let holds = distinct.marks.iter().map(|marks| i64::from(marks >> bit & 1 == 1));
        counted.push(column(fulfilled.name(), holds.collect()));
    }
    let sums = spec.measures.iter().map(|measure| match measure.conditions {
        [] => count_as(measure.name),
        _ => col(measure.name).sum(),
    });
    let sums: Vec<Expr> = sums.chain([col(ROWS).sum()]).collect();
    DataFrame::new(height, counted)?.lazy().group_by([col(by)]).agg(sums).collect()
}

fn count_as(name: &str) -> Expr {
    len().cast(DataType::Int64).alias(name)
}

fn columns(names: &[&str]) -> Vec<Expr> {
    names.iter().map(|name| col(*name)).collect()
}

/// The rows that appeals name, among the sound ones.
struct Named {
    /// Their places among the sound rows.
    places: Vec<IdxSize>,
    /// Their keys, in row order.
    keys: Vec<i64>,
}

impl Named {
    fn among(rows: &Rows, verdicts: &Verdicts, record_ids: &BTreeSet<i64>) -> Option<Self> {
        rows.spec().key.filter(|_| !record_ids.is_empty())?;
        let record_ids: PlHashSet<i64> = record_ids.iter().copied().collect();
        let sound = (0..).zip(sound_keys(rows, verdicts));
        let (places, keys) = sound.filter(|(_, key)| record_ids.contains(key)).unzip();
        Some(Self { places, keys })
    }
}

/// What each named record added: it is a group of its own.
fn records(
    sound: &DataFrame,
    spec: &PartialSpec,
    meaning: &Meaning,
    named: Named,
) -> PolarsResult<Vec<(i64, Record)>> {
    const RECORD_ID: &str = "record_id";
    let mut found = sound.take(&IdxCa::from_vec(PlSmallStr::EMPTY, named.places))?;
    found.with_column(Int64Chunked::from_vec(RECORD_ID.into(), named.keys).into_column())?;
    let found = group(found, spec, meaning, &[RECORD_ID, "shop_id"])?;
    let column = |name: &str| Ok::<_, PolarsError>(found.column(name)?.i64()?.iter().flatten());
    let mut figures = Vec::new();
    for measure in spec.measures {
        figures.push(column(measure.name)?);
    }
    let mut records = Vec::with_capacity(found.height());
    for (key, shop_id) in column(RECORD_ID)?.zip(column("shop_id")?) {
        records.push((key, Record::of(shop_id, figures.iter_mut().filter_map(Iterator::next))));
    }
    Ok(records)
}

fn sorted(frame: &DataFrame, by: &[&str]) -> PolarsResult<DataFrame> {
    let order = SortMultipleOptions::new()
        .with_order_descending(false)
        .with_nulls_last(false)
        .with_maintain_order(false)
        .with_multithreaded(false);
    frame.sort(by, order)
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

/// Integer sums wrap silently in the engine below, so the exact total of each summed column must fit; no sum within it
/// can then be larger, since nothing summed is negative.
fn check_sums_fit(rows: &Rows, spec: &PartialSpec, verdicts: &Verdicts) -> Outcome<()> {
    for measure in spec.measures {
        let total = match measure.amount {
            Amount::One => continue,
            Amount::Of(name) => {
                let Some(column) = rows.column(name) else { continue };
                let present = |row: usize| verdicts.is_sound(row) && column.is_valid(row);
                total_where(column.integers().iter().copied(), present)
            }
            Amount::WholeSeconds { from, to } => {
                total_where(whole_seconds(rows, from, to), |row| verdicts.is_sound(row))
            }
        };
        if i64::try_from(total).is_err() {
            return Err(Finding::new(
                STAGE,
                format!("a total of {total} in {} of {}", rows.table.name(), rows.day),
                "a sum that fits 64 bits",
            )
            .column(measure.name)
            .advice("correct the values")
            .fail(ExitClass::Rejected));
        }
    }
    Ok(())
}

fn total_where(values: impl Iterator<Item = i64>, counts: impl Fn(usize) -> bool) -> i128 {
    values.enumerate().filter(|(row, _)| counts(*row)).map(|(_, value)| i128::from(value)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::{rows, shanghai};
    use crate::partials::measures;
    use crate::partials::records::has_records;

    fn partial(table: Table, text: &str, custom_made: &[&str], record_ids: &[i64]) -> Outcome<DailyPartial> {
        let custom_made = custom_made.iter().map(|category| (*category).to_owned()).collect();
        let surroundings = Surroundings { zone: &shanghai(), custom_made: &custom_made };
        let record_ids = record_ids.iter().copied().collect();
        let spec = measures::of(table).unwrap();
        sum_up(rows(table, "2022-03-15", text), spec, &record_ids, has_records(spec), surroundings)
    }

    /// A frame as one text a row, `column=value` in the order of the columns.
    fn shown(frame: &DataFrame) -> Vec<String> {
        let cell = |column: &Column, row: usize| {
            let value = column.get(row).unwrap();
            format!("{}={}", column.name(), value.get_str().map_or(value.to_string(), str::to_owned))
        };
        let row =
            |row: usize| frame.columns().iter().map(|column| cell(column, row)).collect::<Vec<_>>().join(" ");
        (0..frame.height()).map(row).collect()
    }

    fn sums(table: Table, text: &str) -> Vec<String> {
        shown(&partial(table, text, &["全屋定制"], &[]).unwrap().sums)
    }

    #[test]
    fn payments_are_counted_and_summed_by_shop_and_category() {
        let text = "shop_id category amount_fen
                    2       b        5
                    1       b        7
                    1       a        1
                    1       a        2
                    1       a        -";
        assert_eq!(
            sums(Table::Payments, text),
            [
                "shop_id=1 category=a payments=2 amount_fen=3 rows=2",
                "shop_id=1 category=b payments=1 amount_fen=7 rows=1",
                "shop_id=2 category=b payments=1 amount_fen=5 rows=1"
            ]
        );
    }

    /// Late, exactly on time, never picked up, nothing to ship and made to order.
    #[test]
    fn a_pickup_is_in_time_strictly_before_it_is_due() {
        let text = "shop_id category due_at picked_up_at no_shipping_required
                    1       男装     12:00  11:59:59     false
                    1       男装     12:00  12:00        false
                    1       男装     12:00  12:01        false
                    1       男装     12:00  -            false
                    1       男装     12:00  11:00        true
                    1       全屋定制 12:00  11:00        false";
        assert_eq!(sums(Table::Pickups, text), ["shop_id=1 pickups_due=4 pickups_in_time=1 rows=6"]);
    }

    #[test]
    fn null_stars_count_in_neither_sum_nor_count() {
        let text = "shop_id description_stars logistics_stars
                    1       5                 -
                    1       4                 1
                    1       -                 -";
        assert_eq!(
            sums(Table::Reviews, text),
            [
                "shop_id=1 description_stars=9 description_ratings=2 logistics_stars=1 logistics_ratings=1 rows=3"
            ]
        );
    }

    #[test]
    fn self_completed_refunds_sum_whole_seconds_by_type() {
        let text = "shop_id refund_type   stage      applied_at completed_at self_completed
                    1       refund_only   in_sale    12:00:00   12:00:01.9   true
                    1       refund_only   after_sale 12:00:00.9 12:00:02.8   true
                    1       refund_only   in_sale    11:00:00   12:00:00     false
                    1       return_refund in_sale    11:00:00   12:00:00     true";
        assert_eq!(
            sums(Table::Refunds, text),
            [
                "shop_id=1 refund_only_seconds=2 refund_only_refunds=2 return_refund_seconds=3600 return_refund_refunds=1 rows=4"
            ]
        );
    }

    #[test]
    fn only_sellers_disputes_in_effect_are_at_fault() {
        let text = "shop_id liable_party in_effect
                    1       seller       true
                    1       seller       false
                    1       buyer        true";
        assert_eq!(sums(Table::Disputes, text), ["shop_id=1 disputes_at_fault=1 rows=3"]);
        assert_eq!(
            sums(Table::Disputes, "shop_id liable_party\n1 none"),
            ["shop_id=1 disputes_at_fault=0 rows=1"]
        );
    }

    #[test]
    fn a_consultation_repeated_in_a_day_counts_once_and_is_answered_if_any_of_its_rows_is() {
        let text = "shop_id sub_account_id buyer_id bot_received human_replied_at
                    1       1              1        false        -
                    1       1              1        false        12:05
                    1       1              2        true         -
                    1       2              2        false        -
                    2       1              1        false        -";
        assert_eq!(
            sums(Table::Consultations, text),
            [
                "shop_id=1 consultations_asked=3 consultations_answered=2 rows=4",
                "shop_id=2 consultations_asked=1 consultations_answered=0 rows=1"
            ]
        );
    }

    #[test]
    fn a_reply_over_midnight_does_not_answer() {
        let text = "shop_id buyer_id asked_at human_replied_at
                    1       1        23:59    2022-03-15T23:59:59.999999
                    1       2        23:59    2022-03-16T00:00";
        assert_eq!(
            sums(Table::Consultations, text),
            ["shop_id=1 consultations_asked=2 consultations_answered=1 rows=2"]
        );
    }

    #[test]
    fn quarantined_rows_stay_out_of_every_figure() {
        let found = partial(Table::Reviews, "shop_id description_stars\n1 5\n1 9", &[], &[]).unwrap();
        assert_eq!(
            shown(&found.sums),
            [
                "shop_id=1 description_stars=5 description_ratings=1 logistics_stars=1 logistics_ratings=1 rows=1"
            ]
        );
        assert_eq!(found.counts.quarantined(), 1);
        assert_eq!(found.quarantine.len(), 1);
    }

    #[test]
    fn a_named_record_is_found_with_what_it_added_unless_it_is_quarantined() {
        let text = "order_id shop_id category due_at picked_up_at
                    5        1       男装     12:00  11:00
                    6        1       男装     12:00  13:00
                    7        2       -        12:00  13:00";
        let found = partial(Table::Pickups, text, &[], &[4, 5, 7]).unwrap();
        let record = Record::of(1, [1, 1].into_iter());
        assert_eq!(found.answers, [(4, None), (5, Some(record)), (7, None)].into());
    }

    #[test]
    fn all_records_are_those_that_are_found_by_name() {
        let table_days = [
            (
                Table::Pickups,
                "order_id category picked_up_at\n7 - -\n9 全屋定制 11:00\n5 男装 11:00\n6 男装 -",
            ),
            (Table::Reviews, "review_id description_stars logistics_stars\n9 5 -\n7 9 1\n6 - 3\n5 1 2"),
            (
                Table::Refunds,
                "refund_id refund_type self_completed\n6 refund_only true\n5 return_refund true",
            ),
            (Table::Disputes, "dispute_id liable_party in_effect\n6 seller true\n5 buyer false"),
            (Table::Disputes, "dispute_id"),
        ];
        for (table, text) in table_days {
            let found = partial(table, text, &["全屋定制"], &[5, 6, 7, 8, 9]).unwrap();
            let records = found.records.unwrap();
            assert!(records.keys.is_sorted());
            for (key, record) in found.answers {
                assert_eq!(records.get(key), record, "{key} of {text}");
            }
        }
    }

    #[test]
    fn a_table_day_without_rows_has_no_sums() {
        assert_eq!(sums(Table::Payments, "shop_id"), Vec::<String>::new());
        assert_eq!(sums(Table::Consultations, "shop_id"), Vec::<String>::new());
    }

    #[test]
    fn a_sum_beyond_64_bits_is_refused_and_never_wrapped() {
        let text = format!("shop_id amount_fen\n1 {}\n1 1", i64::MAX);
        let failure = partial(Table::Payments, &text, &[], &[]).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        assert!(failure.to_string().contains("amount_fen"), "{failure}");
    }
}
