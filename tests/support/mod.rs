//! What the tests of the whole program share: small extracts of readable rows, written as Parquet, and the binary run on
//! them in a folder of its own.

// Each test crate uses its own part of this.
#![allow(dead_code)]

pub(crate) mod bench;
pub(crate) mod checksums;
pub(crate) mod files;
pub(crate) mod marketplace;
pub(crate) mod marketplaces;
pub(crate) mod rows;
