//! The daily partial: the sound rows of one table-day, summed and counted by shop.
//!
//! Grain in: the rows of a table-day, batch by batch, each judged and summed at once. Grain out: one row a shop (payments: a
//! shop and category of goods), sorted, all columns int64 but `category`. A null adds nothing; a shop without rows has no row.
//! The records that appeals name are looked up in the same pass, each with what it added, so that it can be taken out again.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::error::Outcome;
use crate::extracts::batch::Batch;
use crate::partials::records::TableDay;
use crate::partials::tally::Tally;
pub use crate::partials::tally::{DailyPartial, Wanted};

/// Which sums a table-day has: those that were made of just these inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// What they depend on.
    pub(crate) fingerprint: String,
    /// The hash of their file.
    pub(crate) sums_hash: String,
}

/// Judges the rows of a table-day and sums up the sound ones, or rejects a sum that could pass 64 bits. `each_batch` gives
/// all rows to what it is given: once as a rule, and once more where keys are repeated. The rows of such keys are then held
/// back, and the greatest of each is found among all that have its key.
pub fn sum_up(
    of: TableDay,
    wanted: Wanted<'_>,
    each_batch: impl Fn(&mut dyn FnMut(Batch) -> Outcome<()>) -> Outcome<()>,
) -> Outcome<DailyPartial> {
    let mut day = Tally::new(of, wanted, HashSet::new())?;
    each_batch(&mut |batch| day.take_in(batch))?;
    let repeated = std::mem::take(&mut day.keys).repeated();
    if !repeated.is_empty() {
        day = Tally::new(of, wanted, repeated)?;
        each_batch(&mut |batch| day.take_in(batch))?;
    }
    day.finish(of)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use arrow::buffer::BooleanBuffer;

    use super::*;
    use crate::error::ExitClass;
    use crate::extracts::readable::rows;
    use crate::extracts::tables::Table;
    use crate::partials::measures;

    fn partial(table: Table, text: &str) -> Outcome<DailyPartial> {
        let custom_made = BTreeSet::from(["全屋定制".to_owned()]);
        let spec = measures::of(table).unwrap();
        let wanted = Wanted { spec, custom_made: &custom_made, with_records: spec.has_records() };
        let rows = rows(table, "2022-03-15", text);
        let whole = sum_up((table, rows.day), wanted, |add| add(rows.clone()))?;
        // However rows are cut into batches, they make the same.
        let cut = sum_up((table, rows.day), wanted, |add| one_by_one(&rows).into_iter().try_for_each(add))?;
        assert!(whole.sums.equals(&cut.sums), "{text}");
        assert_eq!((&whole.records, &whole.counts), (&cut.records, &cut.counts));
        assert_eq!(whole.quarantine, cut.quarantine);
        Ok(whole)
    }

    /// A batch a row.
    fn one_by_one(rows: &Batch) -> Vec<Batch> {
        let only = |row: usize| BooleanBuffer::collect_bool(rows.count, |other| other == row);
        (0..rows.count).map(|row| rows.filtered(&only(row)).unwrap()).collect()
    }

    /// The sums as one text a row, `column=value` in the order of the columns.
    fn sums(table: Table, text: &str) -> Vec<String> {
        let sums = partial(table, text).unwrap().sums;
        let cell = |column: &polars::prelude::Column, row: usize| {
            let value = column.get(row).unwrap();
            format!("{}={}", column.name(), value.get_str().map_or(value.to_string(), str::to_owned))
        };
        let row = |row: usize| sums.columns().iter().map(|column| cell(column, row)).collect::<Vec<_>>().join(" ");
        (0..sums.height()).map(row).collect()
    }

    /// Rules, each with rows and the sums that they make.
    const RULES: [(&str, Table, &str, &[&str]); 11] = [
        (
            "payments are counted and summed by shop and category",
            Table::Payments,
            "shop_id category amount_fen
                 2       b        5
                 1       b        7
                 1       a        1
                 1       a        2
                 1       a        -",
            &[
                "shop_id=1 category=a payments=2 amount_fen=3 rows=2",
                "shop_id=1 category=b payments=1 amount_fen=7 rows=1",
                "shop_id=2 category=b payments=1 amount_fen=5 rows=1",
            ],
        ),
        (
            "a consultation repeated in a day counts once and is answered if any of its rows is",
            Table::Consultations,
            "shop_id sub_account_id buyer_id bot_received human_replied_at
                 1       1              1        false        -
                 1       1              1        false        12:05
                 1       1              2        true         -
                 1       2              2        false        -
                 2       1              1        false        -",
            &[
                "shop_id=1 consultations_asked=3 consultations_answered=2 rows=4",
                "shop_id=2 consultations_asked=1 consultations_answered=0 rows=1",
            ],
        ),
        ("a table-day without rows has no sums", Table::Payments, "shop_id", &[]),
        ("a table-day without rows has no sums", Table::Consultations, "shop_id", &[]),
        (
            // Late, exactly on time, never picked up, nothing to ship and made to order.
            "a pickup is in time strictly before it is due",
            Table::Pickups,
            "shop_id category due_at picked_up_at no_shipping_required
                 1       男装     12:00  11:59:59     false
                 1       男装     12:00  12:00        false
                 1       男装     12:00  12:01        false
                 1       男装     12:00  -            false
                 1       男装     12:00  11:00        true
                 1       全屋定制 12:00  11:00        false",
            &["shop_id=1 pickups_due=4 pickups_in_time=1 rows=6"],
        ),
        (
            "null stars count in neither sum nor count",
            Table::Reviews,
            "shop_id description_stars logistics_stars
                 1       5                 -
                 1       4                 1
                 1       -                 -",
            &["shop_id=1 description_stars=9 description_ratings=2 logistics_stars=1 logistics_ratings=1 rows=3"],
        ),
        (
            "quarantined rows stay out of every figure",
            Table::Reviews,
            "shop_id description_stars\n1 5\n1 9",
            &["shop_id=1 description_stars=5 description_ratings=1 logistics_stars=1 logistics_ratings=1 rows=1"],
        ),
        (
            "self-completed refunds sum whole seconds by type",
            Table::Refunds,
            "shop_id refund_type   stage      applied_at completed_at self_completed
                 1       refund_only   in_sale    12:00:00   12:00:01.9   true
                 1       refund_only   after_sale 12:00:00.9 12:00:02.8   true
                 1       refund_only   in_sale    11:00:00   12:00:00     false
                 1       return_refund in_sale    11:00:00   12:00:00     true",
            &[
                "shop_id=1 refund_only_seconds=2 refund_only_refunds=2 return_refund_seconds=3600 return_refund_refunds=1 rows=4",
            ],
        ),
        (
            "only sellers' disputes in effect are at fault",
            Table::Disputes,
            "shop_id liable_party in_effect
                 1       seller       true
                 1       seller       false
                 1       buyer        true",
            &["shop_id=1 disputes_at_fault=1 rows=3"],
        ),
        ("no row holds the text", Table::Disputes, "liable_party\nnone", &["shop_id=1 disputes_at_fault=0 rows=1"]),
        (
            "a reply over midnight does not answer",
            Table::Consultations,
            "shop_id buyer_id asked_at human_replied_at
                 1       1        23:59    2022-03-15T23:59:59.999999
                 1       2        23:59    2022-03-16T00:00",
            &["shop_id=1 consultations_asked=2 consultations_answered=1 rows=2"],
        ),
    ];

    #[test]
    fn each_measure_counts_the_rows_that_its_rule_names() {
        for (rule, table, text, expected) in RULES {
            assert_eq!(sums(table, text), expected, "{rule}");
        }
    }

    #[test]
    fn every_sound_record_is_there_with_what_it_added_and_no_quarantined_one() {
        for (table, text, expected) in [
            (
                Table::Pickups,
                "order_id category picked_up_at\n7 - -\n9 全屋定制 11:00\n5 男装 11:00\n6 男装 -",
                vec![(5, [1, 1, 0, 0]), (6, [1, 0, 0, 0]), (9, [0; 4])],
            ),
            (
                Table::Reviews,
                "review_id description_stars logistics_stars\n9 5 -\n7 9 1\n6 - 3\n5 1 2",
                vec![(5, [1, 1, 2, 1]), (6, [0, 0, 3, 1]), (9, [5, 1, 0, 0])],
            ),
            (
                Table::Refunds,
                "refund_id refund_type stage self_completed applied_at
                 6 refund_only in_sale true 11:00\n5 return_refund in_sale true 11:30\n4 refund_only in_sale false 11:00",
                vec![(4, [0; 4]), (5, [0, 0, 1_800, 1]), (6, [3_600, 1, 0, 0])],
            ),
            (
                Table::Disputes,
                "dispute_id liable_party in_effect ruled_at\n6 seller true 10:00\n5 buyer false 10:00\n6 buyer true 11:00",
                vec![(5, [0; 4]), (6, [0; 4])],
            ),
            (Table::Disputes, "dispute_id", vec![]),
        ] {
            let records = partial(table, text).unwrap().records.unwrap();
            let keys = records.unpacked().unwrap().swap_remove(0).into_iter();
            let found = keys.map(|key| (key, records.get(key).unwrap().unwrap().figures));
            let found: Vec<_> = found.collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_sum_beyond_64_bits_is_refused_and_never_wrapped() {
        let text = format!("shop_id amount_fen\n1 {}\n1 1", i64::MAX);
        let failure = partial(Table::Payments, &text).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        assert!(failure.to_string().contains("amount_fen"), "{failure}");
    }
}
