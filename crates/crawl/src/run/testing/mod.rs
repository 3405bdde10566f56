//! A fixture for tests of runs: a site on loopback, a state, outputs, and a clock.

mod site;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use super::{CrawlRun, CrawlSummary};
use crate::clock::{Clock, ManualClock};
use crate::frontier::SqliteFrontier;
use crate::jobs::{CrawlJob, JobsFile};
use copydesk_core::settings::Settings;

pub(super) use site::{LoopbackSite, SiteResponse};

/// When the first run of a test begins.
pub(super) const START: &str = "2026-03-01T06:00:00Z";

/// A folder with a state and outputs, and a clock.
pub(super) struct CrawlRunFixture {
    folder: TempDir,
    pub(super) clock: Arc<ManualClock>,
}

impl CrawlRunFixture {
    pub(super) fn new() -> Self {
        let clock = Arc::new(ManualClock::new(START.parse().unwrap()));
        Self { folder: tempfile::tempdir().unwrap(), clock }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The job of this jobs file, without crawl delays.
    pub(super) fn job(&self, toml: &str) -> CrawlJob {
        let path = self.path("jobs.toml");
        let politeness =
            "politeness = { host_delay = \"0s\", max_attempts = 1, allow_private = true }";
        fs::write(&path, format!("[[job]]\nname = \"harbour\"\n{politeness}\n{toml}")).unwrap();
        let mut file = JobsFile::read(&path, &Settings::default()).unwrap();
        file.jobs.remove(0)
    }

    pub(super) fn frontier(&self) -> SqliteFrontier {
        SqliteFrontier::open(&self.path("crawl.sqlite")).unwrap()
    }

    pub(super) fn run(&self, job: &CrawlJob) -> CrawlSummary {
        let state = self.path("crawl.sqlite");
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        CrawlRun::new(job, Box::new(self.frontier()), &state, clock).start().unwrap()
    }

    /// Advances the clock.
    pub(super) fn advance_hours(&self, hours: i64) {
        self.clock.advance(jiff::SignedDuration::from_hours(hours));
    }

    /// The records that an output has so far.
    pub(super) fn records(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Lines with the kind of change and the path of each record, sorted.
pub(super) fn change_lines(records: &[Value]) -> Vec<String> {
    let line = |record: &Value| {
        let path = record["source"].as_str().unwrap().splitn(4, '/').nth(3).unwrap().to_owned();
        format!("{} /{path}", record["change"]["kind"].as_str().unwrap())
    };
    let mut lines: Vec<String> = records.iter().map(line).collect();
    lines.sort();
    lines
}
