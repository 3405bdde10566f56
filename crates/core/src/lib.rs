//! Runs the clean crate over many pages.
