//! The server: HTTP/1.1, connections kept, a thread a connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use super::pages::{HostPages, feed_path};
use super::plan::{
    ArticleFate, PlannedArticle, PlannedHost, PlannedTarget, UrlTrap, ValidatorKind,
};
use super::{LoggedRequest, WebState, lock};

/// Bytes of the head of a request.
const MAX_HEAD_BYTES: u64 = 64 << 10;

const FIRST_MODIFIED: &str = "Sun, 01 Mar 2026 08:00:00 GMT";
const THEN_MODIFIED: &str = "Sun, 01 Nov 2026 08:00:00 GMT";

struct IncomingRequest {
    target: String,
    host: String,
    if_none_match: Option<String>,
    if_modified_since: Option<String>,
    closes: bool,
}

struct WebResponse {
    status: u16,
    content_type: &'static str,
    headers: String,
    body: Vec<u8>,
    /// Whether the connection breaks in the middle of it.
    is_truncated: bool,
}

impl WebResponse {
    fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            content_type,
            headers: String::new(),
            body: body.into(),
            is_truncated: false,
        }
    }

    fn html(body: String) -> Self {
        Self::new(200, "text/html; charset=utf-8", body)
    }

    fn status(status: u16) -> Self {
        Self::new(
            status,
            "text/html",
            format!("<!doctype html><title>{status}</title><p>No page here."),
        )
    }

    fn redirect(status: u16, to: &str) -> Self {
        Self { headers: format!("Location: {to}\r\n"), ..Self::status(status) }
    }

    /// With what the page is known by, or only that it did not change.
    fn with_validator(
        mut self,
        known: ValidatorKind,
        version: &str,
        modified: &str,
        asking: &IncomingRequest,
    ) -> Self {
        let is_same = match known {
            ValidatorKind::Etag => {
                self.headers = format!("ETag: \"{version}\"\r\n");
                asking.if_none_match.as_deref() == Some(format!("\"{version}\"").as_str())
            }
            ValidatorKind::LastModified => {
                self.headers = format!("Last-Modified: {modified}\r\n");
                asking.if_modified_since.as_deref() == Some(modified)
            }
            ValidatorKind::Nothing => false,
        };
        if is_same {
            self.status = 304;
            self.body.clear();
        }
        self
    }
}

/// Answers the requests of a connection until the client goes.
pub(crate) fn serve(stream: &TcpStream, web: &WebState) {
    // Where the client goes there is nobody to tell.
    let _ = serve_connection(stream, web);
}

fn serve_connection(mut stream: &TcpStream, web: &WebState) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream);
    while let Some(asking) = read(&mut lines)? {
        let answer = if let Some(command) = asking.target.strip_prefix("/__control/") {
            control(web, command)
        } else {
            web.request_received();
            let answer = answer(web, &asking);
            log_request(web, &asking, &answer);
            answer
        };
        let mut bytes = format!(
            "HTTP/1.1 {} Said\r\nContent-Type: {}\r\n{}Content-Length: {}\r\n\r\n",
            answer.status,
            answer.content_type,
            answer.headers,
            answer.body.len()
        )
        .into_bytes();
        if answer.status == 304 {
            bytes = format!("HTTP/1.1 304 Said\r\n{}\r\n", answer.headers).into_bytes();
        }
        let whole = bytes.len() + answer.body.len();
        bytes.extend(&answer.body);
        if answer.is_truncated {
            bytes.truncate(whole / 2);
        }
        stream.write_all(&bytes)?;
        if answer.is_truncated || asking.closes {
            return stream.shutdown(std::net::Shutdown::Write);
        }
    }
    Ok(())
}

/// A request; `None` if the client has no more.
fn read(lines: &mut BufReader<&TcpStream>) -> io::Result<Option<IncomingRequest>> {
    let mut limited = lines.take(MAX_HEAD_BYTES);
    let mut line = String::new();
    if limited.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut asking = IncomingRequest {
        target: line.split(' ').nth(1).unwrap_or_default().to_owned(),
        host: String::new(),
        if_none_match: None,
        if_modified_since: None,
        closes: false,
    };
    loop {
        line.clear();
        if limited.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "host" => value.split(':').next().unwrap_or_default().clone_into(&mut asking.host),
            "if-none-match" => asking.if_none_match = Some(value),
            "if-modified-since" => asking.if_modified_since = Some(value),
            "connection" => asking.closes = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    Ok(Some(asking))
}

fn log_request(web: &WebState, asking: &IncomingRequest, answer: &WebResponse) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    lock(&web.requests).push(LoggedRequest {
        host: asking.host.clone(),
        target: asking.target.clone(),
        at_millis: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
        status: answer.status,
        is_conditional: asking.if_none_match.is_some() || asking.if_modified_since.is_some(),
        generation: web.generation.load(Ordering::SeqCst),
    });
}

fn answer(web: &WebState, asking: &IncomingRequest) -> WebResponse {
    let number =
        asking.host.strip_prefix('h').and_then(|rest| rest.split('.').next()?.parse().ok());
    let host = number.and_then(|number: usize| web.plan.hosts.get(number));
    let Some(host) = host.filter(|host| host.name == asking.host) else {
        return WebResponse::status(404);
    };
    let pages = HostPages {
        plan: &web.plan,
        host,
        origin: web.origin(host.number),
        generation: web.generation.load(Ordering::SeqCst),
        changed_at: lock(&web.changed_at).clone(),
        turn: web.turns.fetch_add(1, Ordering::Relaxed),
    };
    let target = without_session(host, &asking.target);
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target.as_str(), None),
    };
    let (feed, feed_label) = feed_path(host.feed);
    // Built again for each request, with the same content for a generation.
    let list = |label, body: Vec<u8>| {
        let version = format!("list-{}", pages.generation);
        let modified = if pages.generation > 1 { THEN_MODIFIED } else { FIRST_MODIFIED };
        WebResponse::new(200, label, body).with_validator(
            host.validator,
            &version,
            modified,
            asking,
        )
    };
    match web.plan.target(host.number, &target) {
        Some(PlannedTarget::Article(number)) => {
            return article(web, &pages, number, asking, false);
        }
        Some(PlannedTarget::Alternate(number)) => {
            return article(web, &pages, number, asking, true);
        }
        Some(PlannedTarget::Go(number)) => {
            return WebResponse::redirect(302, &format!("/old/{number}"));
        }
        Some(PlannedTarget::Old(number)) => {
            let to = web.plan.articles.get(number).map(|article| web.url(article));
            return WebResponse::redirect(301, &to.unwrap_or_default());
        }
        None => {}
    }
    if path == "/" {
        return WebResponse::html(pages.home());
    }
    if path == "/robots.txt" {
        let robots = pages.robots();
        return robots
            .map_or(WebResponse::status(404), |body| WebResponse::new(200, "text/plain", body));
    }
    if path == feed {
        return list(feed_label, pages.feed().into_bytes());
    }
    if let Some(map) = pages.sitemap(path) {
        let is_compressed = path.strip_suffix(".gz").is_some();
        return if is_compressed {
            list("application/gzip", gzip(map.as_bytes()))
        } else {
            list("application/xml", map.into_bytes())
        };
    }
    if let Some(topic) = path.strip_prefix("/topics/") {
        let (name, page) = topic.split_once('/').unwrap_or((topic, "1"));
        let page = page.parse().ok().and_then(|page| pages.topic_page(name, page));
        return page.map_or(WebResponse::status(404), WebResponse::html);
    }
    pages.trap_page(path, query).map_or(WebResponse::status(404), WebResponse::html)
}

fn article(
    web: &WebState,
    pages: &HostPages<'_>,
    number: usize,
    asking: &IncomingRequest,
    is_double: bool,
) -> WebResponse {
    let Some(article) = web.plan.articles.get(number) else { return WebResponse::status(404) };
    let is_second = pages.generation > 1;
    match article.fate {
        ArticleFate::AlwaysFails => return WebResponse::status(500),
        ArticleFate::Missing => return WebResponse::status(404),
        ArticleFate::Removed if is_second => {
            return WebResponse::status(if number.is_multiple_of(2) { 410 } else { 404 });
        }
        ArticleFate::FailsOnce if web.is_first_attempt(number) => return WebResponse::status(500),
        ArticleFate::TruncatedOnce if web.is_first_attempt(number) => {
            return WebResponse { is_truncated: true, ..WebResponse::html(pages.article(article)) };
        }
        _ => {}
    }
    let is_changed = is_second && article.fate == ArticleFate::Changed;
    let version = format!("a{number}-{}-{}", u8::from(is_changed), u8::from(is_double));
    let modified = if is_changed { THEN_MODIFIED } else { FIRST_MODIFIED };
    WebResponse::html(pages.article(article)).with_validator(
        pages.host.validator,
        &version,
        modified,
        asking,
    )
}

/// A target without the id of a session, which the host wrote itself.
fn without_session(host: &PlannedHost, target: &str) -> String {
    match host.trap {
        UrlTrap::SessionPath => match target.split_once(";jsessionid=") {
            Some((path, rest)) => {
                let query = rest.split_once('?').map(|(_, query)| format!("?{query}"));
                path.to_owned() + &query.unwrap_or_default()
            }
            None => target.to_owned(),
        },
        UrlTrap::SessionQuery => {
            let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
            let own: Vec<&str> =
                query.split('&').filter(|pair| !pair.starts_with("PHPSESSID=")).collect();
            if own.is_empty() { path.to_owned() } else { format!("{path}?{}", own.join("&")) }
        }
        _ => target.to_owned(),
    }
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let written = encoder.write_all(data);
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}

/// For clients in another process.
fn control(web: &WebState, command: &str) -> WebResponse {
    let json =
        |value: serde_json::Value| WebResponse::new(200, "application/json", value.to_string());
    let urls = |which: fn(&PlannedArticle) -> bool| -> Vec<String> {
        web.plan
            .articles
            .iter()
            .filter(|article| which(article))
            .map(|article| web.url(article))
            .collect()
    };
    match command {
        "truth" => json(serde_json::json!({
            "deliverable": urls(PlannedArticle::is_deliverable),
            "disallowed": urls(|article| article.fate == ArticleFate::Private),
            "changed": urls(|article| article.fate == ArticleFate::Changed),
            "lost": urls(|article| article.fate == ArticleFate::Removed),
        })),
        "requests" => {
            let asked = lock(&web.requests).clone();
            let asked: Vec<_> = asked
                .iter()
                .map(|asked| {
                    serde_json::json!({
                        "url": format!("http://{}:{}{}", asked.host, web.port, asked.target),
                        "at": asked.at_millis,
                        "status": asked.status,
                        "conditional": asked.is_conditional,
                        "generation": asked.generation,
                    })
                })
                .collect();
            json(asked.into())
        }
        "forget" => {
            lock(&web.requests).clear();
            json(true.into())
        }
        "next" => {
            web.next_generation();
            json(web.generation.load(Ordering::SeqCst).into())
        }
        _ => WebResponse::status(404),
    }
}
