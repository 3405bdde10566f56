//! Fetches many pages of many hosts from `load_server.rs`, on one thread.
//!
//!     load [--port 8300] [--hosts 2000] [--pages 20000] [--max-concurrent-fetches 256] [--host-delay-ms 0] [--robots 0]
//!
//! Prints one line of JSON: pages fetched, seconds, pages a second, bytes, and the most memory that
//! the process had (Linux). Fails if any page does.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use copydesk_fetch::{FetchRequest, FetchSettings, Fetcher};
use futures_util::StreamExt;

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), String> {
    let (port, hosts) = (option("--port", 8300), option("--hosts", 2000));
    let pages = option("--pages", 20_000);
    let address: SocketAddr =
        format!("127.0.0.1:{port}").parse().map_err(|_| "--port is no port")?;
    let mut settings = FetchSettings::default();
    settings.resolve = (0..hosts).map(|host| (name(host), address)).collect();
    settings.robots = option("--robots", 0) != 0;
    settings.host_delay = Duration::from_millis(option("--host-delay-ms", 0));
    settings.max_concurrent_fetches =
        usize::try_from(option("--max-concurrent-fetches", 256)).unwrap_or(256);
    let fetcher = Fetcher::new(settings).map_err(|error| error.to_string())?;

    let requests = (0..pages).map(move |page| {
        FetchRequest::new(format!("http://{}:{port}/page/{page}", name(page % hosts)))
    });
    let started = Instant::now();
    let mut stream = fetcher.fetch_all(requests);
    let (mut taken, mut bytes, mut at_half) = (0, 0, 0);
    while let Some(page) = stream.next().await {
        let response = page.result.map_err(|error| error.to_string())?;
        if response.status() != 200 {
            return Err(format!("{} answered {}", response.final_url(), response.status()));
        }
        taken += 1;
        bytes += response.body.len();
        if taken == pages / 2 {
            at_half = peak_kilobytes();
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{{\"pages\": {taken}, \"seconds\": {seconds:.3}, \"pages_per_second\": {:.0}, \
         \"bytes\": {bytes}, \"peak_kb_at_half\": {at_half}, \"peak_kb\": {}}}",
        f64::from(u32::try_from(taken).unwrap_or(u32::MAX)) / seconds,
        peak_kilobytes(),
    );
    Ok(())
}

fn name(host: u64) -> String {
    format!("host-{host}.test")
}

/// The most memory that the process had, by `/proc`; 0 where there is none.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let digits: String = line.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

fn option(name: &str, default: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).and_then(|value| value.parse().ok()).unwrap_or(default)
}
