//! The command as people run it: output, messages, files, exit status.

mod added_columns;
mod clean;
mod clean_urls;
mod config;
mod crawl;
mod crawl_jobs;
mod dedupe;
mod eval;
mod fetch;
mod filters;
mod formats;
mod group;
mod help;
mod inputs;
mod inspect;
#[cfg(unix)]
mod interrupted;
mod kills;
mod limits;
mod outputs;
mod repair;
mod server;
mod sites;
mod state;
mod support;
