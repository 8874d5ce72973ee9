//! What is refused in rule tables, and what only looks as if it should be: one list of readable cases.

use super::testing::Folder;

#[test]
fn what_looks_odd_is_sound() {
    for change in
        ["weights + ,,x,帽子,,12.5,12.5,25,25,25", "custom_made + ,,定制T恤", "custom_made - 2019-01-01,,全屋定制"]
    {
        assert!(Folder::changed(change).load().is_ok(), "{change}");
    }
}

/// Cases: what is wrong, the changes that make it so, the findings (see [`Folder::assert_refused`]).
const REFUSALS: &str = r#"percents that do not add up to 100
weights + ,,x,帽子,,20,20,20,20,19.9999
weights.csv:5: column product_percent, logistics_percent, after_sales_percent, dispute_percent, consultation_percent:
  found 20 + 20 + 20 + 19.9999 + 20 = 99.9999, wanted percents that add up to 100; correct them

percents beyond 64 bits that would wrap round to 100
weights + ,,x,帽子,,922337203685477.5807,922337203685477.5807,100.0002,0,0
weights.csv:5: column product_percent, logistics_percent, after_sales_percent, dispute_percent, consultation_percent:
  found 100.0002 + 922337203685477.5807 + 0 + 0 + 922337203685477.5807 = far more…

a negative percent, though the sum is 100
weights + ,,x,帽子,,-20,60,20,20,20
weights.csv:5: column consultation_percent: found "-20", a negative figure, wanted a figure of 0 or more with at most 4
  decimal places; correct the figure

two rows for one category on one day
weights + 2022-01-01,2022-12-31,x,箱包,旅行箱,20,20,20,20,20
weights.csv:5: column effective_from: found category "箱包" with subcategory "旅行箱" on 2022-01-01 to 2022-12-31, which
  overlaps line 4 on 2019-01-01 onwards, wanted at most one row for it on any day; end one row on the day before the
  other begins, or remove one

no category, or `*` in a table without a default row
weights + ,,x,*,,20,20,20,20,20
weights + ,,x, ,帽子,20,20,20,20,20
custom_made + ,,*
weights.csv:5: column category: found `*`…
weights.csv:6: column category: found an empty cell…
custom_made.csv:3: column category: found `*`…

spans of days that overlap, the rest of them does not
custom_made + ,2022-05-31,茶
custom_made + 2022-05-31,,茶
custom_made + ,2021-01-01,茶
custom_made + 2022-06-01,2022-06-01,酒
custom_made + ,,酒
custom_made + ,2022-05-31,春联
custom_made + 2022-06-01,,春联
custom_made.csv:4: column effective_from: found category "茶" on 2022-05-31 onwards, which overlaps line 3 on all days
  until 2022-05-31…
custom_made.csv:5: column effective_from: found category "茶" on all days until 2021-01-01, which overlaps line 3…
custom_made.csv:7: column effective_from: found category "酒" on all days, which overlaps line 6 on 2022-06-01 to…

dates that are none, and an end before the beginning
custom_made + 2022-02-30,2022/12/31,茶
custom_made + 2022-03-02,2022-03-01,酒
custom_made.csv:3: column effective_from: found "2022-02-30", wanted a date of the form YYYY-MM-DD, or an empty cell;
  correct the date
custom_made.csv:3: column effective_to: found "2022/12/31", wanted a date…
custom_made.csv:4: column effective_to: found 2022-03-01 before effective_from 2022-03-02, wanted the same day or a
  later one; correct one of the dates

an indicator of another dimension, or none at all
logistics + ,,茶,,dispute_rate
logistics + ,,箱包,,None
logistics + ,,箱包,旅行箱,
logistics.csv:3: column logistics_indicator: found "dispute_rate", wanted pickup_timeliness, logistics_rating or none;
  correct the name
logistics.csv:4: column logistics_indicator: found "None", wanted…
logistics.csv:5: column logistics_indicator: found "", wanted…

every figure of a row wrong
thresholds + ,,茶,2.55555,-1,2.5,,1e3,+5,99999999999999999999
thresholds.csv:3: column marketing_min: found "2.55555", wanted a …
thresholds.csv:3: column monthly_min: found "-1", a negative figure, wanted a …
thresholds.csv:3: column failure_limit: found "2.5", wanted a whole number of 1 or more, or an empty cell; correct…
thresholds.csv:3: column annual_min: found an empty cell, wanted a …
thresholds.csv:3: column annual_fee_fen: found "1e3", wanted a …
thresholds.csv:3: column sales_half_refund_fen: found "+5", wanted a …
thresholds.csv:3: column sales_full_refund_fen: found "99999999999999999999", wanted a …

a limit that no month has to fail for, where an empty cell would mean that there is no assessment
thresholds + ,,茶,2.5,2.5,0,3,100,1,2
thresholds.csv:3: column failure_limit: found "0", wanted a whole number of 1 or more, or an empty cell; correct the
  figure

half a refund from more sales than a whole one
thresholds + ,,茶,2.5,,,3,100,6,5
thresholds.csv:3: column sales_half_refund_fen: found 6, more than sales_full_refund_fen 5, wanted at most
  sales_full_refund_fen; correct one of them

a set under two spans of days, which is two parts of sets
tiers 2019-01-01,,*,*,3,80 -> 2019-01-02,,*,*,3,80
tiers.csv:2: column tier: found a set that has only tier 5, 4, 2, 0, wanted tiers 5, 4, 3, 2 and 0 for one category,
  indicator and span of days; complete the set, under the same effective_from and effective_to
tiers.csv:4: column tier: found a set that has only tier 3, …

cut-offs that do not rise
tiers 3,80 -> 3,50
tiers.csv:4: column top_percent: found 20, 50, 50, 95, 100, wanted figures that rise from above 0 to exactly 100; correct
  the set, first of all its tier 3

an unknown indicator or tier, or a tier twice on one day
tiers + ,,茶,dispute,5,20
tiers + ,,茶,*,1,20
tiers + ,,茶,*,5.0,20
tiers + ,,茶,*,,20
tiers + ,,茶,*,-5,20
tiers + 2019-01-01,,*,*,5,30
tiers.csv:7: column indicator: found "dispute"…
tiers.csv:8: column tier: found 1, wanted 5, 4, 3, 2 or 0…
tiers.csv:9: column tier: found "5.0", wanted a whole number…
tiers.csv:10: column tier: found an empty cell, wanted a whole number…
tiers.csv:11: column tier: found "-5", a negative figure, wanted a whole number…
tiers.csv:12: column effective_from: found category "*", indicator *, tier 5 on 2019-01-01 onwards, which overlaps line
  2 on…

tables without the default row
logistics * -> 茶
tiers *,* -> *,dispute_rate
thresholds * -> 茶
logistics.csv: found no default row, wanted a row with category `*` and no subcategory; add…
tiers.csv: found no default row, wanted a set with category `*` and indicator `*`; add…
thresholds.csv: found no default row, wanted a row with category `*`; add the row that holds for all other categories

categories that no row of weights has; a whole set of them is no part of a set besides
logistics + ,,帽子,,none
logistics + ,,箱包,钱包,none
logistics + ,,*,旅行箱,none
tiers + ,,帽子,*,5,20
tiers + ,,帽子,*,4,100
thresholds + ,,帽子,2.5,,,3,100,1,2
logistics.csv:3: column category: found "帽子", which no row of weights.csv has, wanted a category and subcategory of
  weights.csv; correct the name, or add its weights first
logistics.csv:4: column subcategory: found "箱包" with "钱包", which no row of weights.csv has…
logistics.csv:5: column subcategory: found "*" with "旅行箱", which no row of weights.csv has…
tiers.csv:7: column category: found "帽子", which no row of weights.csv has…
tiers.csv:8: column category: found "帽子", which no row of weights.csv has…
thresholds.csv:3: column category: found "帽子", which no row of weights.csv has…

findings of all tables come in their order, and without weights no category is looked up in them
custom_made + ,,
custom_made + 2022-13-01,,茶
logistics + ,,帽子,,speed
weights industry -> trade
weights.csv:1: column industry: found no such column…
weights.csv:1: column trade: found an unknown column…
logistics.csv:3: column logistics_indicator: found "speed"…
custom_made.csv:3: column category: found an empty cell…
custom_made.csv:4: column effective_from: found "2022-13-01"…

a header with a missing, a repeated and an unknown column
custom_made effective_to,category -> effective_from,categories
custom_made.csv:1: column effective_from: found it more than once, wanted the columns
  effective_from,effective_to,category; keep one
custom_made.csv:1: column effective_to: found no such column, wanted…
custom_made.csv:1: column category: found no such column, wanted the columns effective_from,effective_to,category; add it
custom_made.csv:1: column categories: found an unknown column, wanted the columns effective_from,effective_to,category;
  correct its name or remove it

sources before other columns, and with one at the end besides
custom_made effective_to,category -> effective_to,source,category
logistics effective_from -> source,effective_from
logistics logistics_indicator -> logistics_indicator, source
tiers tier,top_percent -> tier,top_percent,source,source
logistics.csv:1: column source: found it before the last column, wanted the columns
  effective_from,effective_to,category,subcategory,logistics_indicator; keep one, as the last column
custom_made.csv:1: column source: found it before the last column, wanted…
tiers.csv:1: column source: found it before the last column, wanted…

sources in a table of rules without them, or with a comma outside quotation marks
custom_made effective_to,category -> effective_to,category,source
custom_made + ,,茶,a public list, not complete
custom_made.csv:2: found 3 fields, wanted 4, as the header has…
custom_made.csv:3: found 5 fields, wanted 4, as the header has; add or remove commas; a cell that holds one stands in…

rows with too few or too many fields, and an unclosed quotation mark, which does not swallow the rules below it
custom_made + 2022-01-01,茶
custom_made + ,,茶
custom_made + ,,酒,
custom_made + ,,"茶
custom_made + ,,酒
custom_made.csv:3: found 2 fields, wanted 3, as the header has; add or remove commas; a cell that holds one stands in
  quotation marks
custom_made.csv:5: found 4 fields, wanted 3, as the header has; add or remove commas…
custom_made.csv:6: found a cell that runs over several lines, wanted one row a line; close the quotation mark"#;

#[test]
fn what_breaks_a_rule_is_refused_with_its_findings() {
    for case in REFUSALS.split("\n\n") {
        let (name, lines) = case.split_once('\n').unwrap();
        let of_file = lines.find(".csv:").unwrap();
        let (changes, findings) = lines.split_at(lines[..of_file].rfind('\n').unwrap() + 1);
        let folder = Folder::changed(changes);
        folder.assert_refused(name, folder.load(), findings);
    }
}

#[test]
fn columns_in_any_order_white_space_and_a_byte_order_mark_are_accepted() {
    for (content, expected) in [
        ("effective_from,effective_to,category\n 2022-01-01 ,\t,\u{b}\u{c}茶 \r\n", "茶"),
        ("\u{feff}category, effective_to,effective_from\r\n\"茶\",,2022-01-01\r\n", "茶"),
        ("effective_from,effective_to,category\n,,\u{3000}茶\u{a0}\n", "茶"),
    ] {
        let rules = Folder::holding("custom_made", content).load().unwrap();
        assert_eq!(rules.custom_made.categories_on("2022-03-15".parse().unwrap()), [expected].into());
    }
}

#[test]
fn a_file_that_is_missing_or_empty_or_no_utf_8_is_refused_and_lines_are_those_of_an_editor() {
    let blanks = "effective_from,effective_to,category\n\n\n,,茶\n\n,,\n";
    let empty = ["custom_made.csv:1: column …"; 3].join("\n");
    let gbk = b"effective_from,effective_to,category\n,,\xe8\x8c\xb6\n,,\xb2\xe8\n";
    for (content, findings) in [
        (blanks.as_bytes(), "custom_made.csv:6: column category: found an empty cell…"),
        (blanks.replace('\n', "\r\n").as_bytes(), "custom_made.csv:6: column category: found an empty cell…"),
        (&gbk[..], "custom_made.csv:3: found bytes that are no UTF-8, wanted text in UTF-8; save the file as UTF-8"),
        (b"", empty.as_str()),
    ] {
        let folder = Folder::holding("custom_made", content);
        folder.assert_refused(&content.escape_ascii().to_string(), folder.load(), findings);
    }
    let folder = Folder::changed("");
    std::fs::remove_file(folder.path("custom_made")).unwrap();
    folder.assert_refused("missing", folder.load(), "custom_made.csv: found read failed: …");
    std::fs::create_dir(folder.path("custom_made")).unwrap();
    folder.assert_refused("a folder", folder.load(), "custom_made.csv: found read failed: …");
}
