//! What a run's record has of its work: how long each stage took and how many rows it worked on, and what was warned of.
//!
//! In: spans of stages and events, as they happen. Out: a stage each in the order of their first beginnings, its seconds and rows over
//! all times that it came; warnings in order. This is where the clock of stages is read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::stages;

/// What was observed so far, shared by the layer and the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observed(Arc<Mutex<Seen>>);

/// What was observed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) stages: Vec<SeenStage>,
    /// Those that go on: what tells one from others, its name and when it began.
    ongoing: Vec<(u64, &'static str, Instant)>,
    pub(crate) warnings: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct SeenStage {
    pub(crate) name: &'static str,
    pub(crate) seconds: f64,
    /// None where it counts none.
    pub(crate) rows: Option<u64>,
}

/// A stage that goes on.
struct Begun {
    at: Instant,
    rows: Option<u64>,
}

impl Observed {
    /// All of it so far; a stage that goes on has taken the time until now.
    pub(crate) fn so_far(&self) -> Seen {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (_, name, begun) in std::mem::take(&mut seen.ongoing) {
            if let Some(stage) = seen.stage(name) {
                stage.seconds += begun.elapsed().as_secs_f64();
            }
        }
        seen
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Seen {
    fn stage(&mut self, name: &'static str) -> Option<&mut SeenStage> {
        if !self.stages.iter().any(|stage| stage.name == name) {
            self.stages.push(SeenStage { name, seconds: 0.0, rows: None });
        }
        self.stages.iter_mut().find(|stage| stage.name == name)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Observed {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().target() == stages::TARGET
            && let Some(span) = context.span(id)
        {
            span.extensions_mut().insert(Begun { at: Instant::now(), rows: None });
            self.change(|seen| {
                seen.stage(span.name());
                seen.ongoing.push((id.into_u64(), span.name(), Instant::now()));
            });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == stages::TARGET
            && let (Some(rows), Some(span)) = (number(event, stages::ROWS), context.event_span(event))
            && let Some(begun) = span.extensions_mut().get_mut::<Begun>()
        {
            begun.rows = Some(rows);
        }
        if *event.metadata().level() == Level::WARN {
            let mut message = Message::default();
            event.record(&mut message);
            self.change(|seen| seen.warnings.push(message.0));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(Begun { at, rows }) = span.extensions_mut().remove::<Begun>() else { return };
        self.change(|seen| {
            seen.ongoing.retain(|(of, _, _)| *of != id.into_u64());
            if let Some(stage) = seen.stage(span.name()) {
                stage.seconds += at.elapsed().as_secs_f64();
                stage.rows = rows.map(|rows| rows + stage.rows.unwrap_or(0)).or(stage.rows);
            }
        });
    }
}

/// The number in one field of an event.
pub(super) fn number(event: &Event<'_>, name: &'static str) -> Option<u64> {
    let mut number = Number { name, found: None };
    event.record(&mut number);
    number.found
}

struct Number {
    name: &'static str,
    found: Option<u64>,
}

impl Visit for Number {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == self.name {
            self.found = Some(value);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// What an event says.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing::subscriber::with_default;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::logs::Base;
    use crate::stages::Stage;

    #[test]
    fn stages_add_up_in_the_order_of_their_beginnings_and_warnings_stay_in_order() {
        let observed = Observed::default();
        with_default(Base::default().with(observed.clone()), || {
            for rows in [3, 4] {
                drop(Stage::Partials.begin().of_rows(rows));
                drop(Stage::Publication.begin());
            }
            tracing::warn!("one");
            tracing::info!("no warning");
            tracing::warn!("{}", "two");
        });
        let Seen { stages, warnings, .. } = observed.so_far();
        let rows: Vec<_> = stages.iter().map(|stage| (stage.name, stage.rows)).collect();
        assert_eq!(rows, [("partials", Some(7)), ("publication", None)]);
        assert!(stages.iter().all(|stage| stage.seconds > 0.0));
        assert_eq!(warnings, ["one", "two"]);
    }
}
