//! A server that responds as a test says, and remembers its requests.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A response.
#[derive(Clone, Debug)]
pub(in crate::run) struct SiteResponse {
    status: u16,
    headers: String,
    body: String,
}

impl SiteResponse {
    pub(in crate::run) fn status(status: u16) -> Self {
        Self { status, headers: String::new(), body: String::new() }
    }

    pub(in crate::run) fn new(content_type: &str, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::status(200).header("Content-Type", content_type) }
    }

    pub(in crate::run) fn html(body: impl Into<String>) -> Self {
        Self::new("text/html; charset=utf-8", body)
    }

    /// A page with an article of this text, and links.
    pub(in crate::run) fn article(title: &str, text: &str, links: &[&str]) -> Self {
        let items = links.iter().map(|link| format!("<li><a href=\"{link}\">{link}</a></li>"));
        let links = items.collect::<Vec<_>>().concat();
        Self::html(format!(
            "<!doctype html><html lang=\"en\"><head><title>{title}</title></head><body>\
             <nav><ul>{links}</ul></nav><article><h1>{title}</h1><p>{text}</p>\
             <p>The harbour office of {title} keeps the log in which all of this is written down, and \
             whoever asks at the window may read it between nine and noon.</p></article></body></html>"
        ))
    }

    pub(in crate::run) fn redirect(to: &str) -> Self {
        Self::status(301).header("Location", to)
    }

    pub(in crate::run) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers += &[name, ": ", value, "\r\n"].concat();
        self
    }
}

type SiteResponses = Arc<Mutex<BTreeMap<String, SiteResponse>>>;

/// The server. It lives until the test's process ends.
pub(in crate::run) struct LoopbackSite {
    address: SocketAddr,
    responses: SiteResponses,
    requests: Arc<Mutex<Vec<String>>>,
}

impl LoopbackSite {
    pub(in crate::run) fn start<'a>(
        responses: impl IntoIterator<Item = (&'a str, SiteResponse)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let responses =
            responses.into_iter().map(|(path, response)| (path.to_owned(), response)).collect();
        let responses: SiteResponses = Arc::new(Mutex::new(responses));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (known, seen) = (Arc::clone(&responses), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (known, seen) = (Arc::clone(&known), Arc::clone(&seen));
                thread::spawn(move || serve(stream, &known, &seen));
            }
        });
        Self { address, responses, requests }
    }

    pub(in crate::run) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(in crate::run) fn set(&self, path: &str, response: SiteResponse) {
        self.responses.lock().unwrap().insert(path.to_owned(), response);
    }

    /// The requests since the last call: paths with the status of the response, sorted.
    pub(in crate::run) fn take_requests(&self) -> Vec<String> {
        let mut requests = std::mem::take(&mut *self.requests.lock().unwrap());
        requests.sort();
        requests
    }
}

fn serve(mut stream: TcpStream, known: &SiteResponses, seen: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let response = known.lock().unwrap().get(&path).cloned();
        let mut response = response.unwrap_or_else(|| SiteResponse::status(404));
        let etag = response.headers.lines().find_map(|line| line.strip_prefix("ETag: "));
        if etag.is_some_and(|etag| head.to_lowercase().contains(&format!("if-none-match: {etag}")))
        {
            response = SiteResponse::status(304);
        }
        seen.lock().unwrap().push(format!("{path} {}", response.status));
        let SiteResponse { status, headers, body } = response;
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n");
        if stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .is_err()
        {
            return;
        }
    }
}
