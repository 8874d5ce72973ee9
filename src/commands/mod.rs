//! Subcommands: settings are resolved, the stages called, results printed on stdout.

mod backfill;
mod beginning;
mod check;
mod config;
mod diff;
mod explain;
mod facts;
mod gc;
mod generations;
mod history;
mod manual;
mod nightly;
mod plan;
#[cfg(test)]
mod reference;
mod report;
mod restate;
mod rollback;
mod running;
mod sample;
mod schema;
#[cfg(test)]
mod schemas;
mod settle;
mod sql;
mod state;
mod summary;
mod terms;
mod verify;
mod whatif;

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use self::beginning::{begin, resolved};
use self::running::Running;
use crate::answers::{self, Answer, Form};
use crate::cli::{Cli, Command, FormatFlag, Writes};
use crate::domain::Day;
use crate::environment::NO_COLOR;
use crate::error::{ExitClass, Finding, Outcome, caught_anywhere};
use crate::pipeline::check::check_folders;
use crate::publish::lock::{Holder, Lock, host};
use crate::publish::{self, Published};
use crate::publish::{lock_folder, make_out, prepare};
use crate::settings::Settings;
use crate::state::checksummed::sweep;
use crate::state::format as state_format;
use crate::state::rehearsal::{Keeping, Rehearsal};
use crate::{interruption, logs};

/// The first line of a dry run; what the run itself would say comes after it.
const DRY_RUN: &str = "dry run: nothing is written; the run would say";

/// Where results go: it remembers what could not be written there. A reader that has closed the pipe has seen enough.
struct Results<W> {
    to: W,
    failed: Option<std::io::Error>,
}

impl<W: Write> Results<W> {
    /// Results that go to `to`.
    fn new(to: W) -> Self {
        Self { to, failed: None }
    }

    /// The end of the results; disk where some could not be written, which is told once.
    fn finish(&mut self) -> Outcome<()> {
        let _ = self.flush();
        let Some(error) = self.failed.take().filter(|error| error.kind() != ErrorKind::BrokenPipe) else {
            return Ok(());
        };
        let finding =
            Finding::new("shopscore", format!("results that could not be written ({error})"), "all of them on stdout");
        Err(finding.advice("what was published stands; make room where stdout goes").fail(ExitClass::Disk))
    }

    fn remember<T>(&mut self, result: std::io::Result<T>) -> std::io::Result<T> {
        result.inspect_err(|error| {
            if error.kind() != ErrorKind::Interrupted && self.failed.is_none() {
                self.failed = Some(error.kind().into());
            }
        })
    }
}

impl<W: Write> Write for Results<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = logs::above_bars(|| self.to.write(bytes));
        self.remember(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.to.flush();
        self.remember(flushed)
    }
}

/// Runs what was typed and writes the results to `stdout`; `now` is the reading of the clock that days and instants are told by.
///
/// # Errors
/// Those of the subcommand, and disk where results could not be written.
pub fn run<W: Write>(cli: &Cli, now: Timestamp, stdout: W) -> Outcome<()> {
    interruption::catch()?;
    let stdout = &mut Results::new(stdout);
    match &cli.command {
        Command::Nightly(arguments) => recorded(arguments, now, stdout, nightly::run),
        Command::Check(arguments) => check::run(arguments, now, stdout),
        Command::Plan(arguments) => plan::run(arguments, now, stdout),
        Command::Backfill(arguments) => recorded(arguments, now, stdout, backfill::run),
        Command::Restate(arguments) => recorded(arguments, now, stdout, restate::run),
        Command::Settle(arguments) => recorded(arguments, now, stdout, settle::run),
        Command::State(arguments) => recorded(arguments, now, stdout, state::run),
        Command::Summary(arguments) => summary::run(arguments, stdout),
        Command::Report(arguments) => report::run(arguments, stdout),
        Command::Explain(arguments) => explain::run(arguments, stdout),
        Command::Diff(arguments) => diff::run(arguments, stdout),
        Command::Whatif(arguments) => whatif::run(arguments, stdout),
        Command::Generations(arguments) => generations::list(arguments, stdout),
        Command::Gc(arguments) => recorded(arguments, now, stdout, gc::run),
        Command::Rollback(arguments) => recorded(arguments, now, stdout, rollback::run),
        Command::History(arguments) => history::run(arguments, stdout),
        Command::Verify(arguments) => verify::run(arguments, stdout),
        Command::Config(arguments) => config::run(arguments, stdout),
        Command::Schema(arguments) => schema::run(arguments, stdout),
        Command::Sql(arguments) => sql::run(arguments, stdout),
        Command::Sample(arguments) => sample::run(arguments, stdout),
        Command::Manual(arguments) => manual::run(arguments, stdout),
    }?;
    stdout.finish()
}

/// Runs a command that writes, and keeps its record, unless it only rehearses.
fn recorded<A: Writes, W: Write>(
    arguments: &A,
    now: Timestamp,
    stdout: &mut Results<W>,
    run: impl FnOnce(&A, &Running, &mut Results<W>) -> Outcome<()>,
) -> Outcome<()> {
    let running = if arguments.is_rehearsal() { Running::rehearsal(now) } else { Running::begin(arguments, now) };
    let outcome = caught_anywhere(|| {
        run(arguments, &running, stdout)?;
        stdout.finish()
    });
    running.ended(outcome)
}

/// Where what a command makes goes: nowhere in a dry run.
fn keeping(is_dry_run: bool, rehearsal: &Rehearsal) -> Keeping<'_> {
    if is_dry_run { Keeping::InMemory(rehearsal) } else { Keeping::InState }
}

/// The beginning of a run that writes, `command` of which those who wait for its locks are told: the locks, for as long as they
/// live. A rehearsal takes none and says that it is one; it is refused where the run would not be let in.
fn enter(
    settings: &Settings,
    now: Timestamp,
    (command, keeping): (String, Keeping<'_>),
    stdout: &mut impl Write,
) -> Outcome<Option<[Lock; 2]>> {
    if !keeping.is_rehearsal() {
        return lock(settings, now, command).map(Some);
    }
    check_entry(settings)?;
    say(stdout, DRY_RUN);
    Ok(None)
}

/// Looks at what a run looks at before its work, but for the locks, and leaves it as it is.
fn check_entry(settings: &Settings) -> Outcome<()> {
    check_folders(settings)?;
    publish::check(&settings.out)?;
    state_format::found(&settings.state).map(drop)
}

/// Takes the locks of the output and the state folder, for as long as what is returned lives, and removes what killed runs
/// left in them.
fn lock(settings: &Settings, now: Timestamp, command: String) -> Outcome<[Lock; 2]> {
    let locks = lock_alone(settings, now, command)?;
    prepare(&settings.out)?;
    state_format::claim(&settings.state)?;
    sweep(&settings.state)?;
    Ok(locks)
}

/// As [`lock`], with the folders left as they are.
fn lock_alone(settings: &Settings, now: Timestamp, command: String) -> Outcome<[Lock; 2]> {
    let holder = Holder { pid: std::process::id(), host: host(), started_at: now, command };
    check_folders(settings)?;
    let wait = Duration::from_secs(settings.wait_seconds);
    make_out(&settings.out)?;
    let acquire = |folder| Lock::acquire(&lock_folder(folder), &holder, wait);
    Ok([acquire(&settings.out)?, acquire(&settings.state)?])
}

/// The last natural day that is over, by the one reading of the clock.
fn last_complete_day(settings: &Settings, now: Timestamp) -> Day {
    settings.delivery.zone.day_of(now).plus(-1)
}

/// Prints a line of results; what becomes of it the end of the run tells (see [`Results`]).
fn say(stdout: &mut impl Write, line: &str) {
    let _ = writeln!(stdout, "{line}");
}

/// Tells what a command found; in colour on a terminal, unless NO_COLOR says otherwise.
fn tell<A: Answer>(answer: &A, FormatFlag { format }: FormatFlag, stdout: &mut impl Write) -> Outcome<()> {
    let wants_colour = std::env::var_os(NO_COLOR.name).is_none_or(|set| set.is_empty());
    let form = Form { format, is_coloured: wants_colour && std::io::stdout().is_terminal() };
    answers::tell(answer, form, stdout)
}

/// What something takes on disk, as far as that is known.
fn told_bytes(size_bytes: Option<u64>) -> String {
    size_bytes.map_or("an unknown number of bytes".to_owned(), |size_bytes| format!("{size_bytes} bytes"))
}

/// The path that readers open.
fn current(out: &Path) -> PathBuf {
    out.join("current")
}

/// Says which generation readers see now, and where; a rehearsal does not know its name.
fn say_published(stdout: &mut impl Write, (outcome, published): (&str, &Published), keeping: Keeping<'_>, out: &Path) {
    if keeping.is_rehearsal() && published.changed {
        return say(stdout, &format!("{outcome} a new generation: {}", current(out).display()));
    }
    say_shown(stdout, (outcome, published), out);
}

/// Says which generation readers are shown, and where.
fn say_shown(stdout: &mut impl Write, (outcome, published): (&str, &Published), out: &Path) {
    say(stdout, &format!("{outcome} {}: {}", published.name, current(out).display()));
}
