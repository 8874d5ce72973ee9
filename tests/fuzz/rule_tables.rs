//! Rule tables of any bytes.

use std::fs;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::edits::{edited, edits};
use super::{assert_refusal, config, in_time};
use crate::support::bench::shipped_rules;
use crate::support::day;
use crate::support::library::{ExitClass, Rulebook};

const FILES: [&str; 5] = ["weights.csv", "logistics.csv", "custom_made.csv", "tiers.csv", "thresholds.csv"];

/// Loads the rules of the project but for `file`, which holds `bytes`, and asks what came of it.
fn read_or_refused(file: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    static SOUND: LazyLock<Vec<(&str, Vec<u8>)>> =
        LazyLock::new(|| FILES.iter().map(|file| (*file, fs::read(shipped_rules().join(file)).unwrap())).collect());
    let folder = tempfile::tempdir().unwrap();
    for (name, sound) in SOUND.iter() {
        let held = if *name == file { bytes } else { sound };
        fs::write(folder.path().join(name), held).unwrap();
    }
    match in_time(|| Rulebook::load(folder.path()))? {
        Err(failure) => assert_refusal(
            &failure,
            ExitClass::Usage,
            &FILES.map(|file| ["/", file].concat()).each_ref().map(String::as_str),
        ),
        Ok(rulebook) => {
            for as_of in ["0001-01-01", "2019-01-01", "2022-03-15", "9999-12-31"].map(day) {
                let shown = in_time(|| {
                    rulebook.check_in_force(as_of).is_ok() && !rulebook.described_on(as_of, as_of, &[as_of]).is_empty()
                })?;
                prop_assert!(shown || rulebook.check_in_force(as_of).is_err());
            }
            Ok(())
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edited_rule_tables_are_read_or_refused(file in select(&FILES[..]), edits in edits()) {
        let bytes = edited(&fs::read(shipped_rules().join(file)).unwrap(), &edits);
        read_or_refused(file, &bytes)?;
    }

    #[test]
    fn rule_tables_of_any_bytes_are_read_or_refused(file in select(&FILES[..]), bytes in vec(any::<u8>(), 0..300)) {
        read_or_refused(file, &bytes)?;
    }
}
