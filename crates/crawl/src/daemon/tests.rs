//! Tests of the daemon's loop, with fake runs and a clock that the tests set.

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use jiff::Timestamp;

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::error::{Error, ErrorKind};
use crate::frontier::{JobRun, RunEnd, RunFigures, RunId};
use crate::jobs::{CrawlJob, JobsFile};
use crate::run::CrawlSummary;
use crate::status::LiveStatus;
use copydesk_core::StopToken;
use copydesk_core::settings::Settings;

fn on(time: &str) -> Timestamp {
    format!("2026-11-28T{time}:00Z").parse().unwrap()
}

/// What a fake run does next.
enum RunAction {
    End(RunEnd),
    Refuse,
    Crash,
}

/// Fake runs that report their start and wait for an action.
struct FakeRunner {
    started: Sender<(String, Option<Timestamp>, Sender<RunAction>)>,
    obeys_stop: bool,
}

impl JobRunner for FakeRunner {
    fn history(&self, _: &CrawlJob) -> Result<JobHistory, Error> {
        Ok(JobHistory { last_scheduled: Some(on("05:00")), is_unfinished: false })
    }

    fn run(
        &self,
        job: &CrawlJob,
        scheduled_for: Option<Timestamp>,
        stop: &StopToken,
    ) -> Result<CrawlSummary, Error> {
        let (acts, act) = unbounded();
        self.started.send((job.name.clone(), scheduled_for, acts)).unwrap();
        let end = loop {
            select! {
                recv(act) -> act => match act.unwrap() {
                    RunAction::End(end) => break end,
                    RunAction::Refuse => {
                        let lock = "crawl.sqlite.news.lock".into();
                        return Err(ErrorKind::JobBusy { job: job.name.clone(), lock }.into());
                    }
                    RunAction::Crash => panic!("a mistake"),
                },
                default(std::time::Duration::from_millis(1)) => {
                    if self.obeys_stop && stop.is_stopped() {
                        break RunEnd::Stopped;
                    }
                }
            }
        };
        let run = JobRun {
            id: RunId(1),
            job: job.name.clone(),
            scheduled_for,
            started_at: on("06:00"),
            ended_at: Some(on("06:00")),
            end: Some(end),
            message: None,
            figures: RunFigures::default(),
            resumed: 0,
        };
        Ok(CrawlSummary { run, has_failed: end == RunEnd::Failed })
    }
}

/// Events as lines.
fn line(event: &DaemonEvent<'_>) -> String {
    match event {
        DaemonEvent::RunBegan { job, scheduled_for } => {
            let time = scheduled_for.map(|time| time.to_string().get(11..16).unwrap().to_owned());
            format!("{job} starts for {}", time.unwrap_or_default())
        }
        DaemonEvent::RunEnded(EndedRun { job, outcome: RunOutcome::Finished(finished) }) => {
            format!("{job} ended: {}", finished.run.end.unwrap())
        }
        DaemonEvent::RunEnded(EndedRun { job, outcome: RunOutcome::Refused(error) }) => {
            format!("{job} refused: {error}")
        }
        DaemonEvent::RunEnded(EndedRun { job, outcome: RunOutcome::Crashed(words) }) => {
            format!("{job} crashed: {words}")
        }
        DaemonEvent::Reloaded(jobs) => format!("reloaded: {jobs}"),
    }
}

struct DaemonHandle {
    clock: Arc<ManualClock>,
    live: Arc<LiveStatus>,
    commands: Sender<DaemonCommand>,
    started: Receiver<(String, Option<Timestamp>, Sender<RunAction>)>,
    events: Receiver<String>,
    thread: JoinHandle<Vec<String>>,
}

fn file(text: &str) -> JobsFile {
    let defaults = "[defaults]\nseeds = [\"https://news.example/\"]\n\
                    output = [{ path = \"{job}.jsonl\" }]\n";
    let text = format!("{text}{defaults}");
    JobsFile::parse(&text, Path::new("jobs.toml"), &Settings::default()).unwrap()
}

fn job(name: &str, schedule: &str) -> String {
    format!("[[job]]\nname = \"{name}\"\nschedule = {{ {schedule} }}\n")
}

fn start_daemon(file: JobsFile, obeys_stop: bool, now: Timestamp) -> DaemonHandle {
    let clock = Arc::new(ManualClock::new(now));
    let live = Arc::new(LiveStatus::default());
    let ((commands, orders), (start, started), (report, events)) =
        (unbounded(), unbounded(), unbounded());
    let runner = Arc::new(FakeRunner { started: start, obeys_stop });
    let (their_clock, their_live) = (Arc::clone(&clock), Arc::clone(&live));
    let thread = thread::spawn(move || {
        let on_event = &mut |event: &DaemonEvent<'_>| report.send(line(event)).unwrap();
        let daemon =
            Daemon { runner, clock: their_clock, live: their_live, commands: orders, on_event };
        daemon.run(&file).unwrap()
    });
    DaemonHandle { clock, live, commands, started, events, thread }
}

impl DaemonHandle {
    fn wake(&self, now: Timestamp) {
        self.clock.set(now);
        self.commands.send(DaemonCommand::Wake).unwrap();
    }

    /// Waits for the next run.
    fn run(&self, job: &str, scheduled_for: &str) -> Sender<RunAction> {
        let (name, time, acts) = self.started.recv().unwrap();
        assert_eq!((name.as_str(), time), (job, Some(on(scheduled_for))));
        acts
    }

    /// Waits for the next two runs, which start at the same time and so in any order.
    fn two_runs(&self, jobs: [&str; 2], scheduled_for: &str) -> [Sender<RunAction>; 2] {
        let mut runs = [self.started.recv().unwrap(), self.started.recv().unwrap()];
        runs.sort_by(|one, other| one.0.cmp(&other.0));
        let both = [0, 1].map(|at| (runs[at].0.as_str(), runs[at].1));
        assert_eq!(both, jobs.map(|job| (job, Some(on(scheduled_for)))));
        runs.map(|(_, _, acts)| acts)
    }

    fn expect_events(&self, lines: &[&str]) {
        for line in lines {
            assert_eq!(self.events.recv().unwrap(), *line);
        }
    }

    fn stop(self) -> Vec<String> {
        self.commands.send(DaemonCommand::Stop).unwrap();
        self.thread.join().unwrap()
    }
}

#[test]
fn runs_start_when_they_are_due_and_none_ends_the_others() {
    let text = job("ant", "every = \"15m\"") + &job("bee", "every = \"1h\"");
    let daemon = start_daemon(file(&text), true, on("05:20"));
    // The times that passed since the last run in the state.
    let ant = daemon.run("ant", "05:15");
    daemon.expect_events(&["ant starts for 05:15"]);
    ant.send(RunAction::Crash).unwrap();
    daemon.expect_events(&["ant crashed: a mistake"]);
    daemon.wake(on("05:30"));
    let ant = daemon.run("ant", "05:30");
    ant.send(RunAction::Refuse).unwrap();
    daemon.expect_events(&[
        "ant starts for 05:30",
        "ant refused: another run of the job `ant` is in progress (crawl.sqlite.news.lock)",
    ]);
    daemon.wake(on("06:00"));
    let [ant, bee] = daemon.two_runs(["ant", "bee"], "06:00");
    daemon.expect_events(&["ant starts for 06:00", "bee starts for 06:00"]);
    let jobs = daemon.live.jobs();
    assert_eq!(jobs["ant"].running_since, Some(on("06:00")));
    assert_eq!(jobs["ant"].last.as_ref().unwrap().1, RunEnd::Failed);
    ant.send(RunAction::End(RunEnd::Complete)).unwrap();
    daemon.expect_events(&["ant ended: complete"]);
    bee.send(RunAction::End(RunEnd::Failed)).unwrap();
    daemon.expect_events(&["bee ended: failed"]);
    // The event comes after the live status was updated.
    daemon.wake(on("06:15"));
    let _ant = daemon.run("ant", "06:15");
    let jobs = daemon.live.jobs();
    assert_eq!((jobs["bee"].next, jobs["bee"].running_since), (Some(on("07:00")), None));
    assert_eq!(jobs["bee"].last, Some((on("06:00"), RunEnd::Failed, None)));
    assert_eq!(daemon.stop(), [""; 0]);
}

#[test]
fn runs_beyond_the_limit_wait() {
    let text =
        "max_jobs = 1\n".to_owned() + &job("ant", "every = \"1h\"") + &job("bee", "every = \"1h\"");
    let daemon = start_daemon(file(&text), true, on("05:30"));
    daemon.wake(on("06:00"));
    let ant = daemon.run("ant", "06:00");
    daemon.expect_events(&["ant starts for 06:00"]);
    daemon.clock.set(on("06:20"));
    ant.send(RunAction::End(RunEnd::Complete)).unwrap();
    daemon.expect_events(&["ant ended: complete", "bee starts for 06:00"]);
    let _bee = daemon.run("bee", "06:00");
    assert_eq!(daemon.stop(), [""; 0]);
}

#[test]
fn a_reload_changes_planned_runs_and_not_those_in_progress() {
    let text = job("ant", "every = \"1h\"") + &job("bee", "every = \"1h\"");
    let daemon = start_daemon(file(&text), true, on("05:30"));
    daemon.wake(on("06:00"));
    let [ant, bee] = daemon.two_runs(["ant", "bee"], "06:00");
    daemon.expect_events(&["ant starts for 06:00", "bee starts for 06:00"]);
    let text = job("bee", "every = \"5m\"") + &job("cow", "cron = \"0 5 * * *\"");
    daemon.commands.send(DaemonCommand::Reload(Box::new(file(&text)))).unwrap();
    daemon.expect_events(&["reloaded: 2"]);
    // The job was removed from the file and is shown until its run ends.
    assert_eq!(daemon.live.jobs().into_keys().collect::<Vec<_>>(), ["ant", "bee", "cow"]);
    ant.send(RunAction::End(RunEnd::Complete)).unwrap();
    bee.send(RunAction::End(RunEnd::Complete)).unwrap();
    let mut ended = [daemon.events.recv().unwrap(), daemon.events.recv().unwrap()];
    ended.sort();
    assert_eq!(ended, ["ant ended: complete", "bee ended: complete"]);
    daemon.wake(on("06:05"));
    let _bee = daemon.run("bee", "06:05");
    daemon.expect_events(&["bee starts for 06:05"]);
    let jobs = daemon.live.jobs();
    assert_eq!(jobs.keys().collect::<Vec<_>>(), ["bee", "cow"]);
    assert_eq!(jobs["cow"].next.unwrap().to_string(), "2026-11-29T05:00:00Z");
    let card = jobs["cow"].card.as_ref().unwrap();
    assert_eq!(card.schedule.as_deref(), Some("cron \"0 5 * * *\" in UTC"));
    assert_eq!(daemon.stop(), [""; 0]);
}

#[test]
fn stopping_waits_for_runs_and_names_those_that_do_not_end() {
    let text = job("ant", "every = \"1h\"");
    let daemon = start_daemon(file(&text), true, on("05:30"));
    daemon.wake(on("06:00"));
    let _ant = daemon.run("ant", "06:00");
    let events = daemon.events.clone();
    assert_eq!(daemon.stop(), [""; 0]);
    let events: Vec<String> = events.iter().collect();
    assert_eq!(events, ["ant starts for 06:00", "ant ended: stopped"]);

    let daemon = start_daemon(file(&format!("stop_timeout = \"0s\"\n{text}")), false, on("05:30"));
    daemon.wake(on("06:00"));
    let _ant = daemon.run("ant", "06:00");
    assert_eq!(daemon.stop(), ["ant"]);
}

#[test]
fn a_daemon_without_a_command_channel_keeps_running() {
    let text = job("ant", "every = \"1h\"");
    let daemon = start_daemon(file(&text), true, on("06:10"));
    let ant = daemon.run("ant", "06:00");
    let DaemonHandle { commands, started, clock, .. } = daemon;
    drop(commands);
    clock.set(on("07:00"));
    ant.send(RunAction::End(RunEnd::Complete)).unwrap();
    let (_, time, _) = started.recv().unwrap();
    assert_eq!(time, Some(on("07:00")));
}

#[test]
fn run_once_runs_each_job_once_whatever_its_schedule() {
    let text = "max_jobs = 2\n[[job]]\nname = \"ant\"\n".to_owned()
        + &job("bee", "every = \"1h\"")
        + &job("cow", "every = \"1h\"");
    let file = file(&text);
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(on("05:30")));
    for stops in [false, true] {
        let (start, started) = unbounded();
        let (commands, orders) = unbounded();
        let runner: Arc<dyn JobRunner> = Arc::new(FakeRunner { started: start, obeys_stop: true });
        let (file, clock) = (file.clone(), Arc::clone(&clock));
        let thread = thread::spawn(move || {
            let mut lines = Vec::new();
            let on_event = &mut |event: &DaemonEvent<'_>| lines.push(line(event));
            let live = Arc::new(LiveStatus::default());
            let daemon = Daemon { runner, clock, live, commands: orders, on_event };
            let jobs: Vec<&CrawlJob> = file.jobs.iter().collect();
            let abandoned = daemon.run_once(&file, &jobs);
            (abandoned, lines)
        });
        let (_, time, first) = started.recv().unwrap();
        let (_, _, second) = started.recv().unwrap();
        assert_eq!(time, None);
        let expected: &[&str] = if stops {
            commands.send(DaemonCommand::Stop).unwrap();
            &["ant ended: stopped", "ant starts for ", "bee ended: stopped", "bee starts for "]
        } else {
            commands.send(DaemonCommand::Wake).unwrap();
            first.send(RunAction::End(RunEnd::Complete)).unwrap();
            let (name, _, third) = started.recv().unwrap();
            assert_eq!(name, "cow");
            second.send(RunAction::End(RunEnd::Complete)).unwrap();
            third.send(RunAction::End(RunEnd::Budget)).unwrap();
            &[
                "ant ended: complete",
                "ant starts for ",
                "bee ended: complete",
                "bee starts for ",
                "cow ended: budget",
                "cow starts for ",
            ]
        };
        let (abandoned, mut lines) = thread.join().unwrap();
        assert_eq!(abandoned, [""; 0]);
        lines.sort();
        assert_eq!(lines, expected);
    }
}
