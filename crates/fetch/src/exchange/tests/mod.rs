//! Single requests to real servers on loopback, most of them hostile.

mod body;
mod coding;
mod connection;
mod head;
mod http2;
mod kind;
mod names;
mod tls;

use std::time::Duration;

use super::*;
use crate::testing::script::ScriptStep::{self, Request, Send, Serve};
use crate::testing::script::ScriptedServer;

const PAGE: &str = "<p>The ferry sailed again on Monday.";

/// A limit that is reached, in a test of limits. The others are those of the defaults.
const SHORT: Duration = Duration::from_millis(150);

/// Settings that reach loopback addresses.
fn local() -> FetchSettings {
    FetchSettings { allow_private: true, robots: false, ..FetchSettings::default() }
}

fn exchanger(settings: FetchSettings) -> HttpTransport {
    HttpTransport::new(Arc::new(settings)).unwrap()
}

async fn get(exchanger: &HttpTransport, url: &str) -> Result<ExchangeResponse, ErrorKind> {
    get_as(exchanger, url, WantedContent::Page).await
}

async fn get_as(
    exchanger: &HttpTransport,
    url: &str,
    wanted: WantedContent,
) -> Result<ExchangeResponse, ErrorKind> {
    let (url, validators) = (Url::parse(url).unwrap(), Validators::default());
    let end = deadline_after(Instant::now(), exchanger.settings.total_timeout);
    exchanger
        .send(ExchangeRequest { url: &url, wanted, validators: &validators, may_wait: true }, end)
        .await
}

fn send(bytes: impl AsRef<[u8]>) -> ScriptStep {
    Send(bytes.as_ref().to_vec())
}

/// A response with these headers, each with its line end, and this body with its length.
fn response(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn page() -> Vec<u8> {
    response("Content-Type: text/html\r\n", PAGE)
}

/// What comes of a request that a script answers.
///
/// Afterwards the exchanger must still fetch a page from the same server, all large bodies must be
/// given back, and the scripted connection must be closed if the request failed.
async fn outcome(
    settings: FetchSettings,
    script: Vec<ScriptStep>,
) -> Result<ExchangeResponse, ErrorKind> {
    outcome_as(settings, WantedContent::Page, script).await
}

async fn outcome_as(
    settings: FetchSettings,
    wanted: WantedContent,
    script: Vec<ScriptStep>,
) -> Result<ExchangeResponse, ErrorKind> {
    let server = ScriptedServer::start(vec![script, vec![Serve(page())]]).await;
    let exchanger = exchanger(settings);
    let url = format!("http://{}/", server.address);
    let mut answer = get_as(&exchanger, &url, wanted).await;
    if let Ok(answer) = &mut answer {
        answer.permit = None;
    } else {
        server.ended(1).await;
    }
    assert_eq!(exchanger.large_bodies.available_permits(), exchanger.settings.max_large_bodies);
    if answer.is_err() {
        still_fetches(&exchanger, &url).await;
    }
    answer
}

/// A limit of a test may be reached by chance on a busy machine.
async fn still_fetches(exchanger: &HttpTransport, url: &str) {
    let mut last = None;
    for _ in 0..20 {
        match get(exchanger, url).await {
            Ok(answer) => return assert_eq!(answer.body, PAGE.as_bytes()),
            Err(kind) => last = Some(kind),
        }
    }
    panic!("{last:?}");
}

/// The name of what went wrong.
async fn failure(settings: FetchSettings, script: Vec<ScriptStep>) -> &'static str {
    outcome(settings, script).await.unwrap_err().name()
}

/// What reached its time limit.
async fn timed_out(settings: FetchSettings, script: Vec<ScriptStep>) -> TimeoutStage {
    match outcome(settings, script).await.unwrap_err() {
        ErrorKind::Timeout { stage, .. } => stage,
        other => panic!("{other:?}"),
    }
}

/// The page that came.
async fn body(script: Vec<ScriptStep>) -> Bytes {
    outcome(local(), script).await.unwrap().body
}
