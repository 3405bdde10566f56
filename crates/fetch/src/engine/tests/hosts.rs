//! Turns and pauses.

use std::collections::HashMap;

use super::*;
use crate::testing::site::{ok, status};

#[tokio::test]
async fn the_pause_is_kept_also_by_redirects_and_robots_txt() {
    let site = TestSite::start(|visit| match visit.path.as_str() {
        "/robots.txt" => status(404, "", ""),
        "/go" => status(302, "Location: /went\r\n", ""),
        _ => ok("<p>Ferry"),
    })
    .await;
    let host_delay = Duration::from_millis(20);
    let settings = FetchSettings { robots: true, host_delay, ..settings(&site) };
    let urls = HOSTS
        .into_iter()
        .flat_map(|host| ["/1", "/2", "/go", "/3"].map(|path| site.url(host, path)));
    let fetched = fetch_all(settings, urls).await;
    assert!(fetched.iter().all(|fetched| outcome(fetched) == "200"), "{fetched:?}");

    let mut last_end = HashMap::new();
    for visit in site.requests() {
        if let Some(end) = last_end.insert(visit.host, visit.responded_at.unwrap()) {
            // The server sees the end before the client does, and the request after.
            assert!(visit.received_at - end >= host_delay, "{:?}", visit.received_at - end);
        }
    }
    assert_eq!(site.requests().len(), HOSTS.len() * 6);
}

#[tokio::test]
async fn hosts_are_asked_side_by_side_and_each_one_thing_at_a_time() {
    let site = TestSite::start(|_| ok("<p>Ferry")).await;
    site.hold_responses();
    let urls: Vec<_> =
        HOSTS.iter().flat_map(|host| ["/1", "/2", "/3"].map(|path| site.url(host, path))).collect();
    let fetch = tokio::spawn(fetch_all(settings(&site), urls));
    site.wait_for_requests(HOSTS.len()).await;
    // Whatever else could be asked for would be under way by now.
    let first = fetch_all(settings(&site), [site.url("a.test", "/other")]);
    let ((), first) = tokio::join!(
        async {
            site.wait_for_requests(HOSTS.len() + 1).await;
            let mut asked = site.requested_paths();
            asked.sort();
            assert_eq!(asked, ["a.test/1", "a.test/other", "b.test/1", "c.test/1", "d.test/1"]);
            site.release_responses();
        },
        first
    );
    assert_eq!(outcomes(&first), ["200"]);
    assert_eq!(fetch.await.unwrap().len(), 12);
}

#[tokio::test]
async fn a_host_that_fails_again_and_again_is_left_alone_and_its_pages_are_reported() {
    let site = TestSite::start(|visit| match visit.host.as_str() {
        "a.test" => status(500, "Content-Type: text/html\r\n", ""),
        _ => ok("<p>Ferry"),
    })
    .await;
    let settings = FetchSettings { max_attempts: 1, max_host_failures: 3, ..settings(&site) };
    let urls = (0..20).map(|page| site.url(HOSTS[page % 2], &format!("/{page}")));
    let fetched = fetch_all(settings, urls).await;
    let of = |host: usize| fetched.iter().skip(host).step_by(2).map(outcome).collect::<Vec<_>>();
    assert_eq!(of(0)[..3], ["500", "500", "500"]);
    assert_eq!(of(0)[3..], ["host_parked"; 7]);
    assert_eq!(of(1), ["200"; 10]);
    assert_eq!(fetched[6].attempts, 0, "it was not asked for");
    assert_eq!(site.requested_paths().iter().filter(|asked| asked.starts_with('a')).count(), 3);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_asked_for_every_page() {
    let site = TestSite::start(|_| ok("")).await;
    let mut settings = settings(&site);
    // Nobody listens on port 9 of loopback.
    settings.resolve = vec![("gone.test".to_owned(), "127.0.0.1:9".parse().unwrap())];
    let fetched = fetch_all(
        FetchSettings { max_host_failures: 4, max_attempts: 2, ..settings },
        (0..10).map(|page| format!("http://gone.test:9/{page}")),
    )
    .await;
    let outcomes = outcomes(&fetched);
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "connect").count(), 2, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "host_parked").count(), 8);
    let parked = fetched.last().unwrap().result.as_ref().unwrap_err();
    assert!(parked.to_string().contains("could not connect"), "{parked}");
}
