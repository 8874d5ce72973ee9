//! A shop's indicators day by day: JSON has them by indicator, CSV one row a day, people one table an indicator.

use serde::Serialize;

use super::page_tables::value;
use crate::answers::units::Language;
use crate::answers::words;
use crate::answers::{Answer, Cell, Part, Table};
use crate::domain::Day;
use crate::explanation::days::{DayFigures, IndicatorDays};

/// The days behind a shop's indicators.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct DaysPage {
    pub(super) shop_id: i64,
    /// The published day, YYYY-MM-DD.
    pub(super) as_of: Day,
    /// Those that were asked for.
    pub(super) indicators: Vec<IndicatorDays>,
    /// Whose they are, for people.
    #[serde(skip)]
    pub(super) head: Vec<String>,
    #[serde(skip)]
    pub(super) language: Language,
}

impl Answer for DaysPage {
    const SCHEMA: &'static str = "explain-days/1";
    type Row = DayFigures;
    const COLUMNS: &'static str = "indicator,day,numerator,denominator,value,unknown_reason";

    fn rows(&self) -> Vec<DayFigures> {
        self.indicators.iter().flat_map(|indicator| indicator.days.clone()).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let tables = self.indicators.iter().map(|indicator| Part::Table(by_day(indicator, self.language)));
        self.head.iter().cloned().map(Part::Line).chain(tables).collect()
    }
}

/// One line a day, and one each for what appeals took out and for what was published.
fn by_day(indicator: &IndicatorDays, language: Language) -> Table {
    let name = words::indicator(indicator.of, language);
    let columns = language.of(["numerator", "denominator", "value", ""], ["分子", "分母", "指标值", ""]);
    let mut table = Table::new([name].into_iter().chain(columns));
    for day in &indicator.days {
        let why = day.unknown_reason.map_or("", |why| words::told(why, language));
        table.add([
            Cell::text(day.day.to_string()),
            Cell::number(day.numerator),
            Cell::number(day.denominator),
            value(indicator.of, day.value, language),
            Cell::text(why),
        ]);
    }
    let taken_out = indicator.taken_out;
    let minus = |figure: i64| if figure == 0 { "0".to_owned() } else { format!("-{figure}") };
    table.add([
        Cell::text(language.of("appeals took out", "申诉剔除")),
        Cell::number(taken_out.map(|taken_out| minus(taken_out.numerator))),
        Cell::number(taken_out.map(|taken_out| minus(taken_out.denominator))),
        Cell::text(""),
        Cell::text(if taken_out.is_none() { words::told("days_unknown", language) } else { "" }),
    ]);
    table.add([
        Cell::text(language.of("published", "发布值")),
        Cell::number(Some(indicator.numerator)),
        Cell::number(Some(indicator.denominator)),
        value(indicator.of, indicator.value, language),
        Cell::text(""),
    ]);
    table
}
