//! The value of every setting, each sound, with where it was given.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::{Failure, Outcome, fault};
use crate::settings::declared::STAGE;
use crate::settings::origin::Origin;

/// A value as it was given.
pub(super) struct Value {
    /// None where the setting has none.
    pub(super) text: Option<String>,
    pub(super) origin: Origin,
    /// Where it leads, if it is a folder or a list of them.
    pub(super) folders: Vec<PathBuf>,
}

/// By the name of the setting.
pub(super) struct Values(pub(super) BTreeMap<&'static str, Value>);

impl Values {
    /// The value of a setting that has a default.
    pub(super) fn get<T: FromStr<Err: Display>>(&self, name: &str) -> Outcome<T> {
        self.optional(name)?.ok_or_else(|| without(name))
    }

    /// The values of a setting that is a list; none where it is not given.
    pub(super) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name).into_iter().flat_map(|text| text.split(',')).map(str::trim)
    }

    /// The value of a setting, if it has one.
    pub(super) fn optional<T: FromStr<Err: Display>>(&self, name: &str) -> Outcome<Option<T>> {
        let read = |text: &str| text.parse().map_err(|error| fault(STAGE, format!("{name}: {error}")));
        self.text(name).map(read).transpose()
    }

    /// Where a setting that is a folder leads.
    pub(super) fn folder(&self, name: &str) -> Outcome<PathBuf> {
        self.folders(name).first().cloned().ok_or_else(|| without(name))
    }

    /// Where a setting that is a list of folders leads; nowhere where it is not given.
    pub(super) fn folders(&self, name: &str) -> &[PathBuf] {
        self.0.get(name).map_or(&[], |value| &value.folders)
    }

    /// Whether somebody gave it.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.origin != Origin::Default)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.text.as_deref()
    }
}

fn without(name: &str) -> Failure {
    fault(STAGE, format!("{name} without a value or a default"))
}
