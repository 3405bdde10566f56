//! Counts with their noun.

pub(crate) use copydesk_core::counted;
