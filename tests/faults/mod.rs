//! What can go wrong with a night, by where it goes wrong, and how the night must end then: exit code, one line a finding, and
//! what it may leave on disk (specification, sections 2, 3 and the end of 11). README.md beside this file has the list of
//! numbered faults; a test of one is named after its number.

mod calendar;
mod changes;
mod checked;
mod columns;
mod days;
mod files;
mod kept;
mod kills;
mod limits;
mod manifests;
mod output;
mod refused;
mod rows;
mod rules;
mod runs;
mod settings;
mod shapes;
mod signals;
mod values;

use arrow::array::RecordBatch;

pub(crate) use runs::holder;

use crate::support::bench::SCRATCH_OUT;
use crate::support::disk::Disk;
use crate::support::{A_DAY, AS_OF, Bench, Day, Ended, Published, Row, Table, at, day, differing, payment};

const FAULT: i32 = 1;
const USAGE: i32 = 2;
const REJECTED: i32 = 3;
const MISSING: i32 = 4;
const DISK: i32 = 5;
const STATE: i32 = 6;
const BUSY: i32 = 75;

/// The one part file of the payments of [`A_DAY`].
const PLACE: &str = "payments/dt=2022-03-14/part-0.parquet";

/// Writes the payments of [`A_DAY`] again, with their batch changed.
fn change_payments(bench: &Bench, change: impl Fn(&RecordBatch) -> RecordBatch) {
    bench.change(Table::Payments, day(A_DAY), change);
}

/// Leaves in STATE the mark of a program that is newer than any.
fn write_newer_format(bench: &Bench) {
    let newer = r#"{"format":1000000,"program":"9.0.0"}"#;
    let hash = xxhash_rust::xxh3::xxh3_128(newer.as_bytes());
    std::fs::create_dir_all(bench.path("state")).unwrap();
    std::fs::write(bench.path("state/format.json"), format!("{hash:032x}\n{newer}")).unwrap();
}

/// Payments of a day: `rows` of them, the first `broken` of which `spoil` changes.
fn payments(on: &str, rows: i64, broken: usize, spoil: impl Fn(&mut Row)) -> Vec<Row> {
    let paid_at = at(day(on), "10:00");
    let mut payments: Vec<Row> = (0..rows).map(|order| payment(order, 1 + order % 5, 100, paid_at.clone())).collect();
    payments.iter_mut().take(broken).for_each(spoil);
    payments
}

/// Checks that a night is refused with this code and these findings, and that every file under OUT and STATE is as it was:
/// where nothing was published yet, and where this night was.
#[track_caller]
fn assert_refused(code: i32, spoil: impl Fn(&Bench), findings: &[&[&str]]) {
    assert_refused_with(&[], code, spoil, findings);
}

/// As [`assert_refused`], run with these flags.
#[track_caller]
fn assert_refused_with(flags: &[&str], code: i32, spoil: impl Fn(&Bench), findings: &[&[&str]]) {
    assert_run_refused(code, spoil, |bench| bench.nightly(flags), findings);
}

/// As [`assert_refused`], however the night is run.
#[track_caller]
fn assert_run_refused(code: i32, spoil: impl Fn(&Bench), run: impl Fn(&Bench) -> Ended, findings: &[&[&str]]) {
    let bench = Bench::sound();
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    assert_eq!(bench.published(), Published::default());

    let bench = Bench::published_once();
    let before = Disk::of(&bench);
    spoil(&bench);
    run(&bench).assert_refused(code, findings);
    before.assert_unchanged(&Disk::of(&bench));
}

/// Checks that an input is rejected with one finding of these words, and that nothing changes on disk.
#[track_caller]
fn assert_rejected(spoil: impl Fn(&Bench), words: &[&str]) {
    assert_refused(REJECTED, spoil, &[words]);
}

/// As [`assert_rejected`], of a change to the payments of [`A_DAY`], which the finding names.
#[track_caller]
fn assert_payments_rejected(change: impl Fn(&RecordBatch) -> RecordBatch, words: &[&str]) {
    assert_rejected(|bench| change_payments(bench, &change), &[&[PLACE], words].concat());
}

/// Checks that rows beyond a limit are refused with these findings and that every file under OUT is as it was, where nothing
/// was published yet and where this night was; and that once the rows are right, the night is the one from scratch.
/// STATE may have gone on: what it holds is known by the bytes that it was made of.
#[track_caller]
fn assert_refused_for_rows(flags: &[&str], spoil: impl Fn(&Bench), findings: &[&[&str]]) {
    for bench in [Bench::sound(), Bench::published_once()] {
        let before = bench.published();
        spoil(&bench);
        bench.nightly(flags).assert_refused(REJECTED, findings);
        assert_eq!(bench.published(), before);
        bench.deliver_again();
        bench.nightly(&[]).assert_done();
        assert_clean(&bench);
    }
}

/// Checks that a night on the changed bench is scored.
#[track_caller]
fn assert_scored(flags: &[&str], change: impl Fn(&Bench)) {
    let bench = Bench::sound();
    change(&bench);
    bench.nightly(flags).assert_done();
}

/// Checks that a change of the input leaves the published bytes as they were.
#[track_caller]
fn assert_identical(change: impl Fn(&Bench)) {
    let bench = Bench::published_once();
    let before = bench.published().files;
    change(&bench);
    bench.nightly(&[]).assert_done();
    assert!(bench.published().files == before);
    assert_clean(&bench);
}

/// Checks that all that is published equals the night from scratch, with no state.
#[track_caller]
fn assert_clean(bench: &Bench) {
    assert_clean_night(bench, day(AS_OF), &[]);
}

/// Checks that what is published of a night equals the same night from scratch, with no state.
#[track_caller]
fn assert_clean_night(bench: &Bench, as_of: Day, flags: &[&str]) {
    bench.scratch_night(as_of, flags).assert_done();
    let (found, clean) = (bench.published(), bench.published_under(SCRATCH_OUT));
    let (found, clean) = (found.of_night(as_of).0, clean.of_night(as_of).0);
    assert!(clean.len() >= 5);
    assert_eq!(differing(&found, &clean), [].into());
}
