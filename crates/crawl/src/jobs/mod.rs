//! Crawl jobs: what a file of them says, when each runs, and that none runs twice at once.

mod convert;
mod file;
mod job;
mod job_lock;
mod keys;
mod outputs;
mod patterns;
mod schedule;
mod source;
mod tables;

pub use job::{
    ChangePolicy, CrawlBudget, CrawlJob, JobsFile, OutputSpec, RetentionPolicy, RevisitPolicy,
    ScopeRules, SeedKind, SeedUrl,
};
pub use job_lock::JobLock;
pub use outputs::PLACEHOLDERS;
pub use patterns::UrlPatterns;
pub use schedule::{DurationText, JobSchedule, ScheduleError};

#[cfg(test)]
mod tests;
