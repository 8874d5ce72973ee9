//! Files that are not what they are called: faults 11, 12, 17 and 43.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use shopscore::extracts::tables::Table;

use crate::disk::{Disk, assert_unchanged};
use crate::support::bench::Bench;
use crate::support::checksums::write_with_checksum;
use crate::support::files::{sha256, truncate, write_manifest};
use crate::support::rows::day;
use crate::{A_DAY, REJECTED};

const PLACE: &str = "payments/dt=2022-03-14/part-0.parquet";

#[test]
fn fault_11_what_is_no_complete_parquet_file_is_refused_with_its_size() {
    for (content, found) in [
        (&b""[..], "a file of zero bytes"),
        (b"PAR1", "a truncated or damaged Parquet file of 4 bytes"),
        (b"order_id,shop_id\n1,1\n", "a file of 21 bytes that does not start as Parquet does"),
        (b"<html>404</html>", "a file of 16 bytes that does not start as Parquet does"),
    ] {
        assert_unchanged(
            |bench| fs::write(bench.file(Table::Payments, day(A_DAY)), content).unwrap(),
            &[],
            REJECTED,
            &[&[PLACE, found, "wanted a complete Parquet file", "write the file again"]],
        );
    }
}

#[test]
fn fault_11_a_file_cut_or_torn_anywhere_is_refused() {
    let sound = fs::read(Bench::sound().file(Table::Payments, day(A_DAY))).unwrap();
    let length = sound.len() as u64;
    for kept in [length - 1, length / 2, length / 4] {
        let found = format!("a truncated or damaged Parquet file of {kept} bytes");
        assert_unchanged(
            |bench| truncate(&bench.file(Table::Payments, day(A_DAY)), kept),
            &[],
            REJECTED,
            &[&[PLACE, &found]],
        );
    }
    // The second half was never written, as after a power cut.
    let torn: Vec<u8> = sound[..sound.len() / 2].iter().copied().chain(vec![0; sound.len() / 2]).collect();
    assert_unchanged(
        |bench| fs::write(bench.file(Table::Payments, day(A_DAY)), &torn).unwrap(),
        &[],
        REJECTED,
        &[&[PLACE, "a truncated or damaged Parquet file of "]],
    );
}

#[test]
fn fault_12_every_flipped_bit_under_a_manifest_is_refused() {
    let bench = Bench::sound();
    let folder = bench.partition(Table::Payments, day(A_DAY));
    let file = folder.join("part-0.parquet");
    let (sound, wanted) = (fs::read(&file).unwrap(), sha256(&file));
    let rows = bench.batch(Table::Payments, day(A_DAY)).num_rows();
    write_manifest(&folder, &[("part-0.parquet", rows, &wanted)]);
    bench.nightly(&[]).assert_done();
    let before = Disk::of(&bench);
    for place in (0..sound.len()).step_by(sound.len() / 25) {
        let mut flipped = sound.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&file, flipped).unwrap();
        let ended = bench.nightly(&[]);
        assert_eq!(ended.code, Some(REJECTED), "bit {place}: {}", ended.stderr);
        assert!(ended.stderr.contains(PLACE), "{}", ended.stderr);
        before.assert_unchanged(&Disk::of(&bench));
    }
    let mut flipped = sound.clone();
    flipped[60] ^= 1;
    fs::write(&file, flipped).unwrap();
    let found = sha256(&file);
    let hashes = format!("found bytes with SHA-256 {found}, wanted the manifest's {wanted}");
    bench.nightly(&[]).assert_refused(REJECTED, &[&[PLACE, &hashes]]);
}

#[test]
fn fault_12_a_page_that_is_not_what_its_checksum_says_is_refused() {
    assert_unchanged(
        |bench| {
            let batch = bench.batch(Table::Payments, day(A_DAY));
            write_with_checksum(&bench.file(Table::Payments, day(A_DAY)), &batch, false);
        },
        &[],
        REJECTED,
        &[&[PLACE, "pages that cannot be decoded", "CRC", "deliver the file again"]],
    );
}

#[test]
fn fault_17_other_names_are_ignored_and_said_to_be() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = Disk::of(&bench);
    let folder = bench.partition(Table::Payments, day(A_DAY));
    for name in
        ["_SUCCESS", "_tmp-x.parquet", ".tmp-x.parquet", "part-0.parquet.crc", "x.part", "x.PARQUET\u{1b}"]
    {
        fs::write(folder.join(name), "no Parquet").unwrap();
    }
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert!(ended.stderr.contains("6 names in the extracts ignored, first: "), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("_SUCCESS") && ended.stderr.contains("x.PARQUET\\u{1b}"),
        "{}",
        ended.stderr
    );
    before.assert_unchanged(&Disk::of(&bench));
}

/// Checks that what `make` puts in a partition under this name is refused, and quickly.
fn assert_odd(name: &str, make: impl Fn(&Path), found: &str) {
    let begun = Instant::now();
    assert_unchanged(
        |bench| make(&bench.partition(Table::Payments, day(A_DAY)).join(name)),
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/", name, found, "wanted a regular file inside the extracts"]],
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn fault_43_what_is_no_regular_file_is_refused_without_being_opened() {
    let pipe = |path: &Path| mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    assert_odd("odd.parquet", |path| fs::create_dir(path).unwrap(), "found a folder");
    assert_odd("odd.parquet", pipe, "found a pipe, socket or device");
    assert_odd("_manifest.json", pipe, "found a pipe, socket or device");
    assert_odd(
        "odd.parquet",
        |path| symlink("odd.parquet", path).unwrap(),
        "found a path that leads nowhere",
    );
    assert_odd("odd.parquet", |path| symlink("nowhere", path).unwrap(), "found a path that leads nowhere");
    assert_odd("odd.parquet", |path| symlink("/dev/zero", path).unwrap(), "found a link to /dev/zero");
}

#[test]
fn fault_43_a_partition_that_leads_outside_or_around_is_refused() {
    for target in ["/usr", "dt=2022-03-12", "../../out"] {
        assert_unchanged(
            |bench| {
                fs::create_dir_all(bench.path("out")).unwrap();
                symlink(target, bench.partition(Table::Payments, day("2022-03-12"))).unwrap();
            },
            &[],
            REJECTED,
            &[&["extracts/payments/dt=2022-03-12: found a file, or a link that leads nowhere or outside"]],
        );
    }
}

#[test]
fn fault_43_a_file_that_may_not_be_read_is_refused() {
    let unreadable = |bench: &Bench| {
        let file = bench.file(Table::Payments, day(A_DAY));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        file
    };
    if File::open(unreadable(&Bench::sound())).is_ok() {
        // A user who may read everything cannot be refused.
        return;
    }
    assert_unchanged(|bench| drop(unreadable(bench)), &[], REJECTED, &[&[PLACE, "wanted a readable file"]]);
}
