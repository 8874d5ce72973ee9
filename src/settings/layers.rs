//! What was given: flags over environment over file over defaults, each value checked by the declaration of its setting.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::settings::declared::{SETTINGS, Setting};

pub(super) const STAGE: &str = "settings";

/// A value as it was given, and where.
struct Given {
    text: String,
    origin: String,
}

/// The values that were given, the last layer winning, and what was wrong with the rest.
#[derive(Default)]
pub(super) struct Layers {
    given: BTreeMap<&'static str, Given>,
    findings: Vec<Finding>,
}

/// The text of every setting that has a value, each of them sound.
pub(super) struct Values(BTreeMap<&'static str, String>);

impl Layers {
    pub(super) fn add_file(&mut self, path: &Path) -> Outcome<()> {
        let refuse = |found: String| {
            let finding = Finding::new(STAGE, found, "a TOML file of settings, name = value").path(path);
            finding.advice("correct the file, or name another with --config").fail(ExitClass::Usage)
        };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| refuse(error.to_string()))?;
        for (name, value) in table {
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Boolean(answer) => answer.to_string(),
                toml::Value::Datetime(day) => day.to_string(),
                toml::Value::Array(_) | toml::Value::Table(_) => {
                    return Err(refuse(format!("{name} as a list or section")));
                }
            };
            self.add(&name, text, format!("{}, {name}", path.display()));
        }
        Ok(())
    }

    pub(super) fn add(&mut self, name: &str, text: String, origin: String) {
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) {
            self.given.insert(setting.name, Given { text, origin });
            return;
        }
        let meant = Setting::like(name).map_or(String::new(), |setting| format!("did you mean {}? ", setting.name));
        let finding = Finding::new(STAGE, format!("{origin}: no setting of the name {name:?}"), "a known setting");
        let advice = format!("{meant}correct or remove it; jobs/nightly.toml shows them all");
        self.findings.push(finding.advice(advice));
    }

    /// The values, checked. One given as empty is none where the setting has no default.
    pub(super) fn checked(mut self) -> Outcome<Values> {
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
        Failure::unless_empty(ExitClass::Usage, self.findings)?;
        Ok(Values(values))
    }
}

impl Values {
    /// The value of a setting that has a default.
    pub(super) fn get<T: FromStr<Err: Display>>(&self, name: &str) -> Outcome<T> {
        self.optional(name)?.ok_or_else(|| fault(STAGE, format!("{name} without a value or a default")))
    }

    /// The value of a setting, if it has one.
    pub(super) fn optional<T: FromStr<Err: Display>>(&self, name: &str) -> Outcome<Option<T>> {
        let read = |text: &String| text.parse().map_err(|error| fault(STAGE, format!("{name}: {error}")));
        self.0.get(name).map(read).transpose()
    }
}
