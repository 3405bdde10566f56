//! Runs of jobs against a site on loopback.

use super::testing::{CrawlRunFixture, LoopbackSite, SiteResponse, change_lines};
use crate::frontier::{RunEnd, VisitOutcome};

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
fn what_can_be_reached_is_delivered_once_and_then_only_what_changed() {
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
    let bench = CrawlRunFixture::new();
    let job = bench.job(&jobs(&site, ""));
    let finished = bench.run(&job);
    assert_eq!(finished.run.end, Some(RunEnd::Complete));
    assert_eq!(change_lines(&bench.records("out.jsonl")), ["new /barge", "new /tug"]);
    let asked = site.take_requests();
    assert!(asked.iter().all(|asked| !asked.contains("private") && !asked.contains("photo")));
    assert_eq!(asked.iter().filter(|asked| asked.starts_with("/robots.txt")).count(), 1);

    // Nothing is due but what leads to pages.
    bench.advance_hours(2);
    bench.run(&job);
    let asked = site.take_requests();
    assert!(asked.contains(&"/ 200".to_owned()) && !asked.iter().any(|a| a.starts_with("/barge")));

    // The article of one changed; around the other only what is no part of it.
    bench.advance_hours(48);
    site.set("/tug", story("tug and its four barges, all of which were thought lost", &["/barge"]));
    let finished = bench.run(&job);
    let records = bench.records("out.jsonl");
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
fn a_page_has_one_record_whatever_urls_lead_to_it() {
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
        // Sites have been seen that name their start page in every page.
        ("/wrong", canonical("wherry", "/")),
    ]);
    let bench = CrawlRunFixture::new();
    let job = bench.job(&jobs(&site, ""));
    for _ in 0..3 {
        bench.run(&job);
        bench.advance_hours(30);
    }
    assert_eq!(change_lines(&bench.records("out.jsonl")), ["new /b", "new /c", "new /wrong"]);
}

#[test]
fn a_gone_page_is_reported_after_it_was_missing_twice() {
    let site = LoopbackSite::start([
        ("/", SiteResponse::html("<a href=/barge>a</a>")),
        ("/barge", story("barge", &[])),
    ]);
    let bench = CrawlRunFixture::new();
    let job = bench.job(&jobs(&site, ""));
    bench.run(&job);
    site.set("/barge", SiteResponse::status(410));
    bench.advance_hours(48);
    bench.run(&job);
    assert_eq!(change_lines(&bench.records("out.jsonl")), ["new /barge"]);
    bench.advance_hours(48);
    bench.run(&job);
    assert_eq!(change_lines(&bench.records("out.jsonl")), ["gone /barge", "new /barge"]);
    let gone = &bench.records("out.jsonl")[1];
    assert!(gone["change"]["removed"].to_string().contains("barge came in at dawn"), "{gone}");
    bench.advance_hours(480);
    bench.run(&job);
    assert_eq!(bench.records("out.jsonl").len(), 2);
}

#[test]
fn what_a_budget_leaves_is_for_the_next_run() {
    let names = ["ark", "barge", "cog", "dhow", "eight", "ferry", "gig"];
    let links = names.map(|name| format!("<a href=/{name}>x</a>")).concat();
    let pages: Vec<String> = names.iter().map(|name| format!("/{name}")).collect();
    let pages = pages.iter().zip(names).map(|(path, name)| (path.as_str(), story(name, &[])));
    let site = LoopbackSite::start(pages.chain([("/", SiteResponse::html(links))]));
    for budget in ["budget = { visits = 4 }", "budget = { visits_per_host = 4 }"] {
        let bench = CrawlRunFixture::new();
        let job = bench.job(&jobs(&site, &format!("{budget}\nscope = {{ sitemaps = false }}")));
        let ends: Vec<_> = (0..4)
            .map(|_| {
                let end = bench.run(&job).run.end.unwrap();
                bench.advance_hours(1);
                (end, bench.records("out.jsonl").len())
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
    let bench = CrawlRunFixture::new();
    bench.run(&bench.job(&jobs(&site, "")));
    assert_eq!(change_lines(&bench.records("out.jsonl")), ["new /new", "new /old"]);
}

#[test]
fn urls_that_left_the_scope_are_not_visited() {
    let site = LoopbackSite::start([
        ("/", SiteResponse::html("<a href=/a/barge>a</a><a href=/b/tug>b</a>")),
        ("/a/barge", story("barge", &[])),
        ("/b/tug", story("tug", &[])),
    ]);
    let bench = CrawlRunFixture::new();
    bench.run(&bench.job(&jobs(&site, "")));
    assert_eq!(change_lines(&bench.records("out.jsonl")), ["new /a/barge", "new /b/tug"]);
    site.take_requests();
    for (of, links) in [("a/barge", "barge which sank"), ("b/tug", "tug which sank")] {
        site.set(&format!("/{of}"), story(links, &[]));
    }
    bench.advance_hours(48);
    bench.run(&bench.job(&jobs(&site, "scope = { exclude = [\"*/b/*\"] }")));
    assert_eq!(change_lines(&bench.records("out.jsonl")[2..]), ["changed /a/barge"]);
    assert!(site.take_requests().iter().all(|asked| !asked.starts_with("/b/")));
}

#[test]
fn a_run_that_reached_no_host_has_failed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let bench = CrawlRunFixture::new();
    let toml = format!("seeds = [\"http://{address}/\"]\n[[job.output]]\npath = \"out.jsonl\"\n");
    let finished = bench.run(&bench.job(&toml));
    assert!(finished.has_failed);
    let message = finished.run.message.unwrap();
    assert!(message.starts_with(&format!("a host was left alone: {address}: ")), "{message}");
}

#[test]
fn two_jobs_on_one_host_wait_for_each_other_and_both_see_all_of_it() {
    let names = ["ark", "barge", "cog", "dhow", "eight", "ferry", "gig"];
    let links = names.map(|name| format!("<a href=/{name}>x</a>")).concat();
    let pages = names.map(|name| (format!("/{name}"), story(name, &[])));
    let pages = pages.iter().map(|(path, answer)| (path.as_str(), answer.clone()));
    let site = LoopbackSite::start(pages.chain([("/", SiteResponse::html(links))]));
    let bench = CrawlRunFixture::new();
    let one = bench.job(&jobs(&site, ""));
    let mut other = bench.job(&jobs(&site, "").replace("out.jsonl", "other.jsonl"));
    other.name = "mole".into();
    std::thread::scope(|scope| {
        for job in [&one, &other] {
            let bench = &bench;
            scope.spawn(move || assert_eq!(bench.run(job).run.end, Some(RunEnd::Complete)));
        }
    });
    for output in ["out.jsonl", "other.jsonl"] {
        assert_eq!(change_lines(&bench.records(output)), names.map(|name| format!("new /{name}")));
    }
}
