//! What can be typed about the log, after any command.

use clap::{ArgAction, Args};

use crate::logs::{LogFormat, Wanted};

/// How the log on stderr is written.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct LogFlags {
    /// How lines of the log are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub(crate) log_format: LogFormat,
    /// Log more: how long each stage took, and each table-day that is computed
    #[arg(short = 'v', long = "verbose", action = ArgAction::SetTrue, global = true, conflicts_with = "is_quiet")]
    pub(crate) is_verbose: bool,
    /// Log warnings and errors alone, and show no progress
    #[arg(short = 'q', long = "quiet", action = ArgAction::SetTrue, global = true)]
    pub(crate) is_quiet: bool,
}

impl LogFlags {
    /// What the log has, and how.
    pub(crate) fn wanted(self) -> Wanted {
        let Self { log_format: format, is_verbose, is_quiet } = self;
        Wanted { format, is_verbose, is_quiet }
    }
}
