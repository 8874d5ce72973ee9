//! A folder in which the binary runs on extracts of its own, and what can be seen of the outcome.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use arrow::array::RecordBatch;
use tempfile::TempDir;

use super::disk::{remove, set_mode};
use super::library::{OutputTable, QUARANTINE};
use super::marketplace::partition;
use super::published::rows_shown;
use super::{AS_OF, Day, Ended, Marketplace, Published, Row, Span, Table, WINDOW_DAYS, at, batch, day, files, row};

const PROGRAM: &str = env!("CARGO_BIN_EXE_shopscore");
/// Where [`Bench::scratch_night`] keeps and publishes.
pub(crate) const SCRATCH_OUT: &str = "scratch/out";

/// Extracts, the shipped rule tables, settings with a short window, and folders for state and output.
pub(crate) struct Bench {
    folder: TempDir,
    marketplace: Marketplace,
}

impl Bench {
    /// The small sound marketplace.
    pub(crate) fn sound() -> Self {
        Self::of(Marketplace::sound())
    }

    /// As [`Bench::sound`], with its night published.
    pub(crate) fn published_once() -> Self {
        let bench = Self::sound();
        bench.nightly(&[]).assert_done();
        bench
    }

    /// The small sound marketplace with days enough for a week of nights, and one shop snapshot for all of them.
    pub(crate) fn week() -> Self {
        let last = day(AS_OF);
        Self::of(Marketplace::sound_in(Span::ending(last, WINDOW_DAYS + 6), last.plus(-6)))
    }

    /// The extracts of 2022-01-25 to 2022-03-02; every day is alike, windows have three days, and nobody appeals.
    pub(crate) fn two_months() -> Self {
        let days = Span { first: day("2022-01-25"), last: day("2022-03-02") };
        let mut marketplace = Marketplace::sound_in(days, days.first);
        marketplace.rows.retain(|(table, _), _| *table != Table::Appeals);
        let bench = Self::of(marketplace);
        // What the year lacks before the extracts begin is no gap.
        bench.configure(&format!(
            "window_days = {WINDOW_DAYS}\nmax_snapshot_age_days = 60\nmay_be_absent = 'appeals'\nhistory_starts_on = {}",
            days.first
        ));
        bench
    }

    /// Upholds, on 2 February of [`Bench::two_months`], appeals on all reviews that January's last window has of shop 3, the
    /// best rated of its category: shop 3 is rated no more, and shop 2 becomes the best.
    pub(crate) fn appeal_reviews_of_shop_3(&self) {
        let decided = day("2022-02-02");
        let reviewed = ["2022-01-29", "2022-01-30", "2022-01-31"].into_iter().zip(900_i64..);
        let appeals = reviewed.map(|(on, id)| row![id, 3, "review", 30, day(on), true, at(decided, "12:00")]);
        self.deliver(Table::Appeals, decided, &appeals.collect::<Vec<_>>());
    }

    /// The marketplace, each partition one file.
    pub(crate) fn of(marketplace: Marketplace) -> Self {
        let bench = Self { marketplace, ..Self::empty() };
        bench.marketplace.write(&bench.path("extracts"));
        bench
    }

    /// No extracts yet.
    pub(crate) fn empty() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap(), marketplace: Marketplace::default() };
        fs::create_dir(bench.path("rules")).unwrap();
        for entry in fs::read_dir(shipped_rules()).unwrap().map(Result::unwrap) {
            bench.ship_rule(entry.file_name());
        }
        fs::create_dir(bench.path("jobs")).unwrap();
        bench.configure(&format!("window_days = {WINDOW_DAYS}"));
        bench
    }

    /// Writes the file of settings again: the paths, and these lines.
    pub(crate) fn configure(&self, lines: &str) {
        const PATHS: &str = "root = '..'\nextracts = 'extracts'\nrules = 'rules'\nstate = 'state'\nout = 'out'\n";
        fs::write(self.path("jobs/nightly.toml"), format!("{PATHS}{lines}\n")).unwrap();
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn partition(&self, table: Table, day: Day) -> PathBuf {
        partition(&self.path("extracts"), table, day)
    }

    /// The one part file of a partition.
    pub(crate) fn file(&self, table: Table, day: Day) -> PathBuf {
        self.partition(table, day).join("part-0.parquet")
    }

    /// What the one part file of a partition holds.
    pub(crate) fn batch(&self, table: Table, day: Day) -> RecordBatch {
        batch(table, &self.marketplace.rows[&(table, day)])
    }

    /// Writes the one part file of a partition again, with its batch changed.
    pub(crate) fn change(&self, table: Table, day: Day, change: impl Fn(&RecordBatch) -> RecordBatch) {
        files::write(&self.file(table, day), &change(&self.batch(table, day)));
    }

    /// Writes the one part file of a partition again, with these rows.
    pub(crate) fn put(&self, table: Table, day: Day, rows: &[Row]) {
        files::write(&self.file(table, day), &batch(table, rows));
    }

    /// Adds a part file to a partition.
    pub(crate) fn deliver(&self, table: Table, day: Day, rows: &[Row]) {
        let folder = self.partition(table, day);
        let parts = fs::read_dir(&folder).map_or(0, Iterator::count);
        files::write(&folder.join(format!("part-{parts}.parquet")), &batch(table, rows));
    }

    /// Writes all extracts again as they were, and removes what was put beside them.
    pub(crate) fn deliver_again(&self) {
        fs::remove_dir_all(self.path("extracts")).unwrap();
        self.marketplace.write(&self.path("extracts"));
    }

    /// Writes a rule table again as it is shipped.
    pub(crate) fn ship_rule(&self, file: impl AsRef<Path>) {
        let file = file.as_ref();
        fs::copy(shipped_rules().join(file), self.path("rules").join(file)).unwrap();
    }

    /// Writes a rule table again, `old` replaced by `new` at its one place.
    pub(crate) fn change_rule(&self, file: &str, old: &str, new: &str) {
        let path = self.path("rules").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {file}");
        fs::write(&path, text.replace(old, new)).unwrap();
    }

    /// Adds a row to a rule table, with no source.
    pub(crate) fn add_rule(&self, file: &str, row: &str) {
        let path = self.path("rules").join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{row},\n")).unwrap();
    }

    /// Removes from a rule table the one row that begins so.
    pub(crate) fn remove_rule(&self, file: &str, beginning: &str) {
        let path = self.path("rules").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let (removed, kept): (Vec<&str>, Vec<&str>) = text.lines().partition(|row| row.starts_with(beginning));
        assert_eq!(removed.len(), 1, "{beginning:?} in {file}");
        fs::write(&path, kept.join("\n")).unwrap();
    }

    /// The line of a shipped rule table on which a row that is added stands.
    pub(crate) fn added_line(file: &str) -> usize {
        fs::read_to_string(shipped_rules().join(file)).unwrap().lines().count() + 1
    }

    /// Scores the night of [`AS_OF`], with further flags and an empty environment.
    pub(crate) fn nightly(&self, flags: &[&str]) -> Ended {
        self.nightly_in(&[], flags)
    }

    /// As [`Bench::nightly`], in an environment.
    pub(crate) fn nightly_in(&self, environment: &[(&str, &OsStr)], flags: &[&str]) -> Ended {
        Ended::of(self.command(AS_OF, flags).envs(environment.iter().cloned()))
    }

    /// As [`Bench::nightly`], by a user who is not root and owns all of the folder, so that modes count.
    pub(crate) fn nightly_unprivileged(&self, flags: &[&str]) -> Ended {
        const NOBODY: u32 = 65_534;
        let (mine, night) = (self.path(""), self.command(AS_OF, flags));
        // Nobody may reach the program where it was built. Copied by another process: one that is forked here meanwhile would
        // hold the copy open for writing, and it could not be run.
        let program = self.path("jobs/program");
        assert!(Command::new("cp").arg(PROGRAM).arg(&program).status().unwrap().success());
        let mut command = Command::new(program);
        command.env_clear().current_dir(&mine).args(night.get_args());
        if fs::metadata(&mine).unwrap().uid() == 0 {
            set_mode(&mine, 0o755);
            let owner = Command::new("chown").args(["-R", &NOBODY.to_string()]).arg(&mine).status().unwrap();
            assert!(owner.success());
            command.uid(NOBODY);
        }
        Ended::of(&mut command)
    }

    /// Scores the night of `as_of`, with further flags and an empty environment.
    pub(crate) fn night(&self, as_of: Day, flags: &[&str]) -> Ended {
        Ended::of(&mut self.command(&as_of.to_string(), flags))
    }

    /// As [`Bench::night`], with no state and no output yet, into [`SCRATCH_OUT`].
    pub(crate) fn scratch_night(&self, as_of: Day, flags: &[&str]) -> Ended {
        remove(&self.path("scratch"));
        self.night(as_of, &[flags, &["--state", "scratch/state", "--out", SCRATCH_OUT]].concat())
    }

    /// The night of `as_of` as a command that has not started, with an empty environment.
    pub(crate) fn command(&self, as_of: &str, flags: &[&str]) -> Command {
        let mut command = self.program(&["nightly", "--date", as_of]);
        command.args(flags);
        command
    }

    /// As [`Bench::command`], on the sample marketplace of the repository, with a window of 30 days.
    pub(crate) fn sample_command(&self, as_of: &str, flags: &[&str]) -> Command {
        let sample_data = sample_data();
        let on_sample = ["--extracts", sample_data.to_str().unwrap(), "--set", "window_days=30"];
        self.command(as_of, &[&on_sample, flags].concat())
    }

    /// The program with these arguments, as a command that has not started, with an empty environment.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.env_clear().current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs the program with these words and an empty environment.
    pub(crate) fn run(&self, words: &str) -> Ended {
        Ended::of(&mut self.program(&words.split(' ').collect::<Vec<_>>()))
    }

    /// Runs the program with these words to a good end, and returns what it says.
    #[track_caller]
    pub(crate) fn said(&self, words: &str) -> String {
        let ended = self.run(words);
        ended.assert_done();
        ended.stdout
    }

    /// What lies under the output folder now.
    pub(crate) fn published(&self) -> Published {
        self.published_under("out")
    }

    /// What lies under another output folder.
    pub(crate) fn published_under(&self, out: &str) -> Published {
        Published::under(&self.path(out))
    }

    /// Some columns of a published partition, one text a row.
    pub(crate) fn shown(&self, table: &OutputTable, value: &str, columns: &[&str]) -> Vec<String> {
        let folder = format!("out/current/{}/{}={value}", table.name, table.partition_key);
        rows_shown(&self.path(&folder), table, columns)
    }

    /// The quarantined rows of a day: table, reason, row and key, as one text.
    pub(crate) fn quarantined(&self, on: &str) -> Vec<String> {
        self.quarantined_under("out", on)
    }

    /// As [`Bench::quarantined`], under another output folder.
    pub(crate) fn quarantined_under(&self, out: &str, on: &str) -> Vec<String> {
        let folder = self.path(out).join(format!("quarantine/dt={on}"));
        rows_shown(&folder, &QUARANTINE, &["extract", "reason", "row", "key"])
    }
}

pub(crate) fn sample_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data")
}

pub(crate) fn shipped_rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules")
}
