//! What can be typed after commands that write.

use std::path::PathBuf;

use clap::Args;

use super::settings::SettingFlags;
use super::writes::{Recorded, Writes};
use crate::calendar::Year;
use crate::domain::{Day, Span, trimmed};
use crate::publish::Release;
use crate::sample::Request;

#[derive(Args, Debug)]
pub(crate) struct Nightly {
    /// The as-of day to score, YYYY-MM-DD [default: yesterday in the business time zone, and the days missed]
    #[arg(long, value_name = "DAY")]
    pub date: Option<Day>,
    /// Read and hash every file, even one that looks as it did
    #[arg(long)]
    pub rehash: bool,
    /// Say what the run would do, end as it would end, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

impl Writes for Nightly {
    const COMMAND: Recorded = Recorded::Nightly;

    fn told(&self) -> String {
        let date = self.date.map(|as_of| format!(" --date {as_of}")).unwrap_or_default();
        let rehash = if self.rehash { " --rehash" } else { "" };
        format!("nightly{date}{rehash}")
    }

    fn days(&self) -> Option<Span> {
        self.date.map(|day| Span { first: day, last: day })
    }

    fn settings(&self) -> &SettingFlags {
        &self.settings
    }

    fn is_rehearsal(&self) -> bool {
        self.dry_run
    }
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
    /// List the days, say what each would do, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

impl Writes for Backfill {
    const COMMAND: Recorded = Recorded::Backfill;

    fn told(&self) -> String {
        let range = self.from.zip(self.to).map(|(from, to)| format!(" --from {from} --to {to}"));
        let stale = if self.stale { " --stale" } else { "" };
        format!("backfill{}{stale}", range.unwrap_or_default())
    }

    fn days(&self) -> Option<Span> {
        self.from.zip(self.to).map(|(first, last)| Span { first, last })
    }

    fn settings(&self) -> &SettingFlags {
        &self.settings
    }

    fn is_rehearsal(&self) -> bool {
        self.dry_run
    }
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
    /// Say what the run would do, end as it would end, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

impl Writes for Restate {
    const COMMAND: Recorded = Recorded::Restate;

    fn told(&self) -> String {
        let known = self.knowledge_day.map(|day| format!(" --knowledge-day {day}")).unwrap_or_default();
        format!("restate --month-end {}{known} --because {:?}", self.month_end, self.because)
    }

    fn days(&self) -> Option<Span> {
        Some(Span { first: self.month_end, last: self.month_end })
    }

    fn settings(&self) -> &SettingFlags {
        &self.settings
    }

    fn is_rehearsal(&self) -> bool {
        self.dry_run
    }
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
    /// Say what the run would do, end as it would end, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

impl Writes for Settle {
    const COMMAND: Recorded = Recorded::Settle;

    fn told(&self) -> String {
        let as_of = self.as_of.map(|day| format!(" --as-of {day}")).unwrap_or_default();
        format!("settle --year {}{as_of}", self.year)
    }

    fn settings(&self) -> &SettingFlags {
        &self.settings
    }

    fn is_rehearsal(&self) -> bool {
        self.dry_run
    }
}

#[derive(Args, Debug)]
pub(crate) struct Rollback {
    /// The generation to show: its name, or its number or id where only one has it
    #[arg(long, value_name = "ID", required_unless_present = "release")]
    pub to: Option<String>,
    /// The day whose night may be published again as it was rolled back, or `all`
    #[arg(long, value_name = "DAY", conflicts_with_all = ["to", "because"])]
    pub release: Option<Release>,
    /// Why; must be given where a frozen month end would be lost or fall back to an earlier revision
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub because: Option<String>,
    /// Say what the run would do, end as it would end, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

impl Writes for Rollback {
    const COMMAND: Recorded = Recorded::Rollback;

    fn told(&self) -> String {
        match (&self.to, self.release) {
            (Some(to), _) => {
                let because = self.because.as_ref().map(|because| format!(" --because {because:?}"));
                format!("rollback --to {to}{}", because.unwrap_or_default())
            }
            (None, Some(Release::Day(day))) => format!("rollback --release {day}"),
            (None, _) => "rollback --release all".to_owned(),
        }
    }

    fn days(&self) -> Option<Span> {
        match self.release {
            Some(Release::Day(day)) => Some(Span { first: day, last: day }),
            Some(Release::All) | None => None,
        }
    }

    fn settings(&self) -> &SettingFlags {
        &self.settings
    }

    fn is_rehearsal(&self) -> bool {
        self.dry_run
    }
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

#[derive(Args, Debug)]
pub(crate) struct Manual {
    /// The folder to write below, as the prefix of an installation: `man` and shells look in its share/
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
