//! Where a value was given, as findings and `shopscore config show` name it.

use std::fmt;
use std::path::PathBuf;

use crate::error::Finding;
use crate::settings::declared::{SETTINGS, STAGE};

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nowhere: it is the default.
    Default,
    /// In the file of settings; 1 is its first line.
    File { path: PathBuf, line: u64 },
    /// In a variable of the environment.
    Environment { variable: String },
    /// On the command line, by a flag without its dashes: one of its own, or `set`.
    CommandLine { flag: &'static str },
}

impl Origin {
    /// That of a setting which was typed.
    pub(super) fn typed(name: &str) -> Self {
        let declared = SETTINGS.iter().find(|setting| setting.name == name);
        let own = declared.and_then(|setting| setting.flag);
        Self::CommandLine { flag: own.map_or("set", |(flag, _)| flag) }
    }

    /// A finding about a value of this origin.
    pub(super) fn finding(&self, found: &str, wanted: impl Into<String>) -> Finding {
        match self {
            Self::File { path, line } => Finding::new(STAGE, found, wanted).line(path, *line),
            Self::Default | Self::Environment { .. } | Self::CommandLine { .. } => {
                Finding::new(STAGE, format!("{self}: {found}"), wanted)
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line } => write!(formatter, "file {}:{line}", path.display()),
            Self::Environment { variable } => write!(formatter, "environment {variable}"),
            Self::CommandLine { flag } => write!(formatter, "flag --{flag}"),
        }
    }
}
