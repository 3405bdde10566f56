//! Why a sitemap or a feed was not read to its end.

/// A limit at which the reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TruncationLimit {
    /// [`MAX_SITEMAP_BYTES`](super::MAX_SITEMAP_BYTES), or for a feed [`MAX_FEED_BYTES`](super::MAX_FEED_BYTES).
    Bytes,
    /// [`MAX_SITEMAP_ENTRIES`](super::MAX_SITEMAP_ENTRIES), or for a feed [`MAX_FEED_ENTRIES`](super::MAX_FEED_ENTRIES).
    Entries,
}
