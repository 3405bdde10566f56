//! What follows from a visit and from discovering a URL again. All backends share these rules.

use copydesk_clean::ChangeKind;
use jiff::{SignedDuration, Timestamp};

use super::{
    DiscoverySource, DueSelection, ErrorExample, NewUrl, PRIORITIES, RunFigures, UrlKind, UrlState,
    VisitCommit, VisitError, VisitOutcome,
};

/// Visits are counted by hour, the resolution of the charts on the status page.
pub(super) const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The longest time for which a host can be leased, waiting or in back-off: as long as it may ask for with
/// `Retry-After`.
pub(super) const LONGEST_HOST_WAIT: SignedDuration = SignedDuration::from_hours(25);

/// The resolution of the time when a URL was last discovered. Without it, a page with a hundred known links
/// would write a hundred rows.
const LAST_SEEN_RESOLUTION: SignedDuration = SignedDuration::from_hours(24);

/// The most kinds of failures, and the most drifted sites, in the figures of a run. Figures are read and
/// written whole with each batch.
const MAX_FIGURE_KEYS: usize = 256;

/// Kinds of errors that [`RunFigures::reasons`] names.
const MAX_REASONS: usize = 5;

/// The most bytes of a URL or a message in an example, for the same reason.
const MAX_EXAMPLE_BYTES: usize = 300;

/// Whether a URL becomes due with a selection.
pub(super) fn is_selected(
    which: &DueSelection<'_>,
    url: &str,
    state: UrlState,
    outcome: Option<VisitOutcome>,
    was_delivered: bool,
) -> bool {
    matches!(state, UrlState::Active | UrlState::Excluded)
        && match which {
            DueSelection::Matching(matches) => matches(url),
            DueSelection::Outcomes(outcomes) => {
                outcome.is_some_and(|outcome| outcomes.contains(&outcome))
            }
            DueSelection::NeverDelivered => outcome.is_some() && !was_delivered,
        }
}

/// Consecutive unsuccessful visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FailureStreaks {
    pub(super) failures: u32,
    pub(super) missing: u32,
}

impl FailureStreaks {
    /// The streaks after a visit. A failure does not say whether the page exists, so it keeps `missing`. A
    /// visit that `robots.txt` disallows says nothing, so it keeps both.
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

/// The values of a URL that discovering it again may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownUrl {
    pub(super) state: UrlState,
    pub(super) kind: UrlKind,
    pub(super) via: DiscoverySource,
    pub(super) priority: u8,
    pub(super) depth: u16,
    pub(super) next_visit: Option<Timestamp>,
    /// When it was last visited, successfully or not.
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

    /// The values after the URL was discovered again.
    pub(super) fn rediscovered(&self, new: &NewUrl, seen: Timestamp) -> Self {
        let mut entry = self.clone();
        entry.priority = entry.priority.max(new.priority.min(*PRIORITIES.end()));
        entry.depth = entry.depth.min(new.depth);
        let is_seed = new.via == DiscoverySource::Seed;
        if is_seed {
            entry.via = DiscoverySource::Seed;
        }
        // The kind that a job declares for its seed wins over one that was detected.
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
    /// Whether its record reports a new or changed text.
    pub(super) fn has_changed(&self) -> bool {
        self.delivery.as_ref().is_some_and(|delivery| delivery.change != ChangeKind::Gone)
    }
}

impl RunFigures {
    /// Adds the figures of another part of the run.
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
        for (kind, example) in &other.examples {
            if self.examples.len() < MAX_FIGURE_KEYS && !self.examples.contains_key(kind) {
                self.examples.insert(kind.clone(), example.clone());
            }
        }
        add_sentences(&mut self.drifts, &other.drifts);
        add_sentences(&mut self.notes, &other.notes);
    }

    /// Counts the error of a visit. The first one of its kind becomes the example.
    pub(crate) fn add_error(&mut self, url: &str, error: &VisitError) {
        *self.errors.entry(error.kind.clone()).or_default() += 1;
        self.examples.entry(error.kind.clone()).or_insert_with(|| ErrorExample {
            url: truncated(url),
            message: truncated(&error.message),
        });
    }

    /// Why visits yielded no page: `40 timeout (https://news.example/a: connecting took longer than 10s),
    /// 1 status (…)`, the most frequent kinds first. `None` if there were no errors.
    pub fn reasons(&self) -> Option<String> {
        let mut kinds: Vec<(&String, &u64)> = self.errors.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let more = kinds.len().saturating_sub(MAX_REASONS);
        let shown = kinds.into_iter().take(MAX_REASONS).map(|(kind, count)| {
            match self.examples.get(kind) {
                Some(ErrorExample { url, message }) => format!("{count} {kind} ({url}: {message})"),
                None => format!("{count} {kind}"),
            }
        });
        let mut shown: Vec<String> = shown.collect();
        if more > 0 {
            shown.push(format!("{more} more kinds"));
        }
        (!shown.is_empty()).then(|| shown.join(", "))
    }
}

fn add_sentences(sum: &mut Vec<String>, others: &[String]) {
    for other in others {
        if sum.len() < MAX_FIGURE_KEYS && !sum.contains(other) {
            sum.push(other.clone());
        }
    }
}

/// The part of a URL or message that figures keep.
fn truncated(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_EXAMPLE_BYTES);
    text.get(..end).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::DiscoveryCounts;

    #[test]
    fn consecutive_failures_and_missing_pages_are_counted() {
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
    fn figures_are_added_and_drifts_are_unique() {
        let part = RunFigures {
            outcomes: [(VisitOutcome::New, 2)].into(),
            found: DiscoveryCounts { new: 1, known: 2, capped: 3 },
            wire_bytes: 10,
            errors: [("timeout".to_owned(), 1)].into(),
            drifts: vec!["a.example drifted".into()],
            ..RunFigures::default()
        };
        let mut sum = RunFigures::default();
        sum.add(&part);
        sum.add(&part);
        assert_eq!(sum.outcomes[&VisitOutcome::New], 4);
        assert_eq!(sum.found, DiscoveryCounts { new: 2, known: 4, capped: 6 });
        assert_eq!((sum.wire_bytes, sum.errors["timeout"]), (20, 2));
        assert_eq!(sum.drifts, ["a.example drifted"]);
    }

    #[test]
    fn reasons_have_a_count_and_an_example_for_each_kind() {
        let error =
            |kind: &str, message: &str| VisitError { kind: kind.into(), message: message.into() };
        let mut figures = RunFigures::default();
        assert_eq!(figures.reasons(), None);
        figures.add_error("https://a.example/1", &error("status", "the server answered 500"));
        for page in 2..4 {
            let url = format!("https://a.example/{page}");
            figures.add_error(&url, &error("connect", "could not connect"));
        }
        let mut sum = figures.clone();
        sum.add(&figures);
        assert_eq!(
            sum.reasons().unwrap(),
            "4 connect (https://a.example/2: could not connect), \
             2 status (https://a.example/1: the server answered 500)"
        );
        for kind in ["a", "b", "c", "d", "e"] {
            figures.add_error("https://a.example/", &error(kind, &"x".repeat(9_000)));
        }
        assert!(figures.reasons().unwrap().ends_with(", 2 more kinds"));
        assert!(figures.reasons().unwrap().len() < 2_000);
    }

    #[test]
    fn figures_have_a_limit_of_kinds() {
        let mut sum = RunFigures::default();
        for kind in 0..1_000 {
            sum.add(&RunFigures {
                errors: [(format!("kind {kind}"), 1)].into(),
                drifts: vec![format!("{kind}.example drifted")],
                ..RunFigures::default()
            });
        }
        assert_eq!((sum.errors.len(), sum.drifts.len()), (256, 256));
    }
}
