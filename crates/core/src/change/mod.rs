//! Whether a page says something else than before.

/// How one text differs from an earlier one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// The share of words that differ, of those of both texts, in [0, 1].
    pub share: f64,
    /// Blocks that are new or were changed, as they are now, in order.
    pub added: Vec<String>,
    /// Blocks that are gone or were changed, as they were, in order.
    pub removed: Vec<String>,
}
