//! What the last bytes of a file say that an engine reads.
//!
//! In: bytes, at best a whole footer, and the size of the file. Out: its columns and how many rows it has, or what is there instead.

use std::collections::BTreeMap;

use parquet::file::metadata::KeyValue;
use parquet::schema::types::SchemaDescPtr;

use crate::extracts::footer::{self, MARKS, Tail};

/// What the footer of a file says.
#[derive(Clone, Debug)]
pub(super) enum Footer {
    Sound {
        schema: SchemaDescPtr,
        rows: i64,
        /// Whether a Spark says that it wrote days and instants of long ago by the old calendar, and reads them so.
        is_of_old_calendar: bool,
    },
    Encrypted,
    /// It cannot be true: what was found.
    Faulty(String),
    /// The engine cannot give it.
    Unpacked,
    /// There is none, nor a mark that would say so: what was found.
    Unmarked(String),
}

/// By what Spark itself goes: a version before its third, or a mark.
fn is_of_old_calendar<'a>(entries: impl Iterator<Item = &'a KeyValue>) -> bool {
    let entries: BTreeMap<&str, &str> =
        entries.map(|entry| (entry.key.as_str(), entry.value.as_deref().unwrap_or_default())).collect();
    let version = entries.get("org.apache.spark.version");
    version.is_some_and(|version| *version < "3.0.0" || entries.contains_key("org.apache.spark.legacyDateTime"))
}

impl Footer {
    /// What the last bytes of a file of `size_bytes` say.
    pub(super) fn of_end(end: Vec<u8>, size_bytes: u64) -> Self {
        let given_bytes = end.len() as u64;
        let tail = Tail { start: size_bytes.saturating_sub(given_bytes), bytes: end.into() };
        if tail.is_encrypted() {
            return Self::Encrypted;
        }
        if let Some(bytes) = tail.declared_bytes().filter(|bytes| (given_bytes + 1..=size_bytes).contains(bytes)) {
            return Self::Faulty(format!("a footer of {bytes} bytes, of which the engine gives {given_bytes}"));
        }
        let is_marked = MARKS.iter().any(|mark| tail.bytes.ends_with(mark));
        let footer = match tail.decode() {
            Ok(footer) => footer,
            Err(error) => {
                let found = format!("a truncated or damaged Parquet file of {size_bytes} bytes ({error})");
                return if is_marked { Self::Faulty(found) } else { Self::Unmarked(found) };
            }
        };
        if let Some(found) = footer::impossible(&footer, tail.start) {
            return Self::Faulty(format!("a damaged footer, with {found}"));
        }
        let file = footer.file_metadata();
        let is_of_old_calendar = is_of_old_calendar(file.key_value_metadata().into_iter().flatten());
        Self::Sound { schema: file.schema_descr_ptr(), rows: file.num_rows(), is_of_old_calendar }
    }

    /// How many rows it counts, if it can be read.
    pub(super) fn rows(&self) -> Option<i64> {
        match self {
            Self::Sound { rows, .. } => Some(*rows),
            Self::Encrypted | Self::Faulty(_) | Self::Unpacked | Self::Unmarked(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::{end_of, parquet};

    #[test]
    fn each_footer_says_the_columns_and_rows_of_its_file_and_what_is_none_is_faulty() {
        let file = parquet("shop_id", 3);
        let (size_bytes, sound) = (file.len() as u64, end_of(&file));
        for (end, size_bytes, expected) in [
            (sound.clone(), size_bytes, "shop_id, 3 rows"),
            (b"PAR1 and then nothing".to_vec(), 21, "no mark: a truncated or damaged Parquet file of 21 bytes"),
            (sound[..sound.len() - 9].to_vec(), 9_000, "no mark: a truncated or damaged Parquet file of 9000 bytes"),
            (sound.clone(), sound.len() as u64 + 4, "a damaged footer, with pages of \"shop_id\""),
            (b"\x10\0\0\0PAR1".to_vec(), 100, "a footer of 24 bytes, of which the engine gives 8"),
            (b"\x10\0\0\0PAR1".to_vec(), 20, "a truncated or damaged Parquet file of 20 bytes"),
            (b"....PARE".to_vec(), 8, "encrypted"),
        ] {
            let found = match Footer::of_end(end, size_bytes) {
                Footer::Sound { schema, rows, .. } => format!("{}, {rows} rows", schema.column(0).name()),
                Footer::Encrypted | Footer::Unpacked => "encrypted".to_owned(),
                Footer::Faulty(found) => found,
                Footer::Unmarked(found) => format!("no mark: {found}"),
            };
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn a_file_is_of_the_old_calendar_as_spark_goes_by_it() {
        for (entries, expected) in [
            (&[][..], false),
            (&[("org.apache.spark.version", "3.5.1")], false),
            (&[("org.apache.spark.version", "2.4.8")], true),
            (&[("org.apache.spark.version", "3.5.1"), ("org.apache.spark.legacyDateTime", "")], true),
            (&[("org.apache.spark.legacyDateTime", "")], false),
        ] {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), (*value).to_owned())).collect();
            assert_eq!(is_of_old_calendar(entries.iter()), expected, "{entries:?}");
        }
    }
}
