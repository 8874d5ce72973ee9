//! The input tables, declared once: columns, key, the timestamp that `dt` is the day of, row rules.
//!
//! The contract check, the reader, the row rules, the quarantine, the group-bys, the sample generator and the tests all
//! read these declarations (specification, sections 2 and 3); nothing else knows a column by position.

use strum::{EnumString, VariantNames};

use crate::extracts::schema::{Column, ColumnKind, Presence, RowRule, TableSpec};

/// An extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Snapshots of the shops 商家.
    Shops,
    /// Paid orders 支付宝成交.
    Payments,
    /// Orders due to be picked up by a carrier 应揽收.
    Pickups,
    /// Ratings by buyers 评价.
    Reviews,
    /// Completed refunds 退款.
    Refunds,
    /// Rulings on disputes 纠纷.
    Disputes,
    /// Questions by buyers 旺旺咨询.
    Consultations,
    /// Rulings that take a record out of the figures, or not 规蜜投诉.
    Appeals,
}

/// What an appeal can speak of; in files in snake case.
#[derive(Clone, Copy, Debug, EnumString, VariantNames)]
enum RecordType {
    #[strum(serialize = "review")]
    Review,
    #[strum(serialize = "refund")]
    Refund,
    #[strum(serialize = "dispute")]
    Dispute,
    #[strum(serialize = "pickup")]
    Pickup,
}

const SHOPS: TableSpec = TableSpec {
    name: "shops",
    columns: &[
        Column::id("shop_id"),
        Column::required("shop_name", ColumnKind::Text),
        Column::required("primary_category", ColumnKind::Text),
        Column::optional("primary_subcategory", ColumnKind::Text),
        Column::required("joined_on", ColumnKind::Date),
        Column::optional("terminated_on", ColumnKind::Date),
    ],
    day_column: None,
    key: Some("shop_id"),
    rules: &[RowRule::DayNotBefore { later: "terminated_on", earlier: "joined_on" }],
    presence: Presence::NewestSnapshot,
};

const PAYMENTS: TableSpec = TableSpec {
    name: "payments",
    columns: &[
        Column::id("order_id"),
        Column::id("shop_id"),
        Column::required("category", ColumnKind::Text),
        Column::required("amount_fen", ColumnKind::Integer),
        Column::required("paid_at", ColumnKind::Timestamp),
    ],
    day_column: Some("paid_at"),
    key: Some("order_id"),
    rules: &[RowRule::Between { column: "amount_fen", lowest: 0, highest: i64::MAX }],
    presence: Presence::EveryDay,
};

const PICKUPS: TableSpec = TableSpec {
    name: "pickups",
    columns: &[
        Column::id("order_id"),
        Column::id("shop_id"),
        Column::required("category", ColumnKind::Text),
        Column::required("due_at", ColumnKind::Timestamp),
        Column::optional("picked_up_at", ColumnKind::Timestamp),
        Column::required("no_shipping_required", ColumnKind::Boolean),
    ],
    day_column: Some("due_at"),
    key: Some("order_id"),
    rules: &[],
    presence: Presence::EveryDay,
};

const REVIEWS: TableSpec = TableSpec {
    name: "reviews",
    columns: &[
        Column::id("review_id"),
        Column::id("order_id"),
        Column::id("shop_id"),
        Column::optional("description_stars", ColumnKind::Integer),
        Column::optional("logistics_stars", ColumnKind::Integer),
        Column::required("rated_at", ColumnKind::Timestamp),
    ],
    day_column: Some("rated_at"),
    key: Some("review_id"),
    rules: &[
        RowRule::Between { column: "description_stars", lowest: 1, highest: 5 },
        RowRule::Between { column: "logistics_stars", lowest: 1, highest: 5 },
    ],
    presence: Presence::EveryDay,
};

const REFUNDS: TableSpec = TableSpec {
    name: "refunds",
    columns: &[
        Column::id("refund_id"),
        Column::id("order_id"),
        Column::id("shop_id"),
        Column::required("refund_type", ColumnKind::Text),
        Column::required("stage", ColumnKind::Text),
        Column::required("applied_at", ColumnKind::Timestamp),
        Column::required("completed_at", ColumnKind::Timestamp),
        Column::required("self_completed", ColumnKind::Boolean),
    ],
    day_column: Some("completed_at"),
    key: Some("refund_id"),
    rules: &[
        RowRule::OneOf { column: "refund_type", values: &["refund_only", "return_refund"] },
        RowRule::OneOf { column: "stage", values: &["in_sale", "after_sale"] },
        RowRule::NotBefore { later: "completed_at", earlier: "applied_at" },
    ],
    presence: Presence::EveryDay,
};

const DISPUTES: TableSpec = TableSpec {
    name: "disputes",
    columns: &[
        Column::id("dispute_id"),
        Column::id("order_id"),
        Column::id("shop_id"),
        Column::required("liable_party", ColumnKind::Text),
        Column::required("in_effect", ColumnKind::Boolean),
        Column::required("ruled_at", ColumnKind::Timestamp),
    ],
    day_column: Some("ruled_at"),
    key: Some("dispute_id"),
    rules: &[RowRule::OneOf { column: "liable_party", values: &["seller", "buyer", "platform", "none"] }],
    presence: Presence::MayLackDays,
};

const CONSULTATIONS: TableSpec = TableSpec {
    name: "consultations",
    columns: &[
        Column::id("shop_id"),
        Column::id("sub_account_id"),
        Column::personal_id("buyer_id"),
        Column::required("asked_at", ColumnKind::Timestamp),
        Column::required("bot_received", ColumnKind::Boolean),
        Column::optional("human_replied_at", ColumnKind::Timestamp),
    ],
    day_column: Some("asked_at"),
    key: None,
    rules: &[RowRule::NotBefore { later: "human_replied_at", earlier: "asked_at" }],
    presence: Presence::EveryDay,
};

const APPEALS: TableSpec = TableSpec {
    name: "appeals",
    columns: &[
        Column::id("appeal_id"),
        Column::id("shop_id"),
        Column::required("record_type", ColumnKind::Text),
        Column::id("record_id"),
        Column::required("record_dt", ColumnKind::Date),
        Column::required("upheld", ColumnKind::Boolean),
        Column::required("decided_at", ColumnKind::Timestamp),
    ],
    day_column: Some("decided_at"),
    key: Some("appeal_id"),
    rules: &[
        RowRule::OneOf { column: "record_type", values: RecordType::VARIANTS },
        RowRule::NotBeforeDay { day: "record_dt" },
    ],
    presence: Presence::MayLackDays,
};

impl Table {
    /// All eight, in the order of the specification.
    pub const ALL: [Self; 8] = [
        Self::Shops,
        Self::Payments,
        Self::Pickups,
        Self::Reviews,
        Self::Refunds,
        Self::Disputes,
        Self::Consultations,
        Self::Appeals,
    ];

    /// What is declared of it.
    pub const fn spec(self) -> &'static TableSpec {
        match self {
            Self::Shops => &SHOPS,
            Self::Payments => &PAYMENTS,
            Self::Pickups => &PICKUPS,
            Self::Reviews => &REVIEWS,
            Self::Refunds => &REFUNDS,
            Self::Disputes => &DISPUTES,
            Self::Consultations => &CONSULTATIONS,
            Self::Appeals => &APPEALS,
        }
    }

    /// Its folder.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The table whose records an appeal of this `record_type` speaks of.
    pub(crate) fn of_record_type(record_type: &str) -> Option<Self> {
        Some(match record_type.parse().ok()? {
            RecordType::Review => Self::Reviews,
            RecordType::Refund => Self::Refunds,
            RecordType::Dispute => Self::Disputes,
            RecordType::Pickup => Self::Pickups,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_refer_to_their_own_columns_of_the_right_kind() {
        for spec in Table::ALL.map(Table::spec) {
            let of_rules = spec.rules.iter().flat_map(|rule| match *rule {
                RowRule::Between { column, .. } => vec![(column, ColumnKind::Integer)],
                RowRule::OneOf { column, .. } => vec![(column, ColumnKind::Text)],
                RowRule::NotBefore { later, earlier } => {
                    vec![(later, ColumnKind::Timestamp), (earlier, ColumnKind::Timestamp)]
                }
                RowRule::DayNotBefore { later, earlier } => {
                    vec![(later, ColumnKind::Date), (earlier, ColumnKind::Date)]
                }
                RowRule::NotBeforeDay { day } => vec![(day, ColumnKind::Date)],
            });
            let day_column = spec.day_column.map(|name| (name, ColumnKind::Timestamp));
            let key = spec.key.map(|name| (name, ColumnKind::Integer));
            for (name, kind) in day_column.into_iter().chain(key).chain(of_rules) {
                let found = spec.position(name).map(|position| spec.columns[position].kind);
                assert_eq!(found, Some(kind), "{} {name}", spec.name);
            }
        }
    }

    #[test]
    fn only_buyers_are_personal() {
        let columns = Table::ALL.iter().flat_map(|table| table.spec().columns);
        assert!(columns.filter(|column| column.personal).map(|column| column.name).eq(["buyer_id"]));
    }
}
