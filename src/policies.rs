//! The choices that the specification leaves to a setting, as types; the stages that carry them out read them here.

use crate::calendar::Month;
use crate::domain::{Day, Span};
use crate::rulebook::Decimal4;

/// What shops are ranked inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
pub enum RankWithin {
    /// The primary category 主营类目.
    #[strum(serialize = "primary_category")]
    PrimaryCategory,
    /// The row of the weight table 考核类目.
    #[strum(serialize = "assessment_category")]
    AssessmentCategory,
}

/// How the two after-sales tiers make one score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
pub enum AfterSalesMix {
    /// Each tier counts the same.
    #[strum(serialize = "equal")]
    Equal,
    /// Each tier counts with its indicator's denominator.
    #[strum(serialize = "volume")]
    Volume,
}

/// Which months a shop's failures in the monthly assessment are counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
pub(crate) enum AssessmentCycle {
    /// Twelve months from the end of the shop's exempt months on, again and again.
    #[strum(serialize = "shop_year")]
    ShopYear,
    /// Calendar years.
    #[strum(serialize = "calendar_year")]
    CalendarYear,
}

/// How many months a cycle has.
pub(crate) const CYCLE_MONTHS: i32 = 12;

/// The cycles of the monthly assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cycles {
    pub(crate) assessment_cycle: AssessmentCycle,
    /// Shops that joined before this day have calendar years.
    pub(crate) shop_year_from: Day,
    /// How many months a shop that joined later is not assessed.
    pub(crate) exempt_months: i32,
}

impl Cycles {
    /// The days that cycles which hold a month may begin on, the earliest first.
    pub(crate) fn first_days(month: Month) -> impl Iterator<Item = Day> {
        (1 - CYCLE_MONTHS..=0).map(move |months| month.plus(months).first_day())
    }
}

/// What the annual fee and the sales lines of its refund go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
pub(crate) enum AnnualFeeBy {
    /// The months of the year after that of joining, up to that of leaving.
    #[strum(serialize = "months")]
    Months,
    /// The whole year.
    #[strum(serialize = "year")]
    Year,
}

/// Which days a run needs.
#[derive(Clone, Copy, Debug)]
pub struct Coverage {
    /// The days whose records count.
    pub window: Span,
    /// Appeals are read up to this day, on or after the window's last one.
    pub appeals_until: Day,
    /// Days before this one may lack partitions.
    pub history_starts_on: Option<Day>,
    /// How many days before the as-of day the shop snapshot may lie; any number where none is given.
    pub max_snapshot_age_days: Option<i32>,
    /// How many days before its table's newest partition a day's extracts are kept; for ever where there is none.
    pub extracts_kept_days: Option<i32>,
}

impl Coverage {
    /// Whether the extracts of `day` may have expired, given the newest partition of its table.
    pub(crate) fn may_have_expired(&self, day: Day, newest: Option<Day>) -> bool {
        let age_days = newest.map(|newest| newest.epoch_days() - day.epoch_days());
        self.extracts_kept_days.zip(age_days).is_some_and(|(kept_days, age_days)| age_days > kept_days)
    }
}

/// How grave it is that a limit is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// It is said, and the run goes on.
    Warning,
    /// The run stops before anything is published.
    Error,
}

impl Severity {
    /// The setting that holds a limit for it, given that of errors, `max_…` or `min_…`.
    pub(crate) fn setting(self, of_errors: &str) -> String {
        match (self, of_errors.split_once('_')) {
            (Self::Warning, Some((_, what))) => format!("warn_{what}"),
            _ => of_errors.to_owned(),
        }
    }
}

/// The limits beyond which a run stops, and those beyond which it warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) of_errors: Bounds,
    pub(crate) of_warnings: Bounds,
    /// A shop snapshot older than so many days is warned of; one that is too old is a missing one.
    pub(crate) warn_snapshot_age_days: i32,
}

impl Limits {
    /// The limits in words.
    pub(crate) fn described(&self) -> String {
        format!("{self:?}")
    }

    /// The gravest bounds that something is beyond, if it is beyond any.
    pub(crate) fn passed(&self, is_beyond: impl Fn(&Bounds) -> bool) -> Option<&Bounds> {
        [&self.of_errors, &self.of_warnings].into_iter().find(|bounds| is_beyond(bounds))
    }
}

/// The limits of one severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) severity: Severity,
    /// More of a table-day's rows than this, and more than `quarantined_rows`, are too many to be quarantined.
    pub(crate) quarantined_percent: Decimal4,
    pub(crate) quarantined_rows: i64,
    /// More of the present shops than this are too many to be without a score.
    pub(crate) unscored_percent: Decimal4,
    /// A snapshot of fewer rows than this part of the one before it has too few.
    pub(crate) snapshot_percent: Decimal4,
    /// More of a table-day's sound rows than this, and more than `unknown_shop_rows`, are too many to be of unknown shops.
    pub(crate) unknown_shop_percent: Decimal4,
    pub(crate) unknown_shop_rows: i64,
    /// A table-day of fewer rows than this part of its table's median day has too few.
    pub(crate) rows_percent: Decimal4,
    /// Medians below this are not compared with.
    pub(crate) rows_median: i64,
}
