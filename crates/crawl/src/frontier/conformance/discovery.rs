//! URLs that are discovered, for the first time and again.

use super::*;

pub(super) fn a_url_is_new_once_in_each_job(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let both = [page("a.example", "1"), page("a.example", "2"), page("a.example", "1")];
    assert_eq!(crawl.add(both.clone()), DiscoveryCounts { new: 2, known: 1, capped: 0 });
    assert_eq!(crawl.add(both.clone()), DiscoveryCounts { new: 0, known: 3, capped: 0 });
    assert_eq!(
        crawl.for_other_job("harbours").add(both),
        DiscoveryCounts { new: 2, known: 1, capped: 0 }
    );
    let lease = crawl.lease_one(minute(0));
    assert_eq!(paths(&lease), ["1", "2"]);
    let finish = VisitCommit {
        found: vec![page("a.example", "2"), page("b.example", "3")],
        ..unchanged_visit(&lease, &lease.visits[0], minute(0))
    };
    assert_eq!(crawl.finish(finish).added, DiscoveryCounts { new: 1, known: 1, capped: 0 });
    assert_eq!(hosts(&crawl.lease("crawler", minute(0))), ["b.example"]);
}

pub(super) fn known_urls_do_not_count_toward_pattern_limits(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let day = |path: &str, limit| NewUrl {
        pattern: Some((u64::MAX - 7, limit)),
        ..page("a.example", path)
    };
    assert_eq!(
        crawl.add([day("1", 2), day("1", 2)]),
        DiscoveryCounts { new: 1, known: 1, capped: 0 }
    );
    assert_eq!(
        crawl.add([day("2", 2), day("3", 2)]),
        DiscoveryCounts { new: 1, known: 0, capped: 1 }
    );
    assert_eq!(
        crawl.add([day("1", 2), day("4", 2)]),
        DiscoveryCounts { new: 0, known: 1, capped: 1 }
    );
    assert_eq!(crawl.frontier.find(crawl.job, "https://a.example/3").unwrap(), None);
    let another = NewUrl { pattern: Some((7, 1)), ..page("a.example", "5") };
    assert_eq!(crawl.add([another, page("a.example", "6")]).new, 2);
    assert_eq!(crawl.add([day("4", 3)]).new, 1);
    assert_eq!(crawl.for_other_job("harbours").add([day("1", 1), day("2", 1)]).capped, 1);
}

pub(super) fn urls_that_are_too_long_are_not_entered(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let long = |bytes: usize| page("a.example", &"x".repeat(bytes - "https://a.example/".len()));
    assert_eq!(
        crawl.add([long(8_192), long(8_193)]),
        DiscoveryCounts { new: 1, known: 0, capped: 1 }
    );
}

pub(super) fn a_known_url_keeps_the_greater_priority_and_smaller_depth(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    crawl.add([page("a.example", "1"), page("a.example", "2")]);
    for (priority, depth, expected) in
        [(3, 9, (5, 2)), (7, 9, (7, 2)), (3, 1, (7, 1)), (99, 5, (9, 1))]
    {
        crawl.add([NewUrl { priority, depth, ..page("a.example", "2") }]);
        let (visit, _) = crawl.find("https://a.example/2");
        assert_eq!((visit.priority, visit.depth), expected);
    }
    assert_eq!(paths(&crawl.lease_one(minute(0))), ["2", "1"]);
}

pub(super) fn a_known_url_that_changed_after_its_last_visit_is_due(
    frontier: &mut dyn WritableState,
) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let again = |modified, due| NewUrl {
        modified: Some(minute(modified)),
        due: minute(due),
        ..page("a.example", "1")
    };
    let due = |crawl: &mut FrontierFixture<'_>| crawl.find("https://a.example/1").0.due;
    // A URL that was not visited yet is due anyway.
    crawl.add([again(50, 60)]);
    assert_eq!(due(&mut crawl), minute(0));
    crawl.visit(minute(10), |finish| finish.next_visit = Some(minute(1_000)));
    crawl.add([page("a.example", "1"), again(10, 20), again(-5, 20)]);
    assert_eq!(due(&mut crawl), minute(1_000));
    crawl.add([again(11, 20)]);
    assert_eq!(due(&mut crawl), minute(20));
    // It was visited since then, though it failed.
    crawl.visit(minute(30), |finish| {
        finish.outcome = VisitOutcome::Failed;
        finish.next_visit = Some(minute(90));
    });
    crawl.add([again(29, 31)]);
    assert_eq!(due(&mut crawl), minute(90));
    crawl.add([again(31, 100)]);
    assert_eq!(due(&mut crawl), minute(90));
    assert_eq!(crawl.frontier.next_due(crawl.job).unwrap(), Some(minute(90)));
}

pub(super) fn a_gone_url_is_due_again_if_changed_or_a_seed(f: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(f, "ferries");
    for state in [UrlState::Gone, UrlState::Excluded, UrlState::Alias] {
        let host = format!("{state}.example");
        let url = format!("https://{host}/1");
        crawl.add([page(&host, "1")]);
        let end = |crawl: &mut FrontierFixture<'_>, now| {
            crawl.visit(minute(now), |finish| {
                (finish.state, finish.next_visit) = (state, None);
            });
        };
        end(&mut crawl, 10);
        let seen = NewUrl { due: minute(20), ..page(&host, "1") };
        crawl.add([seen.clone(), NewUrl { modified: Some(minute(9)), ..seen.clone() }]);
        assert_eq!(crawl.find(&url).1, state);
        assert_eq!(crawl.lease("crawler", minute(30)), []);
        crawl.add([NewUrl { modified: Some(minute(11)), ..seen.clone() }]);
        assert_eq!((crawl.find(&url).0.due, crawl.find(&url).1), (minute(20), UrlState::Active));
        end(&mut crawl, 30);
        crawl.add([NewUrl { via: DiscoverySource::Seed, due: minute(40), ..seen }]);
        assert_eq!((crawl.find(&url).0.due, crawl.find(&url).1), (minute(40), UrlState::Active));
        crawl.visit(minute(40), |_| {});
    }
    // A seed that is due later stays due then.
    crawl.add([NewUrl {
        via: DiscoverySource::Seed,
        due: minute(50),
        ..page("gone.example", "1")
    }]);
    assert_eq!(crawl.find("https://gone.example/1").0.due, minute(40 + 24 * 60));
}

pub(super) fn the_declared_kind_of_a_seed_wins(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    let unknown = NewUrl { kind: UrlKind::Unknown, ..page("a.example", "1") };
    let seed = |kind| NewUrl { kind, via: DiscoverySource::Seed, ..page("a.example", "1") };
    let feed = NewUrl { kind: UrlKind::Feed, via: DiscoverySource::Feed, ..page("a.example", "1") };
    for (new, kind, via) in [
        (unknown.clone(), UrlKind::Unknown, DiscoverySource::Link),
        (page("a.example", "1"), UrlKind::Page, DiscoverySource::Link),
        (feed, UrlKind::Page, DiscoverySource::Link),
        (seed(UrlKind::Unknown), UrlKind::Page, DiscoverySource::Seed),
        (seed(UrlKind::Sitemap), UrlKind::Sitemap, DiscoverySource::Seed),
        (unknown, UrlKind::Sitemap, DiscoverySource::Seed),
    ] {
        crawl.add([new]);
        let (visit, _) = crawl.find("https://a.example/1");
        assert_eq!((visit.kind, visit.via), (kind, via));
    }
}

pub(super) fn a_url_is_discovered_when_its_page_is_visited(frontier: &mut dyn WritableState) {
    let mut crawl = FrontierFixture::new(frontier, "ferries");
    crawl.add([page("a.example", "1")]);
    let found = NewUrl { due: minute(900), ..page("a.example", "2") };
    crawl.visit(minute(10), |finish| finish.found = vec![found.clone()]);
    crawl.add([NewUrl { due: minute(20), ..found }]);
    let (visit, state) = crawl.find("https://a.example/2");
    assert_eq!((visit.first_seen, visit.due, state), (minute(10), minute(900), UrlState::Active));
    assert_eq!(crawl.find("https://a.example/1").0.first_seen, minute(0));
}
