//! `shopscore manual`: the manual pages of all commands and the completions of shells, made from what can be typed.
//!
//! In: the declarations of commands, exit codes and the environment. Out: files below a folder, each where its reader looks for it
//! below the prefix of an installation; stdout lists them. The same program writes the same bytes.

use std::fs;
use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::say;
use crate::cli::{Cli, Manual};
use crate::environment::VARIABLES;
use crate::error::{Outcome, disk, fault};
use crate::exit_codes;

const STAGE: &str = "manual";
const PROGRAM: &str = "shopscore";
const PAGES: &str = "share/man/man1";
/// Where each shell looks for what completes a command of that name.
const COMPLETIONS: [(Shell, &str, &str); 3] = [
    (Shell::Bash, "share/bash-completion/completions", PROGRAM),
    (Shell::Zsh, "share/zsh/site-functions", "_shopscore"),
    (Shell::Fish, "share/fish/vendor_completions.d", "shopscore.fish"),
];

/// A file below the prefix.
struct File {
    folder: &'static str,
    name: String,
    bytes: Vec<u8>,
}

pub(super) fn run(arguments: &Manual, stdout: &mut impl Write) -> Outcome<()> {
    let mut files = Vec::new();
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    pages(&program, &mut files).map_err(|error| fault(STAGE, error))?;
    files.extend(COMPLETIONS.map(|(shell, folder, name)| completion(shell, folder, name)));
    for File { folder, name, bytes } in files {
        let below = arguments.out.join(folder);
        fs::create_dir_all(&below).map_err(|error| disk(STAGE, "mkdir", &below, &error))?;
        let path = below.join(&name);
        fs::write(&path, bytes).map_err(|error| disk(STAGE, "write", &path, &error))?;
        say(stdout, &format!("{folder}/{name}"));
    }
    Ok(())
}

fn completion(shell: Shell, folder: &'static str, name: &str) -> File {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut bytes);
    File { folder, name: name.to_owned(), bytes }
}

/// The page of a command, after those of its subcommands.
fn pages(command: &Command, files: &mut Vec<File>) -> io::Result<()> {
    for subcommand in command.get_subcommands() {
        pages(subcommand, files)?;
    }
    let page = Man::new(command.clone());
    // Without a date what comes after it would take its place.
    let page = page.date(" ").source(concat!("shopscore ", env!("CARGO_PKG_VERSION"))).manual("Manual of shopscore");
    let mut bytes = Vec::new();
    page.render_title(&mut bytes)?;
    page.render_name_section(&mut bytes)?;
    page.render_synopsis_section(&mut bytes)?;
    page.render_description_section(&mut bytes)?;
    page.render_options_section(&mut bytes)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut bytes)?;
    }
    if command.get_name() == PROGRAM {
        exit_codes_and_environment().to_writer(&mut bytes)?;
    } else {
        see_also().to_writer(&mut bytes)?;
    }
    files.push(File { folder: PAGES, name: page.get_filename(), bytes });
    Ok(())
}

/// What holds for all commands: it stands on the page of the program alone.
fn exit_codes_and_environment() -> Roff {
    let mut roff = Roff::new();
    let exits = exit_codes::all().into_iter().map(|(code, _, meaning)| (code.to_string(), meaning));
    let variables = VARIABLES.iter().map(|variable| (variable.name.to_owned(), variable.meaning.to_owned()));
    listed(&mut roff, "EXIT STATUS", exits);
    listed(&mut roff, "ENVIRONMENT", variables);
    roff
}

fn listed(roff: &mut Roff, title: &str, items: impl Iterator<Item = (String, String)>) {
    roff.control("SH", [title]);
    for (name, meaning) in items {
        roff.control("TP", []).text([bold(name)]).text([roman(meaning)]);
    }
}

fn see_also() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]).text([bold(PROGRAM), roman("(1) for exit codes and the environment")]);
    roff
}
