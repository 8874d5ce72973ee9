//! Table-days: what the extracts and the state folder give a run, planned once and then carried out.
//!
//! [`survey`] lists the extracts and looks up what is stored, [`plan`] decides what becomes of each table-day, by its
//! [`dependencies`] and its files; [`resolve`] carries the plan out, [`compute`] being the one place where rows become figures, [`elsewhere`] its
//! counterpart for files that an engine reads, [`elsewhere_rows`] for single rows of them, [`queries`] that engine's queries to be printed;
//! [`appeals`] says what became of the records that appeals name, which [`records`] finds; [`windows`] adds up. [`night`], [`range`] and [`year`] are what a night, a
//! range of nights and a settlement need, [`inspection`] is what a night would find, [`of_shop`] and [`rows_of_shop`]
//! what is known of one shop, day by day and row by row ([`shop_day`]), [`decided`] what appeals are stored to have taken out.

mod appeals;
mod compute;
pub(crate) mod decided;
pub(crate) mod dependencies;
mod elsewhere;
mod elsewhere_rows;
pub(crate) mod inspection;
#[cfg(test)]
mod meaning_tests;
pub(crate) mod night;
pub(crate) mod of_shop;
pub(crate) mod plan;
#[cfg(test)]
mod plan_tests;
pub(crate) mod queries;
pub(crate) mod range;
mod records;
mod resolve;
pub(crate) mod rows_of_shop;
pub(crate) mod set_aside;
mod shifted;
pub(crate) mod shop_day;
pub(crate) mod survey;
pub(crate) mod windows;
pub(crate) mod year;

const STAGE: &str = "table-days";
