//! Files that change while they are used: fault 18.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use shopscore::domain::Window;
use shopscore::error::ExitClass;
use shopscore::extracts::contract::{self, CheckedPartition};
use shopscore::extracts::listing::{self, Listed};
use shopscore::extracts::reader;
use shopscore::extracts::tables::Table;
use shopscore::policies::Coverage;

use crate::disk::assert_clean;
use crate::support::bench::Bench;
use crate::support::files::truncate;
use crate::support::marketplace::{AS_OF, WINDOW_DAYS};
use crate::support::rows::day;
use crate::{A_DAY, REJECTED};

const PLACE: &str = "payments/dt=2022-03-14/part-0.parquet";

/// The payments of a day as they are listed.
fn listed(bench: &Bench) -> Listed {
    let coverage = Coverage {
        window: Window::ending(day(AS_OF), WINDOW_DAYS),
        appeals_until: day(AS_OF),
        history_starts_on: None,
        max_snapshot_age_days: Some(7),
        extracts_kept_days: None,
    };
    let mut listed = listing::list(&bench.path("extracts"), coverage).unwrap();
    listed.partitions.retain(|partition| (partition.table, partition.day) == (Table::Payments, day(A_DAY)));
    listed
}

fn checked(bench: &Bench) -> CheckedPartition {
    contract::check(listed(bench), false).unwrap().remove(0)
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
        let failure = contract::check(seen, false).unwrap_err();
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
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
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
