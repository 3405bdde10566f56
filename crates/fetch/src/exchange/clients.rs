//! The connections that are kept open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio::time::Instant;

use super::client::{ClientFactory, idle_time};
use crate::{Error, FetchSettings};

/// Two clients, so that only so many connections are open unused: one takes some 60 KiB and a file,
/// and reqwest bounds only those to one host. A host has its connection kept open if there is room for
/// it among those asked lately; the others have theirs closed after each response.
#[derive(Debug)]
pub(super) struct HttpClients {
    keep_alive: Client,
    /// Made when it is needed first, which it seldom is: each client reads the certificates of the system.
    one_shot: OnceLock<Client>,
    maker: ClientFactory,
    settings: Arc<FetchSettings>,
    max_hosts: usize,
    /// How long an unused connection may be open.
    idle_time: Duration,
    keep_alive_hosts: Mutex<KeepAliveHosts>,
}

/// The hosts whose connections are kept.
#[derive(Debug)]
struct KeepAliveHosts {
    last_used: HashMap<Box<str>, Instant>,
    /// When it is worth looking again which of them were not asked for long.
    sweep_at: Instant,
}

impl HttpClients {
    /// # Errors
    /// When a setting cannot be used.
    pub(super) fn new(settings: Arc<FetchSettings>) -> Result<Self, Error> {
        let maker = ClientFactory::new(&settings)?;
        // The pool looks only once in that time which connections were unused for that time.
        let idle_time = idle_time(settings.host_delay) * 2;
        let kept = KeepAliveHosts { last_used: HashMap::new(), sweep_at: Instant::now() };
        Ok(Self {
            keep_alive: maker.client(&settings, 1)?,
            one_shot: OnceLock::new(),
            max_hosts: settings.max_idle_connections,
            idle_time,
            keep_alive_hosts: Mutex::new(kept),
            maker,
            settings,
        })
    }

    fn one_shot(&self) -> &Client {
        self.one_shot.get_or_init(|| {
            // The settings are those of the other client, so this fails as little as that did.
            let client = self.maker.client(&self.settings, 0);
            client.unwrap_or_else(|_| self.keep_alive.clone())
        })
    }

    /// The client to ask a host with.
    pub(super) fn for_host(&self, host: &str) -> &Client {
        self.select(host, Instant::now())
    }

    fn select(&self, host: &str, now: Instant) -> &Client {
        let mut kept = self.keep_alive_hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(asked) = kept.last_used.get_mut(host) {
            *asked = now;
            return &self.keep_alive;
        }
        if kept.last_used.len() >= self.max_hosts {
            if now < kept.sweep_at {
                return self.one_shot();
            }
            kept.sweep_at = now + self.idle_time / 8;
            kept.last_used.retain(|_, asked| now.duration_since(*asked) < self.idle_time);
            if kept.last_used.len() >= self.max_hosts {
                return self.one_shot();
            }
        }
        kept.last_used.insert(host.into(), now);
        &self.keep_alive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_are_kept_to_the_hosts_that_were_asked_lately() {
        let settings = FetchSettings { max_idle_connections: 2, ..FetchSettings::default() };
        let clients = HttpClients::new(Arc::new(settings)).unwrap();
        assert!(clients.one_shot.get().is_none());
        let start = Instant::now();
        let keeps = |host, second| {
            let client = clients.select(host, start + Duration::from_secs(second));
            std::ptr::eq(client, &raw const clients.keep_alive)
        };
        assert_eq!(["a", "b", "c", "a"].map(|host| keeps(host, 1)), [true, true, false, true]);
        // Three delays, and as long again until the pool has seen it.
        assert!(keeps("b", 6));
        assert_eq!(["c", "a", "b"].map(|host| keeps(host, 8)), [true, false, true]);
    }

    #[tokio::test]
    async fn none_need_be_kept() {
        let settings = FetchSettings { max_idle_connections: 0, ..FetchSettings::default() };
        let clients = HttpClients::new(Arc::new(settings)).unwrap();
        assert!(std::ptr::eq(clients.for_host("a"), clients.one_shot()));
    }
}
