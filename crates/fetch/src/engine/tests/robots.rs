//! `robots.txt` on the way to a page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::*;
use crate::robots::{RobotsSnapshot, RobotsStore};
use crate::testing::site::{ok, status};

fn polite(site: &TestSite) -> FetchSettings {
    FetchSettings { robots: true, ..settings(site) }
}

#[tokio::test]
async fn robots_txt_is_fetched_once_per_site_and_obeyed() {
    let site = TestSite::start(|visit| match visit.path.as_str() {
        "/robots.txt" => status(200, "", "User-agent: *\nDisallow: /private\n"),
        _ => ok("<p>Ferry"),
    })
    .await;
    let paths = ["/1", "/private/2", "/3", "/private/4"];
    let urls =
        ["a.test", "b.test"].into_iter().flat_map(|host| paths.map(|path| site.url(host, path)));
    let fetched = fetch_all(polite(&site), urls).await;
    assert_eq!(outcomes(&fetched), ["200", "robots", "200", "robots"].repeat(2));
    assert_eq!(fetched[1].attempts, 0);
    let error = fetched[1].result.as_ref().unwrap_err().to_string();
    assert!(error.contains("disallowed by robots.txt (`Disallow: /private`"), "{error}");
    let mut asked = site.requested_paths();
    asked.sort();
    assert_eq!(
        asked,
        ["a.test/1", "a.test/3", "a.test/robots.txt", "b.test/1", "b.test/3", "b.test/robots.txt"]
    );
}

#[tokio::test]
async fn rules_are_those_for_our_name() {
    let site = TestSite::start(|visit| match visit.path.as_str() {
        "/robots.txt" => status(200, "", "User-agent: lamplighter\nDisallow: /\n"),
        _ => ok("<p>Ferry"),
    })
    .await;
    for (agent, outcome) in [("Lamplighter/2.0", "robots"), ("copydesk/0.1", "200")] {
        let settings = FetchSettings { user_agent: agent.to_owned(), ..polite(&site) };
        let fetched = fetch_all(settings, [site.url("a.test", "/")]).await;
        assert_eq!(outcomes(&fetched), [outcome], "{agent}");
    }
}

#[tokio::test]
async fn a_redirect_is_held_to_the_rules_of_where_it_leads() {
    let site = TestSite::start(|visit| match (visit.host.as_str(), visit.path.as_str()) {
        ("b.test", "/robots.txt") => status(200, "", "User-agent: *\nDisallow: /hidden\n"),
        (_, "/robots.txt") => status(404, "", ""),
        ("a.test", path) => {
            status(302, &format!("Location: http://b.test:{}{path}\r\n", visit.port), "")
        }
        _ => ok("<p>Ferry"),
    })
    .await;
    let urls = [site.url("a.test", "/hidden"), site.url("a.test", "/seen")];
    let fetched = fetch_all(polite(&site), urls).await;
    assert_eq!(outcomes(&fetched), ["robots", "200"]);
    assert!(!site.requested_paths().contains(&"b.test/hidden".to_owned()));
}

#[tokio::test]
async fn a_missing_one_allows_and_a_broken_one_does_not() {
    for (code, outcome) in [(404, "200"), (403, "200"), (500, "robots_unreachable")] {
        let site = TestSite::start(move |visit| match visit.path.as_str() {
            "/robots.txt" => status(code, "", ""),
            _ => ok("<p>Ferry"),
        })
        .await;
        let urls = [site.url("a.test", "/1"), site.url("a.test", "/2")];
        let fetched = fetch_all(polite(&site), urls).await;
        assert_eq!(outcomes(&fetched), [outcome; 2], "{code}");
        let asked =
            site.requested_paths().iter().filter(|asked| *asked == "a.test/robots.txt").count();
        assert_eq!(asked, if code == 500 { 3 } else { 1 }, "{code}");
    }
}

#[tokio::test]
async fn five_redirects_are_followed_and_the_sixth_means_there_is_none() {
    for (hops, outcome) in [(5, "robots"), (6, "200")] {
        let site = TestSite::start(move |visit| {
            let at = match visit.path.as_str() {
                "/robots.txt" => 0,
                path => match path.strip_prefix("/hop/") {
                    Some(hop) => hop.parse().unwrap(),
                    None => return ok("<p>Ferry"),
                },
            };
            if at == hops {
                return status(200, "", "User-agent: *\nDisallow: /\n");
            }
            status(301, &format!("Location: /hop/{}\r\n", at + 1), "")
        })
        .await;
        let fetched = fetch_all(polite(&site), [site.url("a.test", "/page")]).await;
        assert_eq!(outcomes(&fetched), [outcome], "{hops}");
    }
}

#[tokio::test]
async fn a_site_at_a_private_address_is_not_asked_for_it() {
    let site = TestSite::start(|_| ok("")).await;
    let settings = FetchSettings { resolve: Vec::new(), ..polite(&site) };
    let fetched = fetch_all(settings, [format!("http://localhost:{}/", site.address.port())]).await;
    assert_eq!(outcomes(&fetched), ["address"]);
    assert!(site.requests().is_empty());
}

/// A store in memory, with the files it was handed.
#[derive(Debug, Default)]
struct MemoryRobotsStore(Mutex<HashMap<String, RobotsSnapshot>>);

impl RobotsStore for MemoryRobotsStore {
    fn load(&self, origin: &str) -> Option<RobotsSnapshot> {
        self.0.lock().unwrap().get(origin).cloned()
    }

    fn save(&self, origin: &str, robots: RobotsSnapshot) {
        self.0.lock().unwrap().insert(origin.to_owned(), robots);
    }
}

#[tokio::test]
async fn what_another_fetcher_read_is_not_asked_for_again_within_a_day() {
    let site = TestSite::start(|visit| match visit.path.as_str() {
        "/robots.txt" => status(200, "", "User-agent: *\nDisallow: /private\n"),
        _ => ok("<p>Ferry"),
    })
    .await;
    let store = Arc::new(MemoryRobotsStore::default());
    let origin = site.url("a.test", "").trim_end_matches('/').to_owned();
    for (age_hours, times_asked) in [(None, 1), (Some(0), 1), (Some(23), 1), (Some(25), 2)] {
        if let Some(hours) = age_hours {
            let mut known = store.0.lock().unwrap();
            let known = known.get_mut(&origin).unwrap();
            known.fetched_at = SystemTime::now() - Duration::from_hours(hours);
        }
        let fetcher = Fetcher::with_robots(polite(&site), Arc::clone(&store) as _).unwrap();
        for (path, allowed) in [("/private/1", false), ("/1", true)] {
            assert_eq!(fetcher.fetch(site.url("a.test", path)).await.is_ok(), allowed, "{path}");
        }
        let asked = site.requested_paths().iter().filter(|url| url.ends_with("robots.txt")).count();
        assert_eq!(asked, times_asked, "{age_hours:?}");
    }
}
