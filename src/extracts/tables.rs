//! The input tables, declared once: columns, key, the timestamp that `dt` is the day of, row rules.
//!
//! The contract check, the reader, the row rules, the quarantine, the group-bys, the sample generator and the tests all
//! read these declarations (specification, sections 2 and 3); nothing else knows a column by position.

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

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// A whole number; in files of any signed or unsigned width that fits 64 bits signed.
    Integer,
    /// UTF-8 text, trimmed of ASCII white space when read.
    Text,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// A point in time, in milli-, micro- or nanoseconds.
    Timestamp,
}

impl ColumnKind {
    /// The type as a message names it.
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Integer => "an integer (int8 to int64, uint8 to uint64)",
            Self::Text => "a string",
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::Timestamp => "a timestamp (milliseconds, microseconds or nanoseconds in int64)",
        }
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the files.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a null breaks no rule.
    pub nullable: bool,
    /// Whether it identifies a person, and so stays out of the quarantine.
    pub personal: bool,
}

/// A rule that a sound row keeps, besides having its required columns and lying in its partition's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowRule {
    /// `column`, where it is not null, lies in `lowest..=highest`.
    Between {
        /// The integer column.
        column: &'static str,
        /// The smallest sound value.
        lowest: i64,
        /// The greatest sound value.
        highest: i64,
    },
    /// `column` is one of `values`.
    OneOf {
        /// The text column.
        column: &'static str,
        /// Every sound value.
        values: &'static [&'static str],
    },
    /// `later`, where it is not null, is not before `earlier`.
    NotBefore {
        /// The timestamp that may not come first.
        later: &'static str,
        /// The timestamp that comes first.
        earlier: &'static str,
    },
    /// The partition's day, which is the natural day of the table's `day_column`, is not before the day in `day`.
    NotBeforeDay {
        /// The date column.
        day: &'static str,
    },
}

/// Which days of the window a table must have a partition for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The newest partition up to the as-of day is used.
    NewestSnapshot,
    /// Every day.
    EveryDay,
    /// A day without a partition is a day on which nothing happened.
    MayLackDays,
}

/// All that is declared of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableSpec {
    /// Which table.
    pub table: Table,
    /// Its folder.
    pub name: &'static str,
    /// Its columns, in the order in which rows with the same key are compared.
    pub columns: &'static [Column],
    /// The timestamp whose natural day is `dt`; snapshots have none.
    pub day_column: Option<&'static str>,
    /// The column that is unique within a day.
    pub key: Option<&'static str>,
    /// Its row rules, in the order in which they are tried.
    pub rules: &'static [RowRule],
    /// Which days it must have.
    pub presence: Presence,
}

const fn required(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, nullable: false, personal: false }
}

const fn optional(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, nullable: true, personal: false }
}

const fn personal(name: &'static str, kind: ColumnKind) -> Column {
    Column { name, kind, nullable: false, personal: true }
}

const SHOPS: TableSpec = TableSpec {
    table: Table::Shops,
    name: "shops",
    columns: &[
        required("shop_id", ColumnKind::Integer),
        required("shop_name", ColumnKind::Text),
        required("primary_category", ColumnKind::Text),
        optional("primary_subcategory", ColumnKind::Text),
        required("joined_on", ColumnKind::Date),
        optional("terminated_on", ColumnKind::Date),
    ],
    day_column: None,
    key: Some("shop_id"),
    rules: &[],
    presence: Presence::NewestSnapshot,
};

const PAYMENTS: TableSpec = TableSpec {
    table: Table::Payments,
    name: "payments",
    columns: &[
        required("order_id", ColumnKind::Integer),
        required("shop_id", ColumnKind::Integer),
        required("category", ColumnKind::Text),
        required("amount_fen", ColumnKind::Integer),
        required("paid_at", ColumnKind::Timestamp),
    ],
    day_column: Some("paid_at"),
    key: Some("order_id"),
    rules: &[RowRule::Between { column: "amount_fen", lowest: 0, highest: i64::MAX }],
    presence: Presence::EveryDay,
};

const PICKUPS: TableSpec = TableSpec {
    table: Table::Pickups,
    name: "pickups",
    columns: &[
        required("order_id", ColumnKind::Integer),
        required("shop_id", ColumnKind::Integer),
        required("category", ColumnKind::Text),
        required("due_at", ColumnKind::Timestamp),
        optional("picked_up_at", ColumnKind::Timestamp),
        required("no_shipping_required", ColumnKind::Boolean),
    ],
    day_column: Some("due_at"),
    key: Some("order_id"),
    rules: &[],
    presence: Presence::EveryDay,
};

const REVIEWS: TableSpec = TableSpec {
    table: Table::Reviews,
    name: "reviews",
    columns: &[
        required("review_id", ColumnKind::Integer),
        required("order_id", ColumnKind::Integer),
        required("shop_id", ColumnKind::Integer),
        optional("description_stars", ColumnKind::Integer),
        optional("logistics_stars", ColumnKind::Integer),
        required("rated_at", ColumnKind::Timestamp),
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
    table: Table::Refunds,
    name: "refunds",
    columns: &[
        required("refund_id", ColumnKind::Integer),
        required("order_id", ColumnKind::Integer),
        required("shop_id", ColumnKind::Integer),
        required("refund_type", ColumnKind::Text),
        required("stage", ColumnKind::Text),
        required("applied_at", ColumnKind::Timestamp),
        required("completed_at", ColumnKind::Timestamp),
        required("self_completed", ColumnKind::Boolean),
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
    table: Table::Disputes,
    name: "disputes",
    columns: &[
        required("dispute_id", ColumnKind::Integer),
        required("order_id", ColumnKind::Integer),
        required("shop_id", ColumnKind::Integer),
        required("liable_party", ColumnKind::Text),
        required("in_effect", ColumnKind::Boolean),
        required("ruled_at", ColumnKind::Timestamp),
    ],
    day_column: Some("ruled_at"),
    key: Some("dispute_id"),
    rules: &[RowRule::OneOf { column: "liable_party", values: &["seller", "buyer", "platform", "none"] }],
    presence: Presence::MayLackDays,
};

const CONSULTATIONS: TableSpec = TableSpec {
    table: Table::Consultations,
    name: "consultations",
    columns: &[
        required("shop_id", ColumnKind::Integer),
        required("sub_account_id", ColumnKind::Integer),
        personal("buyer_id", ColumnKind::Integer),
        required("asked_at", ColumnKind::Timestamp),
        required("bot_received", ColumnKind::Boolean),
        optional("human_replied_at", ColumnKind::Timestamp),
    ],
    day_column: Some("asked_at"),
    key: None,
    rules: &[RowRule::NotBefore { later: "human_replied_at", earlier: "asked_at" }],
    presence: Presence::EveryDay,
};

const APPEALS: TableSpec = TableSpec {
    table: Table::Appeals,
    name: "appeals",
    columns: &[
        required("appeal_id", ColumnKind::Integer),
        required("shop_id", ColumnKind::Integer),
        required("record_type", ColumnKind::Text),
        required("record_id", ColumnKind::Integer),
        required("record_dt", ColumnKind::Date),
        required("upheld", ColumnKind::Boolean),
        required("decided_at", ColumnKind::Timestamp),
    ],
    day_column: Some("decided_at"),
    key: Some("appeal_id"),
    rules: &[
        RowRule::OneOf { column: "record_type", values: &["review", "refund", "dispute", "pickup"] },
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

    /// Its declaration.
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
    pub fn of_record_type(record_type: &str) -> Option<Self> {
        match record_type {
            "review" => Some(Self::Reviews),
            "refund" => Some(Self::Refunds),
            "dispute" => Some(Self::Disputes),
            "pickup" => Some(Self::Pickups),
            _ => None,
        }
    }
}

impl TableSpec {
    /// The position of the column `name` among the declared columns.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every column that a declaration refers to by name exists in it with the right kind.
    #[test]
    fn declarations_refer_to_their_own_columns() {
        for spec in Table::ALL.map(Table::spec) {
            let kind_of = |name: &str| spec.position(name).map(|position| spec.columns[position].kind);
            assert!(spec.day_column.is_none_or(|name| kind_of(name) == Some(ColumnKind::Timestamp)));
            assert!(spec.key.is_none_or(|name| kind_of(name) == Some(ColumnKind::Integer)));
            for rule in spec.rules {
                match *rule {
                    RowRule::Between { column, .. } => {
                        assert_eq!(kind_of(column), Some(ColumnKind::Integer));
                    }
                    RowRule::OneOf { column, .. } => assert_eq!(kind_of(column), Some(ColumnKind::Text)),
                    RowRule::NotBefore { later, earlier } => {
                        assert_eq!(kind_of(later), Some(ColumnKind::Timestamp));
                        assert_eq!(kind_of(earlier), Some(ColumnKind::Timestamp));
                    }
                    RowRule::NotBeforeDay { day } => assert_eq!(kind_of(day), Some(ColumnKind::Date)),
                }
            }
        }
    }

    #[test]
    fn only_buyers_are_personal() {
        let personal: Vec<_> = Table::ALL
            .iter()
            .flat_map(|table| table.spec().columns)
            .filter(|column| column.personal)
            .map(|column| column.name)
            .collect();
        assert_eq!(personal, ["buyer_id"]);
    }
}
