//! Why something cannot be inflated.

use std::io;

/// Why an input cannot be inflated further. What came before is good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InflateError {
    /// The data ends in the middle of a stream.
    #[error("the {format} data ends too early, after {inflated} inflated bytes")]
    Truncated {
        /// The name of the [`super::ContentCoding`].
        format: &'static str,
        /// Inflated bytes up to then.
        inflated: u64,
    },
    /// The data is damaged, or its checksum is wrong.
    #[error("the {format} data is damaged after {inflated} inflated bytes: {reason}")]
    Damaged {
        /// The name of the [`super::ContentCoding`].
        format: &'static str,
        /// Inflated bytes up to then.
        inflated: u64,
        /// The decoder's message.
        reason: String,
    },
    /// [`super::InflateLimits::max_inflated_bytes`] was reached.
    #[error("it inflates to more than {limit} bytes (max_inflated_bytes)")]
    TooLarge {
        /// The cap.
        limit: u64,
    },
    /// [`super::InflateLimits::max_inflate_ratio`] was reached.
    #[error(
        "{compressed} compressed bytes inflate to {inflated} bytes and more, over {limit} times as \
         many (max_inflate_ratio)"
    )]
    Ratio {
        /// The cap.
        limit: u64,
        /// Compressed bytes read.
        compressed: u64,
        /// Inflated bytes up to then.
        inflated: u64,
    },
    /// A `Content-Encoding` names a coding that is not known.
    #[error("the content coding `{coding}` is not known")]
    UnknownCoding {
        /// The name as sent, cut after 40 characters.
        coding: String,
    },
    /// A `Content-Encoding` names more codings than anyone has use for.
    #[error("more than {limit} content codings on top of each other")]
    TooManyCodings {
        /// How many are undone.
        limit: usize,
    },
}

impl InflateError {
    /// The setting whose limit was reached; empty if the data itself is wrong.
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "max_inflated_bytes",
            Self::Ratio { .. } => "max_inflate_ratio",
            Self::Truncated { .. }
            | Self::Damaged { .. }
            | Self::UnknownCoding { .. }
            | Self::TooManyCodings { .. } => "",
        }
    }

    /// The typed error inside an I/O error that an [`super::InflateReader`] gave, or `None` if the
    /// trouble was with reading.
    pub fn find_in(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<InflateError> for io::Error {
    fn from(error: InflateError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
