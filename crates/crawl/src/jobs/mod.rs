//! Crawl jobs: reads and checks jobs files, and computes when each job runs.

mod convert;
mod file;
mod job;
mod keys;
mod outputs;
mod patterns;
mod schedule;
mod source;
mod status_hosts;
mod tables;
mod warnings;

pub use job::{
    ChangePolicy, CrawlBudget, CrawlJob, JobsFile, OutputSpec, RetentionPolicy, RevisitPolicy,
    ScopeRules, SeedKind, SeedUrl,
};
pub use patterns::UrlPatterns;
pub use schedule::{JobSchedule, ScheduleError};

#[cfg(test)]
mod tests;
