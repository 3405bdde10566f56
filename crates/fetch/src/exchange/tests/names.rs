//! Names, by way of a name server that can lie.

use std::str::FromStr;

use reqwest::dns::{Name, Resolve};

use super::*;
use crate::Fetcher;
use crate::resolver::GuardedResolver;
use crate::testing::name_server::{DnsReply, TestNameServer};

fn resolving_with(server: &TestNameServer) -> FetchSettings {
    FetchSettings { name_servers: vec![server.address], robots: false, ..FetchSettings::default() }
}

fn at(addresses: &[&str]) -> DnsReply {
    DnsReply::Addresses(addresses.iter().map(|address| address.parse().unwrap()).collect())
}

#[tokio::test]
async fn a_name_is_asked_for_once() {
    let names = TestNameServer::start([("ferry.test", at(&["127.0.0.1"]))]).await;
    // Each page over a connection of its own.
    let close = response("Content-Type: text/html\r\nConnection: close\r\n", PAGE);
    let server = ScriptedServer::start(vec![vec![Request, send(close)]]).await;
    let exchanger = exchanger(FetchSettings { allow_private: true, ..resolving_with(&names) });
    let url = format!("http://Ferry.test:{}/", server.address.port());
    for _ in 0..3 {
        let answer = get(&exchanger, &url).await.unwrap();
        assert_eq!(answer.body, PAGE);
        assert_eq!(answer.exchange.remote_address, Some(server.address));
        assert!(answer.exchange.timings.resolve.is_some());
    }
    assert_eq!(server.accepted(), 3);
    assert_eq!(names.queries(), ["ferry.test", "ferry.test"]);
}

#[tokio::test]
async fn a_connection_goes_to_the_address_that_was_checked() {
    // The name moves to the other address as soon as it was asked for once.
    let addresses = ["127.0.0.1", "127.0.0.2"].map(|address| address.parse().unwrap());
    let names = TestNameServer::start([("ferry.test", DnsReply::InTurn(addresses.into()))]).await;
    let checked = ScriptedServer::start(vec![vec![Request, send(page())]]).await;
    let other = std::net::TcpListener::bind(("127.0.0.2", checked.address.port())).unwrap();
    other.set_nonblocking(true).unwrap();
    let exchanger = exchanger(FetchSettings { allow_private: true, ..resolving_with(&names) });
    let url = format!("http://ferry.test:{}/", checked.address.port());
    let answer = get(&exchanger, &url).await.unwrap();
    assert_eq!(answer.exchange.remote_address, Some(checked.address));
    // One query for each kind of address: nothing resolves the name a second time.
    assert_eq!(names.queries(), ["ferry.test", "ferry.test"]);
    let untouched = other.accept().unwrap_err();
    assert_eq!(untouched.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_name_that_turns_private_is_refused() {
    let addresses = ["93.184.216.34", "127.0.0.1"].map(|address| address.parse().unwrap());
    let names = TestNameServer::start([("rebound.test", DnsReply::InTurn(addresses.into()))]).await;
    let resolver = GuardedResolver::new(&resolving_with(&names), []).unwrap();
    let resolve = || resolver.resolve(Name::from_str("rebound.test").unwrap());
    let checked: Vec<_> = resolve().await.unwrap().map(|address| address.ip()).collect();
    assert_eq!(checked, addresses[..1]);
    let error = resolve().await.map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "the name resolves to 127.0.0.1, which is not a public address");
}

#[tokio::test]
async fn an_answer_that_is_private() {
    let names = TestNameServer::start([
        ("v4.test", at(&["10.0.0.1", "192.168.1.1"])),
        ("v6.test", at(&["fd00:ec2::254"])),
        ("mapped.test", at(&["::ffff:127.0.0.1"])),
        ("metadata.test", at(&["169.254.169.254"])),
        ("loopback.test", at(&["127.0.0.1", "::1"])),
    ])
    .await;
    let exchanger = exchanger(resolving_with(&names));
    for (name, first) in [
        ("v4.test", "10.0.0.1"),
        ("v6.test", "fd00:ec2::254"),
        ("mapped.test", "::ffff:127.0.0.1"),
        ("metadata.test", "169.254.169.254"),
        ("loopback.test", "127.0.0.1"),
        ("loopback.test.", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        ("Localhost.", "127.0.0.1"),
        ("any.localhost", "127.0.0.1"),
    ] {
        let kind = get(&exchanger, &format!("http://{name}:1/")).await.unwrap_err();
        let ErrorKind::Address { address } = kind else { panic!("{name}: {kind:?}") };
        assert_eq!(address.to_string(), first, "{name}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_name_that_is_private() {
    let names = TestNameServer::start([("inside.test", at(&["127.0.0.1"]))]).await;
    let reply = "HTTP/1.1 302 Found\r\nLocation: http://inside.test/\r\nContent-Length: 0\r\n\r\n";
    let server = ScriptedServer::start(vec![vec![Serve(reply.into())]]).await;
    let resolve = vec![("outside.test".to_owned(), server.address)];
    let fetcher = Fetcher::new(FetchSettings { resolve, ..resolving_with(&names) }).unwrap();
    let error = fetcher.fetch("http://outside.test/").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "http://inside.test/: the host is at 127.0.0.1, which is not a public address"
    );
}

#[tokio::test]
async fn a_name_that_does_not_exist() {
    let names = TestNameServer::start([("empty.test", at(&[]))]).await;
    let exchanger = exchanger(resolving_with(&names));
    for (name, reason) in [
        ("gone.test", "the name servers do not know it"),
        ("gone", "the name servers do not know it"),
        ("empty.test", "the name servers know no address for it"),
    ] {
        let kind = get(&exchanger, &format!("http://{name}/")).await.unwrap_err();
        assert_eq!((kind.name(), kind.is_transient()), ("unknown_host", false));
        assert_eq!(kind.to_string(), format!("unknown host: {reason}"));
    }
    // No search list makes another name of it.
    assert!(
        names.queries().iter().all(|name| ["gone.test", "gone", "empty.test"].contains(&&**name))
    );
    let long = format!("http://{}.test/", "x".repeat(64));
    assert_eq!(get(&exchanger, &long).await.unwrap_err().name(), "unknown_host");
}

#[tokio::test]
async fn name_servers_that_fail() {
    let names = TestNameServer::start([("sick.test", DnsReply::Fail)]).await;
    let kind = get(&exchanger(resolving_with(&names)), "http://sick.test/").await.unwrap_err();
    assert_eq!((kind.name(), kind.is_transient()), ("resolve", true), "{kind}");
}

#[tokio::test]
async fn name_servers_that_say_nothing() {
    let names = TestNameServer::start([("slow.test", DnsReply::Silence)]).await;
    let exchanger = exchanger(FetchSettings { connect_timeout: SHORT, ..resolving_with(&names) });
    let kind = get(&exchanger, "http://slow.test/").await.unwrap_err();
    assert!(matches!(kind, ErrorKind::Timeout { stage: TimeoutStage::Connect, .. }), "{kind}");
    assert!(kind.is_transient());
}

#[tokio::test]
async fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let kind = get(&exchanger(local()), &url).await.unwrap_err();
    assert_eq!((kind.name(), kind.is_transient()), ("connect", true), "{kind}");
}
