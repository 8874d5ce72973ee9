//! The law of limited memory: the shares that a table-day is dealt out in add up to the table-day.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::FEW;
use crate::support::library::{
    Coverage, DailyPartial, Selection, Share, Source, Wanted, contract, coverage, daily, decode, delivery, listing,
    measures, sum_up, together,
};
use crate::support::marketplaces::marketplaces;
use crate::support::runner::cases;
use crate::support::{AS_OF, Bench, day};

/// What a partial says besides its sums, its quarantined rows in an order of their own.
fn shown(partial: &DailyPartial) -> String {
    let DailyPartial { counts, quarantine, records, .. } = partial;
    let mut quarantine = quarantine.clone();
    quarantine.sort_unstable();
    format!("{counts:?}\n{quarantine:?}\n{records:?}")
}

proptest! {
    #![proptest_config(cases(FEW))]

    #[test]
    fn the_shares_of_a_day_add_up_to_the_day(marketplace in marketplaces(), of in 2_u64..6) {
        let bench = Bench::of(marketplace);
        let coverage = Coverage { history_starts_on: Some(day(AS_OF).plus(1)), ..coverage() };
        let custom_made = BTreeSet::from(["全屋定制".to_owned()]);
        let delivery = delivery(&bench.path("extracts"));
        for partition in contract::check(listing::list(&delivery, coverage).unwrap(), &delivery).unwrap() {
            let Some(spec) = measures::of(partition.table) else { continue };
            let wanted = daily::Wanted { spec, custom_made: &custom_made, with_records: spec.has_records() };
            let partial = |rows| {
                let selection = Selection { rows, ..Selection::default() };
                sum_up((partition.table, partition.day), wanted, |consume| {
                    decode(&partition, Source::Files, &selection, consume)
                })
            };
            let whole = partial(Wanted::All).unwrap();
            let shares = (0..of).map(|place| partial(Wanted::Share(Share { place, of })));
            let shares = together(spec, shares).unwrap();
            prop_assert_eq!(shown(&whole), shown(&shares), "{}", partition.table.name());
            prop_assert!(whole.sums.equals(&shares.sums), "{} {} {}", partition.table.name(), whole.sums, shares.sums);
        }
    }
}
