//! Ways in which a producer may write the same rows.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::forms::{Forms, forms};
use crate::support::files::codecs;
use crate::support::{Day, Marketplace, Row, Table, UTC, batch, files};

/// What the business time zone is ahead of UTC.
const ZONE_MICROSECONDS: i64 = 8 * 3_600 * 1_000_000;

/// How all partitions are written and read.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// How many part files a partition has; some may be empty.
    parts: usize,
    /// What their names begin with.
    name: &'static str,
    /// How partitions are called, and where in them files lie.
    folders: Folders,
    /// The forms of columns, where they are not those of the contract.
    pub(crate) forms: Option<Forms>,
    /// The order of the rows and of the files; none keeps that of the marketplace.
    order_seed: Option<u64>,
    /// The part files take these in turn.
    styles: Vec<Style>,
    /// How many threads read them.
    pub(crate) threads: usize,
}

/// How one part file is written.
#[derive(Clone, Debug)]
struct Style {
    /// Taken for milliseconds only where no value needs more.
    unit: TimeUnit,
    /// Whether timestamps are local times without a zone.
    is_local: bool,
    /// Taken only where every value fits.
    integer: DataType,
    text: DataType,
    codec: Compression,
    has_dictionaries: bool,
    row_group_rows: usize,
    page_rows: usize,
    version: WriterVersion,
}

impl Layout {
    /// One file a partition, in the types of the specification, read by one thread.
    pub(crate) fn plain() -> Self {
        Self {
            parts: 1,
            name: "part-",
            folders: Folders { keys: vec!["dt"], day: Spelling::Dashes, below: "", suffix: ".parquet" },
            forms: None,
            order_seed: None,
            styles: vec![Style::plain()],
            threads: 1,
        }
    }

    /// Writes every partition.
    pub(crate) fn write(&self, marketplace: &Marketplace, extracts: &Path) {
        let mut styles = self.styles.iter().cycle();
        for ((table, day), rows) in &marketplace.rows {
            let folder = self.folders.of(extracts, *table, *day);
            fs::create_dir_all(&folder).unwrap();
            let (parts, numbers) = self.divided(rows);
            for (rows, number) in parts.iter().zip(numbers) {
                let path = folder.join(format!("{}{number}{}", self.name, self.folders.suffix));
                let rows = batch(*table, rows);
                let rows = self.forms.as_ref().map_or(rows.clone(), |forms| forms.applied(*table, &rows));
                styles.next().unwrap().write(&path, &rows);
            }
        }
    }

    /// The rows of each part file, and the numbers in the files' names.
    fn divided(&self, rows: &[Row]) -> (Vec<Vec<Row>>, Vec<usize>) {
        let mut parts = vec![Vec::new(); self.parts];
        for place in self.order(rows.len()) {
            parts[place % self.parts].push(rows[place].clone());
        }
        (parts, self.order(self.parts))
    }

    /// The numbers below `count`, in the order that the seed gives.
    fn order(&self, count: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..count).collect();
        if self.order_seed.is_some() {
            numbers.sort_by_key(|number| {
                let mut hasher = DefaultHasher::new();
                (self.order_seed, number).hash(&mut hasher);
                hasher.finish()
            });
        }
        numbers
    }
}

/// How partitions are called, and where in them files lie.
#[derive(Clone, Debug)]
struct Folders {
    /// Tables take these in turn.
    keys: Vec<&'static str>,
    day: Spelling,
    /// A sub-folder.
    below: &'static str,
    suffix: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Spelling {
    Dashes,
    Digits,
    Encoded,
    Midnight,
}

impl Folders {
    fn of(&self, extracts: &Path, table: Table, day: Day) -> PathBuf {
        let place = Table::ALL.iter().position(|other| *other == table).unwrap();
        let text = day.to_string();
        let value = match self.day {
            Spelling::Dashes => text,
            Spelling::Digits => text.replace('-', ""),
            Spelling::Encoded => text.replace('-', "%2D"),
            Spelling::Midnight => format!("{text} 00:00:00"),
        };
        extracts.join(table.name()).join(format!("{}={value}", self.keys[place % self.keys.len()])).join(self.below)
    }
}

fn folders() -> impl Strategy<Value = Folders> {
    let spellings = vec![Spelling::Dashes, Spelling::Digits, Spelling::Encoded, Spelling::Midnight];
    let suffixes = vec![".parquet", "", ".PARQUET", ".snappy"];
    (
        vec(select(vec!["dt", "ds", "pt", "日期"]), 1..=3),
        select(spellings),
        select(vec!["", "hour=07", "a/b"]),
        select(suffixes),
    )
        .prop_map(|(keys, day, below, suffix)| Folders { keys, day, below, suffix })
}

/// Everything that a producer may choose, with the settings that say what files cannot.
pub(crate) fn of_any_form() -> impl Strategy<Value = Layout> {
    (of_any_kind(), folders(), forms()).prop_map(|(layout, folders, forms)| Layout {
        folders,
        forms: Some(forms),
        ..layout
    })
}

pub(crate) fn of_other_parts() -> impl Strategy<Value = Layout> {
    (2_usize..=4).prop_map(|parts| Layout { parts, ..Layout::plain() })
}

pub(crate) fn of_other_names() -> impl Strategy<Value = Layout> {
    names().prop_map(|name| Layout { name, parts: 2, ..Layout::plain() })
}

fn names() -> impl Strategy<Value = &'static str> {
    select(vec!["", "0", "Z-", "part-0000", "一 份 ", "a=b%20", "attempt.c000.snappy."])
}

pub(crate) fn of_another_order() -> impl Strategy<Value = Layout> {
    any::<u64>().prop_map(|seed| Layout { order_seed: Some(seed), ..Layout::plain() })
}

pub(crate) fn of_two_threads() -> impl Strategy<Value = Layout> {
    Just(Layout { threads: 2, ..Layout::plain() })
}

/// Partitions of three files, so that one of them may mix what its files have in common otherwise.
fn of_styles(style: impl Strategy<Value = Style>) -> impl Strategy<Value = Layout> {
    vec(style, 1..=4).prop_map(|styles| Layout { parts: 3, styles, ..Layout::plain() })
}

pub(crate) fn of_other_timestamps() -> impl Strategy<Value = Layout> {
    of_styles(timestamps().prop_map(|(unit, is_local)| Style { unit, is_local, ..Style::plain() }))
}

pub(crate) fn of_other_integers() -> impl Strategy<Value = Layout> {
    of_styles(integers().prop_map(|integer| Style { integer, ..Style::plain() }))
}

pub(crate) fn of_other_encodings() -> impl Strategy<Value = Layout> {
    of_styles(encodings())
}

pub(crate) fn of_any_kind() -> impl Strategy<Value = Layout> {
    let style = (timestamps(), integers(), encodings()).prop_map(|((unit, is_local), integer, encoding)| Style {
        unit,
        is_local,
        integer,
        ..encoding
    });
    (1_usize..=4, names(), any::<u64>(), vec(style, 1..=4), 1_usize..=2).prop_map(
        |(parts, name, seed, styles, threads)| Layout {
            parts,
            name,
            order_seed: Some(seed),
            styles,
            threads,
            ..Layout::plain()
        },
    )
}

fn timestamps() -> impl Strategy<Value = (TimeUnit, bool)> {
    let units = vec![TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];
    (select(units), any::<bool>())
}

fn integers() -> impl Strategy<Value = DataType> {
    use DataType::{Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    select(vec![Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64])
}

fn encodings() -> impl Strategy<Value = Style> {
    use DataType::{Int8, Int32, LargeUtf8, Utf8, Utf8View};
    let dictionary = |key| DataType::Dictionary(Box::new(key), Box::new(Utf8));
    let texts = vec![Utf8, LargeUtf8, Utf8View, dictionary(Int8), dictionary(Int32)];
    let versions = vec![WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0];
    (select(texts), select(codecs().to_vec()), any::<bool>(), 1_usize..=9, 1_usize..=9, select(versions)).prop_map(
        |(text, codec, has_dictionaries, row_group_rows, page_rows, version)| Style {
            text,
            codec,
            has_dictionaries,
            row_group_rows,
            page_rows,
            version,
            ..Style::plain()
        },
    )
}

impl Style {
    fn plain() -> Self {
        Self {
            unit: TimeUnit::Microsecond,
            is_local: false,
            integer: DataType::Int64,
            text: DataType::Utf8,
            codec: Compression::UNCOMPRESSED,
            has_dictionaries: true,
            row_group_rows: 1_000,
            page_rows: 1_000,
            version: WriterVersion::PARQUET_1_0,
        }
    }

    fn write(&self, path: &Path, batch: &RecordBatch) {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns());
        let styled = columns.map(|(field, column)| (field.name(), self.styled(column), true));
        let properties = WriterProperties::builder()
            .set_compression(self.codec)
            .set_dictionary_enabled(self.has_dictionaries)
            .set_max_row_group_row_count(Some(self.row_group_rows))
            .set_data_page_row_count_limit(self.page_rows)
            .set_write_batch_size(self.page_rows)
            .set_writer_version(self.version)
            .build();
        files::write_with(path, &RecordBatch::try_from_iter_with_nullable(styled).unwrap(), properties);
    }

    fn styled(&self, column: &ArrayRef) -> ArrayRef {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        match column.data_type() {
            DataType::Int64 => cast_with_options(column, &self.integer, &strict).unwrap_or(Arc::clone(column)),
            DataType::Utf8 => cast_with_options(column, &self.text, &strict).unwrap(),
            DataType::Timestamp(TimeUnit::Microsecond, _) => self.timestamps(column.as_primitive()),
            _ => Arc::clone(column),
        }
    }

    fn timestamps(&self, instants: &TimestampMicrosecondArray) -> ArrayRef {
        let ahead = if self.is_local { ZONE_MICROSECONDS } else { 0 };
        let shifted = instants.unary::<_, TimestampMicrosecondType>(|instant| instant + ahead);
        let fits_milliseconds = shifted.iter().flatten().all(|microseconds| microseconds % 1_000 == 0);
        let zone = (!self.is_local).then_some(UTC);
        match self.unit {
            TimeUnit::Millisecond if fits_milliseconds => {
                let values: TimestampMillisecondArray = shifted.unary(|microseconds| microseconds / 1_000);
                Arc::new(values.with_timezone_opt(zone))
            }
            TimeUnit::Nanosecond => {
                let values: TimestampNanosecondArray = shifted.unary(|microseconds| microseconds * 1_000);
                Arc::new(values.with_timezone_opt(zone))
            }
            _ => Arc::new(shifted.with_timezone_opt(zone)),
        }
    }
}
