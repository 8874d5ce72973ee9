//! What the generator is asked for. The rule tables come as plain data, filled in by the caller.

use std::path::PathBuf;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};

/// How messages name the generator.
pub(super) const STAGE: &str = "sample";

/// A sample to write.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The folder that receives one sub-folder a table; none of the partitions asked for may exist in it.
    pub(crate) out: PathBuf,
    /// The first day.
    pub(crate) from: Day,
    /// The last day.
    pub(crate) to: Day,
    /// How many shops trade at a time. Shops that left stay listed for some more months.
    pub(crate) shops: u64,
    /// Rows of one day, all tables but the shop snapshots together, on average.
    pub(crate) rows_per_day: u64,
    /// Another seed gives another marketplace.
    pub(crate) seed: u64,
    /// Whether each table-day gets a few rows for every quarantine reason. All columns are then nullable.
    pub(crate) dirty: bool,
    /// Whether the demo cases are written, which lie between 2021-12-03 and 2022-03-15.
    pub(crate) demo_cases: bool,
    /// The rows of the weights table.
    pub(crate) categories: Vec<Category>,
    /// The categories of goods that are made to order.
    pub(crate) custom_made: Vec<String>,
}

/// A row of the weights table, as far as the generator needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    /// The primary category.
    pub(crate) primary: String,
    /// The subcategory, where the table splits the primary category.
    pub(crate) subcategory: Option<String>,
    /// Whether its goods are shipped: false where the logistics table says `none`.
    pub(crate) ships: bool,
}

/// The first day that a sample can have: two years after the first shops joined.
const FIRST_DAY: Day = Day::from_epoch_days(14_610);
/// The last day, 2100-01-01: far enough, and order ids still grow with the day.
const LAST_DAY: Day = Day::from_epoch_days(47_482);
/// Order ids leave room for this many orders a day, and for as many dirty rows.
const MOST_ROWS_PER_DAY: u64 = 400_000_000;
/// Shop ids end with two digits for the shops that follow each other in one shop slot.
const MOST_SHOPS: u64 = 10_000_000;

impl Request {
    /// Refuses what cannot be generated; exit class usage, all findings together.
    pub(super) fn check(&self) -> Outcome<()> {
        let mut findings = Vec::new();
        let mut refuse = |flag: &'static str, found: String, wanted: String| {
            findings.push(Finding::new(STAGE, found, wanted).column(flag));
        };
        if self.from < FIRST_DAY || self.to > LAST_DAY || self.from > self.to {
            let found = format!("{} to {}", self.from, self.to);
            refuse("from, to", found, format!("days in order, from {FIRST_DAY} to {LAST_DAY}"));
        }
        if !(1..=MOST_SHOPS).contains(&self.shops) {
            refuse("shops", self.shops.to_string(), format!("1 to {MOST_SHOPS}"));
        }
        if !(1..=MOST_ROWS_PER_DAY).contains(&self.rows_per_day) {
            refuse("rows-per-day", self.rows_per_day.to_string(), format!("1 to {MOST_ROWS_PER_DAY}"));
        }
        if self.categories.is_empty() {
            refuse("categories", "none".to_owned(), "at least one row of the weights table".to_owned());
        }
        Failure::unless_empty(ExitClass::Usage, findings)
    }

    /// The days asked for.
    pub(super) fn days(&self) -> impl Iterator<Item = Day> + Clone {
        (self.from.epoch_days()..=self.to.epoch_days()).map(Day::from_epoch_days)
    }
}
