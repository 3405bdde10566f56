//! Serves the status page with invented data, until standard input ends:
//!
//! ```text
//! cargo run -p copydesk-crawl --example status_demo -- 127.0.0.1:8190
//! ```
//!
//! The first line on standard output is the URL. `tests/browser/` checks the pages.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Read, Write};
use std::sync::Arc;

use copydesk_clean::{CleanInput, CleanOptions, Cleaner, Lexicon, PageChange, SiteRules};
use copydesk_crawl::Error as CrawlError;
use copydesk_crawl::clock::{Clock, SystemClock};
use copydesk_crawl::frontier::{
    ChangeKind, DiscoveryCounts, ErrorView, FrontierOverview, HostView, HourlyVisits, JobId,
    JobRun, JobView, OutboxEntry, RunEnd, RunFigures, RunId, UrlState, VisitOutcome,
};
use copydesk_crawl::run;
use copydesk_crawl::status::{JobCard, LiveStatus, StatusSources, metrics, serve};
use jiff::{SignedDuration, Timestamp};

const HOUR: i64 = 60;

/// A job and its behaviour.
struct DemoJob {
    id: JobId,
    name: &'static str,
    schedule: &'static str,
    every_minutes: i64,
    pages: u64,
    news: u64,
    undelivered: u64,
    /// Number of latest runs that deliver nothing.
    silent_runs: usize,
    drifts: &'static [&'static str],
}

const JOBS: [DemoJob; 3] = [
    DemoJob {
        id: JobId(1),
        name: "harbour-news",
        schedule: "every 30 minutes, spread over 2 minutes",
        every_minutes: 30,
        pages: 2_300,
        news: 9,
        undelivered: 0,
        silent_runs: 0,
        drifts: &[],
    },
    DemoJob {
        id: JobId(2),
        name: "council-minutes",
        schedule: "at 06:00 every day (Europe/Berlin)",
        every_minutes: 24 * HOUR,
        pages: 180,
        news: 5,
        undelivered: 12,
        silent_runs: 3,
        drifts: &[
            "council.example: 12% of the words of its pages are kept, 71% by its profile",
            "minutes.valley-of-the-long-name.council.example: pages have 4 blocks, 38 by its profile",
        ],
    },
    DemoJob {
        id: JobId(3),
        name: "regional_press_of_the_northern_coast-and-its-islands",
        schedule: "every 6 hours",
        every_minutes: 6 * HOUR,
        pages: 48_000,
        news: 640,
        undelivered: 3,
        silent_runs: 0,
        drifts: &[],
    },
];

/// Pages, as sites serve them.
const PAGES: [(&str, &str, ChangeKind, &str); 4] = [
    (
        "https://news.harbour.example/2026/ferry-returns",
        "Ferry returns after nine weeks in dock",
        ChangeKind::New,
        "<p>The ferry sailed again on Monday after nine weeks in dock, the harbour master said. About two \
         hundred people stood on the pier in the rain when the first cars rolled on board.</p>\
         <p>The repair had cost twice what was planned, since the shaft, which had been thought to be \
         sound, had to be made anew. No yard on this coast could do that, so that it came by road.</p>\
         <p>From next week on, the boat goes five times a day. The council wants to decide in spring \
         whether it pays for a second one.</p>",
    ),
    (
        "https://news.harbour.example/2026/school-roof",
        "Storm takes the roof off the old school",
        ChangeKind::Changed,
        "<p>A storm took the roof off the old school in the night to Friday. Nobody was hurt, said the \
         mayor, Orla Venn, since the building has been empty for two years.</p>\
         <p>On Saturday the fire brigade had covered the hall with sheets. What it will cost is not \
         known; the insurance wants to send somebody on Tuesday.</p>",
    ),
    (
        "https://news.harbour.example/2026/a-very-long-address-without-any-place-to-break-it/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz?page=1&from=feed",
        "<script>alert(\"a title that is markup\")</script>",
        ChangeKind::New,
        "<p>The library opens on Sundays from now on, which it had not done since the war, as its keeper \
         Tamsin Roe found in the books.</p><p>Whoever has a card can come in without paying; others give \
         what they like. There is tea.</p>",
    ),
    (
        "https://news.harbour.example/2024/market-moves",
        "Market moves to the square",
        ChangeKind::Gone,
        "",
    ),
];

const CLUTTER: (&str, &str) = (
    "<nav><a href=/>Home</a> <a href=/news>News</a> <a href=/sport>Sport</a> <a href=/login>Log in</a></nav>\
     <div class=cookie-banner><p>We use cookies to improve your visit. Accept all cookies or manage your \
     settings.</p></div>",
    "<div class=newsletter><p>Sign up for our newsletter and never miss a story.</p></div>\
     <div class=paywall><p>Subscribe now for 1 a week to read on. Already a subscriber? Log in.</p></div>\
     <div class=share><a href=#>Share on Facebook</a> <a href=#>Tweet</a></div>\
     <section class=related><h2>Read more</h2><ul><li><a href=/a>Storm warning for the coast</a></li>\
     <li><a href=/b>Nine ways to cook mussels</a></li></ul></section>\
     <footer><p>© 2026 The Harbour News. All rights reserved.</p></footer>",
);

/// An invented state.
struct DemoOverview {
    now: Timestamp,
}

/// A pseudo-random number that depends on the seed only.
fn chance(seed: i64, below: u64) -> u64 {
    let mixed = seed.unsigned_abs().wrapping_add(77).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33) % below.max(1)
}

fn demo(job: JobId) -> Option<&'static DemoJob> {
    JOBS.iter().find(|demo| demo.id == job)
}

fn outcomes(demo: &DemoJob, at: usize) -> BTreeMap<VisitOutcome, u64> {
    let seed = i64::try_from(at).unwrap_or_default() * 7 + demo.id.0;
    let news = if at < demo.silent_runs { 0 } else { demo.news / 2 + chance(seed, demo.news + 1) };
    BTreeMap::from([
        (VisitOutcome::New, news - news / 4),
        (VisitOutcome::Changed, news / 4),
        (VisitOutcome::NotModified, demo.pages / 8 + chance(seed + 1, demo.pages / 20)),
        (VisitOutcome::Unchanged, demo.pages / 40),
        (VisitOutcome::Links, 6),
        (VisitOutcome::Gone, chance(seed + 2, 3)),
        (VisitOutcome::Failed, chance(seed + 3, demo.pages / 200 + 2)),
    ])
}

impl DemoOverview {
    fn ago(&self, minutes: i64) -> Timestamp {
        self.now - SignedDuration::from_mins(minutes)
    }

    /// Forty runs, latest first. The last one of the third job failed.
    fn runs_of(&self, demo: &DemoJob) -> Vec<JobRun> {
        let run = |at: usize| {
            let index = i64::try_from(at).unwrap_or_default();
            let begun = index * demo.every_minutes + 17;
            let is_running = at == 0 && demo.id == JobId(1);
            let has_failed = at == 0 && demo.id == JobId(3);
            let outcomes = outcomes(demo, at);
            let failed = outcomes.get(&VisitOutcome::Failed).copied().unwrap_or_default();
            let end = if has_failed { RunEnd::Failed } else { RunEnd::Complete };
            let message =
                has_failed.then_some("out/press-2026-11-28.parquet: No space left on device");
            JobRun {
                id: RunId(1_000 * demo.id.0 - index),
                job: demo.name.to_owned(),
                scheduled_for: Some(self.ago(begun)),
                started_at: self.ago(begun),
                ended_at: (!is_running).then(|| self.ago(begun - 4 - index % 9)),
                end: (!is_running).then_some(if at == 7 { RunEnd::Budget } else { end }),
                message: message.map(str::to_owned),
                figures: RunFigures {
                    wire_bytes: outcomes.values().sum::<u64>() * 21_000,
                    outcomes,
                    found: DiscoveryCounts {
                        new: 40,
                        known: 9_000,
                        capped: if at == 3 { 1_280 } else { 0 },
                    },
                    out_of_scope: 310,
                    trapped: if at == 3 { 77 } else { 0 },
                    removed_blocks: 1_900,
                    errors: BTreeMap::from([
                        ("timeout".to_owned(), failed / 2),
                        ("status".to_owned(), failed - failed / 2),
                    ]),
                    drifts: match at {
                        0 => demo.drifts.iter().map(|&drift| drift.to_owned()).collect(),
                        _ => Vec::new(),
                    },
                    ..RunFigures::default()
                },
                resumed: u32::from(at == 5),
            }
        };
        (0..40).map(run).collect()
    }
}

impl FrontierOverview for DemoOverview {
    fn jobs(&mut self) -> Result<Vec<JobView>, CrawlError> {
        let view = |demo: &DemoJob| JobView {
            id: demo.id,
            name: demo.name.to_owned(),
            urls: BTreeMap::from([
                (UrlState::Active, demo.pages),
                (UrlState::Gone, demo.pages / 90),
                (UrlState::Alias, demo.pages / 40),
                (UrlState::Excluded, demo.pages / 70),
            ]),
            undelivered: demo.undelivered,
            next_due: Some(self.ago(-demo.every_minutes / 2)),
        };
        let mut jobs: Vec<JobView> = JOBS.iter().map(view).collect();
        jobs.push(JobView {
            id: JobId(9),
            name: "tide-tables".to_owned(),
            urls: BTreeMap::from([(UrlState::Active, 31)]),
            undelivered: 0,
            next_due: None,
        });
        Ok(jobs)
    }

    fn runs(&mut self, job: Option<JobId>, limit: usize) -> Result<Vec<JobRun>, CrawlError> {
        let mut runs: Vec<JobRun> = JOBS
            .iter()
            .filter(|demo| job.is_none_or(|job| job == demo.id))
            .flat_map(|demo| self.runs_of(demo))
            .collect();
        runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
        runs.truncate(limit);
        Ok(runs)
    }

    fn hosts(&mut self, limit: usize) -> Result<Vec<HostView>, CrawlError> {
        let host = |at: i64| {
            let is_in_back_off = at < 4;
            let why = [
                "503 Service Unavailable, three times",
                "Retry-After: 3600",
                "no response within 20 s",
            ];
            let why = why.get(usize::try_from(at).unwrap_or_default() % why.len());
            HostView {
                host: match at {
                    1 => "www.a-host-with-a-rather-long-name.press-of-the-northern-coast.example"
                        .to_owned(),
                    _ => format!("paper-{at:02}.example"),
                },
                delay_millis: Some(1_000 + 500 * u64::try_from(at % 5).unwrap_or_default()),
                next_at: (at % 3 > 0).then(|| self.now + SignedDuration::from_secs(at + 2)),
                back_off_until: is_in_back_off.then(|| self.ago(-20 * (at + 1))),
                back_off_reason: why.filter(|_| is_in_back_off).map(|&why| why.to_owned()),
                leased: (at % 4 == 0 && !is_in_back_off)
                    .then(|| ("desk-1".to_owned(), self.ago(-2))),
            }
        };
        Ok((0..24).map(host).take(limit).collect())
    }

    fn errors(&mut self, job: JobId, limit: usize) -> Result<Vec<ErrorView>, CrawlError> {
        let error = |at: i64| ErrorView {
            url: format!(
                "https://paper-{:02}.example/archive/2025/{at}/what-was-said-at-the-harbour",
                at % 24
            ),
            at: self.ago(at * 13 + 5),
            kind: ["timeout", "status", "connect"]
                .get(usize::try_from(at % 3).unwrap_or_default())
                .map(|&kind| kind.to_owned())
                .unwrap_or_default(),
            message: match at % 3 {
                0 => "no response within 20 s".to_owned(),
                1 => "the server responded with 502 Bad Gateway".to_owned(),
                _ => "the connection was refused".to_owned(),
            },
            failures: u32::try_from(at % 4 + 1).unwrap_or_default(),
            next_visit: (at % 7 != 6).then(|| self.ago(-(at * 9 + 11))),
        };
        let errors = if job == JobId(9) { 0 } else { 26 };
        Ok((0..errors).map(error).take(limit).collect())
    }

    fn latest_records(&mut self, job: JobId, limit: usize) -> Result<Vec<OutboxEntry>, CrawlError> {
        if demo(job).is_none() {
            return Ok(Vec::new());
        }
        let mut options = CleanOptions::default();
        options.explain = true;
        let cleaner = Cleaner::new(options, Lexicon::embedded(), SiteRules::default());
        let delivery = |(at, (url, title, change, body)): (
            u64,
            &(&str, &str, ChangeKind, &str),
        )| {
            let title_markup = title.replace('<', "&lt;");
            let (before, after) = CLUTTER;
            let page = format!(
                "<html lang=en><title>{title_markup}</title>{before}<article><h1>{title_markup}</h1>{body}\
                 </article>{after}"
            );
            let mut record = cleaner
                .clean(&CleanInput { url: Some(url), ..CleanInput::new(url, page.as_bytes()) });
            if *change == ChangeKind::Gone {
                let copydesk_clean::Record { url, hostname, title, .. } = record;
                record = copydesk_clean::Record { url, hostname, title, ..Default::default() };
            }
            record.change = (*change != ChangeKind::New).then(|| PageChange {
                kind: *change,
                share: if *change == ChangeKind::Gone { 1.0 } else { 0.21 },
                added: match change {
                    ChangeKind::Gone => Vec::new(),
                    _ => vec![
                        "On Saturday the fire brigade had covered the hall with sheets.".to_owned(),
                    ],
                },
                removed: vec!["The market moves to the square, as the council decided.".to_owned()],
                first_seen: self.ago(9_000).to_string(),
                last_change: Some(self.ago(900).to_string()),
            });
            OutboxEntry {
                sequence: 900 - at,
                run: RunId(1_000),
                at: self.ago(i64::try_from(at).unwrap_or_default() * 41 + 6),
                change: *change,
                record: serde_json::to_vec(&record).unwrap_or_default(),
            }
        };
        Ok((0..).zip(PAGES.iter().cycle()).map(delivery).take(limit.min(8)).collect())
    }

    fn hours(&mut self, job: JobId, since: Timestamp) -> Result<Vec<HourlyVisits>, CrawlError> {
        let Some(demo) = demo(job) else { return Ok(Vec::new()) };
        let mut hours: BTreeMap<Timestamp, BTreeMap<VisitOutcome, u64>> = BTreeMap::new();
        for at in 0..7 * 48 {
            let begun = i64::try_from(at).unwrap_or_default() * demo.every_minutes + 17;
            let second = self.ago(begun).as_second().div_euclid(3600) * 3600;
            let hour = Timestamp::from_second(second).unwrap_or(Timestamp::MIN);
            if hour < since {
                break;
            }
            // Nights are quiet.
            let is_night = hour.as_second().rem_euclid(86_400) < 5 * 3600 && demo.id == JobId(1);
            for (outcome, count) in outcomes(demo, at) {
                let is_news = matches!(outcome, VisitOutcome::New | VisitOutcome::Changed);
                let count = if is_night && is_news { count / 5 } else { count };
                *hours.entry(hour).or_default().entry(outcome).or_default() += count;
            }
        }
        Ok(hours.into_iter().map(|(at, outcomes)| HourlyVisits { at, outcomes }).collect())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let handle = metrics::install()?;
    for demo in &JOBS {
        for (outcome, count) in outcomes(demo, 1) {
            (0..count.min(50)).for_each(|_| run::metrics::visit(demo.name, outcome));
        }
        run::metrics::delivery(demo.name, ChangeKind::New);
        run::metrics::run_ended(demo.name, RunEnd::Complete);
    }
    let now = SystemClock.now();
    let live = Arc::new(LiveStatus::default());
    live.set_cards(JOBS.iter().map(|demo| JobCard {
        name: demo.name.to_owned(),
        schedule: Some(demo.schedule.to_owned()),
        seeds: vec![
            "https://news.harbour.example/".to_owned(),
            "https://news.harbour.example/feed.xml".to_owned(),
        ],
        outputs: vec!["out/{job}-{date}.jsonl.zst".to_owned(), "archive/{job}/".to_owned()],
    }));
    for (at, demo) in (0..).zip(&JOBS) {
        live.set_next_run(
            demo.name,
            Some(now + SignedDuration::from_secs((13 + at * 300) * 60 + 59)),
        );
    }
    live.run_began("harbour-news", now - SignedDuration::from_mins(17));
    let open = move || -> Result<Box<dyn FrontierOverview>, CrawlError> {
        Ok(Box::new(DemoOverview { now: SystemClock.now() }))
    };
    let sources = StatusSources::new(Arc::new(open), live).with_metrics(handle);
    let server = serve(address.parse()?, sources)?;
    writeln!(io::stdout(), "http://{}/", server.local_addr())?;
    io::stdin().read_to_end(&mut Vec::new())?;
    server.stop();
    Ok(())
}
