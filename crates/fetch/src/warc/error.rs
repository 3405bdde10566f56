//! Why an archive cannot be read as it should.

use std::io;

use crate::inflate::InflateError;

/// What went wrong with an archive, and where.
#[derive(Debug, thiserror::Error)]
#[error("at byte {offset} of the archive: {kind}")]
pub struct WarcError {
    /// Where in the archive the trouble is: where the record begins, or the compressed member.
    pub offset: u64,
    /// What went wrong.
    pub kind: WarcErrorKind,
}

/// What went wrong with an archive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WarcErrorKind {
    /// The archive cannot be read. Nothing follows.
    #[error("{0}")]
    Io(io::Error),
    /// A compressed member is cut or damaged, or inflates too far. What can be found after it
    /// follows, unless `max_inflated_bytes` was reached.
    #[error("{0}")]
    Inflate(InflateError),
    /// The dictionary that the file begins with cannot be used. Nothing follows.
    #[error("unusable zstd dictionary: {0}")]
    Dictionary(String),
    /// Bytes that are not a record. The reader continues with the next record it finds.
    #[error("no record begins here, but {found:?}")]
    NotWarc {
        /// The first characters of it.
        found: String,
    },
    /// The header of a record is too long. The next record that is found follows.
    #[error("the header of the record has more than {limit} bytes (max_header_bytes)")]
    HeaderTooLarge {
        /// The cap.
        limit: usize,
    },
    /// A record does not say how long it is. The next record that is found follows.
    #[error("the record has no usable Content-Length: {found:?}")]
    NoLength {
        /// What it says, cut after 40 characters.
        found: String,
    },
    /// A record is too long. It was passed over; the next one follows.
    #[error("the record has {length} bytes, more than {limit} (max_record_bytes)")]
    TooLarge {
        /// What it says of its length.
        length: u64,
        /// The cap.
        limit: u64,
    },
    /// The archive ends within a record. Nothing follows.
    #[error("the archive ends after {got} of the record's {length} bytes")]
    Truncated {
        /// What the record says of its length; 0 if the archive ends within its header.
        length: u64,
        /// What there is.
        got: u64,
    },
    /// The record has no HTTP response in it.
    #[error("the record has no HTTP response: {reason}")]
    NotHttp {
        /// Why not.
        reason: &'static str,
    },
}
