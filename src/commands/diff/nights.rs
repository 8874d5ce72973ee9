//! The two nights that are compared, each out of its generation.
//!
//! In: the days and generations that are asked for. Out: what each night published, what it knew of month ends, and the rules that it
//! went by.

use serde::Serialize;

use crate::cli::Diff;
use crate::comparison::published::PublishedNight;
use crate::comparison::rules::NightRules;
use crate::comparison::statuses::MonthEnd;
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::reading::Current;
use crate::rulebook::Rulebook;
use crate::settings::Settings;

/// One side of a comparison.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Side {
    /// The day, YYYY-MM-DD.
    pub(super) as_of: Day,
    /// The generation that it was taken from.
    pub(super) generation: String,
    /// The newest month end up to the day that is assessed.
    pub(super) month_end: Option<Day>,
}

/// A published night.
pub(super) struct Night {
    pub(super) generation: Current,
    pub(super) published: PublishedNight,
    pub(super) month_end: Option<MonthEnd>,
    pub(super) rules: NightRules,
}

impl Night {
    fn read(generation: Current, day: Day, now: (&Settings, &Rulebook)) -> Outcome<Self> {
        let published = PublishedNight::read(&generation, day)?;
        let month_end = MonthEnd::up_to(&generation, day)?;
        let rules = NightRules::of(day, generation.terms_of(day).as_ref(), now);
        Ok(Self { generation, published, month_end, rules })
    }

    pub(super) fn side(&self) -> Outcome<Side> {
        let month_end = self.month_end.as_ref().map(|month_end| month_end.day);
        Ok(Side { as_of: self.published.day, generation: self.generation.name()?, month_end })
    }
}

/// The first night and the second one.
pub(super) struct Nights(pub(super) [Night; 2]);

impl Nights {
    pub(super) fn read(arguments: &Diff, settings: &Settings) -> Outcome<Self> {
        let rulebook = Rulebook::load(&settings.rules)?;
        let current = Current::of(&settings.out)?;
        let generation = |called: &Option<String>| match called {
            Some(called) => Current::of_generation(&settings.out, called),
            None => Ok(current.clone()),
        };
        let (from, to) = (generation(&arguments.from_generation)?, generation(&arguments.to_generation)?);
        let read = |generation, day| Night::read(generation, day, (settings, &rulebook));
        Ok(Self([read(from, arguments.from)?, read(to, arguments.to.unwrap_or(arguments.from))?]))
    }

    /// What `of` has of each.
    pub(super) fn each<'a, T>(&'a self, of: impl Fn(&'a Night) -> T) -> [T; 2] {
        self.0.each_ref().map(of)
    }
}
