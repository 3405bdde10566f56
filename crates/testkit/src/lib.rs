//! Webs to crawl, and sites of many pages, which tests and examples share. It is never published.

#![allow(missing_docs, reason = "for the tests of this workspace alone")]

pub mod sites;
pub mod web;
