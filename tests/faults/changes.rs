//! Files that change while they are used: fault 18.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{PLACE, REJECTED, assert_clean};
use crate::support::files::truncate;
use crate::support::library::{CheckedPartition, ExitClass, Listed, contract, coverage, delivery, listing, reader};
use crate::support::{A_DAY, Bench, Table, day};

/// The payments of a day as they are listed.
fn listed(bench: &Bench) -> Listed {
    let mut listed = listing::list(&delivery(&bench.path("extracts")), coverage()).unwrap();
    listed.partitions.retain(|partition| (partition.table, partition.day) == (Table::Payments, day(A_DAY)));
    listed
}

fn checked(bench: &Bench) -> CheckedPartition {
    contract::check(listed(bench), &delivery(&bench.path("extracts"))).unwrap().remove(0)
}

/// What can happen to a file between two looks at it; each keeps its name.
const CHANGES: [fn(&Path); 3] = [
    |file| truncate(file, 100),
    |file| fs::write(file, fs::read(file).unwrap()).unwrap(),
    |file| {
        let other = file.with_file_name("other");
        fs::copy(file, &other).unwrap();
        fs::rename(other, file).unwrap();
    },
];

#[test]
fn fault_18_a_file_that_changed_between_two_looks_is_refused() {
    for change in CHANGES {
        let bench = Bench::sound();
        let (seen, file) = (listed(&bench), bench.file(Table::Payments, day(A_DAY)));
        change(&file);
        let failure = contract::check(seen, &delivery(&bench.path("extracts"))).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        assert!(failure.to_string().contains("that changed while it was used, wanted the "), "{failure}");

        let bench = Bench::sound();
        let (seen, file) = (checked(&bench), bench.file(Table::Payments, day(A_DAY)));
        change(&file);
        let failure = reader::load(&seen).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        assert!(failure.to_string().contains(PLACE), "{failure}");
    }
}

#[test]
fn fault_18_a_file_that_is_rewritten_all_the_time_is_refused_or_read_whole() {
    let bench = Bench::published_once();
    let (sound, file) = (bench.published().files, bench.file(Table::Payments, day(A_DAY)));
    let bytes = fs::read(&file).unwrap();
    let is_over = AtomicBool::new(false);
    let mut refused = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let mut writing = File::create(&file).unwrap();
                for part in bytes.chunks(bytes.len() / 3) {
                    writing.write_all(part).unwrap();
                    std::thread::sleep(Duration::from_micros(300));
                }
            }
        });
        for _ in 0..20 {
            let ended = bench.nightly(&[]);
            assert!(matches!(ended.code, Some(0 | REJECTED)), "{:?} {}", ended.code, ended.stderr);
            assert!(ended.code == Some(0) || ended.stderr.contains(PLACE), "{}", ended.stderr);
            assert!(bench.published().files == sound);
            refused += u32::from(ended.code == Some(REJECTED));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(refused > 0, "no run met a rewrite");
    bench.nightly(&[]).assert_done();
    assert_clean(&bench);
}
