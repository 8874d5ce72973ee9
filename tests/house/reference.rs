//! What documents say of commands, flags, exit codes and the environment is what the code declares. docs/REFERENCE.md itself is made
//! of the declarations.

use std::fs;

use clap::CommandFactory;
use shopscore::cli::Cli;
use shopscore::exit_codes;

use super::documents::documents;
use super::{product, repository};

/// What can be typed, with the flags of settings at every command that takes them.
fn program() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    program
}

#[test]
fn operating_says_what_to_do_for_every_exit_code_and_no_other() {
    let operating = fs::read_to_string(repository().join("docs/OPERATING.md")).unwrap();
    let after = operating.split("| code | what happened |").nth(1).expect("the table of exit codes");
    let rows = after.lines().skip(2).take_while(|line| line.starts_with('|'));
    let said: Vec<i32> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split(',').map(|code| code.trim().parse().unwrap()))
        .collect();
    let declared: Vec<i32> = exit_codes::all().into_iter().map(|(code, _, _)| code).collect();
    assert_eq!(said, declared);
}

#[test]
fn the_readme_names_every_command() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for command in Cli::command().get_subcommands().map(clap::Command::get_name) {
        assert!(readme.contains(&format!("`shopscore {command}")), "{command}");
    }
}

/// Commands as documents have them: in backticks, or on a line of their own in a block of code.
fn commands(text: &str) -> Vec<String> {
    let in_backticks = text.match_indices("`shopscore ").map(|(place, _)| text[place + 1..].split('`').next().unwrap());
    let typed = text.lines().filter_map(|line| line.strip_prefix("    ").or(line.strip_prefix("$ ")));
    // By another user, as after `runuser -u shopscore --`; what comes behind is a comment, or where the output goes.
    let typed = typed.map(|line| line.split_once(" -- ").map_or(line, |(_, command)| command));
    let typed = typed
        .filter(|line| line.starts_with("shopscore "))
        .map(|line| line.split([';', '|', '>', '#']).next().unwrap());
    in_backticks.chain(typed).map(|command| command.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// What of a command is not declared; none where all of it is.
fn undeclared(command: &str, program: &clap::Command) -> Option<String> {
    let mut words = command.split(' ').skip(1).peekable();
    let mut of = program;
    while let Some(next) = words.peek().and_then(|word| of.find_subcommand(word)) {
        of = next;
        words.next();
    }
    let is_general = |word: &&str| *word == "COMMAND" || *word == "…" || word.starts_with('-');
    if of.get_name() == program.get_name() && !words.peek().is_none_or(is_general) {
        return words.next().map(str::to_owned);
    }
    let is_of_it = |flag: &str| of.get_arguments().any(|arg| arg.get_long() == Some(flag));
    let flags = words.filter_map(|word| word.trim_start_matches('[').strip_prefix("--"));
    let mut flags = flags.map(|flag| flag.trim_end_matches([']', ',', '.', ':']));
    flags.find(|flag| !is_of_it(flag)).map(|flag| format!("--{flag}"))
}

/// The changelog names what earlier releases had.
#[test]
fn documents_name_no_command_or_flag_that_is_not_declared() {
    let program = program();
    let (mut named, mut wrong) = (0, Vec::new());
    for document in documents().into_iter().filter(|document| !document.ends_with("CHANGELOG.md")) {
        for command in commands(&fs::read_to_string(repository().join(&document)).unwrap()) {
            named += 1;
            wrong.extend(
                undeclared(&command, &program).map(|word| format!("{}: {command}: {word}", document.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(named > 100, "{named} commands named");
}

#[test]
fn a_command_or_flag_that_is_not_declared_is_found() {
    let program = program();
    for (text, expected) in [
        ("run `shopscore nightly --date D`", None),
        ("run `shopscore nightly\n--dates D`", Some("--dates")),
        ("    runuser -u shopscore -- shopscore state prune --keep-days 3 --format json   # --twice", Some("--format")),
        ("$ shopscore nightli --date D", Some("nightli")),
        ("`shopscore --help`", None),
    ] {
        let commands = commands(text);
        assert_eq!(commands.len(), 1, "{commands:?}");
        assert_eq!(undeclared(&commands[0], &program).as_deref(), expected, "{text}");
    }
}

/// Variables that renew documents are of tests.
#[test]
fn every_variable_of_the_environment_that_is_read_is_declared() {
    let mut read = 0;
    for (file, text) in product() {
        for place in ["env::var_os(", "env::var("].iter().flat_map(|call| text.split(call).skip(1)) {
            let (name, _) = place.split_once(')').unwrap();
            assert!(name.ends_with(".name") || name.starts_with("\"RENEW_"), "{}: {name}", file.display());
            read += 1;
        }
    }
    assert!(read > 1, "{read}");
}
