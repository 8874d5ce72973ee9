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
        // A bare literal takes the narrowest type that holds it.
        let nothing = names.iter().map(|name| lit(0_i64).cast(DataType::Int64).alias(*name));
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::extracts::quarantine::Counts;
    use crate::extracts::readable::day;
    use crate::extracts::tables::Table;
    use crate::partials::daily::RECORD_ID;

    /// Disputes at fault of shops 1 and 2 on one day, and a record of shop 1 that added one of them.
    fn disputes(on: &str, figures: [i64; 2]) -> DailyPartial {
        let day = day(on);
        DailyPartial {
            table: Table::Disputes,
            day,
            sums: df!("shop_id" => [1_i64, 2], "disputes_at_fault" => figures, "rows" => figures).unwrap(),
            records: df!(RECORD_ID => [7_i64], "shop_id" => [1_i64], "disputes_at_fault" => [1_i64]).ok(),
            counts: Counts::nothing(Table::Disputes, day),
            quarantine: Vec::new(),
        }
    }

    fn at_fault(partials: &[DailyPartial], settled: &Settled, shops: &[i64]) -> Vec<i64> {
        sum_up(partials, settled, shops).unwrap().measure("disputes_at_fault").unwrap().to_vec()
    }

    #[test]
    fn days_add_up_in_the_order_of_the_shops_and_a_shop_without_records_counts_0() {
        let days = [disputes("2022-03-14", [3, 4]), disputes("2022-03-15", [10, 20])];
        assert_eq!(at_fault(&days, &Settled::default(), &[2, 1, 9]), [24, 13, 0]);
        assert_eq!(at_fault(&[], &Settled::default(), &[2, 1]), [0, 0]);
    }

    #[test]
    fn a_record_that_an_upheld_appeal_takes_out_leaves_its_own_day_once() {
        let days = [disputes("2022-03-14", [3, 4]), disputes("2022-03-15", [10, 20])];
        let of_day = (Table::Disputes, day("2022-03-14"));
        let settled = Settled { taken_out: [(of_day, BTreeSet::from([7]))].into(), ..Settled::default() };
        assert_eq!(at_fault(&days, &settled, &[1, 2]), [12, 24]);
    }

    #[test]
    fn a_total_beyond_64_bits_is_refused() {
        let days = [disputes("2022-03-14", [i64::MAX, 0]), disputes("2022-03-15", [1, 0])];
        let failure = sum_up(&days, &Settled::default(), &[1]).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
    }
}
