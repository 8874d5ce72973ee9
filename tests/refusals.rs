//! What the night refuses: exit code, one line a finding, and nothing published, whether it is the first night or
//! comes after another (specification, sections 2, 3 and the end of 11).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, ListArray, NullArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, UInt64Array,
};
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shopscore::extracts::tables::Table;
use shopscore::publish::lock::{Holder, Lock};
use shopscore::publish::lock_folder;

use support::bench::{Bench, Ended, Published};
use support::checksums::write_with_checksum;
use support::files::{
    doubled, renamed, retyped, sha256, truncate, with_array, without, write, write_manifest, write_payment,
};
use support::marketplace::{AS_OF, Marketplace, payment, shop_row};
use support::rows::{Cell, Row, at, day};

const USAGE: i32 = 2;
const REJECTED: i32 = 3;
const MISSING: i32 = 4;
const STATE: i32 = 6;
const BUSY: i32 = 75;

/// A day in the middle of the window.
const A_DAY: &str = "2022-03-14";

/// Checks that a night on the spoilt bench is refused and publishes nothing, as the first night and as a later one.
fn assert_refused(spoil: impl Fn(&Bench), flags: &[&str], code: i32, findings: &[&[&str]]) {
    assert_run_refused(spoil, |bench| bench.nightly(flags), code, findings);
}

/// As [`assert_refused`], however the night is run.
fn assert_run_refused(
    spoil: impl Fn(&Bench),
    run: impl Fn(&Bench) -> Ended,
    code: i32,
    findings: &[&[&str]],
) {
    let bench = Bench::sound();
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    assert_eq!(bench.published(), Published::default());

    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    assert!(!before.files.is_empty());
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    assert_eq!(bench.published(), before);
}

/// Checks that a night on the changed bench is scored.
fn assert_scored(change: impl Fn(&Bench), flags: &[&str]) {
    let bench = Bench::sound();
    change(&bench);
    bench.nightly(flags).assert_done();
}

/// The quarantined rows of [`A_DAY`], as JSON.
fn quarantined(bench: &Bench) -> Vec<String> {
    let file = fs::File::open(bench.path(&format!("out/quarantine/dt={A_DAY}/part-0.parquet"))).unwrap();
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let rows = batches.flat_map(|batch| {
        let batch = batch.unwrap();
        let rows = batch.column_by_name("row").unwrap().as_string::<i32>().clone();
        rows.iter().map(|row| row.unwrap().to_owned()).collect::<Vec<_>>()
    });
    rows.collect()
}

// Columns

#[test]
fn a_missing_column_is_refused() {
    for (table, column) in [
        (Table::Payments, "amount_fen"),
        (Table::Consultations, "human_replied_at"),
        (Table::Appeals, "upheld"),
    ] {
        let path = format!("{}/dt={A_DAY}/part-0.parquet: column {column}: ", table.name());
        assert_refused(
            |bench| bench.change(table, day(A_DAY), |batch| without(batch, column)),
            &[],
            REJECTED,
            &[&["contract: ", &path, "found no such column, wanted "]],
        );
    }
}

#[test]
fn a_misspelt_column_is_refused_with_the_near_name() {
    for name in ["Shop_ID", "shopid", "shop-id", " shop_id "] {
        assert_refused(
            |bench| bench.change(Table::Shops, day(AS_OF), |batch| renamed(batch, "shop_id", name)),
            &[],
            REJECTED,
            &[&["shops/dt=2022-03-15/part-0.parquet: column shop_id: ", &format!("one named {name:?}")]],
        );
    }
}

#[test]
fn a_column_of_another_type_is_refused() {
    let seconds = DataType::Timestamp(TimeUnit::Millisecond, None);
    for (table, column, found, wanted) in [
        (Table::Payments, "amount_fen", DataType::Float64, "an integer"),
        (Table::Payments, "order_id", DataType::Float32, "an integer"),
        (Table::Payments, "amount_fen", DataType::Decimal128(18, 2), "an integer"),
        (Table::Payments, "shop_id", DataType::Utf8, "an integer"),
        (Table::Payments, "paid_at", DataType::Utf8, "a timestamp"),
        (Table::Payments, "paid_at", DataType::Int64, "a timestamp"),
        (Table::Payments, "paid_at", DataType::Date32, "a timestamp"),
        (Table::Payments, "category", DataType::Binary, "a string"),
        (Table::Refunds, "self_completed", DataType::Int32, "a boolean"),
        (Table::Refunds, "self_completed", DataType::Utf8, "a boolean"),
        (Table::Appeals, "record_dt", DataType::Utf8, "a date"),
        (Table::Appeals, "record_dt", seconds, "a date"),
    ] {
        let path = format!("{}/dt={A_DAY}/part-0.parquet: column {column}: found ", table.name());
        assert_refused(
            |bench| bench.change(table, day(A_DAY), |batch| retyped(batch, column, &found)),
            &[],
            REJECTED,
            &[&["contract: ", &path, &format!(", wanted {wanted}")]],
        );
    }
}

#[test]
fn a_column_without_a_type_or_of_lists_is_refused() {
    let rows = Bench::sound().batch(Table::Reviews, day(A_DAY)).num_rows();
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>((0..rows).map(|_| Some([Some(5)])));
    let columns: [ArrayRef; 2] = [Arc::new(NullArray::new(rows)), Arc::new(lists)];
    for column in columns {
        assert_refused(
            |bench| {
                bench.change(Table::Reviews, day(A_DAY), |batch| {
                    with_array(batch, "description_stars", Arc::clone(&column))
                });
            },
            &[],
            REJECTED,
            &[&[
                "reviews/dt=2022-03-14/part-0.parquet: column description_stars: found ",
                ", wanted an integer",
            ]],
        );
    }
}

#[test]
fn an_int96_timestamp_is_refused_with_the_setting_of_spark() {
    assert_refused(
        |bench| write_payment(&bench.file(Table::Payments, day(A_DAY)), "int96 paid_at", "茶".as_bytes()),
        &[],
        REJECTED,
        &[&[
            "payments/dt=2022-03-14/part-0.parquet: column paid_at: found an INT96 timestamp",
            "spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS",
        ]],
    );
}

#[test]
fn a_column_twice_is_refused() {
    assert_refused(
        |bench| bench.change(Table::Payments, day(A_DAY), |batch| doubled(batch, "amount_fen")),
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: column amount_fen: found 2 columns of that name"]],
    );
}

#[test]
fn an_extra_column_in_another_order_is_no_fault() {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    bench.change(Table::Payments, day(A_DAY), |batch| {
        let extra = renamed(&doubled(batch, "shop_id"), "shop_id", "colour");
        extra.project(&[5, 4, 3, 2, 1, 0]).unwrap()
    });
    bench.nightly(&[]).assert_done();
    assert_eq!(bench.published(), before);
}

// Files

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
        &[&["payments/dt=2022-03-14/part-0.parquet: "]],
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
    type Make = fn(&std::path::Path);
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

fn make_pipe(path: &std::path::Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
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

// Values

#[test]
fn an_unsigned_integer_beyond_64_bits_signed_is_refused() {
    assert_refused(
        |bench| {
            bench.change(Table::Payments, day(A_DAY), |batch| {
                let vast = UInt64Array::from(vec![u64::MAX; batch.num_rows()]);
                with_array(batch, "amount_fen", Arc::new(vast))
            });
        },
        &[],
        REJECTED,
        &[&["payments/dt=2022-03-14/part-0.parquet: column amount_fen: ", "18446744073709551615"]],
    );
}

/// The payments of [`A_DAY`] with their first `paid_at` replaced.
fn with_first_instant(bench: &Bench, instants: impl Fn(Vec<i64>) -> ArrayRef) {
    bench.change(Table::Payments, day(A_DAY), |batch| {
        let held = batch.column_by_name("paid_at").unwrap();
        let held = held.as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
        with_array(batch, "paid_at", instants(held.values().to_vec()))
    });
}

#[test]
fn a_timestamp_that_no_calendar_holds_is_refused_with_its_raw_value() {
    for raw in [i64::MAX, i64::MIN, i64::MAX - 1] {
        let milliseconds = |instants: Vec<i64>| -> ArrayRef {
            let rest = instants.iter().skip(1).map(|instant| instant / 1_000);
            let values: Vec<i64> = [raw].into_iter().chain(rest).collect();
            Arc::new(TimestampMillisecondArray::from(values))
        };
        let microseconds = |mut instants: Vec<i64>| -> ArrayRef {
            instants[0] = raw;
            Arc::new(TimestampMicrosecondArray::from(instants).with_timezone("UTC"))
        };
        let place = "payments/dt=2022-03-14/part-0.parquet: column paid_at: found ";
        let findings: [&[&str]; 1] = [&[place, &raw.to_string()]];
        assert_refused(|bench| with_first_instant(bench, milliseconds), &[], REJECTED, &findings);
        assert_refused(|bench| with_first_instant(bench, microseconds), &[], REJECTED, &findings);
    }
}

#[test]
fn a_timestamp_at_the_ends_of_nanoseconds_is_quarantined_as_it_is() {
    for (raw, shown) in
        [(i64::MAX, "2262-04-11T23:47:16.854775807Z"), (i64::MIN, "1677-09-21T00:12:43.145224192Z")]
    {
        let bench = Bench::sound();
        with_first_instant(&bench, |instants| {
            let rest = instants.iter().skip(1).map(|instant| instant * 1_000);
            let values: Vec<i64> = [raw].into_iter().chain(rest).collect();
            Arc::new(TimestampNanosecondArray::from(values).with_timezone("UTC"))
        });
        bench.nightly(&[]).assert_done();
        let rows = quarantined(&bench);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].contains(shown), "{rows:?}");
    }
}

#[test]
fn a_sum_beyond_64_bits_is_refused() {
    assert_refused(
        |bench| {
            let vast = |order| payment(order, 1, i64::MAX, at(day(A_DAY), "10:00"));
            bench.put(Table::Payments, day(A_DAY), &[vast(1), vast(2)]);
        },
        &[],
        REJECTED,
        &[&["18446744073709551614 in payments of 2022-03-14", "wanted a sum that fits 64 bits"]],
    );
}

// Manifests

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
    let finding: &[&str] = &["/_manifest.json: found no readable manifest", "wanted a manifest"];
    ended.assert_refused(REJECTED, &[finding; 22]);
    assert_eq!(bench.published(), Published::default());
}

// Days

#[test]
fn all_missing_days_are_listed() {
    assert_refused(
        |bench| {
            fs::remove_dir_all(bench.path("extracts/payments")).unwrap();
            fs::remove_dir_all(bench.partition(Table::Reviews, day("2022-03-13"))).unwrap();
            fs::remove_dir_all(bench.partition(Table::Consultations, day("2022-03-15"))).unwrap();
        },
        &[],
        MISSING,
        &[
            &["extracts/payments: found no partition dt=2022-03-13, wanted payments of 2022-03-13"],
            &["extracts/payments: found no partition dt=2022-03-14, wanted payments of 2022-03-14"],
            &["extracts/payments: found no partition dt=2022-03-15, wanted payments of 2022-03-15"],
            &["extracts/reviews: found no partition dt=2022-03-13, wanted reviews of 2022-03-13"],
            &["extracts/consultations: found no partition dt=2022-03-15"],
        ],
    );
}

#[test]
fn the_window_has_30_days_unless_a_setting_says_otherwise() {
    let bench = Bench::of(Marketplace::sound_over(30));
    bench.configure("");
    bench.nightly(&[]).assert_done();
    let before = bench.published();
    fs::remove_dir_all(bench.partition(Table::Payments, day("2022-02-14"))).unwrap();
    bench.nightly(&[]).assert_refused(MISSING, &[&["payments of 2022-02-14"]]);
    assert_eq!(bench.published(), before);
    bench.nightly(&["--set", "window_days=29"]).assert_done();
}

#[test]
fn days_before_the_history_starts_may_be_missing() {
    let without_first_day =
        |bench: &Bench| fs::remove_dir_all(bench.partition(Table::Payments, day("2022-03-13"))).unwrap();
    assert_scored(without_first_day, &["--set", "history_starts_on=2022-03-14"]);
    assert_refused(
        without_first_day,
        &["--set", "history_starts_on=2022-03-13"],
        MISSING,
        &[&["payments of 2022-03-13"]],
    );
}

#[test]
fn disputes_and_appeals_may_lack_a_day() {
    assert_scored(
        |bench| {
            fs::remove_dir_all(bench.path("extracts/disputes")).unwrap();
            fs::remove_dir_all(bench.partition(Table::Appeals, day(A_DAY))).unwrap();
        },
        &[],
    );
}

#[test]
fn a_missing_shop_snapshot_is_refused() {
    let finding: &[&str] = &["extracts/shops: found no shop snapshot, wanted one with dt <= 2022-03-15"];
    assert_refused(
        |bench| fs::remove_dir_all(bench.path("extracts/shops")).unwrap(),
        &[],
        MISSING,
        &[finding],
    );
    let shops = |day: &str| format!("extracts/shops/dt={day}");
    assert_refused(
        |bench| fs::rename(bench.path(&shops(AS_OF)), bench.path(&shops("2022-03-16"))).unwrap(),
        &[],
        MISSING,
        &[finding],
    );
}

#[test]
fn a_shop_snapshot_that_is_too_old_is_refused() {
    let aged = |day: &'static str| {
        move |bench: &Bench| {
            let shops = |day: &str| bench.path(&format!("extracts/shops/dt={day}"));
            fs::rename(shops(AS_OF), shops(day)).unwrap();
        }
    };
    assert_scored(aged("2022-03-08"), &[]);
    assert_scored(aged("2022-03-07"), &["--set", "max_snapshot_age_days=8"]);
    assert_refused(
        aged("2022-03-07"),
        &[],
        MISSING,
        &[&[
            "shops/dt=2022-03-07: found the newest shop snapshot is of 2022-03-07, wanted one at most 7 days",
        ]],
    );
}

#[test]
fn a_folder_of_extracts_that_is_not_there_is_refused() {
    assert_refused(
        |_| {},
        &["--extracts", "nowhere"],
        MISSING,
        &[&["listing: nowhere: found no such folder"]],
    );
}

#[test]
fn a_partition_name_that_is_no_day_is_refused() {
    for name in ["dt=2022-3-14", "dt=20220314", "dt=2022-02-30", "day=2022-03-14", "dt=", "2022-03-14"] {
        assert_refused(
            |bench| fs::create_dir(bench.path("extracts/reviews").join(name)).unwrap(),
            &[],
            REJECTED,
            &[&[
                &format!("extracts/reviews/{name}: found the name {name:?}"),
                "wanted a folder dt=YYYY-MM-DD",
            ]],
        );
    }
}

#[test]
fn one_day_under_two_spellings_is_refused() {
    for name in ["dt=2022-03-14 ", "dt=2022-03-014", "dt=%32022-03-14", "DT=2022-03-14", "dt=+002022-03-14"] {
        assert_refused(
            |bench| {
                let folder = bench.path("extracts/payments").join(name);
                write(&folder.join("part-0.parquet"), &bench.batch(Table::Payments, day(A_DAY)));
            },
            &[],
            REJECTED,
            &[&["extracts/payments/", &format!("found the name {name:?}"), "one spelling a day"]],
        );
    }
}

#[test]
fn a_part_file_beside_the_partitions_is_refused() {
    assert_refused(
        |bench| {
            let batch = bench.batch(Table::Payments, day(A_DAY));
            write(&bench.path("extracts/payments/part-0.parquet"), &batch);
        },
        &[],
        REJECTED,
        &[&["extracts/payments/part-0.parquet: found the name \"part-0.parquet\""]],
    );
}

#[test]
fn odd_names_and_missing_days_are_reported_together() {
    assert_refused(
        |bench| {
            fs::create_dir(bench.path("extracts/payments/dt=tomorrow")).unwrap();
            fs::remove_dir_all(bench.partition(Table::Payments, day(A_DAY))).unwrap();
        },
        &[],
        REJECTED,
        &[&["found the name \"dt=tomorrow\""], &["wanted payments of 2022-03-14"]],
    );
}

// Rule tables

/// Checks that a night is refused for its rules, with one finding of these words.
fn assert_rule_refused(spoil: impl Fn(&Bench), words: &[&str]) {
    assert_refused(spoil, &[], USAGE, &[&[&["error: rules: rules/"], words].concat()]);
}

#[test]
fn rules_that_overlap_in_time_are_refused() {
    for (file, line, place) in [
        ("weights.csv", "2022-01-01,,大快消,茶,,15,20,25,20,20", "weights.csv:123: "),
        ("logistics.csv", "2022-01-01,2022-01-31,*,,none", "logistics.csv:42: "),
        ("custom_made.csv", ",2019-01-01,全屋定制", "custom_made.csv:4: "),
        ("tiers.csv", "2022-01-01,,*,*,5,20", "tiers.csv:7: "),
        ("thresholds.csv", "2022-01-01,,*,2.5,2.5,3,3.0,3000000,18000000,60000000", "thresholds.csv:9: "),
    ] {
        assert_rule_refused(
            |bench| drop(bench.add_rule(file, line)),
            &[place, "column effective_from: found ", ", which overlaps line "],
        );
    }
}

#[test]
fn a_rule_that_ends_before_it_begins_is_refused() {
    assert_rule_refused(
        |bench| drop(bench.add_rule("custom_made.csv", "2022-01-02,2022-01-01,贺卡")),
        &["custom_made.csv:4: ", "effective_to"],
    );
}

#[test]
fn percents_that_do_not_add_up_to_100_are_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,15,20,25,20,19.5"),
        &["weights.csv:91: ", "= 99.5, wanted percents that add up to 100"],
    );
}

#[test]
fn an_unknown_indicator_is_refused() {
    for (file, line, place) in [
        ("tiers.csv", "2019-01-01,,茶,speed,5,20", "tiers.csv:7: column indicator: found \"speed\""),
        (
            "logistics.csv",
            "2019-01-01,,茶,,speed",
            "logistics.csv:42: column logistics_indicator: found \"speed\"",
        ),
        (
            "logistics.csv",
            "2019-01-01,,茶,,dispute_rate",
            "logistics.csv:42: column logistics_indicator: found ",
        ),
    ] {
        assert_rule_refused(|bench| drop(bench.add_rule(file, line)), &[place]);
    }
}

#[test]
fn an_unknown_tier_is_refused() {
    assert_rule_refused(
        |bench| drop(bench.add_rule("tiers.csv", "2019-01-01,,茶,*,1,20")),
        &["tiers.csv:7: column tier: found 1, wanted 5, 4, 3, 2 or 0"],
    );
}

#[test]
fn cut_offs_that_do_not_rise_are_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("tiers.csv", "*,*,4,50", "*,*,4,20"),
        &["tiers.csv:3: column top_percent: found 20, 20, 80, 95, 100, wanted figures that rise"],
    );
}

#[test]
fn cut_offs_that_do_not_end_at_100_are_refused() {
    for top_percent in ["99", "101"] {
        assert_rule_refused(
            |bench| bench.change_rule("tiers.csv", "*,*,0,100", &format!("*,*,0,{top_percent}")),
            &["tiers.csv:6: column top_percent: ", "to exactly 100"],
        );
    }
}

#[test]
fn a_set_of_cut_offs_that_lacks_a_tier_is_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("tiers.csv", "2019-01-01,,*,*,3,80\n", ""),
        &["tiers.csv:2: column tier: found a set that has only tier 5, 4, 2, 0"],
    );
}

#[test]
fn a_missing_default_row_is_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("logistics.csv", "2019-01-01,,*,,pickup_timeliness\n", ""),
        &["logistics.csv: found no default row"],
    );
    assert_rule_refused(
        |bench| bench.change_rule("thresholds.csv", "2019-01-01,,*,", "2019-01-01,,茶,"),
        &["thresholds.csv: found no default row"],
    );
    assert_rule_refused(
        |bench| {
            let path = bench.path("rules/tiers.csv");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text.replace(",*,*,", ",茶,*,")).unwrap();
        },
        &["tiers.csv: found no default row, wanted a set with category `*` and indicator `*`"],
    );
}

#[test]
fn a_default_row_that_is_not_in_force_on_the_day_is_refused() {
    assert_rule_refused(
        |bench| bench.change_rule("logistics.csv", "2019-01-01,,*,", "2022-03-16,,*,"),
        &["logistics.csv: found none, wanted a row with category `*` in force on 2022-03-15"],
    );
}

#[test]
fn a_negative_figure_is_refused() {
    for (file, old, new, place) in [
        (
            "weights.csv",
            "茶,,15,20,25,20,20",
            "茶,,-15,50,25,20,20",
            "weights.csv:91: column consultation_percent",
        ),
        ("thresholds.csv", "*,2.5,2.5,3,", "*,-2.5,2.5,3,", "thresholds.csv:2: column marketing_min"),
        ("thresholds.csv", "*,2.5,2.5,3,", "*,2.5,2.5,-3,", "thresholds.csv:2: column failure_limit"),
        (
            "thresholds.csv",
            "男装,2.8,2.6,3,3.2,6",
            "男装,2.8,2.6,3,3.2,-6",
            "thresholds.csv:4: column annual_fee_fen",
        ),
        ("tiers.csv", "*,*,5,20", "*,*,5,-20", "tiers.csv:2: column top_percent"),
    ] {
        assert_rule_refused(|bench| bench.change_rule(file, old, new), &[place, "a negative figure"]);
    }
}

#[test]
fn a_category_that_no_weights_row_has_is_refused_except_among_goods() {
    for (file, line, place) in [
        ("logistics.csv", "2019-01-01,,帽子,,none", "logistics.csv:42: column category: found \"帽子\""),
        ("logistics.csv", "2019-01-01,,茶,绿茶,none", "logistics.csv:42: column subcategory: found "),
        ("thresholds.csv", "2019-01-01,,帽子,2.5,2.5,3,3.0,3,18,60", "thresholds.csv:9: column category: "),
        ("tiers.csv", "2019-01-01,,帽子,*,5,20", "tiers.csv:7: column category: found \"帽子\""),
    ] {
        assert_rule_refused(
            |bench| drop(bench.add_rule(file, line)),
            &[place, ", which no row of weights.csv has"],
        );
    }
    assert_scored(|bench| drop(bench.add_rule("custom_made.csv", "2019-01-01,,帽子")), &[]);
}

#[test]
fn a_rule_table_that_cannot_be_read_is_refused() {
    for file in ["weights.csv", "logistics.csv", "custom_made.csv", "tiers.csv", "thresholds.csv"] {
        let path = |bench: &Bench| bench.path("rules").join(file);
        assert_rule_refused(
            |bench| fs::remove_file(path(bench)).unwrap(),
            &[&format!("{file}: found read failed: "), "wanted a readable file"],
        );
        assert_rule_refused(
            |bench| fs::write(path(bench), b"effective_from\n\xff\xfe\n").unwrap(),
            &[&format!("{file}:2: found bytes that are no UTF-8")],
        );
    }
}

#[test]
fn faults_of_several_rule_tables_are_reported_together() {
    assert_refused(
        |bench| {
            bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,15,20,25,20,19");
            bench.change_rule("weights.csv", "女装/女士精品,,10,25", "女装/女士精品,,-10,25");
            bench.change_rule("tiers.csv", "*,*,0,100", "*,*,0,99");
        },
        &[],
        USAGE,
        &[&["rules/weights.csv:28: "], &["rules/weights.csv:91: "], &["rules/tiers.csv:6: "]],
    );
}

// Limits

/// Payments of [`A_DAY`]: `rows` of them, of which the first `negative` break a rule.
fn payments(rows: i64, negative: i64) -> Vec<Row> {
    let amount_fen = |order| if order < negative { -1 } else { 100 };
    (0..rows).map(|order| payment(order, 1 + order % 5, amount_fen(order), at(day(A_DAY), "10:00"))).collect()
}

#[test]
fn more_than_1_percent_and_20_rows_quarantined_stop_the_run_and_only_both() {
    let with = |rows: i64, negative: i64| {
        move |bench: &Bench| bench.put(Table::Payments, day(A_DAY), &payments(rows, negative))
    };
    assert_scored(with(20, 20), &[]);
    assert_scored(with(2_100, 21), &[]);
    assert_refused(
        with(2_099, 21),
        &[],
        REJECTED,
        &[&[
            "21 of 2099 rows of payments dt=2022-03-14 quarantined (21 out_of_range)",
            "at most 1 %",
            "20 rows",
        ]],
    );
}

#[test]
fn the_limits_of_quarantined_rows_are_settings() {
    let with = |bench: &Bench| bench.put(Table::Payments, day(A_DAY), &payments(10, 2));
    let limits = |percent: &str, rows: &str| {
        let percent = format!("max_quarantined_percent={percent}");
        let rows = format!("max_quarantined_rows={rows}");
        ["--set".to_owned(), percent, "--set".to_owned(), rows]
    };
    for (percent, rows) in [("20", "1"), ("19.9999", "2"), ("100", "0")] {
        assert_scored(with, &limits(percent, rows).each_ref().map(String::as_str));
    }
    assert_refused(
        with,
        &limits("19.9999", "1").each_ref().map(String::as_str),
        REJECTED,
        &[&["2 of 10 rows of payments dt=2022-03-14 quarantined"]],
    );
}

#[test]
fn every_table_day_beyond_the_limit_is_listed_with_its_reasons() {
    assert_refused(
        |bench| {
            let mut rows = payments(30, 30);
            rows[0][0] = Cell::Null;
            bench.put(Table::Payments, day(A_DAY), &rows);
            let twice = vec![shop_row(1, "茶"); 40];
            bench.put(Table::Shops, day(AS_OF), &twice);
        },
        &[],
        REJECTED,
        &[
            &["39 of 40 rows of shops dt=2022-03-15 quarantined (39 duplicate_key)"],
            &["30 of 30 rows of payments dt=2022-03-14 quarantined (1 null_key, 29 out_of_range)"],
        ],
    );
}

#[test]
fn more_than_5_percent_of_shops_without_a_score_stop_the_run() {
    let with_a_sixth = |bench: &Bench| {
        let mut shops: Vec<Row> = (1..=5).map(|shop| shop_row(shop, "茶")).collect();
        shops.push(shop_row(6, "没有这个类目"));
        bench.put(Table::Shops, day(AS_OF), &shops);
    };
    let finding: &[&str] = &["1 of 6 present shops without a score", "(max_unscored_percent)"];
    assert_refused(with_a_sixth, &[], REJECTED, &[finding]);
    assert_refused(with_a_sixth, &["--set", "max_unscored_percent=16.6666"], REJECTED, &[finding]);
    assert_scored(with_a_sixth, &["--set", "max_unscored_percent=16.6667"]);
}

#[test]
fn a_day_with_less_than_a_fifth_of_the_median_day_s_rows_stops_the_run() {
    let with = |rows: i64| move |bench: &Bench| bench.put(Table::Payments, day(A_DAY), &payments(rows, 0));
    let from_ten_rows = ["--set", "min_rows_median=10"];
    assert_scored(with(2), &from_ten_rows);
    assert_refused(
        with(1),
        &from_ten_rows,
        REJECTED,
        &[&[
            "1 rows of payments dt=2022-03-14",
            "at least 20 % (min_rows_percent) of the median day's 10 rows",
        ]],
    );
    assert_refused(
        with(0),
        &from_ten_rows,
        REJECTED,
        &[&["0 rows of payments dt=2022-03-14", "at least 20 %"]],
    );
    assert_scored(with(1), &["--set", "min_rows_median=11"]);
    assert_scored(with(1), &[]);
    assert_scored(with(1), &["--set", "min_rows_median=10", "--set", "min_rows_percent=10"]);
}

// Settings

#[test]
fn an_unknown_setting_is_refused_wherever_it_comes_from() {
    let wanted =
        "no setting of the name \"colour\", wanted a known setting; the settings are extracts, rules, ";
    assert_refused(
        |bench| bench.configure("colour = 'red'"),
        &[],
        USAGE,
        &[&["settings: found jobs/nightly.toml, colour: ", wanted]],
    );
    assert_refused(
        |_| {},
        &["--set", "colour=red"],
        USAGE,
        &[&["settings: found command line, colour: ", wanted]],
    );
    assert_run_refused(
        |_| {},
        |bench| bench.nightly_in(&[("SHOPSCORE_COLOUR", OsStr::new("red"))], &[]),
        USAGE,
        &[&["settings: found environment SHOPSCORE_COLOUR: ", wanted]],
    );
}

#[test]
fn an_unsound_value_is_refused_whatever_the_setting() {
    for (setting, wanted) in [
        ("threads=0", "a number of threads from 1 to 1024"),
        ("threads=1025", "a number of threads from 1 to 1024"),
        ("time_zone=Mars/Olympus", "a time zone of the IANA database"),
        ("window_days=0", "a number of days from 1 to 366"),
        ("window_days=367", "a number of days from 1 to 366"),
        ("window_days=", "a number of days from 1 to 366"),
        ("window_days=3.0", "a number of days from 1 to 366"),
        ("history_starts_on=2022-3-1", "a day YYYY-MM-DD"),
        ("max_snapshot_age_days=-1", "a number of days, 0 or more"),
        ("require_manifest=yes", "true or false"),
        ("appeal_effect_days=-1", "a number of days, 0 or more"),
        ("rank_within=country", "primary_category or assessment_category"),
        ("after_sales_mix=mean", "equal or volume"),
        ("max_quarantined_percent=-1", "a percentage"),
        ("max_quarantined_percent=NaN", "a percentage"),
        ("max_quarantined_rows=1e3", "a number of rows, 0 or more"),
        ("max_unscored_percent=five", "a percentage"),
        ("min_rows_percent=20%", "a percentage"),
        ("min_rows_median=-1000", "a number of rows, 0 or more"),
        ("quarantine_days=-1", "a number of days, 0 or more"),
        ("keep_generations=0", "a number of generations, 1 or more"),
        ("keep_generations_days=-1", "a number of days, 0 or more"),
        ("extracts=", "the folder of the extracts"),
        ("out=", "the folder of the published files"),
    ] {
        let (name, value) = setting.split_once('=').unwrap();
        let found = format!("found command line, {name}: {name} = {value:?}");
        assert_refused(|_| {}, &["--set", setting], USAGE, &[&[&found, &format!(", wanted {wanted}")]]);
    }
}

#[test]
fn all_faults_of_the_settings_are_reported_together() {
    assert_run_refused(
        |bench| bench.configure("colour = 'red'\nwindow_days = 0"),
        |bench| {
            bench.nightly_in(
                &[("SHOPSCORE_TIME_ZONE", OsStr::new("UTC+8"))],
                &["--set", "after_sales_mix=max"],
            )
        },
        USAGE,
        &[
            &["jobs/nightly.toml, colour: "],
            &["environment SHOPSCORE_TIME_ZONE: time_zone = \"UTC+8\""],
            &["jobs/nightly.toml, window_days: window_days = \"0\""],
            &["command line, after_sales_mix: after_sales_mix = \"max\""],
        ],
    );
}

#[test]
fn a_file_of_settings_that_is_not_there_or_no_toml_is_refused() {
    assert_refused(|_| {}, &["--config", "nowhere.toml"], USAGE, &[&["settings: nowhere.toml: found "]]);
    for text in ["window_days = ", "[window]\ndays = 3", "window_days = [3]", "\"window_days"] {
        assert_refused(
            |bench| bench.configure(text),
            &[],
            USAGE,
            &[&["settings: jobs/nightly.toml: found ", "wanted a TOML file of settings, name = value"]],
        );
    }
}

#[test]
fn a_variable_of_another_program_is_no_fault_whatever_its_bytes() {
    let bench = Bench::sound();
    bench.nightly_in(&[("OTHER", OsStr::from_bytes(b"\xff\xfe"))], &[]).assert_done();
}

#[test]
fn a_setting_of_the_environment_that_is_no_utf_8_is_refused() {
    assert_run_refused(
        |_| {},
        |bench| bench.nightly_in(&[("SHOPSCORE_OUT", OsStr::from_bytes(b"\xff\xfe"))], &[]),
        USAGE,
        &[&["settings: found environment SHOPSCORE_OUT"]],
    );
}

#[test]
fn what_cannot_be_typed_is_refused_with_the_usage() {
    for flags in
        [&["--colour", "red"][..], &["--date", "2022-03-15"], &["--set", "window_days"], &["tomorrow"]]
    {
        let bench = Bench::sound();
        let ended = bench.nightly(flags);
        assert_eq!(ended.code, Some(USAGE), "{}", ended.stderr);
        assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
        assert_eq!(bench.published(), Published::default());
    }
}

// The output folder

fn holder() -> Holder {
    Holder {
        pid: 4_242,
        host: "scores-1".to_owned(),
        started_at: "2022-03-16T01:00:00Z".parse().unwrap(),
        command: format!("nightly --date {AS_OF}"),
    }
}

#[test]
fn a_second_run_at_once_is_refused_with_the_name_of_the_first() {
    for folder in ["out", "state"] {
        assert_run_refused(
            |_| {},
            |bench| {
                let _held = Lock::acquire(&lock_folder(&bench.path(folder)), &holder()).unwrap();
                bench.nightly(&[])
            },
            BUSY,
            &[&[
                &format!("lock: {folder}/locks/run.lock: "),
                "found the lock held by process 4242 on scores-1, started 2022-03-16T01:00:00Z: nightly --date 2022-03-15",
            ]],
        );
    }
}

#[test]
fn a_lock_file_that_a_dead_run_left_is_no_fault() {
    assert_scored(|bench| drop(Lock::acquire(&lock_folder(&bench.path("out")), &holder()).unwrap()), &[]);
}

#[test]
fn an_output_folder_whose_current_is_not_ours_is_refused_and_left_alone() {
    let bench = Bench::sound();
    fs::create_dir_all(bench.path("out/current")).unwrap();
    fs::write(bench.path("out/current/thesis.txt"), "years of work").unwrap();
    bench.nightly(&[]).assert_refused(
        STATE,
        &[&["out/current: found a file or folder, wanted a link to generations/NAME/published"]],
    );
    assert_eq!(fs::read_to_string(bench.path("out/current/thesis.txt")).unwrap(), "years of work");
    assert_eq!(bench.published(), Published::default());

    let bench = Bench::sound();
    fs::create_dir(bench.path("out")).unwrap();
    symlink("../extracts", bench.path("out/current")).unwrap();
    bench.nightly(&[]).assert_refused(STATE, &[&["out/current: found a link to ../extracts"]]);
    assert_eq!(fs::read_link(bench.path("out/current")).unwrap().to_str(), Some("../extracts"));
}

#[test]
fn an_output_folder_that_is_a_file_is_refused_and_left_alone() {
    let bench = Bench::sound();
    fs::write(bench.path("out"), "years of work").unwrap();
    let ended = bench.nightly(&[]);
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(bench.path("out")).unwrap(), "years of work");
}
