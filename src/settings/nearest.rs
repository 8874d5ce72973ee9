//! The known name that is most like one that is not known: what somebody who mistyped it meant.

/// So much alike that one was probably meant for the other: a letter or two of difference, not another word.
const ALIKE: f64 = 0.85;

/// The question whether the first of `names` that is most like `name` was meant, to be put before an advice; nothing where none is
/// much like it.
pub(super) fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let nearest = names.into_iter().min_by(|one, other| likeness(name, other).total_cmp(&likeness(name, one)));
    let meant = nearest.filter(|known| likeness(name, known) >= ALIKE);
    meant.map_or(String::new(), |known| format!("did you mean `{known}`? "))
}

/// From 0 to 1: 1 where `name` is the end of `known`, of several words, too.
fn likeness(name: &str, known: &str) -> f64 {
    if name.contains('_') && known.ends_with(&format!("_{name}")) {
        return 1.0;
    }
    strsim::jaro_winkler(known, name).max(strsim::normalized_levenshtein(known, name))
}
