//! Parts that all commands share that fetch.

use std::sync::Arc;

use anyhow::Result;
use copydesk_core::StopToken;
use copydesk_core::settings::Settings;
use copydesk_core::sources::BlockingFetcher;

use crate::console::Console;

/// Pages that can be fetched before a missing contact is mentioned.
const PAGES_WITHOUT_CONTACT: u64 = 10;

/// Open files to request from the system. Each connection is one, and the default on many systems is 1,024.
const OPEN_FILES: u64 = 16_384;

/// Requests as many open files as connections may need. Returns how many are allowed, if the system says so.
pub(crate) fn allow_many_connections() -> Option<u64> {
    rlimit::increase_nofile_limit(OPEN_FILES).ok()
}

/// Starts a fetcher that `stop` ends. Warns if it ignores robots.txt.
pub(crate) fn start_fetcher(
    settings: &Settings,
    keep_payload: bool,
    stop: &StopToken,
) -> Result<Arc<BlockingFetcher>> {
    let mut fetch = settings.fetch_settings()?;
    fetch.keep_payload = keep_payload;
    if let Some(files) = allow_many_connections() {
        // The other half is for connections in use, inputs and outputs.
        let half = usize::try_from(files / 2).unwrap_or(usize::MAX);
        fetch.max_idle_connections = fetch.max_idle_connections.min(half);
    }
    let web = Arc::new(BlockingFetcher::new(fetch)?.with_stop(stop.clone()));
    if !settings.robots {
        Console::new(settings.color).warning("robots.txt is ignored (robots = false)");
    }
    Ok(web)
}

/// Warns once that no contact is set, when more than a few pages are fetched.
#[derive(Debug)]
pub(crate) struct ContactWarning {
    is_due: bool,
}

impl ContactWarning {
    pub(crate) fn new(settings: &Settings, fetches: bool) -> Self {
        Self { is_due: fetches && settings.contact.is_empty() && !settings.quiet }
    }

    /// Call it with the number of pages fetched so far.
    pub(crate) fn pages(&mut self, pages: u64, console: &Console) {
        if self.is_due && pages > PAGES_WITHOUT_CONTACT {
            self.is_due = false;
            console.warning(
                "no contact is set, so site owners cannot reach you; set `contact` in copydesk.toml",
            );
        }
    }
}
