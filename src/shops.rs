//! The shop snapshot: who there is, in which category, and who is present on the as-of day.
//!
//! Grain in: the sound rows of the newest snapshot. Grain out: one shop each, sorted by id. The snapshot decides category
//! and presence for the whole window (specification, sections 2 and 6).

use crate::domain::Day;
use crate::extracts::row_rules::Verdicts;
use crate::extracts::rows::{ColumnData, Rows};

/// A shop 商家, as the snapshot has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its id.
    pub shop_id: i64,
    /// Its name.
    pub name: String,
    /// Its primary category 主营类目.
    pub primary_category: String,
    /// Its primary subcategory, if it has one.
    pub primary_subcategory: Option<String>,
    /// The day it joined.
    pub joined_on: Day,
    /// The day it applied to end its contract, if it did.
    pub terminated_on: Option<Day>,
}

impl Shop {
    /// Whether it is there on `day`: it has joined, and has not applied to leave by then.
    pub fn is_present_on(&self, day: Day) -> bool {
        self.joined_on <= day && self.terminated_on.is_none_or(|terminated_on| terminated_on > day)
    }
}

/// The sound shops of a snapshot, sorted by id.
pub fn of_snapshot(rows: &Rows, verdicts: &Verdicts) -> Vec<Shop> {
    let mut shops: Vec<Shop> =
        (0..rows.count).filter(|row| verdicts.is_sound(*row)).filter_map(|row| shop(rows, row)).collect();
    shops.sort_unstable_by_key(|shop| shop.shop_id);
    shops
}

fn shop(rows: &Rows, row: usize) -> Option<Shop> {
    let text = |name: &str| rows.column(name).and_then(|column| text_of(rows, column, row));
    let date = |name: &str| {
        let column = rows.column(name).filter(|column| column.is_valid(row))?;
        column.dates().get(row).copied().map(Day::from_epoch_days)
    };
    Some(Shop {
        shop_id: *rows.column("shop_id")?.integers().get(row)?,
        name: text("shop_name")?,
        primary_category: text("primary_category")?,
        primary_subcategory: text("primary_subcategory"),
        joined_on: date("joined_on")?,
        terminated_on: date("terminated_on"),
    })
}

fn text_of(rows: &Rows, column: &ColumnData, row: usize) -> Option<String> {
    column
        .is_valid(row)
        .then(|| column.texts().get(row).map(|position| rows.texts.text(*position).to_owned()))
        .flatten()
}
