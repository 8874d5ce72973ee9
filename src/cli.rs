//! What can be typed: subcommands and flags.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, value_parser};

use crate::calendar::Year;
use crate::domain::{Day, trimmed};
use crate::sample::Request;
use crate::settings::SETTINGS;

/// Nightly service scores for the shops of a marketplace, from Parquet to Parquet.
///
/// Exit codes: 0 done, or nothing to do; 1 a fault of shopscore; 2 usage, configuration or rule tables; 3 input
/// rejected; 4 input missing or stale; 5 disk or permission; 6 published files or state unusable; 75 another run holds
/// the lock; 130 and 143 ended by SIGINT or SIGTERM.
/// Results go to stdout, logs and errors to stderr.
#[derive(Debug, Parser)]
#[command(name = "shopscore", version, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Score one day and publish it; without --date yesterday, after the days missed since the last success
    Nightly(Nightly),
    /// Publish the days of a range that are not published and current, or the published nights that are stale
    Backfill(Backfill),
    /// Replace the frozen scores of a month end, and bring up to date what follows from them
    Restate(Restate),
    /// Settle the annual fees of a year from its month-end scores and payments
    Settle(Settle),
    /// List what the state folder keeps and what of it no longer holds, or remove old days from it
    State(State),
    /// Print what a published day says (tiers by category, gains, who is at risk, the outlook), or a year (statuses, settlements)
    Summary(Summary),
    /// List the published generations
    Generations(SettingFlags),
    /// Show readers an earlier generation again
    Rollback(Rollback),
    /// Check every published and stored file against its recorded hash
    Verify(SettingFlags),
    /// Write extracts of a made-up marketplace
    Sample(Sample),
}

/// Settings that can be typed; they win over the environment (`SHOPSCORE_NAME`), which wins over the file.
#[derive(Debug, Default)]
pub(crate) struct SettingFlags {
    pub config: Option<PathBuf>,
    /// The settings that were typed, by name; the last one of a name counts.
    pub given: Vec<(String, String)>,
}

/// `--config`, the flags that settings are declared with, and `--set` for all others.
impl Args for SettingFlags {
    fn augment_args(command: clap::Command) -> clap::Command {
        let flag = |name, long, value| Arg::new(name).long(long).value_name(value).global(true);
        let config = flag("config", "config", "FILE").value_parser(value_parser!(PathBuf));
        let set = flag("set", "set", "NAME=VALUE").value_parser(setting).action(ArgAction::Append);
        let declared = SETTINGS.iter().filter_map(|setting| {
            let (long, value) = setting.flag?;
            Some(flag(setting.name, long, value).help(setting.help()))
        });
        command
            .arg(config.help("The file of settings [default: jobs/nightly.toml, if there is one]"))
            .args(declared)
            .arg(set.help("Any other setting of the file, by its name; may be repeated"))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let set = matches.get_many::<(String, String)>("set").into_iter().flatten().cloned();
        let with_flag = SETTINGS.iter().filter_map(|setting| {
            let typed = setting.flag.and_then(|_| matches.get_one::<String>(setting.name))?;
            Some((setting.name.to_owned(), typed.clone()))
        });
        Ok(Self { config: matches.get_one("config").cloned(), given: set.chain(with_flag).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("wanted NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[derive(Args, Debug)]
pub(crate) struct Nightly {
    /// The as-of day to score, YYYY-MM-DD [default: yesterday in the business time zone, and the days missed]
    #[arg(long, value_name = "DAY")]
    pub date: Option<Day>,
    /// Read and hash every file, even one that looks as it did
    #[arg(long)]
    pub rehash: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Backfill {
    /// The first day
    #[arg(long, value_name = "DAY", requires = "to")]
    pub from: Option<Day>,
    /// The last day
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<Day>,
    /// Only published nights that would come out of other ingredients now
    #[arg(long, required_unless_present = "from")]
    pub stale: bool,
    /// List the days, and publish nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Restate {
    /// The month end, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub month_end: Day,
    /// Why; it is published with every row that changes
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub because: String,
    /// The day as of which appeals count [default: yesterday in the business time zone]
    #[arg(long, value_name = "DAY")]
    pub knowledge_day: Option<Day>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

fn reason(text: &str) -> Result<String, String> {
    let text = trimmed(text);
    if text.is_empty() { Err("wanted a reason".to_owned()) } else { Ok(text.to_owned()) }
}

#[derive(Args, Debug)]
pub(crate) struct Settle {
    /// The calendar year, YYYY
    #[arg(long, value_name = "YEAR")]
    pub year: Year,
    /// The day up to which payments and departures count [default: the year's newest published night]
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<Day>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct State {
    #[command(subcommand)]
    pub command: Option<StateCommand>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Remove days older than these, but for an open window and the payments of a year that is not settled
    Prune {
        /// How many days before the newest stay
        #[arg(long, value_name = "N")]
        keep_days: i32,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Summary {
    /// The published day, YYYY-MM-DD
    #[arg(long, value_name = "DAY", required_unless_present = "year", conflicts_with = "year")]
    pub date: Option<Day>,
    /// The year, YYYY, instead of a day
    #[arg(long, value_name = "YEAR")]
    pub year: Option<Year>,
    /// How many categories, the largest first
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub categories: usize,
    /// How many shops of each list: those with the greatest gain, and those nearest to exit, first
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub shops: usize,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Rollback {
    /// The generation to show: its name, or its number or id where only one has it
    #[arg(long, value_name = "ID")]
    pub to: String,
    /// Why, where a frozen month end would be lost or fall back to an earlier revision
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub because: Option<String>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Sample {
    #[command(flatten)]
    pub(crate) request: Request,
    /// The folder of the rule tables, which name the categories [default: the setting `rules`]
    #[arg(long, value_name = "DIR")]
    pub rules: Option<String>,
    /// How many threads may work
    #[arg(long, value_name = "N")]
    pub threads: Option<String>,
}
