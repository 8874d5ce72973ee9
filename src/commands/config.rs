//! `shopscore config show`: the settings that a run would go by, each with its value and where it comes from. Nothing is read but
//! the file of settings, and nothing is written.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::beginning::{file, given, say_file};
use super::tell;
use crate::answers::{Answer, Cell, Part, Table};
use crate::cli::{Config, ConfigCommand};
use crate::error::Outcome;
use crate::settings::{self, shown::Shown};

/// The settings of a run, in the order of their declaration, then what is said of tables and columns.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Configuration {
    /// The file of settings, as an absolute path; null where there is none.
    file: Option<String>,
    /// In the order of their declaration.
    settings: Vec<SettingShown>,
}

/// One of them.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SettingShown {
    /// Of a table or column with dots between: `tables.payments.folder`.
    name: String,
    /// As it was given, or its default; null where it has none.
    value: Option<String>,
    /// `default`, `file FILE:LINE`, `environment NAME` or `flag --NAME`.
    origin: String,
    /// Of a folder where it leads, as an absolute path; of folders with commas between.
    folder: Option<String>,
    /// For people: what holds without a value.
    #[serde(skip)]
    otherwise: &'static str,
}

impl SettingShown {
    fn of(Shown { name, value, otherwise, origin, folders, .. }: Shown) -> Self {
        let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let folder = Some(folders.join(",")).filter(|folder| !folder.is_empty());
        Self { name, value, origin, folder, otherwise }
    }

    /// Its value for people: what holds without one in brackets.
    fn told(&self) -> String {
        match (&self.value, self.otherwise) {
            (Some(value), _) => value.clone(),
            (None, "") => String::new(),
            (None, otherwise) => format!("({otherwise})"),
        }
    }
}

impl Answer for Configuration {
    const SCHEMA: &'static str = "config/1";
    type Row = SettingShown;
    const COLUMNS: &'static str = "name,value,origin,folder";

    fn rows(&self) -> Vec<SettingShown> {
        self.settings.clone()
    }

    fn parts(&self) -> Vec<Part> {
        let mut table = Table::new(["setting", "value", "origin", "folder"]);
        for setting in &self.settings {
            let folder = setting.folder.clone().unwrap_or_default();
            table.add([&setting.name, &setting.told(), &setting.origin, &folder].map(Cell::text));
        }
        let file = self.file.as_ref().map_or("no file of settings".to_owned(), |file| format!("settings of {file}"));
        vec![Part::Line(file), Part::Table(table)]
    }
}

pub(super) fn run(arguments: &Config, stdout: &mut impl Write) -> Outcome<()> {
    let Config { command: ConfigCommand::Show { name, form }, settings: flags } = arguments;
    let file = file(flags);
    say_file(file.as_deref())?;
    let shown = given(flags)?.shown(name.as_deref())?;
    let shown_path = |file: &Path| Ok(settings::absolute(file)?.display().to_string());
    let answer = Configuration {
        file: file.as_deref().map(shown_path).transpose()?,
        settings: shown.into_iter().map(SettingShown::of).collect(),
    };
    tell(&answer, *form, stdout)
}
