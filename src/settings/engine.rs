//! The engine that reads the extracts where they lie, if it is none of ours, and what goes with one.
//!
//! In: values, sound by themselves. Out: how the engine is reached, or all that does not go together. A token is no part of any
//! setting: it stands in the environment or in a file of its own, and is never told.

use std::path::PathBuf;

use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::delivery::{Delivery, Int96Is};
use crate::settings::addresses::{LOCAL, is_below, is_read_by_engines, is_url, told};
use crate::settings::declared::STAGE;
use crate::settings::values::Values;

/// How an engine is reached that reads the extracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// Its address, `sc://HOST:PORT`, with `/;NAME=VALUE…` behind it or without; no secret.
    pub address: String,
    /// How many queries it runs side by side.
    pub queries: usize,
    /// What one answer of it may bring to this machine.
    pub result_mib: u64,
    /// The file with its bearer token; the environment may have one, too.
    pub token_file: Option<PathBuf>,
    /// The certificates that it is trusted by, where not by those that the program knows.
    pub ca_file: Option<PathBuf>,
}

/// The engine that values name, if it is another than our own.
pub(super) fn of(values: &Values) -> Outcome<Option<Engine>> {
    let address: String = values.get("engine")?;
    let path = |name: &str| values.folders(name).first().cloned();
    let engine = Engine {
        queries: values.get("engine_queries")?,
        result_mib: values.get("engine_result_mib")?,
        token_file: path("engine_token_file"),
        ca_file: path("engine_ca_file"),
        address,
    };
    Ok(Some(engine).filter(|engine| engine.address != LOCAL))
}

/// Makes sure that the delivery is one that the engine can read, or one that is read here.
pub(super) fn check(engine: Option<&Engine>, delivery: &Delivery, values: &Values) -> Outcome<()> {
    let findings = match engine {
        Some(_) => with_engine(delivery, values),
        None => without_engine(values),
    };
    Failure::unless_empty(ExitClass::Usage, findings)
}

fn without_engine(values: &Values) -> Vec<Finding> {
    let found = values.text("extracts").filter(|extracts| is_url(extracts));
    let finding = found.map(|extracts| {
        let finding = about(values, "extracts", &format!("{:?}", told(extracts)), "a folder of this machine");
        finding.advice("name the engine that reads the URL: engine = \"sc://HOST:PORT\"")
    });
    finding.into_iter().collect()
}

fn with_engine(delivery: &Delivery, values: &Values) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !cfg!(feature = "cluster") {
        let finding =
            about(values, "engine", "another engine", "engine = \"local\": this build has no engine but local");
        findings.push(finding.advice("build with --features cluster"));
    }
    let extracts = values.text("extracts").unwrap_or_default();
    if !is_read_by_engines(extracts) {
        let wanted =
            "a URL that the engine reads, without a password and, in its path, a colon or the characters of patterns";
        let finding = about(values, "extracts", &format!("{:?}", told(extracts)), wanted);
        findings.push(
            finding.advice("write s3a://BUCKET/FOLDER, hdfs://HOST/FOLDER, oss://BUCKET/FOLDER or file:///FOLDER"),
        );
    }
    for (table, of_table) in &delivery.tables {
        if let Some(folder) = of_table.folder.as_deref().filter(|folder| !is_below(folder)) {
            let name = table.name();
            let found = format!("tables.{name}.folder = {:?} with an engine", folder.display().to_string());
            let wanted = "a folder below the extracts, by plain names without the characters of patterns";
            findings.push(Finding::new(STAGE, found, wanted).advice("put the table below the URL of the extracts"));
        }
    }
    findings.extend(refused(delivery, values));
    findings
}

/// What goes with our own engine alone, in the words of why.
fn refused<'a>(delivery: &'a Delivery, values: &'a Values) -> impl Iterator<Item = Finding> + 'a {
    let has_int96 = delivery.int96 != Int96Is::default();
    [
        (
            "require_manifest",
            delivery.require_manifest,
            "none: engines do not list names that begin with _, manifests among them",
        ),
        (
            "require_success_marker",
            delivery.require_success_marker,
            "none: engines do not list names that begin with _, _SUCCESS among them",
        ),
        (
            "int96",
            has_int96,
            "int96 = \"refused\": engines read INT96 by their own zone, and do not tell it from other timestamps",
        ),
        ("linked_roots", !delivery.linked_roots.is_empty(), "none: there are no links where an engine lists"),
        (
            "extracts_kept_days",
            values.text("extracts_kept_days").is_some(),
            "none: appeals of expired days need every record kept here, and an engine keeps records where they lie",
        ),
    ]
    .into_iter()
    .filter(|(_, is_set, _)| *is_set)
    .map(|(name, _, wanted)| {
        let found = format!("{:?} with an engine", values.text(name).unwrap_or_default());
        about(values, name, &found, wanted).advice(format!("leave {name} out, or set engine = \"local\""))
    })
}

/// A finding about a setting, where it was given.
fn about(values: &Values, name: &str, found: &str, wanted: &str) -> Finding {
    let found = format!("{name} = {found}");
    match values.0.get(name) {
        Some(value) => value.origin.finding(&found, wanted),
        None => Finding::new(STAGE, found, wanted),
    }
}
