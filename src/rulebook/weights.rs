//! `weights.csv`: what each dimension weighs in the score, by assessment category 考核类目, in percent.
//!
//! Key: category, subcategory. Which categories exist is decided here; the tables that name a category are checked
//! against it.

use std::path::Path;

use super::category::{is_no_default, key};
use super::decimal::Decimal4;
use super::effective::{Dated, in_force, shown_on};
use super::row::Row;
use super::table;
use crate::domain::{Day, Dimension};
use crate::error::Outcome;

pub(super) const FILE: &str = "weights.csv";

/// `industry` is for human readers.
const COLUMNS: [&str; 8] = [
    "industry",
    "category",
    "subcategory",
    "consultation_percent",
    "logistics_percent",
    "product_percent",
    "after_sales_percent",
    "dispute_percent",
];

const HUNDRED: i64 = 1_000_000;

/// The weights of all assessment categories.
#[derive(Clone, Debug)]
pub struct Weights {
    rows: Vec<Dated<WeightRow>>,
}

/// The weights of one assessment category; they add up to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightRow {
    /// The primary category 主营类目.
    pub category: String,
    /// The one subcategory that the row is for; none where it is for all that have no row of their own.
    pub subcategory: Option<String>,
    product_percent: Decimal4,
    logistics_percent: Decimal4,
    after_sales_percent: Decimal4,
    dispute_percent: Decimal4,
    consultation_percent: Decimal4,
}

impl Weights {
    pub(super) fn shown_on(&self, day: Day) -> impl Iterator<Item = String> {
        shown_on(&self.rows, day)
    }

    pub(super) fn load(folder: &Path) -> Outcome<Self> {
        let rows = table::read(&folder.join(FILE), &COLUMNS, WeightRow::read, WeightRow::key)?;
        Ok(Self { rows })
    }

    /// The rows in force on `day`, in the order of the file.
    pub fn on(&self, day: Day) -> impl Iterator<Item = &WeightRow> {
        in_force(&self.rows, day)
    }

    /// A shop's row on `day`: the one of its subcategory, else the one of its whole primary category.
    pub fn row(
        &self,
        day: Day,
        primary_category: &str,
        primary_subcategory: Option<&str>,
    ) -> Option<&WeightRow> {
        [primary_subcategory, None].into_iter().find_map(|subcategory| {
            self.on(day)
                .find(|row| row.category == primary_category && row.subcategory.as_deref() == subcategory)
        })
    }

    /// Whether some row, on any day, is for `category`, and for just `subcategory` if one is given.
    pub(super) fn names(&self, category: &str, subcategory: Option<&str>) -> bool {
        self.rows.iter().map(|row| &row.rule).any(|row| {
            row.category == category && (subcategory.is_none() || row.subcategory.as_deref() == subcategory)
        })
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
        match dimension {
            Dimension::Product => self.product_percent,
            Dimension::Logistics => self.logistics_percent,
            Dimension::AfterSales => self.after_sales_percent,
            Dimension::Dispute => self.dispute_percent,
            Dimension::Consultation => self.consultation_percent,
        }
    }

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let category = row.name("category").filter(|category| is_no_default(row, category));
        let product_percent = row.decimal("product_percent");
        let logistics_percent = row.decimal("logistics_percent");
        let after_sales_percent = row.decimal("after_sales_percent");
        let dispute_percent = row.decimal("dispute_percent");
        let consultation_percent = row.decimal("consultation_percent");
        let weights = Self {
            category: category?,
            subcategory: row.optional_name("subcategory"),
            product_percent: product_percent?,
            logistics_percent: logistics_percent?,
            after_sales_percent: after_sales_percent?,
            dispute_percent: dispute_percent?,
            consultation_percent: consultation_percent?,
        };
        weights.adds_up(row).then_some(weights)
    }

    fn adds_up(&self, row: &mut Row<'_>) -> bool {
        let percents = Dimension::ALL.map(|dimension| self.percent(dimension).ten_thousandths());
        // Figures near the ends of 64 bits may not wrap round to 100.
        let sum = percents.into_iter().try_fold(0_i64, i64::checked_add);
        if sum != Some(HUNDRED) {
            let shown =
                percents.map(|percent| Decimal4::from_ten_thousandths(percent).to_string()).join(" + ");
            let total =
                sum.map_or("far more".to_owned(), |sum| Decimal4::from_ten_thousandths(sum).to_string());
            let columns = Dimension::ALL.map(|dimension| format!("{}_percent", dimension.name())).join(", ");
            row.refuse(&columns, format!("{shown} = {total}"), "percents that add up to 100", "correct them");
        }
        sum == Some(HUNDRED)
    }

    fn key(&self) -> String {
        key(&self.category, self.subcategory.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, refusals};
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn assessment_category(weights: &Weights, category: &str, subcategory: Option<&str>) -> Option<String> {
        weights.row(day("2022-03-15"), category, subcategory).map(WeightRow::assessment_category)
    }

    #[test]
    fn a_split_subcategory_has_its_own_row_and_any_other_the_category_s() {
        let weights = Weights::load(Path::new("jobs/rules")).unwrap();
        for (category, subcategory, expected) in [
            (
                "运动/瑜伽/健身/球迷用品",
                Some("跑步机/大型健身器械"),
                "运动/瑜伽/健身/球迷用品_跑步机/大型健身器械",
            ),
            ("运动/瑜伽/健身/球迷用品", Some("瑜伽垫"), "运动/瑜伽/健身/球迷用品"),
            ("箱包皮具/热销女包/男包", Some("旅行箱"), "箱包皮具/热销女包/男包_旅行箱"),
            ("箱包皮具/热销女包/男包", None, "箱包皮具/热销女包/男包"),
            ("茶", Some("绿茶"), "茶"),
        ] {
            assert_eq!(assessment_category(&weights, category, subcategory).as_deref(), Some(expected));
        }
        assert_eq!(assessment_category(&weights, "没有这个类目", None), None);
        assert_eq!(assessment_category(&weights, "旅行箱", Some("旅行箱")), None);
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
        let folder = Folder::sound();
        folder.replace(FILE, "2019-01-01,,大快消,茶,,15,20,25", "2019-01-01,2021-12-31,大快消,茶,,15,20,25");
        folder.append(FILE, "2022-01-01,,大快消,茶,,10,20,30,20,20\n");
        let rules = folder.load().unwrap();
        let product = |date| {
            let row = rules.weights.row(day(date), "茶", None);
            row.map(|row| row.percent(Dimension::Product).to_string())
        };
        assert_eq!(product("2018-12-31"), None);
        assert_eq!(product("2021-12-31").as_deref(), Some("25"));
        assert_eq!(product("2022-01-01").as_deref(), Some("30"));
    }

    #[test]
    fn percents_that_do_not_add_up_to_100_are_refused() {
        assert!(Folder::with(FILE, ",,x,帽子,,12.5,12.5,25,25,25\n").load().is_ok());
        assert_eq!(
            refusals(&Folder::with(FILE, ",,x,帽子,,20,20,20,20,19.9999\n")),
            ["rules: weights.csv:5: column product_percent, logistics_percent, after_sales_percent, \
              dispute_percent, consultation_percent: found 20 + 20 + 20 + 19.9999 + 20 = 99.9999, wanted percents \
              that add up to 100; correct them"]
        );
        let vast = "922337203685477.5807";
        let wrapped = refusals(&Folder::with(FILE, &format!(",,x,帽子,,{vast},{vast},100.0002,0,0\n")));
        assert!(wrapped[0].contains("= far more"), "{wrapped:?}");
    }

    #[test]
    fn a_negative_percent_is_refused_though_the_sum_is_100() {
        assert_eq!(
            refusals(&Folder::with(FILE, ",,x,帽子,,-20,60,20,20,20\n")),
            [
                "rules: weights.csv:5: column consultation_percent: found \"-20\", a negative figure, wanted a figure \
              of 0 or more with at most 4 decimal places; correct the figure"
            ]
        );
    }

    #[test]
    fn two_rows_for_one_category_on_one_day_are_refused_with_both_lines() {
        assert_eq!(
            refusals(&Folder::with(FILE, "2022-01-01,2022-12-31,x,箱包,旅行箱,20,20,20,20,20\n")),
            [
                "rules: weights.csv:5: column effective_from: found category \"箱包\" with subcategory \"旅行箱\" on \
              2022-01-01 to 2022-12-31, which overlaps line 4 on 2019-01-01 onwards, wanted at most one row for it on \
              any day; end one row on the day before the other begins, or remove one"
            ]
        );
    }

    #[test]
    fn a_default_row_or_an_empty_category_is_refused() {
        let found = |rows: &str| refusals(&Folder::with(FILE, rows)).concat();
        assert!(found(",,x,*,,20,20,20,20,20\n").contains("weights.csv:5: column category: found `*`"));
        assert!(
            found(",,x, ,帽子,20,20,20,20,20\n")
                .contains("weights.csv:5: column category: found an empty cell")
        );
    }
}
