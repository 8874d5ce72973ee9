//! Settings of any text, from the file, the environment and the command line.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::edits::{edited, edits, odd_text};
use super::{assert_refusal, config, in_time};
use crate::support::library::{ExitClass, SETTINGS, resolve};

fn given() -> impl Strategy<Value = Vec<(String, String)>> {
    // Folders that lie in one another are refused without a word of where they come from: one of them is odd.
    let is_odd = |name: &&str| !["extracts", "state"].contains(name);
    let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).filter(is_odd).collect();
    let name = prop_oneof![8 => select(names).prop_map(str::to_owned), 1 => any::<String>()];
    vec((name, odd_text()), 0..4)
}

fn resolved_or_refused(
    bytes: &[u8],
    environment: Vec<(String, String)>,
    flags: Vec<(String, String)>,
) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.toml");
    fs::write(&path, bytes).unwrap();
    let environment =
        environment.into_iter().map(|(name, value)| (format!("SHOPSCORE_{}", name.to_uppercase()), value));
    match in_time(|| resolve(Some(&path), environment, flags.into_iter()))? {
        Ok(settings) => {
            prop_assert!((1..=366).contains(&settings.window_days) && (1..=1024).contains(&settings.threads));
            Ok(())
        }
        Err(failure) => assert_refusal(&failure, ExitClass::Usage, &["/odd.toml", "environment SHOPSCORE_", "flag --"]),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edited_settings_are_resolved_or_refused(edits in edits(), environment in given(), flags in given()) {
        let sound = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/nightly.toml")).unwrap();
        resolved_or_refused(&edited(&sound, &edits), environment, flags)?;
    }

    #[test]
    fn settings_of_any_bytes_are_resolved_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        resolved_or_refused(&bytes, Vec::new(), Vec::new())?;
    }
}
