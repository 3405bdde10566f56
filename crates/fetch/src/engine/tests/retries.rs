//! What is asked for again.

use super::*;
use crate::testing::site::{ok, status};

fn fails_at_first(
    code: u16,
    times: usize,
) -> impl Fn(&crate::testing::site::SiteRequest) -> String {
    move |visit| {
        if visit.previous_requests < times {
            status(code, "Content-Type: text/html\r\n", "later")
        } else {
            ok("<p>Ferry")
        }
    }
}

#[tokio::test]
async fn what_can_pass_is_asked_for_again() {
    for code in [408, 425, 429, 500, 502, 503, 504] {
        let site = TestSite::start(fails_at_first(code, 2)).await;
        let max_host_delay = Duration::ZERO;
        let settings = FetchSettings { max_host_delay, ..settings(&site) };
        let fetched = fetch_all(settings, [site.url("a.test", "/")]).await;
        assert_eq!((outcomes(&fetched), fetched[0].attempts), (vec!["200".to_owned()], 3));
    }
}

#[tokio::test]
async fn what_cannot_is_not() {
    for code in [400, 401, 403, 404, 410, 501, 505] {
        let site = TestSite::start(fails_at_first(code, 1)).await;
        let fetched = fetch_all(settings(&site), [site.url("a.test", "/")]).await;
        assert_eq!((outcomes(&fetched), fetched[0].attempts), (vec![code.to_string()], 1));
    }
}

#[tokio::test]
async fn the_last_answer_is_the_result() {
    let site = TestSite::start(fails_at_first(500, 9)).await;
    let fetched = fetch_all(settings(&site), [site.url("a.test", "/")]).await;
    let response = fetched[0].result.as_ref().unwrap();
    assert_eq!((response.status(), &response.body[..]), (500, &b"later"[..]));
    assert_eq!((fetched[0].attempts, site.requests().len()), (3, 3));
}

#[tokio::test]
async fn a_wait_that_the_budget_does_not_have_is_not_begun() {
    let site = TestSite::start(|_| {
        status(503, "Content-Type: text/html\r\nRetry-After: 3600\r\n", "later")
    })
    .await;
    let fetched =
        fetch_all(settings(&site), [site.url("a.test", "/1"), site.url("a.test", "/2")]).await;
    assert_eq!(outcomes(&fetched), ["503", "host_parked"]);
    assert_eq!(site.requests().len(), 1);
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let site = TestSite::start(|visit| match visit.previous_requests {
        0 => status(429, "Content-Type: text/html\r\nRetry-After: 1\r\n", ""),
        _ => ok("<p>Ferry"),
    })
    .await;
    let fetched = fetch_all(settings(&site), [site.url("a.test", "/")]).await;
    assert_eq!(outcomes(&fetched), ["200"]);
    let visits = site.requests();
    let gap = visits[1].received_at - visits[0].responded_at.unwrap();
    assert!(gap >= Duration::from_secs(1), "{gap:?}");
}

#[tokio::test]
async fn a_redirect_is_no_attempt() {
    let site = TestSite::start(|visit| match (visit.path.as_str(), visit.previous_requests) {
        ("/from", _) => status(301, &format!("Location: http://b.test:{}/to\r\n", visit.port), ""),
        (_, 0) => status(502, "Content-Type: text/html\r\n", ""),
        _ => ok("<p>Ferry"),
    })
    .await;
    let fetched = fetch_all(settings(&site), [site.url("a.test", "/from")]).await;
    assert_eq!((outcomes(&fetched), fetched[0].attempts), (vec!["200".to_owned()], 2));
    assert_eq!(site.requested_paths(), ["a.test/from", "b.test/to", "b.test/to"]);
}
