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
use crate::testing::script::ScriptedServer;
use crate::testing::script::Step::{self, Request, Send, Serve};

const PAGE: &str = "<p>The ferry sailed again on Monday.";

/// A limit that is reached, in a test of limits. The others are those of the defaults.
const SHORT: Duration = Duration::from_millis(150);

/// Settings that reach loopback addresses.
fn local() -> Settings {
    Settings { allow_private: true, robots: false, ..Settings::default() }
}

fn exchanger(settings: Settings) -> Exchanger {
    Exchanger::new(Arc::new(settings)).unwrap()
}

async fn get(exchanger: &Exchanger, url: &str) -> Result<Answer, ErrorKind> {
    get_as(exchanger, url, Wanted::Page).await
}

async fn get_as(exchanger: &Exchanger, url: &str, wanted: Wanted) -> Result<Answer, ErrorKind> {
    let (url, validators) = (Url::parse(url).unwrap(), Validators::default());
    let end = after(Instant::now(), exchanger.settings.total_timeout);
    exchanger.send(Ask { url: &url, wanted, validators: &validators, may_wait: true }, end).await
}

fn send(bytes: impl AsRef<[u8]>) -> Step {
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
async fn outcome(settings: Settings, script: Vec<Step>) -> Result<Answer, ErrorKind> {
    outcome_as(settings, Wanted::Page, script).await
}

async fn outcome_as(
    settings: Settings,
    wanted: Wanted,
    script: Vec<Step>,
) -> Result<Answer, ErrorKind> {
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
async fn still_fetches(exchanger: &Exchanger, url: &str) {
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
async fn failure(settings: Settings, script: Vec<Step>) -> &'static str {
    outcome(settings, script).await.unwrap_err().name()
}

/// What reached its time limit.
async fn timed_out(settings: Settings, script: Vec<Step>) -> Stage {
    match outcome(settings, script).await.unwrap_err() {
        ErrorKind::Timeout { stage, .. } => stage,
        other => panic!("{other:?}"),
    }
}

/// The page that came.
async fn body(script: Vec<Step>) -> Bytes {
    outcome(local(), script).await.unwrap().body
}
