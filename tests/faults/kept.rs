//! Damage to what earlier nights left, and to what they published: faults 13 to 16.

use std::fs;
use std::path::{Path, PathBuf};

use super::{STATE, assert_clean, write_newer_format};
use crate::support::disk::{Disk, files_below, files_named, flip_middle, remove, replace};
use crate::support::files::{sha256, truncate};
use crate::support::{A_DAY, Bench, Table, day};

/// A published file of the night.
const PUBLISHED: &str = "out/current/scores/dt=2022-03-15/part-0.parquet";

/// The files of the state folder, locks aside.
fn state_files(bench: &Bench) -> Vec<PathBuf> {
    files_below(&bench.path(""), "state").into_keys().map(|path| bench.path("").join(path)).collect()
}

#[test]
fn fault_13_state_that_is_damaged_is_made_again_and_the_night_is_the_clean_one() {
    type Damage = fn(&Path);
    let damages: [Damage; 3] = [flip_middle, |path| truncate(path, 5), |path| truncate(path, 0)];
    for damage in damages {
        let bench = Bench::published_once();
        let sound = bench.published().files;
        let files = state_files(&bench);
        assert!(files.len() > 50, "{files:?}");
        files.iter().for_each(|path| damage(path));
        let ended = bench.nightly(&[]);
        ended.assert_done();
        let is_warning = |line: &str| line.contains("WARN") && line.contains("it is made again");
        assert!(ended.stderr.lines().all(is_warning), "{}", ended.stderr);
        assert!(bench.published().files == sound);
        assert_clean(&bench);
        assert_eq!(bench.nightly(&[]).stderr, "", "what was made again is sound");
    }
}

#[test]
fn fault_13_each_damaged_file_of_the_state_is_found_where_it_counts() {
    let bench = Bench::published_once();
    let sound = bench.published().files;
    for path in state_files(&bench) {
        flip_middle(&path);
        // Without the sums of the last window every file is asked for.
        remove(&bench.path("state/window"));
        bench.nightly(&[]).assert_done();
        assert!(bench.published().files == sound, "{}", path.display());
    }
}

#[test]
fn fault_13_a_damaged_published_file_is_found_by_verify_and_healed_by_the_night() {
    let bench = Bench::published_once();
    let sound = bench.published().files;
    let path = bench.path(PUBLISHED);
    let wanted = sha256(&path);
    replace(&path, |bytes| bytes[100] ^= 1);
    let hashes = format!("found SHA-256 {}, wanted SHA-256 {wanted}", sha256(&path));
    let finding: &[&str] = &["published/scores/dt=2022-03-15/part-0.parquet", &hashes];
    bench.run("verify").assert_refused(STATE, &[finding]);
    bench.nightly(&[]).assert_done();
    assert!(bench.published().files == sound);
    assert_clean(&bench);
}

#[test]
fn fault_14_state_made_under_other_settings_is_made_again() {
    let bench = Bench::published_once();
    let ended = bench.nightly(&["--set", "time_zone=Asia/Jakarta"]);
    ended.assert_said("computed again: payments 2022-03-14, since settings or rules changed");
    assert_eq!(ended.partials(), (18, 0));
    bench.nightly(&[]).assert_done();
    assert_clean(&bench);
}

#[test]
fn fault_14_other_weights_reach_the_scores_without_another_look_at_the_rows() {
    let bench = Bench::published_once();
    bench.change_rule("weights.csv", "茶,,15,20,25,20,20", "茶,,20,15,25,20,20");
    let ended = bench.nightly(&[]);
    ended.assert_done();
    assert_eq!(ended.partials(), (0, 18));
    assert_clean(&bench);
}

#[test]
fn fault_14_state_of_a_newer_program_is_refused_and_left_alone() {
    let bench = Bench::published_once();
    let format = bench.path("state/format.json");
    write_newer_format(&bench);
    let before = Disk::of(&bench);
    bench
        .nightly(&[])
        .assert_refused(STATE, &[&["state/format.json", "format 1000000", "9.0.0", env!("CARGO_PKG_VERSION")]]);
    before.assert_unchanged(&Disk::of(&bench));
    fs::remove_file(&format).unwrap();
    bench.nightly(&[]).assert_done();
    assert!(format.is_file());
}

#[test]
fn fault_15_lost_state_is_made_again() {
    let bench = Bench::published_once();
    fs::remove_dir_all(bench.path("state")).unwrap();
    let ended = bench.nightly(&[]);
    ended.assert_said("18 daily partials computed, 0 taken from ");
    assert_clean(&bench);
}

#[test]
fn fault_15_a_lost_day_is_computed_again_and_an_extra_one_does_not_count() {
    let bench = Bench::published_once();
    let folder = bench.path("state/partials/reviews");
    for path in files_named(&folder, A_DAY, "") {
        fs::remove_file(path).unwrap();
    }
    for path in files_named(&folder, "2022-03-15", "") {
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
    type Damage = fn(&Path);
    let damages: [Damage; 5] = [
        |file| fs::remove_file(file).unwrap(),
        |file| fs::remove_dir_all(file.parent().unwrap().parent().unwrap()).unwrap(),
        |file| fs::write(file.with_file_name("part-1.parquet"), "more").unwrap(),
        |file| replace(file, |bytes| bytes[100] ^= 1),
        |file| replace(file, |bytes| bytes.truncate(bytes.len() - 1)),
    ];
    for damage in damages {
        let bench = Bench::published_once();
        let sound = bench.published().files;
        damage(&bench.path(PUBLISHED));
        let ended = bench.nightly(&[]);
        ended.assert_said("published as ");
        let warning =
            "scores/dt=2022-03-15: not what was published there, edited or removed since: it is published again";
        assert!(ended.stderr.contains(warning), "{}", ended.stderr);
        assert!(bench.published().files == sound);
        assert!(bench.path(PUBLISHED).is_file());
        assert_clean(&bench);
        let again = bench.nightly(&[]);
        assert!(again.stderr.is_empty() && again.stdout.contains("already current"), "{}", again.stdout);
    }
}

#[test]
fn fault_16_an_edited_extract_that_is_put_back_leaves_no_trace() {
    let bench = Bench::published_once();
    let sound = bench.published().files;
    bench.put(Table::Payments, day(A_DAY), &[]);
    bench.nightly(&[]).assert_done();
    bench.deliver_again();
    bench.nightly(&[]).assert_done();
    assert!(bench.published().files == sound);
}
