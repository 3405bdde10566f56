//! Downloads pages, with a limit on everything that a server decides.
//!
//! A [`Fetcher`] takes a URL and gives a [`Response`], or an [`Error`] that says which limit or
//! rule was hit. It speaks only HTTP and HTTPS, connects only to public addresses, follows
//! redirects itself so that each is checked, and reads only what can be a page of text.
//!
//! ```no_run
//! use copydesk_fetch::{Fetcher, Settings};
//!
//! # async fn example() -> Result<(), copydesk_fetch::Error> {
//! let mut settings = Settings::default();
//! settings.contact = Some("https://example.org/crawler".to_owned());
//! settings.max_body_bytes = 4 << 20;
//! let response = Fetcher::new(settings)?.fetch("https://example.com/").await?;
//! println!("{} {} bytes from {}", response.status(), response.body.len(), response.final_url());
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

mod address;
mod content_type;
pub mod discover;
mod engine;
mod error;
mod exchange;
mod fetcher;
pub mod inflate;
mod metrics;
mod redirect;
mod request;
mod resolver;
mod response;
mod retry;
mod retry_after;
pub mod revisit;
pub mod robots;
mod schedule;
mod settings;
mod sniff;
#[cfg(test)]
mod testing;
pub mod urls;
pub mod warc;

pub use bytes::Bytes;
pub use content_type::{ContentType, DecidedBy};
pub use error::{Error, ErrorKind, Stage};
pub use fetcher::{FetchStream, Fetcher};
pub use request::{Request, Wanted};
pub use reqwest::Version;
pub use reqwest::header::HeaderMap;
pub use response::{Exchange, Fetched, Response, Timings};
pub use revisit::Validators;
pub use settings::{Proxy, Settings};
