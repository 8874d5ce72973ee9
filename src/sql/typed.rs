//! A column of a file as the contract has it, as an expression: integers and ticks in 64 bits, trimmed texts, booleans.
//!
//! In: how the contract check found the column: its name, type and [form](Form), and what stands for no value. A value that
//! its form cannot hold ends the query with an error that names it; nothing is clipped (specification, section 2, Columns).
//! Ticks are millionths of a second.

use arrow::datatypes::DataType;

use crate::error::{Outcome, fault};
use crate::extracts::ddl;
use crate::extracts::forms::Form;
use crate::extracts::found_columns::ReadColumn;
use crate::extracts::instants::{FIRST_TICK, LAST_TICK, MICROS};
use crate::extracts::schema::ColumnKind;
use crate::sql::asked::{Asked, Source};
use crate::sql::dialect::Dialect;
use crate::sql::{STAGE, judged};

const TICKS_PER_DAY: i64 = 24 * 60 * 60 * MICROS;
/// Decimal digits, as an integer is written.
const DIGITS: &str = "[+-]?[0-9]+";
/// A day and a time, such as `2022-03-15T01:02:03.5`.
const LOCAL_TIME: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}([ Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?";
/// The same with a zone behind it.
const INSTANT: &str =
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[ Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})";

/// A column of a source, as what its values are.
struct Typed<'a> {
    asked: &'a Asked<'a>,
    source: &'a Source<'a>,
    read: &'a ReadColumn,
}

/// The values of a declared column of a source.
pub(super) fn typed(asked: &Asked<'_>, source: &Source<'_>, read: &ReadColumn) -> Outcome<String> {
    let typed = Typed { asked, source, read };
    let raw = match asked.dialect {
        Dialect::Spark => ddl::value(read),
        Dialect::DuckDb => asked.dialect.name(&read.name),
    };
    let value = typed.value(&raw)?;
    match read.form {
        // There the text itself says that it stands for none.
        Form::Written => Ok(value),
        _ => typed.without_nulls(value),
    }
}

impl Typed<'_> {
    fn dialect(&self) -> Dialect {
        self.asked.dialect
    }

    fn value(&self, raw: &str) -> Outcome<String> {
        let kind = self.read.column.kind;
        Ok(match self.read.form {
            Form::Integers => self.integer(raw),
            Form::WholeFloats => self.whole_float(raw),
            Form::Texts => self.text(raw),
            Form::Booleans => raw.to_owned(),
            Form::Flags => {
                let refused = self.refused("the flag ", raw);
                format!(
                    "CASE WHEN {raw} IS NULL THEN NULL WHEN {raw} = 0 THEN false WHEN {raw} = 1 THEN true ELSE {refused} END"
                )
            }
            Form::Timestamps { are_local } => self.within_years(&self.timestamp(raw, are_local)?, raw)?,
            Form::Nulls => format!("CAST(NULL AS {})", self.sql_type(kind)?),
            Form::Written => self.written(raw, kind)?,
            Form::Epoch { units_per_second } => self.epoch(&self.integer(raw), units_per_second),
            Form::Dates | Form::Midnights | Form::EpochDays => return Err(self.not_summed()),
        })
    }

    fn sql_type(&self, kind: ColumnKind) -> Outcome<&'static str> {
        Ok(match kind {
            ColumnKind::Integer | ColumnKind::Timestamp => "BIGINT",
            ColumnKind::Text => self.dialect().string(),
            ColumnKind::Boolean => "BOOLEAN",
            ColumnKind::Date => return Err(self.not_summed()),
        })
    }

    fn not_summed(&self) -> crate::error::Failure {
        judged::not_summed(self.asked.spec.table.spec(), self.read.column.name)
    }

    /// An error that says what was found: `what` and the raw value.
    fn refused(&self, what: &str, raw: &str) -> String {
        let dialect = self.dialect();
        let found = format!("concat({}, CAST({raw} AS {}))", dialect.text(what), dialect.string());
        dialect.refusal([&self.source.place, self.read.column.name, &found])
    }

    /// Integers of any width; those of types that reach beyond 64 bits are looked at.
    fn integer(&self, raw: &str) -> String {
        match self.read.decoded_as {
            DataType::UInt64
            | DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => {
                let refused = self.refused("the integer ", raw);
                let limit = "9223372036854775807";
                format!(
                    "CASE WHEN {raw} > {limit} OR {raw} < -{limit} - 1 THEN {refused} ELSE CAST({raw} AS BIGINT) END"
                )
            }
            _ => format!("CAST({raw} AS BIGINT)"),
        }
    }

    /// Floats that are whole and below 2^53; not-a-number is null where nulls are there.
    fn whole_float(&self, raw: &str) -> String {
        let float = format!("CAST({raw} AS DOUBLE)");
        let refused = self.refused("the number ", raw);
        let not_a_number = if self.read.column.nullable { "NULL" } else { refused.as_str() };
        format!(
            "CASE WHEN {raw} IS NULL THEN NULL WHEN isnan({float}) THEN {not_a_number} WHEN abs({float}) > 9007199254740991 THEN \
             {refused} WHEN {float} <> floor({float}) THEN {refused} ELSE CAST({raw} AS BIGINT) END"
        )
    }

    /// Texts, and bytes that are UTF-8.
    fn text(&self, raw: &str) -> String {
        let dialect = self.dialect();
        let trimmed = |text: &str| dialect.trimmed(text);
        match dialect {
            Dialect::Spark => {
                let text = format!("CAST({raw} AS STRING)");
                let refused = dialect.refusal([
                    &self.source.place,
                    self.read.column.name,
                    &format!("concat('the bytes ', hex({raw}), ', which are no UTF-8')"),
                ]);
                // Not every server of the protocol leaves it open whether null is valid.
                let is_not = format!("{raw} IS NOT NULL AND NOT is_valid_utf8({text})");
                format!("CASE WHEN {is_not} THEN {refused} ELSE {} END", trimmed(&text))
            }
            // It reads no text that is not, and decodes no bytes that are not.
            Dialect::DuckDb if self.is_bytes() => trimmed(&format!("decode({raw})")),
            Dialect::DuckDb => trimmed(raw),
        }
    }

    fn is_bytes(&self) -> bool {
        let of = match &self.read.decoded_as {
            DataType::Dictionary(_, values) => values.as_ref(),
            other => other,
        };
        matches!(of, DataType::Binary | DataType::FixedSizeBinary(_))
    }

    /// Whether the type of a timestamp says that it is an instant.
    fn is_instant(&self) -> Outcome<bool> {
        match &self.read.decoded_as {
            DataType::Timestamp(_, zone) => Ok(zone.is_some()),
            other => Err(fault(STAGE, format!("{other} as a timestamp"))),
        }
    }

    /// The ticks of a timestamp that is not [far off](Self::is_far_off). Whether an engine takes its type for an instant is one
    /// thing, what settings say another.
    fn timestamp(&self, raw: &str, are_local: bool) -> Outcome<String> {
        let dialect = self.dialect();
        Ok(match (dialect, self.is_instant()?, are_local) {
            (_, true, false) => dialect.ticks(raw),
            (Dialect::Spark, false, true) => dialect.ticks(&format!("CAST({raw} AS TIMESTAMP)")),
            (Dialect::Spark, true, true) => {
                let zone = dialect.text(self.asked.zone.name());
                dialect.ticks(&format!("to_utc_timestamp({raw}, {zone})"))
            }
            // By the clock on the wall, since every conversion there goes by a time zone.
            (Dialect::Spark, false, false) => format!(
                "(((unix_date(CAST({raw} AS DATE)) * 24L + hour({raw})) * 60 + minute({raw})) * 60000000 + \
                 CAST(extract(SECOND FROM {raw}) * 1000000 AS BIGINT))"
            ),
            (Dialect::DuckDb, _, true) => self.local(&dialect.ticks(raw)),
            (Dialect::DuckDb, false, false) => dialect.ticks(raw),
        })
    }

    /// Ticks of local times as those of the instants that they are, by our own time zone database.
    fn local(&self, ticks: &str) -> String {
        let second = |ticks: i64| ticks.div_euclid(1_000_000);
        let real = second(self.asked.real_times.start)..second(self.asked.real_times.end);
        let offsets = self.asked.zone.local_offsets(real);
        let cases = offsets.iter().filter_map(|(until, offset)| {
            let until = until.as_ref()?.checked_mul(1_000_000)?;
            Some(format!("WHEN {ticks} < {until} THEN {}", offset * 1_000_000))
        });
        let cases = cases.collect::<Vec<_>>().join(" ");
        let last = offsets.last().map_or(0, |(_, offset)| offset * 1_000_000);
        if cases.is_empty() {
            format!("({ticks} - {last})")
        } else {
            format!("({ticks} - CASE {cases} ELSE {last} END)")
        }
    }

    /// Ticks of the years that there are times of. What is far off is looked at first: ticks of it may leave 64 bits on their way
    /// out of a time zone, and an engine says of such an overflow neither the file nor the value.
    fn within_years(&self, ticks: &str, raw: &str) -> Outcome<String> {
        let refused = self.refused("the timestamp ", raw);
        let is_far_off = self.is_far_off(raw)?;
        Ok(format!(
            "CASE WHEN {is_far_off} THEN {refused} WHEN {ticks} < {FIRST_TICK} OR {ticks} > {LAST_TICK} THEN {refused} ELSE {ticks} END"
        ))
    }

    /// Whether a timestamp lies outside those years in every time zone, told without a conversion.
    fn is_far_off(&self, raw: &str) -> Outcome<String> {
        let dialect = self.dialect();
        let (place, ticks_per_unit) = match (dialect, self.is_instant()?) {
            // There every conversion of it goes by a time zone, but for that to a day.
            (Dialect::Spark, false) => (format!("unix_date(CAST({raw} AS DATE))"), TICKS_PER_DAY),
            _ => (dialect.ticks(raw), 1),
        };
        let [first, last] =
            [FIRST_TICK - TICKS_PER_DAY, LAST_TICK + TICKS_PER_DAY].map(|tick| tick.div_euclid(ticks_per_unit));
        Ok(format!("{place} < {first} OR {place} > {last}"))
    }

    fn epoch(&self, units: &str, units_per_second: i64) -> String {
        let ticks_per_unit = 1_000_000 / units_per_second;
        let [first, last] = [FIRST_TICK, LAST_TICK].map(|tick| tick.div_euclid(ticks_per_unit));
        let refused = self.refused("the raw timestamp ", units);
        format!("CASE WHEN {units} < {first} OR {units} > {last} THEN {refused} ELSE {units} * {ticks_per_unit} END")
    }

    /// What texts write, in the forms that are usual; a rarer one is refused, and delivered in another way or read here.
    fn written(&self, raw: &str, kind: ColumnKind) -> Outcome<String> {
        let dialect = self.dialect();
        let text = self.text(raw);
        let refused = self.refused("the text ", raw);
        let given = self.read.null_if.iter().map(|null| dialect.text(crate::domain::trimmed(null)));
        let given = given.collect::<Vec<_>>().join(", ");
        let is_null = if given.is_empty() { String::new() } else { format!("WHEN {text} IN ({given}) THEN NULL ") };
        let cases = match kind {
            ColumnKind::Integer => {
                let is_one = format!("{} AND try_cast({text} AS BIGINT) IS NOT NULL", dialect.matches(&text, DIGITS));
                format!("WHEN {is_one} THEN CAST({text} AS BIGINT)")
            }
            ColumnKind::Boolean => {
                format!("WHEN lower({text}) IN ('true', '1') THEN true WHEN lower({text}) IN ('false', '0') THEN false")
            }
            ColumnKind::Timestamp => self.written_time(&text),
            ColumnKind::Date | ColumnKind::Text => return Err(self.not_summed()),
        };
        Ok(format!("CASE WHEN {raw} IS NULL THEN NULL {is_null}{cases} ELSE {refused} END"))
    }

    fn written_time(&self, text: &str) -> String {
        let dialect = self.dialect();
        let (instant, local) = match dialect {
            Dialect::Spark => (
                dialect.ticks(&format!("try_cast({text} AS TIMESTAMP)")),
                dialect.ticks(&format!("CAST(try_cast({text} AS TIMESTAMP_NTZ) AS TIMESTAMP)")),
            ),
            Dialect::DuckDb => {
                let ticks = dialect.ticks(&format!("try_cast({text} AS TIMESTAMP)"));
                (ticks.clone(), self.local(&ticks))
            }
        };
        // Within the years that there are times of, which those of no other years and no time at all are not.
        let is = |pattern: &str, ticks: &str| {
            format!("{} AND {ticks} BETWEEN {FIRST_TICK} AND {LAST_TICK}", dialect.matches(text, pattern))
        };
        format!("WHEN {} THEN {instant} WHEN {} THEN {local}", is(INSTANT, &instant), is(LOCAL_TIME, &local))
    }

    /// The value, or null where it is one that stands for none.
    fn without_nulls(&self, value: String) -> Outcome<String> {
        self.read.null_if.iter().try_fold(value, |value, null| {
            let text = crate::domain::trimmed(null);
            let literal = match self.read.column.kind {
                ColumnKind::Text => self.dialect().text(text),
                ColumnKind::Integer | ColumnKind::Timestamp => {
                    let integer = self.read.null_as_integer(text, self.asked.zone);
                    integer.map_err(|error| fault(STAGE, error))?.to_string()
                }
                ColumnKind::Date | ColumnKind::Boolean => return Err(self.not_summed()),
            };
            Ok(format!("nullif({value}, {literal})"))
        })
    }
}
