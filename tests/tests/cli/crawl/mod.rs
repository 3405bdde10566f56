//! Crawl jobs on a generated web on loopback.
//!
//! `COPYDESK_CRAWL_PAGES=10000` and `COPYDESK_CRAWL_HOSTS=200` set the size of the web, and
//! `COPYDESK_CRAWL_KILLS=200` the number of kills. Each test prints its figures.

mod coverage;
mod kills;
mod runs;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::support::{FinishedCommand, Sandbox, XorShift, records, variable};
use copydesk_testkit::web::{LoggedRequest, PlannedArticle, TestWeb, WebSize};

/// Default numbers of pages and hosts.
const PAGES: u64 = 400;
const HOSTS: u64 = 12;

fn web() -> TestWeb {
    let size = |name, default| usize::try_from(variable(name, default)).unwrap();
    let extent = WebSize {
        articles: size("COPYDESK_CRAWL_PAGES", PAGES),
        hosts: size("COPYDESK_CRAWL_HOSTS", HOSTS),
    };
    TestWeb::start(extent, 0).unwrap()
}

/// A folder with a job that crawls the web.
struct CrawlSandbox {
    sandbox: Sandbox,
    web: TestWeb,
    /// Lines of the output that were read.
    seen_lines: usize,
}

/// A record that was delivered.
#[derive(Clone, Debug)]
struct DeliveredRecord {
    /// The canonical URL of the page, or its own.
    url: String,
    change: String,
    text: String,
    record: Value,
}

impl CrawlSandbox {
    /// A sandbox with `more` appended to the jobs file.
    fn new(more: &str) -> Self {
        let web = web();
        let sandbox = Sandbox::new().with("jobs.toml", web.jobs_file(more));
        Self { sandbox, web, seen_lines: 0 }
    }

    fn run(&self) -> FinishedCommand {
        self.sandbox.run(&["crawl", "jobs.toml", "--once"])
    }

    /// The records that were delivered since the last call.
    #[track_caller]
    fn delivered(&mut self) -> Vec<DeliveredRecord> {
        let all = if self.sandbox.path("out.jsonl").exists() {
            records(&self.sandbox.read("out.jsonl"))
        } else {
            Vec::new()
        };
        let new = all.get(self.seen_lines..).unwrap().iter().map(delivered).collect();
        self.seen_lines = all.len();
        new
    }

    /// Requests for articles since the last call, by URL, without `robots.txt`, lists and traps.
    fn article_requests(&self) -> BTreeMap<String, Vec<LoggedRequest>> {
        let articles: BTreeSet<String> =
            self.web.plan().articles.iter().map(|article| self.web.url(article)).collect();
        let mut requests: BTreeMap<String, Vec<LoggedRequest>> = BTreeMap::new();
        for one in self.web.take_requests() {
            let url = format!("http://{}:{}{}", one.host, self.web.address.port(), one.target);
            if articles.contains(&url) {
                requests.entry(url).or_default().push(one);
            }
        }
        requests
    }
}

fn delivered(record: &Value) -> DeliveredRecord {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let canonical = text(&record["canonical_url"]);
    DeliveredRecord {
        url: if canonical.is_empty() { text(&record["url"]) } else { canonical },
        change: text(&record["change"]["kind"]),
        text: text(&record["text"]),
        record: record.clone(),
    }
}

/// Asserts that exactly these articles were delivered, each once, with this kind of change and its own text.
#[track_caller]
fn assert_delivered(
    delivered: &[DeliveredRecord],
    expected: &BTreeMap<String, &PlannedArticle>,
    change: &str,
    generation: u32,
) {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for one in delivered {
        *times.entry(&one.url).or_default() += 1;
        let Some(article) = expected.get(&one.url) else {
            panic!("{} was delivered as {}: {}", one.url, one.change, one.record);
        };
        assert_eq!(one.change, change, "{}", one.url);
        for paragraph in article.paragraphs(generation) {
            assert!(
                one.text.contains(&paragraph),
                "{}: {paragraph:?} is not in {:?}",
                one.url,
                one.text
            );
        }
        for surroundings in ["Read next", "All rights reserved", "Advertisement"] {
            assert!(!one.text.contains(surroundings), "{}: {:?}", one.url, one.text);
        }
    }
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "delivered more than once: {twice:?}");
    let missing: Vec<_> = expected.keys().filter(|url| !times.contains_key(url.as_str())).collect();
    assert!(missing.is_empty(), "{} were not delivered: {missing:?}", missing.len());
}
