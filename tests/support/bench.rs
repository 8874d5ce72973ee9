//! A folder in which the binary runs on extracts of its own, and what can be seen of the outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arrow::array::RecordBatch;
use shopscore::domain::Day;
use shopscore::extracts::tables::Table;
use tempfile::TempDir;

use super::files;
use super::marketplace::{AS_OF, Marketplace, WINDOW_DAYS, partition};
use super::rows::{Row, batch};

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
        const PATHS: &str = "extracts = 'extracts'\nrules = 'rules'\nstate = 'state'\nout = 'out'\n";
        fs::write(self.path("jobs/nightly.toml"), format!("{PATHS}{lines}\n")).unwrap();
    }

    /// A path in the folder.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// The folder of a partition.
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

    /// Adds a line to a rule table.
    pub(crate) fn add_rule(&self, file: &str, line: &str) {
        let path = self.path("rules").join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{line}\n")).unwrap();
    }

    /// Scores the night of [`AS_OF`], with further flags and an empty environment.
    pub(crate) fn nightly(&self, flags: &[&str]) -> Ended {
        self.nightly_in(&[], flags)
    }

    /// As [`Bench::nightly`], in an environment.
    pub(crate) fn nightly_in(&self, environment: &[(&str, &OsStr)], flags: &[&str]) -> Ended {
        Ended::of(self.command(AS_OF, flags).envs(environment.iter().cloned()))
    }

    /// Scores the night of `as_of`, with further flags and an empty environment.
    pub(crate) fn night(&self, as_of: Day, flags: &[&str]) -> Ended {
        Ended::of(&mut self.command(&as_of.to_string(), flags))
    }

    /// The night of `as_of` as a command that has not started, with an empty environment.
    pub(crate) fn command(&self, as_of: &str, flags: &[&str]) -> Command {
        let mut command = self.program(&["nightly", "--date", as_of]);
        command.args(flags);
        command
    }

    /// The program with these arguments, as a command that has not started, with an empty environment.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shopscore"));
        command.env_clear().current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs the program with these arguments and an empty environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&mut self.program(arguments))
    }

    /// What lies under the output folder now.
    pub(crate) fn published(&self) -> Published {
        self.published_under("out")
    }

    /// What lies under another output folder.
    pub(crate) fn published_under(&self, out: &str) -> Published {
        Published::under(&self.path(out))
    }
}

fn shipped_rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules")
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// How many daily partials it computed, and how many it took from the state folder.
    pub(crate) fn partials(&self) -> (usize, usize) {
        let line = self.stdout.lines().find(|line| line.contains(" daily partials computed, "));
        let line = line.unwrap_or_else(|| panic!("no partials: {}{}", self.stdout, self.stderr));
        let numbers: Vec<usize> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        (numbers[0], numbers[1])
    }

    /// Checks that the run did what it was asked to do.
    pub(crate) fn assert_done(&self) {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
    }

    /// Checks the exit code, and that stderr has one line a finding, with the words given for it, and nothing else.
    pub(crate) fn assert_refused(&self, code: i32, findings: &[&[&str]]) {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert_eq!(lines.len(), findings.len(), "one line a finding, in\n{}", self.stderr);
        for (line, words) in lines.iter().zip(findings) {
            assert!(line.starts_with("error: "), "{line}");
            assert!(line.contains("found ") && line.contains(", wanted "), "{line}");
            for word in *words {
                assert!(line.contains(word), "{word:?} in {line}");
            }
        }
        assert_eq!(self.stdout, "");
    }
}

/// What readers can see under an output folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Published {
    /// Where `current` leads; none where there is no such link.
    pub(crate) current: Option<PathBuf>,
    /// The bytes of each file of the current generation, by its path there, quarantine included; the record of when it
    /// was made is left out.
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
    /// The names of all generations.
    pub(crate) generations: BTreeSet<OsString>,
}

impl Published {
    fn under(out: &Path) -> Self {
        let current = fs::read_link(out.join("current")).ok();
        let generation = current.as_ref().map(|target| out.join(target).parent().unwrap().to_owned());
        let mut files = BTreeMap::new();
        if let Some(generation) = generation {
            for tree in ["published", "quarantine"] {
                gather(&generation, &generation.join(tree), &mut files);
            }
        }
        let generations = fs::read_dir(out.join("generations")).into_iter().flatten();
        let generations = generations.map(|entry| entry.unwrap().file_name()).collect();
        Self { current, files, generations }
    }
}

/// The files below `folder`, which may not exist, by their path below `root`.
pub(crate) fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            gather(root, &path, files);
        } else {
            files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
}
