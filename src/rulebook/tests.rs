//! What sound rule tables hold, describe and answer.

use super::testing::Folder;
use super::*;
use crate::domain::Dimension;
use crate::indicators::Indicator::{self, LogisticsRating, PickupTimeliness};
use table::Rule;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_shipped_tables_load_whole() {
    let rules = Rulebook::load(Path::new("jobs/rules")).unwrap();
    let today = day("2022-03-15");
    assert_eq!(rules.check_in_force(today), Ok(()));
    let rows: Vec<_> = rules.weights.on(today).collect();
    assert_eq!(rows.len(), 121);
    assert_eq!(rows.iter().filter(|row| row.subcategory.is_some()).count(), 2);
    assert!(rows.iter().any(|row| row.category == "茶"));
    for (wanted, expected) in [
        (LogisticsRule::Exempt, 28),
        (LogisticsRule::By(LogisticsRating), 11),
        (LogisticsRule::By(PickupTimeliness), 82),
    ] {
        let rule = |row: &&WeightRow| rules.logistics.rule(today, &row.category, row.subcategory.as_deref());
        assert_eq!(rows.iter().filter(|row| rule(row) == Some(wanted)).count(), expected, "{wanted:?}");
    }
    let custom_made = rules.custom_made.categories_on(today);
    assert_eq!(custom_made.len(), 11);
    assert!(custom_made.is_superset(&["个性定制/设计服务/DIY", "全屋定制", "乐器定制"].into()));
    // An online service weighs logistics at 20 and is exempt from it.
    let service = "网店/网络服务/软件";
    let weights = rules.weights.row(today, service, None).unwrap();
    assert_eq!(weights.percent(Dimension::Logistics).to_string(), "20");
    assert_eq!(rules.logistics.rule(today, service, None), Some(LogisticsRule::Exempt));
}

/// What nights are known by: a change of it makes every published night stale.
#[test]
fn rules_are_described_by_what_they_say_and_by_nothing_else() {
    let changes = "\
logistics + 2022-01-01,,茶,,none
logistics + 2022-01-01,,箱包,旅行箱,logistics_rating
tiers + 2022-01-01,,*,dispute_rate,5,10
tiers + 2022-01-01,,*,dispute_rate,4,20.5
tiers + 2022-01-01,,*,dispute_rate,3,50
tiers + 2022-01-01,,*,dispute_rate,2,80
tiers + 2022-01-01,,*,dispute_rate,0,100
thresholds + 2022-01-01,2022-12-31,茶,2.75,,,3.2001,6000001,5,5
thresholds + ,2018-12-31,*,1,,,1,1,1,1";
    let expected = "\
logistics \"*\" - pickup_timeliness 11
logistics \"箱包\" \"旅行箱\" logistics_rating 11
logistics \"茶\" - none 11
thresholds \"*\" - 2.5 2.5 3 3 3000000 18000000 60000000 11
thresholds \"茶\" - 2.75 - - 3.2001 6000001 5 5 10
tiers \"*\" \"dispute_rate\" 10 20.5 50 80 100 11
tiers \"*\" - 20 50 80 95 100 11
weights \"箱包\" \"旅行箱\" 25 30 20 15 10 11
weights \"箱包\" - 25 25 20 20 10 11
weights \"茶\" - 25 20 20 20 15 11";
    let rules = Folder::changed(changes).load().unwrap();
    let [as_of, month_end, cycle] = ["2022-03-15", "2022-03-31", "2021-04-01"].map(day);
    assert_eq!(rules.described_on(as_of, month_end, &[cycle]), expected);
}

#[test]
fn where_a_rule_comes_from_is_no_part_of_it() {
    let today = day("2022-03-15");
    let plain = Folder::changed("").load().unwrap();
    for sources in [&[""][..], &["公开规则", r#""an article, of 2022; ""sample"" besides""#, " ", "20"]] {
        let sourced = Folder::with_sources(sources).load().unwrap();
        let [one, other] = [&sourced, &plain].map(|rules| rules.described_on(today, today, &[]));
        assert_eq!(one, other, "{sources:?}");
        assert_eq!(sourced.custom_made.categories_on(today), plain.custom_made.categories_on(today), "{sources:?}");
    }
}

#[test]
fn every_default_row_must_be_in_force_on_the_day() {
    let folder = Folder::changed("");
    let rules = folder.load().unwrap();
    assert_eq!(rules.check_in_force(day("2019-01-01")), Ok(()));
    let lacking = "\
weights.csv: found none, wanted a row in force on 2018-12-31; add one whose effective_from and effective_to include that day
logistics.csv: found none, wanted a row with category `*` in force on 2018-12-31…
tiers.csv: found none, wanted a set with category `*` and indicator `*` in force on 2018-12-31…
thresholds.csv: found none, wanted a row with category `*` in force on 2018-12-31…";
    folder.assert_refused("the day before", rules.check_in_force(day("2018-12-31")), lacking);
}

/// The rules that [`ANSWERS`] are asked of, as changes of sound ones.
const RULES: &str = "\
weights 2019-01-01,,大快消,茶,,15 -> 2019-01-01,2021-12-31,大快消,茶,,15
weights + 2022-01-01,,大快消,茶,,10,20,30,20,20
logistics + 2019-01-01,,箱包,旅行箱,logistics_rating
logistics + 2022-01-01,,箱包,,none
custom_made + 2022-01-01,2022-01-31,春联
thresholds + 2022-01-01,2022-12-31,茶,1.5,,,3.2001,5,6,7
thresholds + 2022-01-01,2022-12-31,酒,1,2,3,4,5,6,7
weights + ,,大快消,酒,,15,20,25,20,20";

/// Table, day, category and what stands beside it (`-`: nothing); then what the rule in force says, if there is one. The
/// most specific row decides and the default row the rest.
const ANSWERS: &str = "\
weights 2018-12-31 茶 - = none
weights 2021-12-31 茶 - = 茶 25 20 20 20 15
weights 2022-01-01 茶 绿茶 = 茶 30 20 20 20 10
weights 2022-01-01 箱包 旅行箱 = 箱包_旅行箱 25 30 20 15 10
weights 2022-01-01 箱包 钱包 = 箱包 25 25 20 20 10
weights 2022-01-01 箱包 - = 箱包 25 25 20 20 10
weights 2022-01-01 帽子 - = none
weights 2022-01-01 旅行箱 旅行箱 = none
logistics 2022-03-15 箱包 旅行箱 = By(LogisticsRating)
logistics 2022-03-15 箱包 钱包 = Exempt
logistics 2022-03-15 箱包 - = Exempt
logistics 2021-12-31 箱包 - = By(PickupTimeliness)
logistics 2022-03-15 茶 - = By(PickupTimeliness)
logistics 2018-12-31 茶 - = none
custom_made 2018-12-31 - - =
custom_made 2022-01-31 - - = 全屋定制 春联
custom_made 2022-02-01 - - = 全屋定制
thresholds 2022-12-31 茶 - = 1.5 - - 3.2001 5 6 7
thresholds 2022-12-31 酒 - = 1 2 3 4 5 6 7
thresholds 2023-01-01 茶 - = 2.5 2.5 3 3 3000000 18000000 60000000
thresholds 2022-12-31 箱包 - = 2.5 2.5 3 3 3000000 18000000 60000000
thresholds 2018-12-31 茶 - = none
tiers 2018-12-31 茶 dispute_rate = none
tiers 2021-12-31 茶 dispute_rate = 20 50 80 95 100
tiers 2022-01-31 茶 dispute_rate = 10 50 80 95 100
tiers 2022-02-28 茶 dispute_rate = 11 50 80 95 100
tiers 2022-03-31 茶 dispute_rate = 12 50 80 95 100
tiers 2022-04-01 茶 dispute_rate = 11 50 80 95 100
tiers 2022-03-31 茶 response_rate = 10 50 80 95 100
tiers 2022-03-31 箱包 dispute_rate = 11 50 80 95 100
tiers 2022-03-31 箱包 response_rate = 20 50 80 95 100";

#[test]
fn the_most_specific_rule_in_force_answers() {
    let set = |scope: &str, top: &str| {
        // In another order than that of the tiers.
        let rows = [("0", "100"), ("5", top), ("4", "50"), ("2", "95"), ("3", "80")];
        rows.map(|(tier, percent)| format!("\ntiers + {scope},{tier},{percent}")).concat()
    };
    let of_tea = set("2022-01-01,,茶,*", "10");
    let of_disputes = set("2022-02-01,,*,dispute_rate", "11");
    let of_both = set("2022-03-01,2022-03-31,茶,dispute_rate", "12");
    let rules = Folder::changed(&[RULES, &of_tea, &of_disputes, &of_both].concat()).load().unwrap();
    for line in ANSWERS.lines() {
        let (question, expected) = line.split_once(" =").unwrap();
        let [table, date, category, beside] = question.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (date, part) = (day(date), Some(beside).filter(|beside| *beside != "-"));
        let answer = match table {
            "weights" => rules.weights.row(date, category, part).map(|row| {
                let percents = Dimension::ALL.map(|dimension| row.percent(dimension).to_string());
                format!("{} {}", row.assessment_category(), percents.join(" "))
            }),
            "logistics" => rules.logistics.rule(date, category, part).map(|rule| format!("{rule:?}")),
            "custom_made" => Some(Vec::from_iter(rules.custom_made.categories_on(date)).join(" ")),
            "thresholds" => rules.thresholds.row(date, category).map(Rule::said),
            _ => {
                let indicator = Indicator::from_name(beside).unwrap();
                rules.tiers.cut_offs(date, category, indicator).map(ToString::to_string)
            }
        };
        assert_eq!(answer.as_deref().unwrap_or("none"), expected.trim(), "{question}");
    }
}
