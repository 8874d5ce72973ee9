//! Marketplaces and files of odd shapes: faults 42 and 44.

use std::fs;

use arrow::array::UInt32Array;
use arrow::compute::take_record_batch;
use parquet::file::properties::WriterProperties;

use super::{REJECTED, assert_clean, assert_clean_night};
use crate::support::files::{codecs, write_with};
use crate::support::library::INDICATORS;
use crate::support::{A_DAY, AS_OF, Bench, Row, Table, at, day, row, shop_row};

/// Scores shops that are all rated alike on one day, and nothing else; the rows in this order.
fn ties(shops: impl DoubleEndedIterator<Item = i64> + Clone, backwards: bool) -> Bench {
    let bench = Bench::sound();
    let ordered = |rows: Vec<Row>| if backwards { rows.into_iter().rev().collect() } else { rows };
    // One huge category, and a last shop alone in another.
    let shop = |shop: i64| shop_row(shop, if shop == 1 { "女装/女士精品" } else { "茶" });
    bench.put(Table::Shops, day(AS_OF), &ordered(shops.clone().map(shop).collect()));
    let review = |shop: i64| row![shop, shop, shop, 4, 4, at(day(A_DAY), "20:00")];
    bench.put(Table::Reviews, day(A_DAY), &ordered(shops.map(review).collect()));
    bench
}

#[test]
fn fault_42_ties_in_a_huge_category_and_a_lone_shop_do_not_depend_on_the_order_of_rows() {
    let published = [false, true].map(|backwards| {
        let bench = ties(1..=5_000, backwards);
        bench.nightly(&[]).assert_done();
        assert_clean(&bench);
        let rated = |row: &String| Some(row.strip_prefix("product_rating ")?.to_owned());
        let columns = ["indicator", "shop_id", "ranked", "shops_better", "tier"];
        let rows: Vec<_> = bench.shown(&INDICATORS, AS_OF, &columns).iter().filter_map(rated).collect();
        assert!(rows.contains(&"1 1 0 5".to_owned()), "a lone shop");
        // The marketplace's other reviews are of its first five shops.
        let tied = rows.iter().filter_map(|row| row.split_once(' '));
        let tied: Vec<_> = tied.filter(|(shop, _)| shop.parse::<i64>().unwrap() > 5).collect();
        assert_eq!(tied.len(), 4_995);
        assert!(tied.iter().all(|(_, place)| *place == tied[0].1));
        bench.published().files
    });
    assert!(published[0] == published[1]);
}

#[test]
fn fault_42_a_marketplace_without_an_event_has_shops_without_scores() {
    let bench = Bench::sound();
    for table in Table::ALL.into_iter().filter(|table| *table != Table::Shops) {
        for on in ["2022-03-13", "2022-03-14", "2022-03-15"] {
            bench.put(table, day(on), &[]);
        }
    }
    let flags = ["--set", "max_unscored_percent=100"];
    bench.nightly(&flags).assert_said("5 shops present, 0 with a score, 5 without");
    assert_clean_night(&bench, day(AS_OF), &flags);
    bench.nightly(&[]).assert_refused(REJECTED, &[&["5 of 5 present shops without a score"]]);
}

#[test]
fn fault_44_threads_order_split_codec_and_row_groups_change_nothing() {
    let plain = Bench::sound();
    plain.nightly(&["--threads", "1"]).assert_done();
    for codec in codecs() {
        let bench = Bench::sound();
        let backwards = UInt32Array::from_iter_values((0..10).rev());
        let batch = take_record_batch(&bench.batch(Table::Payments, day(A_DAY)), &backwards).unwrap();
        let folder = bench.partition(Table::Payments, day(A_DAY));
        fs::remove_file(folder.join("part-0.parquet")).unwrap();
        for part in 0..2 {
            let rows = batch.slice(5 * part, 5);
            let properties = WriterProperties::builder().set_compression(codec).set_max_row_group_row_count(Some(2));
            write_with(&folder.join(format!("part-{part}.parquet")), &rows, properties.build());
        }
        bench.nightly(&["--threads", "2"]).assert_done();
        assert!(bench.published().files == plain.published().files, "{codec:?}");
    }
}
