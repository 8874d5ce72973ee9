//! What can be typed after commands that read.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::settings::SettingFlags;
use super::writes::Recorded;
use crate::answers::Format;
use crate::answers::units::Language;
use crate::calendar::Year;
use crate::dictionary::Form;
use crate::domain::Day;
use crate::extracts::tables::Table;
use crate::indicators::Indicator;
use crate::sql::dialect::Dialect;

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The as-of day of the night, YYYY-MM-DD [default: yesterday in the business time zone]
    #[arg(long, value_name = "DAY")]
    pub date: Option<Day>,
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
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
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Report {
    /// The published day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub date: Day,
    /// The folder that the report takes the place of [default: OUT/report]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

/// How a command that reads tells what it found.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct FormatFlag {
    /// Lines and tables for people, JSON or CSV for programs
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("behind").args(["days", "rows"])))]
pub(crate) struct Explain {
    /// The id of the shop
    #[arg(long, value_name = "ID")]
    pub shop: i64,
    /// The published day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub date: Day,
    /// Its indicators day by day
    #[arg(long, conflicts_with = "rows")]
    pub days: bool,
    /// The records behind its indicators, those that pull them down most first
    #[arg(long)]
    pub rows: bool,
    /// Only this indicator, with --days or --rows
    #[arg(long, value_name = "NAME", value_parser = indicator, requires = "behind")]
    pub indicator: Option<Indicator>,
    /// How many records an indicator, with --rows
    #[arg(long, value_name = "N", default_value_t = 10, requires = "rows")]
    pub limit: usize,
    /// The language that people get it in
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = Language::En)]
    pub lang: Language,
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

fn indicator(name: &str) -> Result<Indicator, String> {
    Indicator::from_name(name)
        .ok_or_else(|| format!("wanted one of {}", Indicator::ALL.map(Indicator::name).join(", ")))
}

#[derive(Args, Debug)]
pub(crate) struct Generations {
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct History {
    /// Only runs of this command
    #[arg(long, value_name = "NAME", value_enum)]
    pub command: Option<Recorded>,
    /// Only runs that were about the night of this day: published, held, released, failed on or not come to, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub date: Option<Day>,
    /// Only runs that did not end with 0
    #[arg(long)]
    pub failed: bool,
    /// Only runs that began on this day or later, YYYY-MM-DD, in UTC
    #[arg(long, value_name = "DAY")]
    pub since: Option<Day>,
    /// How many runs, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// The whole record of this run, by its id or the beginning of it, as JSON
    #[arg(long, value_name = "ID", conflicts_with_all = ["command", "date", "failed", "since", "limit", "format"])]
    pub run: Option<String>,
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The first day, YYYY-MM-DD
    #[arg(value_name = "DAY")]
    pub from: Day,
    /// The second day [with generations: the same day]
    #[arg(value_name = "DAY", required_unless_present_any = ["from_generation", "to_generation"])]
    pub to: Option<Day>,
    /// The generation that the first day is taken from [default: what readers see]
    #[arg(long, value_name = "ID")]
    pub from_generation: Option<String>,
    /// The generation that the second day is taken from [default: what readers see]
    #[arg(long, value_name = "ID")]
    pub to_generation: Option<String>,
    /// One shop alone, with all its indicators
    #[arg(long, value_name = "ID", conflicts_with = "categories")]
    pub shop: Option<i64>,
    /// Categories in place of shops
    #[arg(long)]
    pub categories: bool,
    /// How many shops or categories people see, the greatest move first; JSON and CSV have all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Plan {
    /// The night of a day, YYYY-MM-DD [default: what a night without a date would do]
    #[arg(long, value_name = "DAY", conflicts_with_all = ["from", "to", "stale"])]
    pub date: Option<Day>,
    /// The first day of a range
    #[arg(long, value_name = "DAY", requires = "to")]
    pub from: Option<Day>,
    /// Its last day
    #[arg(long, value_name = "DAY", requires = "from")]
    pub to: Option<Day>,
    /// Only published nights that would come out of other ingredients now
    #[arg(long)]
    pub stale: bool,
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct WhatIf {
    /// The published day, YYYY-MM-DD; --rules and --set say what would be other than it is
    #[arg(long, value_name = "DAY")]
    pub date: Day,
    /// How many shops people see, those of which something else is decided first; JSON and CSV have all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub limit: usize,
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub command: ConfigCommand,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// List each setting with its value and where that was given; nothing is written
    Show {
        /// Only this one, or what is said of a table: tables.payments
        #[arg(value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        form: FormatFlag,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Schema {
    /// The form that it is printed in
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Form::Markdown)]
    pub format: Form,
    /// The folder or address of the tables as the engine sees it, for views [default: `current` in the setting `out`]
    #[arg(long, value_name = "PATH")]
    pub tables: Option<String>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Sql {
    /// The table: payments, pickups, reviews, refunds, disputes or consultations
    #[arg(long, value_name = "NAME", value_parser = table)]
    pub table: Table,
    /// The first day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub from: Day,
    /// The last day, YYYY-MM-DD [default: the first]
    #[arg(long, value_name = "DAY")]
    pub to: Option<Day>,
    /// Whose SQL it is
    #[arg(long, value_name = "ENGINE", value_enum)]
    pub dialect: Dialect,
    #[command(flatten)]
    pub settings: SettingFlags,
}

fn table(name: &str) -> Result<Table, String> {
    let table = Table::ALL.into_iter().find(|table| table.name() == name);
    table.ok_or_else(|| format!("wanted one of {}", Table::ALL.map(Table::name).join(", ")))
}
