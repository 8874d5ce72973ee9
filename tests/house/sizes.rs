//! Files that one can read in a sitting.

use super::product;

const MOST_LINES: usize = 300;
const MEDIAN_BELOW: usize = 120;

#[test]
fn no_product_file_is_long_and_most_are_short() {
    let mut lengths: Vec<_> = product().into_iter().map(|(path, text)| (text.lines().count(), path)).collect();
    lengths.sort();
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:#?}");
    let median = lengths[lengths.len() / 2].0;
    assert!(median < MEDIAN_BELOW, "the median file has {median} lines");
}
