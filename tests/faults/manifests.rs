//! Manifests that do not fit their partition, among them fault 12.

use std::fs;

use super::{PLACE, REJECTED, assert_identical, assert_refused, assert_refused_with, assert_rejected};
use crate::support::disk::{Disk, flip};
use crate::support::files::{sha256, write_manifest};
use crate::support::{A_DAY, Bench, Table, day};

const PART: &str = "part-0.parquet";

/// Writes a manifest of the payments of [`A_DAY`]: the files that `listed` makes of the rows and the hash of the one there is.
fn with_manifest(bench: &Bench, listed: impl Fn(usize, &str) -> Vec<(&'static str, usize, String)>) {
    let folder = bench.partition(Table::Payments, day(A_DAY));
    let rows = bench.batch(Table::Payments, day(A_DAY)).num_rows();
    let files = listed(rows, &sha256(&folder.join(PART)));
    let files: Vec<_> = files.iter().map(|(name, rows, hash)| (*name, *rows, hash.as_str())).collect();
    write_manifest(&folder, &files);
}

fn with_fitting_manifest(bench: &Bench) {
    with_manifest(bench, |rows, hash| vec![(PART, rows, hash.into())]);
}

#[test]
fn a_manifest_that_fits_is_no_fault() {
    assert_identical(with_fitting_manifest);
}

#[test]
fn a_manifest_that_does_not_fit_is_refused() {
    type Listed = fn(usize, &str) -> Vec<(&'static str, usize, String)>;
    let manifests: [(Listed, &[&[&str]]); 7] = [
        (
            |rows, hash| vec![(PART, rows + 1, hash.into())],
            &[&[PLACE, ": found 10 rows, wanted the manifest's 11 rows"]],
        ),
        (
            |rows, hash| vec![(PART, rows, hash.replace(['0', '1', '2'], "3"))],
            &[&[PLACE, ": found bytes with SHA-256 ", "wanted the manifest's "]],
        ),
        (
            |rows, hash| vec![(PART, rows, hash.into()), ("part-1.parquet", 7, hash.into())],
            &[&["dt=2022-03-14/_manifest.json: found no part file \"part-1.parquet\""]],
        ),
        (|_, _| vec![], &[&[PLACE, ": found a part file that the manifest does not list"]]),
        (
            |rows, hash| vec![(PART, rows, hash.into()); 2],
            &[&["dt=2022-03-14/_manifest.json: found \"part-0.parquet\" twice"]],
        ),
        (
            |rows, hash| [PART, "../dt=2022-03-13/part-0.parquet"].map(|name| (name, rows, hash.into())).into(),
            &[
                &["found the name \"../dt=2022-03-13/part-0.parquet\", wanted a plain name without /"],
                &["found no part file \"../dt=2022-03-13/part-0.parquet\""],
            ],
        ),
        (
            |rows, hash| vec![("dt=2022-03-14/part-0.parquet", rows, hash.into())],
            &[
                &["_manifest.json: found the name \"dt=2022-03-14/part-0.parquet\""],
                &["part-0.parquet: found a part file that the manifest does not list"],
                &["_manifest.json: found no part file \"dt=2022-03-14/part-0.parquet\""],
            ],
        ),
    ];
    for (listed, findings) in manifests {
        assert_refused(REJECTED, |bench| with_manifest(bench, listed), findings);
    }
}

#[test]
fn a_manifest_of_another_form_is_refused() {
    for text in ["", "{", "[]", "{\"files\": 1}", "{\"files\": [{\"name\": \"part-0.parquet\"}]}"] {
        assert_rejected(
            |bench| {
                let folder = bench.partition(Table::Payments, day(A_DAY));
                fs::write(folder.join("_manifest.json"), text).unwrap();
            },
            &["payments/dt=2022-03-14/_manifest.json: found JSON of another form", "wanted {\"files\""],
        );
    }
}

#[test]
fn a_partition_without_a_manifest_is_refused_where_one_is_required() {
    // A snapshot, and seven tables over three days.
    let finding: &[&str] = &["/_manifest.json: found no manifest", "wanted a manifest"];
    assert_refused_with(&["--set", "require_manifest=true"], REJECTED, |_| {}, &[finding; 22]);
}

#[test]
fn fault_12_every_flipped_bit_under_a_manifest_is_refused() {
    let bench = Bench::sound();
    with_fitting_manifest(&bench);
    bench.nightly(&[]).assert_done();
    let before = Disk::of(&bench);
    let file = bench.file(Table::Payments, day(A_DAY));
    let (sound, wanted) = (fs::read(&file).unwrap(), sha256(&file));
    for place in (0..sound.len()).step_by(sound.len() / 25) {
        let mut flipped = sound.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&file, flipped).unwrap();
        let ended = bench.nightly(&[]);
        assert_eq!(ended.code, Some(REJECTED), "bit {place}: {}", ended.stderr);
        assert!(ended.stderr.contains(PLACE), "{}", ended.stderr);
        before.assert_unchanged(&Disk::of(&bench));
    }
    // Inside the values of the first page, which no reader would notice.
    assert_rejected(
        |bench| {
            with_fitting_manifest(bench);
            flip(&bench.file(Table::Payments, day(A_DAY)), 60);
        },
        &[PLACE, ": found bytes with SHA-256 ", &format!(", wanted the manifest's {wanted}")],
    );
}
