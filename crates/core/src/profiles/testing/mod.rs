//! Sites made for measuring: many pages, and what is wanted of each.

mod measure;
mod modules;
mod prose;
mod sites;

pub(super) use sites::{Template, TestPage, site};
