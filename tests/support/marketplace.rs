//! Marketplaces as rows by table and day, among them the small sound one that refusals start from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Cell, Day, Row, Span, Table, at, batch, day, files, row};

/// The day that the tests score.
pub(crate) const AS_OF: &str = "2022-03-15";
/// A day in the middle of its window.
pub(crate) const A_DAY: &str = "2022-03-14";
/// How many days a window has, where nothing else is said: few, so that a test stays quick.
pub(crate) const WINDOW_DAYS: i32 = 3;

const SHOPS: [(i64, &str); 5] = [(1, "茶"), (2, "茶"), (3, "茶"), (4, "女装/女士精品"), (5, "女装/女士精品")];

/// The rows of every partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marketplace {
    pub(crate) rows: BTreeMap<(Table, Day), Vec<Row>>,
}

impl Marketplace {
    /// Five shops in two categories, every day of the window alike, no row that breaks a rule.
    pub(crate) fn sound() -> Self {
        Self::sound_over(WINDOW_DAYS)
    }

    /// As [`Marketplace::sound`], over a window of that many days.
    pub(crate) fn sound_over(window_days: i32) -> Self {
        Self::sound_in(Span::ending(day(AS_OF), window_days), day(AS_OF))
    }

    /// As [`Marketplace::sound`], over these days, with a shop snapshot of this one.
    pub(crate) fn sound_in(days: Span, snapshot: Day) -> Self {
        let mut marketplace = Self::default();
        let shops = SHOPS.map(|(shop, category)| shop_row(shop, category));
        marketplace.rows.insert((Table::Shops, snapshot), shops.to_vec());
        for day in days.days() {
            for table in Table::ALL.into_iter().filter(|table| *table != Table::Shops) {
                let rows = SHOPS.into_iter().flat_map(|(shop, category)| rows_of(table, day, shop, category));
                marketplace.rows.insert((table, day), rows.collect());
            }
        }
        marketplace
    }

    /// Writes every partition as one file.
    pub(crate) fn write(&self, extracts: &Path) {
        for ((table, day), rows) in &self.rows {
            let folder = partition(extracts, *table, *day);
            files::write(&folder.join("part-0.parquet"), &batch(*table, rows));
        }
    }
}

/// The folder of a partition.
pub(crate) fn partition(extracts: &Path, table: Table, day: Day) -> PathBuf {
    extracts.join(table.name()).join(format!("dt={day}"))
}

pub(crate) fn shop_row(shop: i64, category: &str) -> Row {
    row![shop, "店", category, Cell::Null, day("2020-01-01"), Cell::Null]
}

pub(crate) fn payment(order: i64, shop: i64, amount_fen: i64, paid_at: Cell) -> Row {
    row![order, shop, "茶", amount_fen, paid_at]
}

/// What one shop adds to one table-day; shops differ, so that they rank.
fn rows_of(table: Table, day: Day, shop: i64, category: &str) -> Vec<Row> {
    let order = 10 * shop;
    let picked_up_at = if shop % 2 == 0 { at(day, "17:00") } else { Cell::Null };
    match table {
        Table::Shops => vec![],
        Table::Payments => {
            vec![
                row![order, shop, category, 9_900, at(day, "10:00")],
                row![order + 1, shop, category, 100, at(day, "23:59:59")],
            ]
        }
        Table::Pickups => vec![row![order, shop, category, at(day, "18:00"), picked_up_at, false]],
        Table::Reviews => vec![row![order, order, shop, shop, Cell::Null, at(day, "20:00")]],
        Table::Refunds => vec![
            row![order, order, shop, "refund_only", "in_sale", at(day, "11:00"), at(day, "12:00"), true],
            row![order + 1, order, shop, "return_refund", "after_sale", at(day, "11:00"), at(day, "15:00"), true],
        ],
        Table::Disputes => vec![row![order, order, shop, "seller", shop % 2 == 0, at(day, "13:00")]],
        Table::Consultations => vec![row![shop, 1, 7, at(day, "09:00"), shop % 2 == 1, Cell::Null]],
        Table::Appeals => vec![row![order, shop, "dispute", order, day, shop == 4, at(day, "21:00")]],
    }
}
