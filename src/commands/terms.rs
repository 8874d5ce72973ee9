//! What a night says of rules and settings that changed, and of what that does to its shops: one line each.

use crate::answers::first_ten;
use crate::error::escaped;
use crate::pipeline::effects::Effects;
use crate::pipeline::terms_changed::TermsChanged;

pub(super) fn told(changed: &TermsChanged) -> Vec<String> {
    let TermsChanged { since, rules, settings, effects } = changed;
    let what = [("rules", rules), ("settings", settings)].into_iter().filter(|(_, changed)| !changed.is_empty());
    let mut lines: Vec<String> =
        what.map(|(what, changed)| format!("{what} changed since {since}: {}", listed(changed))).collect();
    let effects = effects.as_ref().map(|effects| effects_told(effects).join("; "));
    match (lines.last_mut(), effects) {
        (Some(last), Some(effects)) => *last = format!("{last}: {effects}"),
        (Some(last), None) => *last = format!("{last}; what that does is not known"),
        (None, _) => {}
    }
    lines
}

/// The first of the rules or settings that changed.
pub(super) fn listed(changed: &[String]) -> String {
    first_ten(changed.iter().map(|change| escaped(change)).collect::<Vec<_>>().iter())
}

/// Who loses or gains what, by name as far as they are few.
pub(super) fn effects_told(effects: &Effects) -> Vec<String> {
    let named = effects.named();
    if named.is_empty() {
        return vec!["no score, admission or status of this night is another one by that".to_owned()];
    }
    let told =
        named.into_iter().map(|(what, shops)| format!("{} shops {what}: {}", shops.len(), first_ten(shops.iter())));
    told.collect()
}
