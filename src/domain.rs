//! The field's own words as types: natural days, the window, dimensions, tiers.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A natural day, held as the days since 1970-01-01. Written `YYYY-MM-DD`, and no other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(extend("format" = "date")))]
pub struct Day(i32);

impl Day {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);

    /// The day that lies `days` after 1970-01-01.
    pub const fn from_epoch_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01, as Parquet's `date32` has it.
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// Seconds between 1970-01-01T00:00:00 and this day's midnight on the same clock.
    pub(crate) fn epoch_seconds(self) -> i64 {
        i64::from(self.0) * 86_400
    }

    pub(crate) fn of_civil(date: Date) -> Self {
        Self((date - Self::EPOCH).get_days())
    }

    /// Its date; none beyond the calendar, which has the years -9999 to 9999.
    pub(crate) fn civil(self) -> Option<Date> {
        let since_epoch = jiff::Span::new().try_days(self.0).ok()?;
        Self::EPOCH.checked_add(since_epoch).ok()
    }

    /// The day `days` later (earlier where negative).
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // jiff reads other ISO spellings too; two spellings of one day would be two partitions of one day.
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
        date.map(Self::of_civil).ok_or_else(|| format!("{text:?} is no day of the form YYYY-MM-DD"))
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(date) => write!(formatter, "{date}"),
            None => write!(formatter, "day {} since 1970-01-01", self.0),
        }
    }
}

/// A span of natural days, both ends included, such as the window of an as-of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Span {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

impl Span {
    /// The `days` natural days that end with `as_of`; `days` is at least 1.
    pub fn ending(as_of: Day, days: i32) -> Self {
        Self { first: as_of.plus(1 - days), last: as_of }
    }

    /// Its days, first to last.
    pub fn days(self) -> impl Iterator<Item = Day> + Clone {
        (self.first.0..=self.last.0).map(Day)
    }

    /// Whether `day` lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// Days in order as spans: those that follow each other are one.
    pub fn folded(days: impl IntoIterator<Item = Day>) -> Vec<Self> {
        let mut spans: Vec<Self> = Vec::new();
        for day in days {
            match spans.last_mut() {
                Some(span) if span.last.plus(1) == day => span.last = day,
                _ => spans.push(Self { first: day, last: day }),
            }
        }
        spans
    }

    /// Spans for people, one after another.
    pub fn listed(spans: &[Self]) -> String {
        spans.iter().map(Self::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last } = self;
        if first == last { write!(formatter, "{first}") } else { write!(formatter, "{first} to {last}") }
    }
}

/// What an indicator speaks of 指标维度.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
pub enum Dimension {
    /// 商品体验
    #[strum(serialize = "product")]
    Product,
    /// 物流体验
    #[strum(serialize = "logistics")]
    Logistics,
    /// 售后体验
    #[strum(serialize = "after_sales")]
    AfterSales,
    /// 纠纷投诉
    #[strum(serialize = "dispute")]
    Dispute,
    /// 咨询体验
    #[strum(serialize = "consultation")]
    Consultation,
}

impl Dimension {
    /// All five, in the order in which they are published.
    pub const ALL: [Self; 5] = [Self::Product, Self::Logistics, Self::AfterSales, Self::Dispute, Self::Consultation];

    /// The name in files.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// 指标维度, as the specification has it.
    pub(crate) const fn chinese(self) -> &'static str {
        match self {
            Self::Product => "商品体验",
            Self::Logistics => "物流体验",
            Self::AfterSales => "售后体验",
            Self::Dispute => "纠纷投诉",
            Self::Consultation => "咨询体验",
        }
    }
}

/// A rank's grade 档, by the points that it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// 很差
    VeryPoor = 0,
    /// 较差
    Poor = 2,
    /// 一般
    Fair = 3,
    /// 良好
    Good = 4,
    /// 优秀
    Excellent = 5,
}

impl Tier {
    /// Best first.
    pub(crate) const ALL: [Self; 5] = [Self::Excellent, Self::Good, Self::Fair, Self::Poor, Self::VeryPoor];

    pub(crate) fn from_points(points: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.points() == points)
    }

    pub(crate) const fn points(self) -> i64 {
        self as i64
    }

    /// The tiers above this one, the nearest first.
    pub(crate) fn above(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().rev().filter(move |tier| *tier > self)
    }
}

/// `text` without white space (Unicode's White_Space) and byte order marks at its ends, as every text of an extract or a rule
/// table is read.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_spelling() {
        assert_eq!("2022-03-15".parse::<Day>().unwrap().to_string(), "2022-03-15");
        assert_eq!("1970-01-02".parse::<Day>().unwrap().epoch_days(), 1);
        assert_eq!("1969-12-31".parse::<Day>().unwrap().epoch_days(), -1);
        assert_eq!(Day::from_epoch_days(i32::MAX).to_string(), "day 2147483647 since 1970-01-01");
        for other in ["2022-3-15", "20220315", "2022-02-30", "2022-03-15T00", " 2022-03-15", ""] {
            assert!(other.parse::<Day>().is_err(), "{other:?}");
        }
    }

    #[test]
    fn the_window_is_thirty_natural_days_that_end_with_the_as_of_day() {
        let window = Span::ending("2022-03-15".parse().unwrap(), 30);
        assert_eq!((window.first.to_string().as_str(), window.days().count()), ("2022-02-14", 30));
        assert!(window.contains(window.first) && !window.contains(window.first.plus(-1)));
        assert!(window.contains(window.last) && !window.contains(window.last.plus(1)));
    }

    #[test]
    fn days_one_after_another_are_one_span() {
        let folded = |days: &[&str]| Span::listed(&Span::folded(days.iter().map(|day| day.parse().unwrap())));
        let days = ["2022-02-27", "2022-02-28", "2022-03-01", "2022-03-03"];
        assert_eq!(folded(&days), "2022-02-27 to 2022-03-01, 2022-03-03");
        assert_eq!(folded(&[]), "");
    }

    #[test]
    fn text_is_trimmed_of_ascii_white_space_only() {
        assert_eq!(trimmed(" \t\n\x0b\x0c\r男装\u{3000}\u{a0}\u{feff}\r"), "男装");
        assert_eq!(trimmed("\u{200b}x"), "\u{200b}x", "no white space, but invisible");
    }

    #[test]
    fn the_tiers_above_come_nearest_first() {
        let two = Tier::from_points(2).unwrap();
        assert_eq!(two.above().map(Tier::points).collect::<Vec<_>>(), [3, 4, 5]);
        assert_eq!(Tier::from_points(1), None);
    }
}
