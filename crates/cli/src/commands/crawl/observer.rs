//! Prints on standard error what happens to runs.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use copydesk_core::figures::DataSize;
use copydesk_core::settings::{LogChoice, Settings};
use copydesk_crawl::daemon::{DaemonEvent, EndedRun, RunOutcome};
use copydesk_crawl::frontier::{JobRun, RunFigures, VisitOutcome};
use copydesk_crawl::run::CrawlSummary;

use super::describe_end;
use crate::console::Console;
use crate::plural::counted;
use crate::progress::RunProgress;

/// Prints a line for each run that ended, and a progress bar for those that are running.
pub(super) struct CrawlObserver {
    inner: Mutex<ObserverState>,
    shown: ShownMessages,
}

/// Which messages are printed. With a log none are, since it says the same.
#[derive(Clone, Copy)]
struct ShownMessages {
    lines: bool,
    /// Also with `quiet`.
    errors: bool,
}

struct ObserverState {
    console: Console,
    progress: Option<RunProgress>,
    running: BTreeMap<String, RunFigures>,
    /// The sum over runs that ended.
    done: RunFigures,
}

impl CrawlObserver {
    pub(super) fn new(settings: &Settings, shows_progress: bool) -> Self {
        let errors = settings.log == LogChoice::Off;
        let shown = ShownMessages { lines: errors && !settings.quiet, errors };
        let mut console = Console::new(settings.color);
        let shows_progress =
            shows_progress && shown.lines && settings.progress && io::stderr().is_terminal();
        let progress = shows_progress.then(|| RunProgress::new(None));
        if let Some(progress) = &progress {
            console.attach(progress.bar());
        }
        let inner = ObserverState {
            console,
            progress,
            running: BTreeMap::new(),
            done: RunFigures::default(),
        };
        Self { inner: Mutex::new(inner), shown }
    }

    /// Prints a line as it is, unless `quiet` is set.
    pub(super) fn line(&self, line: impl Display) {
        if self.shown.lines {
            self.lock().console.line(line);
        }
    }

    /// Prints a note, unless `quiet` is set.
    pub(super) fn note(&self, message: &str) {
        if self.shown.lines {
            self.lock().console.note(message);
        }
    }

    /// Prints an error of the command itself.
    pub(super) fn failure(&self, error: &anyhow::Error) {
        if self.shown.errors {
            self.lock().console.failure(error);
        }
    }

    /// Handles an event of the daemon.
    pub(super) fn on_event(&self, event: &DaemonEvent<'_>) {
        match event {
            DaemonEvent::RunBegan { .. } => {}
            DaemonEvent::RunEnded(ended) => self.on_run_ended(ended),
            DaemonEvent::Reloaded(jobs) => {
                self.line(format!("reloaded: {}", counted(*jobs as u64, "job")));
            }
        }
    }

    /// Updates the figures of a run.
    pub(super) fn on_progress(&self, run: &JobRun) {
        let mut inner = self.lock();
        inner.running.insert(run.job.clone(), run.figures.clone());
        inner.update_progress();
    }

    pub(super) fn finish(&self) {
        if let Some(progress) = self.lock().progress.take() {
            progress.finish();
        }
    }

    fn on_run_ended(&self, ended: &EndedRun) {
        let mut inner = self.lock();
        inner.running.remove(&ended.job);
        let job = &ended.job;
        match &ended.outcome {
            RunOutcome::Finished(finished) => {
                add(&mut inner.done, &finished.run.figures);
                if self.shown.lines {
                    inner.console.line(format!("{job}: {}", summary(&finished.run)));
                }
                if finished.has_failed && self.shown.errors {
                    let why = finished.run.message.as_deref().unwrap_or("the run failed");
                    inner.console.warning(&format!("{job}: {why}"));
                }
                if self.shown.lines {
                    for note in notes(finished) {
                        inner.console.note(&format!("{job}: {note}"));
                    }
                    for warning in &finished.run.figures.notes {
                        inner.console.warning(&format!("{job}: {warning}"));
                    }
                }
            }
            RunOutcome::Refused(error) if self.shown.errors => inner.console.run_error(job, error),
            RunOutcome::Crashed(panic) if self.shown.errors => {
                let message = format!("{job}: internal error, please report: {panic}");
                inner.console.error(&message);
            }
            RunOutcome::Refused(_) | RunOutcome::Crashed(_) => {}
        }
        inner.update_progress();
    }

    // No change to the state can be left half done by a panic, so a poisoned lock is still consistent.
    fn lock(&self) -> MutexGuard<'_, ObserverState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ObserverState {
    fn update_progress(&mut self) {
        let Some(progress) = &mut self.progress else { return };
        let mut figures = self.done.clone();
        self.running.values().for_each(|run| add(&mut figures, run));
        progress.update(0, |elapsed| crawl_figures(&figures, elapsed));
    }
}

fn add(sum: &mut RunFigures, figures: &RunFigures) {
    for (outcome, count) in &figures.outcomes {
        *sum.outcomes.entry(*outcome).or_default() += count;
    }
    sum.wire_bytes = sum.wire_bytes.saturating_add(figures.wire_bytes);
}

fn count(figures: &RunFigures, outcome: VisitOutcome) -> u64 {
    figures.outcomes.get(&outcome).copied().unwrap_or_default()
}

/// The figures of running jobs so far.
fn crawl_figures(figures: &RunFigures, elapsed: Duration) -> String {
    let visits: u64 = figures.outcomes.values().sum();
    format!(
        "{visits} visits  {:.1} visits/s  {} new  {} changed  {} empty  {} failed  {}",
        visits as f64 / elapsed.as_secs_f64().max(1e-9),
        count(figures, VisitOutcome::New),
        count(figures, VisitOutcome::Changed),
        count(figures, VisitOutcome::Empty),
        count(figures, VisitOutcome::Failed),
        DataSize(figures.wire_bytes)
    )
}

/// What else to tell about a run: why visits yielded no page, unless its failure says so, and which hosts are in
/// back-off.
fn notes(finished: &CrawlSummary) -> Vec<String> {
    let CrawlSummary { run, has_failed } = finished;
    let reasons = run.figures.reasons().filter(|reasons| {
        !has_failed || !run.message.as_ref().is_some_and(|message| message.contains(reasons))
    });
    let hosts = run.message.clone().filter(|_| !has_failed);
    let reasons = reasons.map(|reasons| format!("no page from {reasons}"));
    reasons.into_iter().chain(hosts).collect()
}

/// An outcome of visits with its count, for people.
fn outcome_count(outcome: VisitOutcome, count: u64) -> String {
    match outcome {
        VisitOutcome::Links => format!("{count} read for links"),
        VisitOutcome::Alias => counted(count, "other URL"),
        VisitOutcome::Robots => format!("{count} disallowed by robots.txt"),
        other => format!("{count} {}", other.name().replace('_', " ")),
    }
}

/// The line about a run that ended.
fn summary(run: &JobRun) -> String {
    let visits: u64 = run.figures.outcomes.values().sum();
    // In the order of the documentation, without outcomes that did not occur.
    let outcomes = VisitOutcome::ALL.iter().filter_map(|outcome| {
        let count = count(&run.figures, *outcome);
        (count > 0).then(|| outcome_count(*outcome, count))
    });
    let outcomes = outcomes.collect::<Vec<_>>().join(", ");
    let outcomes = if outcomes.is_empty() { String::new() } else { format!(": {outcomes}") };
    let took = run.ended_at.map(|ended| ended.duration_since(run.started_at).as_secs_f64());
    format!(
        "{}, {}{outcomes}; {} in {:.1} s",
        describe_end(run.end),
        counted(visits, "visit"),
        DataSize(run.figures.wire_bytes),
        took.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use copydesk_crawl::frontier::{ErrorExample, RunEnd, RunId};

    use super::*;

    fn run(outcomes: &[(VisitOutcome, u64)]) -> JobRun {
        let started_at = "2026-11-28T06:00:00Z".parse().unwrap();
        JobRun {
            id: RunId(1),
            job: "news".into(),
            scheduled_for: None,
            started_at,
            ended_at: Some("2026-11-28T06:01:30Z".parse().unwrap()),
            end: Some(RunEnd::Complete),
            message: None,
            figures: RunFigures {
                outcomes: outcomes.iter().copied().collect(),
                wire_bytes: 1_250_000,
                ..RunFigures::default()
            },
            resumed: 0,
        }
    }

    #[test]
    fn a_run_is_summarized_in_a_line() {
        let run = run(&[
            (VisitOutcome::NotModified, 110),
            (VisitOutcome::New, 3),
            (VisitOutcome::Links, 1),
            (VisitOutcome::Failed, 2),
        ]);
        assert_eq!(
            summary(&run),
            "complete, 116 visits: 3 new, 110 not modified, 1 read for links, 2 failed; 1.2 MB in 90.0 s"
        );
        let budget = JobRun { end: Some(RunEnd::Budget), ..super::tests::run(&[]) };
        assert_eq!(summary(&budget), "budget used up, 0 visits; 1.2 MB in 90.0 s");
        let small = RunFigures { wire_bytes: 312, ..RunFigures::default() };
        let small = JobRun { figures: small, ..super::tests::run(&[]) };
        assert_eq!(summary(&small), "complete, 0 visits; 312 B in 90.0 s");
    }

    #[test]
    fn the_reasons_of_errors_are_told_once() {
        let mut run = run(&[(VisitOutcome::Missing, 1)]);
        let kind = || "status".to_owned();
        let (url, message) =
            ("https://a.example/1".to_owned(), "the server answered 404".to_owned());
        run.figures.errors.insert(kind(), 1);
        run.figures.examples.insert(kind(), ErrorExample { url, message });
        let told = |run: &JobRun, has_failed| notes(&CrawlSummary { run: run.clone(), has_failed });
        let reasons = "1 status (https://a.example/1: the server answered 404)";
        assert_eq!(told(&run, false), [format!("no page from {reasons}")]);
        run.message = Some(format!("the start page was not reached: {reasons}"));
        assert_eq!(told(&run, true), [""; 0]);
    }

    #[test]
    fn the_figures_are_summed_over_all_runs() {
        let mut sum = RunFigures::default();
        for count in [1, 2] {
            add(&mut sum, &run(&[(VisitOutcome::New, count), (VisitOutcome::Failed, 1)]).figures);
        }
        assert_eq!(
            crawl_figures(&sum, Duration::from_secs(10)),
            "5 visits  0.5 visits/s  3 new  0 changed  0 empty  2 failed  2.5 MB"
        );
    }
}
