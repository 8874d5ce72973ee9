//! What goes to stderr while a run works: lines of the log as text or JSON, findings, and on a terminal how far it has come.
//!
//! In: events and spans of `tracing`. Out: a line each with time, level, stage and what is said. What is logged is set once, from the
//! command line, and holds for the process; what is observed for the record of the run is [`mod@observed`]'s.

pub(crate) mod observed;
mod progress;

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use clap::ValueEnum;
use indicatif::MultiProgress;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use self::observed::Observed;
use self::progress::Progress;
use crate::error::{Failure, Finding};
use crate::stages;

/// What the log has, and how.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub(crate) format: LogFormat,
    pub(crate) is_verbose: bool,
    pub(crate) is_quiet: bool,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// The log of this process, once it is set up.
static LOG: OnceLock<Log> = OnceLock::new();

struct Log {
    format: LogFormat,
    /// Those of a terminal; none elsewhere.
    bars: Option<MultiProgress>,
    observed: Observed,
}

/// Sets the log up; called once, from the command line. A second call changes nothing.
pub fn start(wanted: Wanted) {
    let shows_bars = io::stderr().is_terminal() && wanted.format == LogFormat::Text && !wanted.is_quiet;
    let bars = shows_bars.then(MultiProgress::new);
    let observed = Observed::default();
    let log = Log { format: wanted.format, bars: bars.clone(), observed: observed.clone() };
    if LOG.set(log).is_err() {
        return;
    }
    let of_stages = Targets::new().with_target(stages::TARGET, Level::TRACE).with_target(stages::NIGHTS, Level::TRACE);
    let progress = Progress::new(bars.clone());
    let observes = of_stages.clone().with_default(LevelFilter::WARN);
    // Where it cannot be set, another subscriber is there already.
    let _ = tracing_subscriber::registry()
        .with(lines(wanted, AboveBars(bars)))
        .with(observed.with_filter(observes))
        .with((!wanted.is_quiet).then(|| progress.with_filter(of_stages)))
        .try_init();
}

/// The layer that writes lines.
fn lines<S: tracing::Subscriber + for<'a> LookupSpan<'a>>(
    wanted: Wanted,
    writer: AboveBars,
) -> Box<dyn Layer<S> + Send + Sync> {
    let (level, spans) = match (wanted.is_quiet, wanted.is_verbose) {
        (true, _) => (LevelFilter::WARN, FmtSpan::NONE),
        (false, true) => (LevelFilter::DEBUG, FmtSpan::CLOSE),
        (false, false) => (LevelFilter::INFO, FmtSpan::NONE),
    };
    let layer = fmt::layer()
        .with_writer(writer)
        .with_target(false)
        .with_ansi(false)
        .with_span_events(spans)
        // They would be reported where the log goes, which is what failed.
        .log_internal_errors(false);
    match wanted.format {
        LogFormat::Text => layer.with_filter(of_ours(level)).boxed(),
        LogFormat::Json => {
            let json = layer.json().flatten_event(true).with_current_span(true).with_span_list(false);
            json.with_filter(of_ours(level)).boxed()
        }
    }
}

/// What this program says up to a level; of libraries, which tell each frame of a connection, warnings and errors alone.
fn of_ours(level: LevelFilter) -> Targets {
    Targets::new().with_target(env!("CARGO_CRATE_NAME"), level).with_default(LevelFilter::WARN)
}

/// What was observed of this run so far, for its record; nothing where the log is not set up.
pub(crate) fn observed() -> Option<&'static Observed> {
    LOG.get().map(|log| &log.observed)
}

/// Tells each finding of a failure, once.
pub fn tell(failure: &Failure) {
    above_bars(|| tell_at_once(failure));
}

/// As [`tell`], whatever bars are shown and whoever writes above them: of a process that ends.
pub(crate) fn tell_at_once(failure: &Failure) {
    failure.findings.iter().for_each(tell_finding);
}

fn tell_finding(finding: &Finding) {
    match LOG.get().map(|log| log.format) {
        Some(LogFormat::Json) => {
            let Finding { stage, place, column, found, wanted, advice, .. } = finding;
            let (place, column, advice) = (place.as_deref(), column.as_deref(), advice.as_deref());
            tracing::error!(stage, place, column, found, wanted, advice, "{finding}");
        }
        // Where the log cannot be written (a full disk has often both), the exit code still tells.
        Some(LogFormat::Text) | None => drop(writeln!(io::stderr(), "error: {finding}")),
    }
}

/// Writes to the terminal while the bars on it are out of the way.
pub(crate) fn above_bars<T>(write: impl FnOnce() -> T) -> T {
    match LOG.get().and_then(|log| log.bars.as_ref()) {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}

/// Stderr, above the bars.
struct AboveBars(Option<MultiProgress>);

impl<'a> MakeWriter<'a> for AboveBars {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

impl Write for &AboveBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let write = || io::stderr().write(bytes);
        self.0.as_ref().map_or_else(write, |bars| bars.suspend(write))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The subscriber that layers lie on, named for their tests.
#[cfg(test)]
pub(crate) type Base = tracing_subscriber::Registry;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_heard_from_warnings_on_however_much_is_asked_for() {
        let verbose = of_ours(LevelFilter::DEBUG);
        for (target, level, wanted) in [
            ("shopscore::table_days::compute", Level::DEBUG, true),
            (stages::TARGET, Level::INFO, true),
            ("h2::codec::framed_write", Level::DEBUG, false),
            ("h2::codec::framed_write", Level::INFO, false),
            ("h2::codec::framed_write", Level::WARN, true),
        ] {
            assert_eq!(verbose.would_enable(target, &level), wanted, "{target} {level}");
        }
    }
}
