//! The settings that can be typed.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, value_parser};

use crate::settings::SETTINGS;

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
            .arg(
                config
                    .help("The file of settings [default: SHOPSCORE_CONFIG, else jobs/nightly.toml, if there is one]"),
            )
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
