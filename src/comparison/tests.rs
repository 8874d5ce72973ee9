//! Each cause alone, all together, and the laws: parts add up to the move, equal nights have none.

use proptest::prelude::*;

use super::causes::{Cause, sum};
use super::published::PublishedNight;
use super::rules::Changed;
use super::shops::Comparison;
use super::taken_out::{LostSums, NewlyTakenOut};
use super::testing::{By, ShopRow, edited, night};
use crate::indicators::Indicator;
use crate::policies::{AfterSalesMix, RankWithin};
use crate::ranking::testing::{day, rulebook};
use crate::rulebook::Rulebook;

const MEN: &str = "男装";
const STARS: &str = "description_stars";

/// Shops 1, 2, … of a category, whose ten ratings add up to so many stars.
fn rated<'a>(category: &'a str, stars: &[i64]) -> Vec<ShopRow<'a>> {
    stars.iter().zip(1..).map(|(stars, id)| (id, category, vec![(STARS, *stars)])).collect()
}

/// The moves, as `shop: indicator or weights, cause, ten-thousandths`; of each shop they add up to its move.
fn moves(nights: [&PublishedNight; 2], bys: [By<'_>; 2], taken_out: &NewlyTakenOut) -> Vec<String> {
    let [rules, later] = [0, 1].map(|place| bys[place].on(nights[place].day));
    let comparison = Comparison::of(nights, [&rules, &later], taken_out).unwrap();
    let mut moves = Vec::new();
    for shop in comparison.stayed().unwrap() {
        assert_eq!(shop.moved().unwrap_or_default(), sum(&shop.parts, |_| true), "{shop:?}");
        for part in shop.parts {
            let through = part.indicator.map_or("weights", Indicator::name);
            moves.push(format!(
                "{}: {through}, {}, {}",
                shop.nights[0].shop_id,
                part.cause.name(),
                part.ten_thousandths
            ));
        }
    }
    moves
}

/// The moves between two nights of men's wear whose ratings have these stars, by the shipped rules.
fn of_stars(first: &[i64], second: &[i64], taken_out: &NewlyTakenOut) -> Vec<String> {
    let rules = rulebook();
    let by = By::rules(&rules);
    let [first, second] =
        [(day().plus(-1), first), (day(), second)].map(|(day, stars)| night(by, day, &rated(MEN, stars)));
    moves([&first, &second], [by; 2], taken_out)
}

#[test]
fn own_figures_move_a_shop_and_with_them_the_shops_that_it_passes() {
    // Product weighs a quarter; of four shops the tiers are 5, 4, 3 and 3.
    assert_eq!(
        of_stars(&[50, 40, 30, 20], &[50, 40, 30, 60], &NewlyTakenOut::new()),
        [
            "1: product_rating, other shops, -2500",
            "2: product_rating, other shops, -2500",
            "4: product_rating, own figures, 5000"
        ]
    );
}

#[test]
fn what_appeals_took_out_is_told_apart_from_the_rest_of_the_own_figures() {
    let mut lost = LostSums::default();
    // Without them shop 4 would have 45 stars: more than shop 2, less than shop 1.
    lost[Indicator::ProductRating.index()] = (-15, 0);
    assert_eq!(
        of_stars(&[50, 40, 30, 20], &[50, 40, 30, 60], &[(4, lost)].into())[2..],
        ["4: product_rating, own figures, 2500", "4: product_rating, appeals, 2500"]
    );
}

#[test]
fn a_shop_that_leaves_moves_those_behind_it_by_its_absence() {
    let rules = rulebook();
    let by = By::rules(&rules);
    let before = night(by, day().plus(-1), &rated(MEN, &[50, 40, 30, 20]));
    let after = night(by, day(), &rated(MEN, &[50, 40, 30, 20])[1..]);
    let expected = ["2: product_rating, presence, 2500", "3: product_rating, presence, 2500"];
    assert_eq!(moves([&before, &after], [by; 2], &NewlyTakenOut::new()), expected);
    let comparison = [&after, &before];
    let back = ["2: product_rating, presence, -2500", "3: product_rating, presence, -2500"];
    assert_eq!(moves(comparison, [by; 2], &NewlyTakenOut::new()), back);
}

#[test]
fn another_category_brings_its_own_shops_and_weights() {
    let rules = rulebook();
    let by = By::rules(&rules);
    let before = night(by, day().plus(-1), &rated("箱包皮具/热销女包/男包", &[50, 40, 30, 20]));
    let mut rows = rated("箱包皮具/热销女包/男包", &[50, 40, 30, 20]);
    // Logistics weighs 30 and disputes 15 there, and it is still ranked with the same shops; 20 in 茶.
    rows[3].1 = "箱包皮具/热销女包/男包_旅行箱";
    let after = night(by, day(), &rows);
    assert_eq!(moves([&before, &after], [by; 2], &NewlyTakenOut::new()), [""; 0], "all weigh what they did of a 5");
    rows[3].1 = MEN;
    let after = night(by, day(), &rows);
    let moved = moves([&before, &after], [by; 2], &NewlyTakenOut::new());
    assert_eq!(
        moved,
        ["3: product_rating, presence, -2500".to_owned(), "4: product_rating, category, 5000".to_owned()][1..]
    );
}

/// The first night by the shipped rules and policies, the second by others.
fn by_other_rules(rows: &[ShopRow<'_>], others: &Rulebook, mix: AfterSalesMix) -> (Vec<String>, Changed) {
    let shipped = rulebook();
    let bys = [By::rules(&shipped), By { mix, ..By::rules(others) }];
    let (before, after) = (night(bys[0], day().plus(-1), rows), night(bys[1], day(), rows));
    let changed = bys[0].on(before.day).changed(&bys[1].on(after.day)).unwrap();
    (moves([&before, &after], bys, &NewlyTakenOut::new()), changed)
}

#[test]
fn rules_that_were_edited_in_place_are_named_with_what_they_moved() {
    let weights = ("weights", "男装,,10,25,25,20,20", "男装,,10,15,35,20,20");
    let (moved, told) = by_other_rules(&rated(MEN, &[50, 40, 30, 20]), &edited(&[weights]), AfterSalesMix::Equal);
    assert_eq!(moved, ["2: weights, rules, -1000", "3: weights, rules, -2000", "4: weights, rules, -2000"]);
    assert_eq!(told.rules, ["weights.csv 男装 logistics_percent 25→15, product_percent 25→35"]);

    let cut_offs = ("tiers", "*,*,5,20", "*,*,5,40");
    let (moved, told) = by_other_rules(&rated(MEN, &[50, 40, 30, 20]), &edited(&[cut_offs]), AfterSalesMix::Equal);
    assert_eq!(moved, ["2: product_rating, rules, 2500"]);
    assert_eq!(told.rules, ["tiers.csv * * 5 top_percent 20→40"], "whatever four shops tell");

    let limit = ("thresholds", "男装,2.8", "男装,4.6");
    let (moved, told) = by_other_rules(&rated(MEN, &[50, 40, 30, 20]), &edited(&[limit]), AfterSalesMix::Equal);
    assert_eq!((moved, told.rules), (vec![], vec!["thresholds.csv 男装 marketing_min 2.8→4.6".to_owned()]));
}

#[test]
fn another_mix_of_after_sales_is_a_rule() {
    let mut rows = rated(MEN, &[50, 50]);
    // Shop 2 has tiers 3 and 5; by volume 30 refunds count three times as much as 10.
    rows[1].2.extend([("refund_only_seconds", 6_000), ("refund_only_refunds", 30)]);
    let (moved, told) = by_other_rules(&rows, &rulebook(), AfterSalesMix::Volume);
    assert_eq!(moved, ["2: weights, rules, -1000"]);
    assert_eq!((told.rules, told.settings), (vec![], vec!["after_sales_mix equal→volume".to_owned()]));
}

#[test]
fn an_admission_is_lost_by_the_score_or_by_the_limit() {
    let shipped = rulebook();
    let limit = edited(&[("thresholds", "男装,2.8", "男装,4.8")]);
    let cause = |first: &[i64], second: &[i64], by: By<'_>| {
        let before = night(By::rules(&shipped), day().plus(-1), &rated(MEN, first));
        let after = night(by, day(), &rated(MEN, second));
        let (rules, later, nothing) = (By::rules(&shipped).on(before.day), by.on(day()), NewlyTakenOut::new());
        let stayed = Comparison::of([&before, &after], [&rules, &later], &nothing).unwrap().stayed().unwrap();
        stayed.iter().map(|shop| shop.admission_changed).collect::<Vec<_>>()
    };
    let rules = Some(Cause::Rules);
    assert_eq!(cause(&[50, 40, 30], &[50, 40, 30], By::rules(&limit)), [None, rules, rules]);
    assert_eq!(cause(&[50, 40, 30], &[40, 50, 30], By::rules(&shipped)), [None; 3]);
}

#[test]
fn a_night_whose_tiers_or_scores_do_not_follow_from_its_rules_is_refused() {
    let rules = rulebook();
    let by = By::rules(&rules);
    let before = night(by, day().plus(-1), &rated(MEN, &[50, 40]));
    let refused = |after: &PublishedNight, by: By<'_>| {
        let [rules, later] = [&before, after].map(|night| by.on(night.day));
        let failure = Comparison::of([&before, after], [&rules, &later], &NewlyTakenOut::new()).err().unwrap();
        failure.to_string()
    };
    let mut after = before.clone();
    after.shops[1].score = Some("1".parse().unwrap());
    assert!(refused(&after, by).contains("score 1, where its tiers and weights make 4.5"));
    // The rules of now stand for those of a night that has none recorded.
    let others = edited(&[("tiers", "*,*,4,50", "*,*,4,60")]);
    let said = refused(&before, By::rules(&others));
    assert!(
        said.contains("tier 3 for rank 2 of 2") && said.contains("name those that it went by with --rules"),
        "{said}"
    );
}

const CATEGORIES: [&str; 5] =
    [MEN, "箱包皮具/热销女包/男包", "箱包皮具/热销女包/男包_旅行箱", "网店/网络服务/软件", "没有这个类目"];
const MEASURES: [&str; 12] = [
    STARS,
    "description_ratings",
    "pickups_in_time",
    "pickups_due",
    "logistics_stars",
    "refund_only_seconds",
    "refund_only_refunds",
    "return_refund_seconds",
    "return_refund_refunds",
    "disputes_at_fault",
    "payments",
    "consultations_answered",
];

/// Some of 14 shops, each in any category, some with data and some without.
fn any_night() -> impl Strategy<Value = Vec<ShopRow<'static>>> {
    let sums = proptest::collection::vec(prop_oneof![1 => Just(0_i64), 6 => 1_i64..9], MEASURES.len());
    let shop = (prop::bool::weighted(0.85), prop_oneof![3 => Just(0_usize), 4 => 1_usize..CATEGORIES.len()], sums);
    proptest::collection::vec(shop, 14).prop_map(|shops| {
        let present = shops.into_iter().zip(1..).filter(|((is_present, ..), _)| *is_present);
        let row = |((_, category, sums), id)| (id, CATEGORIES[category], MEASURES.into_iter().zip(sums).collect());
        present.map(row).collect()
    })
}

const RULES: [&[(&str, &str, &str)]; 4] = [
    &[],
    &[("weights", "男装,,10,25,25,20,20", "男装,,10,13.3333,36.6667,20,20")],
    &[("tiers", "*,*,5,20", "*,*,5,35"), ("tiers", "*,*,2,95", "*,*,2,90")],
    &[(
        "logistics",
        "effective_from,effective_to,category,subcategory,logistics_indicator,source\n",
        "effective_from,effective_to,category,subcategory,logistics_indicator,source\n2019-01-01,,男装,,logistics_rating,\n",
    )],
];

fn any_policies() -> impl Strategy<Value = (AfterSalesMix, RankWithin)> {
    let mix = prop_oneof![Just(AfterSalesMix::Equal), Just(AfterSalesMix::Volume)];
    (mix, prop_oneof![Just(RankWithin::PrimaryCategory), Just(RankWithin::AssessmentCategory)])
}

fn any_by() -> impl Strategy<Value = (usize, (AfterSalesMix, RankWithin))> {
    (0..RULES.len(), any_policies())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_of_any_move_add_up_to_it(
        nights in [any_night(), any_night()],
        bys in [any_by(), any_by()],
        lost in proptest::collection::vec((1_i64..15, 0_usize..7, -3_i64..4, 0_i64..4), 0..6),
    ) {
        let rules = bys.map(|(rules, _)| edited(RULES[rules]));
        let by = |place: usize| By { rulebook: &rules[place], mix: bys[place].1.0, within: bys[place].1.1 };
        let [first, second] = [0, 1].map(|place| night(by(place), day().plus(i32::try_from(place).unwrap()), &nights[place]));
        let mut taken_out = NewlyTakenOut::new();
        for (shop, indicator, numerator, denominator) in lost {
            taken_out.entry(shop).or_default()[indicator] = (numerator, denominator);
        }
        let bys = [by(0), by(1)];
        // That they add up is checked on the way.
        moves([&first, &second], bys, &taken_out);
        let [rules, later] = [bys[0].on(first.day), bys[1].on(second.day)];
        let comparison = Comparison::of([&first, &second], [&rules, &later], &taken_out).unwrap();
        for shop in comparison.stayed().unwrap() {
            prop_assert!(shop.moved().unwrap_or_default() == 0 || !shop.parts.is_empty());
            let [before, after] = shop.nights;
            prop_assert_eq!(shop.score_came_or_went.is_some(), before.score.is_some() != after.score.is_some());
            prop_assert_eq!(shop.admission_changed.is_some(), before.is_admitted != after.is_admitted);
        }
        // Equal nights have no parts.
        for (night, by) in [(&first, bys[0]), (&second, bys[1])] {
            prop_assert_eq!(moves([night, night], [by; 2], &NewlyTakenOut::new()), Vec::<String>::new());
        }
    }
}
