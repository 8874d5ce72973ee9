//! What can be declared of a table: columns, key, the timestamp that `dt` is the day of, row rules, the days it must have.
//!
//! [`tables`](super::tables) declares the eight (specification, sections 2 and 3).

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ColumnKind {
    /// A whole number; in files of any signed or unsigned width that fits 64 bits signed.
    Integer,
    /// UTF-8 text, trimmed of white space when read.
    Text,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// A point in time.
    Timestamp,
}

impl ColumnKind {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// The type as a message names it.
    pub(crate) const fn wanted(self) -> &'static str {
        match self {
            Self::Integer => "an integer (any width, or a decimal without decimals)",
            Self::Text => "a string",
            Self::Boolean => "a boolean, or 0 and 1",
            Self::Date => "a date, or a timestamp at midnight",
            Self::Timestamp => "a timestamp",
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
    /// Whether it is a number that things are known by.
    pub is_id: bool,
}

/// A rule that a sound row keeps, besides having its required columns and lying in its partition's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "what a rule says names its fields")]
pub enum RowRule {
    /// The integer `column`, where it is not null, lies in `lowest..=highest`.
    Between { column: &'static str, lowest: i64, highest: i64 },
    /// The text `column` is one of `values`.
    OneOf { column: &'static str, values: &'static [&'static str] },
    /// The timestamp `later`, where it is not null, is not before the timestamp `earlier`.
    NotBefore { later: &'static str, earlier: &'static str },
    /// The date `later`, where it is not null, is not before the date `earlier`.
    DayNotBefore { later: &'static str, earlier: &'static str },
    /// The partition's day, which is the natural day of the table's `day_column`, is not before the date in `day`.
    NotBeforeDay { day: &'static str },
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

impl Column {
    pub(super) const fn required(name: &'static str, kind: ColumnKind) -> Self {
        Self { name, kind, nullable: false, personal: false, is_id: false }
    }

    pub(super) const fn id(name: &'static str) -> Self {
        Self { is_id: true, ..Self::required(name, ColumnKind::Integer) }
    }

    pub(super) const fn optional(name: &'static str, kind: ColumnKind) -> Self {
        Self { nullable: true, ..Self::required(name, kind) }
    }

    pub(super) const fn personal_id(name: &'static str) -> Self {
        Self { personal: true, ..Self::id(name) }
    }
}

impl TableSpec {
    /// The position of the column `name` among the declared columns.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}
