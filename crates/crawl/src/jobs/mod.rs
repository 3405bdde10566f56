//! Crawl jobs: what a file of them says, when each runs, and that none runs twice at once.

mod file;
mod form;
mod job;
mod keys;
mod lock;
mod outputs;
mod patterns;
mod schedule;
mod source;
mod table;

pub use job::{
    Budget, ChangePolicy, Job, JobsFile, OutputSpec, Retention, RevisitPolicy, ScopeRules, Seed,
    SeedKind,
};
pub use lock::JobLock;
pub use outputs::PLACEHOLDERS;
pub use patterns::Patterns;
pub use schedule::{BadSchedule, Schedule, Spoken};

#[cfg(test)]
mod tests;
