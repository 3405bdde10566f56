//! The tests that every backend must pass. They check each sentence of [`Frontier`](super::Frontier),
//! [`FrontierOverview`](super::FrontierOverview) and [`StateView`](super::StateView), and what [`StateStore`] promises.
//!
//! A backend runs every test of [`STATE_TESTS`] on a new and empty state, every test of [`STORE_TESTS`] on a new
//! and empty store, and [`compare_with_memory`] once. Tests panic if they fail.
//!
//! ```
//! use copydesk_crawl::frontier::conformance::{MemoryStore, STATE_TESTS};
//! use copydesk_crawl::frontier::StateStore as _;
//!
//! # fn main() -> Result<(), copydesk_crawl::Error> {
//! for test in STATE_TESTS {
//!     let mut state = MemoryStore::new("crawl").open()?;
//!     (test.run)(&mut *state);
//!     assert_eq!(state.check()?, [], "{}", test.name);
//! }
//! # Ok(())
//! # }
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "tests, which are also compiled for the tests of other backends"
)]

#[cfg(test)]
mod backends;
mod discovery;
mod leases;
mod outbox;
mod random;
mod runs;
mod stores;
mod views;
mod visits;

use copydesk_fetch::Validators;
use jiff::{SignedDuration, Timestamp};

pub use self::random::{StateCheck, compare_with_memory};
pub use super::memory::MemoryStore;
use super::{
    ChangeKind, ClockCorrection, CommitBatch, CommitOutcome, DiscoveryCounts, DiscoverySource,
    DueSelection, HostLease, JobId, LeaseKey, LeaseRelease, LeaseRequest, NewDelivery, NewUrl,
    RunId, StateStore, UrlKind, UrlState, VisitCommit, VisitOutcome, VisitTask, WritableState,
};

/// A test of a state.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StateTest {
    /// Its name.
    pub name: &'static str,
    /// Runs it on a new and empty state.
    pub run: fn(&mut dyn WritableState),
}

/// A test of a store.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StoreTest {
    /// Its name.
    pub name: &'static str,
    /// Runs it on a new store without a state.
    pub run: fn(&dyn StateStore),
}

/// Makes a `#[test]` of each test for one backend.
#[cfg(test)]
macro_rules! backend_tests {
    ($backend:ident, $run:path; $($module:ident { $($test:ident)+ })+) => {
        #[cfg(test)]
        mod $backend {
            $(mod $module {
                $(#[test]
                fn $test() {
                    $run(super::super::$module::$test);
                })+
            })+
        }
    };
}

macro_rules! state_tests {
    ($($module:ident { $($test:ident)+ })+) => {
        /// The tests of a state.
        pub const STATE_TESTS: &[StateTest] = &[$($(StateTest {
            name: concat!(stringify!($module), "::", stringify!($test)),
            run: $module::$test,
        },)+)+];

        #[cfg(test)]
        backend_tests! { memory, crate::frontier::conformance::backends::in_memory;
            $($module { $($test)+ })+ }
        #[cfg(test)]
        backend_tests! { sqlite, crate::frontier::conformance::backends::in_a_file;
            $($module { $($test)+ })+ }
    };
}

macro_rules! store_tests {
    ($($module:ident { $($test:ident)+ })+) => {
        /// The tests of a store.
        pub const STORE_TESTS: &[StoreTest] = &[$($(StoreTest {
            name: concat!(stringify!($module), "::", stringify!($test)),
            run: $module::$test,
        },)+)+];

        #[cfg(test)]
        backend_tests! { memory_store, crate::frontier::conformance::backends::memory_store;
            $($module { $($test)+ })+ }
        #[cfg(test)]
        backend_tests! { sqlite_store, crate::frontier::conformance::backends::sqlite_store;
            $($module { $($test)+ })+ }
    };
}

store_tests! {
    stores {
        a_state_is_created_when_it_is_opened
        a_reader_sees_what_was_written
        a_job_is_locked_until_the_guard_is_dropped
        several_handles_share_one_state
        a_consistent_state_is_maintained_without_findings
        pruning_keeps_recent_data
    }
}

state_tests! {
    leases {
        a_host_has_one_lease_over_all_jobs
        uncommitted_visits_are_still_due
        fencing_tokens_grow
        a_visit_under_an_older_lease_is_not_written
        an_expired_lease_is_valid_until_the_next_lease
        a_release_under_an_older_lease_changes_nothing
        a_lease_is_renewed_unless_another_followed
        reclaim_ends_only_leases_of_the_owner
        hosts_due_longest_come_first
        visits_are_ordered_by_priority_and_then_due_time
        urls_due_after_the_horizon_are_not_leased
        a_host_is_not_leased_during_its_crawl_delay
        a_host_is_not_leased_during_back_off
        a_host_done_for_a_run_is_leased_in_the_next_run
        absent_fields_of_a_release_change_nothing
        the_next_wake_is_when_the_first_host_is_free
        leases_of_others_delay_the_next_wake_until_they_end
        only_leases_of_others_are_waited_for
        the_next_due_time_ignores_leases
        a_clock_that_goes_back_leases_no_host_too_early
        a_request_for_nothing_leases_nothing
    }
    discovery {
        a_url_is_new_once_in_each_job
        known_urls_do_not_count_toward_pattern_limits
        urls_that_are_too_long_are_not_entered
        a_known_url_keeps_the_greater_priority_and_smaller_depth
        a_known_url_that_changed_after_its_last_visit_is_due
        a_gone_url_is_due_again_if_changed_or_a_seed
        the_declared_kind_of_a_seed_wins
        a_url_is_discovered_when_its_page_is_visited
    }
    visits {
        a_visit_updates_its_url
        absent_fields_of_a_visit_change_nothing
        consecutive_failures_and_missing_pages_are_counted
        a_url_without_a_next_visit_is_never_due
        visits_of_unknown_urls_are_not_written
        urls_are_made_due
        only_active_and_excluded_urls_are_made_due
        what_was_written_under_a_clock_that_was_ahead_is_corrected
        the_latest_note_is_kept
        unknown_ids_yield_empty_results
    }
    outbox {
        records_are_ordered_over_all_jobs
        records_are_read_up_to_a_byte_limit
        delivered_records_are_removed_except_the_latest
        a_new_output_gets_later_records_only
        a_removed_output_keeps_no_records
        a_job_without_outputs_keeps_the_latest_records
        marks_are_stored_as_given
        records_that_readers_have_are_delivered
    }
    runs {
        a_job_is_identified_by_its_name
        an_open_run_is_resumed
        a_resumed_run_did_not_begin_in_the_future
        an_ended_run_is_followed_by_a_new_one
        the_latest_scheduled_time_is_stored
        figures_are_added_and_outcomes_counted
    }
    views {
        jobs_are_listed_with_their_counts
        the_latest_runs_come_first
        hosts_in_back_off_come_first
        urls_whose_last_visit_failed_are_listed
        the_latest_records_are_listed_delivered_or_not
        visits_are_counted_by_hour
        urls_are_listed_host_by_host
    }
}

/// The time that is a number of minutes after the start of all tests.
pub(in crate::frontier) fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-03-28T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

/// A page of a host that a link led to, due at once.
pub(in crate::frontier) fn page(host: &str, path: &str) -> NewUrl {
    NewUrl {
        url: format!("https://{host}/{path}"),
        host: host.into(),
        kind: UrlKind::Page,
        via: DiscoverySource::Link,
        priority: 5,
        depth: 2,
        due: minute(0),
        modified: None,
        pattern: None,
    }
}

/// A run of a job with one output, in a frontier.
pub(in crate::frontier) struct FrontierFixture<'f> {
    pub(in crate::frontier) frontier: &'f mut dyn WritableState,
    pub(in crate::frontier) job: JobId,
    pub(in crate::frontier) run: RunId,
}

impl<'f> FrontierFixture<'f> {
    pub(in crate::frontier) fn new(frontier: &'f mut dyn WritableState, name: &str) -> Self {
        let job = frontier.register_job(name, &["out.jsonl".into()]).unwrap();
        let run = frontier.begin_run(job, None, minute(0)).unwrap().id;
        Self { frontier, job, run }
    }

    /// A fixture of another job in the same frontier.
    pub(in crate::frontier) fn for_other_job(&mut self, name: &str) -> FrontierFixture<'_> {
        FrontierFixture::new(self.frontier, name)
    }

    pub(in crate::frontier) fn commit(&mut self, batch: CommitBatch) -> CommitOutcome {
        self.frontier.commit(self.job, self.run, batch).unwrap()
    }

    pub(in crate::frontier) fn add(&mut self, found: impl Into<Vec<NewUrl>>) -> DiscoveryCounts {
        self.commit(CommitBatch { found: found.into(), ..CommitBatch::default() }).added
    }

    /// Leases all free hosts for an hour, with all due URLs.
    pub(in crate::frontier) fn lease(&mut self, owner: &str, now: Timestamp) -> Vec<HostLease> {
        let request = self.request(owner, now);
        self.frontier.lease(&request).unwrap()
    }

    pub(in crate::frontier) fn request(&self, owner: &str, now: Timestamp) -> LeaseRequest {
        LeaseRequest {
            job: self.job,
            owner: owner.into(),
            now,
            due_by: now,
            until: now + SignedDuration::from_hours(1),
            max_hosts: 1_000,
            max_visits_per_host: 1_000,
        }
    }

    /// Leases the only host.
    #[track_caller]
    pub(in crate::frontier) fn lease_one(&mut self, now: Timestamp) -> HostLease {
        let mut leases = self.lease("crawler", now);
        assert_eq!(leases.len(), 1);
        leases.remove(0)
    }

    pub(in crate::frontier) fn finish(&mut self, finish: VisitCommit) -> CommitOutcome {
        self.commit(CommitBatch { finished: vec![finish], ..CommitBatch::default() })
    }

    pub(in crate::frontier) fn release(&mut self, release: LeaseRelease) {
        self.commit(CommitBatch { released: vec![release], ..CommitBatch::default() });
    }

    /// Visits the only due URL, and releases its host.
    pub(in crate::frontier) fn visit(
        &mut self,
        now: Timestamp,
        change: impl FnOnce(&mut VisitCommit),
    ) -> CommitOutcome {
        let lease = self.lease_one(now);
        let mut finish = unchanged_visit(&lease, &lease.visits[0], now);
        change(&mut finish);
        let released = vec![plain_release(lease.key)];
        self.commit(CommitBatch { finished: vec![finish], released, ..CommitBatch::default() })
    }

    #[track_caller]
    pub(in crate::frontier) fn find(&mut self, url: &str) -> (VisitTask, UrlState) {
        self.frontier.find(self.job, url).unwrap().unwrap_or_else(|| panic!("{url} is not known"))
    }
}

/// A visit of a page that did not change and is due again in a day.
pub(in crate::frontier) fn unchanged_visit(
    lease: &HostLease,
    visit: &VisitTask,
    at: Timestamp,
) -> VisitCommit {
    VisitCommit {
        lease: lease.key,
        url: visit.id,
        at,
        outcome: VisitOutcome::Unchanged,
        state: UrlState::Active,
        kind: None,
        next_visit: Some(at + SignedDuration::from_hours(24)),
        interval_seconds: None,
        validators: None,
        fingerprint: None,
        text: None,
        status: Some(200),
        wire_bytes: 0,
        error: None,
        delivery: None,
        found: vec![],
    }
}

/// The release of a host that is free again at once.
pub(in crate::frontier) fn plain_release(lease: LeaseKey) -> LeaseRelease {
    LeaseRelease {
        lease,
        next_at: None,
        delay_millis: None,
        is_done_for_run: false,
        back_off: None,
        robots: None,
    }
}

pub(in crate::frontier) fn delivery(record: &str) -> NewDelivery {
    NewDelivery { change: ChangeKind::New, record: record.into() }
}

pub(in crate::frontier) fn etag(tag: &str) -> Validators {
    Validators { etag: Some(tag.into()), last_modified: None }
}

/// The last path segments of the URLs of a lease.
pub(in crate::frontier) fn paths(lease: &HostLease) -> Vec<&str> {
    lease.visits.iter().filter_map(|visit| visit.url.rsplit('/').next()).collect()
}

pub(in crate::frontier) fn hosts(leases: &[HostLease]) -> Vec<&str> {
    leases.iter().map(|lease| lease.host.as_str()).collect()
}
