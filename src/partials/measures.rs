//! The daily partials, declared: per table what one row stands for and which integers it holds.
//!
//! Every measure is a sum or a count over the sound rows of one table-day, so that days add up and records can be taken out
//! again. The group-bys, the window, the retractions and the indicators read these declarations (specification, section 4).

use std::collections::BTreeSet;

use crate::extracts::tables::Table;

use Condition::{IsBefore, IsFalse, IsNotCustomMade, IsPresent, IsText, IsTrue, IsTrueOrOnTheDay};

/// What a row adds to a measure when its conditions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// One.
    One,
    /// The integer in this column; nothing where it is null.
    Of(&'static str),
    /// The whole seconds from one timestamp to another, rounded down.
    WholeSeconds(&'static str, &'static str),
}

/// What must hold for a row to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The boolean column is true.
    IsTrue(&'static str),
    /// The boolean column is false.
    IsFalse(&'static str),
    /// The column is not null.
    IsPresent(&'static str),
    /// The text column holds exactly this.
    IsText(&'static str, &'static str),
    /// The timestamp is there and strictly before the other.
    IsBefore(&'static str, &'static str),
    /// The category in this column is not custom-made on the partition's day.
    IsNotCustomMade(&'static str),
    /// The boolean is true, or the timestamp is there and lies on the partition's natural day.
    IsTrueOrOnTheDay(&'static str, &'static str),
}

/// One integer of a daily partial.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its name, unique among all tables.
    pub name: &'static str,
    /// What a row adds.
    pub amount: Amount,
    /// All of these must hold.
    pub conditions: &'static [Condition],
}

/// All that is declared of a table's daily partial.
#[derive(Clone, Copy, Debug)]
pub struct PartialSpec {
    /// The table.
    pub table: Table,
    /// What one row of the partial stands for, besides the day.
    pub grouped_by: &'static [&'static str],
    /// Where rows count once for each combination of these, the columns, that of the group first; a condition holds if
    /// it holds for any of the rows.
    pub once_per: &'static [&'static str],
    /// Its integers; `rows`, the count of sound rows, comes besides.
    pub measures: &'static [Measure],
}

/// The column of each partial that counts all sound rows.
pub const ROWS: &str = "rows";

const fn count(name: &'static str, conditions: &'static [Condition]) -> Measure {
    Measure { name, amount: Amount::One, conditions }
}

const fn sum(name: &'static str, column: &'static str) -> Measure {
    Measure { name, amount: Amount::Of(column), conditions: &[] }
}

const fn seconds(name: &'static str, conditions: &'static [Condition]) -> Measure {
    Measure { name, amount: Amount::WholeSeconds("applied_at", "completed_at"), conditions }
}

const fn by_shop(table: Table, measures: &'static [Measure]) -> PartialSpec {
    PartialSpec { table, grouped_by: &["shop_id"], once_per: &[], measures }
}

const DUE: &[Condition] = &[IsFalse("no_shipping_required"), IsNotCustomMade("category")];
const IN_TIME: &[Condition] =
    &[IsFalse("no_shipping_required"), IsNotCustomMade("category"), IsBefore("picked_up_at", "due_at")];
const REFUND_ONLY: &[Condition] = &[IsTrue("self_completed"), IsText("refund_type", "refund_only")];
const RETURN_REFUND: &[Condition] = &[IsTrue("self_completed"), IsText("refund_type", "return_refund")];
const ANSWERED: &[Condition] = &[IsTrueOrOnTheDay("bot_received", "human_replied_at")];
const AT_FAULT: &[Condition] = &[IsText("liable_party", "seller"), IsTrue("in_effect")];

const STARS: &[Measure] = &[
    sum("description_stars", "description_stars"),
    count("description_ratings", &[IsPresent("description_stars")]),
    sum("logistics_stars", "logistics_stars"),
    count("logistics_ratings", &[IsPresent("logistics_stars")]),
];
const DURATIONS: &[Measure] = &[
    seconds("refund_only_seconds", REFUND_ONLY),
    count("refund_only_refunds", REFUND_ONLY),
    seconds("return_refund_seconds", RETURN_REFUND),
    count("return_refund_refunds", RETURN_REFUND),
];

/// The partials of all tables whose records count.
pub const ALL: [PartialSpec; 6] = [
    PartialSpec {
        // Yearly sales are compared by category.
        grouped_by: &["shop_id", "category"],
        ..by_shop(Table::Payments, &[count("payments", &[]), sum("amount_fen", "amount_fen")])
    },
    by_shop(Table::Pickups, &[count("pickups_due", DUE), count("pickups_in_time", IN_TIME)]),
    by_shop(Table::Reviews, STARS),
    by_shop(Table::Refunds, DURATIONS),
    by_shop(Table::Disputes, &[count("disputes_at_fault", AT_FAULT)]),
    PartialSpec {
        once_per: &["shop_id", "sub_account_id", "buyer_id"],
        ..by_shop(Table::Consultations, &[count("consultations_asked", &[]), count("consultations_answered", ANSWERED)])
    },
];

/// Which meaning the stored figures of a table have.
///
/// Raise a table's number by one whenever the same rows, settings and rules make other figures, counts or quarantined rows:
/// another column, row rule, measure, group or condition, or another way to read a value. What was stored under the number
/// before is then computed again; where its extracts have expired, a run says so before it does anything. What leaves the
/// figures as they are (speed, names in the code) leaves the number, too.
pub(crate) const fn meaning(table: Table) -> u32 {
    match table {
        Table::Shops
        | Table::Payments
        | Table::Pickups
        | Table::Reviews
        | Table::Refunds
        | Table::Disputes
        | Table::Consultations
        | Table::Appeals => 2,
    }
}

/// As many measures as any partial has.
#[allow(clippy::indexing_slicing, reason = "no place beyond the end, as the compiler finds out")]
pub(crate) const fn most_measures() -> usize {
    let (mut most, mut place) = (0, 0);
    while place < ALL.len() {
        let measures = ALL[place].measures.len();
        most = if measures > most { measures } else { most };
        place += 1;
    }
    most
}

/// The partial of a table; none for shops and appeals.
pub fn of(table: Table) -> Option<&'static PartialSpec> {
    ALL.iter().find(|partial| partial.table == table)
}

/// The partial that has a measure of this name.
pub(crate) fn with(measure: &str) -> Option<&'static PartialSpec> {
    ALL.iter().find(|partial| partial.measures.iter().any(|of| of.name == measure))
}

impl Measure {
    /// Whether every row adds one.
    pub(super) fn counts_all_rows(&self) -> bool {
        self.amount == Amount::One && self.conditions.is_empty()
    }
}

impl Condition {
    /// The columns that it reads.
    fn columns(self) -> [Option<&'static str>; 2] {
        match self {
            Self::IsTrue(column)
            | Self::IsFalse(column)
            | Self::IsPresent(column)
            | Self::IsText(column, _)
            | Self::IsNotCustomMade(column) => [Some(column), None],
            Self::IsBefore(one, other) | Self::IsTrueOrOnTheDay(one, other) => [Some(one), Some(other)],
        }
    }
}

impl PartialSpec {
    /// Whether appeals can name single records of it: they have a key, and a shop alone groups them.
    pub fn has_records(&self) -> bool {
        self.table.spec().key.is_some() && self.grouped_by == ["shop_id"]
    }

    /// The names of its integers: the measures, and `rows`.
    pub fn figures(&self) -> Vec<&'static str> {
        self.measures.iter().map(|measure| measure.name).chain([ROWS]).collect()
    }

    /// What rows of one group count once for, each combination; nothing where every row counts.
    pub(crate) fn once_within_group(&self) -> &'static [&'static str] {
        if let [_, within @ ..] = self.once_per { within } else { &[] }
    }

    /// The columns that tell of a record whose and what it added: what the partial reads, durations and key included.
    pub fn record_columns(&self) -> Vec<&'static str> {
        self.declared(self.counted_columns().into_iter().chain(self.table.spec().key))
    }

    /// The same without the key.
    pub(crate) fn counted_columns(&self) -> Vec<&'static str> {
        let timestamps = self.durations().into_iter().flat_map(|(from, to)| [from, to]);
        self.declared(timestamps.chain(self.grouped_by.iter().copied()).chain(self.measured_columns()))
    }

    /// The pairs of timestamps whose durations are summed, each once.
    pub(super) fn durations(&self) -> BTreeSet<(&'static str, &'static str)> {
        let pairs = self.measures.iter().filter_map(|measure| match measure.amount {
            Amount::WholeSeconds(from, to) => Some((from, to)),
            Amount::One | Amount::Of(_) => None,
        });
        pairs.collect()
    }

    /// Those columns of the extract that tell what a row adds to its group, but for the timestamps of durations.
    pub(super) fn measured_columns(&self) -> Vec<&'static str> {
        let summed = self.measures.iter().filter_map(|measure| match measure.amount {
            Amount::Of(column) => Some(column),
            Amount::One | Amount::WholeSeconds(..) => None,
        });
        let conditions = self.measures.iter().flat_map(|measure| measure.conditions);
        let of_conditions = conditions.flat_map(|condition| condition.columns()).flatten();
        self.declared(summed.chain(of_conditions).chain(self.once_within_group().iter().copied()))
    }

    /// Those columns of its table that are `read`, each once, in the table's order.
    fn declared(&self, read: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
        let read: Vec<&str> = read.collect();
        let names = self.table.spec().columns.iter().map(|column| column.name);
        names.filter(|name| read.contains(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::{Indicator, IndicatorSpec};

    #[test]
    fn measures_have_names_of_their_own_and_every_indicator_is_a_ratio_of_two() {
        let names: Vec<&str> = ALL.iter().flat_map(|partial| partial.measures).map(|measure| measure.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for IndicatorSpec { numerator, denominator, .. } in Indicator::ALL.map(Indicator::spec) {
            assert!(names.contains(&numerator) && names.contains(&denominator), "{numerator} / {denominator}");
        }
    }

    #[test]
    fn rows_that_count_once_are_grouped_by_the_first_of_their_columns() {
        for partial in ALL.iter().filter(|partial| !partial.once_per.is_empty()) {
            assert_eq!(partial.grouped_by, &partial.once_per[..1]);
            assert!(partial.measures.iter().all(|measure| measure.amount == Amount::One));
        }
    }

    #[test]
    fn partials_read_declared_columns_only() {
        for partial in ALL {
            let of_conditions = partial.measures.iter().flat_map(|measure| measure.conditions);
            let of_conditions = of_conditions.flat_map(|condition| condition.columns());
            let of_durations = partial.durations().into_iter().flat_map(|(from, to)| [from, to]);
            for column in of_conditions.flatten().chain(of_durations) {
                assert!(partial.table.spec().position(column).is_some(), "{column}");
            }
        }
        assert_eq!(of(Table::Refunds).unwrap().measured_columns(), ["refund_type", "self_completed"]);
    }
}
