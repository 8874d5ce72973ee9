//! The command line: parse, run, print what went wrong once, end with its exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use shopscore::cli::Cli;
use shopscore::commands::{self, Results};
use shopscore::error::caught_anywhere;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        // They would be reported where the log goes, which is what failed.
        .log_internal_errors(false)
        .init();
    // A panic is caught where the file is known, or here, and reported once.
    std::panic::set_hook(Box::new(|_| {}));
    let run = || {
        let mut results = Results::new(std::io::stdout().lock());
        commands::run(&cli, jiff::Timestamp::now(), &mut results)?;
        results.finish()
    };
    match caught_anywhere(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for finding in &failure.findings {
                // Where the log cannot be written (a full disk has often both), the exit code still tells.
                let _ = writeln!(std::io::stderr(), "error: {finding}");
            }
            ExitCode::from(failure.class as u8)
        }
    }
}
