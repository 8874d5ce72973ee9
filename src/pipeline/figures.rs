//! What scoring makes of a day, and the rows of the tables of scores and of the outlook.
//!
//! In: the ranks of the present shops and the scores by them. Out: one row for each, made slice by slice while it is written.

use std::collections::BTreeMap;

use crate::outlook::{self, Horizon};
use crate::policies::AfterSalesMix;
use crate::publish::{Rows, batches};
use crate::quality::limits::Unscored;
use crate::ranking::Ranking;
use crate::rulebook::{Decimal4, Rulebook};
use crate::table_days::dependencies::Terms;
use crate::{assessments::marketing, domain::Day, error::Outcome, scores};

/// What scoring makes of a day.
pub(super) struct Figures<'a> {
    pub(super) ranking: &'a Ranking<'a>,
    /// Of every present shop.
    pub(super) scores: &'a [Option<Decimal4>],
    /// Where the month end of every present shop is heading; none where nothing is known of it, or nobody asked.
    pub(super) outlook: Option<&'a [Option<Decimal4>]>,
    pub(super) mix: AfterSalesMix,
    /// What was warned of.
    pub(super) warnings: Vec<String>,
}

impl<'a> Figures<'a> {
    pub(super) fn present(&self) -> usize {
        self.scores.len()
    }

    pub(super) fn unscored(&self) -> usize {
        self.scores.iter().filter(|score| score.is_none()).count()
    }

    /// The days that the present shops joined on.
    pub(super) fn joined_on(&self) -> BTreeMap<i64, Day> {
        let shops = self.ranking.present.shops.iter().map(|assessed| assessed.shop);
        shops.map(|shop| (shop.shop_id, shop.joined_on)).collect()
    }

    /// The present shops, and why some have no score.
    pub(super) fn why_unscored(&self) -> Unscored<'a> {
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
            batches::scores(ranking.present, &shops, &scores, &admissions, as_of)
        })
    }

    /// The rows of the outlook.
    pub(super) fn outlook_rows(&self, as_of: Day, Terms { settings, rulebook, .. }: Terms<'a>) -> Rows<'a> {
        let Self { ranking, outlook, .. } = *self;
        let (month_end, known) = settings.outlook(as_of);
        let horizon = Horizon { month_end, days_known: known.map_or(0, |known| known.days().count()) };
        Rows::of_shops(self.present(), move |places| {
            let shops = places.clone().map(|place| Ok(ranking.shop(place)?.shop)).collect::<Outcome<Vec<_>>>()?;
            let scores = outlook.map(|scores| scores.get(places).unwrap_or_default());
            let prospects = outlook::prospects(&shops, scores, (month_end, settings.cycles), &rulebook.thresholds)?;
            batches::outlook(&shops, &prospects, horizon, as_of)
        })
    }
}
