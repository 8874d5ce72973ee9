//! What was given: flags over environment over file over defaults, each value checked by the declaration of its setting.
//!
//! In: names, texts and origins, a layer after the other. Out: the value of every setting, or all that is wrong with any.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::environment::{SETTING_PREFIX, SETTINGS_FILE};
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::delivery::TableDelivery;
use crate::extracts::tables::Table;
use crate::settings::addresses;
use crate::settings::declared::{Kind, SETTINGS};
use crate::settings::file;
use crate::settings::mappings::{self, Mapped};
use crate::settings::nearest::did_you_mean;
use crate::settings::origin::Origin;
use crate::settings::places::Places;
use crate::settings::values::{Value, Values};

/// The values that were given, the last layer winning, and what was wrong with the rest.
#[derive(Clone, Default)]
pub(super) struct Layers {
    given: BTreeMap<&'static str, (String, Origin)>,
    mapped: Vec<Mapped>,
    findings: Vec<Finding>,
}

/// All that was given, each of it sound.
pub(super) struct Resolved {
    pub(super) places: Places,
    pub(super) values: Values,
    /// What was said of tables and columns, in the order of the layers, and what it comes to.
    pub(super) mapped: Vec<Mapped>,
    pub(super) tables: BTreeMap<Table, TableDelivery>,
}

impl Layers {
    pub(super) fn add_file(&mut self, path: &Path) -> Outcome<()> {
        for file::Entry { name, texts, line } in file::entries(path)? {
            self.add(&name, texts, Origin::File { path: path.to_owned(), line });
        }
        Ok(())
    }

    pub(super) fn add_environment(&mut self, variables: impl Iterator<Item = (String, String)>) {
        for (variable, value) in variables.filter(|(variable, _)| variable != SETTINGS_FILE.name) {
            let Some(name) = variable.strip_prefix(SETTING_PREFIX).map(str::to_lowercase) else { continue };
            let is_declared = SETTINGS.iter().any(|declared| declared.name == name);
            if !is_declared && is_service_link(&name) {
                tracing::warn!(
                    "environment {variable}: the address of a service, as Kubernetes names it, and no setting"
                );
                continue;
            }
            self.add(&name, vec![value], Origin::Environment { variable });
        }
    }

    pub(super) fn add_typed(&mut self, flags: impl Iterator<Item = (String, String)>) {
        for (name, value) in flags {
            self.add(&name, vec![value], Origin::typed(&name));
        }
    }

    fn add(&mut self, name: &str, texts: Vec<String>, origin: Origin) {
        if let Some(place) = name.strip_prefix(mappings::SECTION).and_then(|rest| rest.strip_prefix('.')) {
            self.mapped.push(Mapped { place: place.to_owned(), texts, origin });
            return;
        }
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            self.findings.push(unknown(name, &origin));
            return;
        };
        if texts.len() > 1 && !setting.is_list() {
            let texts: Vec<&str> = texts.iter().map(|text| setting.told(text)).collect();
            let finding = origin.finding(&format!("{name} = {texts:?}"), setting.wanted());
            self.findings.push(finding.advice("give one value, and no list"));
            return;
        }
        let text = texts.join(",");
        if setting.kind == Kind::Root && !matches!(origin, Origin::File { .. }) {
            let finding =
                origin.finding(&format!("{name} = {text:?}"), format!("{name} in the file of settings alone"));
            let advice =
                "write it into the file; what is typed or in the environment is relative to the working folder";
            self.findings.push(finding.advice(advice));
            return;
        }
        self.given.insert(setting.name, (text, origin));
    }

    /// The values, and how tables are delivered, checked. One given as empty is none where the setting has no default.
    pub(super) fn checked(mut self, file: Option<&Path>) -> Outcome<Resolved> {
        let (places, values) = self.values(file)?;
        let tables = mappings::of_tables(&self.mapped, &mut self.findings);
        Failure::unless_empty(ExitClass::Usage, self.findings)?;
        Ok(Resolved { places, values, mapped: self.mapped, tables })
    }

    /// The values that are sound; what is wrong with the others is left to [`Self::checked`].
    pub(super) fn sound(mut self, file: Option<&Path>) -> Outcome<Values> {
        Ok(self.values(file)?.1)
    }

    fn values(&mut self, file: Option<&Path>) -> Outcome<(Places, Values)> {
        let root = self.given.get("root").map(|(root, _)| root.as_str());
        let places = Places::of(file, root)?;
        let mut values = BTreeMap::new();
        for setting in &SETTINGS {
            let (text, origin) =
                self.given.remove(setting.name).unwrap_or_else(|| (setting.default.to_owned(), Origin::Default));
            let text = Some(text).filter(|text| !(text.is_empty() && setting.default.is_empty()));
            // Bytes that were no UTF-8 would name another path than was meant.
            let is_sound = |text: &str| setting.accepts(text) && !text.contains(char::REPLACEMENT_CHARACTER);
            if let Some(unsound) = text.as_deref().filter(|text| !is_sound(text)) {
                let found = format!("{} = {:?}", setting.name, setting.told(unsound));
                self.findings.push(origin.finding(&found, setting.wanted()).advice(setting.advice(unsound)));
                continue;
            }
            let is_kept = |folder: &str| setting.kind == Kind::FolderOrUrl && addresses::is_url(folder);
            let place = |folder| if is_kept(folder) { PathBuf::from(folder) } else { places.place(folder, &origin) };
            let folders = setting.folders(text.as_deref()).map(place).collect();
            values.insert(setting.name, Value { text, origin, folders });
        }
        Ok((places, Values(values)))
    }
}

fn unknown(name: &str, origin: &Origin) -> Finding {
    let finding = origin.finding(&format!("no setting of the name {name:?}"), "a known setting");
    let meant = did_you_mean(name, SETTINGS.iter().map(|setting| setting.name));
    finding.advice(format!("{meant}correct or remove it; `shopscore config show` lists them all"))
}

/// Whether a variable is one that Kubernetes gives every container for a service called like the program: `…_SERVICE_HOST`,
/// `…_SERVICE_PORT` and `…_SERVICE_PORT_NAME`, `…_PORT`, `…_PORT_80_TCP` and what follows it.
fn is_service_link(setting: &str) -> bool {
    let words: Vec<&str> = setting.split('_').collect();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let of_port = |place: usize| match words.get(place + 1..).unwrap_or_default() {
        [] => true,
        [number, protocol, rest @ ..] => {
            is_number(number) && ["tcp", "udp", "sctp"].contains(protocol) && rest.len() <= 1
        }
        _ => false,
    };
    let has_port = words.iter().enumerate().any(|(place, word)| *word == "port" && of_port(place));
    has_port || setting.ends_with("service_host") || setting.contains("service_port")
}
