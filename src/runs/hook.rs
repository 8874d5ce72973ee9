//! The command of `on_success` or `on_failure`: it gets the record of the run on its stdin, once the run has let go of its locks; of one
//! that a signal ends, before.
//!
//! It runs in a shell, in the working folder of the run. What it prints goes to stderr: stdout has the results of the run.

use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};

use super::STAGE;
use crate::error::{ExitClass, Finding, Outcome, disk};

/// Runs a command line with `text` on its stdin, and waits for it.
///
/// # Errors
/// One that cannot be started, or ends otherwise than with 0.
pub(crate) fn tell(setting: &'static str, command: &str, text: &str) -> Outcome<()> {
    let failed = |error: io::Error| disk(STAGE, setting, Path::new("/bin/sh"), &error);
    let to_stderr = io::stderr().as_fd().try_clone_to_owned().map_or_else(|_| Stdio::null(), Stdio::from);
    let mut shell = Command::new("/bin/sh");
    let shell = shell.args(["-c", command]).stdin(Stdio::piped()).stdout(to_stderr);
    let mut child = shell.spawn().map_err(failed)?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    // One that is not interested need not read.
    written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(failed(error)) })?;
    let ended = child.wait().map_err(failed)?;
    if ended.success() {
        return Ok(());
    }
    let finding = Finding::new(STAGE, format!("{setting} ended with {ended}"), "a command that ends with 0");
    Err(finding.advice("run it by hand with a record of `shopscore history` on its stdin").fail(ExitClass::Disk))
}
