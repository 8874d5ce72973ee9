//! The last bytes of files as an engine gives them, so that their footers are read here.
//!
//! In: paths and sizes of files, and batches of bytes. Out: the queries, and the bytes from where each footer begins, by the
//! files' names below the folder that was asked for. An engine has no way to read a part of a file's bytes but for text, which it reads
//! in pieces, line by line; of a large file, which as a whole may not fit an executor's memory, the last lines are put together.

use std::path::Path;

use arrow::array::{AsArray, RecordBatch};

use super::connect::plan::{Plan, Read};
use super::listed::below;
use crate::error::{ExitClass, Failure, Finding, Outcome, fault};
use crate::extracts::footer::MARKS;
use crate::extracts::remote::{FilesRead, READ_WHOLE_BYTES};
use crate::sql::dialect::Dialect;

const STAGE: &str = "engine";

/// The settings of a session that reads larger ones. Pieces may be smaller, where there are many cores for them, but not larger.
pub(super) const IN_PIECES: [(&str, &str); 1] = [("spark.sql.files.maxPartitionBytes", "4194304")];
/// What is put together of a large file: all lines of pieces that begin so near to its end, and so of at least half as much.
const KEPT_BYTES: u64 = 8 << 20;
/// Files of these names are unpacked where they are read as text.
const UNPACKED_BY_NAME: [&str; 7] = [".gz", ".bz2", ".deflate", ".lz4", ".snappy", ".zst", ".xz"];
/// The largest of these that is read as a whole: an executor has to have the memory for it.
const UNPACKED_BYTES: u64 = 64 << 20;
/// Longer lines are skipped, so that no file without a line's end has to fit a memory. None is as long that begins in what is kept.
const LONGEST_LINE_BYTES: &str = "8388608";
/// What ends a line. Bytes before the footer may go without the first for megabytes, such as numbers and texts that are not compressed;
/// these have the second, which says more of lines than there need be.
const LINE_ENDS: [&str; 2] = ["\n", "\0"];
/// The most bytes of an end: of a footer, of its length and of the mark.
const MOST_BYTES: usize = 4 << 20;

/// The end of what there is of a file, as long as its last bytes say that its footer is: four of the length, the lowest first, and four of
/// a mark of Parquet. Of a file without the mark these bytes alone.
const END: &str = "SELECT path, substring(content, -CAST(CASE WHEN substring(content, -4) IN (X'50415231', X'50415245') \
    THEN least(8 + footer_bytes, 4194304) ELSE 8 END AS INT)) AS footer FROM (SELECT path, content, \
    CAST(conv(concat(hex(substring(content, -5, 1)), hex(substring(content, -6, 1)), \
    hex(substring(content, -7, 1)), hex(substring(content, -8, 1))), 16, 10) AS BIGINT) AS footer_bytes FROM ({files}))";

/// How the ends of some files are asked for.
pub(super) struct Asked {
    /// Whether in a session that reads in pieces.
    pub(super) is_in_pieces: bool,
    /// By the first of these queries, and by the next where its answer is not [all](is_all).
    pub(super) plans: Vec<Plan>,
}

/// The questions about files below a folder, by their names and sizes; rejected where one is of a name that forbids any.
pub(super) fn asked(folder: &str, files: &[(&str, u64)]) -> Outcome<Vec<Asked>> {
    let is_unpacked = |name: &str| UNPACKED_BY_NAME.iter().any(|ending| name.ends_with(ending));
    let refused = files.iter().filter(|(name, size_bytes)| *size_bytes > UNPACKED_BYTES && is_unpacked(name));
    Failure::unless_empty(ExitClass::Rejected, refused.map(|file| unpacked(folder, *file)).collect())?;
    let (whole, large): (Vec<_>, Vec<_>) =
        files.iter().partition(|(name, size_bytes)| *size_bytes <= READ_WHOLE_BYTES || is_unpacked(name));
    let whole: Vec<&str> = whole.into_iter().map(|file: &(&str, u64)| file.0).collect();
    let of_whole = of_whole(folder, &whole).map(|plan| Asked { is_in_pieces: false, plans: vec![plan] });
    let of_large = large.into_iter().map(|file| Asked {
        is_in_pieces: true,
        plans: LINE_ENDS.map(|line_end| of_large(folder, *file, line_end)).into(),
    });
    Ok(of_whole.into_iter().chain(of_large).collect())
}

/// Whether these are all bytes that there are to know: the last ones, and, where they are a mark, the whole footer or as much of it as is
/// ever given.
pub(super) fn is_all(end: &[u8]) -> bool {
    let Some((length, mark)) = end.last_chunk::<8>().map(|last| last.split_at(4)) else { return false };
    let footer_bytes = length.iter().rev().fold(0, |bytes, byte| (bytes << 8) | usize::from(*byte));
    !MARKS.iter().any(|of| of == mark) || end.len() >= MOST_BYTES.min(footer_bytes + 8)
}

fn unpacked(folder: &str, (name, size_bytes): (&str, u64)) -> Finding {
    let found =
        format!("a file of {size_bytes} bytes that the engine would unpack, since its name is that of a packed one");
    let finding =
        Finding::new(STAGE, found, "names of part files that end in .parquet").path(Path::new(&path(folder, name)));
    finding.advice("rename it, or move it out of the extracts")
}

fn of_whole(folder: &str, names: &[&str]) -> Option<Plan> {
    let paths: Vec<String> = names.iter().map(|name| path(folder, name)).collect();
    let read = Read { format: "binaryFile", schema: None, options: Vec::new(), paths };
    let name = FilesRead::new_name();
    let sql = END.replace("{files}", &format!("SELECT path, content FROM {name}"));
    (!names.is_empty()).then(|| Plan { sql, reads: vec![(name, read)] })
}

fn of_large(folder: &str, (name, size_bytes): (&str, u64), line_end: &str) -> Plan {
    let path = path(folder, name);
    let quoted = Dialect::Spark.text(&path);
    let options = [("lineSep", line_end), ("mapreduce.input.linerecordreader.line.maxlength", LONGEST_LINE_BYTES)];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let read = Read { format: "text", schema: None, options, paths: vec![path] };
    let name = FilesRead::new_name();
    let between = line_end.escape_default().to_string().replace("\\u{0}", "\\0");
    let from = size_bytes.saturating_sub(KEPT_BYTES);
    let lines = format!(
        "SELECT input_file_block_start() AS start, monotonically_increasing_id() AS line, value FROM {name} \
         WHERE input_file_block_start() >= {from}"
    );
    let content = format!(
        "SELECT {quoted} AS path, CAST(array_join(transform(array_sort(collect_list(named_struct('start', start, 'line', line, \
         'value', value))), one -> one.value), '{between}') AS BINARY) AS content FROM ({lines})"
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
        let all = asked("s3a://bucket/x/", &sizes).unwrap();
        let plans: Vec<_> = all.iter().map(|asked| (asked.is_in_pieces, asked.plans.as_slice())).collect();
        let [(false, [whole]), (true, [large, again])] = plans.as_slice() else { panic!("{plans:?}") };
        let paths = |plan: &Plan| plan.reads.iter().flat_map(|(_, read)| read.paths.clone()).collect::<Vec<_>>();
        assert_eq!(paths(whole), ["s3a://bucket/x/dt=1/a", "s3a://bucket/x/dt=1/b", "s3a://bucket/x/dt=1/c.gz"]);
        assert!(large.sql.contains(r"one.value), '\n')") && again.sql.contains(r"one.value), '\0')"), "{}", again.sql);
        assert_eq!(paths(large), ["s3a://bucket/x/dt=1/it's"]);
        let from = READ_WHOLE_BYTES + 9_000_000 - KEPT_BYTES;
        assert!(large.sql.contains(&format!("input_file_block_start() >= {from}")), "{}", large.sql);
        assert!(large.sql.contains(r"'s3a://bucket/x/dt=1/it\'s' AS path"), "{}", large.sql);
        assert!(asked("s3a://bucket/x", &sizes[1..2]).unwrap().iter().all(|asked| asked.is_in_pieces));
        let failure = asked("s3a://bucket/x", &[("dt=1/d.gz", UNPACKED_BYTES + 1)]).map(|_| ()).unwrap_err();
        assert_eq!(failure.class, ExitClass::Rejected);
        assert!(
            failure.to_string().contains("s3a://bucket/x/dt=1/d.gz: found a file of 67108865 bytes that"),
            "{failure}"
        );
    }

    #[test]
    fn all_is_a_whole_footer_or_what_is_none() {
        let ends = [
            (b"".as_slice(), false),
            (b"PAR1", false),
            (b"fourfour", true),
            (b"foot\x04\0\0\0PAR1", true),
            (b"oot\x04\0\0\0PAR1", false),
            (b"foot\x04\0\0\0PARE", true),
            (b"\xff\xff\xff\xffPAR1", false),
        ];
        for (end, expected) in ends {
            assert_eq!(is_all(end), expected, "{end:?}");
        }
        assert!(is_all(&[&[0; MOST_BYTES - 8][..], b"\xff\xff\xff\xffPAR1"].concat()));
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
