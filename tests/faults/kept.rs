//! Damage to what earlier nights left, and to what they published: faults 13 to 16.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use shopscore::extracts::tables::Table;
use shopscore::state::checksummed;

use crate::disk::{Disk, assert_clean};
use crate::support::bench::{Bench, gather};
use crate::support::files::{sha256, truncate};
use crate::support::rows::day;
use crate::{A_DAY, STATE};

fn published() -> Bench {
    let bench = Bench::sound();
    bench.nightly(&[]).assert_done();
    bench
}

/// The files of the state folder, locks aside.
fn state_files(bench: &Bench) -> Vec<PathBuf> {
    let mut files = BTreeMap::new();
    gather(&bench.path("state"), &bench.path("state"), &mut files);
    files
        .into_keys()
        .filter(|path| !path.starts_with("locks"))
        .map(|path| bench.path("state").join(path))
        .collect()
}

fn flip(path: &PathBuf) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(path, bytes).unwrap();
}

#[test]
fn fault_13_state_that_is_damaged_is_made_again_and_the_night_is_the_clean_one() {
    type Damage = fn(&PathBuf);
    let damages: [Damage; 3] = [flip, |path| truncate(path, 5), |path| fs::write(path, "").unwrap()];
    for damage in damages {
        let bench = published();
        let sound = bench.published().files;
        let files = state_files(&bench);
        assert!(files.len() > 50, "{files:?}");
        files.iter().for_each(damage);
        let ended = bench.nightly(&[]);
        ended.assert_done();
        assert!(
            ended.stderr.lines().all(|line| line.contains("WARN") && line.contains("it is made again")),
            "{}",
            ended.stderr
        );
        assert!(bench.published().files == sound);
        assert_clean(&bench);
        assert_eq!(bench.nightly(&[]).stderr, "", "what was made again is sound");
    }
}

#[test]
fn fault_13_each_damaged_file_of_the_state_is_found_where_it_counts() {
    let bench = published();
    let sound = bench.published().files;
    for path in state_files(&bench) {
        flip(&path);
        // Without the sums of the last window every file is asked for.
        let window = bench.path("state/window");
        let _ = fs::remove_dir_all(&window);
        bench.nightly(&[]).assert_done();
        assert!(bench.published().files == sound, "{}", path.display());
    }
}

#[test]
fn fault_13_a_damaged_published_file_is_found_by_verify_and_healed_by_the_night() {
    let bench = published();
    let sound = bench.published().files;
    let path = bench.path("out/current/scores/dt=2022-03-15/part-0.parquet");
    let wanted = sha256(&path);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let hashes = format!("found SHA-256 {}, wanted SHA-256 {wanted}", sha256(&path));
    bench
        .run(&["verify"])
        .assert_refused(STATE, &[&["published/scores/dt=2022-03-15/part-0.parquet", &hashes]]);
    bench.nightly(&[]).assert_done();
    assert!(bench.published().files == sound);
    assert_clean(&bench);
}

#[test]
fn fault_14_state_made_under_other_settings_is_made_again() {
    let bench = published();
    let ended = bench.nightly(&["--set", "time_zone=Asia/Jakarta"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.partials(), (18, 0));
    assert!(
        ended.stdout.contains("computed again: payments 2022-03-14, since settings or rules changed"),
        "{}",
        ended.stdout
    );
    bench.nightly(&[]).assert_done();
    assert_clean(&bench);
}

#[test]
fn fault_14_other_weights_reach_the_scores_without_another_look_at_the_rows() {
    let bench = published();
    bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,20,15,25,20,20");
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert_eq!(ended.partials(), (0, 18));
    assert_clean(&bench);
}

#[test]
fn fault_14_state_of_a_newer_program_is_refused_and_left_alone() {
    let bench = published();
    let format = bench.path("state/format.json");
    checksummed::write(&format, br#"{"format":1000000,"program":"9.0.0"}"#).unwrap();
    let before = Disk::of(&bench);
    bench.nightly(&[]).assert_refused(
        STATE,
        &[&["state/format.json", "format 1000000", "9.0.0", env!("CARGO_PKG_VERSION")]],
    );
    before.assert_unchanged(&Disk::of(&bench));
    fs::remove_file(&format).unwrap();
    bench.nightly(&[]).assert_done();
    assert!(format.is_file());
}

#[test]
fn fault_15_lost_state_is_made_again() {
    let bench = published();
    fs::remove_dir_all(bench.path("state")).unwrap();
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert_eq!(ended.partials(), (18, 0));
    assert!(ended.stdout.contains("18 daily partials computed, 0 taken from "), "{}", ended.stdout);
    assert_clean(&bench);
}

#[test]
fn fault_15_a_lost_day_is_computed_again_and_an_extra_one_does_not_count() {
    let bench = published();
    let folder = bench.path("state/partials/reviews");
    let of_day = |day: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(day)).collect()
    };
    for path in of_day(A_DAY) {
        fs::remove_file(path).unwrap();
    }
    for path in of_day("2022-03-15") {
        let name = path.file_name().unwrap().to_str().unwrap().replace("2022-03-15", "2022-03-12");
        fs::copy(&path, folder.join(name)).unwrap();
    }
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert_eq!(ended.partials(), (1, 17));
    assert_clean(&bench);
}

#[test]
fn fault_16_what_was_deleted_or_edited_by_hand_is_published_again_with_a_warning() {
    let file = "out/current/scores/dt=2022-03-15/part-0.parquet";
    type Damage = fn(&Bench);
    let damages: [Damage; 5] = [
        |bench| fs::remove_file(bench.path("out/current/scores/dt=2022-03-15/part-0.parquet")).unwrap(),
        |bench| fs::remove_dir_all(bench.path("out/current/scores")).unwrap(),
        |bench| fs::write(bench.path("out/current/scores/dt=2022-03-15/part-1.parquet"), "more").unwrap(),
        |bench| {
            let path = bench.path("out/current/scores/dt=2022-03-15/part-0.parquet");
            let mut bytes = fs::read(&path).unwrap();
            bytes[100] ^= 1;
            fs::remove_file(&path).unwrap();
            fs::write(&path, bytes).unwrap();
        },
        |bench| {
            let path = bench.path("out/current/scores/dt=2022-03-15/part-0.parquet");
            let bytes = fs::read(&path).unwrap();
            fs::remove_file(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        },
    ];
    for damage in damages {
        let bench = published();
        let sound = bench.published().files;
        damage(&bench);
        let ended = bench.nightly(&[]);
        ended.assert_done();
        assert!(ended.stdout.contains("published as "), "{}", ended.stdout);
        let warning = "scores/dt=2022-03-15: not what was published there, edited or removed since: it is published again";
        assert!(ended.stderr.contains(warning), "{}", ended.stderr);
        assert!(bench.published().files == sound);
        assert!(File::open(bench.path(file)).is_ok());
        assert_clean(&bench);
        let again = bench.nightly(&[]);
        assert!(again.stderr.is_empty() && again.stdout.contains("already current"), "{}", again.stdout);
    }
}

#[test]
fn fault_16_an_edited_extract_that_is_put_back_leaves_no_trace() {
    let bench = published();
    let sound = bench.published().files;
    bench.put(Table::Payments, day(A_DAY), &[]);
    bench.nightly(&[]).assert_done();
    bench.deliver_again();
    bench.nightly(&[]).assert_done();
    assert!(bench.published().files == sound);
}
