//! Files that are no Parquet files, no files, or not whole; names that are ignored.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use arrow::datatypes::DataType;
use shopscore::extracts::tables::Table;

use crate::support::bench::Bench;
use crate::support::checksums::write_with_checksum;
use crate::support::files::{doubled, make_pipe, retyped, truncate, without, write_payment};
use crate::support::marketplace::AS_OF;
use crate::support::rows::day;
use crate::{A_DAY, REJECTED, assert_refused, assert_scored};

#[test]
fn what_is_no_complete_parquet_file_is_refused() {
    const PARQUET: &[u8] = b"PAR1";
    for (content, found) in [
        (&b""[..], "a file of zero bytes"),
        (b"order_id,shop_id\n1,1\n", "a file of 21 bytes that does not start as Parquet does"),
        (b"<html>404 Not Found</html>", "a file of 26 bytes that does not start as Parquet does"),
        (PARQUET, "a truncated or damaged Parquet file of 4 bytes"),
        (b"PAR1\0\0\0\0PAR1", "a truncated or damaged Parquet file of 12 bytes"),
        (b"PAR1\xff\xff\xff\x7fPAR1", "a truncated or damaged Parquet file of 12 bytes"),
    ] {
        assert_refused(
            |bench| fs::write(bench.file(Table::Reviews, day(A_DAY)), content).unwrap(),
            &[],
            REJECTED,
            &[&["reviews/dt=2022-03-14/part-0.parquet: found ", found, "wanted a complete Parquet file"]],
        );
    }
}

#[test]
fn a_truncated_file_is_refused_wherever_it_is_cut() {
    let length = fs::metadata(Bench::sound().file(Table::Reviews, day(A_DAY))).unwrap().len();
    for kept in [length - 1, length / 2, 7] {
        let found = format!("found a truncated or damaged Parquet file of {kept} bytes");
        assert_refused(
            |bench| truncate(&bench.file(Table::Reviews, day(A_DAY)), kept),
            &[],
            REJECTED,
            &[&["reviews/dt=2022-03-14/part-0.parquet: ", &found]],
        );
    }
}

#[test]
fn text_that_is_no_utf_8_is_refused() {
    assert_refused(
        |bench| {
            let file = bench.file(Table::Payments, day(A_DAY));
            write_payment(&file, "int64 paid_at (TIMESTAMP(MICROS,true))", b"\xff\xfe");
        },
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: found ", "non UTF-8 data"]],
    );
}

#[test]
fn a_file_that_may_not_be_read_is_refused() {
    let unreadable = |bench: &Bench| {
        let file = bench.file(Table::Payments, day(A_DAY));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        file
    };
    if fs::File::open(unreadable(&Bench::sound())).is_ok() {
        // A user who may read everything cannot be refused.
        return;
    }
    assert_refused(
        |bench| drop(unreadable(bench)),
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: ", "wanted a readable file"]],
    );
}

#[test]
fn what_is_called_a_part_file_and_is_no_regular_file_is_refused() {
    type Make = fn(&Path);
    let kinds: [(Make, &str); 5] = [
        (|path| fs::create_dir(path).unwrap(), "found a folder"),
        (make_pipe, "found a pipe, socket or device"),
        (|path| symlink("odd.parquet", path).unwrap(), "found a path that leads nowhere"),
        (|path| symlink("nowhere.parquet", path).unwrap(), "found a path that leads nowhere"),
        (|path| symlink("/dev/null", path).unwrap(), "found a link to /dev/null"),
    ];
    for (make, found) in kinds {
        assert_refused(
            |bench| make(&bench.partition(Table::Payments, day(A_DAY)).join("odd.parquet")),
            &[],
            REJECTED,
            &[&["listing: ", "payments/dt=2022-03-14/odd.parquet: ", found, "wanted a regular file"]],
        );
    }
}

#[test]
fn hidden_names_and_other_endings_are_ignored() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    let folder = bench.partition(Table::Payments, day(A_DAY));
    for name in ["_SUCCESS", "_tmp-1.parquet", ".part-1.parquet", "part-1.parquet.crc", "x.part", "x.PARQUET"]
    {
        fs::write(folder.join(name), "no Parquet").unwrap();
    }
    fs::create_dir_all(bench.path("extracts/payments/_temporary/dt=1")).unwrap();
    fs::create_dir_all(bench.path("extracts/another_table/dt=2022-03-15")).unwrap();
    fs::write(bench.path("extracts/payments/README.md"), "").unwrap();
    bench.nightly(&[]).assert_done();
    assert_eq!(bench.published(), before);
}

#[test]
fn a_false_page_checksum_is_refused() {
    let with_checksum = |bench: &Bench, is_true: bool| {
        let batch = bench.batch(Table::Payments, day(A_DAY));
        write_with_checksum(&bench.file(Table::Payments, day(A_DAY)), &batch, is_true);
    };
    assert_scored(|bench| with_checksum(bench, true), &[]);
    assert_refused(
        |bench| with_checksum(bench, false),
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: ", "CRC"]],
    );
}

#[test]
fn faults_of_several_files_are_reported_together() {
    assert_refused(
        |bench| {
            bench.change(Table::Shops, day(AS_OF), |batch| without(batch, "shop_name"));
            bench.change(Table::Payments, day("2022-03-13"), |batch| {
                retyped(&without(batch, "category"), "amount_fen", &DataType::Float64)
            });
            fs::write(bench.file(Table::Payments, day("2022-03-15")), "").unwrap();
            bench.change(Table::Appeals, day(A_DAY), |batch| doubled(batch, "upheld"));
        },
        &[],
        REJECTED,
        &[
            &["shops/dt=2022-03-15/part-0.parquet: column shop_name: found no such column"],
            &["payments/dt=2022-03-13/part-0.parquet: column category: found no such column"],
            &["payments/dt=2022-03-13/part-0.parquet: column amount_fen: found Float64"],
            &["payments/dt=2022-03-15/part-0.parquet: found a file of zero bytes"],
            &["appeals/dt=2022-03-14/part-0.parquet: column upheld: found 2 columns of that name"],
        ],
    );
}
