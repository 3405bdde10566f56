//! What every backend must do, sentence by sentence of [`Frontier`] and [`FrontierOverview`].
//!
//! A test is a function of a new and empty frontier. `suite!` makes a test of each for a backend.

mod finds;
mod leases;
mod outbox;
mod random;
mod runs;
mod views;
mod visits;

use copydesk_fetch::Validators;
use jiff::{SignedDuration, Timestamp};

use super::memory::MemoryFrontier;
use super::{
    ChangeKind, CommitBatch, CommitOutcome, DiscoveryCounts, DiscoverySource, Frontier,
    FrontierOverview, HostLease, JobId, LeaseKey, LeaseRelease, LeaseRequest, NewDelivery, NewUrl,
    RunId, SqliteFrontier, UrlKind, UrlState, VisitCommit, VisitOutcome, VisitTask,
};

/// A backend, whole.
pub(in crate::frontier) trait FrontierBackend:
    Frontier + FrontierOverview
{
}

impl<T: Frontier + FrontierOverview> FrontierBackend for T {}

macro_rules! suite {
    ($backend:ident, $run:path; $($module:ident { $($test:ident)+ })+) => {
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

macro_rules! conformance {
    ($($tests:tt)+) => {
        suite! { memory, crate::frontier::conformance::in_memory; $($tests)+ }
        suite! { sqlite, crate::frontier::conformance::in_a_file; $($tests)+ }
    };
}

conformance! {
    leases {
        a_host_is_leased_to_one_at_a_time_over_all_jobs
        what_is_not_finished_is_still_due
        of_two_leases_of_a_host_the_later_has_the_greater_token
        a_visit_under_an_older_lease_is_left_out_whole
        a_lease_that_ended_counts_until_somebody_else_has_the_host
        a_release_under_an_older_lease_changes_nothing
        a_lease_is_renewed_unless_somebody_else_has_it
        whoever_crashed_takes_back_what_it_had_and_nothing_else
        hosts_with_what_is_due_longest_come_first
        visits_are_in_the_order_of_their_priority_and_then_of_their_time
        nothing_is_leased_that_is_due_after_the_horizon
        a_host_is_not_asked_before_its_time
        a_host_that_is_left_alone_is_left_alone_until_then
        a_host_that_a_job_is_done_with_waits_for_its_next_run
        what_a_release_does_not_say_stays
        the_next_wake_is_when_the_first_host_may_be_asked
        leases_of_others_count_for_the_next_wake_until_they_end
        a_host_that_another_has_is_waited_for_and_ones_own_is_not
        the_next_due_time_does_not_ask_who_has_the_host
        a_clock_that_goes_back_asks_nobody_too_early
        nothing_is_leased_where_nothing_is_asked_for
    }
    finds {
        a_url_is_new_once_in_each_job
        patterns_have_limits_and_known_urls_do_not_count
        urls_that_are_too_long_are_left_out
        a_known_url_takes_the_greater_priority_and_the_lesser_depth
        a_known_url_that_changed_after_its_last_visit_is_due
        what_is_gone_is_due_again_when_it_changed_or_is_a_seed
        what_a_job_says_of_its_seeds_counts
        a_url_was_found_when_the_page_with_it_was_visited
    }
    visits {
        a_visit_changes_what_it_says
        what_a_visit_does_not_say_stays
        failures_and_missing_pages_count_in_a_row
        what_has_no_next_visit_is_never_due
        a_visit_of_what_is_not_there_is_left_out
        what_is_noted_last_counts
        what_is_not_known_is_an_empty_answer
    }
    outbox {
        records_are_in_order_over_all_jobs
        records_are_given_up_to_so_many_bytes_and_one_at_least
        what_every_output_has_leaves_but_for_the_latest
        a_new_output_gets_what_is_delivered_from_now_on
        an_output_that_is_gone_holds_nothing_up
        a_job_without_outputs_keeps_the_latest
        marks_are_kept_as_they_are_told
    }
    runs {
        a_job_is_known_by_its_name
        a_run_that_did_not_end_is_gone_on_with
        a_run_that_ended_is_followed_by_another
        the_last_time_in_the_schedule_is_remembered
        figures_add_up_and_count_outcomes_by_themselves
    }
    views {
        jobs_are_shown_with_their_counts
        runs_are_shown_the_latest_first
        hosts_that_are_left_alone_are_shown_first
        urls_that_failed_at_their_last_visit_are_shown
        the_latest_records_are_shown_delivered_or_not
        visits_are_counted_by_the_hour
    }
}

fn in_memory(test: fn(&mut dyn FrontierBackend)) {
    test(&mut MemoryFrontier::default());
}

fn in_a_file(test: fn(&mut dyn FrontierBackend)) {
    let folder = tempfile::tempdir().unwrap();
    let mut frontier = SqliteFrontier::open(&folder.path().join("state.sqlite")).unwrap();
    test(&mut frontier);
    assert_eq!(frontier.check().unwrap(), [], "the file must agree with itself");
}

/// A time so many minutes after the start of all tests.
pub(in crate::frontier) fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-03-28T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

/// A page of a host, found by a link and due at once.
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
    pub(in crate::frontier) frontier: &'f mut dyn FrontierBackend,
    pub(in crate::frontier) job: JobId,
    pub(in crate::frontier) run: RunId,
}

impl<'f> FrontierFixture<'f> {
    pub(in crate::frontier) fn new(frontier: &'f mut dyn FrontierBackend, name: &str) -> Self {
        let job = frontier.register_job(name, &["out.jsonl".into()]).unwrap();
        let run = frontier.begin_run(job, None, minute(0)).unwrap().id;
        Self { frontier, job, run }
    }

    /// The same frontier, for another job.
    pub(in crate::frontier) fn for_other_job(&mut self, name: &str) -> FrontierFixture<'_> {
        FrontierFixture::new(self.frontier, name)
    }

    pub(in crate::frontier) fn commit(&mut self, batch: CommitBatch) -> CommitOutcome {
        self.frontier.commit(self.job, self.run, batch).unwrap()
    }

    pub(in crate::frontier) fn add(&mut self, found: impl Into<Vec<NewUrl>>) -> DiscoveryCounts {
        self.commit(CommitBatch { found: found.into(), ..CommitBatch::default() }).added
    }

    /// Leases every host that can be leased, for an hour, with everything that is due.
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

    /// Leases the one host that there is.
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

    /// Visits the one URL that is due, and gives its host back.
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

/// A page that was as it had been, and is due again in a day.
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

/// A host that may be asked again at once.
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

/// The last parts of the URLs that are to be visited.
pub(in crate::frontier) fn paths(lease: &HostLease) -> Vec<&str> {
    lease.visits.iter().filter_map(|visit| visit.url.rsplit('/').next()).collect()
}

pub(in crate::frontier) fn hosts(leases: &[HostLease]) -> Vec<&str> {
    leases.iter().map(|lease| lease.host.as_str()).collect()
}
