//! The lock that keeps a second run out.
//!
//! The kernel holds it for the process: it goes with the process, however that ends, so nothing that is left in the
//! file can block a later run. The file only says who holds the lock, and is emptied by who lets it go; what a killed run left
//! there is not believed. It is never removed, since a run that waits on a removed file and a run that makes a new one would
//! both hold "the" lock.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::file_system;
use crate::error::{ExitClass, Failure, Finding, Outcome, disk};

const STAGE: &str = "lock";
const FILE: &str = "run.lock";
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// A longer file was not written by us.
const LONGEST_HOLDER_BYTES: u64 = 4_096;

/// Who holds the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine that it runs on.
    pub host: String,
    /// When it started.
    pub started_at: Timestamp,
    /// What it was asked to do.
    pub command: String,
}

/// A lock held until this is dropped, or the process ends.
#[derive(Debug)]
pub struct Lock {
    held: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Who finds it held by another program later must not be told of this run. It says nothing more: a failure costs a name.
        let _ = self.held.set_len(0);
    }
}

impl Lock {
    /// Takes the lock of `folder`, which is made where missing, and writes `holder` there; waits for another run that holds
    /// it, but no longer than `wait`. One that holds it still is named by the error.
    pub fn acquire(folder: &Path, holder: &Holder, wait: Duration) -> Outcome<Self> {
        file_system::make_missing(folder, 0o755)?;
        let path = folder.join(FILE);
        let mut options = OpenOptions::new();
        let opened = options.read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|error| disk(STAGE, "open", &path, &error))?;
        let mut waited = Duration::ZERO;
        while let Err(refused) = file.try_lock() {
            match refused {
                TryLockError::Error(error) => return Err(disk(STAGE, "flock", &path, &error)),
                // Who only asks, as [`check`] does, holds it for an instant.
                TryLockError::WouldBlock if waited >= wait.max(BETWEEN_TRIES) => return Err(busy(&path, file)),
                TryLockError::WouldBlock => std::thread::sleep(BETWEEN_TRIES),
            }
            waited += BETWEEN_TRIES;
        }
        write_holder(&mut file, holder).map_err(|error| disk(STAGE, "write", &path, &error))?;
        Ok(Self { held: file })
    }
}

/// Makes sure that no run holds the lock of `folder`; busy where one does. Nothing is written, and no run is kept out by it.
pub(crate) fn check(folder: &Path) -> Outcome<()> {
    let path = folder.join(FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(disk(STAGE, "open", &path, &error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(busy(&path, file)),
        Err(TryLockError::Error(error)) => Err(disk(STAGE, "flock", &path, &error)),
    }
}

fn write_holder(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::to_string(holder)? + "\n";
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())
}

fn busy(path: &Path, file: File) -> Failure {
    let mut text = String::new();
    let read = file.take(LONGEST_HOLDER_BYTES).read_to_string(&mut text);
    let holder = read.ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok());
    let held_by = holder.filter(|holder| !is_gone(holder)).map_or_else(
        // Between its lock and its name there is a moment, and a backup that holds it says none.
        || "another run or program, which has not said its name".to_owned(),
        |Holder { pid, host, started_at, command }| format!("process {pid} on {host}, started {started_at}: {command}"),
    );
    let finding = Finding::new(STAGE, format!("the lock held by {held_by}"), "no other run").path(path);
    finding.advice("run again when it has ended, or with --wait SECONDS").fail(ExitClass::Busy)
}

/// The name of this machine.
pub(crate) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Whether a process that said its name is known to be there no more: it was killed, and another holds the lock since.
fn is_gone(holder: &Holder) -> bool {
    let process = |pid: &str| Path::new("/proc").join(pid).exists();
    holder.host == host() && process("self") && !process(&holder.pid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(pid: u32) -> Holder {
        let command = "nightly --date 2022-03-15".to_owned();
        Holder { pid, host: "scores-1".to_owned(), started_at: Timestamp::UNIX_EPOCH, command }
    }

    #[test]
    fn a_run_that_waits_takes_over_when_the_other_ends() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::acquire(folder.path(), &holder(7), Duration::ZERO).unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Lock::acquire(folder.path(), &holder(8), Duration::from_secs(60)).is_ok());
            std::thread::sleep(2 * BETWEEN_TRIES);
            assert!(!second.is_finished());
            drop(first);
            assert!(second.join().unwrap());
        });
    }

    #[test]
    fn what_a_dead_run_left_in_the_file_does_not_block_and_a_holder_without_a_name_yet_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, "x".repeat(1_000)).unwrap();
        let _lock = Lock::acquire(folder.path(), &holder(9), Duration::ZERO).unwrap();
        let told: Holder = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(told, holder(9));

        std::fs::write(&path, "").unwrap();
        let failure = Lock::acquire(folder.path(), &holder(10), Duration::ZERO).unwrap_err();
        assert_eq!(failure.class, ExitClass::Busy);
        assert!(failure.to_string().contains("another run"), "{failure}");
    }

    #[test]
    fn a_lock_is_looked_at_without_a_trace_and_its_holder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        check(folder.path()).unwrap();
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
        let lock = Lock::acquire(folder.path(), &holder(7), Duration::ZERO).unwrap();
        let failure = check(folder.path()).unwrap_err();
        assert_eq!(failure.class, ExitClass::Busy);
        assert!(failure.to_string().contains("held by process 7 on scores-1"), "{failure}");
        drop(lock);
        check(folder.path()).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), "", "nobody's name is left");
    }

    #[test]
    fn a_killed_run_is_not_taken_for_who_holds_the_lock_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let lock = Lock::acquire(folder.path(), &holder(7), Duration::ZERO).unwrap();
        for (pid, told) in [(4_194_304, "another run or program"), (std::process::id(), "held by process")] {
            let here = Holder { host: host(), ..holder(pid) };
            std::fs::write(&path, serde_json::to_string(&here).unwrap()).unwrap();
            let failure = check(folder.path()).unwrap_err();
            assert!(failure.to_string().contains(told), "{failure}");
        }
        drop(lock);
    }
}
