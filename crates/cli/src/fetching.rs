//! What commands that fetch have in common.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use copydesk_core::StopToken;
use copydesk_core::settings::Settings;
use copydesk_core::sources::BlockingFetcher;

use crate::console::Console;

/// Pages that may be fetched without a word on a missing contact.
const PAGES_WITHOUT_CONTACT: u64 = 10;

/// Files that may be open, where the system lets us ask for as many: each connection is one, and 1,024 is
/// all that most systems give unasked.
const OPEN_FILES: u64 = 16_384;

/// Asks the system for as many open files as connections may need; says how many there may be, where it can.
pub(crate) fn allow_many_connections() -> Option<u64> {
    rlimit::increase_nofile_limit(OPEN_FILES).ok()
}

/// Starts a fetcher that `stop` ends, and says so where it is to do what others may mind.
pub(crate) fn start_fetcher(
    settings: &Settings,
    keep_payload: bool,
    stop: &StopToken,
) -> Result<Arc<BlockingFetcher>> {
    let mut fetch = settings.fetch_settings()?;
    fetch.keep_payload = keep_payload;
    if let Some(files) = allow_many_connections() {
        let half = usize::try_from(files / 2).unwrap_or(usize::MAX);
        fetch.max_idle_connections = fetch.max_idle_connections.min(half);
    }
    let web = Arc::new(BlockingFetcher::new(fetch)?.with_stop(stop.clone()));
    if !settings.robots {
        Console::new(settings.color).line("robots.txt is not heeded (robots = false)");
    }
    Ok(web)
}

/// Says once that nobody can be reached about these requests, when there are more than a few.
#[derive(Debug)]
pub(crate) struct ContactNote {
    is_due: bool,
}

impl ContactNote {
    pub(crate) fn new(settings: &Settings, fetches: bool) -> Self {
        Self { is_due: fetches && settings.contact.is_empty() && !settings.quiet }
    }

    /// `pages` were fetched so far.
    pub(crate) fn pages(&mut self, pages: u64, console: &Console) {
        if self.is_due && pages > PAGES_WITHOUT_CONTACT {
            self.is_due = false;
            console.note(
                "no contact is set, so a site's owner cannot reach you; set `contact` in copydesk.toml",
            );
        }
    }
}

/// What was probably meant by an input that is neither a file nor an address.
pub(crate) fn with_scheme(named: &str) -> Option<String> {
    let host = named.split(['/', '?', ':']).next()?;
    let (name, domain) = host.rsplit_once('.')?;
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let is_host = name.split('.').all(is_label)
        && domain.len() >= 2
        && domain.chars().all(char::is_alphabetic)
        && !FILE_SUFFIXES.contains(&domain.to_ascii_lowercase().as_str());
    (is_host && !Path::new(named).exists()).then(|| format!("https://{named}"))
}

/// What ends like a domain and is the name of a file.
const FILE_SUFFIXES: [&str; 16] = [
    "html", "htm", "xhtml", "txt", "md", "json", "jsonl", "ndjson", "csv", "gz", "zst", "warc",
    "xml", "pdf", "php", "toml",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_from_a_file() {
        for (named, meant) in [
            ("example.com", Some("https://example.com")),
            ("www.example.co.uk/news?id=1", Some("https://www.example.co.uk/news?id=1")),
            ("example.com:8080/a", Some("https://example.com:8080/a")),
            ("page.html", None),
            ("pages/a.com", None),
            ("a.b/page", None),
            ("./example.com", None),
            ("pages", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(with_scheme(named).as_deref(), meant, "{named}");
        }
    }
}
