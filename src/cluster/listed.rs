//! Files below a folder, as an engine lists them and gives their ends: the queries, and what is made of their answers.
//!
//! In: batches of paths with lengths and times, or with bytes. Out: names below the folder that was asked for. Times are
//! millionths of a second.

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;

use crate::error::{Outcome, fault};
use crate::extracts::remote::RemoteFile;

const STAGE: &str = "engine";

/// Files of a folder.
pub(super) const LISTED: &str = "SELECT path, length, unix_micros(modificationTime) AS modified FROM {files}";

/// The end of each file as long as its last bytes say that its footer is: four of the length, the lowest first, and four of a mark.
/// A mebibyte at most, where what they say is no length.
pub(super) const FOOTERS: &str = "SELECT path, substring(content, -CAST(least(8 + footer_bytes, 1048576) AS INT)) AS footer FROM \
    (SELECT path, content, CAST(conv(concat(hex(substring(content, -5, 1)), hex(substring(content, -6, 1)), \
    hex(substring(content, -7, 1)), hex(substring(content, -8, 1))), 16, 10) AS BIGINT) AS footer_bytes FROM {files})";

/// The files of a listing, by their names below the folder.
pub(super) fn listed(folder: &str, batch: &RecordBatch) -> Outcome<Vec<RemoteFile>> {
    let strange = || fault(STAGE, "a listing without paths, lengths and times");
    let paths = batch.column(0).as_string_opt::<i32>().ok_or_else(strange)?;
    let column = |place: usize| batch.columns().get(place).and_then(|column| column.as_primitive_opt::<Int64Type>());
    let (lengths, times) = column(1).zip(column(2)).ok_or_else(strange)?;
    let files = paths.iter().flatten().zip(lengths.iter().flatten()).zip(times.iter().flatten());
    let files = files.map(|((path, length), modified_micros)| {
        let below = below(folder, path).ok_or_else(|| fault(STAGE, format!("{path} in a listing of {folder}")))?;
        let size_bytes = u64::try_from(length).map_err(|error| fault(STAGE, error))?;
        Ok(RemoteFile { name: below.to_owned(), size_bytes, modified_micros })
    });
    files.collect()
}

/// The ends of files, by their names below the folder.
pub(super) fn footers_of(folder: &str, batch: &RecordBatch) -> Outcome<Vec<(String, Vec<u8>)>> {
    let strange = || fault(STAGE, "ends of files without their paths");
    let paths = batch.column_by_name("path").and_then(|column| column.as_string_opt::<i32>()).ok_or_else(strange)?;
    let ends = batch.column_by_name("footer").and_then(|column| column.as_binary_opt::<i32>()).ok_or_else(strange)?;
    let footers = paths.iter().flatten().zip(ends.iter().flatten());
    footers.map(|(path, end)| Ok((below(folder, path).ok_or_else(strange)?.to_owned(), end.to_vec()))).collect()
}

/// A path below a folder, whichever of `file:/x` and `file:///x` either of them is.
fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    let (scheme, folder) = folder.split_once(':')?;
    // Some servers list files of their own disks without a scheme.
    let (other, path) = path.split_once(":/").unwrap_or((scheme, path));
    let folder = folder.trim_start_matches('/').trim_end_matches('/');
    let below = path.trim_start_matches('/').strip_prefix(folder)?.strip_prefix('/')?;
    (scheme == other).then_some(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_below_a_folder_whichever_way_its_url_is_written() {
        for (folder, path, expected) in [
            ("file:///lake/shops", "file:/lake/shops/dt=2022-03-15/a.parquet", Some("dt=2022-03-15/a.parquet")),
            ("file:///lake/shops/", "file:///lake/shops/a", Some("a")),
            ("s3a://bucket/shops", "s3a://bucket/shops/dt=1/a", Some("dt=1/a")),
            ("s3a://bucket/shops", "s3a://other/shops/a", None),
            ("file:///lake/shops", "file:/lake/shops2/a", None),
            ("file:///lake", "hdfs:///lake/a", None),
            ("file:///lake/shops", "lake/shops/dt=1/a", Some("dt=1/a")),
        ] {
            assert_eq!(below(folder, path), expected, "{folder} {path}");
        }
    }
}
