//! What was given: flags over environment over file over defaults, each value checked by the declaration of its setting.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::delivery::TableDelivery;
use crate::extracts::tables::Table;
use crate::settings::declared::{SETTINGS, STAGE, Setting};
use crate::settings::mappings::{self, Mapped};

/// A value as it was given, and where.
struct Given {
    text: String,
    origin: String,
}

/// The values that were given, the last layer winning, and what was wrong with the rest.
#[derive(Default)]
pub(super) struct Layers {
    given: BTreeMap<&'static str, Given>,
    mapped: Vec<Mapped>,
    findings: Vec<Finding>,
}

fn refuse(path: &Path, found: String) -> Failure {
    let finding = Finding::new(STAGE, found, "a TOML file of settings, name = value").path(path);
    finding.advice("correct the file, or name another with --config").fail(ExitClass::Usage)
}

/// The text of every setting that has a value, each of them sound.
pub(super) struct Values(BTreeMap<&'static str, String>);

impl Layers {
    pub(super) fn add_file(&mut self, path: &Path) -> Outcome<()> {
        let text = std::fs::read_to_string(path).map_err(|error| refuse(path, error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| refuse(path, error.to_string()))?;
        for (name, value) in table {
            match value {
                toml::Value::Table(tables) if name == mappings::SECTION => self.add_section(&name, tables, path)?,
                value => self.add_value(&name, value, path)?,
            }
        }
        Ok(())
    }

    /// Adds the values of a section and of those below it, under names with dots between.
    fn add_section(&mut self, name: &str, section: toml::Table, path: &Path) -> Outcome<()> {
        for (below, value) in section {
            let name = format!("{name}.{below}");
            match value {
                toml::Value::Table(section) => self.add_section(&name, section, path)?,
                value => self.add_value(&name, value, path)?,
            }
        }
        Ok(())
    }

    fn add_value(&mut self, name: &str, value: toml::Value, path: &Path) -> Outcome<()> {
        let scalar = |value: toml::Value| match value {
            toml::Value::String(text) => Some(text),
            toml::Value::Integer(number) => Some(number.to_string()),
            toml::Value::Float(number) => Some(number.to_string()),
            toml::Value::Boolean(answer) => Some(answer.to_string()),
            toml::Value::Datetime(day) => Some(day.to_string()),
            toml::Value::Array(_) | toml::Value::Table(_) => None,
        };
        let texts = match value {
            toml::Value::Array(values) => values.into_iter().map(scalar).collect(),
            value => scalar(value).map(|text| vec![text]),
        };
        let texts = texts.ok_or_else(|| refuse(path, format!("{name} as a section, or a list of lists")))?;
        let origin = format!("{}, {name}", path.display());
        match name.strip_prefix(mappings::SECTION).and_then(|rest| rest.strip_prefix('.')) {
            Some(place) => self.mapped.push(Mapped { place: place.to_owned(), texts, origin }),
            None => self.add(name, texts.join(","), origin),
        }
        Ok(())
    }

    pub(super) fn add(&mut self, name: &str, text: String, origin: String) {
        if let Some(place) = name.strip_prefix(mappings::SECTION).and_then(|rest| rest.strip_prefix('.')) {
            self.mapped.push(Mapped { place: place.to_owned(), texts: vec![text], origin });
            return;
        }
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) {
            self.given.insert(setting.name, Given { text, origin });
            return;
        }
        let meant = Setting::like(name).map_or(String::new(), |setting| format!("did you mean {}? ", setting.name));
        let finding = Finding::new(STAGE, format!("{origin}: no setting of the name {name:?}"), "a known setting");
        let advice = format!("{meant}correct or remove it; jobs/nightly.toml shows them all");
        self.findings.push(finding.advice(advice));
    }

    /// The values, and how tables are delivered, checked. One given as empty is none where the setting has no default.
    pub(super) fn checked(mut self) -> Outcome<(Values, BTreeMap<Table, TableDelivery>)> {
        let mut values = BTreeMap::new();
        for setting in &SETTINGS {
            let default = Given { text: setting.default.to_owned(), origin: "default".to_owned() };
            let Given { text, origin } = self.given.remove(setting.name).unwrap_or(default);
            if text.is_empty() && setting.default.is_empty() {
                continue;
            }
            // Bytes that were no UTF-8 would name another path than was meant.
            if setting.accepts(&text) && !text.contains(char::REPLACEMENT_CHARACTER) {
                values.insert(setting.name, text);
                continue;
            }
            let found = format!("{origin}: {} = {text:?}", setting.name);
            self.findings.push(Finding::new(STAGE, found, setting.wanted()).advice("correct the value"));
        }
        let tables = mappings::of_tables(self.mapped, &mut self.findings);
        Failure::unless_empty(ExitClass::Usage, self.findings)?;
        Ok((Values(values), tables))
    }
}

impl Values {
    /// The value of a setting that has a default.
    pub(super) fn get<T: FromStr<Err: Display>>(&self, name: &str) -> Outcome<T> {
        self.optional(name)?.ok_or_else(|| fault(STAGE, format!("{name} without a value or a default")))
    }

    /// The values of a setting that is a list; none where it is not given.
    pub(super) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flat_map(|text| text.split(',')).map(str::trim)
    }

    /// The value of a setting, if it has one.
    pub(super) fn optional<T: FromStr<Err: Display>>(&self, name: &str) -> Outcome<Option<T>> {
        let read = |text: &String| text.parse().map_err(|error| fault(STAGE, format!("{name}: {error}")));
        self.0.get(name).map(read).transpose()
    }
}
