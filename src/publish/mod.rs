//! Published files: declarations, Parquet writer, generations.
pub mod outputs;
