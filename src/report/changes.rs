//! What changed since another night: who came and left, who went up and down, whose admission to marketing changed.
//!
//! Grain in: the shops of two nights, by shop, and because of what their scores moved. Grain out: counts, the shops whose admission changed,
//! and the greatest moves. Where it is not known because of what, each score simply moved.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

use super::because::{Because, OfShop};
use super::night::{Night, ShopOfNight};
use crate::comparison::causes::Cause;
use crate::domain::Day;
use crate::rulebook::Decimal4;

/// How many shops a list has at most; the whole of it is what `shopscore diff` tells.
const MOST_LISTED: usize = 200;

/// What changed since an earlier night or month end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Changes {
    /// The night, or the month end.
    pub(super) since: Day,
    /// night or month_end.
    pub(super) kind: &'static str,
    pub(super) entered: usize,
    pub(super) left: usize,
    /// Shops with a score on both, that is higher now.
    pub(super) up: usize,
    pub(super) down: usize,
    pub(super) unchanged: usize,
    pub(super) lost_admission: usize,
    pub(super) gained_admission: usize,
    /// How many of the moved shops each cause moved most; none where that is not known.
    pub(super) causes: Option<Vec<(Cause, usize)>>,
    /// Those whose admission changed, lost ones first, then the greatest move first.
    pub(super) admissions: Vec<Moved>,
    /// The greatest moves first, of equal ones by shop.
    pub(super) moved: Vec<Moved>,
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
    /// What moved its score most, and changed its admission; none where that is not known.
    pub(super) because: Option<OfShop>,
}

/// An earlier night or month end, with because of what scores moved since, as far as that is known.
pub(super) type Since<'a> = (&'static str, Option<&'a Night>, Option<Because>);

/// Since each of these that there is.
pub(super) fn all(night: &Night, since: [Since<'_>; 2]) -> Vec<Changes> {
    let since = since.into_iter().filter_map(|(kind, earlier, because)| Some((kind, earlier?, because)));
    since.map(|(kind, earlier, because)| changes(kind, (earlier, because.as_ref()), night)).collect()
}

fn changes(kind: &'static str, (earlier, because): (&Night, Option<&Because>), night: &Night) -> Changes {
    let were: HashMap<i64, &ShopOfNight> = earlier.shops.iter().map(|shop| (shop.shop_id, shop)).collect();
    let pair = |shop| Some((*were.get(&(shop as &ShopOfNight).shop_id)?, shop));
    let stayed: Vec<(&ShopOfNight, &ShopOfNight)> = night.shops.iter().filter_map(pair).collect();
    let ups = |wanted| stayed.iter().filter(|shop| rise(shop).map(i64::signum) == Some(wanted)).count();
    let flips =
        |was: bool| stayed.iter().filter(move |(before, now)| before.is_admitted == was && now.is_admitted != was);
    let mut admissions: Vec<_> = flips(true).chain(flips(false)).copied().collect();
    admissions.sort_by_key(|shop| (!shop.0.is_admitted, Reverse(size(shop))));
    let mut moved: Vec<_> = stayed.iter().filter(|shop| size(shop) > 0).copied().collect();
    moved.sort_by_key(|shop| Reverse(size(shop)));
    Changes {
        since: earlier.day,
        kind,
        entered: night.shops.len() - stayed.len(),
        left: earlier.shops.len() - stayed.len(),
        up: ups(1),
        down: ups(-1),
        unchanged: ups(0),
        lost_admission: flips(true).count(),
        gained_admission: flips(false).count(),
        causes: because.map(|because| counted(&moved, because)),
        admissions: listed(&admissions, because),
        moved: listed(&moved, because),
    }
}

/// By how many ten-thousandths a score rose; none where one of both is missing.
fn rise((before, now): &(&ShopOfNight, &ShopOfNight)) -> Option<i64> {
    Some(now.score?.ten_thousandths() - before.score?.ten_thousandths())
}

fn size(shop: &(&ShopOfNight, &ShopOfNight)) -> i64 {
    rise(shop).map_or(0, i64::abs)
}

/// How many shops each cause moved most, the most first.
fn counted(moved: &[(&ShopOfNight, &ShopOfNight)], because: &Because) -> Vec<(Cause, usize)> {
    let causes = moved.iter().filter_map(|shop| because.of(shop.1.shop_id, rise(shop))?.cause);
    let causes: Vec<Cause> = causes.collect();
    let count = |cause: Cause| (cause, causes.iter().filter(|of| **of == cause).count());
    let mut counts: Vec<_> = Cause::ALL.map(count).into_iter().filter(|(_, shops)| *shops > 0).collect();
    counts.sort_by_key(|(_, shops)| Reverse(*shops));
    counts
}

fn listed(shops: &[(&ShopOfNight, &ShopOfNight)], because: Option<&Because>) -> Vec<Moved> {
    let moved = |shop @ (before, now): &(&ShopOfNight, &ShopOfNight)| Moved {
        because: because.and_then(|because| because.of(now.shop_id, rise(shop))),
        shop_id: now.shop_id,
        shop_name: now.shop_name.to_string(),
        primary_category: now.primary_category.to_string(),
        before: before.score.map(Decimal4::as_f64),
        after: now.score.map(Decimal4::as_f64),
        admitted: [before.is_admitted, now.is_admitted],
    };
    shops.iter().take(MOST_LISTED).map(moved).collect()
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
        assert_eq!((changes.entered, changes.left), (1, 1));
        assert_eq!((changes.up, changes.down, changes.unchanged), (1, 1, 1), "a score that came is no rise");
        assert_eq!((changes.lost_admission, changes.gained_admission), (1, 2));
        let ids = |moved: &[Moved]| moved.iter().map(|moved| moved.shop_id).collect::<Vec<_>>();
        assert_eq!(ids(&changes.admissions), [2, 1, 4], "who lost it first");
        assert_eq!(ids(&changes.moved), [1, 2], "equal moves by shop");
        assert_eq!((changes.causes, &changes.moved[0].because), (None, &None));
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
        assert_eq!(changes.causes, Some(vec![(Cause::OwnFigures, 1), (Cause::Rules, 1)]));
    }
}
