//! The schedule under a clock of the test's own.

use proptest::prelude::*;

use super::*;

/// A job with its number and lane.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NumberedTask(u32, Option<LaneId>);

impl ScheduledTask for NumberedTask {
    fn lane(&self) -> Option<LaneId> {
        self.1
    }
}

const POLITENESS: Politeness = Politeness {
    host_delay: seconds(1),
    max_host_delay: seconds(60),
    max_host_failures: 3,
    host_pause: seconds(600),
};

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn page(number: u32) -> NumberedTask {
    NumberedTask(number, Some(0))
}

fn awaited(number: u32) -> NumberedTask {
    NumberedTask(number, None)
}

fn failed() -> TurnOutcome {
    TurnOutcome::Failed { reason: "the server answered 500".to_owned() }
}

fn slowed(retry_after: Option<Duration>) -> TurnOutcome {
    TurnOutcome::Slowed { retry_after, reason: "the server answered 429".to_owned() }
}

/// A schedule and what time it is.
struct TestSchedule {
    schedule: RequestSchedule<NumberedTask>,
    start: Instant,
    now: Duration,
}

impl TestSchedule {
    fn new() -> Self {
        Self {
            schedule: RequestSchedule::new(POLITENESS),
            start: Instant::now(),
            now: Duration::ZERO,
        }
    }

    fn time(&self) -> Instant {
        self.start + self.now
    }

    fn push(&mut self, host: &str, numbers: impl IntoIterator<Item = u32>) {
        for number in numbers {
            self.schedule.push(host, page(number), self.time()).unwrap();
        }
    }

    /// What is next: the job's number, or the milliseconds until there is one.
    fn next(&mut self) -> Result<u32, Option<u128>> {
        match self.schedule.next(self.time(), |_| true) {
            NextTurn::Now(_, job) => Ok(job.0),
            NextTurn::At(at) => Err(Some(at.duration_since(self.time()).as_millis())),
            NextTurn::Never => Err(None),
        }
    }

    fn release(&mut self, host: &str, end: TurnOutcome) -> Vec<u32> {
        let parked = self.schedule.release(host, end, self.time());
        parked.map_or(Vec::new(), |(_, jobs)| jobs.into_iter().map(|job| job.0).collect())
    }
}

#[test]
fn a_host_has_one_request_at_a_time_and_a_pause_after_its_response() {
    let mut desk = TestSchedule::new();
    desk.push("a", [1, 2]);
    desk.push("b", [3]);
    assert_eq!(desk.next(), Ok(1));
    assert_eq!(desk.next(), Ok(3));
    assert_eq!(desk.next(), Err(None), "both hosts are busy");
    desk.now = seconds(7);
    desk.release("a", TurnOutcome::Responded);
    assert_eq!(desk.next(), Err(Some(1000)), "counted from the end");
    desk.now = seconds(8);
    assert_eq!(desk.next(), Ok(2));
}

#[test]
fn what_was_not_used_costs_no_pause() {
    let mut desk = TestSchedule::new();
    desk.push("a", [1, 2]);
    assert_eq!(desk.next(), Ok(1));
    desk.release("a", TurnOutcome::Unused);
    assert_eq!(desk.next(), Ok(2));
    desk.release("a", TurnOutcome::Cancelled);
    desk.push("a", [3]);
    assert_eq!(desk.next(), Err(Some(1000)));
}

#[test]
fn begun_jobs_go_before_fresh_ones_and_awaited_ones_before_both() {
    let mut desk = TestSchedule::new();
    desk.push("a", [1, 2]);
    let now = desk.time();
    desk.schedule.push_later("a", page(3), now + seconds(1), now).unwrap();
    desk.schedule.push_first("a", page(4), now).unwrap();
    desk.schedule.push("a", awaited(5), now).unwrap();
    let mut order = Vec::new();
    for second in 0..5 {
        desk.now = seconds(second);
        order.push(desk.next().unwrap());
        desk.release("a", TurnOutcome::Responded);
    }
    assert_eq!(order, [5, 4, 3, 1, 2]);
}

#[test]
fn a_job_for_later_waits_alone_until_it_is_due() {
    let mut desk = TestSchedule::new();
    let now = desk.time();
    desk.schedule.push_later("a", page(1), now + seconds(30), now).unwrap();
    assert_eq!(desk.next(), Err(Some(30_000)));
    desk.push("a", [2]);
    assert_eq!(desk.next(), Ok(2));
    desk.release("a", TurnOutcome::Responded);
    assert_eq!(desk.next(), Err(Some(30_000)));
    desk.now = seconds(30);
    assert_eq!(desk.next(), Ok(1));
}

#[test]
fn robots_txt_may_ask_for_a_longer_pause_but_not_for_any() {
    let mut desk = TestSchedule::new();
    for (host, asked, pause) in [("a", 0, 1000), ("b", 10, 10_000), ("c", 3600, 60_000)] {
        desk.push(host, [1, 2]);
        let now = desk.time();
        desk.schedule.set_delay(host, seconds(asked), now);
        assert_eq!(desk.next(), Ok(1));
        desk.release(host, TurnOutcome::Responded);
        assert_eq!(desk.next(), Err(Some(pause)), "{host}");
        desk.now += seconds(60);
        assert_eq!(desk.next(), Ok(2));
    }
}

#[test]
fn a_host_that_asks_for_less_is_asked_less_and_slowly_more_again() {
    let mut desk = TestSchedule::new();
    desk.push("a", 0..30);
    let mut pause = |end| {
        desk.next().unwrap();
        desk.release("a", end);
        let Err(Some(pause)) = desk.next() else { panic!("no pause") };
        desk.now += Duration::from_millis(u64::try_from(pause).unwrap() + 1);
        pause
    };
    assert_eq!(pause(slowed(None)), 2000);
    assert_eq!(pause(slowed(None)), 3000);
    assert_eq!(pause(TurnOutcome::Responded), 2800);
    for _ in 0..8 {
        pause(TurnOutcome::Responded);
    }
    let later = pause(TurnOutcome::Responded);
    assert!(later > 1600 && later < 1700, "{later}");
    assert_eq!(pause(slowed(Some(seconds(120)))), 120_000);
}

#[test]
fn a_host_that_asks_to_be_left_alone_for_long_is_parked() {
    let mut desk = TestSchedule::new();
    desk.push("a", [1, 2, 3]);
    assert_eq!(desk.next(), Ok(1));
    assert_eq!(desk.release("a", slowed(Some(seconds(601)))), [2, 3]);
    let (job, parked) = desk.schedule.push("a", page(4), desk.time()).unwrap_err();
    assert_eq!(job, page(4));
    let reason = "the server answered 429".to_owned();
    assert_eq!(parked, HostBackoff { pause: seconds(601), reason });
    desk.now = seconds(601);
    desk.push("a", [5]);
    assert_eq!(desk.next(), Ok(5));
}

#[test]
fn a_host_that_fails_again_and_again_is_parked_and_then_tried_once() {
    let mut desk = TestSchedule::new();
    desk.push("a", 1..=5);
    for (job, given_up) in [(1, &[][..]), (2, &[]), (3, &[4, 5])] {
        assert_eq!(desk.next(), Ok(job));
        assert_eq!(desk.release("a", failed()), given_up);
        desk.now += seconds(1);
    }
    assert!(desk.schedule.push("a", page(6), desk.time()).is_err());
    desk.now += seconds(600);
    desk.push("a", [7, 8]);
    assert_eq!(desk.next(), Ok(7));
    assert_eq!(desk.release("a", failed()), [8], "one failure is enough now");
}

#[test]
fn an_answer_ends_a_row_of_failures() {
    let mut desk = TestSchedule::new();
    desk.push("a", 0..20);
    for at in 0..20 {
        desk.now = seconds(at);
        desk.next().unwrap();
        let end = if at % 3 == 2 { TurnOutcome::Responded } else { failed() };
        assert_eq!(desk.release("a", end), [0; 0]);
    }
}

#[test]
fn a_full_lane_holds_up_its_own_jobs_only() {
    let mut desk = TestSchedule::new();
    let now = desk.time();
    for (host, lane) in [("a", 1), ("b", 1), ("c", 2)] {
        desk.schedule.push(host, NumberedTask(lane, Some(lane.into())), now).unwrap();
    }
    let taken = |turn| match turn {
        NextTurn::Now(host, NumberedTask(number, _)) => Some((host.to_string(), number)),
        NextTurn::At(_) | NextTurn::Never => None,
    };
    let full = |job: &NumberedTask| job.1 != Some(1);
    assert_eq!(taken(desk.schedule.next(now, full)), Some(("c".to_owned(), 2)));
    assert_eq!(taken(desk.schedule.next(now, full)), None);
    desk.schedule.push("a", awaited(9), now).unwrap();
    assert_eq!(taken(desk.schedule.next(now, full)), Some(("a".to_owned(), 9)));
    desk.schedule.release("a", TurnOutcome::Unused, now);
    assert_eq!(desk.schedule.stalled_lanes().collect::<Vec<_>>(), [1]);
    desk.schedule.unstall(1, 1);
    assert_eq!(taken(desk.schedule.next(now, |_| true)), Some(("a".to_owned(), 1)));
    assert_eq!(taken(desk.schedule.next(now, |_| true)), None);
    desk.schedule.unstall(1, 5);
    assert_eq!(taken(desk.schedule.next(now, |_| true)), Some(("b".to_owned(), 1)));
}

#[test]
fn hosts_with_nothing_to_remember_are_forgotten() {
    let mut desk = TestSchedule::new();
    for number in 0..10_000 {
        let host = format!("host-{number}");
        desk.push(&host, [number]);
        assert_eq!(desk.next(), Ok(number));
        desk.release(&host, TurnOutcome::Responded);
        desk.now += Duration::from_millis(10);
    }
    assert!(desk.schedule.hosts.len() < 2 * MIN_SWEEP, "{}", desk.schedule.hosts.len());
}

#[derive(Clone, Debug)]
enum ScheduleStep {
    Push(u8, u8),
    Next,
    Release(usize, u8),
    Wait(u64),
    Room(bool),
}

fn steps() -> impl Strategy<Value = Vec<ScheduleStep>> {
    let step = prop_oneof![
        3 => (0..5u8, 0..5u8).prop_map(|(host, how)| ScheduleStep::Push(host, how)),
        4 => Just(ScheduleStep::Next),
        3 => (any::<usize>(), 0..7u8).prop_map(|(which, end)| ScheduleStep::Release(which, end)),
        2 => (0..3000u64).prop_map(ScheduleStep::Wait),
        1 => any::<bool>().prop_map(ScheduleStep::Room),
    ];
    proptest::collection::vec(step, 1..120)
}

proptest! {
    /// Whatever happens: one request a host at a time, the pause is kept, and each job that went in
    /// comes out once.
    #[test]
    fn the_pause_is_kept_and_nothing_is_lost(steps in steps()) {
        let mut desk = TestSchedule::new();
        let mut has_room = true;
        let (mut pushed, mut out) = (0, Vec::new());
        let mut busy: Vec<Arc<str>> = Vec::new();
        let mut ended: HashMap<Arc<str>, Duration> = HashMap::new();
        let drained = (0..400).flat_map(|_| {
            [ScheduleStep::Room(true), ScheduleStep::Next, ScheduleStep::Release(0, 3), ScheduleStep::Wait(60_000)]
        });
        for step in steps.into_iter().chain(drained) {
            let now = desk.time();
            match step {
                ScheduleStep::Push(host, how) => {
                    let host = format!("host-{host}");
                    let lane = (how != 4).then_some(LaneId::from(how % 2));
                    let job = NumberedTask(pushed, lane);
                    pushed += 1;
                    let result = match how {
                        0 | 1 | 4 => desk.schedule.push(&host, job, now),
                        2 => desk.schedule.push_first(&host, job, now),
                        _ => desk.schedule.push_later(&host, job, now + seconds(2), now),
                    };
                    if let Err((job, _)) = result {
                        out.push(job.0);
                    }
                }
                ScheduleStep::Next => {
                    let turn = desk.schedule.next(now, |job| has_room || job.1 != Some(1));
                    if let NextTurn::Now(host, job) = turn {
                        prop_assert!(!busy.contains(&host));
                        let since = ended.get(&host).map(|&ended| desk.now.saturating_sub(ended));
                        prop_assert!(since.is_none_or(|since| since >= seconds(1)), "{since:?}");
                        busy.push(host);
                        out.push(job.0);
                    }
                }
                ScheduleStep::Release(which, end) => {
                    if busy.is_empty() {
                        continue;
                    }
                    let host = busy.swap_remove(which % busy.len());
                    let end = match end {
                        0 => TurnOutcome::Unused,
                        1 => failed(),
                        2 => slowed(None),
                        4 => slowed(Some(seconds(5))),
                        5 => slowed(Some(seconds(10_000))),
                        6 => TurnOutcome::Cancelled,
                        _ => TurnOutcome::Responded,
                    };
                    if end != TurnOutcome::Unused {
                        ended.insert(Arc::clone(&host), desk.now);
                    }
                    out.extend(desk.release(&host, end));
                }
                ScheduleStep::Wait(ms) => desk.now += Duration::from_millis(ms),
                ScheduleStep::Room(room) => {
                    has_room = room;
                    if room {
                        desk.schedule.unstall(1, 100);
                    }
                }
            }
        }
        out.sort_unstable();
        prop_assert_eq!(out, (0..pushed).collect::<Vec<_>>());
    }
}
