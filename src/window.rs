//! The window: daily partials of 30 days, less what appeals took out, as one row a present shop.
//!
//! Grain in: daily partials and retractions. Grain out: one row for each shop given, in the order given, with every
//! measure as int64; a shop without a record counts 0 (specification, section 4).

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::error::{ExitClass, Finding, Outcome, fault};
use crate::partials::daily::DailyPartial;
use crate::partials::measures::{self, PartialSpec};
use crate::partials::retractions::{Settled, retraction};

const STAGE: &str = "window";

/// Every measure of every table over the window, one figure a shop.
#[derive(Clone, Debug, Default)]
pub struct WindowSums(BTreeMap<&'static str, Vec<i64>>);

impl WindowSums {
    /// A measure, one figure a shop.
    ///
    /// # Errors
    /// A fault where no table declares it.
    pub fn measure(&self, name: &str) -> Outcome<&[i64]> {
        self.0.get(name).map(Vec::as_slice).ok_or_else(|| fault(STAGE, format!("no measure {name}")))
    }
}

/// Sums up the window for the shops `shop_ids`.
///
/// # Errors
/// Rejected where a total could pass 64 bits.
pub fn sum_up(partials: &[DailyPartial], settled: &Settled, shop_ids: &[i64]) -> Outcome<WindowSums> {
    let shops = DataFrame::new(
        shop_ids.len(),
        vec![Int64Chunked::from_slice("shop_id".into(), shop_ids).into_column()],
    )
    .map_err(|error| fault(STAGE, error))?;
    let mut sums = WindowSums::default();
    for spec in &measures::ALL {
        check_totals_fit(spec, partials)?;
        let joined = of_table(spec, partials, settled, shops.clone()).map_err(|error| fault(STAGE, error))?;
        for measure in spec.measures {
            let column = joined.column(measure.name).and_then(|column| column.i64());
            let column = column.map_err(|error| fault(STAGE, error))?;
            // A shop that the partials do not know has a count of nothing.
            sums.0.insert(measure.name, column.iter().map(Option::unwrap_or_default).collect());
        }
    }
    Ok(sums)
}

fn of_table(
    spec: &PartialSpec,
    partials: &[DailyPartial],
    settled: &Settled,
    shops: DataFrame,
) -> PolarsResult<DataFrame> {
    let names: Vec<&str> = spec.measures.iter().map(|measure| measure.name).collect();
    let columns = || [col("shop_id")].into_iter().chain(names.iter().map(|name| col(*name)));
    let mut frames = Vec::new();
    for partial in partials.iter().filter(|partial| partial.table == spec.table) {
        frames.push(partial.sums.clone().lazy().select(columns().collect::<Vec<_>>()));
        if let Some(taken_out) = settled.taken_out.get(&(partial.table, partial.day)) {
            frames.extend(retraction(partial, taken_out, &names)?.map(DataFrame::lazy));
        }
    }
    if frames.is_empty() {
        let nothing = names.iter().map(|name| lit(0_i64).alias(*name));
        return shops.lazy().with_columns(nothing.collect::<Vec<_>>()).collect();
    }
    let sums: Vec<Expr> = names.iter().map(|name| col(*name).sum()).collect();
    let by_shop = concat(frames, one_after_another())?.group_by([col("shop_id")]).agg(sums);
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

/// Sums of sums wrap silently in the engine below: the exact totals of each measure must fit.
fn check_totals_fit(spec: &PartialSpec, partials: &[DailyPartial]) -> Outcome<()> {
    for measure in spec.measures {
        let mut total: i128 = 0;
        for partial in partials.iter().filter(|partial| partial.table == spec.table) {
            let column = partial.sums.column(measure.name).and_then(|column| column.i64());
            let column = column.map_err(|error| fault(STAGE, error))?;
            total += i128::from(column.sum().unwrap_or_default());
        }
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
