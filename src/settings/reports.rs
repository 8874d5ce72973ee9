//! Where the record of a run goes, and who is told of it: known even where other settings are not sound.
//!
//! In: the layers of a run. Out: the values that are sound by themselves. A run whose settings are refused is reported by them; the
//! refusal itself is that of [`Given::settings`].

use std::path::PathBuf;

use super::values::Values;
use super::{Given, check_apart};
use crate::error::Outcome;

/// The settings of reports.
#[derive(Clone, Debug)]
pub(crate) struct Reports {
    pub(crate) out: PathBuf,
    /// Whether a file of settings or somebody said where it is: else it may be anywhere.
    pub(crate) is_out_named: bool,
    pub(crate) state: PathBuf,
    pub(crate) metrics_file: Option<PathBuf>,
    pub(crate) openlineage_file: Option<PathBuf>,
    pub(crate) openlineage_namespace: String,
    pub(crate) on_success: Option<String>,
    pub(crate) on_failure: Option<String>,
    pub(crate) keep_runs_days: i64,
}

impl Given {
    /// The settings of reports.
    ///
    /// # Errors
    /// One of these values that is not sound, or folders that lie in one another.
    pub(crate) fn reports(&self) -> Outcome<Reports> {
        of(&self.layers.clone().sound(self.file.as_deref())?, self.file.is_some())
    }
}

fn of(values: &Values, has_file: bool) -> Outcome<Reports> {
    let path = |name: &str| values.folders(name).first().cloned();
    let (state, out) = (values.folder("state")?, values.folder("out")?);
    // Nothing of ours may come to lie among the extracts.
    check_apart(&values.folder("extracts")?, &state, &out)?;
    Ok(Reports {
        is_out_named: has_file || values.is_given("out"),
        out,
        state,
        metrics_file: path("metrics_file"),
        openlineage_file: path("openlineage_file"),
        openlineage_namespace: values.get("openlineage_namespace")?,
        on_success: values.optional("on_success")?,
        on_failure: values.optional("on_failure")?,
        keep_runs_days: values.get("keep_runs_days")?,
    })
}
