//! Fills a frontier with URLs, then leases and commits them all as a crawl does, and prints the speed and the memory
//! used.
//!
//!     cargo run --profile measure -p copydesk-crawl --example frontier_load -- [URLS [HOSTS [FOLDER]]]
//!
//! By default 5,000,000 URLs on 20,000 hosts, in a temporary folder.
#![expect(clippy::print_stdout, reason = "it is what it is for")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use copydesk_crawl::frontier::{
    CommitBatch, DiscoverySource, Frontier, JobId, LeaseRelease, LeaseRequest, NewUrl, RunId,
    SqliteFrontier, UrlKind, UrlState, VisitCommit, VisitOutcome,
};
use jiff::{SignedDuration, Timestamp};

const DEFAULT_URLS: u64 = 5_000_000;
const DEFAULT_HOSTS: u64 = 20_000;

/// URLs that one page or sitemap adds.
const FOUND_AT_ONCE: u64 = 2_000;

/// Hosts that a crawl has leased at a time, and the visits it makes on each before it releases it.
const HOSTS_AT_ONCE: usize = 64;
const VISITS_PER_HOST: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let urls = args.next().map_or(Ok(DEFAULT_URLS), |urls| urls.parse())?;
    let hosts = args.next().map_or(Ok(DEFAULT_HOSTS), |hosts| hosts.parse())?;
    let folder = match args.next() {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let path = folder.path().join("crawl.sqlite");
    let mut load = FrontierLoad::new(&path, urls)?;
    load.add(hosts)?;
    load.visit()?;
    println!("file: {} MiB", fs::metadata(&path)?.len() >> 20);
    Ok(())
}

struct FrontierLoad {
    frontier: SqliteFrontier,
    job: JobId,
    run: RunId,
    start: Timestamp,
    urls: u64,
}

impl FrontierLoad {
    fn new(path: &Path, urls: u64) -> Result<Self, Box<dyn Error>> {
        let start = Timestamp::now();
        let mut frontier = SqliteFrontier::open(path)?;
        let job = frontier.register_job("load", &["out.jsonl".to_owned()])?;
        let run = frontier.begin_run(job, None, start)?.id;
        Ok(Self { frontier, job, run, start, urls })
    }

    /// Adds the URLs in the order of a crawl: few in a row from one host.
    fn add(&mut self, hosts: u64) -> Result<(), Box<dyn Error>> {
        let mut progress = LoadProgress::new("add", self.urls);
        for first in (0..self.urls).step_by(usize::try_from(FOUND_AT_ONCE)?) {
            let last = (first + FOUND_AT_ONCE).min(self.urls);
            let found = (first..last).map(|number| self.url(number, hosts)).collect();
            let batch = CommitBatch { found, ..CommitBatch::default() };
            let added = self.frontier.commit(self.job, self.run, batch)?.added;
            progress.done(added.new);
        }
        progress.end();
        Ok(())
    }

    fn url(&self, number: u64, hosts: u64) -> NewUrl {
        // Ten in a row are on one host.
        let host = format!("www.outlet-{:05}.example", number / 10 % hosts);
        NewUrl {
            url: format!("https://{host}/2026/11/story-of-the-day-{number:08}"),
            host,
            kind: UrlKind::Page,
            via: DiscoverySource::Sitemap,
            priority: u8::try_from(number % 3 + 4).unwrap_or_default(),
            depth: 1,
            due: self.start,
            modified: None,
            pattern: None,
        }
    }

    fn visit(&mut self) -> Result<(), Box<dyn Error>> {
        let mut progress = LoadProgress::new("lease and finish", self.urls);
        let request = LeaseRequest {
            job: self.job,
            owner: "load".into(),
            now: self.start,
            due_by: self.start,
            until: self.start + SignedDuration::from_mins(5),
            max_hosts: HOSTS_AT_ONCE,
            max_visits_per_host: VISITS_PER_HOST,
        };
        loop {
            let leases = self.frontier.lease(&request)?;
            let mut batch = CommitBatch::default();
            for lease in &leases {
                for visit in &lease.visits {
                    batch.finished.push(VisitCommit {
                        lease: lease.key,
                        url: visit.id,
                        at: self.start,
                        outcome: VisitOutcome::Unchanged,
                        state: UrlState::Active,
                        kind: None,
                        next_visit: Some(self.start + SignedDuration::from_hours(24)),
                        interval_seconds: Some(86_400),
                        validators: None,
                        fingerprint: Some(visit.id.0.cast_unsigned()),
                        text: None,
                        status: Some(200),
                        wire_bytes: 40_000,
                        error: None,
                        delivery: None,
                        found: Vec::new(),
                    });
                }
                batch.released.push(LeaseRelease {
                    lease: lease.key,
                    next_at: Some(self.start),
                    delay_millis: Some(1_000),
                    is_done_for_run: false,
                    back_off: None,
                    robots: None,
                });
            }
            let finished = batch.finished.len() as u64;
            if finished == 0 {
                break;
            }
            self.frontier.commit(self.job, self.run, batch)?;
            progress.done(finished);
        }
        progress.end();
        Ok(())
    }
}

/// Prints progress at a tenth, at half, and at the end.
struct LoadProgress {
    what: &'static str,
    total: u64,
    done: u64,
    reported: u64,
    began: Instant,
}

impl LoadProgress {
    fn new(what: &'static str, total: u64) -> Self {
        Self { what, total, done: 0, reported: 0, began: Instant::now() }
    }

    fn done(&mut self, more: u64) {
        self.done += more;
        let percent = self.done * 100 / self.total.max(1);
        for mark in [10, 50, 100] {
            if self.reported < mark && percent >= mark {
                self.reported = mark;
                println!("{}: {mark}% memory {}", self.what, memory());
            }
        }
    }

    fn end(&self) {
        let seconds = self.began.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds;
        println!("{}: {} URLs in {seconds:.1} s, {rate:.0} URLs/s", self.what, self.done);
    }
}

/// Memory of the process: now, and at its peak.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map_or("?", str::trim).to_owned()
    };
    format!("{} (peak {})", line("VmRSS:"), line("VmHWM:"))
}
