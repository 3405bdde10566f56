//! The hosts that a run has leased, and the visits still to be made on each.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::frontier::{HostId, HostLease, LeaseKey, VisitTask};

/// Requests of one host that the fetcher has at once: the current one, and the next one, so that no time is
/// lost between them. Not more, so that a stopped run ends soon and a lost lease wastes little.
const MAX_REQUESTS_PER_HOST: usize = 2;

/// A leased host.
#[derive(Debug)]
pub(super) struct LeasedHost {
    pub(super) key: LeaseKey,
    pub(super) name: String,
    pub(super) waiting: VecDeque<VisitTask>,
    /// Requests that the fetcher has.
    pub(super) in_flight: usize,
    /// When its last response arrived.
    pub(super) responded_at: Option<Timestamp>,
    /// How long it is in back-off and why, if it is.
    pub(super) back_off: Option<(Duration, String)>,
    /// Origins that were requested: a host may serve http and https, each with its own `robots.txt`.
    pub(super) origins: HashSet<String>,
}

/// All leased hosts.
#[derive(Debug, Default)]
pub(super) struct LeasedHosts {
    by_id: HashMap<HostId, LeasedHost>,
    in_flight: usize,
}

impl LeasedHosts {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Requests that the fetcher has.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = LeaseKey> {
        self.by_id.values().map(|held| held.key)
    }

    pub(super) fn add(&mut self, lease: HostLease) {
        let held = LeasedHost {
            key: lease.key,
            name: lease.host,
            waiting: lease.visits.into(),
            in_flight: 0,
            responded_at: None,
            back_off: None,
            origins: HashSet::new(),
        };
        self.by_id.insert(lease.key.host, held);
    }

    /// The next visits of a host for which requests may be sent now, at most `max`.
    pub(super) fn take(&mut self, host: HostId, max: usize) -> Vec<(LeaseKey, VisitTask)> {
        let Some(held) = self.by_id.get_mut(&host) else { return Vec::new() };
        if held.back_off.is_some() {
            return Vec::new();
        }
        let room =
            MAX_REQUESTS_PER_HOST.saturating_sub(held.in_flight).min(held.waiting.len()).min(max);
        held.in_flight += room;
        self.in_flight += room;
        held.waiting.drain(..room).map(|visit| (held.key, visit)).collect()
    }

    /// Records that a request of a host has a result. `None` if the lease was lost meanwhile.
    pub(super) fn request_done(&mut self, key: LeaseKey) -> Option<&mut LeasedHost> {
        self.in_flight = self.in_flight.saturating_sub(1);
        // The host may have been leased again under another token since.
        let held = self.by_id.get_mut(&key.host).filter(|held| held.key == key)?;
        held.in_flight = held.in_flight.saturating_sub(1);
        Some(held)
    }

    /// Drops the visits that were not requested yet, of all hosts. They are still due.
    pub(super) fn drain(&mut self) {
        for held in self.by_id.values_mut() {
            held.waiting.clear();
        }
    }

    /// Removes a host on which nothing is left to do.
    pub(super) fn take_done(&mut self, host: HostId) -> Option<LeasedHost> {
        let held = self.by_id.get(&host)?;
        let is_done = held.in_flight == 0 && (held.waiting.is_empty() || held.back_off.is_some());
        if is_done { self.by_id.remove(&host) } else { None }
    }

    /// Removes all hosts.
    pub(super) fn take_all(&mut self) -> Vec<LeasedHost> {
        self.by_id.drain().map(|(_, held)| held).collect()
    }

    /// Removes a host that another run has leased by now. Its open requests no longer belong to any lease.
    pub(super) fn remove_lost(&mut self, key: LeaseKey) {
        if self.by_id.get(&key.host).is_some_and(|held| held.key == key) {
            self.by_id.remove(&key.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use copydesk_fetch::Validators;

    use super::*;
    use crate::frontier::{DiscoverySource, UrlId, UrlKind};

    fn lease(host: i64, token: u64, visits: i64) -> HostLease {
        let at = Timestamp::UNIX_EPOCH;
        let visit = |id| VisitTask {
            id: UrlId(id),
            url: format!("http://h{host}.example/{id}"),
            kind: UrlKind::Page,
            via: DiscoverySource::Link,
            priority: 5,
            depth: 1,
            due: at,
            first_seen: at,
            last_visit: None,
            last_change: None,
            validators: Validators::default(),
            fingerprint: None,
            interval_seconds: None,
            failures: 0,
            missing: 0,
        };
        HostLease {
            key: LeaseKey { host: HostId(host), token },
            host: format!("h{host}.example"),
            robots: None,
            visits: (0..visits).map(visit).collect(),
        }
    }

    #[test]
    fn a_host_has_two_open_requests_and_is_done_when_all_have_results() {
        let (mut hosts, host) = (LeasedHosts::default(), HostId(1));
        hosts.add(lease(1, 7, 3));
        let first = hosts.take(host, 9);
        assert_eq!((first.len(), hosts.in_flight()), (2, 2));
        assert!(hosts.take(host, 9).is_empty() && hosts.take_done(host).is_none());
        hosts.request_done(first[0].0).unwrap();
        assert_eq!(hosts.take(host, 9).len(), 1);
        for _ in 0..2 {
            assert!(hosts.take_done(host).is_none());
            hosts.request_done(first[0].0).unwrap();
        }
        assert_eq!(hosts.take_done(host).unwrap().key, first[0].0);
        assert_eq!((hosts.in_flight(), hosts.len()), (0, 0));
    }

    #[test]
    fn a_host_in_back_off_is_done_when_its_open_requests_have_results() {
        let (mut hosts, host) = (LeasedHosts::default(), HostId(1));
        hosts.add(lease(1, 7, 30));
        let sent = hosts.take(host, 9);
        let held = hosts.request_done(sent[0].0).unwrap();
        held.back_off = Some((Duration::from_mins(10), "500".into()));
        assert!(hosts.take(host, 9).is_empty() && hosts.take_done(host).is_none());
        hosts.request_done(sent[1].0).unwrap();
        assert!(hosts.take_done(host).unwrap().back_off.is_some());
    }

    #[test]
    fn results_of_a_lost_lease_belong_to_no_host() {
        let (mut hosts, host) = (LeasedHosts::default(), HostId(1));
        hosts.add(lease(1, 7, 1));
        let sent = hosts.take(host, 9);
        hosts.remove_lost(sent[0].0);
        hosts.add(lease(1, 8, 1));
        assert!(hosts.request_done(sent[0].0).is_none());
        assert_eq!((hosts.in_flight(), hosts.take(host, 9).len()), (0, 1));
    }
}
