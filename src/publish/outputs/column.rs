//! A published column, declared: what it holds, in which unit and what it means, in English and Chinese; and what a reader must know
//! who sees nothing but the table: its role, which values are better, what null means, which values it can have, where it traps.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields};
use serde::Serialize;

/// A name, unit or meaning.
pub(crate) type Text = &'static str;

/// The same in two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) english: Text,
    pub(crate) chinese: Text,
}

pub(super) const fn said(english: Text, chinese: Text) -> Said {
    Said { english, chinese }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    Text,
    Integer,
    /// Finite.
    Float,
    Date,
    Boolean,
    /// The scores that went into an average: a list of day, score and revision.
    CountedScores,
}

/// What a column is to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// With the partition key and the table's other keys it names the row.
    Key,
    /// Rows are picked and grouped by it.
    Attribute,
    /// A measure that adds up over rows of one partition; its warning says over which.
    Sum,
    /// A measure that does not add up.
    Figure,
}

/// Which values are better, of a column that says how good a shop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    High,
    Low,
    /// That is declared of the row's indicator.
    OfIndicator,
}

/// One of the values that a column can have, and what it stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) value: Text,
    pub(crate) stands_for: Said,
}

/// The values that a column can have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Allowed {
    /// All of its type.
    Any,
    OneOf(&'static [Value]),
    /// Both ends included.
    Between(i64, i64),
    From(i64),
}

/// A published column; what is serialized of it describes it in a file's metadata.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct OutputColumn {
    #[serde(skip)]
    pub(crate) name: Text,
    #[serde(skip)]
    pub(crate) kind: OutputKind,
    /// Empty where it has none.
    pub(crate) unit: Text,
    #[serde(rename = "description")]
    pub(crate) english: Text,
    #[serde(rename = "description_zh")]
    pub(crate) chinese: Text,
    /// What null means; none where there is no null.
    #[serde(skip)]
    pub(crate) null: Option<Said>,
    #[serde(skip)]
    pub(crate) role: Role,
    #[serde(skip)]
    pub(crate) better: Option<Better>,
    #[serde(skip)]
    pub(crate) allowed: Allowed,
    /// What readers get wrong.
    #[serde(skip)]
    pub(crate) warning: Option<Said>,
}

pub(crate) const fn column(name: Text, kind: OutputKind, unit: Text, english: Text, chinese: Text) -> OutputColumn {
    let role = match kind {
        OutputKind::Integer | OutputKind::Float => Role::Figure,
        OutputKind::Text | OutputKind::Date | OutputKind::Boolean | OutputKind::CountedScores => Role::Attribute,
    };
    let (null, better, allowed, warning) = (None, None, Allowed::Any, None);
    OutputColumn { name, kind, unit, english, chinese, null, role, better, allowed, warning }
}

pub(super) const fn text(name: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Text, "", english, chinese)
}

pub(super) const fn integer(name: Text, unit: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Integer, unit, english, chinese)
}

/// An integer that is never negative.
pub(super) const fn count(name: Text, unit: Text, english: Text, chinese: Text) -> OutputColumn {
    integer(name, unit, english, chinese).allows(Allowed::From(0))
}

pub(super) const fn float(name: Text, unit: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Float, unit, english, chinese)
}

/// A score or a mean of scores.
pub(super) const fn score(name: Text, english: Text, chinese: Text) -> OutputColumn {
    let column = float(name, "points, 0 to 5, four decimals", english, chinese);
    column.better(Better::High).allows(Allowed::Between(0, 5))
}

/// A limit of scores.
pub(super) const fn points(name: Text, english: Text, chinese: Text) -> OutputColumn {
    float(name, "points", english, chinese).allows(Allowed::From(0))
}

/// A value in the unit of its row's indicator.
pub(super) const fn value(name: Text, english: Text, chinese: Text) -> OutputColumn {
    let column = float(name, "stars, ratio or seconds", english, chinese);
    column.better(Better::OfIndicator).allows(Allowed::From(0)).warns(
        "its unit is the row's indicator's: never compare or average it across indicators; ratios are parts of 1",
        "单位随该行的指标而定，不同指标之间不可比较或求平均；比率以1为满值",
    )
}

pub(super) const fn day(name: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Date, "day", english, chinese)
}

pub(super) const fn boolean(name: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Boolean, "", english, chinese)
}

impl OutputColumn {
    /// With nulls, which mean this.
    pub(in crate::publish) const fn or_null(self, english: Text, chinese: Text) -> Self {
        Self { null: Some(said(english, chinese)), ..self }
    }

    pub(super) const fn is(self, role: Role) -> Self {
        Self { role, ..self }
    }

    pub(super) const fn better(self, better: Better) -> Self {
        Self { better: Some(better), ..self }
    }

    pub(super) const fn allows(self, allowed: Allowed) -> Self {
        Self { allowed, ..self }
    }

    pub(super) const fn one_of(self, values: &'static [Value]) -> Self {
        self.allows(Allowed::OneOf(values))
    }

    pub(super) const fn warns(self, english: Text, chinese: Text) -> Self {
        Self { warning: Some(said(english, chinese)), ..self }
    }

    pub(crate) const fn is_nullable(&self) -> bool {
        self.null.is_some()
    }

    /// Unit and descriptions are metadata.
    pub(super) fn field(&self) -> Field {
        let kind = match self.kind {
            OutputKind::Text => DataType::Utf8,
            OutputKind::Integer => DataType::Int64,
            OutputKind::Float => DataType::Float64,
            OutputKind::Date => DataType::Date32,
            OutputKind::Boolean => DataType::Boolean,
            OutputKind::CountedScores => DataType::List(Arc::new(counted_score())),
        };
        let metadata = [("description", self.english), ("description_zh", self.chinese), ("unit", self.unit)];
        let metadata = metadata.map(|(key, text)| (key.to_owned(), text.to_owned()));
        Field::new(self.name, kind, self.is_nullable()).with_metadata(HashMap::from(metadata))
    }
}

/// One element of [`OutputKind::CountedScores`].
pub(in crate::publish) fn counted_score() -> Field {
    Field::new("element", DataType::Struct(counted_score_fields()), false)
}

/// The day that a counted score is of, the score, and the month end's revision.
pub(in crate::publish) fn counted_score_fields() -> Fields {
    Fields::from(vec![
        Field::new("month_end", DataType::Date32, false),
        Field::new("score", DataType::Float64, false),
        Field::new("revision", DataType::Int64, true),
    ])
}
