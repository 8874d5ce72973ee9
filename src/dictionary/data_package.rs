//! The dictionary as a Frictionless Data Package (version 2): tables as resources, columns as fields with constraints, joins as
//! foreign keys where there always is a row. What the standard has no word for stands in properties of our own.
//!
//! Paths are patterns, relative to OUT, where a link to the copy lies: partitions come every night, the dictionary stays.

use serde::Serialize;
use serde_json::{Number, Value};

use super::covered::outputs;
use super::words;
use crate::error::{Outcome, fault};
use crate::publish::outputs::{Allowed, Join, OutputColumn, OutputKind, OutputTable};

const STAGE: &str = "dictionary";
const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

#[derive(Serialize)]
struct Package {
    #[serde(rename = "$schema")]
    profile: &'static str,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    resources: Vec<Resource>,
}

#[derive(Serialize)]
struct Resource {
    name: &'static str,
    r#type: &'static str,
    /// Of all its part files, in all partitions.
    path: String,
    format: &'static str,
    mediatype: &'static str,
    description: &'static str,
    description_zh: &'static str,
    partition_key: &'static str,
    sorted_by: Vec<String>,
    joins: Vec<Joined>,
    schema: Schema,
}

#[derive(Serialize)]
struct Joined {
    fields: Vec<&'static str>,
    reference: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks_zh: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    fields: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    primary_key: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    foreign_keys: Vec<ForeignKey>,
}

#[derive(Serialize)]
struct ForeignKey {
    fields: Vec<&'static str>,
    reference: Reference,
}

#[derive(Serialize)]
struct Reference {
    resource: &'static str,
    fields: Vec<&'static str>,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    r#type: &'static str,
    description: &'static str,
    description_zh: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'static str,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null_zh: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning_zh: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Meaning>,
    constraints: Constraints,
}

/// What one of the values stands for.
#[derive(Serialize)]
struct Meaning {
    value: Value,
    description: &'static str,
    description_zh: &'static str,
}

#[derive(Serialize)]
struct Constraints {
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<i64>,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<Value>,
}

pub(super) fn package() -> Outcome<String> {
    let resources = outputs().map(|(table, folder)| resource(table, &folder)).collect::<Outcome<_>>()?;
    let package = Package {
        profile: PROFILE,
        name: "shopscore",
        title: "Service scores of shops 店铺基础服务考核分",
        description: "What shopscore publishes every night. Paths are patterns, relative to the output folder.",
        resources,
    };
    let text = serde_json::to_string_pretty(&package).map_err(|error| fault(STAGE, error))?;
    Ok(text + "\n")
}

fn resource(table: &'static OutputTable, folder: &str) -> Outcome<Resource> {
    let is_descending = |name: &&str| if table.descending.contains(name) { " desc" } else { "" };
    Ok(Resource {
        name: table.name,
        r#type: "table",
        path: format!("{folder}/*/*.parquet"),
        format: "parquet",
        mediatype: "application/vnd.apache.parquet",
        description: table.grain,
        description_zh: table.grain_chinese,
        partition_key: table.partition_key,
        sorted_by: table.sorted_by.iter().map(|name| format!("{name}{}", is_descending(name))).collect(),
        joins: table.joins.iter().map(joined).collect(),
        schema: schema(table)?,
    })
}

fn schema(table: &'static OutputTable) -> Outcome<Schema> {
    let columns = || table.columns();
    let fields = columns().map(field).chain([field(table.partition_column()?)]).collect::<Outcome<_>>()?;
    let keys: Vec<_> = table.keys().map(|column| column.name).collect();
    let partition = Some(table.partition_key).filter(|_| !keys.is_empty());
    let certain = table.joins.iter().filter(|join| join.lacks.is_none());
    let foreign_keys = certain.map(|join| {
        let Joined { fields, reference, .. } = joined(join);
        ForeignKey { fields, reference }
    });
    Ok(Schema {
        fields,
        primary_key: partition.into_iter().chain(keys).collect(),
        foreign_keys: foreign_keys.collect(),
    })
}

fn joined(join: &Join) -> Joined {
    let (fields, theirs) = join.on.iter().copied().unzip();
    Joined {
        fields,
        reference: Reference { resource: join.table, fields: theirs },
        lacks: join.lacks.map(|lacks| lacks.english),
        lacks_zh: join.lacks.map(|lacks| lacks.chinese),
    }
}

fn field(column: &'static OutputColumn) -> Outcome<Field> {
    let values = match column.allowed {
        Allowed::OneOf(values) => values,
        Allowed::Any | Allowed::Between(..) | Allowed::From(_) => &[],
    };
    let meaning = |of: &crate::publish::outputs::Value| -> Outcome<Meaning> {
        let (description, description_zh) = (of.stands_for.english, of.stands_for.chinese);
        Ok(Meaning { value: typed(column, of.value)?, description, description_zh })
    };
    Ok(Field {
        name: column.name,
        r#type: kind(column.kind),
        description: column.english,
        description_zh: column.chinese,
        unit: column.unit,
        role: words::role(column.role).english,
        better: column.better.map(|better| words::better(better).english),
        null: column.null.map(|null| null.english),
        null_zh: column.null.map(|null| null.chinese),
        warning: column.warning.map(|warning| warning.english),
        warning_zh: column.warning.map(|warning| warning.chinese),
        values: values.iter().map(meaning).collect::<Outcome<_>>()?,
        constraints: constraints(column)?,
    })
}

fn constraints(column: &OutputColumn) -> Outcome<Constraints> {
    let (minimum, maximum) = match column.allowed {
        Allowed::Any | Allowed::OneOf(_) => (None, None),
        Allowed::Between(from, to) => (Some(from), Some(to)),
        Allowed::From(from) => (Some(from), None),
    };
    let one_of = match column.allowed {
        Allowed::OneOf(values) => values.iter().map(|of| typed(column, of.value)).collect::<Outcome<_>>()?,
        Allowed::Any | Allowed::Between(..) | Allowed::From(_) => Vec::new(),
    };
    Ok(Constraints { required: !column.is_nullable(), minimum, maximum, one_of })
}

/// One of the values of a column in the column's type.
fn typed(column: &OutputColumn, value: &str) -> Outcome<Value> {
    if column.kind != OutputKind::Integer {
        return Ok(Value::String(value.to_owned()));
    }
    let number: i64 = value.parse().map_err(|error| fault(STAGE, format!("{} {value}: {error}", column.name)))?;
    Ok(Value::Number(Number::from(number)))
}

fn kind(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Text => "string",
        OutputKind::Integer => "integer",
        OutputKind::Float => "number",
        OutputKind::Date => "date",
        OutputKind::Boolean => "boolean",
        OutputKind::CountedScores => "array",
    }
}
