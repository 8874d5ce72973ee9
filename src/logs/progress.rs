//! How far a long stage has come, and how long it still takes: bars on a terminal, lines of the log elsewhere.
//!
//! In: spans of stages with the number of their pieces, and a word for each piece that is done. Out: a bar once a stage has taken half a
//! second, or a line every half minute. A stage without pieces shows nothing.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tracing::span::Id;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::observed::number;
use crate::stages;

/// A bar for less would only flicker.
const BEFORE_A_BAR: Duration = Duration::from_millis(500);
const BETWEEN_LINES: Duration = Duration::from_secs(30);

/// The layer.
pub(super) struct Progress {
    /// The bars of the terminal; none elsewhere.
    bars: Option<MultiProgress>,
    /// The stages that go on and have pieces, the innermost last.
    ongoing: Mutex<Vec<Ongoing>>,
}

struct Ongoing {
    id: Id,
    name: &'static str,
    pieces: u64,
    done: u64,
    begun: Instant,
    /// When it was last told.
    told: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new(bars: Option<MultiProgress>) -> Self {
        Self { bars, ongoing: Mutex::default() }
    }

    fn ongoing(&self) -> std::sync::MutexGuard<'_, Vec<Ongoing>> {
        self.ongoing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ongoing {
    fn advance(&mut self, bars: Option<&MultiProgress>) -> Option<String> {
        self.done += 1;
        let Some(bars) = bars else { return self.line() };
        if self.bar.is_none() && self.begun.elapsed() >= BEFORE_A_BAR {
            let style = ProgressStyle::with_template("{prefix:>12} {bar:30} {pos}/{len} {elapsed}, {msg} s to go");
            let bar = ProgressBar::new(self.pieces).with_prefix(self.name).with_elapsed(self.begun.elapsed());
            // The template is sound; were it not, the usual one would do.
            let bar = style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style));
            self.bar = Some(bars.add(bar));
        }
        if let Some(bar) = &self.bar {
            bar.set_message(self.seconds_left().to_string());
            bar.set_position(self.done);
        }
        None
    }

    /// How long it still takes, if it goes on as so far.
    fn seconds_left(&self) -> u64 {
        self.begun.elapsed().as_secs() * self.pieces.saturating_sub(self.done) / self.done.max(1)
    }

    /// A line, where it is time for one.
    fn line(&mut self) -> Option<String> {
        if self.told.elapsed() < BETWEEN_LINES {
            return None;
        }
        self.told = Instant::now();
        Some(format!("{} of {}, some {} s to go", self.done, self.pieces, self.seconds_left()))
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Progress {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        // A word of progress is a trace, and all else of a stage is for the log.
        if *event.metadata().level() != Level::TRACE {
            return;
        }
        if let (Some(pieces), Some(span)) = (number(event, stages::PIECES), context.event_span(event)) {
            let now = Instant::now();
            let (id, name) = (span.id(), span.name());
            self.ongoing().push(Ongoing { id, name, pieces, done: 0, begun: now, told: now, bar: None });
            return;
        }
        let is_done = event.metadata().fields().iter().all(|field| field.name() == "message");
        let told = self.ongoing().last_mut().filter(|_| is_done).and_then(|stage| stage.advance(self.bars.as_ref()));
        if let Some(told) = told {
            tracing::info!("{told}");
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let mut ongoing = self.ongoing();
        // Within nights, one that ends is a piece that is done; no stage goes on then.
        if context.span(&id).is_some_and(|span| span.name() == stages::NIGHT)
            && let Some(nights) = ongoing.last_mut()
        {
            nights.advance(self.bars.as_ref());
        }
        for ended in ongoing.extract_if(.., |stage| stage.id == id) {
            if let Some(bar) = ended.bar {
                bar.finish_and_clear();
            }
        }
    }
}
