//! Sites made for measuring: many pages, and what is wanted of each.

mod modules;
mod prose;
mod site;

pub use site::{SitePage, SiteTemplate, site};
