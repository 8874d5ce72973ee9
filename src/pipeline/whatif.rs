//! A day scored under other rules or policies beside those in force, and nothing published.
//!
//! In: the terms in force and the others, both of them rehearsals, and the day. Out: what each says of the day's shops. Both are
//! computed of the extracts as they are now, so that nothing but rules and policies tells them apart.

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::pipeline::month_end::{around, published};
use crate::pipeline::scoring::{Outlook, with_figures};
use crate::pipeline::shop_days::{self, ShopDay};
use crate::publish::reading::Current;
use crate::table_days::{dependencies::Terms, night::Surveyed, survey::AsKnown};
use crate::threads::on_pool;

const STAGE: &str = "whatif";

/// What two sets of rules and policies say of a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) before: ShopDay,
    pub(crate) after: ShopDay,
}

impl Shift {
    pub(crate) fn is_none(&self) -> bool {
        self.before == self.after
    }

    /// By how much the score moved, in ten-thousandths; none where one of both has none.
    pub(crate) fn moved(&self) -> Option<i64> {
        let (before, after) = self.before.score.zip(self.after.score)?;
        Some(after.ten_thousandths() - before.ten_thousandths())
    }
}

/// What both say of each of the day's shops, by shop.
pub(crate) fn shifts(in_force: Terms<'_>, others: Terms<'_>, as_of: Day) -> Outcome<Vec<Shift>> {
    let current = Current::of(&in_force.settings.out)?;
    beside(rehearsed(in_force, as_of, &current)?, rehearsed(others, as_of, &current)?)
}

/// What the terms of a rehearsal say of the day's shops, given what readers see.
pub(super) fn rehearsed(terms: Terms<'_>, as_of: Day, current: &Current) -> Outcome<Vec<ShopDay>> {
    if !terms.keeping.is_rehearsal() {
        return Err(fault(STAGE, "a night that would leave traces"));
    }
    on_pool(|| {
        let month_ends = published(current, around(as_of))?;
        let surveyed = Surveyed::of(terms, AsKnown { as_of, on: as_of })?;
        with_figures(terms, (as_of, Outlook::OfMonthEnd), &surveyed, |figures, _| {
            shop_days::of(figures, as_of, terms, month_ends)
        })
    })
}

/// Two answers of one day, shop by shop: who is present depends neither on rules nor on policies.
pub(super) fn beside(before: Vec<ShopDay>, after: Vec<ShopDay>) -> Outcome<Vec<Shift>> {
    let is_one =
        before.len() == after.len() && before.iter().zip(&after).all(|(one, other)| one.shop_id == other.shop_id);
    if !is_one {
        return Err(fault(STAGE, "one day with other shops under other rules"));
    }
    Ok(before.into_iter().zip(after).map(|(before, after)| Shift { before, after }).collect())
}
