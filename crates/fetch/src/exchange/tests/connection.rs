//! What a connection carries, and for how long it is used.

use super::*;
use crate::ProxySetting;
use crate::inflate::testing::gzip;
use crate::testing::script::ScriptStep::{Forever, Hang};
use crate::testing::server::{AfterResponse, RouteServer};

fn redirect(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut reply = b"HTTP/1.1 302 Found\r\nLocation: /b\r\n".to_vec();
    reply.extend(&response(headers, body)["HTTP/1.1 200 OK\r\n".len()..]);
    reply
}

#[tokio::test]
async fn the_first_request_connects_and_the_second_does_not() {
    let server = ScriptedServer::start(vec![vec![Serve(page())]]).await;
    let resolve = vec![("host.test".to_owned(), server.address)];
    let exchanger = exchanger(FetchSettings { resolve, ..local() });
    let first = get(&exchanger, "http://host.test/").await.unwrap().exchange.timings;
    assert!(first.connect.unwrap() <= first.first_byte);
    assert!(first.resolve.unwrap() <= first.connect.unwrap());
    let second = get(&exchanger, "http://host.test/").await.unwrap().exchange.timings;
    assert_eq!((second.resolve, second.connect), (None, None));
    assert!(second.total() >= second.first_byte);
    let literal = get(&exchanger, &format!("http://{}/", server.address)).await.unwrap();
    assert_eq!(literal.exchange.timings.resolve, None);
    assert!(literal.exchange.timings.connect.is_some());
    assert_eq!(server.accepted(), 2);
}

#[test]
fn a_runtime_of_one_thread_will_do() {
    // Made outside of any runtime, and used in two.
    let text = crate::inflate::testing::sample(120_000);
    let fetcher = Arc::new(exchanger(local()));
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let reply =
                response("Content-Type: text/html\r\nContent-Encoding: gzip\r\n", gzip(&text));
            let server = ScriptedServer::start(vec![vec![Serve(reply)]]).await;
            let answer = get(&fetcher, &format!("http://{}/", server.address)).await.unwrap();
            assert_eq!(answer.body, text);
        });
    }
}

#[tokio::test]
async fn a_redirect_keeps_its_body_and_its_connection() {
    let moved = "<p>Moved to <a href=/b>here</a>.";
    for (reply, payload) in [
        (redirect("", ""), Some("")),
        (redirect("Content-Type: text/html\r\n", moved), Some(moved)),
        (redirect("Content-Type: image/png\r\n", moved), Some(moved)),
        (redirect("Content-Encoding: gzip\r\n", gzip(moved.as_bytes())), None),
    ] {
        let script = vec![Request, send(reply), Serve(page())];
        let server = ScriptedServer::start(vec![script]).await;
        let exchanger = exchanger(local());
        let url = format!("http://{}/", server.address);
        let answer = get(&exchanger, &url).await.unwrap();
        assert_eq!(answer.location.as_deref(), Some("/b"));
        assert!(answer.body.is_empty());
        assert_eq!(answer.exchange.payload.as_deref(), payload.map(str::as_bytes));
        assert_eq!(get(&exchanger, &url).await.unwrap().body, PAGE);
        assert_eq!(server.accepted(), 1);
    }
}

#[tokio::test]
async fn a_redirect_with_a_long_body_is_followed_all_the_same() {
    let head = "HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n";
    for rest in [Forever(vec![b'x'; 8192]), send("<p>Mov")] {
        let length = if matches!(rest, Send(_)) { "Content-Length: 50\r\n" } else { "" };
        let head = head.replace("\r\n\r\n", &format!("\r\n{length}\r\n"));
        let script = vec![Request, send(head), rest];
        let server = ScriptedServer::start(vec![script, vec![Serve(page())]]).await;
        let exchanger = exchanger(local());
        let url = format!("http://{}/", server.address);
        let answer = get(&exchanger, &url).await.unwrap();
        assert_eq!((answer.location.as_deref(), answer.exchange.payload), (Some("/b"), None));
        assert!(answer.exchange.wire_bytes > 0);
        server.ended(1).await;
        assert_eq!(get(&exchanger, &url).await.unwrap().body, PAGE);
    }
}

#[tokio::test]
async fn a_redirect_with_a_body_that_stalls_is_followed_all_the_same() {
    let head = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 50\r\n\r\n";
    let settings = FetchSettings { stall_timeout: SHORT, ..local() };
    let answer = outcome(settings, vec![Request, send(head), Hang]).await.unwrap();
    assert_eq!(answer.location.as_deref(), Some("/b"));
}

#[tokio::test]
async fn what_was_sent_is_sent_without_credentials() {
    let server = RouteServer::start(
        [("/", (String::from_utf8(page()).unwrap(), AfterResponse::Close))].into(),
    )
    .await;
    let validators = Validators {
        etag: Some("\"v1\"".to_owned()),
        last_modified: Some("Mon, 06 Jan 2025 08:00:00 GMT".to_owned()),
    };
    let url = Url::parse(&server.url("/").replace("http://", "http://user:secret@")).unwrap();
    let end = deadline_after(Instant::now(), Duration::from_secs(20));
    let ask = ExchangeRequest {
        url: &url,
        wanted: WantedContent::Feed,
        validators: &validators,
        may_wait: true,
    };
    let exchange = exchanger(local()).send(ask, end).await.unwrap().exchange;
    assert_eq!(exchange.url.as_str(), server.url("/"));
    let request = server.requests().remove(0).to_ascii_lowercase();
    let mut sent: Vec<_> = exchange.request_headers.iter().collect();
    sent.sort_by_key(|(name, _)| name.as_str());
    let names: Vec<_> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["accept", "accept-encoding", "if-modified-since", "if-none-match", "user-agent"]
    );
    for (name, value) in sent {
        let line = format!("{name}: {}\r\n", value.to_str().unwrap().to_ascii_lowercase());
        assert!(request.contains(&line), "{line} {request}");
    }
    assert!(request.contains("authorization: basic"), "{request}");
    assert!(request.contains("application/feed+json"), "{request}");
}

#[tokio::test]
async fn cookies_only_if_asked_for() {
    for (cookies, sent) in [(false, false), (true, true)] {
        let reply = response("Content-Type: text/html\r\nSet-Cookie: a=1\r\n", PAGE);
        let reply = (String::from_utf8(reply).unwrap(), AfterResponse::Close);
        let server = RouteServer::start([("/", reply)].into()).await;
        let exchanger = exchanger(FetchSettings { cookies, ..local() });
        for _ in 0..2 {
            get(&exchanger, &server.url("/")).await.unwrap();
        }
        let requests = server.requests();
        assert!(!requests[0].to_ascii_lowercase().contains("cookie:"));
        assert_eq!(requests[1].to_ascii_lowercase().contains("cookie: a=1\r\n"), sent);
    }
}

#[tokio::test]
async fn a_proxy_is_asked_in_place_of_the_host() {
    // The request line names the whole URL, and nobody looks the host up.
    let url = "http://elsewhere.test/a";
    let reply = (String::from_utf8(page()).unwrap(), AfterResponse::Close);
    let server = RouteServer::start([(url, reply)].into()).await;
    let proxy =
        ProxySetting::Url(format!("http://user:secret@proxy.test:{}", server.address.port()));
    let resolve = vec![("proxy.test".to_owned(), server.address)];
    let settings = FetchSettings { resolve, proxy, ..FetchSettings::default() };
    let answer = get(&exchanger(settings), url).await.unwrap();
    assert_eq!(answer.body, PAGE);
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET http://elsewhere.test/a HTTP/1.1\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains("proxy-authorization: basic"), "{request}");
    assert!(!format!("{:?}", answer.exchange).contains("secret"));
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_asked_only_if_wanted() {
    // A process cannot safely change its own environment, so another one looks at its.
    let reply = (String::from_utf8(page()).unwrap(), AfterResponse::Close);
    let server = RouteServer::start([("http://elsewhere.invalid/", reply)].into()).await;
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--ignored",
            "--exact",
            "exchange::tests::connection::with_a_proxy_in_the_environment",
        ])
        .env("HTTP_PROXY", format!("http://localhost:{}", server.address.port()))
        .env_remove("NO_PROXY")
        .env_remove("REQUEST_METHOD");
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn with_a_proxy_in_the_environment() {
    let url = "http://elsewhere.invalid/";
    let kind = get(&exchanger(FetchSettings::default()), url).await.unwrap_err();
    assert_eq!(kind.name(), "unknown_host");
    let settings = FetchSettings { proxy: ProxySetting::Environment, ..FetchSettings::default() };
    assert_eq!(get(&exchanger(settings), url).await.unwrap().body, PAGE);
}

#[tokio::test]
async fn a_proxy_on_a_private_address_is_reached_and_a_host_there_is_not() {
    let server = RouteServer::start(
        [("http://elsewhere.test/", (String::from_utf8(page()).unwrap(), AfterResponse::Close))]
            .into(),
    )
    .await;
    let proxy = ProxySetting::Url(format!("http://localhost:{}", server.address.port()));
    let settings = FetchSettings { proxy, ..FetchSettings::default() };
    let answer = get(&exchanger(settings), "http://elsewhere.test/").await.unwrap();
    assert_eq!(answer.body, PAGE);
    let url = format!("http://localhost:{}/", server.address.port());
    let kind = get(&exchanger(FetchSettings::default()), &url).await.unwrap_err();
    assert_eq!(kind.name(), "address");
}
