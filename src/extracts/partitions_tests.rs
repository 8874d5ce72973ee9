//! A table's folders and a partition's files as they are found: which are part files, and what is said of the rest.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::*;
use crate::extracts::readable::day;

const WHOLE: &[u8] = b"PAR1....PAR1";

/// A folder of a partition with these files, and whether a marker is wanted: its part files by name, and what was seen.
fn listed(files: &[(&[u8], &[u8])], require_success_marker: bool) -> (Vec<String>, Seen) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("disputes/ds=20220315");
    for (name, content) in files {
        let path = folder.join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    list(root.path(), folder, require_success_marker)
}

fn list(root: &Path, folder: PathBuf, require_success_marker: bool) -> (Vec<String>, Seen) {
    let (of, mut seen) = ((Table::Disputes, day("2022-03-15"), folder), Seen::default());
    let tree = Tree::Disk(vec![fs::canonicalize(root).unwrap()]);
    let partition = Partition::list(&tree, of, require_success_marker, &mut seen).unwrap();
    (partition.files.into_iter().map(|file| file.name).collect(), seen)
}

#[test]
fn a_file_is_a_part_by_its_content_whatever_its_name_and_wherever_it_lies_below() {
    let (parts, seen) = listed(
        &[
            (b"000000_0", WHOLE),
            (b"hour=07/part-0", WHOLE),
            (b"HIVE_UNION_SUBDIR_1/a.parquet", b""),
            (b"encrypted", b"PARE....PARE"),
            (b"\xbb\xaa\xb6\xab.parquet", WHOLE),
            (b"\xbb\xaa\xb1\xb1.parquet", WHOLE),
            (b"rows.csv", b"a,b,c,d,e,f"),
            (b"empty", b""),
            (b"_SUCCESS", b""),
            (b"sub_$folder$", b""),
        ],
        false,
    );
    assert_eq!(
        parts,
        [
            "000000_0",
            "HIVE_UNION_SUBDIR_1/a.parquet",
            "encrypted",
            "hour=07/part-0",
            r"\xbb\xaa\xb1\xb1.parquet",
            r"\xbb\xaa\xb6\xab.parquet",
        ]
    );
    assert_eq!((seen.beside.left_aside.len(), seen.beside.ignored.len(), seen.rejected.len()), (2, 2, 0));
    assert!(seen.incomplete.is_empty());
}

#[test]
fn a_day_is_incomplete_while_a_copy_is_under_way_without_a_wanted_marker_or_with_nothing_but_other_files() {
    let said = |files: &[(&[u8], &[u8])], require_success_marker| {
        let (_, seen) = listed(files, require_success_marker);
        seen.incomplete.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
    };
    assert!(said(&[(b"a.parquet", WHOLE), (b"b.parquet._COPYING_", WHOLE)], false).contains("a copy under way"));
    assert!(said(&[(b"a.parquet", WHOLE)], true).contains("no _SUCCESS"));
    assert_eq!(said(&[(b"a.parquet", WHOLE), (b"_SUCCESS", b"")], true), "");
    assert!(said(&[(b"rows.csv", b"a,b"), (b"rows.orc", b"ORC")], false).contains("2 files, this the first,"));
    assert_eq!(said(&[(b"a.parquet", WHOLE), (b"rows.csv", b"a,b")], false), "");
    assert_eq!(said(&[(b"_SUCCESS", b"")], false), "", "nothing happened, or the day is missing");
}

#[test]
fn the_log_of_a_table_format_is_refused_wherever_it_lies() {
    let (_, seen) = listed(&[(b"a.parquet", WHOLE), (b".hoodie_partition_metadata", b"")], false);
    assert!(seen.rejected[0].to_string().contains("Hudi"), "{:?}", seen.rejected);
}

#[test]
fn a_link_to_a_file_inside_the_extracts_is_a_part_file_and_one_that_leads_outside_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("payments/dt=2022-03-15");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("part-0.parquet"), WHOLE).unwrap();
    symlink("part-0.parquet", folder.join("inside.parquet")).unwrap();
    symlink("/etc/passwd", folder.join("outside.parquet")).unwrap();
    symlink(&folder, folder.join("round")).unwrap();
    let (parts, seen) = list(root.path(), folder, false);
    assert_eq!(&parts[..2], ["inside.parquet", "part-0.parquet"]);
    let said: Vec<String> = seen.rejected.iter().map(Finding::to_string).collect();
    assert!(said.iter().any(|said| said.contains("/outside.parquet: found a link to /etc/passwd")), "{said:?}");
    assert!(said.iter().any(|said| said.contains("a folder more than 8 deep")), "{said:?}");
}

#[test]
fn days_under_two_spellings_a_second_key_and_odd_names_are_refused_one_line_each() {
    let root = tempfile::tempdir().unwrap();
    let table = root.path().join("payments");
    for name in ["dt=2022-03-14", "dt=20220314", "ds=2022-03-15", "x", "y", "dt=__HIVE_DEFAULT_PARTITION__", "_tmp"] {
        fs::create_dir_all(table.join(name)).unwrap();
    }
    fs::write(table.join("dt=2022-03-14_$folder$"), "").unwrap();
    fs::write(table.join("dt=__HIVE_DEFAULT_PARTITION__/part-0.parquet"), WHOLE).unwrap();
    let mut seen = Seen::default();
    let days = day_folders(&Tree::Disk(vec![root.path().to_path_buf()]), &table, &mut seen).unwrap();
    assert_eq!(days.len(), 2);
    let said: Vec<String> = seen.rejected.iter().map(Finding::to_string).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[1].contains("2 names, this the first, that no partition is named by"), "{said:?}");
    let [(_, files, size_bytes)] = seen.beside.without_day.as_slice() else { panic!("{:?}", seen.beside.without_day) };
    assert_eq!((*files, *size_bytes), (1, 12));
}
