//! What can be typed: subcommands and flags.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::domain::Day;

/// Nightly service scores for the shops of a marketplace, from Parquet to Parquet.
///
/// Exit codes: 0 done, or nothing to do; 1 a fault of shopscore; 2 usage, configuration or rule tables; 3 input
/// rejected; 4 input missing or stale; 5 disk or permission; 6 state unusable; 75 another run holds the lock.
/// Results go to stdout, logs and errors to stderr.
#[derive(Debug, Parser)]
#[command(name = "shopscore", version, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score one day and publish it
    Nightly(Nightly),
    /// Publish again the nights whose extracts, rules or settings have changed since
    Backfill(Backfill),
    /// List what the state folder keeps and what of it no longer holds, or remove old days from it
    State(State),
    /// Print what a published day says: tiers by category, the greatest gains, where the files are
    Summary(Summary),
    /// List the published generations
    Generations(Generations),
    /// Show readers an earlier generation again
    Rollback(Rollback),
    /// Write extracts of a made-up marketplace
    Sample(Sample),
}

/// Settings that can be typed; they win over the environment (`SHOPSCORE_NAME`), which wins over the file.
#[derive(Args, Debug, Default)]
pub struct SettingFlags {
    /// The file of settings [default: jobs/nightly.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder of the extracts
    #[arg(long, global = true, value_name = "DIR")]
    pub extracts: Option<String>,
    /// The folder of the rule tables
    #[arg(long, global = true, value_name = "DIR")]
    pub rules: Option<String>,
    /// The folder of the job's own state
    #[arg(long, global = true, value_name = "DIR")]
    pub state: Option<String>,
    /// The folder of the published files
    #[arg(long, global = true, value_name = "DIR")]
    pub out: Option<String>,
    /// How many threads may work
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<String>,
    /// Any other setting of the file, by its name; may be repeated
    #[arg(long = "set", global = true, value_name = "NAME=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("wanted NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl SettingFlags {
    /// The settings that were typed, by name.
    pub fn given(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let flags = [
            ("extracts", &self.extracts),
            ("rules", &self.rules),
            ("state", &self.state),
            ("out", &self.out),
            ("threads", &self.threads),
        ];
        let flags = flags.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        self.set.iter().cloned().chain(flags)
    }
}

/// Arguments of `nightly`.
#[derive(Args, Debug)]
pub struct Nightly {
    /// The as-of day to score, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub date: Day,
    /// Read and hash every file, even one that looks as it did
    #[arg(long)]
    pub rehash: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: SettingFlags,
}

/// Arguments of `backfill`.
#[derive(Args, Debug)]
pub struct Backfill {
    /// The published nights that would come out of other ingredients now
    #[arg(long, required = true)]
    pub stale: bool,
    /// List them, and publish nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: SettingFlags,
}

/// Arguments of `state`.
#[derive(Args, Debug)]
pub struct State {
    /// What to do, besides listing
    #[command(subcommand)]
    pub command: Option<StateCommand>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: SettingFlags,
}

/// The subcommands of `state`.
#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Remove days older than these, but for an open window and the payments of a year that is not settled
    Prune {
        /// How many days before the newest stay
        #[arg(long, value_name = "N")]
        keep_days: i32,
    },
}

/// Arguments of `summary`.
#[derive(Args, Debug)]
pub struct Summary {
    /// The published day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub date: Day,
    /// How many categories, the largest first
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub categories: usize,
    /// How many shops, the greatest gain first
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub shops: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: SettingFlags,
}

/// Arguments of `generations`.
#[derive(Args, Debug)]
pub struct Generations {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: SettingFlags,
}

/// Arguments of `rollback`.
#[derive(Args, Debug)]
pub struct Rollback {
    /// The generation to show: its name, or its number or id where only one has it
    #[arg(long, value_name = "ID")]
    pub to: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub settings: SettingFlags,
}

/// Arguments of `sample`.
#[derive(Args, Debug)]
pub struct Sample {
    /// The first day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub from: Day,
    /// The last day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub to: Day,
    /// How many shops
    #[arg(long, value_name = "N")]
    pub shops: u64,
    /// How many rows a day, all tables together
    #[arg(long, value_name = "R")]
    pub rows_per_day: u64,
    /// What makes one marketplace differ from another
    #[arg(long, value_name = "S")]
    pub seed: u64,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Add a few rows for every quarantine reason
    #[arg(long)]
    pub dirty: bool,
    /// Add the special cases of the committed sample: leaving shops, an empty partition, several part files, ties
    #[arg(long)]
    pub occasions: bool,
    /// The folder of the rule tables, which name the categories [default: the setting `rules`]
    #[arg(long, value_name = "DIR")]
    pub rules: Option<String>,
    /// How many threads may work
    #[arg(long, value_name = "N")]
    pub threads: Option<String>,
}
