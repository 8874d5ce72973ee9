//! Rows of the published tables as Arrow batches, in the columns and the order that [`outputs`](crate::publish::outputs)
//! declares. Nothing is computed
//! here; figures that do not fit the declaration are a fault.

mod arrays;
mod daily;
mod yearly;

pub(crate) use daily::{categories, improvements, indicators, quality, quarantine, scores};
pub(crate) use yearly::{monthly_assessments, settlements};
