//! The JSON Schemas of all answers, in `docs/schemas/`, are those of the code: `RENEW_SCHEMAS=1` writes them anew. Every field
//! is described there: by what is documented of it, or, where nothing is, as the published column of its name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow::datatypes::Field;
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use super::diff::{categories::CategoriesDiff, moved::Diff};
use super::explain::{days::DaysPage, page::Page, records::RecordsPage};
use super::summary::{day::DaySummary, year::YearSummary};
use super::{check, config, generations, history, plan, state, verify, whatif};
use crate::answers::Answer;
use crate::publish::outputs::{NIGHTLY, YEARLY};
use crate::runs::record::{RunRecord, SCHEMA};

/// The file of an answer's schema, and what it holds.
fn schema<A: Answer + JsonSchema>() -> (String, String) {
    let mut schema = schema_for!(A).to_value();
    describe(&mut schema, &published_columns());
    // The name and version stand beside the answer's own fields.
    schema["properties"]["schema"] =
        json!({ "const": A::SCHEMA, "description": "The name and version of this schema." });
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.insert(0, json!("schema"));
    }
    let file = format!("{}.json", A::SCHEMA.replace('/', "-"));
    (file, serde_json::to_string_pretty(&schema).unwrap() + "\n")
}

/// The file of the schema of a run's record, which says its own name and version.
fn schema_of_records() -> (String, String) {
    let mut schema = schema_for!(RunRecord).to_value();
    describe(&mut schema, &published_columns());
    schema["properties"]["schema"] = json!({ "const": SCHEMA, "description": "The name and version of this schema." });
    (format!("{}.json", SCHEMA.replace('/', "-")), serde_json::to_string_pretty(&schema).unwrap() + "\n")
}

/// What published columns are, by name; those are left out that are not the same in all tables.
fn published_columns() -> BTreeMap<String, Option<String>> {
    let mut columns: BTreeMap<String, Option<String>> = BTreeMap::new();
    for field in NIGHTLY.into_iter().chain(YEARLY).flat_map(|table| table.schema().fields().to_vec()) {
        let said = described(&field);
        columns
            .entry(field.name().clone())
            .and_modify(|other| *other = other.take().filter(|other| *other == said))
            .or_insert(Some(said));
    }
    columns
}

/// As a sentence, with its unit.
fn described(column: &Field) -> String {
    let of = |key| column.metadata()[key].as_str();
    let (first, rest) = of("description").split_at(1);
    let unit = if of("unit").is_empty() { String::new() } else { format!(" ({})", of("unit")) };
    format!("{}{rest}{unit}.", first.to_uppercase())
}

/// Describes the fields of which nothing is documented as the published columns of their names.
fn describe(schema: &mut Value, columns: &BTreeMap<String, Option<String>>) {
    let Value::Object(parts) = schema else { return };
    if let Some(Value::Object(fields)) = parts.get_mut("properties") {
        for (name, field) in fields {
            if let (None, Some(Some(said))) = (field.get("description"), columns.get(name)) {
                field["description"] = json!(said);
            }
        }
    }
    parts.values_mut().for_each(|part| describe(part, columns));
}

/// The fields of a schema, of all that it is made of, that nothing describes.
fn undescribed(schema: &Value) -> Vec<String> {
    let Value::Object(parts) = schema else { return Vec::new() };
    let fields = parts.get("properties").and_then(Value::as_object).into_iter().flatten();
    let is_described = |field: &Value| field["description"].as_str().is_some_and(|said| !said.is_empty());
    let here = fields.filter(|(_, field)| !is_described(field)).map(|(name, _)| name.clone());
    here.chain(parts.values().flat_map(undescribed)).collect()
}

/// The schemas of all answers, by their files.
pub(super) fn schemas() -> Vec<(String, String)> {
    vec![
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
    ]
}

#[test]
fn every_field_of_an_answer_is_described() {
    for (file, text) in schemas() {
        let undescribed = undescribed(&serde_json::from_str(&text).unwrap());
        assert!(undescribed.is_empty(), "{file}: a comment in the code describes a field: {undescribed:?}");
    }
}

#[test]
fn the_schemas_of_answers_are_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let schemas = schemas();
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
