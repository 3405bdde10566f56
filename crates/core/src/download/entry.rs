//! A fetch as a line of JSON.

use std::time::Duration;

use copydesk_fetch::discover::PageLinks;
use copydesk_fetch::robots::RobotsDirectives;
use copydesk_fetch::{ContentType, FetchResponse, FetchResult, RequestTimings};
use serde::Serialize;

use super::writer::DownloadReport;
use crate::sources::{facts, is_html};

/// One fetch. A page that is markup is in `html`, and any other text in `raw_content`: these are names under which
/// `copydesk clean` finds it.
#[derive(Serialize)]
struct DownloadLine<'a> {
    url: &'a str,
    final_url: Option<String>,
    status: Option<u16>,
    fetched_at: Option<String>,
    content_type: Option<String>,
    etag: Option<String>,
    last_modified: Option<String>,
    redirects: Vec<RedirectLine>,
    /// The robots directives of headers and page.
    robots: Vec<&'static str>,
    attempts: u32,
    remote_address: Option<String>,
    wire_bytes: u64,
    body_bytes: u64,
    timings_ms: Option<PhaseTimings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureLine<'a>>,
}

#[derive(Serialize)]
struct RedirectLine {
    url: String,
    status: u16,
}

#[derive(Serialize)]
struct FailureLine<'a> {
    kind: &'a str,
    message: &'a str,
}

/// Milliseconds by phase, to the microsecond; null for a phase that did not occur, as on a kept connection.
#[derive(Serialize)]
struct PhaseTimings {
    resolve: Option<f64>,
    connect: Option<f64>,
    first_byte: f64,
    body: f64,
}

/// Renders the line, with a line end.
pub(super) fn render(fetched: &FetchResult, report: &DownloadReport) -> Vec<u8> {
    let error = report
        .error
        .as_ref()
        .map(|error| FailureLine { kind: error.kind.as_str(), message: &error.message });
    let response = fetched.result.as_ref().ok();
    let facts = response.map(facts).unwrap_or_default();
    let (html, raw_content) = match response.filter(|_| error.is_none()) {
        Some(response) => content(response),
        None => (None, None),
    };
    let entry = DownloadLine {
        url: &report.source,
        final_url: facts.final_url,
        status: facts.status,
        fetched_at: facts.fetched_at,
        content_type: response
            .and_then(|response| response.content_type.as_ref())
            .map(content_type_text),
        etag: facts.etag,
        last_modified: facts.last_modified,
        redirects: response.map(redirects).unwrap_or_default(),
        robots: response.map(|response| robots(response, html.as_deref())).unwrap_or_default(),
        attempts: fetched.attempts,
        remote_address: response
            .and_then(|response| Some(response.exchange.remote_address?.to_string())),
        wire_bytes: response.map_or(0, |response| response.exchange.wire_bytes),
        body_bytes: response.map_or(0, |response| response.body.len() as u64),
        timings_ms: response.map(|response| phases(&response.exchange.timings)),
        html,
        raw_content,
        error,
    };
    // Cannot fail: strings and numbers only.
    let mut line = serde_json::to_vec(&entry).unwrap_or_default();
    line.push(b'\n');
    line
}

/// The body as text: as markup if the content type says so, otherwise as any text.
fn content(response: &FetchResponse) -> (Option<String>, Option<String>) {
    let content_type = response.content_type.as_ref();
    let charset = content_type.and_then(|found| found.charset.as_deref());
    let text = copydesk_clean::decode(&response.body, charset).text.into_owned();
    if content_type.is_some_and(is_html) { (Some(text), None) } else { (None, Some(text)) }
}

fn robots(response: &FetchResponse, html: Option<&str>) -> Vec<&'static str> {
    let mut directives = response.robots();
    if let Some(html) = html {
        let links = PageLinks::parse(html, response.final_url(), response.agent());
        for content in links.meta_robots {
            directives.merge(RobotsDirectives::from_meta(&content));
        }
    }
    directives.names().collect()
}

fn redirects(response: &FetchResponse) -> Vec<RedirectLine> {
    let redirect = |hop: &copydesk_fetch::HttpExchange| RedirectLine {
        url: hop.url.to_string(),
        status: hop.status,
    };
    response.chain.iter().map(redirect).collect()
}

fn content_type_text(content_type: &ContentType) -> String {
    match &content_type.charset {
        Some(charset) => format!("{}; charset={charset}", content_type.media_type),
        None => content_type.media_type.clone(),
    }
}

fn phases(timings: &RequestTimings) -> PhaseTimings {
    PhaseTimings {
        resolve: timings.resolve.map(milliseconds),
        connect: timings.connect.map(milliseconds),
        first_byte: milliseconds(timings.first_byte),
        body: milliseconds(timings.body),
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}
