//! The settings as `shopscore config show` tells them: each with its value and where it was given.
//!
//! In: the layers of a run. Out: settings in the order of their declaration, then what is said of tables and columns, by name; the
//! value is missing where there is none. Nothing is asked of the folders that they name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::declared::{Kind, SETTINGS, STAGE, Setting};
use super::layers::Resolved;
use super::mappings::{self, Mapped};
use super::nearest::did_you_mean;
use super::{Given, absolute};
use crate::error::{ExitClass, Finding, Outcome, fault};

/// A setting of a run, or what is said of a table or column.
pub(crate) struct Shown {
    pub(crate) name: String,
    /// As it was given; none where it has no value.
    pub(crate) value: Option<String>,
    /// Whether the value may hold a secret.
    pub(crate) is_secret: bool,
    /// What holds without a value, in words; empty: nothing.
    pub(crate) otherwise: &'static str,
    pub(crate) origin: String,
    /// Where it leads, as absolute paths.
    pub(crate) folders: Vec<PathBuf>,
}

impl Given {
    /// The settings as they are shown, all of them or those that `name` names: one of them, or a section of tables.
    ///
    /// # Errors
    /// As [`Given::settings`], but for folders that lie in one another; usage for a name that is none.
    pub(crate) fn shown(&self, name: Option<&str>) -> Outcome<Vec<Shown>> {
        named(&self.resolved()?, name)
    }
}

fn named(resolved: &Resolved, name: Option<&str>) -> Outcome<Vec<Shown>> {
    let settings = SETTINGS.iter().map(|setting| of_setting(setting, resolved));
    let all: Vec<Shown> = settings.chain(of_tables(resolved)).collect::<Outcome<_>>()?;
    let Some(name) = name else { return Ok(all) };
    let is_below = |of: &str| of.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let names: Vec<String> = all.iter().map(|shown| shown.name.clone()).collect();
    let named: Vec<Shown> = all.into_iter().filter(|shown| is_below(&shown.name)).collect();
    if named.is_empty() {
        let meant = did_you_mean(name, names.iter().map(String::as_str));
        let finding = Finding::new(STAGE, format!("no setting of the name {name:?}"), "a known setting");
        let advice = format!("{meant}`shopscore config show` lists them all");
        return Err(finding.advice(advice).fail(ExitClass::Usage));
    }
    Ok(named)
}

fn of_setting(setting: &'static Setting, Resolved { places, values, .. }: &Resolved) -> Outcome<Shown> {
    let value = values.0.get(setting.name).ok_or_else(|| fault(STAGE, format!("{} without a value", setting.name)))?;
    let folders = match setting.kind {
        Kind::Root => places.root().map(Path::to_owned).into_iter().collect(),
        _ => value.folders.iter().map(|folder| absolute(folder)).collect::<Outcome<_>>()?,
    };
    Ok(Shown {
        name: setting.name.to_owned(),
        value: value.text.clone(),
        is_secret: setting.kind == Kind::Command,
        otherwise: setting.otherwise,
        origin: value.origin.to_string(),
        folders,
    })
}

/// What is said of tables and columns, that of the last layer which says it.
fn of_tables(resolved: &Resolved) -> impl Iterator<Item = Outcome<Shown>> {
    let by_place: BTreeMap<&str, &Mapped> =
        resolved.mapped.iter().map(|mapped| (mapped.place.as_str(), mapped)).collect();
    by_place.into_values().map(|Mapped { place, texts, origin }| {
        let value = match texts.as_slice() {
            [text] => text.clone(),
            texts => format!("{texts:?}"),
        };
        let folders = match place.strip_suffix(".folder") {
            Some(_) => vec![absolute(&resolved.values.folder("extracts")?.join(&value))?],
            None => Vec::new(),
        };
        let name = format!("{}.{place}", mappings::SECTION);
        Ok(Shown { name, value: Some(value), is_secret: false, otherwise: "", origin: origin.to_string(), folders })
    })
}
