//! The connections that are kept open.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio::time::Instant;

use super::client::{Maker, idle_time};
use crate::{Error, Settings};

/// Two clients, so that only so many connections are open unused: one takes some 60 KiB and a file,
/// and reqwest bounds only those to one host. A host has its connection kept open if there is room for
/// it among those asked lately; the others have theirs closed after each response.
#[derive(Debug)]
pub(super) struct Clients {
    keeping: Client,
    closing: Client,
    max_hosts: usize,
    /// How long an unused connection may be open.
    idle_time: Duration,
    kept: Mutex<Kept>,
}

/// The hosts whose connections are kept.
#[derive(Debug)]
struct Kept {
    asked: HashMap<Box<str>, Instant>,
    /// When it is worth looking again which of them were not asked for long.
    sweep_at: Instant,
}

impl Clients {
    /// # Errors
    /// When a setting cannot be used.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let maker = Maker::new(settings)?;
        // The pool looks only once in that time which connections were unused for that time.
        let idle_time = idle_time(settings.host_delay) * 2;
        let kept = Kept { asked: HashMap::new(), sweep_at: Instant::now() };
        Ok(Self {
            keeping: maker.client(settings, 1)?,
            closing: maker.client(settings, 0)?,
            max_hosts: settings.max_idle_connections,
            idle_time,
            kept: Mutex::new(kept),
        })
    }

    /// The client to ask a host with.
    pub(super) fn of(&self, host: &str) -> &Client {
        self.at(host, Instant::now())
    }

    fn at(&self, host: &str, now: Instant) -> &Client {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = kept.asked.get_mut(host) {
            *asked = now;
            return &self.keeping;
        }
        if kept.asked.len() >= self.max_hosts {
            if now < kept.sweep_at {
                return &self.closing;
            }
            kept.sweep_at = now + self.idle_time / 8;
            kept.asked.retain(|_, asked| now.duration_since(*asked) < self.idle_time);
            if kept.asked.len() >= self.max_hosts {
                return &self.closing;
            }
        }
        kept.asked.insert(host.into(), now);
        &self.keeping
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_are_kept_to_the_hosts_that_were_asked_lately() {
        let settings = Settings { max_idle_connections: 2, ..Settings::default() };
        let clients = Clients::new(&settings).unwrap();
        let start = Instant::now();
        let keeps = |host, second| {
            let client = clients.at(host, start + Duration::from_secs(second));
            std::ptr::eq(client, &raw const clients.keeping)
        };
        assert_eq!(["a", "b", "c", "a"].map(|host| keeps(host, 1)), [true, true, false, true]);
        // Three delays, and as long again until the pool has seen it.
        assert!(keeps("b", 6));
        assert_eq!(["c", "a", "b"].map(|host| keeps(host, 8)), [true, false, true]);
    }

    #[tokio::test]
    async fn none_need_be_kept() {
        let settings = Settings { max_idle_connections: 0, ..Settings::default() };
        let clients = Clients::new(&settings).unwrap();
        assert!(std::ptr::eq(clients.of("a"), &raw const clients.closing));
    }
}
