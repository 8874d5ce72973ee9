//! `shopscore manual`: pages that a formatter has nothing to say about, and completions that complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;
use shopscore::cli::Cli;

use crate::support::Bench;
use crate::support::runner::could_not_run;

/// Where a shell's completions are.
const OF_BASH: &str = "share/bash-completion/completions/shopscore";

/// The manual, written in a bench of its own.
fn written() -> (Bench, Vec<PathBuf>) {
    let bench = Bench::empty();
    let said = bench.said("manual --out prefix");
    let files: Vec<PathBuf> = said.lines().map(|file| bench.path("prefix").join(file)).collect();
    assert!(files.iter().all(|file| file.is_file()), "{said}");
    (bench, files)
}

/// Whether a program can be run here.
fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The names of a command and of all below it, as their pages are called.
fn pages(command: &clap::Command, name: &str) -> Vec<String> {
    let below = command.get_subcommands().flat_map(|of| pages(of, &format!("{name}-{}", of.get_name())));
    below.chain([format!("{name}.1")]).collect()
}

#[test]
fn every_command_has_a_page_and_every_shell_its_completions() {
    let (bench, files) = written();
    let names: BTreeSet<&Path> = files.iter().map(|file| file.strip_prefix(bench.path("prefix")).unwrap()).collect();
    let pages = pages(&Cli::command(), "shopscore");
    assert!(pages.contains(&"shopscore-state-prune.1".to_owned()), "{pages:?}");
    for page in &pages {
        assert!(names.contains(Path::new(&format!("share/man/man1/{page}"))), "{page} in {names:?}");
    }
    let of_others = ["share/zsh/site-functions/_shopscore", "share/fish/vendor_completions.d/shopscore.fish"];
    assert!([OF_BASH].iter().chain(&of_others).all(|file| names.contains(Path::new(file))), "{names:?}");
    assert_eq!(names.len(), pages.len() + 3);
    let page = fs::read_to_string(bench.path("prefix/share/man/man1/shopscore.1")).unwrap();
    assert!(page.contains("EXIT STATUS") && page.contains("another run holds the lock"), "{page}");
}

#[test]
fn a_formatter_warns_of_no_page() {
    if !is_here("groff") {
        return could_not_run(a_formatter_warns_of_no_page, "no groff");
    }
    let (_bench, files) = written();
    for page in files.iter().filter(|file| file.extension().is_some_and(|section| section == "1")) {
        let mut groff = Command::new("groff");
        let output = groff.args(["-man", "-k", "-Tutf8", "-ww", "-z"]).arg(page).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.is_empty(), "{}: {said}", page.display());
    }
}

#[test]
fn bash_completes_commands_flags_and_their_values() {
    if !is_here("bash") {
        return could_not_run(bash_completes_commands_flags_and_their_values, "no bash");
    }
    let (bench, _) = written();
    for (typed, completed) in
        [("night", "nightly"), ("nightly --dry", "--dry-run"), ("explain --lang z", "zh"), ("check --format j", "json")]
    {
        let script = format!(
            "source prefix/{OF_BASH}; COMP_WORDS=(shopscore {typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _shopscore shopscore \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; echo \"${{COMPREPLY[*]}}\""
        );
        let output = Command::new("bash").args(["-c", &script]).current_dir(bench.path("")).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{completed}\n"), "{typed}");
    }
}
