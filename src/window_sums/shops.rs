//! The sums of a window for the shops that are scored, less what appeals take out.
//!
//! Grain in: for each table one row a shop that has rows. Grain out: every measure, one figure a shop asked for. A shop without
//! a record counts 0 (specification, section 4).

use std::collections::BTreeMap;

use polars::prelude::*;
use rayon::prelude::*;

use crate::columns::integers;
use crate::error::{Outcome, all, fault};
use crate::extracts::tables::Table;
use crate::partials::measures::{self, PartialSpec};
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

    /// These sums; a measure that is not among them is none.
    #[cfg(test)]
    pub(crate) fn of_measures(measures: BTreeMap<&'static str, Vec<i64>>) -> Self {
        Self(measures)
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
    let places: PlHashMap<i64, usize> = shop_ids.iter().copied().zip(0..).collect();
    let of_tables = measures::ALL.par_iter().with_max_len(1).map(|spec| {
        let Some(table) = tables.get(&spec.table) else { return Ok(Vec::new()) };
        let frames = [&table.sums].into_iter().chain(taken_out.get(&spec.table).into_iter().flatten());
        added_up(spec, frames, &places)
    });
    let sums = all(of_tables.collect::<Vec<_>>())?;
    Ok(WindowSums(sums.into_iter().flatten().collect()))
}

/// The measures of a table, each one figure a place.
fn added_up<'a>(
    spec: &PartialSpec,
    frames: impl Iterator<Item = &'a DataFrame>,
    places: &PlHashMap<i64, usize>,
) -> Outcome<Vec<(&'static str, Vec<i64>)>> {
    // A shop that the window does not know has a count of nothing.
    let mut measures: Vec<_> = spec.measures.iter().map(|measure| (measure.name, vec![0; places.len()])).collect();
    for frame in frames {
        // Rows of shops that are not asked for have no place.
        let rows: Vec<Option<usize>> =
            integers(STAGE, frame, "shop_id")?.map(|shop| places.get(&shop).copied()).collect();
        for (name, sums) in &mut measures {
            for (place, figure) in rows.iter().zip(integers(STAGE, frame, name)?) {
                if let Some(sum) = place.and_then(|place| sums.get_mut(place)) {
                    let added: Option<i64> = i64::checked_add(*sum, figure);
                    *sum = added.ok_or_else(|| fault(STAGE, format!("a sum of {name} that 64 bits do not hold")))?;
                }
            }
        }
    }
    Ok(measures)
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
