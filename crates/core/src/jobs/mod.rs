//! Crawl jobs: what a file of them says, when each runs, and that none runs twice at once.

mod job;

pub use job::{
    Budget, ChangePolicy, Job, JobsFile, OutputSpec, Patterns, Retention, RevisitPolicy,
    ScopeRules, Seed, SeedKind,
};
