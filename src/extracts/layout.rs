//! What names among the extracts say: the day of a partition, housekeeping, a copy under way, the log of a table format.
//!
//! In: the name of a file or folder, where bytes that are no UTF-8 stand as U+FFFD. Nothing is opened (specification,
//! section 2, Layout).

use percent_encoding::percent_decode_str;

use crate::domain::Day;

/// What findings about names come from.
pub(super) const STAGE: &str = "listing";
/// The value that Hive and Spark give rows whose partition key is null.
const DEFAULT_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";
/// What producers write when a partition is whole.
pub(super) const SUCCESS_MARKER: &str = "_SUCCESS";

/// What a name beside partitions says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BesidePartitions {
    /// A partition: its key, and its day.
    Day(String, Day),
    /// Rows whose day was null.
    DefaultPartition,
    /// Where a table format keeps which of the files count.
    Log(&'static str),
    Housekeeping,
    /// Nothing that belongs there.
    Odd,
}

/// What a name inside a partition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InsidePartition {
    /// A copy that is not whole yet, whatever its bytes are.
    UnderWay,
    Housekeeping,
    /// Parquet, or what somebody takes for it.
    Parquet,
    /// What only its content tells.
    Other,
}

/// What the name of an entry of a table's folder says.
pub(super) fn beside_partitions(name: &str) -> BesidePartitions {
    if let Some(format) = log_of(name).or_else(|| (name == "metadata").then_some("Iceberg")) {
        return BesidePartitions::Log(format);
    }
    if is_housekeeping(name) {
        return BesidePartitions::Housekeeping;
    }
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    match decoded.split_once('=') {
        Some((key, DEFAULT_PARTITION)) if !key.is_empty() => BesidePartitions::DefaultPartition,
        Some((key, value)) if !key.is_empty() => {
            day(value).map_or(BesidePartitions::Odd, |day| BesidePartitions::Day(key.to_owned(), day))
        }
        _ => BesidePartitions::Odd,
    }
}

/// A day as partitions are named by it: `2022-03-15` or `20220315`, and midnight of it.
pub(super) fn day(value: &str) -> Option<Day> {
    let date = match value.split_once([' ', 'T']) {
        Some((date, time)) if is_midnight(time) => date,
        Some(_) => return None,
        None => value,
    };
    if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, rest) = date.split_at_checked(4)?;
        let (month, of_month) = rest.split_at_checked(2)?;
        return format!("{year}-{month}-{of_month}").parse().ok();
    }
    date.parse().ok()
}

fn is_midnight(time: &str) -> bool {
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    time == "00:00:00" && fraction.bytes().all(|byte| byte == b'0')
}

/// What the name of a file or folder inside a partition says.
pub(super) fn inside_partition(name: &str) -> InsidePartition {
    if is_under_way(name) {
        InsidePartition::UnderWay
    } else if is_housekeeping(name) {
        InsidePartition::Housekeeping
    } else if speaks_of_parquet(name) {
        InsidePartition::Parquet
    } else {
        InsidePartition::Other
    }
}

/// The table format whose log bears this name.
pub(super) fn log_of(name: &str) -> Option<&'static str> {
    match name {
        "_delta_log" => Some("Delta Lake"),
        _ if name.starts_with(".hoodie") => Some("Hudi"),
        _ => None,
    }
}

/// Whether an entry of no bytes is what object stores leave in place of a folder.
pub(super) fn is_folder_marker(name: &str) -> bool {
    name.ends_with("_$folder$")
}

fn is_housekeeping(name: &str) -> bool {
    name.starts_with(['_', '.']) || ["lost+found", "@eaDir"].contains(&name)
}

fn speaks_of_parquet(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split('.').skip(1).any(|part| ["parquet", "parq", "pq"].contains(&part)) || name.contains("parquet")
}

/// Whether a name is that of a copy that is not whole yet. Of names that start with a dot only those that say so of a
/// Parquet file, or in so many words.
fn is_under_way(name: &str) -> bool {
    const IN_SO_MANY_WORDS: [&str; 3] = ["inprogress", "in-progress", "_copying_"];
    const WORDS: [&str; 15] = [
        "tmp",
        "temp",
        "part",
        "partial",
        "filepart",
        "crdownload",
        "download",
        "upload",
        "uploading",
        "copying",
        "incomplete",
        "unfinished",
        "writing",
        "gstmp",
        "swp",
    ];
    let lower = name.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('.').skip(1).collect();
    if lower.starts_with('.') {
        // rsync's `.NAME.XXXXXX`; of six letters or digits are the ends of some checksums, too.
        let is_random = |part: &&str| {
            part.len() == 6 && part.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !part.starts_with("sha")
        };
        let is_of_rsync = speaks_of_parquet(name) && parts.len() > 2 && parts.last().is_some_and(is_random);
        return is_of_rsync || parts.iter().any(|part| IN_SO_MANY_WORDS.contains(part));
    }
    // Whatever follows a Parquet ending says what became of it; `a.part.parquet` is a part.
    let after = parts.iter().rposition(|part| ["parquet", "parq", "pq"].contains(part)).map_or(0, |place| place + 1);
    let after = parts.get(after..).unwrap_or_default();
    after.iter().any(|part| WORDS.contains(part) || IN_SO_MANY_WORDS.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_spelled_in_two_ways_after_any_key_encoded_or_not_with_midnight_or_without() {
        for (name, key) in [
            ("dt=2022-03-15", "dt"),
            ("ds=20220315", "ds"),
            ("PT=2022-03-15 00:00:00", "PT"),
            ("日期=20220315T00:00:00.000", "日期"),
            ("dt=2022-03-15%2000%3A00%3A00", "dt"),
            ("d%74=2022%2D03%2D15", "dt"),
        ] {
            let day = "2022-03-15".parse().unwrap();
            assert_eq!(beside_partitions(name), BesidePartitions::Day(key.to_owned(), day), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_no_day_is_odd_and_housekeeping_and_logs_are_known() {
        for name in [
            "dt=2022-3-15",
            "dt=2022-02-30",
            "dt=220315",
            "=20220315",
            "2022-03-15",
            "dt=2022-03-15 08:00:00",
            "dt=",
            "dt=2022-03-15 ",
            "part-0.parquet",
            "README",
            "dt=20220315x",
        ] {
            assert_eq!(beside_partitions(name), BesidePartitions::Odd, "{name}");
        }
        for (name, said) in [
            ("dt=__HIVE_DEFAULT_PARTITION__", BesidePartitions::DefaultPartition),
            ("_SUCCESS", BesidePartitions::Housekeeping),
            (".snapshot", BesidePartitions::Housekeeping),
            ("lost+found", BesidePartitions::Housekeeping),
            ("_delta_log", BesidePartitions::Log("Delta Lake")),
            (".hoodie", BesidePartitions::Log("Hudi")),
            ("metadata", BesidePartitions::Log("Iceberg")),
        ] {
            assert_eq!(beside_partitions(name), said, "{name}");
        }
    }

    #[test]
    fn a_copy_under_way_is_known_by_its_name_and_a_part_file_is_none() {
        for name in [
            "part-0.parquet._COPYING_",
            "part-0.parquet.tmp",
            "part-0.parquet.filepart",
            "part-0.parquet.crdownload",
            "part-0.parquet.part",
            "part-0.parquet.tmp.4711",
            "000000_0.inprogress",
            "part-0.tmp",
            "x.PARQUET.Partial",
            ".part-0.parquet.Ab3xYz",
            ".part-0-1.inprogress.7f1c",
            ".part-0.parquet.inprogress",
        ] {
            assert_eq!(inside_partition(name), InsidePartition::UnderWay, "{name}");
        }
        for name in [
            "part-0.parquet",
            "part.0.parquet",
            "x.part.parquet",
            "x.tmp.parquet",
            "A.PARQUET",
            "a.parquet.enc",
            "x.parq",
        ] {
            assert_eq!(inside_partition(name), InsidePartition::Parquet, "{name}");
        }
        for name in ["000000_0", "part-00000", "tmp", "part", "20220316_011500_00000_k3q7x_5d1f0c52"] {
            assert_eq!(inside_partition(name), InsidePartition::Other, "{name}");
        }
        for name in
            ["_SUCCESS", ".part-0.parquet.crc", ".part-0.parquet.sha256", ".nfs0000000001", "@eaDir", "_temporary"]
        {
            assert_eq!(inside_partition(name), InsidePartition::Housekeeping, "{name}");
        }
    }
}
