//! What can be typed after commands that remove what nobody needs any more.

use clap::{Args, Subcommand};

use super::reading::FormatFlag;
use super::settings::SettingFlags;
use super::writes::{Recorded, Writes};

#[derive(Args, Debug)]
pub(crate) struct State {
    #[command(subcommand)]
    pub command: Option<StateCommand>,
    #[command(flatten)]
    pub form: FormatFlag,
    #[command(flatten)]
    pub settings: SettingFlags,
}

impl Writes for State {
    const COMMAND: Recorded = Recorded::StatePrune;

    fn told(&self) -> String {
        match self.command {
            Some(StateCommand::Prune { keep_days, .. }) => format!("state prune --keep-days {keep_days}"),
            None => "state".to_owned(),
        }
    }

    fn settings(&self) -> &SettingFlags {
        &self.settings
    }

    fn is_rehearsal(&self) -> bool {
        match self.command {
            Some(StateCommand::Prune { dry_run, .. }) => dry_run,
            None => true,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Remove days older than these, but for an open window and the payments of a year that is not settled
    Prune {
        /// How many days before the newest stay
        #[arg(long, value_name = "N")]
        keep_days: i32,
        /// Say what the run would remove, and remove nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Gc {
    /// Say what the run would remove, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: SettingFlags,
}

impl Writes for Gc {
    const COMMAND: Recorded = Recorded::Gc;

    fn told(&self) -> String {
        "gc".to_owned()
    }

    fn settings(&self) -> &SettingFlags {
        &self.settings
    }

    fn is_rehearsal(&self) -> bool {
        self.dry_run
    }
}
