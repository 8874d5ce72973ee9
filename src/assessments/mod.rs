//! What a score decides.
pub mod marketing;
