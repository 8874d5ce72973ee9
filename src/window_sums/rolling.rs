//! The sums of a table's window, rolled on from those of the last window.
//!
//! Grain in: the last window, and the sums of table-days. Grain out: one table's sums. A window rolls where fewer table-days
//! came or went than it has, and only from sums whose every table-day is known by its version; else it is added up from
//! scratch. Both give the same sums.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::partials::measures::PartialSpec;
use crate::partials::version::Version;
use crate::window_sums::STAGE;
use crate::window_sums::tables::{ShopIds, TableSums, add_up, unknown_rows};

/// A table's sums over a window, and which table-days they are made of.
#[derive(Clone, Debug, Default)]
pub struct RolledTable {
    /// The table-days by version.
    pub days: BTreeMap<Day, Version>,
    /// Their sums.
    pub table: TableSums,
}

/// The window made of `days`, rolled on from `previous` where that is less work. `sums_of` has the sums of every one of the
/// `days`, and of days that left the window as far as they are still stored.
///
/// # Errors
/// Those of `sums_of`; rejected where a total could pass 64 bits; a fault where `sums_of` lacks one of the `days`.
pub fn roll(
    spec: &PartialSpec,
    previous: Option<RolledTable>,
    days: &BTreeMap<Day, Version>,
    known_shops: &ShopIds,
    sums_of: impl Fn(Day, &Version) -> Outcome<Option<DataFrame>>,
) -> Outcome<RolledTable> {
    let (mut start, mut gone) = (RolledTable::default(), Vec::new());
    start.table.sums = add_up(spec, &[], &[])?;
    if let Some(previous) = previous.filter(|previous| is_less_work(previous, days))
        && knows_all_unknown(&previous.table, known_shops)?
        && let Some(sums) = sums_of_gone(&previous, days, &sums_of)?
    {
        (start, gone) = (previous, sums);
    }
    let RolledTable { days: before, table: TableSums { sums, mut unknown } } = start;
    unknown.retain(|day, _| days.get(day) == before.get(day));
    unknown.values_mut().for_each(|rows| rows.retain(|shop, _| !known_shops.contains(shop)));
    let mut plus = vec![sums];
    for (day, version) in days.iter().filter(|(day, version)| before.get(day) != Some(version)) {
        let lacking = || fault(STAGE, format!("no sums of {} of {day}", spec.table.name()));
        let sums = sums_of(*day, version)?.ok_or_else(lacking)?;
        unknown.insert(*day, unknown_rows(&sums, known_shops)?);
        plus.push(sums);
    }
    let sums = match (plus.as_slice(), gone.as_slice()) {
        ([unchanged], []) => unchanged.clone(),
        (plus, minus) => add_up(spec, plus, minus)?,
    };
    Ok(RolledTable { days: days.clone(), table: TableSums { sums, unknown } })
}

fn is_less_work(previous: &RolledTable, days: &BTreeMap<Day, Version>) -> bool {
    let came = days.iter().filter(|(day, version)| previous.days.get(day) != Some(version)).count();
    came + gone_from(previous, days).count() < days.len()
}

/// The table-days that left the window, or changed.
fn gone_from<'a>(
    previous: &'a RolledTable,
    days: &'a BTreeMap<Day, Version>,
) -> impl Iterator<Item = (&'a Day, &'a Version)> {
    previous.days.iter().filter(|(day, version)| days.get(day) != Some(version))
}

/// The sums of the table-days that left the window, or changed; none where one is not stored any more.
fn sums_of_gone(
    previous: &RolledTable,
    days: &BTreeMap<Day, Version>,
    sums_of: impl Fn(Day, &Version) -> Outcome<Option<DataFrame>>,
) -> Outcome<Option<Vec<DataFrame>>> {
    gone_from(previous, days).map(|(day, version)| sums_of(*day, version)).collect()
}

/// Whether every row of a shop outside the snapshot was counted as such before: then no shop with rows left it since.
fn knows_all_unknown(table: &TableSums, known_shops: &ShopIds) -> Outcome<bool> {
    let mut counted: BTreeMap<i64, i64> = BTreeMap::new();
    for (shop, rows) in table.unknown.values().flatten() {
        *counted.entry(*shop).or_default() += rows;
    }
    let rows = unknown_rows(&table.sums, known_shops)?;
    Ok(rows.iter().all(|(shop, rows)| counted.get(shop) == Some(rows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ExitClass;
    use crate::extracts::readable::day;
    use crate::window_sums::tables::tests::{disputes, rows_by_shop, spec};

    /// Days in March by the version of their sums: `1:5` is shop 1 with 5 rows.
    type Days<'a> = &'a [(&'a str, &'a str)];

    const FIRST: [(&str, &str); 3] = [("2022-03-01", "1:5"), ("2022-03-02", "2:7"), ("2022-03-03", "1:1")];
    const NEXT: [(&str, &str); 3] = [("2022-03-02", "2:7"), ("2022-03-03", "1:1"), ("2022-03-04", "3:9")];

    fn versions(days: Days<'_>) -> BTreeMap<Day, Version> {
        let version = |fingerprint: &str| Version { fingerprint: fingerprint.to_owned(), ..Version::default() };
        days.iter().map(|(on, fingerprint)| (day(on), version(fingerprint))).collect()
    }

    fn rolled(previous: Option<RolledTable>, days: Days<'_>, known: &[i64]) -> Outcome<RolledTable> {
        let sums_of = |_, version: &Version| {
            let sums = version.fingerprint.split_once(':');
            Ok(sums.map(|(shop, rows)| disputes(&[(shop.parse().unwrap(), rows.parse().unwrap())])))
        };
        roll(spec(), previous, &versions(days), &known.iter().copied().collect(), sums_of)
    }

    /// Shops with rows and unknown rows by day, as a text.
    fn shown(rolled: Outcome<RolledTable>) -> String {
        let RolledTable { days, table: TableSums { sums, mut unknown } } = rolled.unwrap();
        unknown.retain(|_, rows| !rows.is_empty());
        format!("{:?} {:?} {unknown:?}", days.keys(), rows_by_shop(&sums))
    }

    #[test]
    fn a_window_rolled_on_is_the_window_from_scratch() {
        let changed = [FIRST[0], ("2022-03-02", "2:8"), FIRST[2]];
        let cases: [(&str, Days<'_>, &[i64], &[i64]); 9] = [
            ("all shops known", &NEXT, &[1, 2, 3], &[1, 2, 3]),
            ("one unknown", &NEXT, &[1, 3], &[1, 3]),
            ("two unknown", &NEXT, &[2], &[2]),
            ("a changed day in the middle is taken back and added anew", &changed, &[1, 2], &[1, 2]),
            ("a shop joins the snapshot", &NEXT, &[1], &[1, 2]),
            ("a shop leaves the snapshot", &NEXT, &[1, 2], &[1]),
            ("all shops join the snapshot", &NEXT, &[], &[1, 2, 3]),
            ("nothing is new", &FIRST, &[1], &[1]),
            ("nothing is left", &[], &[1], &[1]),
        ];
        for (case, days, before, after) in cases {
            let first = rolled(None, &FIRST, before).unwrap();
            assert_eq!(shown(rolled(Some(first), days, after)), shown(rolled(None, days, after)), "{case}");
        }
    }

    #[test]
    fn a_day_that_left_and_is_not_stored_any_more_makes_the_window_be_added_up_from_scratch() {
        let mut previous = rolled(None, &FIRST, &[1, 2]).unwrap();
        previous.days.extend(versions(&[("2022-03-01", "gone")]));
        assert_eq!(shown(rolled(Some(previous), &NEXT, &[1, 2])), shown(rolled(None, &NEXT, &[1, 2])));
    }

    #[test]
    fn a_day_of_the_window_without_sums_is_a_fault_that_names_it() {
        let first = rolled(None, &FIRST, &[1, 2]).unwrap();
        for previous in [None, Some(first)] {
            let days = [NEXT[0], NEXT[1], ("2022-03-04", "gone")];
            let failure = rolled(previous, &days, &[1, 2]).unwrap_err();
            assert_eq!(failure.class, ExitClass::Fault);
            assert!(failure.to_string().contains("disputes of 2022-03-04"), "{failure}");
        }
    }
}
