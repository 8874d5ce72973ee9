//! How the engines that run the queries spell what they all have.

use clap::ValueEnum;

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// Apache Spark 4, by its own rules of strictness (ANSI).
    Spark,
    /// `DuckDB`
    #[value(name = "duckdb")]
    DuckDb,
}

/// What a session of Spark must be set to, so that nothing is read or added up otherwise than is written: overflow is an
/// error, names differ by their case, no file is passed over, old calendars are not guessed at, text is compared by its bytes.
pub(crate) const SESSION: [(&str, &str); 16] = [
    ("spark.sql.ansi.enabled", "true"),
    ("spark.sql.caseSensitive", "true"),
    ("spark.sql.parser.escapedStringLiterals", "false"),
    ("spark.sql.parser.quotedRegexColumnNames", "false"),
    ("spark.sql.variable.substitute", "false"),
    ("spark.sql.files.ignoreCorruptFiles", "false"),
    ("spark.sql.files.ignoreMissingFiles", "false"),
    ("spark.sql.parquet.mergeSchema", "false"),
    ("spark.sql.parquet.binaryAsString", "false"),
    ("spark.sql.parquet.inferTimestampNTZ.enabled", "true"),
    ("spark.sql.parquet.int96AsTimestamp", "false"),
    ("spark.sql.legacy.parquet.nanosAsLong", "false"),
    ("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED"),
    ("spark.sql.parquet.fieldId.read.enabled", "false"),
    ("spark.sql.sources.parallelPartitionDiscovery.threshold", "100000"),
    ("spark.sql.timestampType", "TIMESTAMP_LTZ"),
];

/// What the message of an engine holds where a query itself refuses a value; fields behind it end with a tab.
pub(crate) const REFUSED: &str = "shopscore refuses:";

impl Dialect {
    /// The name of a column or table, quoted.
    pub(crate) fn name(self, name: &str) -> String {
        match self {
            Self::Spark => format!("`{}`", name.replace('`', "``")),
            Self::DuckDb => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A text, quoted. White space but for spaces, and control characters, are spelled out: they would be lost on the way.
    pub(crate) fn text(self, text: &str) -> String {
        let is_lost = |character: char| {
            character != ' ' && (character.is_whitespace() || character.is_control() || character == '\u{feff}')
        };
        match self {
            Self::Spark => {
                let spelled = text.chars().map(|character| match character {
                    '\'' | '\\' => format!("\\{character}"),
                    _ if is_lost(character) => format!("\\u{:04x}", u32::from(character)),
                    _ => character.to_string(),
                });
                format!("'{}'", spelled.collect::<String>())
            }
            Self::DuckDb if text.contains(is_lost) => {
                let parts = text.split_inclusive(is_lost).flat_map(|part| {
                    let (rest, lost) = match part.char_indices().next_back().filter(|(_, last)| is_lost(*last)) {
                        Some((place, last)) => (part.get(..place).unwrap_or_default(), Some(last)),
                        None => (part, None),
                    };
                    let rest = (!rest.is_empty()).then(|| self.text(rest));
                    rest.into_iter().chain(lost.map(|lost| format!("chr({})", u32::from(lost))))
                });
                format!("concat({})", parts.collect::<Vec<_>>().join(", "))
            }
            Self::DuckDb => format!("'{}'", text.replace('\'', "''")),
        }
    }

    /// `expression` without white space and byte order marks at its ends, as every text of an extract is read.
    pub(crate) fn trimmed(self, expression: &str) -> String {
        let blank = |character: &char| character.is_whitespace() || *character == '\u{feff}';
        let blanks: String = (0..0x1_0000).filter_map(char::from_u32).filter(blank).collect();
        let blanks = self.text(&blanks);
        match self {
            Self::Spark => format!("trim(BOTH {blanks} FROM {expression})"),
            Self::DuckDb => format!("trim({expression}, {blanks})"),
        }
    }

    /// Whether all of a text matches a pattern.
    pub(crate) fn matches(self, expression: &str, pattern: &str) -> String {
        match self {
            Self::Spark => format!("{expression} RLIKE {}", self.text(&format!("^(?:{pattern})$"))),
            Self::DuckDb => format!("regexp_full_match({expression}, {})", self.text(pattern)),
        }
    }

    /// The end of a query over a value that no form can hold: an error that says it.
    pub(crate) fn refusal(self, [file, column, found]: [&str; 3]) -> String {
        let raise = match self {
            Self::Spark => "raise_error",
            Self::DuckDb => "error",
        };
        let [marker, column, end] =
            [format!("{REFUSED}\t"), format!("\t{column}\t"), "\t".to_owned()].map(|text| self.text(&text));
        format!("{raise}(concat({marker}, coalesce({file}, ''), {column}, {found}, {end}))")
    }

    pub(crate) const fn string(self) -> &'static str {
        match self {
            Self::Spark => "STRING",
            Self::DuckDb => "VARCHAR",
        }
    }

    /// The ticks of an instant.
    pub(crate) fn ticks(self, instant: &str) -> String {
        match self {
            Self::Spark => format!("unix_micros({instant})"),
            Self::DuckDb => format!("epoch_us({instant})"),
        }
    }

    /// How often `divisor` goes into what is not negative, or is a multiple of it.
    pub(crate) fn divided(self, dividend: &str, divisor: i64) -> String {
        match self {
            Self::Spark => format!("({dividend}) DIV {divisor}"),
            Self::DuckDb => format!("({dividend}) // {divisor}"),
        }
    }

    /// Columns of a row, put together.
    pub(crate) fn row(self, columns: &[&str]) -> String {
        let parts = columns.iter().map(|column| match self {
            Self::Spark => format!("{}, {column}", self.text(column)),
            Self::DuckDb => format!("{column} := {column}"),
        });
        let parts = parts.collect::<Vec<_>>().join(", ");
        match self {
            Self::Spark => format!("named_struct({parts})"),
            Self::DuckDb => format!("struct_pack({parts})"),
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted_as_each_engine_wants_it() {
        let quoted = |dialect: Dialect| (dialect.name("a`b\"c"), dialect.text("男 a\\b's\t\u{a0}"));
        assert_eq!(quoted(Dialect::Spark), ("`a``b\"c`".to_owned(), r"'男 a\\b\'s\u0009\u00a0'".to_owned()));
        assert_eq!(
            quoted(Dialect::DuckDb),
            ("\"a`b\"\"c\"".to_owned(), r"concat('男 a\b''s', chr(9), chr(160))".to_owned())
        );
    }
}
