//! The sums of a window for the shops that are scored, less what appeals take out.
//!
//! Grain in: for each table one row a shop that has rows. Grain out: every measure, one figure a shop asked for. A shop without
//! a record counts 0 (specification, section 4).

use std::collections::BTreeMap;

use polars::prelude::*;
use rayon::prelude::*;

use crate::columns::{by_group, integers, of_integers};
use crate::error::{Outcome, all, fault};
use crate::extracts::tables::Table;
use crate::partials::measures::{self, Measure, PartialSpec};
use crate::window_sums::{STAGE, tables::TableSums};

/// Every measure of every table over the window, one figure a shop.
#[derive(Clone, Debug, Default)]
pub struct WindowSums(BTreeMap<&'static str, Vec<i64>>);

impl WindowSums {
    /// Sums of this many shops in which `measure` has the figures given and every other measure 10.
    #[cfg(test)]
    pub(crate) fn with(measure: &str, figures: &[i64]) -> Self {
        let names = measures::ALL.iter().flat_map(|partial| partial.measures).map(|measure| measure.name);
        let of = |name: &str| if name == measure { figures.to_vec() } else { vec![10; figures.len()] };
        Self(names.map(|name| (name, of(name))).collect())
    }

    /// A measure, one figure a shop; a fault where no table declares it.
    pub(crate) fn measure(&self, name: &str) -> Outcome<&[i64]> {
        self.0.get(name).map(Vec::as_slice).ok_or_else(|| fault(STAGE, format!("no measure {name}")))
    }
}

/// The window's sums of the shops `shop_ids`, in that order, with `taken_out` (frames of negated sums) taken out.
pub fn of_shops(
    tables: &BTreeMap<Table, TableSums>,
    taken_out: &BTreeMap<Table, Vec<DataFrame>>,
    shop_ids: &[i64],
) -> Outcome<WindowSums> {
    let engine = |error| fault(STAGE, error);
    let shops = DataFrame::new(shop_ids.len(), vec![of_integers("shop_id", shop_ids.to_vec())]).map_err(engine)?;
    let of_tables = measures::ALL.par_iter().with_max_len(1).map(|spec| {
        let Some(table) = tables.get(&spec.table) else { return Ok(Vec::new()) };
        let taken_out = taken_out.get(&spec.table).map_or([].as_slice(), Vec::as_slice);
        let joined = joined(spec, &table.sums, taken_out, &shops).map_err(engine)?;
        let figures = |measure: &Measure| Ok((measure.name, integers(STAGE, &joined, measure.name)?.collect()));
        spec.measures.iter().map(figures).collect::<Outcome<Vec<(&str, Vec<i64>)>>>()
    });
    let sums = all(of_tables.collect::<Vec<_>>())?;
    Ok(WindowSums(sums.into_iter().flatten().collect()))
}

fn joined(spec: &PartialSpec, sums: &DataFrame, taken_out: &[DataFrame], shops: &DataFrame) -> PolarsResult<DataFrame> {
    let names: Vec<&str> = spec.measures.iter().map(|measure| measure.name).collect();
    let mut by_shop = sums.clone().lazy();
    if !taken_out.is_empty() {
        let taken_out = taken_out.iter().map(|frame| frame.clone().lazy());
        by_shop = by_group([by_shop].into_iter().chain(taken_out), &["shop_id"], &names)?;
    }
    // A shop that the window does not know has a count of nothing.
    let figures = names.iter().map(|name| col(*name).fill_null(lit(0_i64))).collect::<Vec<_>>();
    let shops = shops.clone().lazy();
    shops.join(by_shop, [col("shop_id")], [col("shop_id")], each_shop_once()).select(figures).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partials::records::{Record, negated};
    use crate::window_sums::tables::{add_up, tests::disputes, tests::spec};

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
    fn a_record_that_an_upheld_appeal_takes_out_leaves_the_sums() {
        let record = Record::of(1, [1].into_iter());
        let taken_out = negated(&[record], spec()).unwrap().unwrap();
        assert_eq!(at_fault(disputes(&[(1, 13), (2, 24)]), vec![taken_out], &[1, 2]), [12, 24]);
    }
}
