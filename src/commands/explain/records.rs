//! The records behind a shop's indicators: JSON has them by indicator, CSV one row a record, people one table an indicator.

use serde::Serialize;

use crate::answers::units::{self, Language};
use crate::answers::words::{self, told};
use crate::answers::{Answer, Cell, Part, Table};
use crate::domain::Day;
use crate::explanation::told_records::{IndicatorRecords, TheRecord};
use crate::indicators::{Indicator, Unit};

/// The records behind a shop's indicators.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct RecordsPage {
    pub(super) shop_id: i64,
    /// The published day, YYYY-MM-DD.
    pub(super) as_of: Day,
    /// Those that were asked for.
    pub(super) indicators: Vec<IndicatorRecords>,
    /// Whose they are, for people.
    #[serde(skip)]
    pub(super) head: Vec<String>,
    #[serde(skip)]
    pub(super) language: Language,
}

impl Answer for RecordsPage {
    const SCHEMA: &'static str = "explain-rows/1";
    type Row = TheRecord;
    const COLUMNS: &'static str = "indicator,standing,day,record_id,lacks,share,reason,row";

    fn rows(&self) -> Vec<TheRecord> {
        let indicators = self.indicators.iter();
        indicators.flat_map(|indicator| indicator.records.iter().chain(&indicator.aside).cloned()).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let parts = self.indicators.iter().flat_map(|indicator| parts(indicator, self.language));
        self.head.iter().cloned().map(Part::Line).chain(parts).collect()
    }
}

fn parts(indicator: &IndicatorRecords, language: Language) -> Vec<Part> {
    let name = words::indicator(indicator.of, language);
    let lacks = amount(indicator.of, indicator.lacks, language);
    let more = match (indicator.more, language) {
        (0, _) => String::new(),
        (more, Language::En) => format!(", {more} more records not shown"),
        (more, Language::Zh) => format!("，另有{more}条未列出"),
    };
    let line = match language {
        Language::En => format!("{name}: {lacks} lacking to the best{more}"),
        Language::Zh => format!("{name}：距最佳差{lacks}{more}"),
    };
    let mut parts = vec![Part::Line(line)];
    if !indicator.records.is_empty() || !indicator.aside.is_empty() {
        parts.push(Part::Table(table(indicator, language)));
    }
    if !indicator.add_up {
        let told = ["  they do not add up to the published figures", "  合计与发布值不一致"];
        parts.push(Part::Line(language.of(told[0], told[1]).to_owned()));
    }
    parts.extend(indicator.unknown_days.iter().map(|days| Part::Line(words::unknown_days(days, language))));
    parts
}

fn table(indicator: &IndicatorRecords, language: Language) -> Table {
    let mut table = Table::new(language.of(
        ["day", "record", "lacks", "share", "standing", "row (times in UTC)"],
        ["日期", "记录", "差", "影响占比", "状态", "明细（时间为UTC）"],
    ));
    for record in indicator.records.iter().chain(&indicator.aside) {
        let reason = record.reason.map_or(String::new(), |reason| format!(" ({reason})"));
        table.add([
            Cell::text(record.day.to_string()),
            Cell::number(record.record_id),
            Cell::number(record.lacks.map(|lacks| amount(indicator.of, lacks, language))),
            Cell::number(record.share.map(|share| units::percent(100.0 * share))),
            Cell::text(format!("{}{reason}", told(record.standing, language))),
            Cell::text(&record.row),
        ]);
    }
    table
}

/// What is lacking, in people's units.
fn amount(indicator: Indicator, lacks: i64, language: Language) -> String {
    match indicator.spec().unit {
        Unit::Stars => format!("{lacks}{}", language.of(" stars", "星")),
        Unit::Seconds => units::duration(lacks, language),
        Unit::Ratio => lacks.to_string(),
    }
}
