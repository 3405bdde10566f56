//! A server for `load.rs` and its peers: any path of any host is a page of the same size.
//!
//!     load_server [--port 8300] [--bytes 30000] [--latency-ms 0] [--gaps 0]
//!
//! `/robots.txt` is not there. With `--gaps 1`, `/least-gap` says how many microseconds at least passed
//! between the end of a response and the next request to the same host. Prints the address when it
//! listens, and runs until it is killed.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Requests are short; a client that sends more without an end is cut off.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// When each host was last answered, and the least time from there to its next request.
#[derive(Debug, Default)]
struct HostGaps {
    answered: HashMap<Vec<u8>, Instant>,
    least: Option<Duration>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let port = u16::try_from(option("--port", 8300)).unwrap_or(8300);
    let latency = Duration::from_millis(option("--latency-ms", 0));
    let page = page(usize::try_from(option("--bytes", 30_000)).unwrap_or(30_000));
    let page: &'static [u8] = Box::leak(page.into_boxed_slice());
    let gaps: Option<&'static Mutex<HostGaps>> =
        (option("--gaps", 0) != 0).then(|| &*Box::leak(Box::default()));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, page, latency, gaps));
    }
}

/// Answers until the client goes away.
async fn serve(
    mut stream: TcpStream,
    page: &[u8],
    latency: Duration,
    gaps: Option<&Mutex<HostGaps>>,
) -> std::io::Result<()> {
    let mut head = Vec::with_capacity(1024);
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() > MAX_HEAD_BYTES || stream.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let mut gaps = gaps.map(|gaps| (gaps, header(&head, b"host:").to_vec()));
        if let Some((gaps, host)) = &mut gaps {
            if head.starts_with(b"GET /least-gap ") {
                let least = lock(gaps).least.map_or(0, |least| least.as_micros());
                let least = response("200 OK", "text/plain", &least.to_string());
                return stream.write_all(least.as_bytes()).await;
            }
            lock(gaps).request_received(host);
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let missing;
        let mut reply = page;
        if head.starts_with(b"GET /robots.txt ") {
            missing = response("404 Not Found", "text/plain", "");
            reply = missing.as_bytes();
        }
        if let Some((gaps, host)) = gaps
            && let Some((last, rest)) = reply.split_last()
        {
            // The client cannot have the whole before this time.
            stream.write_all(rest).await?;
            lock(gaps).answered.insert(host, Instant::now());
            stream.write_all(&[*last]).await?;
        } else {
            stream.write_all(reply).await?;
        }
        head.clear();
    }
}

impl HostGaps {
    fn request_received(&mut self, host: &[u8]) {
        if let Some(answered) = self.answered.get(host) {
            let gap = answered.elapsed();
            self.least = Some(self.least.map_or(gap, |least| least.min(gap)));
        }
    }
}

fn lock(gaps: &Mutex<HostGaps>) -> MutexGuard<'_, HostGaps> {
    gaps.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The value of a header, which is named in small letters.
fn header<'a>(head: &'a [u8], name: &[u8]) -> &'a [u8] {
    let lines = head.split(|&byte| byte == b'\n');
    let mut values = lines.filter_map(|line| {
        let (start, value) = line.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(value.trim_ascii())
    });
    values.next().unwrap_or_default()
}

fn response(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// A response with a page of some length.
fn page(bytes: usize) -> Vec<u8> {
    let mut body = "<!DOCTYPE html><title>Ferry</title>".to_owned();
    while body.len() < bytes {
        body.push_str("<p>The ferry sailed again on Monday, and nobody was late.</p>\n");
    }
    body.truncate(bytes);
    response("200 OK", "text/html; charset=utf-8", &body).into_bytes()
}

fn option(name: &str, default: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).and_then(|value| value.parse().ok()).unwrap_or(default)
}
