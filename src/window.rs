//! The window: daily partials of 30 days as one row a shop, rolled on from the last window where that is less work.
//!
//! Grain in: the sums of table-days. Grain out: for each table one row for every shop that has rows in the window, with its
//! measures and `rows`; then, less what appeals took out, every measure for the shops asked for. Integer sums can be taken
//! back exactly, so the window of a day is that of the day before, plus a day, less a day. A shop without a record
//! counts 0 (specification, section 4).

use std::collections::BTreeMap;

use polars::prelude::*;
use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, all, fault};
use crate::extracts::tables::Table;
use crate::partials::measures::{self, PartialSpec, ROWS};

const STAGE: &str = "window";

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
    let by_shop = || {
        let names = || spec.measures.iter().map(|measure| measure.name).chain([ROWS]);
        let with_shop = |figures: Vec<Expr>| [vec![col("shop_id")], figures].concat();
        let added = with_shop(names().map(col).collect());
        let taken = with_shop(names().map(|name| (lit(0_i64) - col(name)).alias(name)).collect());
        let plus = plus.iter().map(|frame| frame.clone().lazy().select(added.clone()));
        let minus = minus.iter().map(|frame| frame.clone().lazy().select(taken.clone()));
        let frames: Vec<LazyFrame> = plus.chain(minus).collect();
        if frames.is_empty() {
            return nothing(spec);
        }
        let sums: Vec<Expr> = names().map(|name| col(name).sum()).collect();
        concat(frames, one_after_another())?
            .group_by([col("shop_id")])
            .agg(sums)
            .filter(col(ROWS).neq(lit(0_i64)))
            .collect()
    };
    by_shop().map_err(|error| fault(STAGE, error))
}

/// The rows of shops outside `known`, by shop.
///
/// # Errors
/// A fault where the sums lack a column.
pub fn unknown_rows(sums: &DataFrame, known: &ShopIds) -> Outcome<BTreeMap<i64, i64>> {
    let mut unknown = BTreeMap::new();
    for (shop, rows) in integers(sums, "shop_id")?.zip(integers(sums, ROWS)?) {
        if !known.contains(&shop) {
            *unknown.entry(shop).or_default() += rows;
        }
    }
    Ok(unknown)
}

fn integers<'a>(frame: &'a DataFrame, name: &str) -> Outcome<impl Iterator<Item = i64> + 'a> {
    let column = frame.column(name).and_then(|column| column.i64()).map_err(|error| fault(STAGE, error))?;
    Ok(column.iter().flatten())
}

fn nothing(spec: &PartialSpec) -> PolarsResult<DataFrame> {
    let names = ["shop_id"].into_iter().chain(spec.measures.iter().map(|measure| measure.name)).chain([ROWS]);
    let empty = |name: &str| Int64Chunked::from_vec(name.into(), Vec::new()).into_column();
    DataFrame::new(0, names.map(empty).collect())
}

/// Every measure of every table over the window, one figure a shop.
#[derive(Clone, Debug, Default)]
pub struct WindowSums(BTreeMap<&'static str, Vec<i64>>);

impl WindowSums {
    /// Sums given as they are, each with one figure a shop.
    #[cfg(test)]
    pub(crate) fn of(sums: impl Iterator<Item = (&'static str, Vec<i64>)>) -> Self {
        Self(sums.collect())
    }

    /// A measure, one figure a shop.
    ///
    /// # Errors
    /// A fault where no table declares it.
    pub fn measure(&self, name: &str) -> Outcome<&[i64]> {
        self.0.get(name).map(Vec::as_slice).ok_or_else(|| fault(STAGE, format!("no measure {name}")))
    }
}

/// The window's sums of the shops `shop_ids`, in that order, with `taken_out` (frames of negated sums) taken out.
///
/// # Errors
/// A fault where a table's sums are not as declared.
pub fn of_shops(
    tables: &BTreeMap<Table, TableSums>,
    taken_out: &BTreeMap<Table, Vec<DataFrame>>,
    shop_ids: &[i64],
) -> Outcome<WindowSums> {
    let shops = vec![Int64Chunked::from_slice("shop_id".into(), shop_ids).into_column()];
    let shops = DataFrame::new(shop_ids.len(), shops).map_err(|error| fault(STAGE, error))?;
    let of_tables = measures::ALL.par_iter().with_max_len(1).map(|spec| {
        let Some(table) = tables.get(&spec.table) else { return Ok(Vec::new()) };
        let taken_out = taken_out.get(&spec.table).map(Vec::as_slice).unwrap_or_default();
        let joined =
            join(spec, &table.sums, taken_out, shops.clone()).map_err(|error| fault(STAGE, error))?;
        let figures = spec.measures.iter().map(|measure| {
            let column = joined.column(measure.name).and_then(|column| column.i64());
            let column = column.map_err(|error| fault(STAGE, error))?;
            // A shop that the window does not know has a count of nothing.
            Ok((measure.name, column.iter().map(Option::unwrap_or_default).collect()))
        });
        figures.collect::<Outcome<Vec<(&str, Vec<i64>)>>>()
    });
    let sums = all(of_tables.collect::<Vec<_>>())?;
    Ok(WindowSums(sums.into_iter().flatten().collect()))
}

fn join(
    spec: &PartialSpec,
    sums: &DataFrame,
    taken_out: &[DataFrame],
    shops: DataFrame,
) -> PolarsResult<DataFrame> {
    let names: Vec<&str> = spec.measures.iter().map(|measure| measure.name).collect();
    let columns: Vec<Expr> = ["shop_id"].iter().chain(&names).map(|name| col(*name)).collect();
    let mut by_shop = sums.clone().lazy().select(columns);
    if !taken_out.is_empty() {
        let taken_out = taken_out.iter().map(|frame| frame.clone().lazy());
        let figures: Vec<Expr> = names.iter().map(|name| col(*name).sum()).collect();
        let all: Vec<LazyFrame> = [by_shop].into_iter().chain(taken_out).collect();
        by_shop = concat(all, one_after_another())?.group_by([col("shop_id")]).agg(figures);
    }
    shops.lazy().join(by_shop, [col("shop_id")], [col("shop_id")], each_shop_once()).collect()
}

fn one_after_another() -> UnionArgs {
    UnionArgs {
        parallel: false,
        rechunk: false,
        to_supertypes: false,
        diagonal: false,
        strict: true,
        from_partitioned_ds: false,
        maintain_order: true,
    }
}

/// Every shop of the left side, in its order, with the one row that it has on the right side, or nulls.
fn each_shop_once() -> JoinArgs {
    JoinArgs {
        how: JoinType::Left,
        validation: JoinValidation::OneToOne,
        suffix: None,
        slice: None,
        nulls_equal: false,
        coalesce: JoinCoalesce::CoalesceColumns,
        maintain_order: MaintainOrderJoin::Left,
        build_side: None,
    }
}

/// Sums of sums wrap silently in the engine below: the exact totals of each measure must fit. Where only a sum on the way
/// there does not, it wraps there and back.
fn check_totals_fit(spec: &PartialSpec, plus: &[DataFrame], minus: &[DataFrame]) -> Outcome<()> {
    for measure in spec.measures {
        let total_of = |frames: &[DataFrame]| {
            let mut total: i128 = 0;
            for frame in frames {
                let column = frame.column(measure.name).and_then(|column| column.i64());
                total += i128::from(column.map_err(|error| fault(STAGE, error))?.sum().unwrap_or_default());
            }
            Ok(total)
        };
        let total = total_of(plus)? - total_of(minus)?;
        if i64::try_from(total).is_err() {
            let wanted = format!("a sum for {} that fits 64 bits", measure.name);
            return Err(Finding::new(STAGE, format!("a total of {total} over the window"), wanted)
                .column(measure.name)
                .advice("correct the values")
                .fail(ExitClass::Rejected));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partials::records::{Record, negated};

    fn spec() -> &'static PartialSpec {
        measures::of(Table::Disputes).unwrap()
    }

    /// Disputes at fault of these shops on one day, as many as they have rows.
    fn disputes(figures: &[(i64, i64)]) -> DataFrame {
        let (shops, figures): (Vec<i64>, Vec<i64>) = figures.iter().copied().unzip();
        df!("shop_id" => shops, "disputes_at_fault" => figures.clone(), "rows" => figures).unwrap()
    }

    fn at_fault(sums: DataFrame, taken_out: Vec<DataFrame>, shops: &[i64]) -> Vec<i64> {
        let tables = [(Table::Disputes, TableSums { sums, ..TableSums::default() })].into();
        let sums = of_shops(&tables, &[(Table::Disputes, taken_out)].into(), shops).unwrap();
        sums.measure("disputes_at_fault").unwrap().to_vec()
    }

    #[test]
    fn days_add_up_in_the_order_of_the_shops_and_a_shop_without_records_counts_0() {
        let days = [disputes(&[(1, 3), (2, 4)]), disputes(&[(1, 10), (2, 20)])];
        assert_eq!(at_fault(add_up(spec(), &days, &[]).unwrap(), vec![], &[2, 1, 9]), [24, 13, 0]);
        assert_eq!(at_fault(add_up(spec(), &[], &[]).unwrap(), vec![], &[2, 1]), [0, 0]);
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
        let day = disputes(&[(1, 3)]);
        assert_eq!(
            add_up(spec(), std::slice::from_ref(&day), std::slice::from_ref(&day)).unwrap().height(),
            0
        );
    }

    #[test]
    fn a_record_that_an_upheld_appeal_takes_out_leaves_the_sums() {
        let record = Record::of(1, [1].into_iter());
        let taken_out = negated(&[&record], &["disputes_at_fault"]).unwrap().unwrap();
        assert_eq!(at_fault(disputes(&[(1, 13), (2, 24)]), vec![taken_out], &[1, 2]), [12, 24]);
    }

    #[test]
    fn a_total_beyond_64_bits_is_refused() {
        let failure = add_up(spec(), &[disputes(&[(1, i64::MAX)]), disputes(&[(2, 1)])], &[]).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
    }

    #[test]
    fn a_total_that_would_not_fit_but_for_the_day_that_leaves_is_not_refused() {
        let [first, second] = [disputes(&[(1, i64::MAX)]), disputes(&[(1, 1)])];
        let rolled = add_up(spec(), &[first.clone(), second], &[first]).unwrap();
        assert_eq!(at_fault(rolled, vec![], &[1]), [1]);
    }

    #[test]
    fn rows_of_shops_that_the_snapshot_does_not_have_are_counted_by_shop() {
        let sums = df!("shop_id" => [1_i64, 1, 2], "rows" => [4_i64, 5, 6]).unwrap();
        assert_eq!(unknown_rows(&sums, &ShopIds::from_iter([2])).unwrap(), [(1, 9)].into());
    }
}
