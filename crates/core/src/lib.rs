//! Runs the clean crate over many pages.

#![deny(missing_docs)]

pub mod decompress;
