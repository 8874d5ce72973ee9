//! Files below a folder, as an engine lists them: the query, and what is made of its answer.
//!
//! In: batches of paths with lengths and times, and the names of all files. Out: names below the folder that was asked for. Times
//! are millionths of a second.

use std::collections::BTreeSet;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use percent_encoding::percent_decode_str;

use crate::error::{Outcome, fault};
use crate::extracts::remote::RemoteFile;

const STAGE: &str = "engine";

/// Files of a folder.
pub(super) const LISTED: &str = "SELECT path, length, unix_micros(modificationTime) AS modified FROM {files}";

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

/// The names of files below a folder, given their percent-encoded URLs.
pub(super) fn names(folder: &str, urls: &[String]) -> Outcome<BTreeSet<String>> {
    let name = |url: &String| {
        let path = percent_decode_str(url).decode_utf8().ok();
        let name = path.as_deref().and_then(|path| below(folder, path)).map(str::to_owned);
        name.ok_or_else(|| fault(STAGE, format!("{url} among the files of {folder}")))
    };
    urls.iter().map(name).collect()
}

/// The names of those of all files of a folder that are not in a listing of it: engines leave out such as are without any byte.
pub(super) fn left_out(folder: &str, all: &[String], listed: &[RemoteFile]) -> Outcome<BTreeSet<String>> {
    let known: BTreeSet<&str> = listed.iter().map(|file| file.name.as_str()).collect();
    Ok(names(folder, all)?.into_iter().filter(|name| !known.contains(name.as_str())).collect())
}

/// A path below a folder, whichever of `file:/x` and `file:///x` either of them is.
pub(super) fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
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
    fn files_that_a_listing_leaves_out_are_known_by_name_whatever_else_has_come_meanwhile() {
        let listed = ["dt=1 %/a", "dt=1 %/new"].map(|name| RemoteFile {
            name: name.to_owned(),
            size_bytes: 7,
            modified_micros: 1,
        });
        let all = ["file:///lake/shops/dt=1%20%25/a", "file:///lake/shops/dt=1%20%25/店"].map(str::to_owned);
        assert_eq!(left_out("file:///lake/shops", &all, &listed).unwrap(), ["dt=1 %/店".to_owned()].into());
        assert!(left_out("file:///lake/shops", &["file:///other/a".to_owned()], &listed).is_err());
    }

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
