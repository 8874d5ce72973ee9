//! The last bytes of files as an engine gives them, so that their footers are read here.
//!
//! In: paths and sizes of files, and batches of bytes. Out: the queries, and the bytes from where each footer begins, by the
//! files' names below the folder that was asked for. An engine has no way to read a part of a file's bytes but for text, which it reads
//! in pieces, line by line; of a large file, which as a whole may not fit an executor's memory, the last lines are put together.

use arrow::array::{AsArray, RecordBatch};

use super::connect::plan::{Plan, Read};
use super::listed::below;
use crate::error::{Outcome, fault};
use crate::extracts::remote::{FilesRead, READ_WHOLE_BYTES, is_unpacked};
use crate::sql::dialect::Dialect;

const STAGE: &str = "engine";

/// The settings of a session that reads larger ones. Pieces may be smaller, where there are many cores for them, but not larger.
pub(super) const IN_PIECES: [(&str, &str); 1] = [("spark.sql.files.maxPartitionBytes", "4194304")];
/// What is put together of a large file: all lines of pieces that begin so near to its end, and so of at least half as much.
const KEPT_BYTES: u64 = 8 << 20;
/// Longer lines are skipped, so that no file without a line's end has to fit a memory. None is as long that begins in what is kept.
const LONGEST_LINE_BYTES: &str = "8388608";
/// What ends a line: the byte that footers begin with, as that of their version does, so that one is never a part of a line that begins
/// megabytes before it.
const LINE_END: &str = "\u{15}";

/// The end of what there is of a file, as long as its last bytes say that its footer is: four of the length, the lowest first, and four of
/// a mark of Parquet. Of a file without the mark these bytes alone.
const END: &str = "SELECT path, substring(content, -CAST(CASE WHEN substring(content, -4) IN (X'50415231', X'50415245') \
    THEN least(8 + footer_bytes, 4194304) ELSE 8 END AS INT)) AS footer FROM (SELECT path, content, \
    CAST(conv(concat(hex(substring(content, -5, 1)), hex(substring(content, -6, 1)), \
    hex(substring(content, -7, 1)), hex(substring(content, -8, 1))), 16, 10) AS BIGINT) AS footer_bytes FROM ({files}))";

/// Questions about the ends of files.
pub(super) struct Plans {
    /// About those that are read as a whole, if there are any.
    pub(super) of_whole: Option<Plan>,
    /// About each of the others, in a session that reads in pieces.
    pub(super) of_large: Vec<Plan>,
}

/// The questions about files below a folder, by their names and sizes.
pub(super) fn plans(folder: &str, files: &[(&str, u64)]) -> Plans {
    let (whole, large): (Vec<_>, Vec<_>) =
        files.iter().partition(|(name, size_bytes)| *size_bytes <= READ_WHOLE_BYTES || is_unpacked(name));
    let whole: Vec<&str> = whole.into_iter().map(|file: &(&str, u64)| file.0).collect();
    Plans {
        of_whole: of_whole(folder, &whole),
        of_large: large.into_iter().map(|file| of_large(folder, *file)).collect(),
    }
}

fn of_whole(folder: &str, names: &[&str]) -> Option<Plan> {
    let paths: Vec<String> = names.iter().map(|name| path(folder, name)).collect();
    let read = Read { format: "binaryFile", schema: None, options: Vec::new(), paths };
    let name = FilesRead::new_name();
    let sql = END.replace("{files}", &format!("SELECT path, content FROM {name}"));
    (!names.is_empty()).then(|| Plan { sql, reads: vec![(name, read)] })
}

fn of_large(folder: &str, (name, size_bytes): (&str, u64)) -> Plan {
    let path = path(folder, name);
    let quoted = Dialect::Spark.text(&path);
    let options = [("lineSep", LINE_END), ("mapreduce.input.linerecordreader.line.maxlength", LONGEST_LINE_BYTES)];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let read = Read { format: "text", schema: None, options, paths: vec![path] };
    let name = FilesRead::new_name();
    let from = size_bytes.saturating_sub(KEPT_BYTES);
    let lines = format!(
        "SELECT input_file_block_start() AS start, monotonically_increasing_id() AS line, value FROM {name} \
         WHERE input_file_block_start() >= {from}"
    );
    let line_end = Dialect::Spark.text(LINE_END);
    // One line ends before the first that begins in a piece.
    let content = format!(
        "SELECT {quoted} AS path, CAST(concat({line_end}, array_join(transform(array_sort(collect_list(named_struct('start', start, \
         'line', line, 'value', value))), one -> one.value), {line_end})) AS BINARY) AS content FROM ({lines})"
    );
    Plan { sql: END.replace("{files}", &content), reads: vec![(name, read)] }
}

/// The ends of files in an answer, by their names below the folder.
pub(super) fn told(folder: &str, batch: &RecordBatch) -> Outcome<Vec<(String, Vec<u8>)>> {
    let strange = || fault(STAGE, "ends of files without their paths");
    let paths = batch.column_by_name("path").and_then(|column| column.as_string_opt::<i32>()).ok_or_else(strange)?;
    let ends = batch.column_by_name("footer").and_then(|column| column.as_binary_opt::<i32>()).ok_or_else(strange)?;
    let ends = paths.iter().flatten().zip(ends.iter().flatten());
    ends.map(|(path, end)| Ok((below(folder, path).ok_or_else(strange)?.to_owned(), end.to_vec()))).collect()
}

fn path(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, BinaryArray, StringArray};

    use super::*;

    #[test]
    fn small_files_are_asked_about_together_and_each_large_one_from_its_last_pieces_on() {
        let large = READ_WHOLE_BYTES + 9_000_000;
        let sizes = [("dt=1/a", 7), ("dt=1/it's", large), ("dt=1/b", READ_WHOLE_BYTES), ("dt=1/c.gz", large)];
        let Plans { of_whole, of_large } = plans("s3a://bucket/x/", &sizes);
        let paths = |plan: &Plan| plan.reads.iter().flat_map(|(_, read)| read.paths.clone()).collect::<Vec<_>>();
        assert_eq!(
            paths(&of_whole.unwrap()),
            ["s3a://bucket/x/dt=1/a", "s3a://bucket/x/dt=1/b", "s3a://bucket/x/dt=1/c.gz"]
        );
        let [large] = of_large.as_slice() else { panic!("{of_large:?}") };
        assert_eq!(paths(large), ["s3a://bucket/x/dt=1/it's"]);
        let from = READ_WHOLE_BYTES + 9_000_000 - KEPT_BYTES;
        assert!(large.sql.contains(&format!("input_file_block_start() >= {from}")), "{}", large.sql);
        assert!(large.sql.contains(r"'s3a://bucket/x/dt=1/it\'s' AS path"), "{}", large.sql);
        assert!(plans("s3a://bucket/x", &sizes[1..2]).of_whole.is_none());
    }

    #[test]
    fn ends_are_known_by_their_names_below_the_folder() {
        let columns: [(&str, ArrayRef); 2] = [
            ("path", Arc::new(StringArray::from(vec!["file:/lake/x/dt=1/a"]))),
            ("footer", Arc::new(BinaryArray::from(vec![b"PAR1".as_slice()]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        assert_eq!(told("file:///lake/x", &batch).unwrap(), [("dt=1/a".to_owned(), b"PAR1".to_vec())]);
        assert!(told("file:///lake/y", &batch).is_err());
    }
}
