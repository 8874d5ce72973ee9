//! Two months and some days of a small marketplace, and what is published of it as readable rows.

use arrow::array::{Array, RecordBatch};
use arrow::util::display::array_value_to_string;
use shopscore::domain::Window;
use shopscore::extracts::tables::Table;
use shopscore::publish::outputs::OutputTable;
use shopscore::publish::reading::read_partition;

use crate::support::bench::{Bench, Ended, Published};
use crate::support::files;
use crate::support::marketplace::{Marketplace, WINDOW_DAYS, partition};
use crate::support::rows::{Row, batch, day};

/// The extracts of 2022-01-25 to 2022-03-02; every day is alike, windows have three days, and nobody appeals.
pub(crate) fn two_months() -> Bench {
    let days = Window { first: day("2022-01-25"), last: day("2022-03-02") };
    let mut marketplace = Marketplace::sound_in(days, days.first);
    marketplace.rows.retain(|(table, _), _| *table != Table::Appeals);
    let bench = Bench::of(marketplace);
    // What the year lacks before the extracts begin is no gap.
    bench.configure(&format!(
        "window_days = {WINDOW_DAYS}\nmax_snapshot_age_days = 60\nhistory_starts_on = 2022-01-25"
    ));
    bench
}

/// Runs the program to a good end, and returns what it says.
pub(crate) fn said(bench: &Bench, command: &str) -> String {
    let ended = run(bench, command);
    ended.assert_done();
    ended.stdout
}

/// Runs the program with these words.
pub(crate) fn run(bench: &Bench, command: &str) -> Ended {
    let arguments: Vec<&str> = command.split(' ').collect();
    bench.run(&arguments)
}

/// Adds a part file to a partition.
pub(crate) fn deliver(bench: &Bench, table: Table, on: &str, rows: &[Row]) {
    let folder = partition(&bench.path("extracts"), table, day(on));
    let parts = std::fs::read_dir(&folder).map_or(0, Iterator::count);
    files::write(&folder.join(format!("part-{parts}.parquet")), &batch(table, rows));
}

/// Some columns of a published partition, one text a row.
pub(crate) fn shown(bench: &Bench, table: &OutputTable, value: &str, columns: &[&str]) -> Vec<String> {
    let folder = bench.path("out/current").join(table.name).join(format!("{}={value}", table.partition_key));
    if !folder.is_dir() {
        return Vec::new();
    }
    let rows = read_partition(&folder, table).unwrap();
    let cell = |name: &&str, row: usize| text(&rows, name, row);
    let line = |row| columns.iter().map(|name| cell(name, row)).collect::<Vec<_>>().join(" ");
    (0..rows.num_rows()).map(line).collect()
}

fn text(rows: &RecordBatch, name: &str, row: usize) -> String {
    let column = rows.column_by_name(name).unwrap();
    if column.is_null(row) { "-".to_owned() } else { array_value_to_string(column, row).unwrap() }
}

/// The last day of January and of February.
pub(crate) const MONTH_ENDS: [&str; 2] = ["2022-01-31", "2022-02-28"];

/// The published files, without the quarantine, that differ between two states.
pub(crate) fn differing(before: &Published, after: &Published) -> Vec<String> {
    let paths = before.files.keys().chain(after.files.keys()).filter(|path| path.starts_with("published"));
    let differing = paths.filter(|path| before.files.get(*path) != after.files.get(*path));
    let mut differing: Vec<String> = differing.map(|path| folder_of(path)).collect();
    differing.sort();
    differing.dedup();
    differing
}

fn folder_of(path: &std::path::Path) -> String {
    path.parent().unwrap().strip_prefix("published").unwrap().display().to_string()
}
