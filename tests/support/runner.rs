//! Tests that need something of their own: a number of cases, a process, or what this machine may not have.

use std::any::type_name_of_val;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::Command;

use proptest::test_runner::{Config, contextualize_config};

/// How many cases a law is tried on: `few`, or what `PROPTEST_CASES` says, as proptest's other variables count too.
pub(crate) fn cases(few: u32) -> Config {
    let config = Config { cases: few, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    contextualize_config(config)
}

/// Notes that a test, given as its function, could not run here, and why: `make test` names these at its end. A line is added
/// to the file that `TESTS_NOT_RUN` names, if it names one.
pub(crate) fn could_not_run(test: impl Fn(), reason: &str) {
    let line = format!("{}: {reason}\n", name(&test));
    // Past the capture of what tests print, so that it is seen without `make`, too.
    std::io::stderr().write_all(format!("could not run here: {line}").as_bytes()).unwrap();
    if let Some(path) = std::env::var_os("TESTS_NOT_RUN") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

/// Runs `body`, all that a test does, in a process that runs no other test: what it changes there (the environment, the pool
/// of threads, signals) reaches nobody else.
pub(crate) fn alone(test: impl Fn(), body: impl FnOnce()) {
    const ALONE: &str = "TEST_ALONE";
    let name = name(&test);
    if std::env::var_os(ALONE).is_some_and(|running| running == name) {
        return body();
    }
    let mut process = Command::new(std::env::current_exe().unwrap());
    let output = process.args([name, "--exact", "--nocapture"]).env(ALONE, name).output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// A command with all signals as usual: who started the tests in the background may have had some ignored.
pub(crate) fn with_usual_signals(command: &Command) -> Command {
    let mut usual = Command::new("env");
    usual.args(["-i", "--default-signal"]).arg(command.get_program()).args(command.get_args());
    usual.current_dir(command.get_current_dir().unwrap());
    usual
}

/// The name of a test as filters take it.
fn name(test: &impl Fn()) -> &'static str {
    type_name_of_val(test).split_once("::").unwrap().1
}
