//! The loop with runs that a test begins and ends, and a clock that it sets.

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use jiff::Timestamp;

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::error::{Error, ErrorKind};
use crate::frontier::{Run, RunEnd, RunFigures, RunId};
use crate::jobs::{Job, JobsFile};
use crate::run::CrawlFinished;
use crate::status::Live;
use copydesk_core::Stop;
use copydesk_core::settings::Settings;

fn on(time: &str) -> Timestamp {
    format!("2026-11-28T{time}:00Z").parse().unwrap()
}

/// What a run is to do.
enum Act {
    End(RunEnd),
    Refuse,
    Crash,
}

/// Runs that tell of their beginning, and do what they are told.
struct Fake {
    begun: Sender<(String, Option<Timestamp>, Sender<Act>)>,
    minds_stop: bool,
}

impl Runner for Fake {
    fn history(&self, _: &Job) -> Result<History, Error> {
        Ok(History { last_scheduled: Some(on("05:00")), is_unfinished: false })
    }

    fn run(
        &self,
        job: &Job,
        scheduled_for: Option<Timestamp>,
        stop: &Stop,
    ) -> Result<CrawlFinished, Error> {
        let (acts, act) = unbounded();
        self.begun.send((job.name.clone(), scheduled_for, acts)).unwrap();
        let end = loop {
            select! {
                recv(act) -> act => match act.unwrap() {
                    Act::End(end) => break end,
                    Act::Refuse => {
                        let lock = "crawl.sqlite.news.lock".into();
                        return Err(ErrorKind::JobBusy { job: job.name.clone(), lock }.into());
                    }
                    Act::Crash => panic!("a mistake"),
                },
                default(std::time::Duration::from_millis(1)) => {
                    if self.minds_stop && stop.is_stopped() {
                        break RunEnd::Stopped;
                    }
                }
            }
        };
        let run = Run {
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
        Ok(CrawlFinished { run, has_failed: end == RunEnd::Failed })
    }
}

/// What a daemon tells, as lines.
fn line(told: &Told<'_>) -> String {
    match told {
        Told::Began { job, scheduled_for } => {
            let time = scheduled_for.map(|time| time.to_string().get(11..16).unwrap().to_owned());
            format!("{job} begins for {}", time.unwrap_or_default())
        }
        Told::Ended(Ended { job, outcome: Outcome::Finished(finished) }) => {
            format!("{job} ended: {}", finished.run.end.unwrap())
        }
        Told::Ended(Ended { job, outcome: Outcome::Refused(error) }) => {
            format!("{job} refused: {error}")
        }
        Told::Ended(Ended { job, outcome: Outcome::Crashed(words) }) => {
            format!("{job} crashed: {words}")
        }
        Told::Reloaded(jobs) => format!("reloaded: {jobs}"),
    }
}

struct Staying {
    clock: Arc<ManualClock>,
    live: Arc<Live>,
    commands: Sender<Command>,
    begun: Receiver<(String, Option<Timestamp>, Sender<Act>)>,
    told: Receiver<String>,
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

#[expect(clippy::similar_names, reason = "the two ends of a channel")]
fn stay(file: JobsFile, minds_stop: bool, now: Timestamp) -> Staying {
    let clock = Arc::new(ManualClock::new(now));
    let live = Arc::new(Live::default());
    let ((commands, orders), (begin, begun), (tell, told)) =
        (unbounded(), unbounded(), unbounded());
    let runner = Arc::new(Fake { begun: begin, minds_stop });
    let (their_clock, their_live) = (Arc::clone(&clock), Arc::clone(&live));
    let thread = thread::spawn(move || {
        let tell = &mut |what: &Told<'_>| tell.send(line(what)).unwrap();
        let daemon =
            Daemon { runner, clock: their_clock, live: their_live, commands: orders, tell };
        daemon.stay(&file).unwrap()
    });
    Staying { clock, live, commands, begun, told, thread }
}

impl Staying {
    fn wake(&self, now: Timestamp) {
        self.clock.set(now);
        self.commands.send(Command::Wake).unwrap();
    }

    /// The next run that begins.
    fn run(&self, job: &str, scheduled_for: &str) -> Sender<Act> {
        let (name, time, acts) = self.begun.recv().unwrap();
        assert_eq!((name.as_str(), time), (job, Some(on(scheduled_for))));
        acts
    }

    /// The next two runs, which begin at one time and so in any order.
    fn two_runs(&self, jobs: [&str; 2], scheduled_for: &str) -> [Sender<Act>; 2] {
        let mut runs = [self.begun.recv().unwrap(), self.begun.recv().unwrap()];
        runs.sort_by(|one, other| one.0.cmp(&other.0));
        let begun = [0, 1].map(|at| (runs[at].0.as_str(), runs[at].1));
        assert_eq!(begun, jobs.map(|job| (job, Some(on(scheduled_for)))));
        runs.map(|(_, _, acts)| acts)
    }

    fn tells(&self, lines: &[&str]) {
        for line in lines {
            assert_eq!(self.told.recv().unwrap(), *line);
        }
    }

    fn stop(self) -> Vec<String> {
        self.commands.send(Command::Stop).unwrap();
        self.thread.join().unwrap()
    }
}

#[test]
fn runs_begin_when_they_are_due_and_none_ends_the_others() {
    let text = job("ant", "every = \"15m\"") + &job("bee", "every = \"1h\"");
    let daemon = stay(file(&text), true, on("05:20"));
    // What passed since the last time that the state knows.
    let ant = daemon.run("ant", "05:15");
    daemon.tells(&["ant begins for 05:15"]);
    ant.send(Act::Crash).unwrap();
    daemon.tells(&["ant crashed: a mistake"]);
    daemon.wake(on("05:30"));
    let ant = daemon.run("ant", "05:30");
    ant.send(Act::Refuse).unwrap();
    daemon.tells(&[
        "ant begins for 05:30",
        "ant refused: another run of the job `ant` is under way (crawl.sqlite.news.lock)",
    ]);
    daemon.wake(on("06:00"));
    let [ant, bee] = daemon.two_runs(["ant", "bee"], "06:00");
    daemon.tells(&["ant begins for 06:00", "bee begins for 06:00"]);
    let jobs = daemon.live.jobs();
    assert_eq!(jobs["ant"].running_since, Some(on("06:00")));
    assert_eq!(jobs["ant"].last.as_ref().unwrap().1, RunEnd::Failed);
    ant.send(Act::End(RunEnd::Complete)).unwrap();
    daemon.tells(&["ant ended: complete"]);
    bee.send(Act::End(RunEnd::Failed)).unwrap();
    daemon.tells(&["bee ended: failed"]);
    // Once it tells of the next, the board has what was planned after the last.
    daemon.wake(on("06:15"));
    let _ant = daemon.run("ant", "06:15");
    let jobs = daemon.live.jobs();
    assert_eq!((jobs["bee"].next, jobs["bee"].running_since), (Some(on("07:00")), None));
    assert_eq!(jobs["bee"].last, Some((on("06:00"), RunEnd::Failed, None)));
    assert_eq!(daemon.stop(), [""; 0]);
}

#[test]
fn so_many_run_at_once_and_the_others_wait() {
    let text =
        "max_jobs = 1\n".to_owned() + &job("ant", "every = \"1h\"") + &job("bee", "every = \"1h\"");
    let daemon = stay(file(&text), true, on("05:30"));
    daemon.wake(on("06:00"));
    let ant = daemon.run("ant", "06:00");
    daemon.tells(&["ant begins for 06:00"]);
    daemon.clock.set(on("06:20"));
    ant.send(Act::End(RunEnd::Complete)).unwrap();
    daemon.tells(&["ant ended: complete", "bee begins for 06:00"]);
    let _bee = daemon.run("bee", "06:00");
    assert_eq!(daemon.stop(), [""; 0]);
}

#[test]
fn a_reload_changes_what_is_planned_and_not_what_runs() {
    let text = job("ant", "every = \"1h\"") + &job("bee", "every = \"1h\"");
    let daemon = stay(file(&text), true, on("05:30"));
    daemon.wake(on("06:00"));
    let [ant, bee] = daemon.two_runs(["ant", "bee"], "06:00");
    daemon.tells(&["ant begins for 06:00", "bee begins for 06:00"]);
    let text = job("bee", "every = \"5m\"") + &job("cow", "cron = \"0 5 * * *\"");
    daemon.commands.send(Command::Reload(Box::new(file(&text)))).unwrap();
    daemon.tells(&["reloaded: 2"]);
    // It is not of the file any more, and is there until its run ends.
    assert_eq!(daemon.live.jobs().into_keys().collect::<Vec<_>>(), ["ant", "bee", "cow"]);
    ant.send(Act::End(RunEnd::Complete)).unwrap();
    bee.send(Act::End(RunEnd::Complete)).unwrap();
    let mut ended = [daemon.told.recv().unwrap(), daemon.told.recv().unwrap()];
    ended.sort();
    assert_eq!(ended, ["ant ended: complete", "bee ended: complete"]);
    daemon.wake(on("06:05"));
    let _bee = daemon.run("bee", "06:05");
    daemon.tells(&["bee begins for 06:05"]);
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
    let daemon = stay(file(&text), true, on("05:30"));
    daemon.wake(on("06:00"));
    let _ant = daemon.run("ant", "06:00");
    let told = daemon.told.clone();
    assert_eq!(daemon.stop(), [""; 0]);
    let told: Vec<String> = told.iter().collect();
    assert_eq!(told, ["ant begins for 06:00", "ant ended: stopped"]);

    let daemon = stay(file(&format!("stop_timeout = \"0s\"\n{text}")), false, on("05:30"));
    daemon.wake(on("06:00"));
    let _ant = daemon.run("ant", "06:00");
    assert_eq!(daemon.stop(), ["ant"]);
}

#[test]
fn a_daemon_that_nobody_can_reach_any_more_goes_on() {
    let text = job("ant", "every = \"1h\"");
    let daemon = stay(file(&text), true, on("06:10"));
    let ant = daemon.run("ant", "06:00");
    let Staying { commands, begun, clock, .. } = daemon;
    drop(commands);
    clock.set(on("07:00"));
    ant.send(Act::End(RunEnd::Complete)).unwrap();
    let (_, time, _) = begun.recv().unwrap();
    assert_eq!(time, Some(on("07:00")));
}

#[test]
#[expect(clippy::similar_names, reason = "the two ends of a channel")]
fn once_is_each_job_once_whatever_its_schedule() {
    let text = "max_jobs = 2\n[[job]]\nname = \"ant\"\n".to_owned()
        + &job("bee", "every = \"1h\"")
        + &job("cow", "every = \"1h\"");
    let file = file(&text);
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(on("05:30")));
    for stops in [false, true] {
        let (begin, begun) = unbounded();
        let (commands, orders) = unbounded();
        let runner: Arc<dyn Runner> = Arc::new(Fake { begun: begin, minds_stop: true });
        let (file, clock) = (file.clone(), Arc::clone(&clock));
        let thread = thread::spawn(move || {
            let mut lines = Vec::new();
            let tell = &mut |what: &Told<'_>| lines.push(line(what));
            let live = Arc::new(Live::default());
            let daemon = Daemon { runner, clock, live, commands: orders, tell };
            let jobs: Vec<&Job> = file.jobs.iter().collect();
            let abandoned = daemon.once(&file, &jobs);
            (abandoned, lines)
        });
        let (_, time, first) = begun.recv().unwrap();
        let (_, _, second) = begun.recv().unwrap();
        assert_eq!(time, None);
        let expected: &[&str] = if stops {
            commands.send(Command::Stop).unwrap();
            &["ant begins for ", "ant ended: stopped", "bee begins for ", "bee ended: stopped"]
        } else {
            commands.send(Command::Wake).unwrap();
            first.send(Act::End(RunEnd::Complete)).unwrap();
            let (name, _, third) = begun.recv().unwrap();
            assert_eq!(name, "cow");
            second.send(Act::End(RunEnd::Complete)).unwrap();
            third.send(Act::End(RunEnd::Budget)).unwrap();
            &[
                "ant begins for ",
                "ant ended: complete",
                "bee begins for ",
                "bee ended: complete",
                "cow begins for ",
                "cow ended: budget",
            ]
        };
        let (abandoned, mut lines) = thread.join().unwrap();
        assert_eq!(abandoned, [""; 0]);
        lines.sort();
        assert_eq!(lines, expected);
    }
}
