//! Runs of jobs against a site on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};

use super::CrawlRun;
use super::testing::{CrawlRunFixture, LoopbackSite, START, SiteResponse, change_lines};
use crate::clock::Clock;
use crate::frontier::conformance::MemoryStore;
use crate::frontier::{RunEnd, StateStore as _, VisitOutcome};

fn text(of: &str) -> String {
    format!(
        "The {of} came in at dawn with the tide behind it, and the pilots who had waited on the mole since \
         midnight said that they had not seen a {of} so heavy with ice in all their years on this coast."
    )
}

fn story(of: &str, links: &[&str]) -> SiteResponse {
    SiteResponse::article(&format!("The {of}"), &text(of), links)
}

fn jobs(site: &LoopbackSite, more: &str) -> String {
    format!("seeds = [\"{}\"]\n{more}\n[[job.output]]\npath = \"out.jsonl\"\n", site.url("/"))
}

#[test]
fn reachable_pages_are_delivered_once_and_then_only_changes() {
    let robots = "User-agent: *\nDisallow: /private\n";
    let site = LoopbackSite::start([
        ("/robots.txt", SiteResponse::new("text/plain", robots)),
        (
            "/",
            SiteResponse::html(
                "<a href=/barge>a</a><a href=/private/x>b</a><a href=/photo.jpg>c</a>",
            ),
        ),
        ("/barge", story("barge", &["/", "/tug", "/barge#top"]).header("ETag", "\"1\"")),
        ("/tug", story("tug", &["/barge", "/lost"])),
        ("/private/x", story("secret", &[])),
    ]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, ""));
    let finished = fixture.run(&job);
    assert_eq!(finished.run.end, Some(RunEnd::Complete));
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["new /barge", "new /tug"]);
    let requests = site.take_requests();
    assert!(requests.iter().all(|path| !path.contains("private") && !path.contains("photo")));
    assert_eq!(requests.iter().filter(|path| path.starts_with("/robots.txt")).count(), 1);

    // Only hubs, feeds and sitemaps are due.
    fixture.advance_hours(2);
    fixture.run(&job);
    let requests = site.take_requests();
    assert!(requests.contains(&"/ 200".to_owned()));
    assert!(!requests.iter().any(|path| path.starts_with("/barge")));

    // One article changed; on the other page, only its surroundings.
    fixture.advance_hours(48);
    site.set("/tug", story("tug and its four barges, all of which were thought lost", &["/barge"]));
    let finished = fixture.run(&job);
    let records = fixture.records("out.jsonl");
    assert_eq!(change_lines(&records[2..]), ["changed /tug"]);
    assert!(site.take_requests().contains(&"/barge 304".to_owned()));
    assert_eq!(finished.run.figures.outcomes[&VisitOutcome::NotModified], 1);
    let change = &records[2]["change"];
    assert!(change["added"][0].as_str().unwrap().contains("four barges"), "{change}");
    assert!(
        change["removed"].as_array().unwrap().iter().any(|r| r.as_str().unwrap().contains("tug"))
    );
    assert_eq!(change["first_seen"], "2026-03-01T06:00:00Z");
}

#[test]
fn a_page_has_one_record_for_all_its_urls() {
    let canonical = |of: &str, to: &str| {
        let page =
            format!("<link rel=canonical href={to}><article><h1>The {of}</h1><p>{}</p>", text(of));
        SiteResponse::html(page)
    };
    let site = LoopbackSite::start([
        (
            "/",
            SiteResponse::html(
                "<a href=/a>a</a><a href=/b?ref=home>b</a><a href=/b?ref=list>b</a><a href=/amp/b>b</a><a href=/wrong>c</a>",
            ),
        ),
        ("/a", SiteResponse::redirect("/c")),
        ("/c", story("cutter", &[])),
        ("/b?ref=home", canonical("brig", "/b")),
        ("/b?ref=list", canonical("brig", "/b")),
        ("/b", canonical("brig", "/b")),
        ("/amp/b", canonical("brig with a new mast", "/b")),
        // Some sites name their start page as canonical in every page.
        ("/wrong", canonical("wherry", "/")),
    ]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, ""));
    for _ in 0..3 {
        fixture.run(&job);
        fixture.advance_hours(30);
    }
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["new /b", "new /c", "new /wrong"]);
}

#[test]
fn a_gone_page_is_reported_after_it_was_missing_twice() {
    let site = LoopbackSite::start([
        ("/", SiteResponse::html("<a href=/barge>a</a>")),
        ("/barge", story("barge", &[])),
    ]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, ""));
    fixture.run(&job);
    site.set("/barge", SiteResponse::status(410));
    fixture.advance_hours(48);
    fixture.run(&job);
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["new /barge"]);
    fixture.advance_hours(48);
    fixture.run(&job);
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["gone /barge", "new /barge"]);
    let gone = &fixture.records("out.jsonl")[1];
    assert!(gone["change"]["removed"].to_string().contains("barge came in at dawn"), "{gone}");
    fixture.advance_hours(480);
    fixture.run(&job);
    assert_eq!(fixture.records("out.jsonl").len(), 2);
}

#[test]
fn the_next_run_visits_what_a_budget_left() {
    let names = ["ark", "barge", "cog", "dhow", "eight", "ferry", "gig"];
    let links = names.map(|name| format!("<a href=/{name}>x</a>")).concat();
    let pages: Vec<String> = names.iter().map(|name| format!("/{name}")).collect();
    let pages = pages.iter().zip(names).map(|(path, name)| (path.as_str(), story(name, &[])));
    let site = LoopbackSite::start(pages.chain([("/", SiteResponse::html(links))]));
    for budget in ["budget = { visits = 4 }", "budget = { visits_per_host = 4 }"] {
        let fixture = CrawlRunFixture::new();
        let job = fixture.job(&jobs(&site, &format!("{budget}\nscope = {{ sitemaps = false }}")));
        let ends: Vec<_> = (0..4)
            .map(|_| {
                let end = fixture.run(&job).run.end.unwrap();
                fixture.advance_hours(1);
                (end, fixture.records("out.jsonl").len())
            })
            .collect();
        let (spent, whole) = (RunEnd::Budget, RunEnd::Complete);
        assert_eq!(ends[..2], [(spent, 3), (spent, 6)], "{budget}");
        assert_eq!(ends[2..], [(whole, 7), (whole, 7)], "{budget}");
    }
}

#[test]
fn feeds_and_sitemaps_lead_to_pages_that_nothing_links_to() {
    let site = LoopbackSite::start([
        ("/robots.txt", SiteResponse::status(404)),
        ("/", SiteResponse::html("<link rel=alternate type=application/rss+xml href=/feed>")),
    ]);
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>x</title><item><title>y</title><link>{}</link></item></channel></rss>",
        site.url("/new")
    );
    let sitemap = format!(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>{}</loc></url></urlset>",
        site.url("/old")
    );
    site.set("/feed", SiteResponse::new("application/rss+xml", feed));
    site.set("/sitemap.xml", SiteResponse::new("application/xml", sitemap));
    site.set("/new", story("schooner", &[]));
    site.set("/old", story("hulk", &[]));
    let fixture = CrawlRunFixture::new();
    fixture.run(&fixture.job(&jobs(&site, "")));
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["new /new", "new /old"]);
}

#[test]
fn urls_that_left_the_scope_are_not_visited() {
    let site = LoopbackSite::start([
        ("/", SiteResponse::html("<a href=/a/barge>a</a><a href=/b/tug>b</a>")),
        ("/a/barge", story("barge", &[])),
        ("/b/tug", story("tug", &[])),
    ]);
    let fixture = CrawlRunFixture::new();
    fixture.run(&fixture.job(&jobs(&site, "")));
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["new /a/barge", "new /b/tug"]);
    site.take_requests();
    for (of, links) in [("a/barge", "barge which sank"), ("b/tug", "tug which sank")] {
        site.set(&format!("/{of}"), story(links, &[]));
    }
    fixture.advance_hours(48);
    fixture.run(&fixture.job(&jobs(&site, "scope = { exclude = [\"*/b/*\"] }")));
    assert_eq!(change_lines(&fixture.records("out.jsonl")[2..]), ["changed /a/barge"]);
    assert!(site.take_requests().iter().all(|path| !path.starts_with("/b/")));
}

#[test]
fn a_run_that_reached_no_host_has_failed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let fixture = CrawlRunFixture::new();
    let toml = format!("seeds = [\"http://{address}/\"]\n[[job.output]]\npath = \"out.jsonl\"\n");
    let finished = fixture.run(&fixture.job(&toml));
    assert!(finished.has_failed);
    let message = finished.run.message.unwrap();
    assert!(message.starts_with(&format!("1 host in back-off: {address}: ")), "{message}");
    // The next run may not even try.
    let finished = fixture.run(&fixture.job(&toml));
    assert_eq!((finished.has_failed, finished.run.figures.outcomes.len()), (true, 0));
    let message = finished.run.message.unwrap();
    assert!(message.starts_with("every host is in back-off, until 2026-03-01T06:"), "{message}");
}

#[test]
fn two_jobs_on_one_host_wait_for_each_other_and_both_visit_all_pages() {
    let names = ["ark", "barge", "cog", "dhow", "eight", "ferry", "gig"];
    let links = names.map(|name| format!("<a href=/{name}>x</a>")).concat();
    let pages = names.map(|name| (format!("/{name}"), story(name, &[])));
    let pages = pages.iter().map(|(path, response)| (path.as_str(), response.clone()));
    let site = LoopbackSite::start(pages.chain([("/", SiteResponse::html(links))]));
    let fixture = CrawlRunFixture::new();
    let one = fixture.job(&jobs(&site, ""));
    let mut other = fixture.job(&jobs(&site, "").replace("out.jsonl", "other.jsonl"));
    other.name = "mole".into();
    std::thread::scope(|scope| {
        for job in [&one, &other] {
            let fixture = &fixture;
            scope.spawn(move || assert_eq!(fixture.run(job).run.end, Some(RunEnd::Complete)));
        }
    });
    for output in ["out.jsonl", "other.jsonl"] {
        assert_eq!(
            change_lines(&fixture.records(output)),
            names.map(|name| format!("new /{name}"))
        );
    }
}

/// A page that a framework fills with scripts.
fn needs_javascript() -> SiteResponse {
    SiteResponse::html(
        "<title>App</title><noscript>You need to enable JavaScript to run this app.</noscript>\
         <div id=root></div><script src=/app.js></script>",
    )
}

#[test]
fn a_run_whose_start_page_fails_says_why_and_the_next_one_visits_it_again() {
    let site = LoopbackSite::start([("/", SiteResponse::status(500))]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, "scope.sitemaps = false"));
    for _ in 0..2 {
        let finished = fixture.run(&job);
        let url = site.url("/");
        let why = format!(
            "the only visit failed, and the start page was not reached: 1 status ({url}: the server answered 500)"
        );
        assert_eq!(finished.run.message.as_deref(), Some(why.as_str()));
        assert_eq!((finished.has_failed, finished.run.end), (true, Some(RunEnd::Failed)));
        assert!(site.take_requests().contains(&"/ 500".to_owned()));
        fixture.advance_hours(1);
    }
    site.set("/", SiteResponse::html("<a href=/barge>a</a>"));
    site.set("/barge", story("barge", &[]));
    let finished = fixture.run(&job);
    assert_eq!((finished.has_failed, finished.run.end), (false, Some(RunEnd::Complete)));
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["new /barge"]);
}

#[test]
fn a_site_that_needs_javascript_fails_the_run() {
    let site = LoopbackSite::start([("/", needs_javascript())]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, ""));
    let finished = fixture.run(&job);
    assert!(finished.has_failed);
    assert_eq!(finished.run.figures.outcomes[&VisitOutcome::Empty], 1);
    let message = finished.run.message.unwrap();
    assert!(message.starts_with("the start page came back without links: 1 empty ("), "{message}");
    assert!(message.contains("JavaScript"), "{message}");

    // Its sections are made by the server, and only its articles are not.
    site.set("/", SiteResponse::html("<a href=/barge>a</a><a href=/tug>b</a>"));
    site.set("/barge", needs_javascript());
    site.set("/tug", needs_javascript());
    fixture.advance_hours(1);
    let message = fixture.run(&job).run.message.unwrap();
    assert!(message.starts_with("all 2 pages came back without text: 2 empty ("), "{message}");
    fixture.advance_hours(1);
    let message = fixture.run(&job).run.message.unwrap();
    assert_eq!(message, "no page has come back with text since an earlier run");

    site.set("/tug", story("tug", &[]));
    fixture.advance_hours(30);
    let finished = fixture.run(&job);
    assert_eq!((finished.has_failed, finished.run.end), (false, Some(RunEnd::Complete)));
}

#[test]
fn what_a_change_of_the_job_concerns_is_due_at_once() {
    let site = LoopbackSite::start([
        (
            "/",
            SiteResponse::html("<a href=/news/barge>a</a><a href=/shop/anchor>b</a>")
                .header("ETag", "\"1\""),
        ),
        ("/news/barge", story("barge", &[]).header("ETag", "\"2\"")),
        ("/shop/anchor", story("anchor", &[]).header("ETag", "\"3\"")),
    ]);
    let fixture = CrawlRunFixture::new();
    let port = site.url("/").trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    let deliver = |path: &str| format!("scope.deliver = [\"127.0.0.1:{port}/{path}/*\"]");

    let mut job = fixture.job(&jobs(&site, &deliver("news")));
    job.settings.allow_private = false;
    let message = fixture.run(&job).run.message.unwrap();
    assert!(message.contains(" address ("), "{message}");
    assert!(message.contains("(setting `allow_private`)"), "{message}");

    fixture.advance_hours(1);
    job.settings.allow_private = true;
    job.settings.min_words = 10_000;
    let finished = fixture.run(&job);
    assert_eq!(finished.run.figures.outcomes[&VisitOutcome::Excluded], 1);
    assert!(
        finished.run.figures.notes[0]
            .starts_with("the job has changed (how pages are fetched, how pages are cleaned)")
    );
    assert_eq!(fixture.records("out.jsonl").len(), 0);

    fixture.advance_hours(1);
    job.settings.min_words = 0;
    fixture.run(&job);
    assert_eq!(change_lines(&fixture.records("out.jsonl")), ["new /news/barge"]);

    fixture.advance_hours(1);
    let job = fixture.job(&jobs(&site, &deliver("shop")));
    let finished = fixture.run(&job);
    assert_eq!(
        finished.run.figures.notes,
        ["the job has changed (scope): besides the start pages, 1 URL is due at once"]
    );
    assert_eq!(
        change_lines(&fixture.records("out.jsonl")),
        ["new /news/barge", "new /shop/anchor"]
    );
    site.take_requests();
    fixture.advance_hours(1);
    assert_eq!(fixture.run(&job).run.figures.notes, [""; 0]);
    assert_eq!(site.take_requests(), ["/ 304"]);
}

#[test]
fn a_clock_that_was_ahead_does_not_stop_the_visits() {
    let site = LoopbackSite::start([
        ("/", SiteResponse::html("<a href=/barge>a</a>")),
        ("/barge", story("barge", &[])),
    ]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, ""));
    fixture.advance_hours(400 * 24);
    fixture.run(&job);
    fixture.advance_hours(-400 * 24);
    site.take_requests();
    let finished = fixture.run(&job);
    assert!(site.take_requests().contains(&"/barge 200".to_owned()));
    assert_eq!(
        finished.run.figures.notes,
        [
            "the clock was ahead in an earlier run (at 2027-04-05T06:00:00Z); URLs visited then, or due later than \
          the job allows: 3; they are due now"
        ]
    );
    fixture.advance_hours(1);
    let finished = fixture.run(&job);
    assert_eq!(finished.run.figures.notes, [""; 0]);
    assert_eq!(finished.run.figures.outcomes[&VisitOutcome::Links], 1);
    let requests = site.take_requests();
    assert!(!requests.iter().any(|request| request.starts_with("/barge")), "{requests:?}");
}

#[test]
fn patterns_that_match_nothing_are_noted() {
    let site = LoopbackSite::start([
        ("/", SiteResponse::html("<a href=/barge>a</a>")),
        ("/barge", story("barge", &[])),
    ]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, "scope.deliver = [\"127.0.0.1/*\"]"));
    let notes = fixture.run(&job).run.figures.notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].starts_with("`deliver` pattern `127.0.0.1/*` matches nothing: "), "{notes:?}");
}

/// A clock that is a year ahead, until it was asked this often.
struct CorrectedClock {
    asked: AtomicUsize,
    ahead_until: usize,
}

impl Clock for CorrectedClock {
    fn now(&self) -> Timestamp {
        let start: Timestamp = START.parse().unwrap();
        let is_ahead = self.asked.fetch_add(1, Ordering::Relaxed) < self.ahead_until;
        start + SignedDuration::from_hours(if is_ahead { 365 * 24 } else { 0 })
    }
}

#[test]
fn a_run_during_which_the_clock_goes_back_ends() {
    let site = LoopbackSite::start([
        ("/", SiteResponse::html("<a href=/barge>a</a>")),
        ("/barge", story("barge", &[])),
    ]);
    let fixture = CrawlRunFixture::new();
    let job = fixture.job(&jobs(&site, "budget.visits = 60"));
    for ahead_until in 2..30 {
        let clock = Arc::new(CorrectedClock { asked: AtomicUsize::new(0), ahead_until });
        let frontier = MemoryStore::new("crawl").open().unwrap();
        let finished =
            CrawlRun::new(&job, frontier, &fixture.path("crawl"), clock).start().unwrap();
        let visits: u64 = finished.run.figures.outcomes.values().sum();
        assert!(visits < 10, "{ahead_until}: {visits} visits");
    }
}
