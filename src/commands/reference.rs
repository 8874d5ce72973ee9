//! docs/REFERENCE.md is made of the declarations: `RENEW_REFERENCE=1` writes it anew. Flags, variables of the environment, exit codes
//! and metrics stand there and nowhere else; of settings and JSON it says where they stand.

use std::path::Path;

use clap::{Arg, Args, Command, CommandFactory};

use super::schemas::schemas;
use crate::cli::{Cli, SettingFlags};
use crate::environment::VARIABLES;
use crate::exit_codes;
use crate::runs::metrics::METRICS;

const HEAD: &str = "\
# Reference

Every flag, variable of the environment, exit code and metric, made of the declarations in the code, and where settings and JSON fields
stand. `RENEW_REFERENCE=1 cargo test --release --locked --lib reference` writes this file anew; a test fails where it differs.
`shopscore COMMAND --help` and, once installed, `man shopscore-COMMAND` say the same.
";

const OF_SETTINGS: &str = "They win over the environment, which wins over the file; where none of these gives one, the setting's default holds.";

const SETTINGS: &str = "\
Section 12 of [SPEC.md](SPEC.md) lists all settings with their defaults, [jobs/nightly.toml](../jobs/nightly.toml) is a file with all of
them, and `shopscore config show` says what holds in a run and where it comes from.";

const JSON: &str = "\
`--format json` names its schema, and that one's version, in the field `schema`. The schema describes every field.";

const OF_METRICS: &str = "\
All are gauges, in the file of the setting `metrics_file`; [OPERATING.md](OPERATING.md) says what to alert on.";

fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: impl IntoIterator<Item = [String; COLUMNS]>) -> String {
    let cell = |text: String| if text.is_empty() { "| ".to_owned() } else { format!("| {text} ") };
    let head = [head.map(str::to_owned), head.map(|_| "---".to_owned())];
    head.into_iter().chain(rows).map(|cells| cells.map(cell).concat() + "|\n").collect()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A flag or a value in its place, its default, and what it does.
fn row(arg: &Arg) -> [String; 3] {
    let value = arg.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
    let takes_value = arg.get_action().takes_values();
    let name = match arg.get_long() {
        Some(long) if takes_value => format!("--{long} {value}"),
        Some(long) => format!("--{long}"),
        None => value,
    };
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_str().unwrap()).collect();
    let default = if arg.is_required_set() { "required".to_owned() } else { defaults.join(" ") };
    let values: Vec<_> = arg.get_possible_values().iter().map(|value| code(value.get_name())).collect();
    let values = if takes_value && !values.is_empty() { format!(": {}", values.join(", ")) } else { String::new() };
    let default = if takes_value { default } else { String::new() };
    [code(&name), default, format!("{}{values}", arg.get_help().unwrap())]
}

fn flags<'a>(args: impl Iterator<Item = &'a Arg>) -> String {
    table(["flag", "default", "what it does"], args.map(row))
}

/// What each command has beside the flags that several have.
fn commands(command: &Command, parts: &mut Vec<String>) {
    let name = command.get_bin_name().unwrap();
    let usage = command.clone().render_usage().to_string();
    parts.push(format!("### {name}\n"));
    parts.push(format!("{}.\n", command.get_about().unwrap()));
    parts.push(format!("    {}\n", usage.strip_prefix("Usage: ").unwrap().replace('\n', "\n   ")));
    let own = || command.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help");
    if own().next().is_some() {
        parts.push(flags(own()));
    }
    if command.get_arguments().any(|arg| arg.is_global_set() && arg.get_id() == "config") {
        parts.push("And the flags of settings.\n".to_owned());
    }
    command.get_subcommands().for_each(|subcommand| commands(subcommand, parts));
}

fn reference() -> String {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut parts = vec![HEAD.to_owned(), "## Commands\n".to_owned()];
    let is_own = |arg: &&Arg| !["help", "version"].contains(&arg.get_id().as_str());
    if program.get_arguments().any(|arg| is_own(&arg)) {
        parts.push("### Flags of all commands\n".to_owned());
        parts.push(flags(program.get_arguments().filter(is_own)));
    }
    parts.push(format!("### Flags of settings\n\n{OF_SETTINGS}\n"));
    parts.push(flags(SettingFlags::augment_args(Command::new("settings")).get_arguments()));
    program.get_subcommands().for_each(|command| commands(command, &mut parts));
    let variables = VARIABLES.map(|variable| [code(variable.name), variable.meaning.to_owned()]);
    parts.extend(["## Environment\n".to_owned(), table(["variable", "what it does"], variables)]);
    let exits = exit_codes::all().into_iter().map(|(code, name, meaning)| [code.to_string(), name.to_owned(), meaning]);
    parts.extend(["## Exit codes\n".to_owned(), table(["code", "name", "meaning"], exits)]);
    parts.push("[OPERATING.md](OPERATING.md) says what to do with each of them.\n".to_owned());
    parts.extend(["## Settings\n".to_owned(), format!("{SETTINGS}\n"), "## JSON\n".to_owned(), format!("{JSON}\n")]);
    parts.push(table(["schema", "what it is"], schemas().into_iter().map(|(file, text)| answer(&file, &text))));
    let metrics = METRICS.iter().map(|of| [code(of.name), of.labels.join(", "), of.help.to_owned()]);
    parts.extend([
        "## Metrics\n".to_owned(),
        format!("{OF_METRICS}\n"),
        table(["metric", "labels", "what it says"], metrics),
    ]);
    parts.join("\n")
}

/// An answer's schema, as a link, and what it is.
fn answer(file: &str, text: &str) -> [String; 2] {
    let schema: serde_json::Value = serde_json::from_str(text).unwrap();
    let name = schema["properties"]["schema"]["const"].as_str().unwrap();
    [format!("[{name}](schemas/{file})"), schema["description"].as_str().unwrap().to_owned()]
}

#[test]
fn the_reference_is_made_of_the_declarations() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/REFERENCE.md");
    if std::env::var_os("RENEW_REFERENCE").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap() == reference(),
        "docs/REFERENCE.md: RENEW_REFERENCE=1 writes it anew"
    );
}
