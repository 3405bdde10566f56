//! Limits that several modules share.

/// The longest URL that is entered, in bytes. Longer ones are counted as capped: traps build URLs that grow with
/// each page.
pub const MAX_URL_BYTES: usize = 8 << 10;
