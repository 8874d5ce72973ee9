//! How a command begins: which file of settings it goes by, and its settings.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::SettingFlags;
#[cfg(feature = "cluster")]
use crate::cluster;
use crate::environment::SETTINGS_FILE;
#[cfg(not(feature = "cluster"))]
use crate::error::fault;
use crate::error::{Outcome, escaped};
use crate::extracts::remote::Remote;
use crate::settings::{self, Engine, Given, Settings};
use crate::{interruption, threads};

#[cfg(not(feature = "cluster"))]
const STAGE: &str = "settings";
const DEFAULT_FILE: &str = "jobs/nightly.toml";

/// Says which file of settings it goes by, resolves the settings and fixes the number of threads, before anything else happens.
pub(super) fn begin(flags: &SettingFlags) -> Outcome<Settings> {
    begin_with(given(flags), flags)
}

/// As [`begin`], with what was given.
pub(super) fn begin_with(given: Outcome<Given>, flags: &SettingFlags) -> Outcome<Settings> {
    say_file(file(flags).as_deref())?;
    let mut settings = given?.settings()?;
    threads::fix(settings.threads)?;
    interruption::listen();
    settings.delivery.remote = settings.engine.as_ref().map(|engine| open(engine, &settings)).transpose()?;
    Ok(settings)
}

/// The engine that reads the extracts. Nothing is asked of it yet: commands that read none need none.
#[cfg(feature = "cluster")]
fn open(engine: &Engine, settings: &Settings) -> Outcome<Arc<dyn Remote>> {
    Ok(cluster::engine(engine, settings))
}

/// Settings that name an engine were refused.
#[cfg(not(feature = "cluster"))]
fn open(engine: &Engine, _: &Settings) -> Outcome<Arc<dyn Remote>> {
    Err(fault(STAGE, format!("the engine {} in a build without engines", engine.address)))
}

/// What was given in the file of settings, the environment and by flags.
pub(super) fn given(flags: &SettingFlags) -> Outcome<Given> {
    Given::of(file(flags).as_deref(), environment(), flags.given.iter().cloned())
}

/// The settings of a run, with nothing done by them yet.
pub(super) fn resolved(flags: &SettingFlags) -> Outcome<Settings> {
    given(flags)?.settings()
}

/// The file of settings that was typed, that of the environment, or the usual one, if there is one.
pub(super) fn file(flags: &SettingFlags) -> Option<PathBuf> {
    let in_environment = || std::env::var_os(SETTINGS_FILE.name).filter(|file| !file.is_empty()).map(PathBuf::from);
    let usual = || Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.is_file());
    flags.config.clone().or_else(in_environment).or_else(usual)
}

/// The environment, with what is no UTF-8 replaced.
fn environment() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

/// Says once which file of settings a run goes by.
pub(super) fn say_file(file: Option<&Path>) -> Outcome<()> {
    match file {
        Some(file) => tracing::info!("settings: {}", escaped(&settings::absolute(file)?.display().to_string())),
        None => tracing::info!("settings: no file, since there is no {DEFAULT_FILE} in the working folder"),
    }
    Ok(())
}
