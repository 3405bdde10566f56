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
//! println!("{} {} bytes from {}", response.status, response.body.len(), response.final_url);
//! # Ok(())
//! # }
//! ```

mod address;
mod content_type;
mod error;
mod fetcher;
pub mod inflate;
mod redirect;
mod resolver;
mod response;
mod settings;
pub mod warc;

pub use content_type::ContentType;
pub use error::{Error, ErrorKind, Stage};
pub use fetcher::Fetcher;
pub use reqwest::header::HeaderMap;
pub use response::{Hop, Response, Timings};
pub use settings::Settings;
