//! What cannot be generated is refused.

use std::path::Path;

use super::request;
use crate::sample::Request;

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let sound = || request(Path::new(""), "2010-01-01", "2100-01-01");
    assert!(sound().check().is_ok());
    let from_to = request(Path::new(""), "2100-01-02", "2009-12-31");
    let odd = Request { shops: 0, rows_per_day: 0, categories: Vec::new(), ..from_to };
    assert_eq!(odd.check().unwrap_err().findings.len(), 4);
    for (from, to) in [("2009-12-31", "2022-01-01"), ("2022-01-01", "2100-01-02"), ("2022-01-02", "2022-01-01")] {
        assert!(request(Path::new(""), from, to).check().is_err(), "{from} to {to}");
    }
}
