//! What a day says of each present shop, small enough to lay beside what other rules or policies would say.
//!
//! Grain in: the figures of a day. Grain out: one entry a present shop, in order: score, tiers, admission, where its month end is
//! heading and what that comes to, the failures of its cycle counted in; on a month end that is its assessment. A figure that is
//! missing is none, as it is null in the files.

use std::sync::Arc;

use crate::assessments::MonthEndScore;
use crate::assessments::marketing::{self, Admission};
use crate::assessments::monthly::{self, MonthEnds, Status};
use crate::calendar::Month;
use crate::domain::{Day, Tier};
use crate::error::{Outcome, fault};
use crate::indicators::Indicator;
use crate::pipeline::figures::Figures;
use crate::ranking::assessed::Assessed;
use crate::rulebook::Decimal4;
use crate::scores::{self, Score};
use crate::table_days::dependencies::Terms;

const STAGE: &str = "shop days";

/// What a day says of a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShopDay {
    pub(crate) shop_id: i64,
    pub(crate) name: String,
    pub(crate) primary_category: Arc<str>,
    pub(crate) score: Option<Decimal4>,
    /// By [`Indicator::index`]; none where the shop is not ranked.
    pub(crate) tiers: [Option<Tier>; Indicator::ALL.len()],
    /// The least score that is admitted to marketing, and whether this one is.
    pub(crate) marketing_min: Decimal4,
    pub(crate) is_eligible: bool,
    /// The score that its month end is heading for.
    pub(crate) outlook: Option<Decimal4>,
    /// What that month end would come to; none where no day of its window is over.
    pub(crate) status: Option<Status>,
}

/// What the figures of a day say of its shops; `month_ends` are the frozen ones of the cycles that may hold its month.
pub(super) fn of(figures: &Figures<'_>, as_of: Day, terms: Terms<'_>, month_ends: MonthEnds) -> Outcome<Vec<ShopDay>> {
    let statuses = statuses(figures, as_of, terms, month_ends)?;
    let mut shop_days = Vec::with_capacity(figures.present());
    for (place, status) in statuses.into_iter().enumerate() {
        shop_days.push(of_shop(figures, place, (as_of, status), terms)?);
    }
    Ok(shop_days)
}

fn of_shop(
    figures: &Figures<'_>,
    place: usize,
    (as_of, status): (Day, Option<Status>),
    terms: Terms<'_>,
) -> Outcome<ShopDay> {
    let assessed: &Assessed<'_> = figures.ranking.shop(place)?;
    let score = figures.scores.get(place).copied().ok_or_else(|| fault(STAGE, "a shop beyond the scores"))?;
    let whole = [Score { score, ..Score::default() }];
    let admissions = marketing::admissions(&[*assessed], &whole, &terms.rulebook.thresholds, as_of)?;
    let admission: Admission = admissions.first().copied().ok_or_else(|| fault(STAGE, "a shop without admission"))?;
    let held = scores::held_tiers(figures.ranking, place)?;
    Ok(ShopDay {
        shop_id: assessed.shop.shop_id,
        name: assessed.shop.name.clone(),
        primary_category: Arc::clone(&assessed.shop.primary_category),
        score,
        tiers: held.map(|held| held.map(|held| held.tier)),
        marketing_min: admission.least,
        is_eligible: admission.is_eligible,
        outlook: figures.outlook.and_then(|outlook| outlook.get(place).copied()).flatten(),
        status,
    })
}

/// What the month end of each shop would come to by its outlook, as the monthly assessment decides.
fn statuses(
    figures: &Figures<'_>,
    as_of: Day,
    Terms { settings, rulebook, .. }: Terms<'_>,
    mut month_ends: MonthEnds,
) -> Outcome<Vec<Option<Status>>> {
    let Some(outlook) = figures.outlook else { return Ok(vec![None; figures.present()]) };
    let month = Month::of(as_of);
    let month_end = month.last_day();
    let shops = || figures.ranking.present.shops.iter().map(|assessed| assessed.shop);
    let scores = shops().zip(outlook).map(|(shop, score)| MonthEndScore {
        shop_id: shop.shop_id,
        primary_category: Arc::clone(&shop.primary_category),
        score: *score,
        revision: 1,
    });
    month_ends.insert(month_end, scores.collect());
    let starts: Vec<_> = shops().map(|shop| settings.cycles.starts_on(shop.joined_on, month)).collect();
    let assessed = monthly::assess(month_end, &starts, &month_ends, &rulebook.thresholds)?;
    Ok(assessed.into_iter().map(|assessed| Some(assessed.status)).collect())
}
