//! What `shopscore explain` says of shops, asked in this process, and checked against the published files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use clap::Parser;
use serde_json::{Map, Value, json};

use super::library::{Cli, IMPROVEMENTS, INDICATORS, Outcome, OutputTable, SCORES, commands, read_partition};

/// One day's published files, and the flags of the command that explains them.
pub(crate) struct Explained {
    pub(crate) out: PathBuf,
    pub(crate) flags: Vec<String>,
    pub(crate) day: String,
}

/// Ten-thousandths of a figure with four decimals.
#[allow(clippy::cast_possible_truncation, reason = "a score or a gain, below 6")]
fn exact(figure: &Value) -> i64 {
    (figure.as_f64().unwrap() * 10_000.0).round() as i64
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

impl Explained {
    /// What the command says with these words besides.
    pub(crate) fn said(&self, shop: i64, words: &str) -> Outcome<String> {
        let day = &self.day;
        let typed = format!("shopscore explain --shop {shop} --date {day} {words}");
        let arguments = typed.split_whitespace().map(str::to_owned).chain(self.flags.iter().cloned());
        let mut stdout = Vec::new();
        commands::run(&Cli::parse_from(arguments), jiff::Timestamp::UNIX_EPOCH, &mut stdout)?;
        Ok(String::from_utf8(stdout).unwrap())
    }

    fn json(&self, shop: i64, words: &str) -> Value {
        serde_json::from_str(&self.said(shop, &format!("{words} --format json")).unwrap()).unwrap()
    }

    /// The published rows of a table by shop, as JSON reads them back.
    fn published(&self, table: &OutputTable) -> BTreeMap<i64, Vec<Value>> {
        let folder = self.out.join(format!("current/{}/dt={}", table.name, self.day));
        let batch = read_partition(Path::new(&folder), table).unwrap();
        let mut rows: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
        for row in 0..batch.num_rows() {
            let cells: Map<String, Value> = serde_json::from_str(&as_json(&batch, row).to_string()).unwrap();
            rows.entry(cells["shop_id"].as_i64().unwrap()).or_default().push(cells.into());
        }
        rows
    }

    /// The shops that have a row on the day.
    pub(crate) fn present(&self) -> BTreeSet<i64> {
        self.published(&SCORES).into_keys().collect()
    }

    /// Checks that a shop without a row is said to have left before the day, whatever is asked of it.
    pub(crate) fn check_left(&self, shop: i64) {
        let page = self.json(shop, "");
        assert_eq!((&page["score"], &page["unscored_reason"]), (&Value::Null, &json!("not_present")), "{page:#}");
        assert_eq!(page["absence"]["reason"], "left", "{page:#}");
        assert!(page["absence"]["left_on"].as_str().unwrap() <= self.day.as_str(), "{page:#}");
        for words in ["", "--days", "--rows", "--rows --indicator product_rating"] {
            let said = self.said(shop, words).unwrap();
            assert!(said.contains("it has left (joined on"), "{words}: {said}");
        }
    }

    /// Checks what is said of every shop of the day; how many these are.
    pub(crate) fn check_all(&self) -> usize {
        let present = self.present();
        self.check(&present);
        present.len()
    }

    /// Checks what is said of some shops of the day.
    pub(crate) fn check(&self, shops: &BTreeSet<i64>) {
        let [mut indicators, mut improvements] = [&INDICATORS, &IMPROVEMENTS].map(|table| self.published(table));
        let scores = self.published(&SCORES);
        for (place, (shop, score)) in scores.iter().filter(|(shop, _)| shops.contains(shop)).enumerate() {
            let page = self.json(*shop, "");
            check_score(&page, &score[0]);
            let (indicators, improvements) = (indicators.remove(shop), improvements.remove(shop));
            check_indicators(&page, &indicators.unwrap_or_default(), &improvements.unwrap_or_default());
            // What is read row by row takes most of the time: of every fourth shop it will do.
            if place % 4 != 0 {
                continue;
            }
            check_days(&page, &self.json(*shop, "--days"));
            let all = self.json(*shop, "--rows --limit 1000000");
            check_rows(&page, &all);
            for limit in [0, 2, 10] {
                check_first_rows(&all, &self.json(*shop, &format!("--rows --limit {limit}")), limit);
            }
            let chinese = self.said(*shop, "--lang zh").unwrap();
            assert!(chinese.contains("营销准入"), "{chinese}");
            check_steps(
                &page,
                &self.said(*shop, "").unwrap(),
                ["step", "what_to_do", "; enough for marketing admission"],
            );
            check_steps(&page, &chinese, ["step_zh", "what_to_do_zh", "，可达营销准入"]);
        }
    }
}

fn as_json(batch: &RecordBatch, row: usize) -> Value {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        let value = match column.data_type() {
            _ if column.is_null(row) => Value::Null,
            DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
            DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
            DataType::Utf8 => column.as_string::<i32>().value(row).into(),
            DataType::Boolean => column.as_boolean().value(row).into(),
            _ => arrow::util::display::array_value_to_string(column, row).unwrap().into(),
        };
        (field.name().clone(), value)
    });
    columns.collect::<Map<_, _>>().into()
}

/// The page has each step in words, says of those alone that they are enough which reach a missing admission, and what to do.
fn check_steps(page: &Value, told: &str, [step, what_to_do, enough]: [&str; 3]) {
    let marketing = &page["marketing"];
    for next in list(&page["indicators"]).iter().map(|figures| &figures["next"]).filter(|next| !next.is_null()) {
        let line = told.lines().find(|line| line.contains(next[step].as_str().unwrap())).expect(told);
        let reaches = next["score"].as_f64() >= marketing["marketing_min"].as_f64();
        assert_eq!(line.ends_with(enough), marketing["marketing_eligible"] == false && reaches, "{line}");
        assert!(told.contains(next[what_to_do].as_str().unwrap()), "{told}");
    }
}

/// The score is the published one, and what its dimensions add makes it.
fn check_score(page: &Value, published: &Value) {
    for column in ["shop_id", "as_of", "primary_category", "score", "unscored_reason", "category_shops"] {
        assert_eq!(page[column], published[column], "{column} of {page:#}");
    }
    assert_eq!(page["marketing"]["marketing_min"], published["marketing_min"]);
    assert_eq!(page["marketing"]["marketing_eligible"], published["marketing_eligible"]);
    assert_eq!(page["unknown_days"], json!([]), "{page:#}");
    let dimensions = list(&page["dimensions"]);
    for dimension in dimensions {
        let name = dimension["dimension"].as_str().unwrap();
        assert_eq!(dimension["score"], published[format!("{name}_score")], "{page:#}");
        assert_eq!(dimension["weight_percent"], published[format!("{name}_weight_percent")], "{page:#}");
        if let Some(adds) = dimension["adds"].as_f64() {
            let product = dimension["score"].as_f64().unwrap() * dimension["weight_percent"].as_f64().unwrap() / 100.0;
            assert!((adds - product).abs() < 0.000_2, "{page:#}");
        }
    }
    if !published["score"].is_null() {
        let sum: i64 =
            dimensions.iter().filter(|dimension| !dimension["adds"].is_null()).map(|of| exact(&of["adds"])).sum();
        assert_eq!(sum, exact(&published["score"]), "{page:#}");
        assert_eq!(page["weights_are_as_published"], true, "{page:#}");
    }
}

/// Figures, ranks and next tiers are the published ones, and every way leads there.
fn check_indicators(page: &Value, published: &[Value], improvements: &[Value]) {
    let explained = list(&page["indicators"]);
    assert_eq!(explained.len(), published.len(), "{page:#}");
    for (explained, published) in explained.iter().zip(published) {
        for column in [
            "indicator",
            "dimension",
            "unit",
            "direction",
            "numerator",
            "denominator",
            "value",
            "shops_better",
            "ranked",
            "tier",
        ] {
            assert_eq!(explained[column], published[column], "{column} of {page:#}");
        }
        assert_eq!(explained["spread"].is_null(), published["tier"].is_null(), "{page:#}");
        let improvement = improvements.iter().find(|row| row["indicator"] == explained["indicator"]);
        let Some(improvement) = improvement else {
            assert_eq!(explained["next"], Value::Null, "{page:#}");
            continue;
        };
        let next = &explained["next"];
        assert_eq!(next["tier"], improvement["next_tier"]);
        assert_eq!(next["value_to_reach"], improvement["value_to_reach"]);
        assert_eq!(next["score_gain"], improvement["score_gain"]);
        assert_eq!(exact(&next["score"]), exact(&page["score"]) + exact(&next["score_gain"]), "{page:#}");
        list(&next["ways"]).iter().for_each(|way| check_way(explained, way));
    }
}

/// So many events bring the figures to the value, and one less does not.
fn check_way(explained: &Value, way: &Value) {
    let [plus_numerator, plus_denominator] = match way["event"].as_str().unwrap() {
        "five_star_ratings" => [5, 1],
        "pickups_in_time" | "answered_consultations" => [1, 1],
        "late_pickups_in_time" | "unanswered_answered" => [1, 0],
        "fewer_disputes" | "fewer_seconds" => [-1, 0],
        "payments_without_dispute" | "refunds_at_once" => [0, 1],
        event => panic!("{event}"),
    };
    let [numerator, denominator, count] = [&explained["numerator"], &explained["denominator"], &way["count"]];
    let [numerator, denominator, count] = [numerator, denominator, count].map(|of| of.as_i64().unwrap());
    let to_reach = explained["next"]["value_to_reach"].as_f64().unwrap();
    // A number that was read from JSON may be off in its last digit.
    let margin = 1e-12 * to_reach;
    #[allow(clippy::cast_precision_loss, reason = "sums of one shop")]
    let is_there = |count: i64| {
        let value = (numerator + plus_numerator * count) as f64 / (denominator + plus_denominator * count) as f64;
        if explained["direction"] == "high" { value >= to_reach - margin } else { value <= to_reach + margin }
    };
    assert!(is_there(count) && !is_there(count - 1), "{way} {explained:#}");
}

/// The days less what appeals took out are the published figures.
fn check_days(page: &Value, answer: &Value) {
    let indicators = list(&answer["indicators"]);
    assert_eq!(indicators.len(), list(&page["indicators"]).len());
    for indicator in indicators {
        for figure in ["numerator", "denominator"] {
            let days: i64 = list(&indicator["days"]).iter().map(|day| day[figure].as_i64().unwrap()).sum();
            let taken_out = indicator["taken_out"][figure].as_i64().unwrap();
            assert_eq!(days - taken_out, indicator[figure].as_i64().unwrap(), "{indicator:#}");
        }
    }
}

/// The first records are those of `all`, whatever was read to find them, and so is all else that is said of them.
fn check_first_rows(all: &Value, first: &Value, limit: usize) {
    for (all, first) in list(&all["indicators"]).iter().zip(list(&first["indicators"])) {
        let (records, shown) = (list(&all["records"]), list(&first["records"]));
        assert_eq!(shown, &records[..limit.min(records.len())], "{first:#}");
        assert_eq!(first["more"], records.len() - shown.len(), "{first:#}");
        for same in ["indicator", "lacks", "add_up", "aside", "unknown_days"] {
            assert_eq!(all[same], first[same], "{first:#}");
        }
    }
}

/// The records that count add up to the published figures, and their shares to 1.
fn check_rows(page: &Value, answer: &Value) {
    let indicators = list(&answer["indicators"]);
    assert_eq!(indicators.len(), list(&page["indicators"]).len());
    for indicator in indicators {
        assert_eq!(indicator["add_up"], true, "{indicator:#}\n{page:#}");
        let records = list(&indicator["records"]);
        let lacks: i64 = records.iter().map(|record| record["lacks"].as_i64().unwrap()).sum();
        assert_eq!(lacks, indicator["lacks"].as_i64().unwrap(), "{indicator:#}");
        let shares: f64 = records.iter().map(|record| record["share"].as_f64().unwrap()).sum();
        assert!(records.is_empty() || (shares - 1.0).abs() < 1e-9, "{indicator:#}");
        assert!(records.is_sorted_by(|one, next| one["lacks"].as_i64() >= next["lacks"].as_i64()));
    }
}
