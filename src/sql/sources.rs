//! Which files a query reads, and how an engine is told: those with the same columns and the same partition keys together.
//!
//! In: checked partitions of one table. Out: one [`Source`] for each shape that their files have, and for an engine that is
//! asked the lists of files; for a query that is only printed, files stand in its text. An engine that does not read the keys
//! of folders has each file by itself: such ones mix up the types of files that they read together, too.

use std::path::Path;

use percent_encoding::percent_decode_str;

use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::contract::{CheckedFile, CheckedPartition};
use crate::extracts::ddl::ddl;
use crate::extracts::remote::FilesRead;
use crate::sql::STAGE;
use crate::sql::asked::Source;
use crate::sql::dialect::Dialect;

/// Files that have their columns and their partition keys alike.
struct Shape<'a> {
    /// The keys of the folders below the table's, that of the day first.
    keys: Vec<String>,
    /// One of them.
    like: &'a CheckedFile,
    paths: Vec<&'a Path>,
    /// The folder of the day that it is of, where there is one file only.
    of_day: Option<&'a Path>,
}

/// The sources of an engine that is told its files beside the query.
pub(crate) fn of_engine<'a>(
    partitions: &[&'a CheckedPartition],
    reads_keys: bool,
) -> Outcome<(Vec<Source<'a>>, Vec<FilesRead>)> {
    let base = base(partitions)?;
    let shapes = shapes(partitions, base, reads_keys).into_iter().map(|shape| {
        let name = FilesRead::new_name();
        let columns = ddl(&shape.like.columns)?;
        if let Some(key) = shape.keys.iter().find(|key| columns.contains_key(key.as_str())) {
            return Err(key_is_column(key, base));
        }
        let of_folders = if reads_keys { shape.keys.as_slice() } else { &[] };
        let keys = of_folders.iter().map(|key| format!("{} STRING", Dialect::Spark.name(key)));
        let read = FilesRead {
            name: name.clone(),
            schema: columns.into_values().chain(keys).collect::<Vec<_>>().join(", "),
            base: reads_keys.then(|| base.display().to_string()),
            paths: shape.paths.iter().map(|path| path.display().to_string()).collect(),
        };
        Ok((source(Dialect::Spark, name, &shape, base)?, read))
    });
    Ok(shapes.collect::<Outcome<Vec<_>>>()?.into_iter().unzip())
}

/// The sources of a query whose text says which files it reads; rejected where the dialect has no words for it.
pub(crate) fn of_text<'a>(dialect: Dialect, partitions: &[&'a CheckedPartition]) -> Outcome<Vec<Source<'a>>> {
    let base = base(partitions)?;
    let shapes = shapes(partitions, base, true);
    if dialect == Dialect::Spark && (shapes.len() > 1 || shapes.iter().any(|shape| shape.keys.len() != 1)) {
        let found = format!("files of {} shapes, or in folders below those of days", shapes.len());
        let finding =
            Finding::new(STAGE, found, "files with the same columns, right in the folders of their days").path(base);
        return Err(finding
            .advice("print it with --dialect duckdb, or set engine and let the nights ask it")
            .fail(ExitClass::Rejected));
    }
    let sources = shapes.iter().map(|shape| {
        let relation = match dialect {
            Dialect::Spark => {
                let key = dialect.name(shape.keys.first().map(String::as_str).unwrap_or_default());
                let days = partitions.iter().map(|partition| Ok(dialect.text(&written(partition)?)));
                let days = days.collect::<Outcome<Vec<_>>>()?.join(", ");
                format!("parquet.{} WHERE CAST({key} AS STRING) IN ({days})", dialect.name(&base.display().to_string()))
            }
            Dialect::DuckDb => {
                let paths = shape.paths.iter().map(|path| dialect.text(&path.display().to_string()));
                let paths = paths.collect::<Vec<_>>().join(",\n    ");
                let options = "hive_partitioning = true, hive_types_autocast = false, filename = true";
                format!("read_parquet([\n    {paths}], {options})")
            }
        };
        source(dialect, relation, shape, base)
    });
    sources.collect()
}

fn source<'a>(dialect: Dialect, relation: String, shape: &Shape<'a>, base: &Path) -> Outcome<Source<'a>> {
    let key = shape.keys.first().map(String::as_str).unwrap_or_default();
    let day = match shape.of_day {
        Some(folder) => dialect.text(&key_and_value(folder)?.1),
        None => format!("CAST({} AS {})", dialect.name(key), dialect.string()),
    };
    let place = match dialect {
        // Behind a name for them, files are not told apart there.
        Dialect::Spark => format!("concat({}, {day})", dialect.text(&format!("{}/{key}=", base.display()))),
        Dialect::DuckDb => "filename".to_owned(),
    };
    Ok(Source { relation, day, place, columns: &shape.like.columns })
}

/// The value that a partition's folder writes for its day.
pub(crate) fn written(partition: &CheckedPartition) -> Outcome<String> {
    let (_, value) = key_and_value(&partition.folder)?;
    Ok(value)
}

fn key_and_value(folder: &Path) -> Outcome<(String, String)> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    let (key, value) = decoded.split_once('=').ok_or_else(|| fault(STAGE, format!("the partition {name:?}")))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The folder of the table.
fn base<'a>(partitions: &[&'a CheckedPartition]) -> Outcome<&'a Path> {
    let folder = partitions.first().and_then(|partition| partition.folder.parent());
    folder.ok_or_else(|| fault(STAGE, "a query over no table-day"))
}

fn shapes<'a>(partitions: &[&'a CheckedPartition], base: &Path, reads_keys: bool) -> Vec<Shape<'a>> {
    let mut shapes: Vec<Shape<'a>> = Vec::new();
    for partition in partitions {
        let of_day = (!reads_keys).then_some(partition.folder.as_path());
        for file in &partition.files {
            let keys = keys_of(file, base);
            let is_same = |shape: &&mut Shape<'a>| reads_keys && shape.keys == keys && shape.like.is_like(file);
            match shapes.iter_mut().find(is_same) {
                Some(shape) => shape.paths.push(&file.path),
                None => shapes.push(Shape { keys, like: file, paths: vec![&file.path], of_day }),
            }
        }
    }
    shapes
}

/// The keys of the folders that a file lies in, below its table's.
fn keys_of(file: &CheckedFile, base: &Path) -> Vec<String> {
    let folders = &file.path.parent().and_then(|folder| folder.strip_prefix(base).ok());
    let names = folders.iter().flat_map(|folder| folder.components()).filter_map(|part| part.as_os_str().to_str());
    let keys = names.filter_map(|name| name.split_once('='));
    keys.map(|(key, _)| percent_decode_str(key).decode_utf8_lossy().into_owned()).collect()
}

fn key_is_column(key: &str, base: &Path) -> Failure {
    let found = format!("a folder key {key:?} that is the name of a column, too");
    let finding =
        Finding::new(STAGE, found, "keys of folders that no column of the files is called by").path(base).column(key);
    finding
        .advice("name the folders otherwise: an engine reads the key in place of the column")
        .fail(ExitClass::Rejected)
}
