//! The daily partial of a table as one SQL query, printed from the declarations that the local computation reads.
//!
//! In: what [`asked`] says: a table's declarations, the days, and the files as the contract check found them. Out: text, of the
//! same shape for every table: typed (each [form](typed) to ticks, integers, texts, booleans), [judged] (the first rule that
//! a row breaks), settled (of rows with one key the greatest stays), [added] (what a row adds to each measure), and grouped
//! ([query]). [`question`] puts it to days that were checked, [`sources`] says which files are read, [`dialect`] how an engine spells it, and [`answers`] makes of what comes
//! back what the local computation makes of rows. A `match` over what can be declared has no wildcard here: what is new does
//! not compile until it has its SQL.

pub(crate) mod added;
pub(crate) mod answers;
pub(crate) mod asked;
pub(crate) mod dialect;
mod judged;
pub(crate) mod query;
pub(crate) mod question;
pub(crate) mod sources;
#[cfg(test)]
mod tests;
mod typed;

const STAGE: &str = "sql";
