//! The sums of one table over a window.
//!
//! Grain in: the sums of table-days. Grain out: one row for every shop that has rows in the window, with the table's measures
//! and `rows`, in no order.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::columns::{by_group, check_fits, integers, of_integers, total};
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::partials::measures::{PartialSpec, ROWS};
use crate::window_sums::STAGE;

/// Rows of shops that the snapshot does not have, by day and shop.
pub type UnknownRows = BTreeMap<Day, BTreeMap<i64, i64>>;

/// The shops of a snapshot.
pub type ShopIds = PlHashSet<i64>;

/// The sums of one table over a window.
#[derive(Clone, Debug, Default)]
pub struct TableSums {
    /// `shop_id`, the table's measures and `rows`; each shop once, none without rows.
    pub sums: DataFrame,
    /// The rows of shops that the snapshot does not have.
    pub unknown: UnknownRows,
}

/// Adds up table-days: those of `plus`, less those of `minus`, which are among them.
///
/// # Errors
/// Rejected where a total could pass 64 bits.
pub fn add_up(spec: &PartialSpec, plus: &[DataFrame], minus: &[DataFrame]) -> Outcome<DataFrame> {
    check_totals_fit(spec, plus, minus)?;
    let figures = spec.figures();
    if plus.is_empty() && minus.is_empty() {
        let columns = ["shop_id"].iter().chain(&figures).map(|name| of_integers(name, Vec::new()));
        return DataFrame::new(0, columns.collect()).map_err(|error| fault(STAGE, error));
    }
    let negated = figures.iter().map(|name| (lit(0_i64) - col(*name)).alias(*name)).collect::<Vec<_>>();
    let plus = plus.iter().map(|frame| frame.clone().lazy());
    let minus = minus.iter().map(|frame| frame.clone().lazy().with_columns(negated.clone()));
    by_group(plus.chain(minus), &["shop_id"], &figures)
        .and_then(|sums| sums.filter(col(ROWS).neq(lit(0_i64))).collect())
        .map_err(|error| fault(STAGE, error))
}

/// The exact totals of each measure must fit. Where only a sum on the way there does not, it wraps there and back.
fn check_totals_fit(spec: &PartialSpec, plus: &[DataFrame], minus: &[DataFrame]) -> Outcome<()> {
    for measure in spec.measures {
        let total_of = |frames: &[DataFrame]| {
            frames.iter().try_fold(0_i128, |sum, frame| Ok(sum + total(STAGE, frame, measure.name)?))
        };
        check_fits(STAGE, measure.name, total_of(plus)? - total_of(minus)?, "over the window")?;
    }
    Ok(())
}

/// The rows of shops outside `known`, by shop.
///
/// # Errors
/// A fault where the sums lack a column.
pub fn unknown_rows(sums: &DataFrame, known: &ShopIds) -> Outcome<BTreeMap<i64, i64>> {
    let mut unknown = BTreeMap::new();
    for (shop, rows) in integers(STAGE, sums, "shop_id")?.zip(integers(STAGE, sums, ROWS)?) {
        if !known.contains(&shop) {
            *unknown.entry(shop).or_default() += rows;
        }
    }
    Ok(unknown)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::ExitClass;
    use crate::extracts::tables::Table;
    use crate::partials::measures;

    pub(in super::super) fn spec() -> &'static PartialSpec {
        measures::of(Table::Disputes).unwrap()
    }

    /// Disputes at fault of these shops on one day, as many as they have rows.
    pub(in super::super) fn disputes(figures: &[(i64, i64)]) -> DataFrame {
        let (shops, figures): (Vec<i64>, Vec<i64>) = figures.iter().copied().unzip();
        df!("shop_id" => shops, "disputes_at_fault" => figures.clone(), "rows" => figures).unwrap()
    }

    /// The rows of each shop.
    pub(in super::super) fn rows_by_shop(sums: &DataFrame) -> BTreeMap<i64, i64> {
        unknown_rows(sums, &ShopIds::default()).unwrap()
    }

    #[test]
    fn the_window_plus_a_day_less_a_day_is_the_window_from_scratch() {
        let days = [disputes(&[(1, 3), (2, 4)]), disputes(&[(1, 10)]), disputes(&[(2, 5), (3, 6)])];
        let [first, second, third] = &days;
        let yesterday = add_up(spec(), &[first.clone(), second.clone()], &[]).unwrap();
        let rolled = add_up(spec(), &[yesterday, third.clone()], std::slice::from_ref(first)).unwrap();
        let scratch = add_up(spec(), &[second.clone(), third.clone()], &[]).unwrap();
        let sorted = |frame: DataFrame| frame.sort(["shop_id"], SortMultipleOptions::new()).unwrap();
        assert!(sorted(rolled).equals(&sorted(scratch)));
    }

    #[test]
    fn a_shop_whose_last_rows_left_the_window_is_forgotten() {
        let day = [disputes(&[(1, 3)])];
        assert_eq!(add_up(spec(), &day, &day).unwrap().height(), 0);
        assert_eq!(add_up(spec(), &[], &[]).unwrap().height(), 0);
    }

    #[test]
    fn a_total_beyond_64_bits_is_refused_unless_the_day_that_leaves_makes_it_fit() {
        let [most, one] = [disputes(&[(1, i64::MAX)]), disputes(&[(1, 1)])];
        let failure = add_up(spec(), &[most.clone(), disputes(&[(2, 1)])], &[]).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        let rolled = add_up(spec(), &[most.clone(), one], &[most]).unwrap();
        assert_eq!(rows_by_shop(&rolled), [(1, 1)].into());
    }

    #[test]
    fn rows_of_shops_that_the_snapshot_does_not_have_are_counted_by_shop() {
        let sums = df!("shop_id" => [1_i64, 1, 2], "rows" => [4_i64, 5, 6]).unwrap();
        assert_eq!(unknown_rows(&sums, &ShopIds::from_iter([2])).unwrap(), [(1, 9)].into());
    }
}
