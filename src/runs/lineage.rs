//! The events of a run for OpenLineage: START, then COMPLETE or FAIL with the same run id, one JSON object a line.
//!
//! In: the record of a run, and the declarations of extracts and published tables. Out: events that fit the published schema 2-0-2, with
//! facets of nominal time, engine, error, schema, statistics and quality. Datasets are named by the absolute paths of their folders;
//! a run that failed before it knew them names none.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::STAGE;
use super::record::{InputDay, NightRun, RunRecord};
use crate::error::{Outcome, disk};
use crate::extracts::tables::Table;
use crate::publish::outputs::{NIGHTLY, OutputTable, YEARLY};

const SCHEMA_URL: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
/// The namespace of datasets in folders of a machine.
const FILES: &str = "file";

/// Which event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    Start,
    Complete,
    Fail,
}

impl Transition {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::Complete => "COMPLETE",
            Self::Fail => "FAIL",
        }
    }
}

/// Adds the event of a run to a file, in one write.
pub(crate) fn add(path: &Path, event: &Value) -> Outcome<()> {
    let failed = |error: io::Error| disk(STAGE, "append", path, &error);
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    file.write_all(format!("{event}\n").as_bytes()).map_err(failed)
}

/// The event of a run at a time.
pub(crate) fn event(record: &RunRecord, namespace: &str, transition: Transition, at: Timestamp) -> Value {
    json!({
        "eventType": transition.name(),
        "eventTime": at.to_string(),
        "producer": producer(record),
        "schemaURL": SCHEMA_URL,
        "run": { "runId": record.run_id, "facets": run_facets(record) },
        "job": { "namespace": namespace, "name": format!("shopscore {}", record.command), "facets": job_facets(record) },
        "inputs": inputs(record),
        "outputs": outputs(record),
    })
}

/// Who makes the events.
fn producer(record: &RunRecord) -> String {
    format!("urn:shopscore:{}", record.program_version)
}

/// A facet of a version of its schema.
fn facet(record: &RunRecord, (name, version): (&str, &str), fields: Value) -> Value {
    let schema = format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}");
    let mut facet = Map::from_iter([
        ("_producer".to_owned(), Value::from(producer(record))),
        ("_schemaURL".to_owned(), Value::from(schema)),
    ]);
    if let Value::Object(fields) = fields {
        facet.extend(fields);
    }
    Value::Object(facet)
}

fn run_facets(record: &RunRecord) -> Value {
    let engine = json!({ "name": "shopscore", "version": record.program_version });
    let mut facets = Map::from_iter([(
        "processing_engine".to_owned(),
        facet(record, ("ProcessingEngineRunFacet", "1-1-1"), engine),
    )]);
    let days = || record.nights.iter().map(|night| night.as_of).chain(record.failed_on);
    if let Some((first, last)) = days().min().zip(days().max()) {
        let midnight = |day| format!("{day}T00:00:00Z");
        let time = json!({ "nominalStartTime": midnight(first), "nominalEndTime": midnight(last.plus(1)) });
        facets.insert("nominalTime".to_owned(), facet(record, ("NominalTimeRunFacet", "1-0-1"), time));
    }
    if !record.findings.is_empty() {
        let said: Vec<&str> = record.findings.iter().map(|finding| finding.said.as_str()).collect();
        let error = json!({ "message": said.join("\n"), "programmingLanguage": "RUST" });
        facets.insert("errorMessage".to_owned(), facet(record, ("ErrorMessageRunFacet", "1-0-1"), error));
    }
    Value::Object(facets)
}

fn job_facets(record: &RunRecord) -> Value {
    let kind = json!({ "processingType": "BATCH", "integration": "SHOPSCORE", "jobType": "JOB" });
    json!({ "jobType": facet(record, ("JobTypeJobFacet", "2-0-4"), kind) })
}

/// A field of a dataset's schema.
fn field(name: &str, kind: &str) -> Value {
    json!({ "name": name, "type": kind })
}

fn schema(record: &RunRecord, fields: &[Value]) -> Value {
    facet(record, ("SchemaDatasetFacet", "1-2-0"), json!({ "fields": fields }))
}

fn inputs(record: &RunRecord) -> Vec<Value> {
    let table = |table: &Table| {
        let days: Vec<&InputDay> = record.inputs.iter().filter(|input| input.extract == table.name()).collect();
        let folder = record.extract_folders.get(table.name())?;
        (!days.is_empty()).then(|| input(record, (*table, folder), &days))
    };
    Table::ALL.iter().filter_map(table).collect()
}

fn input(record: &RunRecord, (table, folder): (Table, &str), days: &[&InputDay]) -> Value {
    let fields = table.spec().columns.iter().map(|column| field(column.name, column.kind.name()));
    let statistics = json!({
        "rowCount": days.iter().map(|day| day.row_count).sum::<i64>(),
        "size": days.iter().map(|day| day.size_bytes).sum::<u64>(),
        "fileCount": days.iter().map(|day| day.files).sum::<usize>(),
    });
    let statistics = facet(record, ("InputStatisticsInputDatasetFacet", "1-0-0"), statistics);
    let assertions = record.nights.last().map(|night| assertions(table, night)).unwrap_or_default();
    let assertions = facet(record, ("DataQualityAssertionsDatasetFacet", "1-1-0"), json!({ "assertions": assertions }));
    let (namespace, name) = dataset(folder);
    json!({
        "namespace": namespace,
        "name": name,
        "facets": { "schema": schema(record, &fields.collect::<Vec<_>>()) },
        "inputFacets": { "inputStatistics": statistics, "dataQualityAssertions": assertions },
    })
}

/// The namespace and the name of a folder, or of a URL that an engine reads.
fn dataset(folder: &str) -> (String, &str) {
    match folder.split_once("://") {
        None => (FILES.to_owned(), folder),
        Some(("file", path)) => (FILES.to_owned(), path),
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            (format!("{scheme}://{authority}"), path)
        }
    }
}

/// That no row of the last night's window was set aside, and for which reasons rows were.
fn assertions(table: Table, night: &NightRun) -> Vec<Value> {
    let of_table = || night.quarantined.iter().filter(|rows| rows.extract == table.name());
    let assertion = |name: &str, rows: i64| json!({ "assertion": name, "success": rows == 0, "severity": "warn", "expected": "0", "actual": rows.to_string() });
    let all = assertion("quarantined_rows", of_table().map(|rows| rows.row_count).sum());
    [all].into_iter().chain(of_table().map(|rows| assertion(&rows.reason, rows.row_count))).collect()
}

fn outputs(record: &RunRecord) -> Vec<Value> {
    NIGHTLY.into_iter().chain(YEARLY).filter_map(|table| output(record, table)).collect()
}

/// A published table; none where the run published nothing of it.
fn output(record: &RunRecord, table: &OutputTable) -> Option<Value> {
    let below = format!("published/{}/", table.name);
    let files: Vec<_> = record.outputs.iter().filter(|file| file.path.starts_with(&below)).collect();
    let last = files.last()?;
    let columns = table.schema();
    let fields = columns.fields().iter().map(|column| field(column.name(), &column.data_type().to_string()));
    let statistics = json!({
        "rowCount": files.iter().filter_map(|file| file.row_count).sum::<usize>(),
        "size": files.iter().filter_map(|file| file.size_bytes).sum::<u64>(),
        "fileCount": files.len(),
    });
    let version = json!({ "datasetVersion": last.generation });
    Some(json!({
        "namespace": FILES,
        "name": format!("{}/current/{}", record.out, table.name),
        "facets": {
            "schema": schema(record, &fields.collect::<Vec<_>>()),
            "version": facet(record, ("DatasetVersionDatasetFacet", "1-0-1"), version),
        },
        "outputFacets": { "outputStatistics": facet(record, ("OutputStatisticsOutputDatasetFacet", "1-0-2"), statistics) },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_named_by_its_store_and_the_path_in_it() {
        for (folder, namespace, name) in [
            ("/data/extracts/shops", "file", "/data/extracts/shops"),
            ("file:///data/shops", "file", "/data/shops"),
            ("s3a://bucket/x/shops", "s3a://bucket", "x/shops"),
            ("hdfs://host:8020/x", "hdfs://host:8020", "x"),
        ] {
            assert_eq!(dataset(folder), (namespace.to_owned(), name));
        }
    }
}
