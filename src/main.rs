//! The command line: parse, run, tell what went wrong once, end with its exit code.

use std::process::ExitCode;

use clap::Parser;
use shopscore::cli::Cli;
use shopscore::error::caught_anywhere;
use shopscore::{commands, logs};

fn main() -> ExitCode {
    let cli = Cli::parse();
    logs::start(cli.log());
    // A panic is caught where the file is known, or here, and told once.
    std::panic::set_hook(Box::new(|_| {}));
    match caught_anywhere(|| commands::run(&cli, jiff::Timestamp::now(), std::io::stdout())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            logs::tell(&failure);
            ExitCode::from(failure.class as u8)
        }
    }
}
