//! What a daily partial depends on, as one hash: a partial whose fingerprint holds need not be computed again.
//!
//! In: the bytes of the part files, whatever their names and order, and all settings, rules and declarations that reach
//! into the figures. Out: 32 hexadecimal digits.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::Xxh3;

use crate::content::hash_of;
use crate::domain::Day;
use crate::extracts::schema::TableSpec;
use crate::partials::measures::{Condition, PartialSpec};
use crate::zone::Zone;

/// Rises whenever the code that makes a partial of the same inputs and declarations makes another one.
const FORMAT: u32 = 2;

/// The part of a fingerprint that does not come from the files: format, declarations, day, time zone, and the categories
/// made to order where they count.
pub fn basis(
    table: &TableSpec,
    day: Day,
    partial: Option<&PartialSpec>,
    zone: &Zone,
    custom_made: &BTreeSet<String>,
) -> String {
    let mut hasher = Xxh3::new();
    // The declarations in full: a changed row rule or measure changes the text.
    hasher.update(format!("{FORMAT}\n{table:?}\n{day}\n{partial:?}\n{}\n", zone.name()).as_bytes());
    let mut conditions =
        partial.into_iter().flat_map(|partial| partial.measures).flat_map(|measure| measure.conditions);
    if conditions.any(|condition| matches!(condition, Condition::IsNotCustomMade(_))) {
        hasher.update(format!("{custom_made:?}").as_bytes());
    }
    format!("{:032x}", hasher.digest128())
}

/// The fingerprint of a partial with this `basis`, made of files with these hashes.
pub fn fingerprint<'a>(basis: &str, file_hashes: impl Iterator<Item = &'a str>) -> String {
    let mut sorted: Vec<&str> = file_hashes.collect();
    sorted.sort_unstable();
    hash_of(format!("{basis}\n{}", sorted.join("\n")).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;
    use crate::extracts::tables::Table;
    use crate::partials::measures;

    fn of(table: Table, zone: &str, custom_made: &[&str], files: &[&str]) -> String {
        let custom_made = custom_made.iter().map(|category| (*category).to_owned()).collect();
        let zone = Zone::named(zone).unwrap();
        fingerprint(
            &basis(table.spec(), day("2022-03-15"), measures::of(table), &zone, &custom_made),
            files.iter().copied(),
        )
    }

    #[test]
    fn a_fingerprint_holds_whatever_the_order_of_the_files() {
        let one = of(Table::Reviews, "Asia/Shanghai", &[], &["a", "b"]);
        assert_eq!(one, of(Table::Reviews, "Asia/Shanghai", &[], &["b", "a"]));
        assert_eq!(one.len(), 32);
    }

    #[test]
    fn files_table_and_zone_reach_into_every_fingerprint() {
        let one = of(Table::Reviews, "Asia/Shanghai", &[], &["a"]);
        assert_ne!(one, of(Table::Reviews, "Asia/Shanghai", &[], &["a", "a"]));
        assert_ne!(one, of(Table::Reviews, "Asia/Shanghai", &[], &[]));
        assert_ne!(one, of(Table::Refunds, "Asia/Shanghai", &[], &["a"]));
        assert_ne!(one, of(Table::Reviews, "UTC", &[], &["a"]));
    }

    #[test]
    fn what_is_made_to_order_reaches_into_pickups_only() {
        let with = |table, custom_made: &[&str]| of(table, "UTC", custom_made, &["a"]);
        assert_ne!(with(Table::Pickups, &["全屋定制"]), with(Table::Pickups, &[]));
        assert_eq!(with(Table::Reviews, &["全屋定制"]), with(Table::Reviews, &[]));
    }
}
