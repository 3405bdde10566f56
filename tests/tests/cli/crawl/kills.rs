//! Crawls that are killed at random moments and resumed by the same command: nothing is lost, and nothing is
//! delivered twice.
//!
//! `COPYDESK_CRAWL_KILLS=200` sets the number of kills; `COPYDESK_KILLS_SEED` sets the moments.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::{CrawlSandbox, XorShift, assert_delivered, variable};
use copydesk_crawl::frontier::store_at;
use copydesk_testkit::web::ArticleFate;

/// Default number of kills.
const KILLS: u64 = 8;

/// Maximum number of kills of one crawl, which then completes.
const KILLS_OF_A_CRAWL: u64 = 8;

/// Concurrent fetches. Their responses are lost in a kill, and the pages are fetched again.
const IN_FLIGHT: usize = 64;

#[test]
fn a_crawl_that_is_killed_at_any_moment_loses_nothing_and_delivers_nothing_twice() {
    let kills = variable("COPYDESK_CRAWL_KILLS", KILLS);
    let mut random = XorShift::seeded_by("COPYDESK_KILLS_SEED");
    let whole = {
        let crawl = CrawlSandbox::new("");
        let started = Instant::now();
        crawl.run().assert_exit(0);
        started.elapsed()
    };
    let (mut killed, mut crawls, mut ended_before, mut fetched_twice) = (0, 0, 0, 0);
    let mut after_commit = 0;
    while killed < kills {
        let mut crawl = CrawlSandbox::new("");
        crawls += 1;
        let mut killed_here = 0;
        while killed_here < KILLS_OF_A_CRAWL.min(kills - killed) {
            let mut command = crawl.sandbox.command(&["crawl", "jobs.toml", "--once"]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // This sleep is the random moment of the kill; the test does not wait for anything. It is short,
            // so that one crawl is killed several times.
            let micros = u64::try_from(whole.as_micros()).unwrap() / 3;
            thread::sleep(Duration::from_micros(random.below(micros)));
            if child.try_wait().unwrap().is_some() {
                ended_before += 1;
                break;
            }
            let _ = child.kill();
            child.wait().unwrap();
            killed_here += 1;
            after_commit += u64::from(has_open_run_with_visits(&crawl));
        }
        killed += killed_here;
        crawl.run().assert_exit(0);
        assert_delivered(&crawl.delivered(), &crawl.web.deliverable(), "new", 1);
        let fine: Vec<String> = (crawl.web.plan().articles.iter())
            .filter(|article| !matches!(article.fate, ArticleFate::TruncatedOnce))
            .map(|article| crawl.web.url(article))
            .collect();
        let asked = crawl.article_requests();
        let twice = fine
            .iter()
            .filter_map(|url| asked.get(url))
            .map(|asked| asked.iter().filter(|one| one.status == 200).count().saturating_sub(1));
        let twice: usize = twice.sum();
        let limit = IN_FLIGHT * usize::try_from(killed_here).unwrap();
        assert!(twice <= limit, "{twice} pages were fetched again after {killed_here} kills");
        fetched_twice += twice;
    }
    println!(
        "{killed} kills of {crawls} crawls, {after_commit} of them after a commit: 0 lost, 0 delivered twice; \
         {fetched_twice} fetched again; {ended_before} crawls ended before"
    );
    // Kills before the first commit only show that a crawl can be started again.
    assert!(
        after_commit * 4 >= killed,
        "only {after_commit} of {killed} kills came after a commit"
    );
}

/// Whether the state has visits of a run that did not end, which the next one has to resume.
fn has_open_run_with_visits(crawl: &CrawlSandbox) -> bool {
    let Ok(mut state) = store_at(&crawl.sandbox.path("crawl.sqlite")).open_read_only() else {
        return false;
    };
    let runs = state.runs(None, 1).unwrap();
    runs.iter().any(|run| run.ended_at.is_none() && run.figures.outcomes.values().sum::<u64>() > 0)
}
