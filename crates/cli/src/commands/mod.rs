//! The commands, one module each: its arguments, and `run`.

pub(crate) mod clean;
pub(crate) mod completions;
pub(crate) mod config;
#[cfg(feature = "crawl")]
pub(crate) mod crawl;
pub(crate) mod eval;
pub(crate) mod features;
pub(crate) mod fetch;
pub(crate) mod group;
pub(crate) mod inspect;
pub(crate) mod man;
pub(crate) mod repair;
pub(crate) mod site;
#[cfg(feature = "crawl")]
pub(crate) mod state;
