//! Downloads pages: politely, within limits on everything that a server decides, and with a result for
//! every request.
//!
//! A [`Fetcher`] takes URLs and returns [`FetchResponse`]s, or an [`Error`] that names the limit or rule
//! that was hit. It obeys `robots.txt`, sends a host one request at a time with a delay after each,
//! retries transient failures, and backs off from a host that keeps failing. It speaks only HTTP and
//! HTTPS, connects only to public addresses, checks every redirect before it follows it, and reads only
//! bodies that can be a page of text.
//!
//! ```no_run
//! use copydesk_fetch::{FetchRequest, FetchSettings, Fetcher};
//! use futures_util::StreamExt;
//!
//! # async fn example() -> Result<(), copydesk_fetch::Error> {
//! let mut settings = FetchSettings::default();
//! settings.contact = Some("https://example.org/crawler".to_owned());
//! settings.max_body_bytes = 4 << 20;
//! let fetcher = Fetcher::new(settings)?;
//!
//! let page = fetcher.fetch("https://example.com/").await?;
//! println!("{} {} bytes from {}", page.status(), page.body.len(), page.final_url());
//!
//! let requests = (1..=1000).map(|n| FetchRequest::new(format!("https://example.com/{n}")));
//! let mut pages = fetcher.fetch_all(requests);
//! while let Some(fetched) = pages.next().await {
//!     match fetched.result {
//!         Ok(page) => println!("{} {}", fetched.request.url, page.status()),
//!         Err(error) => println!("{} {error}", fetched.request.url),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Modules
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`discover`] | finding pages: sitemaps, feeds, links |
//! | [`urls`] | normal forms of URLs, session ids, scopes |
//! | [`robots`] | `robots.txt` (RFC 9309) and what pages say to robots |
//! | [`revisit`] | validators for conditional requests, and how long a page stays fresh |
//! | [`warc`] | WARC 1.1 archives, written and read |
//! | [`inflate`] | the one capped reader of everything compressed |
//! | [`metrics`] | counters for the `metrics` crate |
//!
//! Events go to `tracing` under the target `copydesk_fetch`.

#![deny(missing_docs)]

mod address;
mod content_type;
pub mod discover;
mod engine;
mod error;
mod exchange;
mod fetcher;
pub mod inflate;
pub mod metrics;
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
mod trace;
pub mod urls;
pub mod warc;

pub use bytes::Bytes;
pub use content_type::{ContentType, ContentTypeSource};
pub use error::{Error, ErrorKind, TimeoutStage};
pub use fetcher::{FetchStream, Fetcher};
pub use request::{FetchRequest, WantedContent};
pub use reqwest::Version;
pub use reqwest::header::HeaderMap;
pub use response::{FetchResponse, FetchResult, HttpExchange, RequestTimings};
pub use revisit::Validators;
pub use settings::{FetchSettings, ProxySetting};
