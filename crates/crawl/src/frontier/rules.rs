//! What follows from a visit, and from finding a URL again: the same in every backend.

use copydesk_clean::ChangeKind;
use jiff::{SignedDuration, Timestamp};

use super::{
    DiscoverySource, NewUrl, PRIORITIES, RunFigures, UrlKind, UrlState, VisitCommit, VisitOutcome,
};

/// Visits are counted by the hour.
pub(super) const MILLIS_PER_HOUR: i64 = 3_600_000;

/// When a URL was last found is kept to so much, so that a page of known links is not a page of writes.
const LAST_SEEN_RESOLUTION: SignedDuration = SignedDuration::from_hours(24);

/// Kinds of failures, and sites that drift, that the figures of a run hold at most.
const MAX_FIGURE_KEYS: usize = 256;

/// Visits in a row that brought nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FailureStreaks {
    pub(super) failures: u32,
    pub(super) missing: u32,
}

impl FailureStreaks {
    /// As they are after a visit. A failure says nothing of whether the page is there, and a visit that
    /// was not allowed says nothing at all.
    pub(super) fn after(self, outcome: VisitOutcome) -> Self {
        let Self { failures, missing } = self;
        match outcome {
            VisitOutcome::Failed => Self { failures: failures.saturating_add(1), missing },
            VisitOutcome::Missing | VisitOutcome::Gone => {
                Self { failures: 0, missing: missing.saturating_add(1) }
            }
            VisitOutcome::Robots => self,
            _ => Self::default(),
        }
    }
}

/// What finding a URL has a say in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownUrl {
    pub(super) state: UrlState,
    pub(super) kind: UrlKind,
    pub(super) via: DiscoverySource,
    pub(super) priority: u8,
    pub(super) depth: u16,
    pub(super) next_visit: Option<Timestamp>,
    /// When it was last visited, with success or not.
    pub(super) visited_at: Option<Timestamp>,
    pub(super) last_seen: Timestamp,
}

impl KnownUrl {
    pub(super) fn new(new: &NewUrl, seen: Timestamp) -> Self {
        Self {
            state: UrlState::Active,
            kind: new.kind,
            via: new.via,
            priority: new.priority.min(*PRIORITIES.end()),
            depth: new.depth,
            next_visit: Some(new.due),
            visited_at: None,
            last_seen: seen,
        }
    }

    /// As it is after it was found once more.
    pub(super) fn rediscovered(&self, new: &NewUrl, seen: Timestamp) -> Self {
        let mut entry = self.clone();
        entry.priority = entry.priority.max(new.priority.min(*PRIORITIES.end()));
        entry.depth = entry.depth.min(new.depth);
        let is_seed = new.via == DiscoverySource::Seed;
        if is_seed {
            entry.via = DiscoverySource::Seed;
        }
        // What a job says of its seeds counts for more than what was made of them.
        if new.kind != UrlKind::Unknown && (is_seed || entry.kind == UrlKind::Unknown) {
            entry.kind = new.kind;
        }
        let has_changed = match (new.modified, self.visited_at) {
            (Some(modified), Some(visited_at)) => modified > visited_at,
            _ => false,
        };
        if has_changed || (is_seed && self.next_visit.is_none()) {
            entry.state = UrlState::Active;
            entry.next_visit =
                Some(self.next_visit.map_or(new.due, |next_visit| next_visit.min(new.due)));
        }
        if seen.duration_since(self.last_seen) >= LAST_SEEN_RESOLUTION {
            entry.last_seen = seen;
        }
        entry
    }
}

impl VisitCommit {
    /// Whether its text is delivered as new or changed.
    pub(super) fn has_changed(&self) -> bool {
        self.delivery.as_ref().is_some_and(|delivery| delivery.change != ChangeKind::Gone)
    }
}

impl RunFigures {
    /// Adds those of another part of the run.
    pub fn add(&mut self, other: &Self) {
        for (outcome, visits) in &other.outcomes {
            *self.outcomes.entry(*outcome).or_default() += visits;
        }
        self.found.new += other.found.new;
        self.found.known += other.found.known;
        self.found.capped += other.found.capped;
        self.wire_bytes = self.wire_bytes.saturating_add(other.wire_bytes);
        self.out_of_scope += other.out_of_scope;
        self.trapped += other.trapped;
        self.removed_blocks += other.removed_blocks;
        for (kind, count) in &other.errors {
            if self.errors.len() < MAX_FIGURE_KEYS || self.errors.contains_key(kind) {
                *self.errors.entry(kind.clone()).or_default() += count;
            }
        }
        for drift in &other.drifts {
            if self.drifts.len() < MAX_FIGURE_KEYS && !self.drifts.contains(drift) {
                self.drifts.push(drift.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::DiscoveryCounts;

    #[test]
    fn failures_and_missing_pages_are_counted_in_a_row() {
        use VisitOutcome::{Changed, Failed, Gone, Missing, NotModified, Robots};
        for (outcomes, failures, missing) in [
            (&[Failed, Failed][..], 2, 0),
            (&[Failed, Changed], 0, 0),
            (&[Failed, Robots, Failed], 2, 0),
            (&[Missing, Failed, Gone], 0, 2),
            (&[Missing, NotModified, Missing], 0, 1),
        ] {
            let streaks =
                outcomes.iter().fold(FailureStreaks::default(), |s, outcome| s.after(*outcome));
            assert_eq!(streaks, FailureStreaks { failures, missing }, "{outcomes:?}");
        }
    }

    #[test]
    fn figures_add_up_and_say_each_drift_once() {
        let part = RunFigures {
            outcomes: [(VisitOutcome::New, 2)].into(),
            found: DiscoveryCounts { new: 1, known: 2, capped: 3 },
            wire_bytes: 10,
            errors: [("timeout".to_owned(), 1)].into(),
            drifts: vec!["a.example looks otherwise".into()],
            ..RunFigures::default()
        };
        let mut sum = RunFigures::default();
        sum.add(&part);
        sum.add(&part);
        assert_eq!(sum.outcomes[&VisitOutcome::New], 4);
        assert_eq!(sum.found, DiscoveryCounts { new: 2, known: 4, capped: 6 });
        assert_eq!((sum.wire_bytes, sum.errors["timeout"]), (20, 2));
        assert_eq!(sum.drifts, ["a.example looks otherwise"]);
    }

    #[test]
    fn figures_hold_no_more_kinds_than_a_program_has() {
        let mut sum = RunFigures::default();
        for kind in 0..1_000 {
            sum.add(&RunFigures {
                errors: [(format!("kind {kind}"), 1)].into(),
                drifts: vec![format!("{kind}.example looks otherwise")],
                ..RunFigures::default()
            });
        }
        assert_eq!((sum.errors.len(), sum.drifts.len()), (256, 256));
    }
}
