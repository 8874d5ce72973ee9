//! Edits that make odd inputs of sound ones: of bytes anywhere, and of the cells of a table.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// One change to an input; places are parts of its length.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Flip { at: Index, bit: u8 },
    Overwrite { at: Index, with: Vec<u8> },
    Insert { at: Index, what: Vec<u8> },
    Delete { from: Index, bytes: usize },
    Repeat { from: Index, bytes: usize, at: Index },
    Truncate { at: Index },
    // Puts `text` in place of a cell of a comma-separated table, or of the value of a line `NAME = VALUE`.
    Cell { line: Index, cell: Index, text: String },
    DropLine { line: Index },
    RepeatLine { line: Index },
}

/// One to three edits of bytes.
pub(crate) fn byte_edits() -> impl Strategy<Value = Vec<Edit>> {
    vec(byte_edit(), 1..4)
}

/// One to four edits of bytes, cells and lines.
pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        1 => byte_edit(),
        3 => (any::<Index>(), any::<Index>(), odd_text())
            .prop_map(|(line, cell, text)| Edit::Cell { line, cell, text }),
        1 => any::<Index>().prop_map(|line| Edit::DropLine { line }),
        1 => any::<Index>().prop_map(|line| Edit::RepeatLine { line }),
    ];
    vec(edit, 1..5)
}

fn byte_edit() -> impl Strategy<Value = Edit> {
    let some_bytes = || vec(any::<u8>(), 1..9);
    prop_oneof![
        8 => (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Edit::Flip { at, bit }),
        4 => (any::<Index>(), some_bytes()).prop_map(|(at, with)| Edit::Overwrite { at, with }),
        1 => (any::<Index>(), some_bytes()).prop_map(|(at, what)| Edit::Insert { at, what }),
        1 => (any::<Index>(), 1_usize..40).prop_map(|(from, bytes)| Edit::Delete { from, bytes }),
        1 => (any::<Index>(), 1_usize..400, any::<Index>())
            .prop_map(|(from, bytes, at)| Edit::Repeat { from, bytes, at }),
        1 => any::<Index>().prop_map(|at| Edit::Truncate { at }),
    ]
}

/// Text that is odd as a day, a number, a name or a cell.
pub(crate) fn odd_text() -> impl Strategy<Value = String> {
    const DAYS: [&str; 8] =
        ["2022-02-30", "2022-02-28", "9999-12-31", "0000-01-01", "-0001-01-01", "2019-01-01", "20220101", "2022-1-1"];
    const NUMBERS: [&str; 10] = ["-0", "0", "-1", "+1", "1e309", "NaN", "inf", "0.00001", "100.00001", "33.3333"];
    const VAST: [&str; 3] = ["99999999999999999999", "9223372036854775807", "-9223372036854775808"];
    const SIGNS: [&str; 15] = ["", " ", "\"", "\"\"", "'", ",", ",,,", "\n", "\r", "\0", "*", "茶", "[a]", "{}", "= ="];
    const TEXTS: [&str; 4] = ["\u{feff}", "\u{202e}", "全屋定制", "../../etc/passwd"];
    let odd = [&DAYS[..], &NUMBERS, &VAST, &SIGNS, &TEXTS].concat();
    prop_oneof![
        4 => select(odd).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| number.to_string()),
        1 => any::<String>(),
        1 => (1_usize..70_000).prop_map(|length| "x".repeat(length)),
    ]
}

/// The bytes after all edits.
pub(crate) fn edited(sound: &[u8], edits: &[Edit]) -> Vec<u8> {
    edits.iter().fold(sound.to_vec(), apply)
}

fn apply(mut bytes: Vec<u8>, edit: &Edit) -> Vec<u8> {
    let length = bytes.len();
    let place = |at: &Index| at.index(length + 1);
    let range = |from: &Index, bytes: usize| place(from)..(place(from) + bytes).min(length);
    match edit {
        Edit::Flip { at, bit } if length > 0 => bytes[at.index(length)] ^= 1 << bit,
        Edit::Flip { .. } => {}
        Edit::Overwrite { at, with } => drop(bytes.splice(range(at, with.len()), with.iter().copied())),
        Edit::Insert { at, what } => drop(bytes.splice(place(at)..place(at), what.iter().copied())),
        Edit::Delete { from, bytes: count } => drop(bytes.drain(range(from, *count))),
        Edit::Repeat { from, bytes: count, at } => {
            let repeated = bytes[range(from, *count)].to_vec();
            bytes.splice(place(at)..place(at), repeated);
        }
        Edit::Truncate { at } => bytes.truncate(place(at)),
        Edit::Cell { line, cell, text } => {
            let cells = cells(&bytes, line_range(&bytes, line));
            bytes.splice(cells[cell.index(cells.len())].clone(), text.bytes());
        }
        Edit::DropLine { line } => drop(bytes.drain(line_range(&bytes, line))),
        Edit::RepeatLine { line } => {
            let range = line_range(&bytes, line);
            let repeated = bytes[range.clone()].to_vec();
            bytes.splice(range.start..range.start, repeated);
        }
    }
    bytes
}

/// A line with its end.
fn line_range(bytes: &[u8], line: &Index) -> Range<usize> {
    let mut starts = vec![0];
    starts.extend((0..bytes.len()).filter(|place| bytes[*place] == b'\n').map(|place| place + 1));
    let chosen = line.index(starts.len());
    starts[chosen]..starts.get(chosen + 1).copied().unwrap_or(bytes.len())
}

/// What commas and equal signs divide a line into, without its end.
fn cells(bytes: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    let end = if bytes[line.clone()].ends_with(b"\n") { line.end - 1 } else { line.end };
    let mut starts = vec![line.start];
    starts.extend((line.start..end).filter(|place| b",=".contains(&bytes[*place])).map(|place| place + 1));
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([end]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}
