//! Manifests that do not fit their partition.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use shopscore::extracts::tables::Table;

use crate::support::bench::{Bench, Published};
use crate::support::files::{make_pipe, sha256, write_manifest};
use crate::support::rows::day;
use crate::{A_DAY, REJECTED, assert_refused, assert_scored};

/// Writes a manifest for the payments of [`A_DAY`] that fits, but for what `change` makes of its one line.
fn with_manifest(bench: &Bench, files: impl Fn(usize, &str) -> Vec<(&'static str, usize, String)>) {
    let folder = bench.partition(Table::Payments, day(A_DAY));
    let rows = bench.batch(Table::Payments, day(A_DAY)).num_rows();
    let files = files(rows, &sha256(&folder.join("part-0.parquet")));
    let files: Vec<_> = files.iter().map(|(name, rows, hash)| (*name, *rows, hash.as_str())).collect();
    write_manifest(&folder, &files);
}

#[test]
fn a_manifest_that_fits_is_no_fault() {
    assert_scored(
        |bench| with_manifest(bench, |rows, hash| vec![("part-0.parquet", rows, hash.to_owned())]),
        &[],
    );
}

#[test]
fn a_manifest_that_does_not_fit_is_refused() {
    type Files = fn(usize, &str) -> Vec<(&'static str, usize, String)>;
    let manifests: [(Files, &[&[&str]]); 7] = [
        (
            |rows, hash| vec![("part-0.parquet", rows + 1, hash.to_owned())],
            &[&["dt=2022-03-14/part-0.parquet: found 10 rows, wanted the manifest's 11 rows"]],
        ),
        (
            |rows, hash| vec![("part-0.parquet", rows, hash.replace(['0', '1', '2'], "3"))],
            &[&["dt=2022-03-14/part-0.parquet: found bytes with SHA-256 ", "wanted the manifest's "]],
        ),
        (
            |rows, hash| {
                vec![("part-0.parquet", rows, hash.to_owned()), ("part-1.parquet", 7, hash.to_owned())]
            },
            &[&["dt=2022-03-14/_manifest.json: found no part file \"part-1.parquet\""]],
        ),
        (
            |_, _| vec![],
            &[&["dt=2022-03-14/part-0.parquet: found a part file that the manifest does not list"]],
        ),
        (
            |rows, hash| vec![("part-0.parquet", rows, hash.to_owned()); 2],
            &[&["dt=2022-03-14/_manifest.json: found \"part-0.parquet\" twice"]],
        ),
        (
            |rows, hash| {
                vec![
                    ("part-0.parquet", rows, hash.to_owned()),
                    ("../dt=2022-03-13/part-0.parquet", rows, hash.to_owned()),
                ]
            },
            &[
                &["found the name \"../dt=2022-03-13/part-0.parquet\", wanted a plain name without /"],
                &["found no part file \"../dt=2022-03-13/part-0.parquet\""],
            ],
        ),
        (
            |rows, hash| vec![("dt=2022-03-14/part-0.parquet", rows, hash.to_owned())],
            &[
                &["_manifest.json: found the name \"dt=2022-03-14/part-0.parquet\""],
                &["part-0.parquet: found a part file that the manifest does not list"],
                &["_manifest.json: found no part file \"dt=2022-03-14/part-0.parquet\""],
            ],
        ),
    ];
    for (files, findings) in manifests {
        assert_refused(|bench| with_manifest(bench, files), &[], REJECTED, findings);
    }
}

#[test]
fn a_manifest_of_another_form_is_refused() {
    for text in ["", "{", "[]", "{\"files\": 1}", "{\"files\": [{\"name\": \"part-0.parquet\"}]}"] {
        assert_refused(
            |bench| {
                let folder = bench.partition(Table::Payments, day(A_DAY));
                fs::write(folder.join("_manifest.json"), text).unwrap();
            },
            &[],
            REJECTED,
            &[&["payments/dt=2022-03-14/_manifest.json: found JSON of another form", "wanted {\"files\""]],
        );
    }
}

#[test]
fn a_flipped_bit_under_a_manifest_is_refused() {
    assert_refused(
        |bench| {
            with_manifest(bench, |rows, hash| vec![("part-0.parquet", rows, hash.to_owned())]);
            let file = bench.file(Table::Payments, day(A_DAY));
            let mut bytes = fs::read(&file).unwrap();
            // Inside the values of the first page, which no reader would notice.
            bytes[60] ^= 1;
            fs::write(file, bytes).unwrap();
        },
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: found bytes with SHA-256 "]],
    );
}

#[test]
fn a_partition_without_a_manifest_is_refused_where_one_is_required() {
    let bench = Bench::sound();
    let ended = bench.nightly(&["--set", "require_manifest=true"]);
    // A snapshot, and seven tables over three days.
    let finding: &[&str] = &["/_manifest.json: found no manifest", "wanted a manifest"];
    ended.assert_refused(REJECTED, &[finding; 22]);
    assert_eq!(bench.published(), Published::default());
}

#[test]
fn a_manifest_that_is_no_regular_file_is_refused_and_never_waited_for() {
    type Make = fn(&Path);
    let kinds: [(Make, &str); 4] = [
        (|path| fs::create_dir(path).unwrap(), "found a folder"),
        (make_pipe, "found a pipe, socket or device"),
        (|path| symlink("nowhere.json", path).unwrap(), "found a path that leads nowhere"),
        (|path| symlink("/dev/zero", path).unwrap(), "found a link to /dev/zero"),
    ];
    for (make, found) in kinds {
        assert_refused(
            |bench| make(&bench.partition(Table::Payments, day(A_DAY)).join("_manifest.json")),
            &[],
            REJECTED,
            &[&["listing: ", "payments/dt=2022-03-14/_manifest.json: ", found, "wanted a regular file"]],
        );
    }
}
