//! The sales of a year by shop: its amounts over all days, and the categories of goods that sold most.
//!
//! Grain in: the daily partials of payments, one row a shop and category of goods and day. Grain out: one entry a shop with
//! payments. Amounts in fen. Of a shop that left, the days up to and including that one count (specification, section 9).

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::columns::{self, by_group, check_fits, integers, texts};
use crate::domain::Day;
use crate::error::{Outcome, fault};

const STAGE: &str = "sales";
const GROUP: [&str; 2] = ["shop_id", "category"];
const AMOUNT: &str = "amount_fen";
/// So many days are held at once.
const DAYS_AT_ONCE: usize = 31;

/// What a shop sold in the year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sales {
    /// All categories of goods with the highest amount, since what decides among equals is no matter of sales; none without
    /// payments.
    pub top_categories: BTreeSet<String>,
    /// Over all categories.
    pub amount_fen: i64,
}

impl Sales {
    /// Of a shop, given its amounts by category of goods.
    pub(crate) fn of<'a>(by_category: impl IntoIterator<Item = (&'a str, i64)>) -> Self {
        let by_category: Vec<(&str, i64)> = by_category.into_iter().collect();
        let highest = by_category.iter().map(|(_, amount)| *amount).max();
        let top = by_category.iter().filter(|(_, amount)| Some(*amount) == highest);
        Self {
            top_categories: top.map(|(category, _)| (*category).to_owned()).collect(),
            amount_fen: by_category.iter().map(|(_, amount)| amount).sum(),
        }
    }
}

/// Adds up days of payments, read one after another by `payments_of`; `left_on` has the shops that left, each with its day.
/// Amounts of all shops that pass 64 bits are rejected.
pub(crate) fn of_days(
    days: &[Day],
    left_on: &BTreeMap<i64, Day>,
    payments_of: impl Fn(Day) -> Outcome<DataFrame>,
) -> Outcome<BTreeMap<i64, Sales>> {
    let mut amounts: Option<DataFrame> = None;
    let mut total: i128 = 0;
    for some_days in days.chunks(DAYS_AT_ONCE) {
        let mut frames: Vec<DataFrame> = amounts.take().into_iter().collect();
        for day in some_days {
            let frame = counted(&payments_of(*day)?, *day, left_on)?;
            total += columns::total(STAGE, &frame, AMOUNT)?;
            frames.push(frame);
        }
        check_fits(STAGE, AMOUNT, total, "fen")?;
        let sums = by_group(frames.into_iter().map(IntoLazy::lazy), &GROUP, &[AMOUNT]);
        amounts = Some(sums.and_then(LazyFrame::collect).map_err(|error| fault(STAGE, error))?);
    }
    amounts.map_or(Ok(BTreeMap::new()), |amounts| by_shop(&amounts))
}

/// The amounts of a day that count: none of shops that had left before it. Nothing else of the day is held.
fn counted(payments: &DataFrame, day: Day, left_on: &BTreeMap<i64, Day>) -> Outcome<DataFrame> {
    let payments = payments.select([GROUP[0], GROUP[1], AMOUNT]).map_err(|error| fault(STAGE, error))?;
    if left_on.values().all(|left_on| *left_on >= day) {
        return Ok(payments);
    }
    let is_counted = |shop: i64| left_on.get(&shop).is_none_or(|left_on| *left_on >= day);
    let is_counted: BooleanChunked = integers(STAGE, &payments, GROUP[0])?.map(is_counted).collect();
    payments.filter(&is_counted).map_err(|error| fault(STAGE, error))
}

fn by_shop(amounts: &DataFrame) -> Outcome<BTreeMap<i64, Sales>> {
    let by_category = texts(STAGE, amounts, GROUP[1])?.zip(integers(STAGE, amounts, AMOUNT)?);
    let mut of_shops: BTreeMap<i64, Vec<(&str, i64)>> = BTreeMap::new();
    for (shop, amount) in integers(STAGE, amounts, GROUP[0])?.zip(by_category) {
        of_shops.entry(shop).or_default().push(amount);
    }
    Ok(of_shops.into_iter().map(|(shop, amounts)| (shop, Sales::of(amounts))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ExitClass;
    use crate::extracts::readable::day;

    /// Payments of a day: shop, category of goods, amount.
    fn payments(rows: &[(i64, &str, i64)]) -> DataFrame {
        df!(
            "shop_id" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "category" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "payments" => vec![1_i64; rows.len()],
            "amount_fen" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            "rows" => vec![1_i64; rows.len()],
        )
        .unwrap()
    }

    /// Sales as `shop amount top-categories`, of payments on days that begin with 2022-01-01.
    fn sold(days: &[&[(i64, &str, i64)]], left_on: &[(i64, &str)]) -> Vec<String> {
        let all: Vec<Day> = (0..).take(days.len()).map(|later| day("2022-01-01").plus(later)).collect();
        let of_day = |at: Day| Ok(payments(days[all.iter().position(|day| *day == at).unwrap()]));
        let left_on = left_on.iter().map(|(shop, on)| (*shop, day(on))).collect();
        let sales = of_days(&all, &left_on, of_day).unwrap();
        let shown = |(shop, sales): (i64, Sales)| {
            let top: Vec<String> = sales.top_categories.into_iter().collect();
            format!("{shop} {} {}", sales.amount_fen, top.join(" "))
        };
        sales.into_iter().map(shown).collect()
    }

    #[test]
    fn amounts_add_up_over_days_and_categories_however_many_are_held_at_once() {
        let days: [&[(i64, &str, i64)]; 3] = [&[(1, "茶", 5), (1, "箱包", 7)], &[], &[(1, "茶", 3), (2, "茶", 1)]];
        assert_eq!(sold(&days, &[]), ["1 15 茶", "2 1 茶"]);
        let one: &[(i64, &str, i64)] = &[(1, "茶", 1)];
        assert_eq!(sold(&[one; 2 * DAYS_AT_ONCE + 1], &[]), ["1 63 茶"]);
    }

    #[test]
    fn sales_count_up_to_and_including_the_day_that_a_shop_left() {
        let one: &[(i64, &str, i64)] = &[(1, "茶", 1), (2, "茶", 1)];
        assert_eq!(sold(&[one; 5], &[(1, "2022-01-03")]), ["1 3 茶", "2 5 茶"]);
    }

    #[test]
    fn all_categories_with_the_highest_sales_are_kept() {
        for (amounts, top, amount_fen) in [
            (&[("茶", 6), ("男装", 5)][..], &["茶"][..], 11),
            (&[("茶", 5), ("男装", 5), ("箱包", 4)], &["男装", "茶"], 14),
            // Payments of nothing are payments, and no payments are none.
            (&[("茶", 0)], &["茶"], 0),
            (&[], &[], 0),
        ] {
            let top_categories = top.iter().map(|category| (*category).to_owned()).collect();
            assert_eq!(Sales::of(amounts.iter().copied()), Sales { top_categories, amount_fen });
        }
    }

    #[test]
    fn amounts_beyond_64_bits_are_refused() {
        let most = |_| Ok(payments(&[(1, "茶", i64::MAX)]));
        let days = [day("2022-01-01"), day("2022-01-02")];
        assert!(of_days(&days[..1], &BTreeMap::new(), most).is_ok());
        assert_eq!(of_days(&days, &BTreeMap::new(), most).unwrap_err().class, ExitClass::Rejected);
    }
}
