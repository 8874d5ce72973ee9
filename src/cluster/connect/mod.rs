//! A thin client of Spark Connect: plans in, record batches out, over the published protocol (servers 4.0 and later).
//!
//! In: the text of a query and the files it reads. Out: each record batch of the answer once, in order, or a
//! [`failed::Failed`] that says which kind of thing went wrong. Calls block; several threads may call at once.

pub(crate) mod address;
mod batches;
mod config_messages;
mod details;
pub(crate) mod failed;
mod link;
mod messages;
mod operation;
mod patience;
pub(crate) mod plan;
mod query;
mod relations;
pub(crate) mod session;
mod types;
