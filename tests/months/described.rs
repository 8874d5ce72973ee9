//! What the dictionary says of the published tables holds of their rows: columns, nulls, values, keys, and joins that always find a row.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::support::Bench;
use crate::support::library::{
    ANNUAL_SETTLEMENTS, MONTH_END_REVISIONS, MONTH_END_SCORES, MONTHLY_ASSESSMENTS, NIGHTLY, OutputTable,
};
use crate::support::published::rows_shown;

/// What a published table says of itself, and its rows with the partition key: one text a column, `-` where it is null.
struct Described {
    schema: Value,
    rows: Vec<BTreeMap<String, String>>,
}

impl Described {
    fn of(bench: &Bench, package: &Value, table: &OutputTable) -> Self {
        let resource = texts(&package["resources"], "name").iter().position(|name| *name == table.name).unwrap();
        let resource = &package["resources"][resource];
        assert_eq!(resource["path"], format!("current/{}/*/*.parquet", table.name));
        let names = texts(&resource["schema"]["fields"], "name");
        let (key, columns) = names.split_last().unwrap();
        let declared: Vec<String> = table.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!((columns, key.as_str()), (declared.as_slice(), table.partition_key), "{}", table.name);
        let folders = fs::read_dir(bench.path(&format!("out/current/{}", table.name))).unwrap();
        let rows = folders.map(|folder| folder.unwrap().path()).flat_map(|folder| {
            let value = folder.file_name().unwrap().to_str().unwrap().split_once('=').unwrap().1.to_owned();
            let columns: Vec<Vec<String>> = columns.iter().map(|name| rows_shown(&folder, table, &[name])).collect();
            let row = |row: usize| columns.iter().map(move |column| column[row].clone()).chain([value.clone()]);
            let rows: Vec<_> =
                (0..columns[0].len()).map(|place| names.iter().cloned().zip(row(place)).collect()).collect();
            rows
        });
        Self { schema: resource["schema"].clone(), rows: rows.collect() }
    }

    fn cells(&self, columns: &Value) -> Vec<Vec<&str>> {
        let columns: Vec<&str> = columns.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        self.rows.iter().map(|row| columns.iter().map(|name| row[*name].as_str()).collect()).collect()
    }

    /// What a field says of its values.
    fn assert_keeps(&self, field: &Value) {
        let (name, constraints) = (field["name"].as_str().unwrap(), &field["constraints"]);
        let allowed = constraints["enum"].as_array();
        let texts: Option<BTreeSet<_>> =
            allowed.map(|of| of.iter().map(|of| of.to_string().replace('"', "")).collect());
        for row in &self.rows {
            let cell = &row[name];
            if cell == "-" {
                assert!(constraints["required"] == false && field["null_zh"].is_string(), "{name}: null");
                continue;
            }
            assert!(texts.as_ref().is_none_or(|texts| texts.contains(cell)), "{name}: {cell}");
            let figure = || cell.parse::<f64>().unwrap();
            assert!(constraints["minimum"].as_f64().is_none_or(|least| figure() >= least), "{name}: {cell}");
            assert!(constraints["maximum"].as_f64().is_none_or(|most| figure() <= most), "{name}: {cell}");
        }
    }
}

fn texts(of: &Value, name: &str) -> Vec<String> {
    of.as_array().unwrap().iter().map(|of| of[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn rows_are_as_the_dictionary_beside_them_says() {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-30 --to 2022-02-02");
    bench.appeal_reviews_of_shop_3();
    bench.said("restate --month-end 2022-01-31 --knowledge-day 2022-02-03 --because appeals");
    bench.said("settle --year 2022 --as-of 2022-02-02");
    let package = fs::read_to_string(bench.path("out/datapackage.json")).unwrap();
    let package: Value = serde_json::from_str(&package).unwrap();
    let yearly = [&MONTH_END_SCORES, &MONTH_END_REVISIONS, &MONTHLY_ASSESSMENTS, &ANNUAL_SETTLEMENTS];
    let tables = NIGHTLY.into_iter().chain(yearly);
    let tables: BTreeMap<_, _> = tables.map(|table| (table.name, Described::of(&bench, &package, table))).collect();
    for (name, table) in &tables {
        assert!(!table.rows.is_empty(), "{name}");
        table.schema["fields"].as_array().unwrap().iter().for_each(|field| table.assert_keeps(field));
        let keys = table.cells(&table.schema["primaryKey"]);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{name}: two rows of one key");
        for foreign in table.schema["foreignKeys"].as_array().into_iter().flatten() {
            let other = foreign["reference"]["resource"].as_str().unwrap();
            let theirs: BTreeSet<_> = tables[other].cells(&foreign["reference"]["fields"]).into_iter().collect();
            let missing = table.cells(&foreign["fields"]).into_iter().find(|key| !theirs.contains(key));
            assert_eq!(missing, None, "{name} to {other}");
        }
    }
}

#[test]
fn the_dictionary_is_printed_as_it_lies_beside_the_tables_and_views_name_the_folder_given() {
    let bench = Bench::published_once();
    let copy = |name: &str| fs::read_to_string(bench.path("out/dictionary").join(name)).unwrap();
    assert_eq!(bench.said("schema"), copy("DICTIONARY.md"));
    assert_eq!(bench.said("schema --format datapackage"), copy("datapackage.json"));
    for dialect in ["duckdb", "spark", "clickhouse"] {
        let printed = bench.said(&format!("schema --format {dialect} --tables current"));
        assert_eq!(printed, copy(&format!("views.{dialect}.sql")));
        let out = bench.path("out/current/scores").display().to_string();
        assert!(bench.said(&format!("schema --format {dialect}")).contains(&out));
    }
    let refused = bench.run("schema --tables current");
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
}
