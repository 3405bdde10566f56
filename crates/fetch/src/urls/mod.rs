//! URLs as a frontier sees them: one spelling for each page, and which pages belong to a crawl.

mod domain;
mod normalize;
mod scope;
mod sessions;
mod tracking;

use url::Url;

pub use domain::{registrable_domain, same_site};
pub use normalize::UrlNormalizer;
pub use scope::{PathPrefix, UrlScope};
pub use tracking::TrackingListError;

/// Takes user name and password out of a URL.
pub fn strip_credentials(url: &mut Url) {
    // Both fail only for URLs without a host, which have no credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}
