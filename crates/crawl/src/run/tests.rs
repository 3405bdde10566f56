//! Runs of jobs against a site on loopback.

use super::testing::{Answer, Bench, Site, news};
use crate::frontier::{RunEnd, VisitOutcome};

fn text(of: &str) -> String {
    format!(
        "The {of} came in at dawn with the tide behind it, and the pilots who had waited on the mole since \
         midnight said that they had not seen a {of} so heavy with ice in all their years on this coast."
    )
}

fn story(of: &str, links: &[&str]) -> Answer {
    Answer::article(&format!("The {of}"), &text(of), links)
}

fn jobs(site: &Site, more: &str) -> String {
    format!("seeds = [\"{}\"]\n{more}\n[[job.output]]\npath = \"out.jsonl\"\n", site.url("/"))
}

#[test]
fn what_can_be_reached_is_delivered_once_and_then_only_what_changed() {
    let robots = "User-agent: *\nDisallow: /private\n";
    let site = Site::start([
        ("/robots.txt", Answer::of("text/plain", robots)),
        ("/", Answer::html("<a href=/barge>a</a><a href=/private/x>b</a><a href=/photo.jpg>c</a>")),
        ("/barge", story("barge", &["/", "/tug", "/barge#top"]).header("ETag", "\"1\"")),
        ("/tug", story("tug", &["/barge", "/lost"])),
        ("/private/x", story("secret", &[])),
    ]);
    let bench = Bench::new();
    let job = bench.job(&jobs(&site, ""));
    let finished = bench.run(&job);
    assert_eq!(finished.run.end, Some(RunEnd::Complete));
    assert_eq!(news(&bench.records("out.jsonl")), ["new /barge", "new /tug"]);
    let asked = site.asked();
    assert!(asked.iter().all(|asked| !asked.contains("private") && !asked.contains("photo")));
    assert_eq!(asked.iter().filter(|asked| asked.starts_with("/robots.txt")).count(), 1);

    // Nothing is due but what leads to pages.
    bench.wait(2);
    bench.run(&job);
    let asked = site.asked();
    assert!(asked.contains(&"/ 200".to_owned()) && !asked.iter().any(|a| a.starts_with("/barge")));

    // The article of one changed; around the other only what is no part of it.
    bench.wait(48);
    site.set("/tug", story("tug and its four barges, all of which were thought lost", &["/barge"]));
    let finished = bench.run(&job);
    let records = bench.records("out.jsonl");
    assert_eq!(news(&records[2..]), ["changed /tug"]);
    assert!(site.asked().contains(&"/barge 304".to_owned()));
    assert_eq!(finished.run.figures.outcomes[&VisitOutcome::NotModified], 1);
    let change = &records[2]["change"];
    assert!(change["added"][0].as_str().unwrap().contains("four barges"), "{change}");
    assert!(
        change["removed"].as_array().unwrap().iter().any(|r| r.as_str().unwrap().contains("tug"))
    );
    assert_eq!(change["first_seen"], "2026-03-01T06:00:00Z");
}

#[test]
fn a_page_has_one_record_whatever_addresses_lead_to_it() {
    let canonical = |of: &str, to: &str| {
        let page =
            format!("<link rel=canonical href={to}><article><h1>The {of}</h1><p>{}</p>", text(of));
        Answer::html(page)
    };
    let site = Site::start([
        (
            "/",
            Answer::html(
                "<a href=/a>a</a><a href=/b?ref=home>b</a><a href=/b?ref=list>b</a><a href=/amp/b>b</a><a href=/wrong>c</a>",
            ),
        ),
        ("/a", Answer::redirect("/c")),
        ("/c", story("cutter", &[])),
        ("/b?ref=home", canonical("brig", "/b")),
        ("/b?ref=list", canonical("brig", "/b")),
        ("/b", canonical("brig", "/b")),
        ("/amp/b", canonical("brig with a new mast", "/b")),
        // Sites have been seen that name their start page in every page.
        ("/wrong", canonical("wherry", "/")),
    ]);
    let bench = Bench::new();
    let job = bench.job(&jobs(&site, ""));
    for _ in 0..3 {
        bench.run(&job);
        bench.wait(30);
    }
    assert_eq!(news(&bench.records("out.jsonl")), ["new /b", "new /c", "new /wrong"]);
}

#[test]
fn a_page_that_is_gone_is_told_when_it_was_missed_twice() {
    let site =
        Site::start([("/", Answer::html("<a href=/barge>a</a>")), ("/barge", story("barge", &[]))]);
    let bench = Bench::new();
    let job = bench.job(&jobs(&site, ""));
    bench.run(&job);
    site.set("/barge", Answer::status(410));
    bench.wait(48);
    bench.run(&job);
    assert_eq!(news(&bench.records("out.jsonl")), ["new /barge"]);
    bench.wait(48);
    bench.run(&job);
    assert_eq!(news(&bench.records("out.jsonl")), ["gone /barge", "new /barge"]);
    let gone = &bench.records("out.jsonl")[1];
    assert!(gone["change"]["removed"].to_string().contains("barge came in at dawn"), "{gone}");
    bench.wait(480);
    bench.run(&job);
    assert_eq!(bench.records("out.jsonl").len(), 2);
}

#[test]
fn what_a_budget_leaves_is_for_the_next_run() {
    let names = ["ark", "barge", "cog", "dhow", "eight", "ferry", "gig"];
    let links = names.map(|name| format!("<a href=/{name}>x</a>")).concat();
    let pages: Vec<String> = names.iter().map(|name| format!("/{name}")).collect();
    let pages = pages.iter().zip(names).map(|(path, name)| (path.as_str(), story(name, &[])));
    let site = Site::start(pages.chain([("/", Answer::html(links))]));
    for budget in ["budget = { visits = 4 }", "budget = { visits_per_host = 4 }"] {
        let bench = Bench::new();
        let job = bench.job(&jobs(&site, &format!("{budget}\nscope = {{ sitemaps = false }}")));
        let ends: Vec<_> = (0..4)
            .map(|_| {
                let end = bench.run(&job).run.end.unwrap();
                bench.wait(1);
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
    let site = Site::start([
        ("/robots.txt", Answer::status(404)),
        ("/", Answer::html("<link rel=alternate type=application/rss+xml href=/feed>")),
    ]);
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>x</title><item><title>y</title><link>{}</link></item></channel></rss>",
        site.url("/new")
    );
    let sitemap = format!(
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>{}</loc></url></urlset>",
        site.url("/old")
    );
    site.set("/feed", Answer::of("application/rss+xml", feed));
    site.set("/sitemap.xml", Answer::of("application/xml", sitemap));
    site.set("/new", story("schooner", &[]));
    site.set("/old", story("hulk", &[]));
    let bench = Bench::new();
    bench.run(&bench.job(&jobs(&site, "")));
    assert_eq!(news(&bench.records("out.jsonl")), ["new /new", "new /old"]);
}

#[test]
fn what_belonged_to_a_job_and_does_not_any_more_is_left_alone() {
    let site = Site::start([
        ("/", Answer::html("<a href=/a/barge>a</a><a href=/b/tug>b</a>")),
        ("/a/barge", story("barge", &[])),
        ("/b/tug", story("tug", &[])),
    ]);
    let bench = Bench::new();
    bench.run(&bench.job(&jobs(&site, "")));
    assert_eq!(news(&bench.records("out.jsonl")), ["new /a/barge", "new /b/tug"]);
    site.asked();
    for (of, links) in [("a/barge", "barge which sank"), ("b/tug", "tug which sank")] {
        site.set(&format!("/{of}"), story(links, &[]));
    }
    bench.wait(48);
    bench.run(&bench.job(&jobs(&site, "scope = { exclude = [\"*/b/*\"] }")));
    assert_eq!(news(&bench.records("out.jsonl")[2..]), ["changed /a/barge"]);
    assert!(site.asked().iter().all(|asked| !asked.starts_with("/b/")));
}

#[test]
fn a_run_that_could_ask_nobody_has_failed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let bench = Bench::new();
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
    let site = Site::start(pages.chain([("/", Answer::html(links))]));
    let bench = Bench::new();
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
        assert_eq!(news(&bench.records(output)), names.map(|name| format!("new /{name}")));
    }
}
