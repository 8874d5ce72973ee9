//! The index of a table-day's records beside a Parquet file of the same records with a page index.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use shopscore::error::Outcome;
use shopscore::extracts::contract::CheckedPartition;
use shopscore::extracts::reader::{self, Source};
use shopscore::extracts::selection::Selection;
use shopscore::partials::all_records::AllRecords;
use shopscore::partials::daily::{Wanted, sum_up};
use shopscore::partials::measures::{self, PartialSpec};
use shopscore::partials::records::{Answers, Record};
use shopscore::state::record_index::{self, RecordIndex};

use crate::shared::{bench_fault, say_piece, table_days, timed};

/// As many appeals speak of one table-day in a night.
const KEYS: usize = 25;
const PAGE_RECORDS: usize = 512;
const KEY: &str = "key";

/// The index of a table-day's records beside a Parquet file of the same records with a page index: all table-days of a window
/// written, and as many records looked up in each as a night does.
pub(crate) fn measure(extracts: &str, runs: usize) -> Outcome<()> {
    let folder = std::env::temp_dir().join(format!("shopscore-pieces-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(bench_fault)?;
    let mut written = Vec::new();
    let mut seconds = [vec![0.0; runs], vec![0.0; runs]];
    let mut bytes = [0, 0];
    for (place, day) in table_days(extracts, PartialSpec::has_records)?.iter().enumerate() {
        let records = records_of(day)?;
        let [by_hand, instead] = ["records", "parquet"].map(|ending| folder.join(format!("{place}.{ending}")));
        let [of_hand, of_other] = &mut seconds;
        for (of_hand, of_other) in of_hand.iter_mut().zip(of_other) {
            *of_hand += timed(|| {
                let records = AllRecords::of_columns(&records)?;
                fs::write(&by_hand, record_index::encode(&records, "f")).map_err(bench_fault)
            })?;
            *of_other += timed(|| fs::write(&instead, parquet_of(&records)?).map_err(bench_fault))?;
        }
        for (bytes, file) in bytes.iter_mut().zip([&by_hand, &instead]) {
            *bytes += fs::metadata(file).map_err(bench_fault)?.len();
        }
        let keys = records.first().map_or(&[][..], Vec::as_slice);
        let step = (keys.len() / KEYS).max(1);
        let keys: BTreeSet<i64> = keys.iter().skip(step / 2).step_by(step).copied().collect();
        written.push(([by_hand, instead], keys));
    }
    const INSTEAD: &str = "Parquet files of sorted records with a page index";
    say_piece("record index, written", extracts, &mut seconds, INSTEAD);
    println!("bytes by hand {}, instead {}", bytes[0], bytes[1]);
    let mut seconds = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        let mut found = [Vec::new(), Vec::new()];
        seconds[0].push(timed(|| look_up_all(&written, 0, &mut found[0], look_up))?);
        seconds[1].push(timed(|| look_up_all(&written, 1, &mut found[1], look_up_in_parquet))?);
        if found[0] != found[1] {
            return Err(bench_fault("other records"));
        }
    }
    say_piece("record index, looked up", extracts, &mut seconds, INSTEAD);
    fs::remove_dir_all(&folder).map_err(bench_fault)
}

type Written = ([PathBuf; 2], BTreeSet<i64>);

fn look_up_all(
    written: &[Written],
    which: usize,
    found: &mut Vec<Answers>,
    look_up: fn(&Path, &BTreeSet<i64>) -> Outcome<Answers>,
) -> Outcome<()> {
    for (files, keys) in written {
        found.push(look_up(&files[which], keys)?);
    }
    Ok(())
}

fn look_up(file: &Path, keys: &BTreeSet<i64>) -> Outcome<Answers> {
    let found = RecordIndex::open(file, "f").and_then(|index| index.look_up(keys));
    found.ok_or_else(|| bench_fault("a damaged index"))
}

/// The keys of a table-day's records, their shops and their figures.
fn records_of(day: &CheckedPartition) -> Outcome<Vec<Vec<i64>>> {
    let spec = measures::of(day.table).ok_or_else(|| bench_fault("no partial"))?;
    let loaded = reader::load(day)?;
    let wanted = Wanted { spec, custom_made: &BTreeSet::new(), with_records: true };
    let partial = sum_up((day.table, day.day), wanted, |consume| {
        reader::decode(day, Source::Loaded(&loaded), &Selection::default(), consume)
    })?;
    partial.records.ok_or_else(|| bench_fault("no records"))?.unpacked()
}

fn parquet_of(columns: &[Vec<i64>]) -> Outcome<Vec<u8>> {
    let names: Vec<String> =
        (0..columns.len()).map(|place| if place == 0 { KEY.to_owned() } else { place.to_string() }).collect();
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BINARY_PACKED)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::from(KEY), EnabledStatistics::Page)
        .set_data_page_row_count_limit(PAGE_RECORDS)
        .set_write_batch_size(PAGE_RECORDS);
    properties = properties.set_max_row_group_row_count(None);
    let fields: Vec<Field> = names.iter().map(|name| Field::new(name, DataType::Int64, false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.iter().map(|column| Arc::new(Int64Array::from(column.clone())) as ArrayRef).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(bench_fault)?;
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties.build())).map_err(bench_fault)?;
    writer.write(&batch).map_err(bench_fault)?;
    writer.into_inner().map_err(bench_fault)
}

/// Reads the pages in which the keys must lie.
fn look_up_in_parquet(path: &Path, keys: &BTreeSet<i64>) -> Outcome<Answers> {
    let file = File::open(path).map_err(bench_fault)?;
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(bench_fault)?;
    let page_index = metadata.metadata().page_index_for_row_group(0);
    let (Some(ColumnIndexMetaData::INT64(index)), Some(offsets)) =
        (page_index.column_index(0), page_index.offset_index(0))
    else {
        return Err(bench_fault("no page index"));
    };
    let rows = usize::try_from(metadata.metadata().file_metadata().num_rows()).map_err(bench_fault)?;
    let firsts: Vec<usize> = offsets.page_locations().iter().map(|page| page.first_row_index as usize).collect();
    let pages = index.min_values().iter().zip(index.max_values()).zip(0..);
    let pages = pages.filter(|((least, greatest), _)| keys.range(**least..=**greatest).next().is_some());
    let mut selected: Vec<RowSelector> = Vec::new();
    let mut until = 0;
    for (_, page) in pages {
        let (first, end) = (firsts[page], firsts.get(page + 1).copied().unwrap_or(rows));
        selected.extend([RowSelector::skip(first - until), RowSelector::select(end - first)]);
        until = end;
    }
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
        .with_row_selection(RowSelection::from(selected))
        .with_batch_size(1 << 16)
        .build()
        .map_err(bench_fault)?;
    let mut found = Answers::new();
    for batch in reader {
        let batch = batch.map_err(bench_fault)?;
        let columns: Vec<&[i64]> =
            batch.columns().iter().map(|column| &column.as_primitive::<Int64Type>().values()[..]).collect();
        for (row, key) in columns[0].iter().enumerate().filter(|(_, key)| keys.contains(key)) {
            let figures = columns[2..].iter().map(|column| column[row]);
            found.insert(*key, Some(Record::of(columns[1][row], figures)));
        }
    }
    Ok(found)
}
