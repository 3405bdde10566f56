//! A server for `load.rs` and its peers: any path of any host is a page of the same size.
//!
//!     load_server [--port 8300] [--bytes 30000] [--latency-ms 0]
//!
//! `/robots.txt` is not there. Prints the address when it listens, and runs until it is killed.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Requests are short; a client that sends more without an end is cut off.
const MAX_HEAD_BYTES: usize = 64 << 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let port = u16::try_from(option("--port", 8300)).unwrap_or(8300);
    let latency = Duration::from_millis(option("--latency-ms", 0));
    let page = page(usize::try_from(option("--bytes", 30_000)).unwrap_or(30_000));
    let page: &'static [u8] = Box::leak(page.into_boxed_slice());
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, page, latency));
    }
}

/// Answers until the client goes away.
async fn serve(
    mut stream: TcpStream,
    page: &'static [u8],
    latency: Duration,
) -> std::io::Result<()> {
    const MISSING: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let mut head = Vec::with_capacity(1024);
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            if head.len() > MAX_HEAD_BYTES || stream.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let is_robots = head.starts_with(b"GET /robots.txt ");
        stream.write_all(if is_robots { MISSING } else { page }).await?;
        head.clear();
    }
}

/// A response with a page of some length.
fn page(bytes: usize) -> Vec<u8> {
    let mut body = "<!DOCTYPE html><title>Ferry</title>".to_owned();
    while body.len() < bytes {
        body.push_str("<p>The ferry sailed again on Monday, and nobody was late.</p>\n");
    }
    body.truncate(bytes);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Length: {bytes}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn option(name: &str, default: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).and_then(|value| value.parse().ok()).unwrap_or(default)
}
