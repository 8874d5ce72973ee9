//! The sums of a window: daily partials of 30 days as one row a shop.
//!
//! Integer sums can be taken back exactly, so the sums of a day's window are those of the day before, plus a day, less a day.
//! [`tables`] has the sums of one table, [`shops`] brings all tables together for the shops asked for.

pub mod shops;
pub mod tables;

const STAGE: &str = "window";
