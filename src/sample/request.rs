//! What the generator is asked for: what is typed after `shopscore sample`, and the rule tables as plain data.

use std::path::PathBuf;

use clap::Args;

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};

/// How messages name the generator.
pub(super) const STAGE: &str = "sample";

/// A sample to write. What is documented of a flag is its help.
#[derive(Args, Clone, Debug)]
pub(crate) struct Request {
    /// The first day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Day,
    /// The last day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Day,
    // At a time: shops that left stay listed for some more months.
    /// How many shops
    #[arg(long, value_name = "N")]
    pub(crate) shops: u64,
    // On average, and besides the shop snapshots.
    /// How many rows a day, all tables together
    #[arg(long, value_name = "R")]
    pub(crate) rows_per_day: u64,
    /// What makes one marketplace differ from another
    #[arg(long, value_name = "S")]
    pub(crate) seed: u64,
    // It receives one sub-folder a table; none of the partitions asked for may exist in it.
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    // All columns are then nullable.
    /// Add a few rows for every quarantine reason
    #[arg(long)]
    pub(crate) dirty: bool,
    /// Add the demo cases of the committed sample: leaving shops, an empty partition, several part files, ties
    #[arg(long, alias = "occasions")]
    pub(crate) demo_cases: bool,
    /// The rows of the weights table.
    #[arg(skip)]
    pub(crate) categories: Vec<Category>,
    #[arg(skip)]
    pub(crate) custom_made: Vec<String>,
}

/// A row of the weights table, as far as the generator needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) primary: String,
    /// None where the table does not split the primary category.
    pub(crate) subcategory: Option<String>,
    /// False where the logistics table says `none`.
    pub(crate) ships: bool,
}

/// 2010-01-01, the first day that a sample can have: two years after the first shops joined.
const FIRST_DAY: Day = Day::from_epoch_days(14_610);
/// 2100-01-01, the last one: far enough, and order ids still grow with the day.
const LAST_DAY: Day = Day::from_epoch_days(47_482);
/// Order ids leave room for this many orders a day, and for as many dirty rows.
const MOST_ROWS_PER_DAY: u64 = 400_000_000;
/// Shop ids end with two digits for the shops that follow each other in one shop slot.
const MOST_SHOPS: u64 = 10_000_000;

impl Request {
    /// Refuses what cannot be generated; exit class usage, all findings together.
    pub(super) fn check(&self) -> Outcome<()> {
        let mut findings = Vec::new();
        if self.from < FIRST_DAY || self.to > LAST_DAY || self.from > self.to {
            let wanted = format!("days in order, from {FIRST_DAY} to {LAST_DAY}");
            findings.push(Finding::new(STAGE, format!("{} to {}", self.from, self.to), wanted).column("from, to"));
        }
        let figures = [("shops", self.shops, MOST_SHOPS), ("rows-per-day", self.rows_per_day, MOST_ROWS_PER_DAY)];
        for (flag, found, most) in figures.into_iter().filter(|(_, found, most)| !(1..=*most).contains(found)) {
            findings.push(Finding::new(STAGE, found.to_string(), format!("1 to {most}")).column(flag));
        }
        if self.categories.is_empty() {
            findings.push(Finding::new(STAGE, "none", "at least one row of the weights table").column("categories"));
        }
        Failure::unless_empty(ExitClass::Usage, findings)
    }
}
