//! The daily partial: the sound rows of one table-day, summed and counted by shop.
//!
//! Grain in: rows and their verdicts. Grain out: one row a shop (payments: a shop and category of goods), sorted, all
//! columns int64 but `category`. A null adds nothing; a shop without rows has no row. The records that appeals name are
//! looked up in the same pass, each with what it added, so that it can be taken out again.

use std::collections::BTreeSet;

use polars::prelude::*;
use polars::series::IsSorted;

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::row_rules::judge;
use crate::extracts::rows::{Rows, Values, value};
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Verdicts;
use crate::partials::expressions::Meaning;
use crate::partials::groups::{self, Grouped};
use crate::partials::measures::{Amount, PartialSpec, ROWS};
use crate::partials::once;
use crate::partials::records::{AllRecords, Answers, Record};
use crate::partials::sound::{frame_of, take, whole_seconds};
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
    mut rows: Rows,
    spec: &PartialSpec,
    record_ids: &BTreeSet<i64>,
    with_records: bool,
    surroundings: Surroundings<'_>,
) -> Outcome<DailyPartial> {
    let verdicts = judge(&rows, surroundings.zone)?;
    check_sums_fit(&rows, spec, &verdicts)?;
    let counts = Counts::of(&rows, &verdicts)?;
    let quarantine = rows_set_aside(&rows, &verdicts)?;
    let meaning = Meaning::of(&rows, surroundings);
    let (table, day) = (rows.table, rows.day);
    let found = records(&rows, &verdicts, spec, &meaning, record_ids)?;
    rows.forget_all_but(&spec.record_columns());
    let records = with_records.then(|| sound_records(&rows, &verdicts, spec, &meaning)).transpose()?;
    let sums = sums_by_group(&rows, &verdicts, spec, &meaning)?;
    Ok(DailyPartial { table, day, sums, answers: answers(record_ids, found), records, counts, quarantine })
}

/// All sound records of a table-day; the columns that no measure reads may be empty.
///
/// # Errors
/// Those of the engine below, as faults.
pub fn all_records(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    surroundings: Surroundings<'_>,
) -> Outcome<AllRecords> {
    sound_records(rows, verdicts, spec, &Meaning::of(rows, surroundings))
}

/// The sound records in the order of their keys; none where the table has no key.
fn sound_records(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    meaning: &Meaning,
) -> Outcome<AllRecords> {
    let Some(keys) = rows.keys()? else { return Ok(AllRecords::default()) };
    let shops = rows.integers("shop_id")?;
    let sound = keys.iter().zip(0..).zip(verdicts.sound()).filter(|(_, is_sound)| *is_sound);
    let mut ordered: Vec<(i64, IdxSize)> = sound.map(|((key, row), _)| (*key, row)).collect();
    ordered.sort_unstable();
    let (keys, taken): (Vec<i64>, Vec<IdxSize>) = ordered.into_iter().unzip();
    let frame = frame_of(rows, &taken, spec)?;
    AllRecords::of(keys, take(shops, &taken), frame, spec, meaning).map_err(|error| fault(STAGE, error))
}

/// What became of the keys `record_ids`, out of rows that include all of theirs; the columns that no measure reads may
/// be empty.
///
/// # Errors
/// Those of the engine below, as faults.
pub fn look_up(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    record_ids: &BTreeSet<i64>,
    surroundings: Surroundings<'_>,
) -> Outcome<Answers> {
    let meaning = Meaning::of(rows, surroundings);
    let found = records(rows, verdicts, spec, &meaning, record_ids);
    Ok(answers(record_ids, found?))
}

fn answers(record_ids: &BTreeSet<i64>, found: Vec<(i64, Record)>) -> Answers {
    let mut answers: Answers = record_ids.iter().map(|key| (*key, None)).collect();
    answers.extend(found.into_iter().map(|(key, record)| (key, Some(record))));
    answers
}

/// The daily partial itself: keys, measures and `rows`, sorted by the keys.
fn sums_by_group(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    meaning: &Meaning,
) -> Outcome<DataFrame> {
    let Grouped { rows: taken, groups, firsts } = groups::sound_rows(rows, verdicts, spec.grouped_by)?;
    let frame = frame_of(rows, &taken, spec)?;
    let sums = group(frame, groups, spec, meaning).map_err(|error| fault(STAGE, error))?;
    let keys = spec.grouped_by.iter().map(|name| key_column(name, rows, &firsts));
    let mut columns = keys.collect::<Outcome<Vec<Column>>>()?;
    if let Some(shops) = columns.first_mut() {
        shops.set_sorted_flag(IsSorted::Ascending);
    }
    columns.extend(sums.into_columns());
    DataFrame::new(firsts.len(), columns).map_err(|error| fault(STAGE, error))
}

/// A key, one a group.
fn key_column(name: &str, rows: &Rows, firsts: &[IdxSize]) -> Outcome<Column> {
    if let Values::Text(positions) = &rows.column(name)?.values {
        let texts = take(positions, firsts).into_iter().map(|position| rows.texts.text(position));
        let texts = texts.collect::<Outcome<Vec<&str>>>()?;
        return Ok(StringChunked::from_iter_values(name.into(), texts.into_iter()).into_column());
    }
    Ok(Int64Chunked::from_vec(name.into(), take(rows.integers(name)?, firsts)).into_column())
}

/// The measures of each group, in ascending order of `groups`, which is the group of each row and ascends.
fn group(
    frame: DataFrame,
    groups: Vec<u64>,
    spec: &PartialSpec,
    meaning: &Meaning,
) -> PolarsResult<DataFrame> {
    if !spec.once_per.is_empty() {
        return group_once(&frame, &groups, spec, meaning);
    }
    let sums = spec.measures.iter().map(|measure| match (measure.amount, measure.conditions) {
        (Amount::One, []) => count_as(measure.name),
        _ => sum_of(meaning.addend(measure)).alias(measure.name),
    });
    sum_along(frame, groups, sums.chain([count_as(ROWS)]).collect())
}

/// As [`group`], where rows of a group that agree in all columns of `once_per` count once, for what any of them fulfils.
fn group_once(
    frame: &DataFrame,
    groups: &[u64],
    spec: &PartialSpec,
    meaning: &Meaning,
) -> PolarsResult<DataFrame> {
    let conditions = spec
        .measures
        .iter()
        .filter_map(|measure| meaning.all(measure.conditions).map(|condition| condition.alias(measure.name)));
    let fulfilled = frame.clone().lazy().select(conditions.collect::<Vec<_>>()).collect()?;
    let mut marks = vec![0_u64; frame.height()];
    for (bit, column) in fulfilled.columns().iter().enumerate() {
        for (mark, holds) in marks.iter_mut().zip(column.bool()?.iter()) {
            *mark |= u64::from(holds == Some(true)) << bit;
        }
    }
    let keys = spec.once_within_group().iter().map(|name| frame.column(name)?.i64()?.cont_slice());
    let keys = keys.collect::<PolarsResult<Vec<&[i64]>>>()?;
    let mark_bits = u32::try_from(fulfilled.width()).unwrap_or(u32::MAX);
    let distinct = once::distinct(groups, &keys, &marks, mark_bits);
    let height = distinct.rows.len();
    let column = |name: &str, values: Vec<i64>| Int64Chunked::from_vec(name.into(), values).into_column();
    let mut counted = vec![column(ROWS, distinct.rows)];
    for (bit, fulfilled) in fulfilled.columns().iter().enumerate() {
        let holds = distinct.marks.iter().map(|marks| i64::from(marks >> bit & 1 == 1));
        counted.push(column(fulfilled.name(), holds.collect()));
    }
    let sums = spec.measures.iter().map(|measure| match measure.conditions {
        [] => count_as(measure.name),
        _ => sum_of(col(measure.name)),
    });
    let sums = sums.chain([sum_of(col(ROWS))]).collect();
    sum_along(DataFrame::new(height, counted)?, distinct.groups, sums)
}

/// `sums` over each of `groups`, which ascend: the engine then looks for no group but runs along them.
fn sum_along(mut frame: DataFrame, groups: Vec<u64>, sums: Vec<Expr>) -> PolarsResult<DataFrame> {
    const GROUP: &str = "group";
    let mut groups = UInt64Chunked::from_vec(GROUP.into(), groups);
    groups.set_sorted_flag(IsSorted::Ascending);
    frame.with_column(groups.into_column())?;
    frame.lazy().group_by([col(GROUP)]).agg(sums).collect()?.drop(GROUP)
}

/// The sum over a group, in which a null adds nothing. The engine's plain sum makes a column of every group that it runs
/// along, which costs more than adding it up; its sum over lists does not.
fn sum_of(addend: Expr) -> Expr {
    addend.fill_null(lit(0_i64)).implode(true).list().sum()
}

fn count_as(name: &str) -> Expr {
    len().cast(DataType::Int64).alias(name)
}

/// What each of the sound rows that appeals name added: it is a group of its own.
fn records(
    rows: &Rows,
    verdicts: &Verdicts,
    spec: &PartialSpec,
    meaning: &Meaning,
    record_ids: &BTreeSet<i64>,
) -> Outcome<Vec<(i64, Record)>> {
    let Some(keys) = rows.keys()?.filter(|_| !record_ids.is_empty()) else { return Ok(Vec::new()) };
    let shops = rows.integers("shop_id")?;
    let sound = |row: &usize| verdicts.is_sound(*row);
    let named = rows_with(keys, record_ids).into_iter().filter(sound);
    let taken: Vec<IdxSize> = named.filter_map(|row| IdxSize::try_from(row).ok()).collect();
    let found = frame_of(rows, &taken, spec)?;
    let found = group(found, (0..).zip(&taken).map(|(group, _)| group).collect(), spec, meaning);
    let found = found.map_err(|error| fault(STAGE, error))?;
    let mut figures = Vec::new();
    for measure in spec.measures {
        let column = found.column(measure.name).and_then(Column::i64).map_err(|error| fault(STAGE, error))?;
        figures.push(column.iter().flatten());
    }
    let of_shops = take(keys, &taken).into_iter().zip(take(shops, &taken));
    Ok(of_shops
        .map(|(key, shop_id)| (key, Record::of(shop_id, figures.iter_mut().filter_map(Iterator::next))))
        .collect())
}

/// The rows that have one of the keys `wanted`.
fn rows_with(keys: &[i64], wanted: &BTreeSet<i64>) -> Vec<usize> {
    // Producers mostly write keys in order: then the few that are wanted are looked up among the many.
    if keys.is_sorted() {
        let rows_of = |key: &i64| {
            let start = keys.partition_point(|other| other < key);
            let found =
                keys.get(start..).unwrap_or_default().iter().take_while(|other| *other == key).count();
            start..start + found
        };
        return wanted.iter().flat_map(rows_of).collect();
    }
    let wanted: PlHashSet<i64> = wanted.iter().copied().collect();
    keys.iter().enumerate().filter(|(_, key)| wanted.contains(*key)).map(|(row, _)| row).collect()
}

/// Integer sums wrap silently in the engine below, so the exact total of each summed column must fit; no sum within it
/// can then be larger, since nothing summed is negative.
fn check_sums_fit(rows: &Rows, spec: &PartialSpec, verdicts: &Verdicts) -> Outcome<()> {
    for measure in spec.measures {
        let too_large = match measure.amount {
            Amount::One => continue,
            Amount::Of(name) => {
                let column = rows.column(name)?;
                let present = |row: usize| verdicts.is_sound(row) && column.is_valid(row);
                total_beyond_64_bits(rows.integers(name)?, present)
            }
            Amount::WholeSeconds { from, to } => {
                total_beyond_64_bits(&whole_seconds(rows, from, to)?, |row| verdicts.is_sound(row))
            }
        };
        if let Some((total, greatest)) = too_large {
            let (table, day) = (rows.table.name(), rows.day);
            let shop = value(rows.integers("shop_id")?, greatest)?;
            return Err(Finding::new(
                STAGE,
                format!("a total of {total} in {table} of {day}, the greatest value of shop {shop}"),
                "a sum that fits 64 bits",
            )
            .column(measure.name)
            .advice("correct the values")
            .fail(ExitClass::Rejected));
        }
    }
    Ok(())
}

/// The total of the values that count, and the row of the greatest; none where the total fits 64 bits.
fn total_beyond_64_bits(values: &[i64], counts: impl Fn(usize) -> bool) -> Option<(i128, usize)> {
    // Mostly no value is so large that even as many of them as row numbers can tell apart would not fit.
    const SMALL: std::ops::Range<i64> = -(1 << 31)..1 << 31;
    if values.iter().all(|value| SMALL.contains(value)) {
        return None;
    }
    let counted = || values.iter().enumerate().filter(|(row, _)| counts(*row));
    let total: i128 = counted().map(|(_, value)| i128::from(*value)).sum();
    if i64::try_from(total).is_ok() {
        return None;
    }
    counted().max_by_key(|(_, value)| **value).map(|(greatest, _)| (total, greatest))
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
