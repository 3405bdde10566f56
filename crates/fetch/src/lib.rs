//! Downloads pages: politely, within limits on everything that a server decides, and with a result for
//! every request.
//!
//! A [`Fetcher`] takes URLs and gives [`FetchResponse`]s, or an [`Error`] that says which limit or rule was
//! hit. It heeds `robots.txt`, asks a host for one thing at a time with a pause after each, asks again
//! for what can pass, and leaves a host alone that fails again and again. It speaks only HTTP and HTTPS,
//! connects only to public addresses, follows redirects itself so that each is checked, and reads only
//! what can be a page of text.
//!
//! ```no_run
//! use copydesk_fetch::{Fetcher, Request, Settings};
//! use futures_util::StreamExt;
//!
//! # async fn example() -> Result<(), copydesk_fetch::Error> {
//! let mut settings = Settings::default();
//! settings.contact = Some("https://example.org/crawler".to_owned());
//! settings.max_body_bytes = 4 << 20;
//! let fetcher = Fetcher::new(settings)?;
//!
//! let page = fetcher.fetch("https://example.com/").await?;
//! println!("{} {} bytes from {}", page.status(), page.body.len(), page.final_url());
//!
//! let requests = (1..=1000).map(|n| Request::new(format!("https://example.com/{n}")));
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
//! Beside it stand what crawlers need around a download: [`robots`], [`revisit`], [`discover`] and
//! [`urls`] for finding pages, [`warc`] for archives, and [`inflate`], the one reader of everything
//! compressed. What is counted is in [`metrics`]; what happens is told by `tracing`, under
//! `copydesk_fetch`.

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
