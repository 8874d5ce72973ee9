//! The rules and policies that a published night went by.
//!
//! In: what is recorded with the night; where nothing is that this release can read, the rules and settings of now stand for it, and
//! that is said. Out: what its tiers and scores were made by, which every published tier and score must follow from: what does not
//! is refused, for then the rules are others, or the files do not hold what was published.

use std::sync::Arc;

use rayon::prelude::*;

use super::STAGE;
use super::published::{PublishedNight, PublishedShop};
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::indicators::Indicator;
use crate::policies::RankWithin;
use crate::publish::RecordedTerms;
use crate::rulebook::{CutOffs, Rulebook, WeightRow, changes};
use crate::scores::{HeldTier, HeldTiers, score_alone};
use crate::settings::{Settings, recorded};

/// What a night went by.
#[derive(Clone, Debug)]
pub(crate) struct NightRules {
    pub(super) day: Day,
    rulebook: Rulebook,
    pub(super) settings: Settings,
    /// Whether they are recorded with the night; else they are those of now.
    pub(crate) are_recorded: bool,
}

/// How the rules and settings of two nights differ, in the words of a night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) rules: Vec<String>,
    pub(crate) settings: Vec<String>,
}

impl NightRules {
    pub(crate) fn of(day: Day, recorded: Option<&RecordedTerms>, (settings, rulebook): (&Settings, &Rulebook)) -> Self {
        let recorded = recorded.and_then(|terms| settings.under(&terms.settings).zip(Rulebook::recorded(&terms.rules)));
        let are_recorded = recorded.is_some();
        let (settings, rulebook) = recorded.unwrap_or_else(|| (settings.clone(), rulebook.clone()));
        Self { day, rulebook, settings, are_recorded }
    }

    /// What a shop is weighed by, given what was published of it; none where no row is for its category.
    pub(super) fn weights(&self, shop: &PublishedShop) -> Option<&WeightRow> {
        self.rulebook.weights.row(self.day, &shop.primary_category, shop.primary_subcategory.as_deref())
    }

    pub(super) fn cut_offs(&self, primary_category: &str, indicator: Indicator) -> Option<&CutOffs> {
        self.rulebook.tiers.cut_offs(self.day, primary_category, indicator)
    }

    /// How they differ on a second night.
    pub(crate) fn changed(&self, second: &Self) -> Outcome<Changed> {
        Ok(Changed {
            rules: changes::changes((&self.rulebook, self.day), (&second.rulebook, second.day))?,
            settings: recorded::changes(&self.settings.recorded(), &second.settings.recorded()),
        })
    }

    /// Refuses a night of which some tier or score does not follow from them.
    pub(super) fn check(&self, night: &PublishedNight) -> Outcome<()> {
        night.shops.par_iter().find_map_first(|shop| self.check_shop(shop).err()).map_or(Ok(()), Err)
    }

    fn check_shop(&self, shop: &PublishedShop) -> Outcome<()> {
        for (indicator, figures) in Indicator::ALL.into_iter().zip(&shop.figures) {
            let Some(standing) = figures.and_then(|figures| figures.standing) else { continue };
            let cut_offs = self.cut_offs(&shop.primary_category, indicator);
            if cut_offs.map(|cut_offs| cut_offs.tier(standing.better, standing.ranked)) != Some(standing.tier) {
                let (tier, rank, ranked) = (standing.tier.points(), standing.better + 1, standing.ranked);
                let found = format!("tier {tier} for rank {rank} of {ranked} by {}", indicator.name());
                return Err(self.unexplained(shop, &found));
            }
        }
        let weights = self.weights(shop);
        let made = weights.map(|weights| score_alone(weights, &tiers_of(shop), self.settings.after_sales_mix));
        let made = made.transpose()?.flatten();
        if shop.score == made {
            return Ok(());
        }
        let [published, made] =
            [shop.score, made].map(|score| score.map_or("none".to_owned(), |score| score.to_string()));
        Err(self.unexplained(shop, &format!("score {published}, where its tiers and weights make {made}")))
    }

    fn unexplained(&self, shop: &PublishedShop, found: &str) -> Failure {
        let found = format!("shop {} on {}: {found}", shop.shop_id, self.day);
        let (wanted, advice) = if self.are_recorded {
            ("a published night as it was written", "publish the day again")
        } else {
            let advice = "name those that it went by with --rules and --set, or publish the day again";
            ("what follows from the rules and settings of now, since none are recorded with the night", advice)
        };
        Finding::new(STAGE, found, wanted).advice(advice).fail(ExitClass::State)
    }
}

/// The tiers that a shop was published with.
pub(super) fn tiers_of(shop: &PublishedShop) -> HeldTiers {
    shop.figures.map(|figures| {
        let figures = figures?;
        Some(HeldTier { tier: figures.standing?.tier, denominator: figures.denominator })
    })
}

/// The name of the group that a shop is ranked in; none where it has no assessment category.
pub(super) fn group_of(shop: &PublishedShop, within: RankWithin) -> Option<&Arc<str>> {
    let assessed = shop.assessment_category.as_ref()?;
    Some(match within {
        RankWithin::PrimaryCategory => &shop.primary_category,
        RankWithin::AssessmentCategory => assessed,
    })
}
