//! `weights.csv`: what each dimension weighs in the score, by assessment category 考核类目, in percent.
//!
//! Key: category, subcategory. Which categories exist is decided here; the tables that name a category are checked
//! against it.

use super::category::{Categories, Scope, named_category};
use super::decimal::Decimal4;
use super::row::Row;
use super::table::{Line, Rule, RuleTable};
use crate::domain::{Day, Dimension};

/// The weights of all assessment categories.
pub type Weights = RuleTable<WeightRow>;

/// The weights of one assessment category; they add up to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightRow {
    /// The primary category 主营类目.
    pub category: String,
    /// The one subcategory that the row is for; none where it is for all that have no row of their own.
    pub subcategory: Option<String>,
    /// In the order of [`Dimension::ALL`].
    percents: [Decimal4; Dimension::ALL.len()],
}

impl Weights {
    /// A shop's row on `day`: the one of its subcategory, else the one of its whole primary category.
    pub fn row(&self, day: Day, primary_category: &str, primary_subcategory: Option<&str>) -> Option<&WeightRow> {
        self.first_of(day, [(primary_category, primary_subcategory), (primary_category, None)])
    }

    /// The categories and subcategories that have a row on any day.
    pub(super) fn categories(&self) -> Categories {
        Categories::of(self.on_any_day().map(WeightRow::scope))
    }
}

impl WeightRow {
    /// The assessment category's name: the category, or `category_subcategory` where the table splits it.
    pub fn assessment_category(&self) -> String {
        match &self.subcategory {
            Some(subcategory) => format!("{}_{subcategory}", self.category),
            None => self.category.clone(),
        }
    }

    /// What `dimension` weighs, of 100.
    pub const fn percent(&self, dimension: Dimension) -> Decimal4 {
        let [product, logistics, after_sales, dispute, consultation] = self.percents;
        match dimension {
            Dimension::Product => product,
            Dimension::Logistics => logistics,
            Dimension::AfterSales => after_sales,
            Dimension::Dispute => dispute,
            Dimension::Consultation => consultation,
        }
    }

    fn shown(&self, between: &str) -> String {
        self.percents.map(|percent| percent.to_string()).join(between)
    }

    fn adds_up(&self, row: &mut Row<'_>) -> bool {
        // Figures near the ends of 64 bits may not wrap round to 100.
        let sum = self.percents.into_iter().try_fold(Decimal4::default(), Decimal4::checked_add);
        if sum != Some(Decimal4::HUNDRED) {
            let total = sum.map_or("far more".to_owned(), |sum| sum.to_string());
            let columns = Dimension::ALL.map(column).join(", ");
            let found = format!("{} = {total}", self.shown(" + "));
            row.refuse(&columns, found, "percents that add up to 100", "correct them");
        }
        sum == Some(Decimal4::HUNDRED)
    }
}

fn column(dimension: Dimension) -> String {
    format!("{}_percent", dimension.name())
}

impl Line for WeightRow {
    /// `industry` is for human readers.
    const COLUMNS: &'static [&'static str] = &[
        "industry",
        "category",
        "subcategory",
        "consultation_percent",
        "logistics_percent",
        "product_percent",
        "after_sales_percent",
        "dispute_percent",
    ];

    fn read(row: &mut Row<'_>, _known: Option<&Categories>) -> Option<Self> {
        let category = named_category(row);
        let subcategory = row.optional_name("subcategory");
        let percents = Dimension::ALL.map(|dimension| row.decimal(&column(dimension)));
        let [Some(product), Some(logistics), Some(after_sales), Some(dispute), Some(consultation)] = percents else {
            return None;
        };
        let percents = [product, logistics, after_sales, dispute, consultation];
        let weights = Self { category: category?, subcategory, percents };
        weights.adds_up(row).then_some(weights)
    }
}

impl Rule for WeightRow {
    const TABLE: &'static str = "weights";

    fn scope(&self) -> Scope<'_> {
        (&self.category, self.subcategory.as_deref())
    }

    fn said(&self) -> String {
        self.shown(" ")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::testing::Folder;
    use super::*;

    const TABLE: &str = "weights";

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_split_subcategory_has_its_own_row_and_any_other_the_category_s() {
        let weights = Weights::load(Path::new("jobs/rules"), None).unwrap();
        let sports = "运动/瑜伽/健身/球迷用品";
        for (category, subcategory, expected) in [
            (sports, Some("跑步机/大型健身器械"), Some("运动/瑜伽/健身/球迷用品_跑步机/大型健身器械")),
            (sports, Some("瑜伽垫"), Some(sports)),
            ("箱包皮具/热销女包/男包", Some("旅行箱"), Some("箱包皮具/热销女包/男包_旅行箱")),
            ("箱包皮具/热销女包/男包", None, Some("箱包皮具/热销女包/男包")),
            ("茶", Some("绿茶"), Some("茶")),
            ("没有这个类目", None, None),
            ("旅行箱", Some("旅行箱"), None),
        ] {
            let row = weights.row(day("2022-03-15"), category, subcategory);
            assert_eq!(row.map(WeightRow::assessment_category).as_deref(), expected);
        }
    }

    #[test]
    fn each_percent_is_that_of_its_own_column() {
        let rules = Folder::sound().load().unwrap();
        let row = rules.weights.row(day("2022-03-15"), "箱包", Some("旅行箱")).unwrap();
        let percents = Dimension::ALL.map(|dimension| row.percent(dimension).to_string());
        assert_eq!(percents, ["25", "30", "20", "15", "10"]);
    }

    #[test]
    fn the_row_in_force_on_the_day_is_taken() {
        let old = "2019-01-01,2021-12-31,大快消,茶,,15,20,25";
        let ended = Folder::changed(TABLE, "2019-01-01,,大快消,茶,,15,20,25", old);
        let rules = ended.and_with(TABLE, "2022-01-01,,大快消,茶,,10,20,30,20,20\n").load().unwrap();
        for (date, expected) in [("2018-12-31", None), ("2021-12-31", Some("25")), ("2022-01-01", Some("30"))] {
            let product = rules.weights.row(day(date), "茶", None).map(|row| row.percent(Dimension::Product));
            assert_eq!(product.map(|percent| percent.to_string()).as_deref(), expected, "{date}");
        }
    }

    #[test]
    fn percents_that_do_not_add_up_to_100_are_refused() {
        assert!(Folder::with(TABLE, ",,x,帽子,,12.5,12.5,25,25,25\n").load().is_ok());
        let columns = "product_percent, logistics_percent, after_sales_percent, dispute_percent, consultation_percent";
        let vast = "922337203685477.5807";
        Folder::with(TABLE, ",,x,帽子,,20,20,20,20,19.9999\n").assert_refused(&format!(
            "weights.csv:5: column {columns}: found 20 + 20 + 20 + 19.9999 + 20 = 99.9999, wanted percents that add up to \
             100; correct them"
        ));
        Folder::with(TABLE, &format!(",,x,帽子,,{vast},{vast},100.0002,0,0\n")).assert_refused(&format!(
            "weights.csv:5: column {columns}: found 100.0002 + {vast} + 0 + 0 + {vast} = far more…"
        ));
    }

    #[test]
    fn a_negative_percent_is_refused_though_the_sum_is_100() {
        Folder::with(TABLE, ",,x,帽子,,-20,60,20,20,20\n").assert_refused(
            "weights.csv:5: column consultation_percent: found \"-20\", a negative figure, wanted a figure of 0 or more \
             with at most 4 decimal places; correct the figure",
        );
    }

    #[test]
    fn two_rows_for_one_category_on_one_day_are_refused_with_both_lines() {
        Folder::with(TABLE, "2022-01-01,2022-12-31,x,箱包,旅行箱,20,20,20,20,20\n").assert_refused(
            "weights.csv:5: column effective_from: found category \"箱包\" with subcategory \"旅行箱\" on 2022-01-01 to \
             2022-12-31, which overlaps line 4 on 2019-01-01 onwards, wanted at most one row for it on any day; end one \
             row on the day before the other begins, or remove one",
        );
    }

    #[test]
    fn a_default_row_or_an_empty_category_is_refused() {
        Folder::with(TABLE, ",,x,*,,20,20,20,20,20\n").assert_refused("weights.csv:5: column category: found `*`…");
        Folder::with(TABLE, ",,x, ,帽子,20,20,20,20,20\n")
            .assert_refused("weights.csv:5: column category: found an empty cell…");
    }
}
