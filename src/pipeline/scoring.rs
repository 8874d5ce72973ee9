//! A day taken through all stages up to the scores, for the night of that day or for a restatement of it.
//!
//! In: settings, rules, the day and the day as of which appeals are known. Out: the results that its tables are made of.

use polars::prelude::DataFrame;

use crate::policies::AfterSalesMix;
use crate::publish::{Rows, batches};
use crate::quality::{self, Unscored};
use crate::ranking::{Ranking, assessed::assess, rank_all};
use crate::rulebook::{Decimal4, Rulebook};
use crate::table_days::dependencies::Terms;
use crate::table_days::night::{NightInput, Surveyed};
use crate::window_sums::shops::of_shops;
use crate::{assessments::marketing, domain::Day, error::Outcome, extracts::tables::Table, scores};

/// What scoring makes of a day.
pub(super) struct Figures<'a> {
    pub(super) ranking: &'a Ranking<'a>,
    /// Of every present shop.
    pub(super) scores: &'a [Option<Decimal4>],
    pub(super) mix: AfterSalesMix,
}

impl<'a> Figures<'a> {
    pub(super) fn present(&self) -> usize {
        self.scores.len()
    }

    pub(super) fn unscored(&self) -> usize {
        self.scores.iter().filter(|score| score.is_none()).count()
    }

    /// The present shops, and why some have no score.
    fn why_unscored(&self) -> Unscored<'a> {
        let mut why = Unscored { present: self.present(), ..Unscored::default() };
        for (assessed, _) in self.ranking.present.shops.iter().zip(self.scores).filter(|(_, score)| score.is_none()) {
            match assessed.assessment {
                Some(_) => why.without_data += 1,
                None => *why.without_weights.entry(&assessed.shop.primary_category).or_default() += 1,
            }
        }
        why
    }

    /// The rows of the table of scores.
    pub(super) fn rows(&self, as_of: Day, rulebook: &'a Rulebook) -> Rows<'a> {
        let Self { ranking, mix, .. } = *self;
        Rows::of_shops(self.present(), move |places| {
            let shops = places.clone().map(|place| ranking.shop(place).copied()).collect::<Outcome<Vec<_>>>()?;
            let scores = places.map(|place| scores::of_shop(ranking, place, mix)).collect::<Outcome<Vec<_>>>()?;
            let admissions = marketing::admissions(&shops, &scores, &rulebook.thresholds, as_of)?;
            batches::scores(&shops, &scores, &admissions, as_of)
        })
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
    let counts = &set_aside.counts;
    quality::check_table_days(counts, &set_aside.quarantine, window, &settings.limits)
        .map_err(|failure| surveyed.explained(failure, counts))?;
    if let Some(snapshot) = set_aside.counts.iter().find(|counts| counts.table == Table::Shops) {
        quality::check_snapshot(snapshot.rows, input.snapshot_before, &settings.limits)?;
    }
    quality::check_unknown_shops(&set_aside.counts, &input.unknown_rows(), &settings.limits)?;
    let shops = std::mem::take(&mut input.shops);
    let present = assess(&shops, rulebook, as_of, settings.rank_within)?;
    let shop_ids: Vec<i64> = present.shops.iter().map(|assessed| assessed.shop.shop_id).collect();
    let sums = of_shops(&input.tables, &input.taken_out, &shop_ids)?;
    // They would lie beside those of the shops to the end: a hundred megabytes of a million shops.
    input.tables.values_mut().for_each(|table| table.sums = DataFrame::default());
    let ranking = rank_all(&present, &sums, rulebook, as_of)?;
    let mix = settings.after_sales_mix;
    let scores = scores::score_all(&ranking, mix)?;
    let figures = Figures { ranking: &ranking, scores: &scores, mix };
    quality::check_unscored(&figures.why_unscored(), &settings.limits)?;
    then(&figures, input)
}
