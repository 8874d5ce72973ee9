//! The page: one HTML file with its style, its script, its data and its charts, which asks no network for anything.
//!
//! In: the report, the shops' pages. Out: `index.html`. Data is JSON, charts are SVG in templates that are shown when they are asked for;
//! the script makes tables of the data, in one of two languages.

use std::fs;
use std::path::Path;

use super::shops::Pages;
use super::{PAGE, Report, STAGE, charts, words};
use crate::error::{Outcome, disk, fault};

const HTML: &str = include_str!("assets/page.html");
const STYLE: &str = include_str!("assets/page.css");
/// In the order in which they need each other.
const SCRIPTS: [&str; 6] = [
    include_str!("assets/units.js"),
    include_str!("assets/tables.js"),
    include_str!("assets/first.js"),
    include_str!("assets/sections.js"),
    include_str!("assets/shop.js"),
    include_str!("assets/start.js"),
];
/// What the page itself says, by name, in English and Chinese.
const TEXTS: &str = include_str!("assets/texts.json");

/// Writes the page into `folder`.
pub(super) fn write(report: &Report, pages: &Pages, folder: &Path) -> Outcome<()> {
    let charts = charts::all(report)?;
    let charts = charts.iter().map(|(name, svg)| format!("<template data-chart=\"{name}\">{svg}</template>\n"));
    let parts = [
        ("{style}", STYLE.to_owned()),
        ("{charts}", charts.collect()),
        ("{texts}", embedded(TEXTS)),
        ("{words}", json(&words::words())?),
        ("{report}", json(report)?),
        ("{shops}", json(pages)?),
        ("{script}", SCRIPTS.concat()),
    ];
    let path = folder.join(PAGE);
    fs::write(&path, filled(HTML, &parts)).map_err(|error| disk(STAGE, "write", &path, &error))
}

/// The page with each part in its place; what a part holds is no place for another.
fn filled(html: &str, parts: &[(&str, String)]) -> String {
    let mut filled = String::new();
    let mut rest = html;
    while let Some((before, part, after)) = next_place(rest, parts) {
        filled.push_str(before);
        filled.push_str(part);
        rest = after;
    }
    filled + rest
}

/// What comes before the next place, what belongs there, and what comes after it.
fn next_place<'a>(html: &'a str, parts: &'a [(&str, String)]) -> Option<(&'a str, &'a str, &'a str)> {
    let found = parts.iter().filter_map(|(place, part)| Some((html.find(place)?, place, part)));
    let (_, place, part) = found.min_by_key(|(at, ..)| *at)?;
    html.split_once(*place).map(|(before, after)| (before, part.as_str(), after))
}

fn json(data: &impl serde::Serialize) -> Outcome<String> {
    serde_json::to_string(data).map(|json| embedded(&json)).map_err(|error| fault(STAGE, error))
}

/// JSON that ends no script, whatever a shop is called.
fn embedded(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_that_a_script_asks_for_is_there_in_both_languages() {
        let texts: std::collections::BTreeMap<String, [String; 2]> = serde_json::from_str(TEXTS).unwrap();
        assert!(texts.values().flatten().all(|text| !text.is_empty()));
        let scripts = SCRIPTS.concat();
        let asked = scripts.split("text(\"").skip(1).filter_map(|after| after.split_once('"'));
        let asked = asked
            .map(|(name, _)| name)
            .chain(HTML.split("data-text=\"").skip(1).map(|after| after.split_once('"').unwrap().0));
        for name in asked {
            assert!(texts.contains_key(name), "{name}");
        }
    }

    #[test]
    fn a_part_is_never_taken_for_a_place_and_data_ends_no_script() {
        let parts = [("{one}", "{two}".to_owned()), ("{two}", "2".to_owned())];
        assert_eq!(filled("a{one}b{two}c", &parts), "a{two}b2c");
        assert_eq!(json(&"</script>").unwrap(), r#""\u003c/script>""#);
    }
}
