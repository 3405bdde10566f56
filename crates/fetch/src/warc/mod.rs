//! Archives of what was fetched: WARC 1.1 (ISO 28500:2017), written and read.
//!
//! A [`WarcWriter`] writes captures, each record compressed by itself so that any can be read
//! without the others; it says where each lies, for an index. A [`WarcReader`] reads what this and
//! other tools wrote, versions 0.17 to 1.1, plain, gzip or zstd, and trusts nothing in it: every
//! record and header has a cap, and damage costs the record it is in.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use copydesk_fetch::warc::{WarcCapture, FileCompression, WarcLimits, WarcReader, WarcWriter};
//!
//! let mut writer = WarcWriter::new(Vec::new(), FileCompression::Gzip);
//! let capture = WarcCapture {
//!     status: 200,
//!     headers: &[("content-type", b"text/html")],
//!     payload: b"<p>Hello",
//!     ..WarcCapture::new("https://example.com/", SystemTime::now())
//! };
//! let written = writer.capture(&capture)?;
//! assert_eq!(written.response.offset, 0);
//!
//! let archive = writer.into_inner();
//! for record in WarcReader::new(&archive[..], WarcLimits::default())? {
//!     let record = record?;
//!     let response = record.http_response(WarcLimits::default().inflate)?;
//!     assert_eq!(record.target_uri().as_deref(), Some("https://example.com/"));
//!     assert_eq!((response.status, &*response.body), (200, &b"<p>Hello"[..]));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod capture;
mod chunked;
mod digest;
mod error;
mod fields;
mod head;
mod http;
mod reader;
mod record;
#[cfg(test)]
mod tests;
mod writer;

pub use capture::{
    RevisitProfile, WarcCapture, WarcInfo, WarcMetadata, WarcProtocol, WarcRecordLocation,
    WarcRequest, WarcRevisit, WarcTruncation, WrittenCapture,
};
pub use error::{WarcError, WarcErrorKind};
pub use fields::HeaderFields;
pub use http::{HttpHead, HttpResponse};
pub use reader::{WarcLimits, WarcReader};
pub use record::{WarcRecord, WarcRecordType};
pub use writer::{FileCompression, WarcWriter};
