//! The JSON Schemas of all answers, in `docs/schemas/`, are those of the code: `RENEW_SCHEMAS=1` writes them anew.

use std::fs;
use std::path::Path;

use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use super::diff::{categories::CategoriesDiff, moved::Diff};
use super::explain::{days::DaysPage, page::Page, records::RecordsPage};
use super::summary::{day::DaySummary, year::YearSummary};
use super::{check, config, generations, history, plan, state, verify, whatif};
use crate::answers::Answer;
use crate::runs::record::{RunRecord, SCHEMA};

/// The file of an answer's schema, and what it holds.
fn schema<A: Answer + JsonSchema>() -> (String, String) {
    let mut schema = schema_for!(A).to_value();
    // The name and version stand beside the answer's own fields.
    schema["properties"]["schema"] = json!({ "const": A::SCHEMA });
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.insert(0, json!("schema"));
    }
    let file = format!("{}.json", A::SCHEMA.replace('/', "-"));
    (file, serde_json::to_string_pretty(&schema).unwrap() + "\n")
}

/// The file of the schema of a run's record, which says its own name and version.
fn schema_of_records() -> (String, String) {
    let mut schema = schema_for!(RunRecord).to_value();
    schema["properties"]["schema"] = json!({ "const": SCHEMA });
    (format!("{}.json", SCHEMA.replace('/', "-")), serde_json::to_string_pretty(&schema).unwrap() + "\n")
}

#[test]
fn the_schemas_of_answers_are_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let schemas = [
        schema::<check::Checked>(),
        schema::<config::Configuration>(),
        schema::<generations::Listing>(),
        schema::<history::Runs>(),
        schema_of_records(),
        schema::<state::Kept>(),
        schema::<DaySummary>(),
        schema::<YearSummary>(),
        schema::<verify::Verified>(),
        schema::<Page>(),
        schema::<DaysPage>(),
        schema::<RecordsPage>(),
        schema::<Diff>(),
        schema::<CategoriesDiff>(),
        schema::<plan::Plan>(),
        schema::<whatif::WhatIf>(),
    ];
    if std::env::var_os("RENEW_SCHEMAS").is_some() {
        schemas.iter().for_each(|(file, text)| fs::write(folder.join(file), text).unwrap());
    }
    let mut documented: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    documented.sort();
    let mut declared: Vec<&String> = schemas.iter().map(|(file, _)| file).collect();
    declared.sort();
    assert_eq!(documented.iter().collect::<Vec<_>>(), declared);
    for (file, text) in &schemas {
        assert!(fs::read_to_string(folder.join(file)).unwrap() == *text, "{file}: RENEW_SCHEMAS=1 writes it anew");
    }
}
