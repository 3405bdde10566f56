//! Plans the next visit of a URL.

use std::time::Duration;

use copydesk_fetch::revisit::{Freshness, FreshnessSource};
use jiff::{SignedDuration, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

use crate::frontier::{DiscoverySource, UrlKind, VisitOutcome, VisitTask};
use crate::jobs::RevisitPolicy;

/// Times are moved by up to a tenth, so that pages discovered together do not all come due together.
const SPREAD_DIVISOR: u64 = 10;

/// A completed visit, as far as it matters for the next one.
#[derive(Clone, Copy, Debug)]
pub(super) struct RevisitInput<'a> {
    /// What was known before the visit.
    pub(super) visit: &'a VisitTask,
    /// What the URL turned out to be.
    pub(super) kind: UrlKind,
    /// The outcome, or another one by which to plan.
    pub(super) outcome: VisitOutcome,
    /// When the visit was made.
    pub(super) at: Timestamp,
    /// How long the response may be reused, as its server says.
    pub(super) freshness: Option<Freshness>,
}

/// When a URL is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NextVisit {
    /// The time of the next visit; `None` for never. Always after this visit.
    pub(super) at: Option<Timestamp>,
    /// The interval in seconds, from which the next one adapts. It depends on observed changes only: failures
    /// and freshness delay the next visit, but do not change it.
    pub(super) interval_seconds: Option<u64>,
}

/// Plans the next visit.
///
/// - After a change, the interval is halved; without one, it grows by half. It stays between `min` and `max`
///   and starts with `every`. If the policy is not adaptive, it is always `every`. Empty and excluded pages
///   count as unchanged.
/// - The visit is not planned before the response becomes stale (`max-age`, `Expires`), but that delays it to
///   `max` at most. `no-store` and the like say nothing about how often a page changes.
/// - Hubs, feeds and sitemaps are due after `hubs`.
/// - A failed URL is due after `min`, doubled with each failure in a row, up to `max`; hubs, feeds and
///   sitemaps up to `every`, since everything new depends on them. A page that is missing for the first time
///   is due after `min`. One that `robots.txt` disallows is due after `max`, as the file may change.
/// - A page that lost its text is due after `min`.
/// - A seed that was not reached, or came back empty, is due in the next run.
/// - A page that is gone, or an alias of another one, is never due again.
///
/// The time is moved by up to a tenth, depending on a hash of the URL, so that pages discovered together do
/// not all come due together: in both directions if the interval adapts, but never below `min`; only to
/// earlier times if it is fixed, so that pages do not miss the run that they are meant for. The times of hubs
/// are not moved.
pub(super) fn next_visit(policy: &RevisitPolicy, visited: &RevisitInput<'_>) -> NextVisit {
    let min = millis(policy.min);
    // Jobs files are checked for this; a policy that was built in code is not.
    let max = millis(policy.max).max(min);
    let before = visited.visit.interval_seconds;
    let is_hub = matches!(visited.kind, UrlKind::Hub | UrlKind::Feed | UrlKind::Sitemap);
    let (interval, kept) = match visited.outcome {
        // Everything else is discovered from the seeds. A host that keeps failing is put in back-off.
        _ if visited.visit.via == DiscoverySource::Seed && !is_reached(visited.outcome) => {
            return NextVisit { at: Some(time_after(visited.at, 0)), interval_seconds: before };
        }
        VisitOutcome::Gone | VisitOutcome::Alias => {
            return NextVisit { at: None, interval_seconds: before };
        }
        VisitOutcome::Failed => {
            let limit = if is_hub { millis(policy.every).clamp(min, max) } else { max };
            (after_failures(visited.visit.failures, min, limit), before)
        }
        VisitOutcome::Missing => (min, before),
        // Its text is probably behind a failure of the site.
        VisitOutcome::Empty if visited.visit.last_change.is_some() => (min, before),
        VisitOutcome::Robots => (max, before),
        VisitOutcome::Links => return after_hub(policy, visited),
        _ if is_hub => return after_hub(policy, visited),
        outcome => {
            let interval = adapted_interval(policy, before, outcome, min, max);
            (interval, Some(interval.div_ceil(1_000)))
        }
    };
    let is_page = is_success(visited.outcome);
    let fresh = if is_page { stale_after(visited.freshness).min(max) } else { 0 };
    let adapts = policy.adaptive || !is_page;
    // A fixed interval may be shorter than `min`, which is for adaptive intervals.
    let least = if adapts { min } else { 0 };
    let millis = jitter(interval, &visited.visit.url, adapts).max(least).max(fresh);
    NextVisit { at: Some(time_after(visited.at, millis)), interval_seconds: kept }
}

fn after_hub(policy: &RevisitPolicy, visited: &RevisitInput<'_>) -> NextVisit {
    NextVisit {
        at: Some(time_after(visited.at, millis(policy.hubs))),
        interval_seconds: visited.visit.interval_seconds,
    }
}

/// Whether a visit reached its page, and the page had something to read.
fn is_reached(outcome: VisitOutcome) -> bool {
    outcome.is_success() && outcome != VisitOutcome::Empty
}

/// Whether the server had a page to show.
fn is_success(outcome: VisitOutcome) -> bool {
    use VisitOutcome::{Changed, Empty, Excluded, New, NotModified, Unchanged};
    matches!(outcome, New | Changed | Unchanged | NotModified | Empty | Excluded)
}

fn adapted_interval(
    policy: &RevisitPolicy,
    before: Option<u64>,
    outcome: VisitOutcome,
    min: u64,
    max: u64,
) -> u64 {
    let every = millis(policy.every);
    if !policy.adaptive {
        return every;
    }
    let before = before.map(|seconds| seconds.saturating_mul(1_000));
    let interval = match (before, outcome) {
        // A page that is new again after it was gone starts over.
        (None, _) | (_, VisitOutcome::New) => every,
        (Some(before), VisitOutcome::Changed) => before / 2,
        // Half of zero is zero: start with a second.
        (Some(before), _) => before.saturating_add(before / 2).max(1_000),
    };
    interval.clamp(min, max)
}

fn after_failures(failures_before: u32, min: u64, limit: u64) -> u64 {
    let factor = 1_u64.checked_shl(failures_before).unwrap_or(u64::MAX);
    // Twice zero is zero: start with a second.
    min.max(1_000).saturating_mul(factor).min(limit).max(min)
}

/// How long the server lets its response be reused. Heuristic freshness does not count: it is a guess of
/// ours, from the age of the page.
fn stale_after(fresh: Option<Freshness>) -> u64 {
    let stated = fresh
        .filter(|fresh| matches!(fresh.source, FreshnessSource::MaxAge | FreshnessSource::Expires));
    stated.map_or(0, |fresh| millis(fresh.remaining))
}

/// Moves a duration by up to a tenth.
fn jitter(millis: u64, url: &str, both_ways: bool) -> u64 {
    let room = millis / SPREAD_DIVISOR;
    let width = if both_ways { room.saturating_mul(2) } else { room };
    let offset = xxh3_64(url.as_bytes()) % width.saturating_add(1);
    (millis - room).saturating_add(offset)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A time after another one, by at least a millisecond: a page visited in a run must not come due in the same
/// run.
fn time_after(at: Timestamp, millis: u64) -> Timestamp {
    let millis = i64::try_from(millis.max(1)).unwrap_or(i64::MAX);
    at.checked_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use copydesk_fetch::Validators;
    use copydesk_fetch::revisit::fresh_for;
    use proptest::prelude::*;

    use super::*;
    use crate::frontier::{DiscoverySource, UrlId};

    const HOUR: u64 = 3_600;
    const DAY: u64 = 24 * HOUR;

    fn start() -> Timestamp {
        "2026-03-01T06:00:00Z".parse().unwrap()
    }

    fn visit(url: &str, interval_seconds: Option<u64>, failures: u32) -> VisitTask {
        VisitTask {
            id: UrlId(1),
            url: url.into(),
            kind: UrlKind::Page,
            via: DiscoverySource::Link,
            priority: 5,
            depth: 1,
            due: start(),
            first_seen: start(),
            last_visit: None,
            last_change: None,
            validators: Validators::default(),
            fingerprint: None,
            interval_seconds,
            failures,
            missing: 0,
        }
    }

    fn fresh(header: &'static str) -> Option<Freshness> {
        let (name, value) = header.split_once(": ").unwrap();
        let mut headers = copydesk_fetch::HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        fresh_for(&headers, SystemTime::UNIX_EPOCH)
    }

    /// Seconds until the next visit, and the interval.
    fn planned(
        policy: &RevisitPolicy,
        visit: &VisitTask,
        kind: UrlKind,
        outcome: VisitOutcome,
        fresh: Option<Freshness>,
    ) -> (Option<u64>, Option<u64>) {
        let next = next_visit(
            policy,
            &RevisitInput { visit, kind, outcome, at: start(), freshness: fresh },
        );
        let seconds = next.at.map(|at| at.duration_since(start()).as_secs().unsigned_abs());
        (seconds, next.interval_seconds)
    }

    #[test]
    fn intervals_adapt() {
        use VisitOutcome::{Changed, Empty, Excluded, New, NotModified, Unchanged};
        let policy = RevisitPolicy::default();
        for (before, outcome, expected) in [
            (None, New, DAY),
            (None, Unchanged, DAY),
            (Some(DAY), Changed, DAY / 2),
            (Some(DAY), Unchanged, DAY * 3 / 2),
            (Some(DAY), NotModified, DAY * 3 / 2),
            (Some(DAY), Empty, DAY * 3 / 2),
            (Some(DAY), Excluded, DAY * 3 / 2),
            (Some(HOUR), Changed, HOUR),
            (Some(HOUR + 1), Changed, HOUR),
            (Some(29 * DAY), Unchanged, 30 * DAY),
            (Some(u64::MAX), Unchanged, 30 * DAY),
            (Some(0), Unchanged, HOUR),
            (Some(9 * DAY), New, DAY),
        ] {
            let visit = visit("https://a.example/", before, 0);
            let (seconds, interval) = planned(&policy, &visit, UrlKind::Page, outcome, None);
            assert_eq!(interval, Some(expected), "{before:?} {outcome}");
            let seconds = seconds.unwrap();
            assert!(seconds.abs_diff(expected) <= expected / 10, "{before:?} {outcome} {seconds}");
        }
    }

    #[test]
    fn seeds_that_were_not_reached_and_pages_that_lost_their_text_are_due_soon() {
        use VisitOutcome::{Empty, Failed, Links, Missing, New, Robots};
        let policy = RevisitPolicy::default();
        for (outcome, of_seed, of_page) in [
            (Failed, 0, 32 * HOUR),
            (Missing, 0, HOUR),
            (Robots, 0, 30 * DAY),
            (Empty, 0, HOUR),
            (New, DAY, DAY),
            (Links, 0, 0),
        ] {
            let page = VisitTask {
                last_change: Some(start()),
                ..visit("https://a.example/", Some(9 * DAY), 5)
            };
            let seed = VisitTask { via: DiscoverySource::Seed, ..page.clone() };
            for (visit, expected) in [(seed, of_seed), (page, of_page)] {
                let (seconds, _) = planned(&policy, &visit, UrlKind::Page, outcome, None);
                let seconds = seconds.unwrap();
                assert!(seconds.abs_diff(expected) <= expected / 10, "{outcome} {seconds}");
            }
        }
    }

    #[test]
    fn a_fixed_interval_is_never_exceeded() {
        let policy = RevisitPolicy {
            adaptive: false,
            every: Duration::from_mins(15),
            ..RevisitPolicy::default()
        };
        for n in 0..1_000 {
            let visit = visit(&format!("https://a.example/{n}"), Some(DAY), 0);
            let outcome = VisitOutcome::Unchanged;
            let (seconds, interval) = planned(&policy, &visit, UrlKind::Page, outcome, None);
            assert_eq!(interval, Some(900));
            assert!((810..=900).contains(&seconds.unwrap()), "{seconds:?}");
        }
    }

    #[test]
    fn pages_discovered_together_do_not_come_due_together() {
        let policy = RevisitPolicy::default();
        let mut minutes: Vec<u64> = (0..1_000)
            .map(|n| {
                let visit = visit(&format!("https://a.example/{n}"), None, 0);
                planned(&policy, &visit, UrlKind::Page, VisitOutcome::New, None).0.unwrap() / 60
            })
            .collect();
        minutes.sort_unstable();
        // Between 21.6 and 26.4 hours, which are 288 minutes.
        assert!((1_296..1_310).contains(&minutes[0]) && minutes[999] <= 1_584, "{minutes:?}");
        assert!(minutes[999] >= 1_570, "{minutes:?}");
        minutes.dedup();
        assert!(minutes.len() > 250, "{}", minutes.len());
    }

    #[test]
    fn failures_back_off_and_keep_the_interval() {
        let policy = RevisitPolicy::default();
        for (failures, kind, expected) in [
            (0, UrlKind::Page, HOUR),
            (1, UrlKind::Page, 2 * HOUR),
            (5, UrlKind::Page, 32 * HOUR),
            (12, UrlKind::Page, 30 * DAY),
            (u32::MAX, UrlKind::Page, 30 * DAY),
            (5, UrlKind::Feed, DAY),
            (u32::MAX, UrlKind::Hub, DAY),
        ] {
            let visit = visit("https://a.example/", Some(77), failures);
            let fresh = fresh("cache-control: max-age=9999999");
            let (seconds, interval) = planned(&policy, &visit, kind, VisitOutcome::Failed, fresh);
            assert_eq!(interval, Some(77));
            let seconds = seconds.unwrap();
            assert!(
                seconds >= HOUR && seconds.abs_diff(expected) <= expected / 10,
                "{failures} {seconds}"
            );
        }
    }

    #[test]
    fn missing_pages_are_due_soon_and_gone_ones_never() {
        let policy = RevisitPolicy::default();
        for (outcome, expected) in [
            (VisitOutcome::Missing, Some(HOUR..=HOUR + HOUR / 10)),
            (VisitOutcome::Robots, Some(27 * DAY..=33 * DAY)),
            (VisitOutcome::Gone, None),
            (VisitOutcome::Alias, None),
        ] {
            let visit = visit("https://a.example/", Some(DAY), 0);
            let (seconds, interval) = planned(&policy, &visit, UrlKind::Page, outcome, None);
            assert_eq!(interval, Some(DAY));
            match expected {
                None => assert_eq!(seconds, None, "{outcome}"),
                Some(range) => assert!(range.contains(&seconds.unwrap()), "{outcome} {seconds:?}"),
            }
        }
    }

    #[test]
    fn hubs_have_an_interval_of_their_own() {
        let visit = visit("https://a.example/", None, 0);
        let mut policy = RevisitPolicy::default();
        for (kind, outcome) in [
            (UrlKind::Hub, VisitOutcome::Links),
            (UrlKind::Feed, VisitOutcome::NotModified),
            (UrlKind::Sitemap, VisitOutcome::Empty),
        ] {
            policy.hubs = Duration::ZERO;
            let fresh = fresh("cache-control: max-age=600");
            let next = next_visit(
                &policy,
                &RevisitInput { visit: &visit, kind, outcome, at: start(), freshness: fresh },
            );
            // Not in the same run, however short the run is.
            assert_eq!(next.at.unwrap().to_string(), "2026-03-01T06:00:00.001Z");
            policy.hubs = Duration::from_mins(20);
            assert_eq!(planned(&policy, &visit, kind, outcome, fresh), (Some(1_200), None));
        }
    }

    #[test]
    fn a_page_is_not_due_while_it_is_fresh() {
        let policy = RevisitPolicy::default();
        for (header, expected) in [
            ("cache-control: max-age=864000", 10 * DAY..=10 * DAY),
            // But not for longer than `max`.
            ("cache-control: max-age=31536000", 30 * DAY..=30 * DAY),
            ("expires: Mon, 12 Jan 1970 00:00:00 GMT", 11 * DAY..=11 * DAY),
            ("cache-control: max-age=60", DAY * 9 / 10..=DAY * 11 / 10),
            ("cache-control: no-store", DAY * 9 / 10..=DAY * 11 / 10),
            ("last-modified: Thu, 01 Jan 1960 00:00:00 GMT", DAY * 9 / 10..=DAY * 11 / 10),
        ] {
            let visit = visit("https://a.example/", None, 0);
            let outcome = VisitOutcome::New;
            let (seconds, interval) =
                planned(&policy, &visit, UrlKind::Page, outcome, fresh(header));
            assert!(expected.contains(&seconds.unwrap()), "{header} {seconds:?}");
            assert_eq!(interval, Some(DAY), "{header}");
        }
    }

    proptest! {
        #[test]
        fn the_next_visit_is_later_and_deterministic(
            url in ".{0,20}",
            before in prop::option::of(any::<u64>()),
            (failures, adaptive) in any::<(u32, bool)>(),
            times in prop::array::uniform4(0..u64::MAX),
            outcome in prop::sample::select(VisitOutcome::ALL),
            kind in prop::sample::select(UrlKind::ALL),
            at in -100_000_000_000_000..200_000_000_000_000_i64,
        ) {
            let [every, min, max, hubs] = times.map(Duration::from_millis);
            let policy = RevisitPolicy { adaptive, every, min, max, hubs };
            let visit = visit(&url, before, failures);
            let at = Timestamp::from_millisecond(at).unwrap();
            let visited = RevisitInput { visit: &visit, kind, outcome, at, freshness: None };
            let next = next_visit(&policy, &visited);
            prop_assert_eq!(next, next_visit(&policy, &visited));
            prop_assert!(next.at.is_none_or(|next| next > at));
        }

        #[test]
        fn an_adaptive_interval_is_within_its_limits(
            before in prop::option::of(any::<u64>()),
            (every, min, max) in (0..100_000_u64, 1..100_000_u64, 0..100_000_u64),
            outcome in prop::sample::select(&[
                VisitOutcome::New, VisitOutcome::Changed, VisitOutcome::Unchanged,
                VisitOutcome::Failed, VisitOutcome::Missing, VisitOutcome::Empty,
            ][..]),
            n in 0..1_000,
        ) {
            let policy = RevisitPolicy {
                every: Duration::from_secs(every),
                min: Duration::from_secs(min),
                max: Duration::from_secs(max),
                ..RevisitPolicy::default()
            };
            let visit = visit(&format!("https://a.example/{n}"), before, 3);
            let (seconds, _) = planned(&policy, &visit, UrlKind::Page, outcome, None);
            let longest = max.max(min);
            prop_assert!((min..=longest + longest / 10 + 1).contains(&seconds.unwrap()), "{seconds:?}");
        }
    }
}
