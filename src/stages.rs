//! The stages of a run as logs, records and metrics name them, and how far the work in one has come.
//!
//! A stage is a span of `tracing` that is entered where its work begins and left where it ends; events in it say how much that is, and
//! that a piece of it is done. Who listens, at the command line,
//! keeps the time and shows how far it is: nothing here reads a clock or writes. Stages follow one another; none lies in another.

use tracing::span::EnteredSpan;
use tracing::{Span, info_span, trace};

/// The target of the spans of stages and of what is said of their progress.
pub(crate) const TARGET: &str = "shopscore::stages";
/// The target of the spans of a night, called `night`, and of several.
pub(crate) const NIGHTS: &str = "shopscore::nights";
/// What the span of one night is called.
pub(crate) const NIGHT: &str = "night";
/// The field of an event that says how many rows the stage works on.
pub(crate) const ROWS: &str = "rows";
/// The field of an event that says how many pieces of work the stage has.
pub(crate) const PIECES: &str = "pieces";

/// A part of a run's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Stage {
    /// Which nights are due.
    DueNights,
    /// Which table-days there are, which are stored, and whether the files of the others fit the contract.
    Survey,
    /// Table-days are read, judged and summed, or taken as they are stored; rows of those that were read.
    Partials,
    /// The sums of the window, without what appeals take out; no rows.
    Window,
    /// Limits, indicators, ranks, tiers and scores; rows of shops.
    Scores,
    /// Month ends and what follows from them.
    Assessments,
    /// A generation is written and readers are switched to it.
    Publication,
}

/// A stage that goes on until this is dropped.
pub(crate) struct Ongoing(EnteredSpan);

impl Stage {
    /// Its name in logs, records and metrics.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// Begins it.
    pub(crate) fn begin(self) -> Ongoing {
        // A span has its name where it is written down.
        Ongoing(
            match self {
                Self::DueNights => info_span!(target: TARGET, "due_nights"),
                Self::Survey => info_span!(target: TARGET, "survey"),
                Self::Partials => info_span!(target: TARGET, "partials"),
                Self::Window => info_span!(target: TARGET, "window"),
                Self::Scores => info_span!(target: TARGET, "scores"),
                Self::Assessments => info_span!(target: TARGET, "assessments"),
                Self::Publication => info_span!(target: TARGET, "publication"),
            }
            .entered(),
        )
    }
}

impl Ongoing {
    /// Says how many rows it works on.
    pub(crate) fn of_rows(self, rows: usize) -> Self {
        trace!(target: TARGET, parent: &*self.0, rows, "begun");
        self
    }

    /// Says how many pieces of work it has; each that is done is told by [`advance`].
    pub(crate) fn of_pieces(self, pieces: usize) -> Self {
        trace!(target: TARGET, parent: &*self.0, pieces, "begun");
        self
    }
}

/// Says that one more piece of the present stage's work is done.
pub(crate) fn advance() {
    trace!(target: TARGET, "advance");
}

/// The span of several nights, one after the other, with how many they are.
pub(crate) fn nights(count: usize) -> Ongoing {
    Ongoing(info_span!(target: NIGHTS, "nights").entered()).of_pieces(count)
}

/// The span of one night's work, for what is logged meanwhile.
pub(crate) fn night(as_of: impl std::fmt::Display) -> Span {
    info_span!(target: NIGHTS, "night", %as_of)
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;
    use tracing::Metadata;
    use tracing::subscriber::with_default;
    use tracing_subscriber::Registry;

    use super::*;

    #[test]
    fn the_span_of_every_stage_is_called_as_the_stage() {
        with_default(Registry::default(), || {
            for stage in Stage::iter() {
                assert_eq!(stage.begin().0.metadata().map(Metadata::name), Some(stage.name()));
            }
        });
    }
}
