//! How the shops of a category are spread over an indicator's values and tiers on both nights, as an answer has it.
//!
//! Shares are in percent of the ranked shops.

use serde::Serialize;

use super::words::arrow;
use crate::answers::units::{Language, value};
use crate::answers::{Cell, Table, Tone};
use crate::comparison::categories::PublishedSpread;
use crate::indicators::{Better, Indicator};

/// A category and indicator on both nights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct SpreadMove {
    /// The category.
    primary_category: String,
    indicator: String,
    /// stars, ratio or seconds.
    unit: String,
    /// None where nobody is ranked.
    from: Option<SpreadOfNight>,
    /// The same on the second night.
    to: Option<SpreadOfNight>,
    #[serde(skip)]
    of: Indicator,
}

/// How the ranked shops are spread on one night.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct SpreadOfNight {
    ranked: i64,
    median: f64,
    /// The share of the ranked shops that hold tier 5.
    tier_5_percent: f64,
    /// The share that hold tier 4.
    tier_4_percent: f64,
    /// The share that hold tier 3.
    tier_3_percent: f64,
    /// The share that hold tier 2.
    tier_2_percent: f64,
    /// The share that hold tier 0.
    tier_0_percent: f64,
}

impl SpreadMove {
    pub(super) fn of(((group, indicator), [from, to]): ((String, Indicator), [Option<PublishedSpread>; 2])) -> Self {
        Self {
            primary_category: group,
            indicator: indicator.name().to_owned(),
            unit: <&str>::from(indicator.spec().unit).to_owned(),
            from: from.map(SpreadOfNight::of),
            to: to.map(SpreadOfNight::of),
            of: indicator,
        }
    }

    /// Whether its median became better or worse.
    fn tone(&self) -> Tone {
        let Some((from, to)) = self.from.as_ref().zip(self.to.as_ref()) else { return Tone::Plain };
        let (rose, fell) = (to.median > from.median, to.median < from.median);
        match (self.of.spec().better, rose, fell) {
            (_, false, false) => Tone::Plain,
            (Better::High, true, _) | (Better::Low, _, true) => Tone::Good,
            _ => Tone::Bad,
        }
    }
}

impl SpreadOfNight {
    fn of(PublishedSpread { ranked, median, shops }: PublishedSpread) -> Self {
        let [five, four, three, two, zero] = shops.map(|shops| (100 * shops) as f64 / ranked as f64);
        Self {
            ranked,
            median,
            tier_5_percent: five,
            tier_4_percent: four,
            tier_3_percent: three,
            tier_2_percent: two,
            tier_0_percent: zero,
        }
    }

    /// The shares of the tiers, best first, in whole percents.
    fn shares(&self) -> String {
        let Self { tier_5_percent, tier_4_percent, tier_3_percent, tier_2_percent, tier_0_percent, .. } = self;
        let shares = [tier_5_percent, tier_4_percent, tier_3_percent, tier_2_percent, tier_0_percent];
        shares.map(|percent| format!("{percent:.0}")).join("/")
    }
}

/// The spreads of some primary categories, or of their parts where shops are ranked in these.
pub(super) fn told_spreads(spreads: &[SpreadMove], categories: &[&str]) -> Table {
    let mut table = Table::new(["category", "indicator", "ranked", "median", "tiers 5/4/3/2/0"]);
    let is_of = |spread: &&SpreadMove, category: &str| {
        let rest = spread.primary_category.strip_prefix(category);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    for of in categories.iter().flat_map(|category| spreads.iter().filter(|spread| is_of(spread, category))) {
        let night = |told: &dyn Fn(&SpreadOfNight) -> String| {
            let told = |night: &Option<SpreadOfNight>| night.as_ref().map_or("nobody".to_owned(), told);
            arrow(&told(&of.from), &told(&of.to))
        };
        let median = night(&|night| value(night.median, of.of.spec().unit, Language::En));
        table.add([
            Cell::text(&of.primary_category),
            Cell::text(&of.indicator),
            Cell::number(Some(night(&|night| night.ranked.to_string()))),
            Cell::number(Some(median)).toned(of.tone()),
            Cell::text(night(&SpreadOfNight::shares)),
        ]);
    }
    table
}
