//! Inflates what is compressed, behind caps: gzip, deflate, brotli and zstd.
//!
//! This is the only module that touches the raw decoders; `clippy.toml` bans them elsewhere, so
//! that nothing compressed is read without a cap.
//!
//! [`InflateReader`] reads a stream whose first bytes tell how it is compressed, such as a file.
//! [`decode_body`] undoes the `Content-Encoding` of an HTTP response, and [`decode_prefix`] that of
//! the part which has come so far. Archives of records, each compressed by itself, are read by the
//! [`warc`](crate::warc) module through the same caps.
//!
//! ```
//! use copydesk_fetch::inflate::{ContentCoding, InflateLimits, decode_body};
//!
//! let codings = ContentCoding::parse_list("identity")?;
//! let decoded = decode_body(b"<p>Hello", &codings, InflateLimits::default())?;
//! assert_eq!(&*decoded.bytes, b"<p>Hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod brotli;
mod coding;
mod error;
mod limits;
mod member;
mod member_reader;
mod raw;
mod reader;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use body::{DecodeError, DecodedBody, decode_body, decode_prefix};
pub use coding::ContentCoding;
pub use error::InflateError;
pub use limits::InflateLimits;
pub(crate) use member_reader::{MemberError, MemberReader};
pub use reader::{InflateReader, InputMeter};
