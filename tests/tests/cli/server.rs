//! An HTTP server on loopback with the responses that a test sets.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A response. A path without one gets status 404.
#[derive(Clone, Debug)]
pub(super) struct TestResponse {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
    /// Whether the connection stays silent until the client goes away.
    is_silent: bool,
}

impl TestResponse {
    pub(super) fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::labelled("text/html", body)
    }

    pub(super) fn labelled(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![format!("Content-Type: {content_type}")];
        Self { status: 200, headers, body: body.into(), is_silent: false }
    }

    pub(super) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: b"<p>no".to_vec(), is_silent: false }
    }

    pub(super) fn never() -> Self {
        Self { is_silent: true, ..Self::status(200) }
    }

    pub(super) fn redirect(to: &str) -> Self {
        Self::status(302).header(&format!("Location: {to}"))
    }

    pub(super) fn header(mut self, line: &str) -> Self {
        self.headers.push(line.into());
        self
    }
}

/// The server. It runs until the test process ends.
pub(super) struct TestServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl TestServer {
    pub(super) fn start(replies: impl IntoIterator<Item = (&'static str, TestResponse)>) -> Self {
        let replies: HashMap<_, _> = replies.into_iter().collect();
        let replies = Arc::new(replies);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (replies, seen) = (Arc::clone(&replies), Arc::clone(&seen));
                thread::spawn(move || answer(stream, &replies, &seen));
            }
        });
        Self { address, requests }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The folder that pages of this server are written to, named by its host and port.
    pub(super) fn folder(&self) -> String {
        format!("127.0.0.1_{}", self.address.port())
    }

    /// The requested paths except `robots.txt`, sorted.
    pub(super) fn requested_paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self
            .heads()
            .iter()
            .filter_map(|head| head.split(' ').nth(1).map(String::from))
            .filter(|path| path != "/robots.txt")
            .collect();
        paths.sort();
        paths
    }

    /// The heads of the requests, in order.
    pub(super) fn heads(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(
    mut stream: TcpStream,
    replies: &HashMap<&'static str, TestResponse>,
    seen: &Mutex<Vec<String>>,
) {
    let mut head = String::new();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    // A client may connect without sending a request.
    while !head.ends_with("\r\n\r\n") {
        if lines.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.lock().unwrap().push(head);
    let reply = replies.get(path.as_str()).cloned().unwrap_or_else(|| TestResponse::status(404));
    if reply.is_silent {
        let _ = lines.read_line(&mut String::new());
        return;
    }
    let mut headers = String::new();
    for line in &reply.headers {
        headers.push_str(line);
        headers.push_str("\r\n");
    }
    let _ = write!(
        stream,
        "HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        reply.status,
        reply.body.len()
    );
    let _ = stream.write_all(&reply.body);
}
