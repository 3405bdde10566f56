//! Streams of results.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::testing::site::{ok, status};

#[tokio::test]
async fn every_request_has_its_result() {
    let site = TestSite::start(|visit| match visit.path.as_str() {
        "/missing" => status(404, "Content-Type: text/html\r\n", ""),
        "/picture" => status(200, "Content-Type: image/png\r\n", ""),
        _ => ok("<p>Ferry"),
    })
    .await;
    let urls = [
        site.url("a.test", "/1"),
        "no url".to_owned(),
        site.url("b.test", "/missing"),
        "ftp://a.test/".to_owned(),
        site.url("c.test", "/picture"),
        "http://127.0.0.1/".to_owned(),
        site.url("a.test", "/1"),
    ];
    let fetched = fetch_all(settings(&site), urls.clone()).await;
    assert_eq!(
        outcomes(&fetched),
        ["200", "url", "404", "scheme", "content_type", "address", "200"]
    );
    assert_eq!(fetched.iter().map(|f| f.request.url.clone()).collect::<Vec<_>>(), urls);
    assert_eq!(fetched.iter().map(|f| f.index).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn requests_are_read_as_there_is_room_for_them() {
    let site = TestSite::start(|_| ok("<p>Ferry")).await;
    let settings = FetchSettings { max_concurrent_fetches: 2, max_pending: 10, ..settings(&site) };
    let read = Arc::new(AtomicUsize::new(0));
    let (count, port) = (Arc::clone(&read), site.address.port());
    let requests = (0..1000).map(move |page| {
        count.fetch_add(1, Ordering::Relaxed);
        FetchRequest::new(format!("http://{}:{port}/{page}", HOSTS[page % 4]))
    });
    let mut stream = Fetcher::new(settings).unwrap().fetch_all(requests);
    for taken in 1..=1000 {
        assert_eq!(outcome(&stream.next().await.unwrap()), "200");
        assert!(read.load(Ordering::Relaxed) <= taken + 12);
    }
    assert!(stream.next().await.is_none());
    assert_eq!(site.requests().len(), 1000);
}

#[tokio::test]
async fn results_that_nobody_takes_hold_up_the_next_fetches() {
    let site = TestSite::start(|_| ok("<p>Ferry")).await;
    let settings = FetchSettings { max_concurrent_fetches: 2, ..settings(&site) };
    let fetcher = Fetcher::new(settings).unwrap();
    let requests: Vec<_> =
        HOSTS.iter().map(|host| FetchRequest::new(site.url(host, "/"))).collect();
    let mut stream = fetcher.fetch_all(requests);
    assert_eq!(outcome(&stream.next().await.unwrap()), "200");
    site.wait_for_requests(3).await;
    // A page that someone waits for is fetched all the same, and is the last to be asked for.
    let page = fetcher.fetch(site.url("d.test", "/awaited")).await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(site.requested_paths().len(), 4);
    assert_eq!(site.requested_paths().last().unwrap(), "d.test/awaited");
    assert_eq!(stream.collect::<Vec<_>>().await.len(), 3);
}

#[tokio::test]
async fn a_stream_that_is_dropped_leaves_nothing_behind() {
    let site = TestSite::start(|_| ok("<p>Ferry")).await;
    site.hold_responses();
    let fetcher = Fetcher::new(settings(&site)).unwrap();
    let port = site.address.port();
    let requests = (0..100)
        .map(move |page| FetchRequest::new(format!("http://{}:{port}/{page}", HOSTS[page % 4])));
    let mut stream = fetcher.fetch_all(requests);
    tokio::select! {
        _ = stream.next() => panic!("the server is shut"),
        () = site.wait_for_requests(4) => {}
    }
    drop(stream);
    site.release_responses();
    // The hosts' turns are free again, and none of the dropped pages takes one.
    for host in HOSTS {
        assert_eq!(fetcher.fetch(site.url(host, "/next")).await.unwrap().status(), 200);
    }
    let asked = site.requested_paths();
    assert_eq!(asked.len(), 8, "{asked:?}");
}

#[tokio::test]
async fn a_fetch_that_is_dropped_frees_its_host() {
    let site = TestSite::start(|_| ok("<p>Ferry")).await;
    site.hold_responses();
    let fetcher = Fetcher::new(settings(&site)).unwrap();
    tokio::select! {
        _ = fetcher.fetch(site.url("a.test", "/1")) => panic!("the server is shut"),
        () = site.wait_for_requests(1) => {}
    }
    site.release_responses();
    assert_eq!(fetcher.fetch(site.url("a.test", "/2")).await.unwrap().status(), 200);
}

#[test]
fn a_fetcher_outlives_its_runtime() {
    let fetcher = Fetcher::new(FetchSettings::default()).unwrap();
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = runtime.block_on(fetcher.fetch("http://127.0.0.1/")).unwrap_err();
        assert_eq!(error.kind().name(), "address");
    }
}
