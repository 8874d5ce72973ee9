//! What is said before it happens: a day under other rules, a plan, and what a night says of rules that changed.

mod changed_rules;
mod plans;
mod whatif;

use std::fs;
use std::path::Path;

use crate::support::disk::files_below;

/// Copies the rules of a bench to a folder of another name.
fn copy_rules(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for (path, bytes) in files_below(from, "") {
        fs::write(to.join(path), bytes).unwrap();
    }
}

/// Edits a rule table of a folder.
fn edit(rules: &Path, table: &str, old: &str, new: &str) {
    let text = fs::read_to_string(rules.join(table)).unwrap();
    assert!(text.contains(old), "{old} in {table}");
    fs::write(rules.join(table), text.replace(old, new)).unwrap();
}
