//! What can be typed: subcommands and flags.

mod housekeeping;
mod logging;
mod reading;
mod settings;
mod writes;
mod writing;

use clap::{Parser, Subcommand};

pub(crate) use self::housekeeping::{Gc, State, StateCommand};
use self::logging::LogFlags;
pub(crate) use self::reading::{
    Check, Config, ConfigCommand, Diff, Explain, FormatFlag, Generations, History, Plan, Report, Schema, Sql, Summary,
    Verify, WhatIf,
};
pub(crate) use self::settings::SettingFlags;
pub(crate) use self::writes::Writes;
pub(crate) use self::writing::{Backfill, Manual, Nightly, Restate, Rollback, Sample, Settle};
use crate::exit_codes;
use crate::logs::Wanted;

/// Nightly service scores for the shops of a marketplace, from Parquet to Parquet.
///
/// Results go to stdout, logs and errors to stderr.
#[derive(Debug, Parser)]
#[command(name = "shopscore", version, max_term_width = 110, after_long_help = exit_codes::listed())]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    logs: LogFlags,
}

impl Cli {
    /// What the log has, and how.
    pub fn log(&self) -> Wanted {
        self.logs.wanted()
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Score one day and publish it; without --date yesterday, after the days missed since the last success
    Nightly(Nightly),
    /// Look at all that a night needs before it runs, tell everything that is wrong at once, and write nothing
    Check(Check),
    /// Say what the nights that are due would do, and do nothing
    Plan(Plan),
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
    /// Make a page of a published day that any browser opens, for who minds categories and who talks to merchants
    Report(Report),
    /// Say why a shop has its score on a published day, day by day or by the records behind it
    Explain(Explain),
    /// Say whose score, tiers, admission and status moved between two published nights, by how much and because of what
    Diff(Diff),
    /// Score a published day as if rules (`--rules DIR`) or policies (`--set NAME=VALUE`) were others, and publish nothing
    Whatif(WhatIf),
    /// List the published generations, what each costs, and which nights are held
    Generations(Generations),
    /// List the runs that wrote something, with how each ended
    History(History),
    /// Show readers an earlier generation again and hold what it hides, or release what is held
    Rollback(Rollback),
    /// Remove what is kept no longer and what killed runs left, from what is published and from the state folder
    Gc(Gc),
    /// Check every published and stored file against its recorded hash
    Verify(Verify),
    /// Show the settings that a run would go by, and where each comes from
    Config(Config),
    /// Print what every published table and column means: as Markdown, as a Data Package, or as views with comments
    Schema(Schema),
    /// Print the query that makes the daily partials of a table on another engine
    Sql(Sql),
    /// Write extracts of a made-up marketplace
    Sample(Sample),
    /// Write the manual pages of all commands and the completions of bash, zsh and fish
    Manual(Manual),
}
