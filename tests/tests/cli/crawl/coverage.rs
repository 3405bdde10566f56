//! Visits and deliveries of the first run and of later ones.

use std::collections::{BTreeMap, BTreeSet};

use super::{CrawlSandbox, HOSTS, PAGES, assert_delivered, variable};
use copydesk_testkit::web::{ArticleFate, is_disallowed};

/// Everything is due in every run.
const AT_ONCE: &str = "
[job.revisit]
adaptive = false
every = \"1ms\"
min = \"1ms\"
";

#[test]
fn a_crawl_finds_every_allowed_page_and_nothing_else_and_leaves_traps() {
    // Twice the number of articles on a host, which may all have the same pattern.
    let limit = 2 * usize::try_from(variable("COPYDESK_CRAWL_PAGES", PAGES)).unwrap()
        / usize::try_from(variable("COPYDESK_CRAWL_HOSTS", HOSTS)).unwrap();
    let mut crawl = CrawlSandbox::new(&format!("[job.budget]\nurls_per_query_pattern = {limit}\n"));
    let finished = crawl.run();
    // The pages that always fail are less than a tenth.
    finished.assert_exit(0);
    let delivered = crawl.delivered();
    assert_delivered(&delivered, &crawl.web.deliverable(), "new", 1);

    let requests = crawl.web.take_requests();
    let plan = crawl.web.plan();
    let hosts: BTreeMap<&str, _> =
        plan.hosts.iter().map(|host| (host.name.as_str(), host)).collect();
    let mut trapped: BTreeMap<&str, usize> = BTreeMap::new();
    let mut pages: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut robots = 0;
    for one in &requests {
        let host = hosts[one.host.as_str()];
        assert!(!is_disallowed(host, &one.target), "{}{}", one.host, one.target);
        assert!(one.target != "/logo.png", "{}{}", one.host, one.target);
        let is_trap =
            ["/calendar", "/list", "/files/"].iter().any(|trap| one.target.starts_with(trap))
                || one.target.to_lowercase().contains("sessid")
                || one.target.contains("jsessionid");
        if is_trap {
            *trapped.entry(&one.host).or_default() += 1;
        } else if one.target == "/robots.txt" {
            robots += 1;
        } else {
            *pages.entry((&one.host, &one.target)).or_default() += 1;
        }
    }
    let most = trapped.values().copied().max().unwrap_or(0);
    assert!(most <= limit, "{trapped:?}");
    // A page that failed was retried, with three requests in all. Every other page was requested once.
    let failing: BTreeSet<(&str, &str)> = plan
        .articles
        .iter()
        .filter(|article| {
            matches!(
                article.fate,
                ArticleFate::AlwaysFails | ArticleFate::FailsOnce | ArticleFate::TruncatedOnce
            )
        })
        .map(|article| (plan.hosts[article.host].name.as_str(), article.target.as_str()))
        .collect();
    for (page, times) in &pages {
        let most = if failing.contains(page) { 3 } else { 1 };
        assert!(*times <= most, "{page:?} was requested {times} times");
    }
    println!(
        "{} of {} allowed pages delivered, 0 disallowed; {} requests, {} in traps, at most {most} of one host, \
         {robots} for robots.txt",
        delivered.len(),
        crawl.web.deliverable().len(),
        requests.len(),
        trapped.values().sum::<usize>(),
    );
}

#[test]
fn a_second_run_delivers_changed_pages_and_a_third_those_that_are_gone() {
    let mut crawl = CrawlSandbox::new(AT_ONCE);
    crawl.run().assert_exit(0);
    assert_delivered(&crawl.delivered(), &crawl.web.deliverable(), "new", 1);
    crawl.article_requests();

    crawl.web.next_generation();
    crawl.run().assert_exit(0);
    let (changed, lost) = (crawl.web.changed(), crawl.web.lost());
    let delivered = crawl.delivered();
    let mut expected = crawl.web.deliverable();
    expected.retain(|url, _| changed.contains(url));
    assert_delivered(&delivered, &expected, "changed", 2);
    for one in &delivered {
        let article = expected[&one.url];
        let (before, after) = (article.paragraphs(1), article.paragraphs(2));
        let blocks = |name: &str| one.record["change"][name].to_string();
        assert!(
            blocks("added").contains(&after[1]) && !blocks("added").contains(&after[0]),
            "{}",
            one.record
        );
        assert!(blocks("removed").contains(&before[1]), "{}", one.record);
    }
    let asked = crawl.article_requests();
    let rest: Vec<String> = crawl
        .web
        .deliverable()
        .into_keys()
        .filter(|url| !changed.contains(url) && !lost.contains(url))
        .collect();
    let is_spared = |url: &&String| {
        let asked = asked.get(*url);
        asked.is_none_or(|asked| asked.iter().all(|one| one.status == 304))
    };
    let spared = rest.iter().filter(is_spared).count();
    let not_asked = rest.iter().filter(|url| !asked.contains_key(*url)).count();
    assert!(spared * 100 >= rest.len() * 95, "{spared} of {}", rest.len());

    crawl.run().assert_exit(0);
    let delivered = crawl.delivered();
    let gone: BTreeSet<String> = delivered.iter().map(|one| one.url.clone()).collect();
    assert!(delivered.iter().all(|one| one.change == "gone"), "{delivered:?}");
    assert_eq!(gone, lost);
    assert_eq!(delivered.len(), lost.len());

    crawl.article_requests();
    crawl.run().assert_exit(0);
    assert_eq!(crawl.delivered().len(), 0);
    let asked = crawl.article_requests();
    assert!(
        lost.iter().all(|url| !asked.contains_key(url)),
        "a page that is gone was requested again"
    );
    println!(
        "second run: {} of {} changed pages delivered; of {} others {spared} answered by 304 or not asked \
         ({not_asked}); third run: {} gone",
        changed.len(),
        changed.len(),
        rest.len(),
        gone.len()
    );
}
