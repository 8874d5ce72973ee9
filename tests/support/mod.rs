//! What the tests of the whole program share: small extracts of readable rows, written as Parquet, the binary run on them in
//! a folder of its own, and what can be seen of the outcome.

pub(crate) mod bench;
pub(crate) mod checksums;
pub(crate) mod disk;
pub(crate) mod ended;
pub(crate) mod explained;
pub(crate) mod files;
pub(crate) mod library;
pub(crate) mod marketplace;
pub(crate) mod marketplaces;
pub(crate) mod published;
pub(crate) mod rows;
pub(crate) mod runner;

pub(crate) use bench::Bench;
pub(crate) use ended::Ended;
pub(crate) use library::{Day, Span, Table};
pub(crate) use marketplace::{A_DAY, AS_OF, Marketplace, WINDOW_DAYS, payment, shop_row};
pub(crate) use published::{Files, Published, differing};
pub(crate) use rows::{Cell, Row, UTC, at, batch, day, row};
