//! The two nights that are compared, each out of its generation, and what appeals took out besides of the second one's window.

use std::collections::BTreeMap;

use arrow::array::{Date32Array, Int64Array, RecordBatch, StringArray};
use serde::Serialize;

use crate::cli::Diff;
use crate::comparison::path::TakenOut;
use crate::comparison::published::{PublishedNight, rows};
use crate::comparison::shops::NewlyTakenOut;
use crate::comparison::statuses::MonthEnd;
use crate::domain::{Day, Span};
use crate::error::Outcome;
use crate::extracts::tables::Table;
use crate::indicators::Indicator;
use crate::publish::outputs::{CATEGORIES, QUALITY};
use crate::publish::reading::{Current, column};
use crate::settings::Settings;
use crate::table_days::decided::{KnownAppeals, LostByShop};

/// One side of a comparison.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Side {
    /// The day, YYYY-MM-DD.
    pub(super) day: Day,
    /// The generation that it was taken from.
    pub(super) generation: Option<String>,
    /// The newest month end up to the day that is assessed.
    pub(super) month_end: Option<Day>,
}

/// What was published of a night, and what it knew of month ends.
pub(super) struct Night {
    generation: Current,
    pub(super) published: PublishedNight,
    pub(super) month_end: Option<MonthEnd>,
}

impl Night {
    fn read(generation: Current, day: Day) -> Outcome<Self> {
        let published = PublishedNight::read(&generation, day)?;
        let month_end = MonthEnd::up_to(&generation, day)?;
        Ok(Self { generation, published, month_end })
    }

    pub(super) fn side(&self) -> Side {
        let month_end = self.month_end.as_ref().map(|month_end| month_end.day);
        Side { day: self.published.day, generation: self.generation.name(), month_end }
    }

    /// Its rows of `categories`.
    pub(super) fn categories(&self) -> Outcome<RecordBatch> {
        rows(&self.generation, &CATEGORIES, self.published.day)
    }
}

/// The first night and the second one.
pub(super) struct Nights(pub(super) [Night; 2]);

impl Nights {
    pub(super) fn read(arguments: &Diff, settings: &Settings) -> Outcome<Self> {
        let current = Current::of(&settings.out)?;
        let generation = |called: &Option<String>| match called {
            Some(called) => Current::of_generation(&settings.out, called),
            None => Ok(current.clone()),
        };
        let sides = [generation(&arguments.from_generation)?, generation(&arguments.to_generation)?];
        let [from, to] = sides;
        let first = Night::read(from, arguments.from)?;
        Ok(Self([first, Night::read(to, arguments.to.unwrap_or(arguments.from))?]))
    }

    pub(super) fn published(&self) -> [&PublishedNight; 2] {
        let Self([first, second]) = self;
        [&first.published, &second.published]
    }

    /// What appeals took out of the second night's sums that they had not on the first one; none where the state folder does not
    /// keep all appeals as both nights counted them.
    pub(super) fn newly_taken_out(&self, settings: &Settings) -> Outcome<Option<NewlyTakenOut>> {
        let [first, second] = self.published().map(|night| night.day);
        let window = settings.window(second);
        let last = first.max(second).plus(-settings.appeal_effect_days);
        let mut rows_of_days: BTreeMap<Day, i64> = BTreeMap::new();
        for night in &self.0 {
            for (day, rows) in night.appeals()? {
                if *rows_of_days.entry(day).or_insert(rows) != rows {
                    return Ok(None);
                }
            }
        }
        rows_of_days.retain(|day, _| window.first <= *day && *day <= last);
        let days = Span { first: window.first, last };
        if !days.days().all(|day| rows_of_days.contains_key(&day)) {
            return Ok(None);
        }
        let Some(known) = KnownAppeals::of(settings, window, &rows_of_days)? else { return Ok(None) };
        let lost = |day: Day| known.lost(day.plus(-settings.appeal_effect_days));
        Ok(Some(difference(&lost(first)?, &lost(second)?)))
    }
}

impl Night {
    /// How many appeals came on each day of the window.
    fn appeals(&self) -> Outcome<Vec<(Day, i64)>> {
        let quality = rows(&self.generation, &QUALITY, self.published.day)?;
        let (tables, reasons) =
            (column::<StringArray>(&quality, "extract")?, column::<StringArray>(&quality, "reason")?);
        let days = column::<Date32Array>(&quality, "day")?.values().iter().map(|day| Day::from_epoch_days(*day));
        let counts = column::<Int64Array>(&quality, "row_count")?.values().iter().copied();
        let all = tables.iter().zip(reasons).zip(days.zip(counts));
        let of_appeals = all.filter(|(of, _)| *of == (Some(Table::Appeals.name()), Some("none")));
        Ok(of_appeals.map(|(_, of_day)| of_day).collect())
    }
}

/// What more was lost in the end, by indicator.
fn difference(before: &LostByShop, after: &LostByShop) -> NewlyTakenOut {
    let lost = |of: &LostByShop, shop: i64, measure: &str| {
        of.get(&shop).and_then(|lost| lost.get(measure)).copied().unwrap_or_default()
    };
    let of_shop = |shop: i64| -> TakenOut {
        Indicator::ALL.map(|indicator| {
            let spec = indicator.spec();
            let more = |measure| lost(after, shop, measure) - lost(before, shop, measure);
            (more(spec.numerator), more(spec.denominator))
        })
    };
    let shops = before.keys().chain(after.keys()).copied();
    shops.map(|shop| (shop, of_shop(shop))).filter(|(_, lost)| *lost != TakenOut::default()).collect()
}
