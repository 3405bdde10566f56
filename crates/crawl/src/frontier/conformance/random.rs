//! Random steps, after which a backend must return the same as the frontier in memory.

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::*;
use crate::frontier::memory::MemoryFrontier;
use crate::frontier::{HostId, OutputMark, RunEnd, UrlEntries, UrlEntry, UrlId};

/// Sequences of steps that are tried. Each opens a file, so there are fewer than the 256 of proptest.
const CASES: u32 = 48;

const JOBS: [&str; 2] = ["ferries", "harbours"];
const OUTPUTS: [&str; 3] = ["a.jsonl", "b.csv", "c.txt"];

#[derive(Clone, Debug)]
enum FrontierStep {
    Outputs { job: usize, outputs: usize },
    Begin { job: usize, scheduled_for: Option<i64> },
    End { job: usize },
    Add { job: usize, found: Vec<NewUrl> },
    Lease { job: usize, owner: bool, max_hosts: usize, max_visits: usize, horizon: i64 },
    Finish { lease: usize, from: usize, finishes: Vec<VisitCommit>, release: Option<LeaseRelease> },
    Release { lease: usize, release: LeaseRelease },
    Renew { lease: usize, minutes: i64 },
    Reclaim { owner: bool },
    Cover { job: usize, output: usize, back: u64 },
    Pass { minutes: i64 },
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..240).prop_map(minute)
}

fn found() -> impl Strategy<Value = NewUrl> {
    let place = (0..5_u8, 0..12_u8, one_of(UrlKind::ALL), one_of(DiscoverySource::ALL));
    let rest = (
        0..12_u8,
        0..6_u16,
        time(),
        prop::option::of(time()),
        prop::option::of((0..2_u64, 1..4_u32)),
    );
    (place, rest).prop_map(
        |((host, path, kind, via), (priority, depth, due, modified, pattern))| {
            let page = page(&format!("h{host}.example"), &path.to_string());
            NewUrl { kind, via, priority, depth, due, modified, pattern, ..page }
        },
    )
}

fn finish() -> impl Strategy<Value = VisitCommit> {
    let plan = (one_of(VisitOutcome::ALL), one_of(UrlState::ALL), prop::option::of(time()));
    let text = (prop::option::of(0..5_u64), prop::option::of(0..5_u64), any::<bool>());
    (plan, text, prop::collection::vec(found(), 0..3)).prop_map(
        |((outcome, state, next_visit), (text, fingerprint, delivers), found)| VisitCommit {
            lease: unknown_lease(),
            url: UrlId(0),
            at: minute(0),
            outcome,
            state,
            kind: None,
            next_visit,
            interval_seconds: fingerprint,
            validators: fingerprint.map(|number| etag(&number.to_string())),
            fingerprint,
            text: text.map(|number| number.to_string()),
            status: None,
            wire_bytes: 1,
            error: None,
            delivery: delivers.then(|| delivery(&format!("{outcome} {state}"))),
            found,
        },
    )
}

fn release() -> impl Strategy<Value = LeaseRelease> {
    let delay = prop::option::of(0..9_u64);
    (prop::option::of(time()), prop::option::of(time()), delay).prop_map(
        |(next_at, back_off, delay_millis)| LeaseRelease {
            next_at,
            delay_millis,
            back_off: back_off.map(|until| (until, "it failed".into())),
            ..plain_release(unknown_lease())
        },
    )
}

fn unknown_lease() -> LeaseKey {
    LeaseKey { host: HostId(0), token: 0 }
}

fn step() -> impl Strategy<Value = FrontierStep> {
    let job = 0..JOBS.len();
    prop_oneof![
        1 => (job.clone(), 0..8_usize)
            .prop_map(|(job, outputs)| FrontierStep::Outputs { job, outputs }),
        1 => (job.clone(), prop::option::of(0..99_i64))
            .prop_map(|(job, scheduled_for)| FrontierStep::Begin { job, scheduled_for }),
        1 => job.clone().prop_map(|job| FrontierStep::End { job }),
        4 => (job.clone(), prop::collection::vec(found(), 1..6))
            .prop_map(|(job, found)| FrontierStep::Add { job, found }),
        6 => (job.clone(), any::<bool>(), 0..4_usize, 1..5_usize, -30..120_i64).prop_map(
            |(job, owner, max_hosts, max_visits, horizon)| {
                FrontierStep::Lease { job, owner, max_hosts, max_visits, horizon }
            }
        ),
        6 => (
            any::<prop::sample::Index>(),
            0..2_usize,
            prop::collection::vec(finish(), 1..4),
            prop::option::of(release()),
        )
            .prop_map(|(lease, from, finishes, release)| {
                FrontierStep::Finish { lease: lease.index(usize::MAX), from, finishes, release }
            }),
        2 => (any::<prop::sample::Index>(), release())
            .prop_map(|(lease, release)| FrontierStep::Release { lease: lease.index(usize::MAX), release }),
        1 => (any::<prop::sample::Index>(), 0..240_i64)
            .prop_map(|(lease, minutes)| FrontierStep::Renew { lease: lease.index(usize::MAX), minutes }),
        1 => any::<bool>().prop_map(|owner| FrontierStep::Reclaim { owner }),
        2 => (job, 0..OUTPUTS.len(), 0..4_u64)
            .prop_map(|(job, output, back)| FrontierStep::Cover { job, output, back }),
        3 => (-5..60_i64).prop_map(|minutes| FrontierStep::Pass { minutes }),
    ]
}

/// A backend, and the leases that it returned.
struct BackendDriver<'f> {
    frontier: &'f mut dyn WritableState,
    runs: Vec<(JobId, RunId)>,
    leases: Vec<(usize, HostLease)>,
    now: i64,
}

fn owner(which: bool) -> &'static str {
    if which { "one" } else { "two" }
}

impl BackendDriver<'_> {
    fn new(frontier: &mut dyn WritableState) -> BackendDriver<'_> {
        let mut driver = BackendDriver { frontier, runs: Vec::new(), leases: Vec::new(), now: 60 };
        for name in JOBS {
            let job = driver.frontier.register_job(name, &[OUTPUTS[0].into()]).unwrap();
            let run = driver.frontier.begin_run(job, None, minute(0)).unwrap();
            driver.runs.push((job, run.id));
        }
        driver
    }

    /// Applies a step, and returns its result without ids of URLs, which differ between backends.
    fn step(&mut self, step: &FrontierStep) -> String {
        let now = minute(self.now);
        match step {
            FrontierStep::Outputs { job, outputs } => {
                let has = |(at, _): &(usize, _)| outputs & (1 << at) != 0;
                let outputs = OUTPUTS.iter().enumerate().filter(has);
                let outputs: Vec<String> = outputs.map(|(_, name)| (*name).to_owned()).collect();
                format!("{:?}", self.frontier.register_job(JOBS[*job], &outputs).unwrap())
            }
            FrontierStep::Begin { job, scheduled_for } => {
                let (job, run) = &mut self.runs[*job];
                let began = self.frontier.begin_run(*job, scheduled_for.map(minute), now).unwrap();
                *run = began.id;
                format!("{began:?} {:?}", self.frontier.last_scheduled(*job))
            }
            FrontierStep::End { job } => {
                self.frontier.end_run(self.runs[*job].1, now, RunEnd::Budget, None).unwrap();
                String::new()
            }
            FrontierStep::Add { job, found } => {
                let (job, run) = self.runs[*job];
                let batch = CommitBatch { found: found.clone(), ..CommitBatch::default() };
                format!("{:?}", self.frontier.commit(job, run, batch).unwrap())
            }
            FrontierStep::Lease { job, owner: of, max_hosts, max_visits, horizon } => {
                let request = LeaseRequest {
                    job: self.runs[*job].0,
                    owner: owner(*of).into(),
                    now,
                    due_by: minute(self.now + horizon),
                    until: minute(self.now + 45),
                    max_hosts: *max_hosts,
                    max_visits_per_host: *max_visits,
                };
                let leases = self.frontier.lease(&request).unwrap();
                let shown = format!("{:?}", leases.iter().map(without_ids).collect::<Vec<_>>());
                self.leases.extend(leases.into_iter().map(|lease| (*job, lease)));
                shown
            }
            FrontierStep::Finish { lease, from, finishes, release } => {
                let Some((job, lease)) = self.pick(*lease) else { return String::new() };
                let visits = lease.visits.iter().skip(*from);
                let finished: Vec<VisitCommit> = visits
                    .zip(finishes)
                    .map(|(visit, finish)| VisitCommit {
                        lease: lease.key,
                        url: visit.id,
                        at: now,
                        ..finish.clone()
                    })
                    .collect();
                let released = release.iter().cloned();
                let released =
                    released.map(|release| LeaseRelease { lease: lease.key, ..release }).collect();
                let (job, run) = self.runs[job];
                let batch = CommitBatch { finished, released, ..CommitBatch::default() };
                let committed = self.frontier.commit(job, run, batch).unwrap();
                let CommitOutcome { fenced, added, last_sequence } = committed;
                format!("{} {added:?} {last_sequence:?}", fenced.len())
            }
            FrontierStep::Release { lease, release } => {
                let Some((job, lease)) = self.pick(*lease) else { return String::new() };
                let released = vec![LeaseRelease { lease: lease.key, ..release.clone() }];
                let (job, run) = self.runs[job];
                let batch = CommitBatch { released, ..CommitBatch::default() };
                format!("{:?}", self.frontier.commit(job, run, batch).unwrap())
            }
            FrontierStep::Renew { lease, minutes } => {
                let Some((_, lease)) = self.pick(*lease) else { return String::new() };
                format!("{:?}", self.frontier.renew(&[lease.key], minute(*minutes)).unwrap())
            }
            FrontierStep::Reclaim { owner: of } => {
                self.frontier.reclaim(owner(*of)).unwrap();
                String::new()
            }
            FrontierStep::Cover { job, output, back } => {
                let job = self.runs[*job].0;
                let newest = self.frontier.latest_records(job, 1).unwrap();
                let covered = newest.first().map_or(0, |one| one.sequence.saturating_sub(*back));
                let mark =
                    OutputMark { covered, cursor: back.to_string(), ..OutputMark::default() };
                self.frontier.set_output_mark(job, OUTPUTS[*output], &mark).unwrap();
                String::new()
            }
            FrontierStep::Pass { minutes } => {
                self.now += minutes;
                String::new()
            }
        }
    }

    fn pick(&self, index: usize) -> Option<(usize, HostLease)> {
        let index = index.checked_rem(self.leases.len())?;
        self.leases.get(index).cloned()
    }

    /// Everything that can be observed.
    fn observe_all(&mut self) -> Vec<String> {
        let mut seen = vec![
            format!("{:?}", self.frontier.jobs().unwrap()),
            format!("{:?}", self.frontier.runs(None, 99).unwrap()),
            format!("{:?}", self.frontier.hosts(99).unwrap()),
        ];
        for (job, _) in self.runs.clone() {
            let mut errors = self.frontier.errors(job, 99).unwrap();
            errors.sort_by(|a, b| a.url.cmp(&b.url));
            seen.push(format!("{errors:?}"));
            for entry in UrlEntries::new(self.frontier, job, None) {
                seen.push(format!("{:?}", UrlEntry { id: UrlId(0), ..entry.unwrap() }));
            }
            seen.push(format!("{:?}", self.frontier.latest_records(job, 99).unwrap()));
            seen.push(format!("{:?}", self.frontier.outbox_after(job, 2, 40).unwrap()));
            seen.push(format!("{:?}", self.frontier.hours(job, minute(0)).unwrap()));
            for output in OUTPUTS {
                seen.push(format!("{:?}", self.frontier.output_mark(job, output).unwrap()));
            }
            for horizon in [0, 60, 999] {
                let due_by = minute(self.now + horizon);
                let wake = self.frontier.next_wake(job, minute(self.now), due_by).unwrap();
                seen.push(format!("{wake:?}"));
            }
            for (host, path) in (0..5).flat_map(|host| (0..12).map(move |path| (host, path))) {
                let url = format!("https://h{host}.example/{path}");
                let found = self.frontier.find(job, &url).unwrap();
                if let Some((visit, state)) = found {
                    let text = self.frontier.delivered_text(visit.id).unwrap();
                    let visit = VisitTask { id: UrlId(0), ..visit };
                    seen.push(format!("{visit:?} {state} {text:?}"));
                }
            }
        }
        seen
    }
}

fn without_ids(lease: &HostLease) -> HostLease {
    let visits = lease.visits.iter().cloned();
    let visits = visits.map(|visit| VisitTask { id: UrlId(0), ..visit }).collect();
    HostLease { visits, ..lease.clone() }
}

/// A check of a new and empty state.
pub type StateCheck<'c> = dyn FnMut(&mut dyn WritableState) + 'c;

/// Applies random steps to new states of a backend and in memory, and compares all results. Besides, the
/// state of the backend must be consistent after each sequence of steps. `with_new_state` passes a new and
/// empty state to its argument.
///
/// # Panics
/// If they differ, with the shortest sequence of steps that was found.
pub fn compare_with_memory(with_new_state: fn(&mut StateCheck<'_>)) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let steps = prop::collection::vec(step(), 1..60);
    let compared = TestRunner::new(config).run(&steps, |steps| {
        let mut compared = Ok(());
        with_new_state(&mut |state| compared = compare(state, &steps));
        compared
    });
    if let Err(difference) = compared {
        panic!("{difference}");
    }
}

fn compare(state: &mut dyn WritableState, steps: &[FrontierStep]) -> Result<(), TestCaseError> {
    let mut memory = MemoryFrontier::default();
    {
        let (mut one, mut other) = (BackendDriver::new(state), BackendDriver::new(&mut memory));
        for step in steps {
            prop_assert_eq!(one.step(step), other.step(step), "after {:?}", step);
        }
        prop_assert_eq!(one.observe_all(), other.observe_all());
    }
    prop_assert_eq!(state.check().unwrap(), []);
    Ok(())
}
