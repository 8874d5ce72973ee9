//! What a stored table-day depends on, in words of its own: one whose fingerprint holds need not be computed again.
//!
//! In: the table and its day, the settings and rules that reach into what is stored, the hashes of its part files. Out: 32
//! hexadecimal digits. The words are part of the state's format: names of Rust types, fields and variants and the program's
//! version do not occur in them, so that state outlives a release.

use std::collections::BTreeSet;

use crate::extracts::{delivery::Delivery, tables::Table};
use crate::partials::measures::{self, Condition, meaning};
use crate::partials::records::TableDay;
use crate::state::{rehearsal::Keeping, store::Store};
use crate::{domain::Day, error::Outcome, hashing::hash_of, rulebook::Rulebook, settings::Settings};

/// The settings and rules that a run goes by, and where what it makes for the next one goes.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) keeping: Keeping<'a>,
}

impl<'a> Terms<'a> {
    /// The table-days of earlier nights.
    pub(crate) fn store(self) -> Outcome<Store<'a>> {
        Store::open(&self.settings.state, self.settings.extracts_kept_days.is_some(), self.keeping)
    }
}

/// All that a table-day depends on besides its files.
#[derive(Clone, Debug)]
pub(crate) struct Dependencies {
    /// The categories made to order on the day.
    custom_made: BTreeSet<String>,
    basis: String,
}

impl Dependencies {
    pub(super) fn of((table, day): TableDay, terms: Terms<'_>) -> Self {
        let custom_made = terms.rulebook.custom_made.categories_on(day).into_iter().map(str::to_owned).collect();
        Self::new(table, day, &terms.settings.delivery, custom_made)
    }

    fn new(table: Table, day: Day, delivery: &Delivery, custom_made: BTreeSet<String>) -> Self {
        let basis = hash_of(described(table, day, delivery, &custom_made).as_bytes());
        Self { custom_made, basis }
    }

    /// The categories of goods that are made to order on the day.
    pub(super) fn custom_made(&self) -> &BTreeSet<String> {
        &self.custom_made
    }

    /// The hash of all of it.
    pub(crate) fn basis(&self) -> &str {
        &self.basis
    }

    /// Whether what is stored under this basis depends on the same.
    pub(crate) fn is_of(&self, basis: &str) -> bool {
        basis == self.basis
    }
}

/// The dependencies in words, one a line.
fn described(table: Table, day: Day, delivery: &Delivery, custom_made: &BTreeSet<String>) -> String {
    let mut lines = vec![format!("table {} {}", table.name(), meaning(table)), format!("day {day}")];
    lines.extend(delivery.described(table));
    if counts_custom_made(table) {
        lines.extend(custom_made.iter().map(|category| format!("custom_made {category}")));
    }
    lines.join("\n")
}

fn counts_custom_made(table: Table) -> bool {
    let measures = measures::of(table).map(|partial| partial.measures).unwrap_or_default();
    let mut conditions = measures.iter().flat_map(|measure| measure.conditions);
    conditions.any(|condition| matches!(condition, Condition::IsNotCustomMade(_)))
}

/// The fingerprint of a table-day with this `basis`, made of part files with these hashes, in whatever order.
pub(super) fn fingerprint<'a>(basis: &str, file_hashes: impl Iterator<Item = &'a str>) -> String {
    let mut sorted: Vec<&str> = file_hashes.collect();
    sorted.sort_unstable();
    hash_of(format!("{basis}\n{}", sorted.join("\n")).as_bytes())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::extracts::readable::day;
    use crate::zone::Zone;

    fn delivery(zone: &str) -> Delivery {
        Delivery::plain(Path::new("extracts"), Zone::named(zone).unwrap(), day("2000-01-01"))
    }

    fn of(table: Table, zone: &str, custom_made: &[&str]) -> Dependencies {
        let custom_made = custom_made.iter().map(|category| (*category).to_owned()).collect();
        Dependencies::new(table, day("2022-03-15"), &delivery(zone), custom_made)
    }

    /// A golden text: state that was stored under it serves only as long as it stays. It changes on purpose, with the number
    /// of its table's meaning, or never.
    #[test]
    fn the_words_are_those_that_state_was_stored_under() {
        let words = |table| {
            let custom_made = ["全屋定制".to_owned(), "定制".to_owned()].into();
            described(table, day("2022-03-15"), &delivery("Asia/Shanghai"), &custom_made)
        };
        assert_eq!(
            Table::ALL.map(words).join("\n\n"),
            "table shops 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01\n\n\
             table payments 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01\n\n\
             table pickups 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01\ncustom_made 全屋定制\ncustom_made 定制\n\n\
             table reviews 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01\n\n\
             table refunds 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01\n\n\
             table disputes 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01\n\n\
             table consultations 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01\n\n\
             table appeals 2\nday 2022-03-15\ntime_zone Asia/Shanghai\nearliest_day 2000-01-01"
        );
        assert_eq!(
            fingerprint(of(Table::Payments, "Asia/Shanghai", &[]).basis(), ["b", "a"].into_iter()),
            "2cae31da3714c33452bb194ea56f07b3"
        );
    }

    #[test]
    fn a_fingerprint_holds_whatever_the_order_of_the_files_and_for_no_other_files() {
        let of_files = |files: &[&str]| fingerprint("basis", files.iter().copied());
        assert_eq!(of_files(&["a", "b"]), of_files(&["b", "a"]));
        assert_ne!(of_files(&["a"]), of_files(&["a", "a"]));
        assert_ne!(of_files(&["a"]), of_files(&[]));
        assert_ne!(of_files(&["a"]), fingerprint("other", ["a"].into_iter()));
    }

    #[test]
    fn table_and_zone_reach_into_every_basis_and_what_is_made_to_order_into_that_of_pickups_only() {
        let one = of(Table::Reviews, "Asia/Shanghai", &[]);
        assert!(one.is_of(one.basis()));
        assert!(!one.is_of(of(Table::Refunds, "Asia/Shanghai", &[]).basis()));
        assert!(!one.is_of(of(Table::Reviews, "UTC", &[]).basis()));
        assert!(one.is_of(of(Table::Reviews, "Asia/Shanghai", &["全屋定制"]).basis()));
        let pickups = of(Table::Pickups, "UTC", &[]);
        assert!(!pickups.is_of(of(Table::Pickups, "UTC", &["全屋定制"]).basis()));
    }
}
