//! A shop's id as the page's data has it: a text, since browsers round numbers from 2^53 on.

use serde::{Serialize, Serializer};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) i64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_all_its_digits_and_ids_come_in_the_order_of_numbers() {
        let ids = [Id(-1), Id(9), Id(10), Id(9_007_199_254_740_993)];
        assert_eq!(serde_json::to_string(&ids).unwrap(), r#"["-1","9","10","9007199254740993"]"#);
        assert!(ids.is_sorted());
    }
}
