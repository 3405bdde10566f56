//! What tests and examples share: generated websites, prose and servers with faults. Never published.
//!
//! - [`sites`] generates sites of many pages, with what cleaning should keep of each.
//! - [`web`] generates a web of hosts and serves it on loopback, with faults: slow, failing and hostile servers.

#![allow(missing_docs, reason = "for the tests of this workspace alone")]

mod random;
pub mod sites;
pub mod web;
