//! The sums of one table over a window: added up, or rolled on from those of the last window.
//!
//! Grain in: the sums of table-days. Grain out: one row for every shop that has rows in the window, with the table's measures
//! and `rows`, in no order. A window rolls where fewer table-days came or went than it has, and only from sums whose every
//! table-day is known by its version; else it is added up from scratch. Both give the same sums.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::columns::{by_group, check_fits, integers, of_integers, total};
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::partials::daily::Version;
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

/// The table-days of a window.
type Days = BTreeMap<Day, Version>;

/// A table's sums over a window, and which table-days they are made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct RolledTable {
    pub(crate) days: Days,
    pub(crate) table: TableSums,
}

/// The window made of `days`, rolled on from `previous` where that is less work. `sums_of` has the sums of every one of the
/// `days` (it is a fault where one lacks), and of days that left the window as far as they are still stored.
pub(crate) fn roll(
    spec: &PartialSpec,
    previous: Option<RolledTable>,
    days: &Days,
    known_shops: &ShopIds,
    sums_of: impl Fn(Day, &Version) -> Outcome<Option<DataFrame>>,
) -> Outcome<RolledTable> {
    let (mut start, mut gone) = (RolledTable::default(), Vec::new());
    start.table.sums = add_up(spec, &[], &[])?;
    let is_less_work = |before: &Days| only_in(days, before).count() + only_in(before, days).count() < days.len();
    if let Some(previous) = previous.filter(|previous| is_less_work(&previous.days))
        && knows_all_unknown(&previous.table, known_shops)?
        && let Some(sums) =
            only_in(&previous.days, days).map(|(day, version)| sums_of(*day, version)).collect::<Outcome<_>>()?
    {
        (start, gone) = (previous, sums);
    }
    let RolledTable { days: before, table: TableSums { sums, mut unknown } } = start;
    unknown.retain(|day, _| days.get(day) == before.get(day));
    unknown.values_mut().for_each(|rows| rows.retain(|shop, _| !known_shops.contains(shop)));
    let mut plus = vec![sums];
    for (day, version) in only_in(days, &before) {
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

/// The table-days of one window that another does not have, or has in another version.
fn only_in<'a>(days: &'a Days, others: &'a Days) -> impl Iterator<Item = (&'a Day, &'a Version)> {
    days.iter().filter(|(day, version)| others.get(day) != Some(version))
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

/// Adds up table-days: those of `plus`, less those of `minus`, which are among them; rejects totals beyond 64 bits.
pub(crate) fn add_up(spec: &PartialSpec, plus: &[DataFrame], minus: &[DataFrame]) -> Outcome<DataFrame> {
    for measure in spec.measures {
        // Only the exact total must fit: a sum on the way there wraps there and back.
        let totals = |frames: &[DataFrame]| frames.iter().map(|frame| total(STAGE, frame, measure.name)).sum();
        let (plus, minus): (Outcome<i128>, Outcome<i128>) = (totals(plus), totals(minus));
        check_fits(STAGE, measure.name, plus? - minus?, "over the window")?;
    }
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

/// The rows of shops outside `known`, by shop.
pub(crate) fn unknown_rows(sums: &DataFrame, known: &ShopIds) -> Outcome<BTreeMap<i64, i64>> {
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
    use crate::extracts::{readable::day, tables::Table};
    use crate::partials::measures;

    pub(in super::super) fn spec() -> &'static PartialSpec {
        measures::of(Table::Disputes).unwrap()
    }

    /// Disputes at fault of these shops on one day, as many as they have rows.
    pub(in super::super) fn disputes(figures: &[(i64, i64)]) -> DataFrame {
        let (shops, figures): (Vec<i64>, Vec<i64>) = figures.iter().copied().unzip();
        df!("shop_id" => shops, "disputes_at_fault" => figures.clone(), "rows" => figures).unwrap()
    }

    /// Shops with their disputes at fault and rows.
    fn by_shop(sums: &DataFrame) -> Vec<(i64, (i64, i64))> {
        let column = |name| integers(STAGE, sums, name).unwrap();
        let mut shops: Vec<_> = column("shop_id").zip(column("disputes_at_fault").zip(column(ROWS))).collect();
        shops.sort_unstable();
        shops
    }

    #[test]
    fn a_shop_whose_last_rows_left_the_window_is_forgotten() {
        let day = [disputes(&[(1, 3)])];
        assert_eq!(add_up(spec(), &day, &day).unwrap().height(), 0);
    }

    #[test]
    fn a_total_beyond_64_bits_is_refused_unless_the_day_that_leaves_makes_it_fit() {
        let [most, one] = [disputes(&[(1, i64::MAX)]), disputes(&[(1, 1)])];
        let failure = add_up(spec(), &[most.clone(), disputes(&[(2, 1)])], &[]).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        let rolled = add_up(spec(), &[most.clone(), one], &[most]).unwrap();
        assert_eq!(by_shop(&rolled), [(1, (1, 1))]);
    }

    #[test]
    fn rows_of_shops_that_the_snapshot_does_not_have_are_counted_by_shop() {
        let sums = df!("shop_id" => [1_i64, 1, 2], "rows" => [4_i64, 5, 6]).unwrap();
        assert_eq!(unknown_rows(&sums, &ShopIds::from_iter([2])).unwrap(), [(1, 9)].into());
    }

    /// Days in March by the version of their sums: `1:5` is shop 1 with 5 rows.
    type March<'a> = &'a [(&'a str, &'a str)];

    const FIRST: [(&str, &str); 3] = [("2022-03-01", "1:5"), ("2022-03-02", "2:7"), ("2022-03-03", "1:1")];
    const NEXT: [(&str, &str); 3] = [("2022-03-02", "2:7"), ("2022-03-03", "1:1"), ("2022-03-04", "3:9")];

    fn versions(days: March<'_>) -> Days {
        let version = |fingerprint: &str| Version { fingerprint: fingerprint.to_owned(), ..Version::default() };
        days.iter().map(|(on, fingerprint)| (day(on), version(fingerprint))).collect()
    }

    fn rolled(previous: Option<RolledTable>, days: March<'_>, known: &[i64]) -> Outcome<RolledTable> {
        let sums_of = |_, version: &Version| {
            let sums = version.fingerprint.split_once(':');
            Ok(sums.map(|(shop, rows)| disputes(&[(shop.parse().unwrap(), rows.parse().unwrap())])))
        };
        roll(spec(), previous, &versions(days), &known.iter().copied().collect(), sums_of)
    }

    /// The days, the sums by shop, and the unknown rows by day, as a text.
    fn shown(rolled: Outcome<RolledTable>) -> String {
        let RolledTable { days, table: TableSums { sums, mut unknown } } = rolled.unwrap();
        unknown.retain(|_, rows| !rows.is_empty());
        format!("{:?} {:?} {unknown:?}", days.keys(), by_shop(&sums))
    }

    #[test]
    fn a_window_rolled_on_is_the_window_from_scratch() {
        let changed = [FIRST[0], ("2022-03-02", "2:8"), FIRST[2]];
        let cases: [(&str, March<'_>, &[i64], &[i64]); 9] = [
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
