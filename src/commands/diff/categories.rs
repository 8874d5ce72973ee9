//! The answer of categories: how their scores moved, and how their shops are spread over each indicator's values and tiers.
//!
//! Grain: one row a primary category, the middle score that fell most first; one a category and indicator, in the order of the file.

use serde::Serialize;

use super::moved_shop::points;
use super::nights::{Nights, Side};
use super::told::{arrow, score, signed, tone};
use crate::answers::units::{Language, value};
use crate::answers::{Answer, Cell, Part, Table, Tone};
use crate::comparison::categories::{CategoryScores, PublishedSpread, Scores, of_scores, of_spreads};
use crate::error::Outcome;
use crate::indicators::{Better, Indicator};
use crate::rulebook::Decimal4;

/// How categories moved between two published nights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct CategoriesDiff {
    from: Side,
    to: Side,
    /// The middle score that fell most first.
    categories: Vec<CategoryMove>,
    spreads: Vec<SpreadMove>,
    #[serde(skip)]
    most: usize,
}

/// A primary category on both nights.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct CategoryMove {
    primary_category: String,
    scored_from: usize,
    scored_to: usize,
    admitted_from: usize,
    admitted_to: usize,
    /// The ⌈n/2⌉-th lowest score.
    median_from: Option<f64>,
    median_to: Option<f64>,
    moved: Option<f64>,
    /// Shops of both nights whose score rose.
    up: usize,
    down: usize,
    #[serde(skip)]
    ten_thousandths: i64,
}

/// A category and indicator on both nights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct SpreadMove {
    primary_category: String,
    indicator: String,
    /// stars, ratio or seconds.
    unit: String,
    /// None where nobody is ranked.
    from: Option<SpreadOfNight>,
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
    tier_5_percent: f64,
    tier_4_percent: f64,
    tier_3_percent: f64,
    tier_2_percent: f64,
    tier_0_percent: f64,
}

pub(super) fn diff(nights: &Nights, most: usize) -> Outcome<CategoriesDiff> {
    let Nights([first, second]) = nights;
    let spreads = of_spreads([&first.categories()?, &second.categories()?])?;
    let spreads = spreads.into_iter().map(|((group, indicator), [from, to])| SpreadMove {
        primary_category: group,
        indicator: indicator.name().to_owned(),
        unit: <&str>::from(indicator.spec().unit).to_owned(),
        from: from.map(SpreadOfNight::of),
        to: to.map(SpreadOfNight::of),
        of: indicator,
    });
    Ok(CategoriesDiff {
        from: first.side(),
        to: second.side(),
        categories: of_scores(nights.published()).iter().map(CategoryMove::of).collect(),
        spreads: spreads.collect(),
        most,
    })
}

impl CategoryMove {
    fn of(category: &CategoryScores) -> Self {
        let [from, to]: [Scores; 2] = category.nights;
        Self {
            primary_category: category.category.to_string(),
            scored_from: from.scored,
            scored_to: to.scored,
            admitted_from: from.admitted,
            admitted_to: to.admitted,
            median_from: from.median.map(Decimal4::as_f64),
            median_to: to.median.map(Decimal4::as_f64),
            moved: category.moved().map(points),
            up: category.up,
            down: category.down,
            ten_thousandths: category.moved().unwrap_or_default(),
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

impl Answer for CategoriesDiff {
    const SCHEMA: &'static str = "diff-categories/1";
    type Row = CategoryMove;

    fn rows(&self) -> Vec<CategoryMove> {
        self.categories.clone()
    }

    fn parts(&self) -> Vec<Part> {
        let shown: Vec<&CategoryMove> = self.categories.iter().take(self.most).collect();
        let more = self.categories.len() - shown.len();
        let days = format!("{} → {}", self.from.day, self.to.day);
        let mut parts = vec![
            Part::Line(format!("{days}: {} categories, the middle score that fell most first", self.categories.len())),
            Part::Table(told_scores(&shown)),
            Part::Line("what they are made of: medians, and the share of each tier in percent".to_owned()),
            Part::Table(self.told_spreads(&shown)),
        ];
        parts.extend((more > 0).then(|| Part::Line(format!("and {more} more categories; --most N shows more"))));
        parts
    }
}

fn told_scores(categories: &[&CategoryMove]) -> Table {
    let mut table = Table::new(["category", "scored", "admitted", "median", "move", "up", "down"]);
    for of in categories {
        let moved = of.ten_thousandths;
        let counts = |from: usize, to: usize| Cell::number(Some(arrow(&from.to_string(), &to.to_string())));
        table.add([
            Cell::text(&of.primary_category),
            counts(of.scored_from, of.scored_to),
            counts(of.admitted_from, of.admitted_to),
            Cell::number(Some(arrow(&score(of.median_from), &score(of.median_to)))),
            Cell::number((moved != 0).then(|| signed(moved))).toned(tone(moved)),
            Cell::number(Some(of.up)),
            Cell::number(Some(of.down)),
        ]);
    }
    table
}

impl CategoriesDiff {
    fn told_spreads(&self, shown: &[&CategoryMove]) -> Table {
        let mut table = Table::new(["category", "indicator", "ranked", "median", "tiers 5/4/3/2/0"]);
        // Groups may be parts of a category.
        let is_of = |spread: &&SpreadMove, category: &CategoryMove| {
            let rest = spread.primary_category.strip_prefix(&category.primary_category);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        for category in shown {
            for of in self.spreads.iter().filter(|spread| is_of(spread, category)) {
                let night = |told: &dyn Fn(&SpreadOfNight) -> String| {
                    let told = |night: &Option<SpreadOfNight>| night.as_ref().map_or("nobody".to_owned(), told);
                    arrow(&told(&of.from), &told(&of.to))
                };
                table.add([
                    Cell::text(&of.primary_category),
                    Cell::text(&of.indicator),
                    Cell::number(Some(night(&|night| night.ranked.to_string()))),
                    Cell::number(Some(night(&|night| value(night.median, of.of.spec().unit, Language::En))))
                        .toned(of.tone()),
                    Cell::text(night(&SpreadOfNight::shares)),
                ]);
            }
        }
        table
    }
}

impl SpreadMove {
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
