//! What commands that read answer with: tables for people, JSON and CSV for programs, no colour where no terminal is.

use serde_json::Value;

use crate::support::Bench;

fn published() -> Bench {
    let bench = Bench::two_months();
    bench.said("backfill --from 2022-01-31 --to 2022-02-01");
    bench
}

fn json(bench: &Bench, command: &str) -> Value {
    serde_json::from_str(&bench.said(&format!("{command} --format json"))).unwrap()
}

#[test]
fn json_is_the_answer_under_the_name_and_version_of_its_schema() {
    let bench = published();
    for (command, schema) in [
        ("summary --date 2022-02-01", "summary-day/1"),
        ("summary --year 2022", "summary-year/1"),
        ("generations", "generations/1"),
        ("config show", "config/1"),
        ("check --date 2022-02-01", "check/1"),
        ("state", "state/1"),
        ("verify", "verify/1"),
        ("explain --shop 1 --date 2022-02-01", "explain/1"),
        ("explain --shop 1 --date 2022-02-01 --days", "explain-days/1"),
        ("explain --shop 1 --date 2022-02-01 --rows", "explain-rows/1"),
        ("diff 2022-01-31 2022-02-01", "diff/1"),
        ("diff 2022-01-31 2022-02-01 --categories", "diff-categories/1"),
    ] {
        let answer = json(&bench, command);
        assert_eq!(answer["schema"], schema);
        let documented = format!("{}/docs/schemas/{}.json", env!("CARGO_MANIFEST_DIR"), schema.replace('/', "-"));
        let documented: Value = serde_json::from_str(&std::fs::read_to_string(documented).unwrap()).unwrap();
        let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(fields(&answer), fields(&documented["properties"]), "{command}");
    }
    let year = json(&bench, "summary --year 2022");
    assert_eq!(year["month_ends"][0]["month_end"], "2022-01-31");
    assert_eq!(year["settlements"], Value::Null);
    assert!(year["unsettled_reason"].as_str().unwrap().contains("`shopscore settle --year 2022` does it"));
}

#[test]
fn csv_has_the_rows_of_the_main_table_alone() {
    let bench = published();
    let csv = bench.said("summary --date 2022-02-01 --format csv --categories 1");
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("primary_category,indicator,ranked,tier_5_shops,tier_4_shops,tier_3_shops,tier_2_shops,tier_0_shops")
    );
    assert!(lines.clone().count() > 3 && lines.all(|line| line.starts_with("茶,")), "{csv}");
    assert_eq!(bench.said("generations --format csv").lines().count(), 3);
}

/// That rows have the columns that an answer declares is asked wherever there are rows.
#[test]
fn csv_names_its_columns_where_there_are_no_rows_too() {
    let bench = published();
    for (folder, old, new) in [("cheaper", ",3000000,", ",2000000,"), ("stricter", ",2.5,2.5,", ",5,5,")] {
        std::fs::create_dir(bench.path(folder)).unwrap();
        for table in std::fs::read_dir(bench.path("rules")).unwrap().map(Result::unwrap) {
            let text = std::fs::read_to_string(table.path()).unwrap().replace(old, new);
            std::fs::write(bench.path(folder).join(table.file_name()), text).unwrap();
        }
    }
    for (command, first, rows) in [
        ("summary --date 2022-02-01", "primary_category,", true),
        ("summary --date 2022-02-01 --categories 0", "primary_category,", false),
        ("summary --year 2022", "month_end,", true),
        ("generations", "name,", true),
        ("check --date 2022-02-01", "table,", true),
        ("plan --date 2022-02-01", "as_of,", true),
        ("state", "table,", true),
        ("verify", "said\n", false),
        ("explain --shop 1 --date 2022-02-01", "indicator,", true),
        ("explain --shop 1 --date 2022-02-01 --days", "indicator,", true),
        ("explain --shop 1 --date 2022-02-01 --rows", "indicator,", true),
        ("diff 2022-01-31 2022-02-01", "shop_id,", false),
        ("diff 2022-01-31 2022-02-01 --shop 1", "shop_id,", true),
        ("diff 2022-01-31 2022-02-01 --categories", "primary_category,", true),
        ("whatif --date 2022-02-01 --rules cheaper", "shop_id,", false),
        ("whatif --date 2022-02-01 --rules stricter", "shop_id,", true),
    ] {
        let csv = bench.said(&format!("{command} --format csv"));
        assert!(csv.starts_with(first), "{command}: {csv}");
        assert_eq!(csv.lines().count() > 1, rows, "{command}: {csv}");
    }
}

#[test]
fn a_table_is_as_wide_for_chinese_as_for_other_text_and_has_no_colour_in_a_pipe() {
    let bench = published();
    let told = bench.said("summary --date 2022-02-01");
    assert!(!told.contains('\u{1b}'), "{told}");
    // A Chinese character is two columns wide.
    let width = |line: &str| line.chars().map(|letter| if letter > '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
    let widths: Vec<usize> = told.lines().filter(|line| line.starts_with('│')).take(8).map(width).collect();
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{told}");
}
