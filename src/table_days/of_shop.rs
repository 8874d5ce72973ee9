//! The figures of one shop, day by day, as the state folder keeps them: what a published figure of a window adds up from.
//!
//! In: the table-days that a published night counted, with the rows of each. Out: for each the shop's sums of its measures, or
//! why they are not known; a shop without rows counted 0, and a day without a partition was counted with 0 rows. Appeals have
//! taken nothing out of them. Nothing is written, and nothing is computed again.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::columns::integers;
use crate::error::{Outcome, all, fault};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::TableDay;
use crate::state::store::{Found, Store};
use crate::table_days::STAGE;

/// Why the figures of a day are not known; in answers by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
pub(crate) enum WhyUnknown {
    /// The state folder does not keep the day (any more).
    #[strum(serialize = "not_stored")]
    NotStored,
    /// What it keeps of the day is not what was written.
    #[strum(serialize = "damaged")]
    Damaged,
    /// The day was delivered again since, or is read otherwise: it has other rows than the night counted.
    #[strum(serialize = "changed_since")]
    ChangedSince,
    /// Its extracts are gone.
    #[strum(serialize = "expired")]
    Expired,
}

impl WhyUnknown {
    /// The name in answers.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

/// What a shop's rows of one table-day add up to, by measure, and `rows`.
pub(crate) type DaySums = BTreeMap<&'static str, i64>;

/// The table-days of a window with what is known of a shop on each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShopDays(pub(crate) BTreeMap<TableDay, Result<DaySums, WhyUnknown>>);

/// What is stored of a shop on the table-days of a published night, each with as many rows as the night counted; of shops and
/// appeals there are no sums.
pub(crate) fn of_shop(store: &Store, shop_id: i64, published_rows: &BTreeMap<TableDay, i64>) -> Outcome<ShopDays> {
    let days: Vec<_> = published_rows.iter().filter_map(|(of, rows)| Some((measures::of(of.0)?, *of, *rows))).collect();
    let sums = days.into_par_iter().map(|(spec, of, rows)| Ok((of, of_day(store, shop_id, spec, (of, rows))?)));
    Ok(ShopDays(all(sums.collect::<Vec<_>>())?.into_iter().collect()))
}

fn of_day(
    store: &Store,
    shop_id: i64,
    spec: &PartialSpec,
    (of, rows): (TableDay, i64),
) -> Outcome<Result<DaySums, WhyUnknown>> {
    if rows == 0 {
        // Nothing happened, with a partition or without one.
        return Ok(Ok(spec.figures().into_iter().map(|figure| (figure, 0)).collect()));
    }
    let stored = match store.peek(of) {
        Found::Nothing => return Ok(Err(WhyUnknown::NotStored)),
        Found::Damaged => return Ok(Err(WhyUnknown::Damaged)),
        Found::Described(stored) => stored,
    };
    if stored.counts.rows != rows {
        return Ok(Err(WhyUnknown::ChangedSince));
    }
    match store.peek_integers(of, &stored.version) {
        Some(sums) => shop_sums(&sums, shop_id, spec).map(Ok),
        // A night may have stored another version meanwhile.
        None if store.peek(of) != Found::Described(stored) => Ok(Err(WhyUnknown::ChangedSince)),
        None => Ok(Err(WhyUnknown::Damaged)),
    }
}

/// The rows of a shop added up: payments have one for each category of goods.
fn shop_sums(sums: &DataFrame, shop_id: i64, spec: &PartialSpec) -> Outcome<DaySums> {
    let shops = integers(STAGE, sums, "shop_id")?;
    let rows: Vec<usize> = shops.enumerate().filter(|(_, shop)| *shop == shop_id).map(|(row, _)| row).collect();
    let of_figure = |name: &'static str| {
        let column = sums.column(name).and_then(|column| column.i64()).map_err(|error| fault(STAGE, error))?;
        let figures = rows.iter().map(|row| column.get(*row).ok_or_else(|| fault(STAGE, format!("no {name}"))));
        let figures = figures.collect::<Outcome<Vec<i64>>>()?.into_iter();
        let sum = figures.into_iter().try_fold(0, i64::checked_add);
        Ok((name, sum.ok_or_else(|| fault(STAGE, format!("a sum of {name} that 64 bits do not hold")))?))
    };
    spec.figures().into_iter().map(of_figure).collect()
}

impl ShopDays {
    /// What a measure adds up to over the window, with nothing taken out; none where one of its table's days is not known.
    pub(crate) fn total(&self, measure: &str) -> Option<i64> {
        let spec = measures::ALL.iter().find(|spec| spec.figures().contains(&measure) && measure != measures::ROWS)?;
        let days = self.0.iter().filter(|((table, _), _)| *table == spec.table);
        days.map(|(_, sums)| sums.as_ref().ok()?.get(measure).copied())
            .try_fold(0, |sum, day| i64::checked_add(sum, day?))
    }

    /// The days whose figures are not known, and why.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = (TableDay, WhyUnknown)> {
        self.0.iter().filter_map(|(of, sums)| Some((*of, *sums.as_ref().err()?)))
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;
    use crate::extracts::quarantine::Counts;
    use crate::extracts::{readable::day, tables::Table};
    use crate::state::day_content::DayContent;
    use crate::state::rehearsal::Keeping;
    use crate::state::store::{Stored, Version};

    fn stored(of: TableDay, rows: i64) -> Stored {
        let version = Version { fingerprint: "f".to_owned(), ..Version::default() };
        let counts = Counts { rows, ..Counts::nothing(of.0, of.1) };
        Stored { counts, quarantine: Vec::new(), basis: String::new(), inputs: Vec::new(), version }
    }

    #[test]
    fn a_shops_days_are_those_that_are_stored_and_of_the_others_it_is_said_why_not() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path(), false, Keeping::InState).unwrap();
        let days =
            ["2022-03-11", "2022-03-12", "2022-03-13", "2022-03-14", "2022-03-15"].map(|on| (Table::Payments, day(on)));
        let sums = df!("shop_id" => [1_i64, 2, 1], "category" => ["a", "a", "b"], "payments" => [3_i64, 4, 5],
            "amount_fen" => [30_i64, 40, 50], "rows" => [3_i64, 4, 5])
        .unwrap();
        for of in &days[..3] {
            store.put(&DayContent::Sums(sums.clone()), stored(*of, 12)).unwrap();
        }
        std::fs::write(state.path().join("partials/payments/2022-03-13-f.parquet"), "damaged").unwrap();
        let rows = days.into_iter().zip([12, 11, 12, 12, 0]).collect();
        let of = |shop| of_shop(&store, shop, &rows).unwrap();
        let shown = of(1).0.into_values().map(|sums| sums.map(|sums| [sums["payments"], sums["amount_fen"]]));
        let unknown = [WhyUnknown::ChangedSince, WhyUnknown::Damaged, WhyUnknown::NotStored].map(Err);
        assert_eq!(shown.collect::<Vec<_>>(), [vec![Ok([8, 80])], unknown.to_vec(), vec![Ok([0, 0])]].concat());
        assert_eq!((of(1).total("payments"), of(1).unknown().count()), (None, 3));
        let known = ShopDays(of(9).0.into_iter().take(1).collect());
        assert_eq!((known.total("payments"), known.total("disputes_at_fault")), (Some(0), Some(0)));
    }
}
