//! A day taken through all stages up to the scores, for the night of that day or for a restatement of it.
//!
//! In: settings, rules, the day and the day as of which appeals are known. Out: the results that its tables are made of.

use arrow::array::RecordBatch;

use crate::ranking::assessed::{Assessed, assess};
use crate::ranking::{Ranking, rank_all};
use crate::scores::{self, ScoredShop};
use crate::table_days::dependencies::Terms;
use crate::table_days::night::{NightInput, Surveyed};
use crate::window_sums::shops::of_shops;
use crate::{assessments::marketing, domain::Day, error::Outcome, publish::batches, quality, rulebook::Rulebook};

pub(super) struct Figures<'a> {
    pub(super) assessed: &'a [Assessed<'a>],
    pub(super) scored: &'a [ScoredShop],
    pub(super) ranking: &'a Ranking,
}

impl Figures<'_> {
    pub(super) fn unscored(&self) -> usize {
        self.scored.iter().filter(|scored| scored.score.score.is_none()).count()
    }

    /// The rows of the table of scores.
    pub(super) fn scores(&self, as_of: Day, rulebook: &Rulebook) -> Outcome<RecordBatch> {
        let admissions = marketing::admissions(self.assessed, self.scored, &rulebook.thresholds, as_of)?;
        batches::scores(self.assessed, self.scored, &admissions, as_of)
    }
}

/// Scores a day whose table-days were found, and hands on what came of it.
pub(super) fn with_figures<T>(
    Terms { settings, rulebook }: Terms<'_>,
    as_of: Day,
    surveyed: &Surveyed<'_>,
    then: impl FnOnce(&Figures<'_>, NightInput) -> Outcome<T>,
) -> Outcome<T> {
    let mut input = surveyed.gather()?;
    let set_aside = &input.set_aside;
    let window = settings.window(as_of);
    quality::check_table_days(&set_aside.counts, &set_aside.quarantine, window, &settings.limits)?;
    let shops = std::mem::take(&mut input.shops);
    let assessed = assess(&shops, rulebook, as_of);
    let shop_ids: Vec<i64> = assessed.iter().map(|assessed| assessed.shop.shop_id).collect();
    let sums = of_shops(&input.tables, &input.taken_out, &shop_ids)?;
    let ranking = rank_all(&assessed, &sums, rulebook, as_of, settings.rank_within)?;
    let scored = scores::score_all(&assessed, &ranking, settings.after_sales_mix)?;
    let figures = Figures { assessed: &assessed, scored: &scored, ranking: &ranking };
    quality::check_unscored(assessed.len(), figures.unscored(), &settings.limits)?;
    then(&figures, input)
}
