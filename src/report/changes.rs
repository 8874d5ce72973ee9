//! What changed since another night: who came and left, who went up and down and because of what, whose admission to marketing changed.
//!
//! Grain in: the shops of two nights, by shop, and because of what their scores moved. Grain out: counts of all shops and of each
//! category (that of the night, or the earlier one of who left), the shops whose admission changed, and the greatest moves. Where it is not known
//! because of what, each score simply moved.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::because::{Because, OfShop};
use super::listed::listed;
use super::night::{Night, ShopOfNight};
use crate::comparison::causes::Cause;
use crate::domain::Day;
use crate::rulebook::Decimal4;

/// How many shops a list has at most, but for a few of each category; the whole of it is what `shopscore diff` tells.
const MOST_LISTED: usize = 200;

/// What changed since an earlier night or month end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Changes {
    /// The night, or the month end.
    pub(super) since: Day,
    /// night or month_end.
    pub(super) kind: &'static str,
    /// Whether it is known because of what scores moved.
    pub(super) is_explained: bool,
    pub(super) all: Counts,
    pub(super) of_categories: BTreeMap<String, Counts>,
    /// Those whose admission changed, lost ones first, then the greatest move first.
    pub(super) admissions: Vec<Moved>,
    /// The greatest moves first, of equal ones by shop.
    pub(super) moved: Vec<Moved>,
}

/// How many shops did what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) entered: usize,
    pub(super) left: usize,
    /// Shops with a score on both, that is higher now.
    pub(super) up: usize,
    pub(super) down: usize,
    pub(super) unchanged: usize,
    pub(super) lost_admission: usize,
    pub(super) gained_admission: usize,
    /// How many scores each cause moved most.
    pub(super) causes: BTreeMap<Cause, usize>,
}

/// A shop of both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Moved {
    pub(super) shop_id: i64,
    shop_name: String,
    primary_category: String,
    pub(super) before: Option<f64>,
    pub(super) after: Option<f64>,
    /// Whether it was admitted, and is.
    pub(super) admitted: [bool; 2],
    /// None where that is not known.
    pub(super) because: Option<OfShop>,
}

/// An earlier night or month end, with because of what scores moved since, as far as that is known.
pub(super) type Since<'a> = (&'static str, Option<&'a Night>, Option<Because>);

/// A shop of both nights.
#[derive(Clone, Copy)]
struct Stayed<'a> {
    before: &'a ShopOfNight,
    now: &'a ShopOfNight,
    because: Option<OfShop>,
}

/// Since each of these that there is.
pub(super) fn all(night: &Night, since: [Since<'_>; 2]) -> Vec<Changes> {
    let since = since.into_iter().filter_map(|(kind, earlier, because)| Some((kind, earlier?, because)));
    since.map(|(kind, earlier, because)| changes(kind, (earlier, because.as_ref()), night)).collect()
}

fn changes(kind: &'static str, (earlier, because): (&Night, Option<&Because>), night: &Night) -> Changes {
    let were: HashMap<i64, &ShopOfNight> = earlier.shops.iter().map(|shop| (shop.shop_id, shop)).collect();
    let stayed: Vec<Stayed<'_>> =
        night.shops.iter().filter_map(|now| Some(Stayed::of(were.get(&now.shop_id)?, now, because))).collect();
    let mut admissions: Vec<Stayed<'_>> =
        stayed.iter().filter(|shop| shop.before.is_admitted != shop.now.is_admitted).copied().collect();
    admissions.sort_by_key(|shop| (shop.now.is_admitted, Reverse(shop.size())));
    let mut moved: Vec<Stayed<'_>> = stayed.iter().filter(|shop| shop.size() > 0).copied().collect();
    moved.sort_by_key(|shop| Reverse(shop.size()));
    let (all, of_categories) = counted(earlier, night, &stayed);
    Changes {
        since: earlier.day,
        kind,
        is_explained: because.is_some(),
        all,
        of_categories,
        admissions: rows(admissions),
        moved: rows(moved),
    }
}

/// Counts of all shops, and by category.
fn counted(earlier: &Night, night: &Night, stayed: &[Stayed<'_>]) -> (Counts, BTreeMap<String, Counts>) {
    let mut counts = CountsByCategory::default();
    let ids: HashSet<i64> = stayed.iter().map(|shop| shop.now.shop_id).collect();
    for shop in night.shops.iter().filter(|shop| !ids.contains(&shop.shop_id)) {
        counts.add(shop, |counts| counts.entered += 1);
    }
    for shop in earlier.shops.iter().filter(|shop| !ids.contains(&shop.shop_id)) {
        counts.add(shop, |counts| counts.left += 1);
    }
    for shop in stayed {
        counts.add(shop.now, |counts| shop.count(counts));
    }
    (counts.all, counts.of_categories)
}

#[derive(Default)]
struct CountsByCategory {
    all: Counts,
    of_categories: BTreeMap<String, Counts>,
}

impl CountsByCategory {
    fn add(&mut self, shop: &ShopOfNight, add: impl Fn(&mut Counts)) {
        add(&mut self.all);
        match self.of_categories.get_mut(&*shop.primary_category) {
            Some(counts) => add(counts),
            None => add(self.of_categories.entry(shop.primary_category.to_string()).or_default()),
        }
    }
}

impl<'a> Stayed<'a> {
    fn of(before: &'a ShopOfNight, now: &'a ShopOfNight, because: Option<&Because>) -> Self {
        let shop = Self { before, now, because: None };
        Self { because: because.and_then(|because| because.of(now.shop_id, shop.rise())), ..shop }
    }

    /// By how many ten-thousandths its score rose; none where one of both is missing.
    fn rise(&self) -> Option<i64> {
        Some(self.now.score?.ten_thousandths() - self.before.score?.ten_thousandths())
    }

    fn size(&self) -> i64 {
        self.rise().map_or(0, i64::abs)
    }

    fn count(&self, counts: &mut Counts) {
        match self.rise() {
            Some(1..) => counts.up += 1,
            Some(0) => counts.unchanged += 1,
            Some(_) => counts.down += 1,
            None => {}
        }
        match (self.before.is_admitted, self.now.is_admitted) {
            (true, false) => counts.lost_admission += 1,
            (false, true) => counts.gained_admission += 1,
            _ => {}
        }
        if let Some(cause) = self.because.and_then(|because| because.cause) {
            *counts.causes.entry(cause).or_default() += 1;
        }
    }
}

fn rows(shops: Vec<Stayed<'_>>) -> Vec<Moved> {
    let row = |Stayed { before, now, because }| Moved {
        shop_id: now.shop_id,
        shop_name: now.shop_name.to_string(),
        primary_category: now.primary_category.to_string(),
        before: before.score.map(Decimal4::as_f64),
        after: now.score.map(Decimal4::as_f64),
        admitted: [before.is_admitted, now.is_admitted],
        because,
    };
    listed(shops, MOST_LISTED, |shop| &shop.now.primary_category).into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Shops of one category that admits from 2.5 on, each with its score in tenths.
    fn night(day: &str, shops: &[(i64, Option<i64>)]) -> Night {
        let (name, least) = (Arc::from("男装"), Decimal4::from_ten_thousandths(25_000));
        let shop = |(shop_id, tenths): &(i64, Option<i64>)| {
            let score = tenths.map(|tenths| Decimal4::from_ten_thousandths(1_000 * tenths));
            let is_admitted = score.is_some_and(|score| score >= least);
            let (shop_name, primary_category) = (Arc::clone(&name), Arc::clone(&name));
            ShopOfNight { shop_id: *shop_id, shop_name, primary_category, score, marketing_min: least, is_admitted }
        };
        Night { day: day.parse().unwrap(), shops: shops.iter().map(shop).collect() }
    }

    #[test]
    fn shops_come_leave_rise_fall_and_lose_or_gain_their_admission() {
        let before = night("2022-03-14", &[(1, Some(20)), (2, Some(30)), (3, Some(40)), (4, None), (5, Some(25))]);
        let now = night("2022-03-15", &[(1, Some(26)), (2, Some(24)), (3, Some(40)), (4, Some(30)), (6, Some(50))]);
        let changes = changes("night", (&before, None), &now);
        let counts = &changes.all;
        assert_eq!((counts.entered, counts.left), (1, 1));
        assert_eq!((counts.up, counts.down, counts.unchanged), (1, 1, 1), "a score that came is no rise");
        assert_eq!((counts.lost_admission, counts.gained_admission), (1, 2));
        assert_eq!(changes.of_categories["男装"], *counts, "all are of one category");
        let ids = |moved: &[Moved]| moved.iter().map(|moved| moved.shop_id).collect::<Vec<_>>();
        assert_eq!(ids(&changes.admissions), [2, 1, 4], "who lost it first");
        assert_eq!(ids(&changes.moved), [1, 2], "equal moves by shop");
        assert!(!changes.is_explained && changes.moved[0].because.is_none());
    }

    #[test]
    fn a_move_has_its_cause_where_that_explains_this_move_and_each_cause_its_shops() {
        let before = night("2022-03-14", &[(1, Some(20)), (2, Some(30)), (3, Some(40))]);
        let now = night("2022-03-15", &[(1, Some(26)), (2, Some(24)), (3, Some(41))]);
        let of = |cause| OfShop { cause: Some(cause), indicator: None, admission: None };
        let (own, rules) = (of(Cause::OwnFigures), of(Cause::Rules));
        // What is known of the third shop is another move.
        let because = Because::from([(1, (Some(6_000), own)), (2, (Some(-6_000), rules)), (3, (Some(5_000), own))]);
        let changes = changes("night", (&before, Some(&because)), &now);
        assert_eq!(changes.moved.iter().map(|moved| moved.because).collect::<Vec<_>>(), [Some(own), Some(rules), None]);
        assert_eq!(changes.all.causes, BTreeMap::from([(Cause::OwnFigures, 1), (Cause::Rules, 1)]));
    }
}
