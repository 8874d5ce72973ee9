//! What releases left in STATE and OUT, found by a later one (tests/fixtures/README.md): it is served, or refused by name where
//! its figures mean something else now and its extracts are gone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::support::Ended;
use crate::support::disk::walk;
use crate::support::files::write;

/// The releases that left something.
const RELEASES: [&str; 2] = ["0.1.0", "0.2.0"];

/// A copy of what a release left.
struct Left {
    folder: tempfile::TempDir,
}

impl Left {
    fn by(release: &str) -> Self {
        let left = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(release);
        let folder = tempfile::tempdir().unwrap();
        let copied = Command::new("cp").arg("-a").arg(left.join(".")).arg(folder.path()).status().unwrap();
        assert!(copied.success(), "{}", left.display());
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let mut program = Command::new(env!("CARGO_BIN_EXE_shopscore"));
        Ended::of(program.args(arguments).args(["--config", "settings.toml"]).current_dir(self.folder.path()))
    }

    /// The published files of a day under a folder, by their path.
    fn published(&self, folder: &str, day: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = self.folder.path().join(folder).canonicalize().unwrap();
        let mut files = Vec::new();
        walk(&folder, &mut |path, _| {
            let name = path.strip_prefix(&folder).unwrap();
            if path.is_file() && name.to_str().unwrap().contains(day) {
                files.push((name.to_owned(), fs::read(path).unwrap()));
            }
        });
        files.sort();
        files
    }
}

#[test]
fn what_earlier_releases_published_stays_and_days_that_would_be_judged_otherwise_now_are_refused_where_they_have_expired()
 {
    for release in RELEASES {
        let left = Left::by(release);
        let before = left.published("out/current", "2022-03-01");
        assert_eq!(before.len(), 5, "{release}");
        let again = left.run(&["nightly", "--date", "2022-03-01"]);
        assert_eq!((again.code, again.stdout.as_str()), (Some(4), ""), "{release}: {}", again.stderr);
        assert!(again.stderr.contains("or before an upgrade changed its figures"), "{}", again.stderr);
        assert!(left.published("out/current", "2022-03-01") == before, "{release}: other bytes");
        left.run(&["verify"]).assert_done();

        // With the expired days left out of the window, the rest is computed again.
        let shorter = left.run(&["nightly", "--date", "2022-03-01", "--set", "window_days=2"]);
        assert_eq!(shorter.partials().1, 0, "{release}: {}", shorter.stderr);
    }
}

#[test]
fn generations_under_names_of_an_earlier_release_are_listed_rolled_back_to_and_held() {
    for release in RELEASES {
        let left = Left::by(release);
        let listed = left.run(&["generations", "--format", "csv"]);
        assert!(listed.stdout.contains("\n000002-2022-03-01-79e112b80294,"), "{release}: {}", listed.stdout);
        left.run(&["rollback", "--to", "000001-2022-02-28-9ca8c3981fe7"]).assert_said("held: 2022-03-01; ");
        let shorter = ["nightly", "--date", "2022-03-01", "--set", "window_days=2"];
        left.run(&shorter).assert_warned("2022-03-01 is held: ");
        left.run(&["rollback", "--release", "2022-03-01"]).assert_said("released: 2022-03-01");
        left.run(&shorter).assert_said("published as 000003-night-2022-03-01-");
        left.run(&["rollback", "--to", "2022-03-01-79e112b80294"]).assert_said("held: 2022-03-01; ");
        left.run(&["verify"]).assert_done();
    }
}

#[test]
fn what_cannot_be_served_is_said_at_the_start_and_nothing_is_touched() {
    for release in RELEASES {
        let left = Left::by(release);
        let before = left.published("state", "");
        let ended = left.run(&["nightly", "--date", "2022-03-01", "--set", "time_zone=UTC"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(4), ""), "{release}: {}", ended.stderr);
        // Two days of the window have expired, with seven tables each.
        assert_eq!(
            ended.stderr.matches("made under other settings or rules").count(),
            14,
            "{release}: {}",
            ended.stderr
        );
        let stored = |files: Vec<(PathBuf, Vec<u8>)>| -> Vec<_> {
            files.into_iter().filter(|(path, _)| !path.ends_with("format.json") && !path.starts_with("locks")).collect()
        };
        assert!(stored(left.published("state", "")) == stored(before), "{release}: the state was touched");
    }
}

#[test]
fn a_month_end_of_an_earlier_release_stays_frozen_and_its_assessments_gain_cycles() {
    for release in RELEASES {
        let left = Left::by(release);
        let scores = || left.published("out/current/month_end_scores", "2022-02-28");
        let assessments = || left.published("out/current/monthly_assessments", "2022-02-28");
        let (frozen, assessed) = (scores(), assessments());
        assert_eq!((frozen.len(), assessed.len()), (1, 1), "{release}");
        // What is read of older files is found by the names of its columns, in a summary, too.
        let shorter = ["--set", "window_days=2"];
        left.run(&["summary", "--year", "2022"]).assert_done();
        left.run(&[&["nightly", "--date", "2022-02-28"], &shorter[..]].concat()).assert_done();
        assert!(scores() == frozen, "{release}: frozen");
        assert!(assessments() != assessed, "{release}");
        left.run(&["summary", "--date", "2022-02-28"]).assert_said("Outlook on 2022-02-28");

        let because =
            ["restate", "--month-end", "2022-02-28", "--knowledge-day", "2022-03-01", "--because", "upgraded"];
        left.run(&[&because[..], &shorter].concat()).assert_said("restated as known on 2022-03-01");
        assert!(scores() != frozen, "{release}");
        left.run(&["verify"]).assert_done();
    }
}

/// A shop that is gone from the snapshot since: nobody knows when it joined.
#[test]
fn assessments_of_an_earlier_release_stay_where_a_shop_s_cycle_is_not_known() {
    let left = Left::by("0.2.0");
    let assessments = || left.published("out/current/monthly_assessments", "2022-02-28");
    let assessed = assessments();
    let snapshot = left.folder.path().join("extracts/shops/dt=2022-02-28/part-00000.parquet");
    let mut rows = ParquetRecordBatchReader::try_new(fs::File::open(&snapshot).unwrap(), 1_000).unwrap();
    let rows = rows.next().unwrap().unwrap();
    write(&snapshot, &rows.slice(1, rows.num_rows() - 1));
    let night = left.run(&["nightly", "--date", "2022-02-28", "--set", "window_days=2"]);
    night.assert_done();
    assert!(night.stderr.contains("the assessments of 2022-02-28 stay as they are"), "{}", night.stderr);
    assert!(assessments() == assessed);
}
