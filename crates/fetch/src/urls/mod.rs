//! URLs as a frontier sees them: one spelling for each page, and which pages belong to a crawl.

mod domain;
mod normalize;
mod scope;
mod tracking;

pub use domain::{registrable_domain, same_site};
pub use normalize::Normalizer;
pub use scope::{PathPrefix, Scope};
pub use tracking::TrackingListError;
