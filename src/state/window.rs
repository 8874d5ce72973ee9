//! The window of the last night, one file a table, from which the next night rolls on.
//!
//! A window rolls where fewer table-days came or went than it has, and only from sums whose every table-day is known by
//! its version; else it is added up from scratch. Both give the same sums.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;
use crate::partials::measures::PartialSpec;
use crate::state::checksummed::{self, Content, STAGE};
use crate::state::frames;
use crate::state::store::Version;
use crate::window::{ShopIds, TableSums, UnknownRows, add_up, unknown_rows};

/// A table's sums over a window, and which table-days they are made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct RolledTable {
    /// The table-days by version.
    pub(crate) days: BTreeMap<Day, Version>,
    /// Their sums.
    pub(crate) table: TableSums,
}

#[derive(Serialize, Deserialize)]
struct Header {
    days: BTreeMap<Day, Version>,
    unknown: UnknownRows,
}

/// The window of a table that the last night left; none where there is nothing sound.
pub(crate) fn load(state: &Path, table: Table) -> Option<RolledTable> {
    let Content::Sound(bytes) = checksummed::read(&file(state, table)) else { return None };
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (header, rest) = bytes.split_at(end);
    let Header { days, unknown } = serde_json::from_slice(header).ok()?;
    let sums = frames::from_parquet(rest.get(1..)?.to_vec().into()).ok()?;
    Some(RolledTable { days, table: TableSums { sums, unknown } })
}

/// Leaves the window of a table for the next night.
pub(crate) fn save(state: &Path, table: Table, rolled: &RolledTable) -> Outcome<()> {
    let header = Header { days: rolled.days.clone(), unknown: rolled.table.unknown.clone() };
    let header = serde_json::to_vec(&header).map_err(|error| fault(STAGE, error))?;
    let sums = frames::to_parquet(&rolled.table.sums).map_err(|error| fault(STAGE, error))?;
    checksummed::write(&file(state, table), &[header.as_slice(), b"\n", &sums].concat())
}

fn file(state: &Path, table: Table) -> PathBuf {
    state.join("window").join(format!("{}.sealed", table.name()))
}

/// The window made of the table-days `days`, rolled on from `previous` where that is less work. `sums_of` gives the sums
/// of a table-day; where it has none for a day of the window, that day is returned instead.
///
/// # Errors
/// Rejected where a total could pass 64 bits.
pub(crate) fn roll(
    spec: &PartialSpec,
    previous: Option<RolledTable>,
    days: &BTreeMap<Day, Version>,
    known_shops: &ShopIds,
    sums_of: impl Fn(Day, &Version) -> Outcome<Option<DataFrame>>,
) -> Outcome<RolledTable> {
    if let Some(previous) = previous.filter(|previous| is_less_work(previous, days))
        && let Some(rolled) = roll_on(spec, previous, days, known_shops, &sums_of)?
    {
        return Ok(rolled);
    }
    let mut plus = Vec::with_capacity(days.len());
    let mut unknown = UnknownRows::new();
    for (day, version) in days {
        let Some(sums) = sums_of(*day, version)? else {
            return Err(fault(STAGE, format!("no sums of {day}")));
        };
        unknown.insert(*day, unknown_rows(&sums, known_shops)?);
        plus.push(sums);
    }
    let sums = add_up(spec, &plus, &[])?;
    Ok(RolledTable { days: days.clone(), table: TableSums { sums, unknown } })
}

fn is_less_work(previous: &RolledTable, days: &BTreeMap<Day, Version>) -> bool {
    let came = days.iter().filter(|(day, version)| previous.days.get(day) != Some(version)).count();
    let went = previous.days.iter().filter(|(day, version)| days.get(day) != Some(version)).count();
    came + went < days.len()
}

/// The window rolled on; none where a table-day is not stored any more, or a shop left the snapshot.
fn roll_on(
    spec: &PartialSpec,
    previous: RolledTable,
    days: &BTreeMap<Day, Version>,
    known_shops: &ShopIds,
    sums_of: &impl Fn(Day, &Version) -> Outcome<Option<DataFrame>>,
) -> Outcome<Option<RolledTable>> {
    if !knows_all_unknown(&previous.table, known_shops)? {
        return Ok(None);
    }
    let mut unknown = previous.table.unknown;
    let mut minus = Vec::new();
    for (day, version) in previous.days.iter().filter(|(day, version)| days.get(day) != Some(version)) {
        let Some(sums) = sums_of(*day, version)? else { return Ok(None) };
        unknown.remove(day);
        minus.push(sums);
    }
    unknown.values_mut().for_each(|rows| rows.retain(|shop, _| !known_shops.contains(shop)));
    if minus.is_empty() && previous.days.len() == days.len() {
        return Ok(Some(RolledTable {
            days: previous.days,
            table: TableSums { sums: previous.table.sums, unknown },
        }));
    }
    let mut plus = vec![previous.table.sums];
    for (day, version) in days.iter().filter(|(day, version)| previous.days.get(day) != Some(version)) {
        let Some(sums) = sums_of(*day, version)? else { return Ok(None) };
        unknown.insert(*day, unknown_rows(&sums, known_shops)?);
        plus.push(sums);
    }
    let sums = add_up(spec, &plus, &minus)?;
    Ok(Some(RolledTable { days: days.clone(), table: TableSums { sums, unknown } }))
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
    use polars::prelude::*;

    use super::*;
    use crate::extracts::readable::day;
    use crate::partials::measures;

    fn spec() -> &'static PartialSpec {
        measures::of(Table::Disputes).unwrap()
    }

    fn versions(days: &[(&str, &str)]) -> BTreeMap<Day, Version> {
        let version =
            |fingerprint: &str| Version { fingerprint: fingerprint.to_owned(), ..Version::default() };
        days.iter().map(|(on, fingerprint)| (day(on), version(fingerprint))).collect()
    }

    /// Sums whose version says which shop has how many: `1:5` is shop 1 with 5 rows.
    fn sums_of(_: Day, version: &Version) -> Option<DataFrame> {
        let (shop, rows) = version.fingerprint.split_once(':')?;
        let (shop, rows) = ([shop.parse::<i64>().unwrap()], [rows.parse::<i64>().unwrap()]);
        df!("shop_id" => shop, "disputes_at_fault" => rows, "rows" => rows).ok()
    }

    fn rolled(previous: Option<RolledTable>, days: &[(&str, &str)], known: &[i64]) -> RolledTable {
        let known = known.iter().copied().collect();
        roll(spec(), previous, &versions(days), &known, |day, version| Ok(sums_of(day, version))).unwrap()
    }

    /// Shops with rows and unknown rows by day, as a text.
    fn shown(rolled: &RolledTable) -> String {
        let sums = rolled.table.sums.sort(["shop_id"], SortMultipleOptions::new()).unwrap();
        let shops = sums.column("shop_id").unwrap().i64().unwrap().iter().flatten();
        let rows = sums.column("rows").unwrap().i64().unwrap().iter().flatten();
        let unknown: Vec<_> = rolled.table.unknown.iter().filter(|(_, rows)| !rows.is_empty()).collect();
        format!("{:?} {unknown:?}", shops.zip(rows).collect::<Vec<_>>())
    }

    const FIRST: [(&str, &str); 3] = [("2022-03-01", "1:5"), ("2022-03-02", "2:7"), ("2022-03-03", "1:1")];
    const NEXT: [(&str, &str); 3] = [("2022-03-02", "2:7"), ("2022-03-03", "1:1"), ("2022-03-04", "3:9")];

    #[test]
    fn a_window_rolled_on_is_the_window_from_scratch() {
        for known in [&[1_i64, 2, 3] as &[i64], &[1, 3], &[2]] {
            let first = rolled(None, &FIRST, known);
            assert_eq!(
                shown(&rolled(Some(first), &NEXT, known)),
                shown(&rolled(None, &NEXT, known)),
                "{known:?}"
            );
        }
    }

    #[test]
    fn a_changed_day_in_the_middle_is_taken_back_and_added_anew() {
        let changed = [FIRST[0], ("2022-03-02", "2:8"), FIRST[2]];
        let first = rolled(None, &FIRST, &[1, 2]);
        assert_eq!(shown(&rolled(Some(first), &changed, &[1, 2])), shown(&rolled(None, &changed, &[1, 2])));
    }

    #[test]
    fn shops_that_join_or_leave_the_snapshot_are_counted_as_from_scratch() {
        for (before, after) in [(&[1_i64][..], &[1_i64, 2][..]), (&[1, 2], &[1]), (&[], &[1, 2, 3])] {
            let first = rolled(None, &FIRST, before);
            assert_eq!(shown(&rolled(Some(first), &NEXT, after)), shown(&rolled(None, &NEXT, after)));
        }
    }

    #[test]
    fn a_day_whose_sums_are_gone_is_named() {
        let days = versions(&[("2022-03-01", "1:5"), ("2022-03-02", "gone")]);
        let outcome =
            roll(spec(), None, &days, &ShopIds::default(), |day, version| Ok(sums_of(day, version)));
        assert!(outcome.unwrap_err().to_string().contains("2022-03-02"));
        let first = rolled(None, &FIRST, &[1, 2]);
        let mut previous = first;
        previous
            .days
            .insert(day("2022-03-01"), Version { fingerprint: "gone".to_owned(), ..Version::default() });
        assert_eq!(shown(&rolled(Some(previous), &NEXT, &[1, 2])), shown(&rolled(None, &NEXT, &[1, 2])));
    }

    #[test]
    fn a_window_is_left_for_the_next_night() {
        let state = tempfile::tempdir().unwrap();
        let first = rolled(None, &FIRST, &[1]);
        save(state.path(), Table::Disputes, &first).unwrap();
        let loaded = load(state.path(), Table::Disputes).unwrap();
        assert_eq!((loaded.days.clone(), shown(&loaded)), (first.days.clone(), shown(&first)));
        assert!(load(state.path(), Table::Reviews).is_none());
    }
}
