//! The budget of visits per host in a run.

use std::collections::{BTreeSet, HashMap};

use crate::frontier::{HostId, VisitTask};

/// Counts the visits of each host, where the job limits them.
#[derive(Debug)]
pub(super) struct HostBudget {
    max_visits: Option<u64>,
    visits: HashMap<String, u64>,
    exhausted: BTreeSet<HostId>,
}

impl HostBudget {
    pub(super) fn new(max_visits: Option<u64>) -> Self {
        Self { max_visits, visits: HashMap::new(), exhausted: BTreeSet::new() }
    }

    /// Drops the visits for which a host has no budget left, and counts the others.
    pub(super) fn apply(&mut self, host: HostId, name: &str, visits: &mut Vec<VisitTask>) {
        let Some(max) = self.max_visits else { return };
        let used = self.visits.entry(name.to_owned()).or_default();
        let room = usize::try_from(max.saturating_sub(*used)).unwrap_or(usize::MAX);
        visits.truncate(room);
        *used += visits.len() as u64;
        if *used >= max {
            self.exhausted.insert(host);
        }
    }

    /// Whether a host has used up its budget.
    pub(super) fn is_exhausted(&self, host: HostId) -> bool {
        self.exhausted.contains(&host)
    }

    /// Whether any host has used up its budget.
    pub(super) fn has_exhausted_hosts(&self) -> bool {
        !self.exhausted.is_empty()
    }
}
