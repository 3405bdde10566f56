//! Runs the clean crate over many pages.

pub mod eval;
