//! `weights.csv`: what each dimension weighs in the score, by assessment category 考核类目, in percent.
//!
//! Key: category, subcategory. Which categories exist is decided here; the tables that name a category are checked
//! against it.

use super::decimal::Decimal4;
use super::row::{Categories, Read, Row, Scope};
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
    pub(crate) fn row(&self, day: Day, category: &str, subcategory: Option<&str>) -> Option<&WeightRow> {
        self.line(day, category, subcategory).map(|(_, row)| row)
    }

    /// The same, with the line of the file that states it.
    pub(super) fn line(&self, day: Day, category: &str, subcategory: Option<&str>) -> Option<(u64, &WeightRow)> {
        self.line_of(day, [(category, subcategory), (category, None)])
    }

    /// The categories and subcategories that have a row on any day.
    pub(super) fn categories(&self) -> Categories<'_> {
        self.on_any_day().flat_map(|row| [(row.category.as_str(), None), row.scope()]).collect()
    }
}

impl WeightRow {
    /// The assessment category's name: the category, or `category_subcategory` where the table splits it.
    pub(crate) fn assessment_category(&self) -> std::borrow::Cow<'_, str> {
        match &self.subcategory {
            Some(subcategory) => format!("{}_{subcategory}", self.category).into(),
            None => self.category.as_str().into(),
        }
    }

    /// What `dimension` weighs, of 100.
    pub(crate) const fn percent(&self, dimension: Dimension) -> Decimal4 {
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

    fn read(row: &mut Row<'_>, _known: Option<&Categories<'_>>) -> Read<Self> {
        let category = row.named_category();
        let subcategory = row.optional("subcategory", Row::name)?;
        let [product, logistics, after_sales, dispute, consultation] =
            Dimension::ALL.map(|dimension| row.decimal(&column(dimension)));
        let percents = [product?, logistics?, after_sales?, dispute?, consultation?];
        let weights = Self { category: category?, subcategory, percents };
        // Figures near the ends of 64 bits may not wrap round to 100.
        let sum = percents.into_iter().try_fold(Decimal4::default(), Decimal4::checked_add);
        if sum != Some(Decimal4::HUNDRED) {
            let total = sum.map_or("far more".to_owned(), |sum| sum.to_string());
            let found = format!("{} = {total}", weights.shown(" + "));
            let columns = Dimension::ALL.map(column).join(", ");
            return Err(row.refuse(&columns, found, "percents that add up to 100", "correct them"));
        }
        Ok(weights)
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
