//! Files that are not what they are called: faults 11, 12, 17 and 43.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use arrow::datatypes::DataType;

use super::{PLACE, REJECTED, assert_identical, assert_refused, assert_rejected, assert_run_refused};
use crate::support::checksums::write_with_checksum;
use crate::support::disk::{Disk, set_mode};
use crate::support::files::{doubled, make_pipe, retyped, truncate, without};
use crate::support::{A_DAY, AS_OF, Bench, Table, day};

fn file(bench: &Bench) -> std::path::PathBuf {
    bench.file(Table::Payments, day(A_DAY))
}

#[test]
fn fault_11_what_is_no_complete_parquet_file_is_refused_with_its_size() {
    let sound = fs::read(file(&Bench::sound())).unwrap();
    // The second half was never written, as after a power cut.
    let torn = [&sound[..sound.len() / 2], &vec![0; sound.len() / 2]].concat();
    for (content, found) in [
        (&b""[..], "a file of zero bytes"),
        (b"order_id,shop_id\n1,1\n", "a file of 21 bytes that does not start as Parquet does"),
        (b"<html>404 Not Found</html>", "a file of 26 bytes that does not start as Parquet does"),
        (b"PAR1", "a truncated or damaged Parquet file of 4 bytes"),
        (b"PAR1\0\0\0\0PAR1", "a truncated or damaged Parquet file of 12 bytes"),
        (b"PAR1\xff\xff\xff\x7fPAR1", "a truncated or damaged Parquet file of 12 bytes"),
        (&torn, "a truncated or damaged Parquet file of "),
    ] {
        assert_rejected(
            |bench| fs::write(file(bench), content).unwrap(),
            &[PLACE, found, "wanted a complete Parquet file", "write the file again"],
        );
    }
}

#[test]
fn fault_11_a_file_cut_anywhere_is_refused() {
    let length = fs::metadata(file(&Bench::sound())).unwrap().len();
    for kept in [length - 1, length / 2, length / 4, 7] {
        let found = format!("found a truncated or damaged Parquet file of {kept} bytes");
        assert_rejected(|bench| truncate(&file(bench), kept), &[PLACE, &found]);
    }
}

#[test]
fn fault_12_a_page_that_is_not_what_its_checksum_says_is_refused() {
    let with_checksum = |bench: &Bench, is_true: bool| {
        write_with_checksum(&file(bench), &bench.batch(Table::Payments, day(A_DAY)), is_true);
    };
    assert_identical(|bench| with_checksum(bench, true));
    assert_rejected(
        |bench| with_checksum(bench, false),
        &[PLACE, "pages that cannot be decoded", "CRC", "deliver the file again"],
    );
}

#[test]
fn fault_17_other_names_are_left_aside_and_said_to_be() {
    let bench = Bench::published_once();
    let before = Disk::of(&bench);
    let folder = bench.partition(Table::Payments, day(A_DAY));
    for name in ["_SUCCESS", "_tmp-1.parquet", ".part-1.parquet", ".part-1.parquet.crc", "rows.csv", "x.CSV\u{1b}"] {
        fs::write(folder.join(name), "no Parquet").unwrap();
    }
    fs::write(folder.join("x_$folder$"), "").unwrap();
    let ended = bench.nightly(&[]);
    ended.assert_done();
    for said in [
        "5 names in the extracts ignored, first: ",
        "_SUCCESS",
        "2 files without PAR1 at both ends left aside, first: ",
        "x.CSV\\u{1b}",
    ] {
        assert!(ended.log.concat().contains(said) || ended.stderr.contains(said), "{said}: {ended:?}");
    }
    fs::create_dir_all(bench.path("extracts/payments/_temporary/dt=1")).unwrap();
    fs::create_dir_all(bench.path("extracts/another_table/dt=2022-03-15")).unwrap();
    bench.nightly(&[]).assert_done();
    before.assert_unchanged(&Disk::of(&bench));
}

#[test]
fn fault_43_what_is_no_regular_file_is_refused_without_being_opened() {
    type Make = fn(&Path);
    let kinds: [(Make, &str); 5] = [
        (make_pipe, "found a pipe, socket or device"),
        (|path| symlink(path.file_name().unwrap(), path).unwrap(), "found a path that leads nowhere"),
        (|path| symlink("nowhere", path).unwrap(), "found a path that leads nowhere"),
        (|path| symlink("/dev/null", path).unwrap(), "found a link to /dev/null"),
        (|path| symlink("/dev/zero", path).unwrap(), "found a link to /dev/zero"),
    ];
    for name in ["odd.parquet", "_manifest.json"] {
        for (make, found) in kinds {
            let begun = Instant::now();
            assert_rejected(
                |bench| make(&bench.partition(Table::Payments, day(A_DAY)).join(name)),
                &[
                    "listing: ",
                    &format!("payments/dt=2022-03-14/{name}: "),
                    found,
                    "wanted a regular file or folder inside the extracts",
                ],
            );
            assert!(begun.elapsed() < Duration::from_secs(10), "{name} {found}");
        }
    }
}

#[test]
fn fault_43_a_partition_that_leads_outside_or_around_is_refused() {
    for target in ["/usr", "dt=2022-03-12", "../../out"] {
        assert_rejected(
            |bench| {
                fs::create_dir_all(bench.path("out")).unwrap();
                symlink(target, bench.partition(Table::Payments, day("2022-03-12"))).unwrap();
            },
            &["extracts/payments/dt=2022-03-12: found a file, or a link that leads nowhere or outside"],
        );
    }
}

#[test]
fn fault_43_a_file_that_may_not_be_read_is_refused() {
    assert_run_refused(
        REJECTED,
        |bench| set_mode(&file(bench), 0o000),
        |bench| bench.nightly_unprivileged(&[]),
        &[&[PLACE, "wanted a readable file"]],
    );
}

#[test]
fn faults_of_several_files_are_reported_together() {
    assert_refused(
        REJECTED,
        |bench| {
            bench.change(Table::Shops, day(AS_OF), |batch| without(batch, "shop_name"));
            bench.change(Table::Payments, day("2022-03-13"), |batch| {
                retyped(&without(batch, "category"), "amount_fen", &DataType::Utf8)
            });
            fs::write(bench.file(Table::Payments, day("2022-03-15")), "").unwrap();
            bench.change(Table::Appeals, day(A_DAY), |batch| doubled(batch, "upheld"));
        },
        &[
            &["shops/dt=2022-03-15/part-0.parquet: column shop_name: found no column"],
            &["payments/dt=2022-03-13/part-0.parquet: column category: found no column"],
            &["payments/dt=2022-03-13/part-0.parquet: column amount_fen: found Utf8"],
            &["payments/dt=2022-03-15/part-0.parquet: found a file of zero bytes"],
            &["appeals/dt=2022-03-14/part-0.parquet: column upheld: found 2 columns of that name"],
        ],
    );
}
