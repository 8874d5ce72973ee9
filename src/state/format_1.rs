//! State of format 1: what its descriptions say that a table-day depends on.
//!
//! Release 0.1.0 hashed the declarations of its tables as the compiler showed them; they are kept here as they were then, since
//! a day whose extracts have expired is known by them alone. Nothing else of format 1 differs from format 2.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::Xxh3;

use crate::{domain::Day, extracts::tables::Table, zone::Zone};

/// A line a table: its name, whether goods made to order count in it, its columns and its measures.
const DECLARATIONS: &str = include_str!("format_1_declarations.tsv");

/// The basis that a table-day had under the same settings and rules; empty, and so no one's, for a table that it did not know.
pub(crate) fn basis(table: Table, day: Day, zone: &Zone, custom_made: &BTreeSet<String>) -> String {
    let of_table = |line: &&str| line.split('\t').next() == Some(table.name());
    let declared = DECLARATIONS.lines().find(of_table).map(|line| line.split('\t').collect::<Vec<_>>());
    let Some([_, counts_custom_made, columns, partial]) = declared.as_deref() else { return String::new() };
    let mut hasher = Xxh3::new();
    hasher.update(format!("2\n{columns}\n{day}\n{partial}\n{}\n", zone.name()).as_bytes());
    if *counts_custom_made == "custom_made" {
        hasher.update(format!("{custom_made:?}").as_bytes());
    }
    format!("{:032x}", hasher.digest128())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::{day, shanghai};

    /// What release 0.1.0 wrote.
    #[test]
    fn a_basis_is_what_the_release_before_gave_a_table_day() {
        let custom_made = ["全屋定制".to_owned(), "定制".to_owned()].into();
        let written = [
            (Table::Shops, "895af7070ff78b86a04859157ef74083"),
            (Table::Payments, "6a47909a444a45b0eb095fe2becf6aa3"),
            (Table::Pickups, "05a84d9ca22eff0c42d7100a3f951d44"),
            (Table::Reviews, "495b1d4cd2950c14bcc709f309700fa6"),
            (Table::Refunds, "6193fad224af14dc7382feaaca692012"),
            (Table::Disputes, "28a2d6adce5f7e0e32596f4737db9da4"),
            (Table::Consultations, "121cc36c4a798a2b4f2e27f08f185429"),
            (Table::Appeals, "c547737855f1662635f039ddf1b5bdbb"),
        ];
        for (table, wanted) in written {
            assert_eq!(basis(table, day("2022-03-15"), &shanghai(), &custom_made), wanted, "{table:?}");
        }
    }
}
