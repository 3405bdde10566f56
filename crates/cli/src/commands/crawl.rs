//! `copydesk crawl`: runs crawl jobs, once or as a daemon.

mod check;
mod observer;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::ArgGroup;
use copydesk_core::settings::Settings;
use copydesk_crawl::clock::SystemClock;
use copydesk_crawl::daemon::{CrawlRunner, Daemon, DaemonCommand, DaemonEvent, RunOutcome};
use copydesk_crawl::frontier::{FrontierOverview, RunEnd, store_at};
use copydesk_crawl::jobs::{CrawlJob, JobsFile};
use copydesk_crawl::status::{self, LiveStatus, StatusServer, StatusSources};
use crossbeam_channel::{Sender, unbounded};

use self::observer::CrawlObserver;
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::fetching;
use crate::interrupt::{InterruptHandler, Signal};
use crate::logging::{self, silence_caught_panics};
use crate::settings::RunningFlags;

const EXAMPLES: &str = "\
Examples:
  copydesk crawl jobs.toml --check             explain the jobs, and when they run next
  copydesk crawl jobs.toml --once              run each job now, then exit
  copydesk crawl jobs.toml --once --job news   run only this job
  copydesk crawl jobs.toml                     keep running, and follow the schedules
  copydesk crawl jobs.toml --log info          the same, with a log

config/jobs.example.toml lists everything that a jobs file can contain. config/deploy/ has files for systemd, containers and Kubernetes.

Signals: SIGTERM and Ctrl-C stop runs gracefully, within the `stop_timeout` of the jobs file (30s); what they did not commit stays due. Press twice to abort. SIGHUP reloads the jobs file; a file with an error changes nothing.

Exit status: 0 success; 1 a run failed, or had more failures than `max_failed` allows; 2 the command or a run could not start or continue; 75 another run of the job is in progress (EX_TEMPFAIL); 130 or 143 stopped by SIGINT or SIGTERM. With several results, the first of 2, 1, 75.";

/// Watch sites on a schedule
///
/// Visits the URLs that are due, cleans the pages, discovers more URLs, and delivers records of pages that are
/// new or changed. A jobs file describes the jobs: the seeds, the scope, the schedule, the budget and the
/// outputs of each. The state, one file, keeps everything that is known about the sites.
///
/// Without --once and --check, the command keeps running and follows the schedules. A job never has two runs
/// at a time, also with several processes that share a state.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("mode").args(["once", "check"]))]
pub(crate) struct CrawlArgs {
    /// Jobs file
    #[arg(value_name = "JOBS.toml", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,

    /// Run each job once, now, then exit; schedules are ignored
    #[arg(long)]
    once: bool,

    /// Explain the jobs and when they run next, then exit; nothing is fetched or written
    #[arg(long)]
    check: bool,

    /// Only this job; can be repeated [default: all jobs]
    #[arg(long = "job", value_name = "NAME", requires = "mode")]
    jobs: Vec<String>,

    /// Address of the status page [default: `listen` of the jobs file, which is 127.0.0.1:8190 by default]
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "mode")]
    listen: Option<SocketAddr>,

    /// Serve no status page
    #[arg(long, conflicts_with_all = ["listen", "mode"])]
    no_listen: bool,

    #[command(flatten)]
    pub(crate) running: RunningFlags,
}

/// Runs the command.
pub(crate) fn run(args: &CrawlArgs) -> Result<ExitStatus> {
    let settings = args.running.resolve(args.running.layer())?.settings;
    logging::start(settings.log, settings.log_format);
    let file = JobsFile::read(&args.file, &settings)?;
    let jobs = select_jobs(&file, &args.jobs)?;
    if args.check {
        return check::run(&file, &jobs, &settings);
    }
    fetching::allow_many_connections();
    silence_caught_panics();
    if args.once {
        Ok(run_once(&file, &jobs, &settings))
    } else {
        run_daemon(args, file, &settings)
    }
}

/// The jobs with these names, in the order of the file; all if no name is given.
fn select_jobs<'a>(file: &'a JobsFile, names: &[String]) -> Result<Vec<&'a CrawlJob>> {
    for name in names {
        file.require_job(name)?;
    }
    let is_selected = |job: &&CrawlJob| names.is_empty() || names.contains(&job.name);
    Ok(file.jobs.iter().filter(is_selected).collect())
}

fn run_once(file: &JobsFile, jobs: &[&CrawlJob], settings: &Settings) -> ExitStatus {
    let (sender, commands) = unbounded();
    let interrupt = InterruptHandler::watch_with(false, move |_| send_stop(&sender));
    let observer = Arc::new(CrawlObserver::new(settings, true));
    let run_observer = Arc::clone(&observer);
    let runner = CrawlRunner::new(store_at(&file.state), Arc::new(SystemClock))
        .with_observer(Box::new(move |run| run_observer.on_progress(run)));
    let mut results = CrawlResults::default();
    let on_event = &mut |event: &DaemonEvent<'_>| {
        observer.on_event(event);
        if let DaemonEvent::RunEnded(ended) = event {
            results.add(&ended.outcome);
        }
    };
    let daemon = Daemon {
        runner: Arc::new(runner),
        clock: Arc::new(SystemClock),
        live: Arc::default(),
        commands,
        on_event,
    };
    let abandoned = daemon.run_once(file, jobs);
    observer.finish();
    if interrupt.stop().is_stopped() {
        report_stopped(&observer, &abandoned);
        return ExitStatus::Interrupted(interrupt.status());
    }
    results.status()
}

fn run_daemon(args: &CrawlArgs, mut file: JobsFile, settings: &Settings) -> Result<ExitStatus> {
    if file.jobs.iter().all(|job| job.schedule.is_none()) {
        return Err(HintedError::new(
            format!("{}: no job has a schedule", args.file.display()),
            "give a job a [job.schedule], or run the jobs now with --once",
        )
        .into());
    }
    file.listen = if args.no_listen { None } else { args.listen.or(file.listen) };
    let live = Arc::<LiveStatus>::default();
    let runner = CrawlRunner::new(store_at(&file.state), Arc::new(SystemClock));
    runner.prepare()?;
    let status = start_status(&file, &live)?;
    let observer = Arc::new(CrawlObserver::new(settings, false));
    if let Some(status) = &status {
        observer.line(format!("status page: http://{}/", status.local_addr()));
    }
    let (sender, commands) = unbounded();
    let reloader = JobsReloader {
        path: args.file.clone(),
        running: args.running.clone(),
        state: file.state.clone(),
        observer: Arc::clone(&observer),
    };
    let interrupt = InterruptHandler::watch_with(true, move |signal| match signal {
        Signal::Stop => send_stop(&sender),
        Signal::Reload => reloader.send(&sender),
    });
    let daemon = Daemon {
        runner: Arc::new(runner),
        clock: Arc::new(SystemClock),
        live: Arc::clone(&live),
        commands,
        on_event: &mut |event| observer.on_event(event),
    };
    observer.line(format!("{}: following the schedules", args.file.display()));
    let abandoned = daemon.run(&file)?;
    report_stopped(&observer, &abandoned);
    Ok(ExitStatus::Interrupted(interrupt.status()))
}

/// Starts the status page, unless it is turned off.
fn start_status(file: &JobsFile, live: &Arc<LiveStatus>) -> Result<Option<StatusServer>> {
    let Some(address) = file.listen else { return Ok(None) };
    let store = store_at(&file.state);
    let open = move || {
        let overview: Box<dyn FrontierOverview> = store.open_read_only()?;
        Ok(overview)
    };
    let sources = StatusSources::new(Arc::new(open), Arc::clone(live))
        .with_metrics(status::metrics::install()?)
        .with_allowed_hosts(file.status_hosts.iter().cloned());
    Ok(Some(status::serve(address, sources)?))
}

/// Stops the daemon. If it has ended already, nobody receives this, and there is nothing to stop.
fn send_stop(commands: &Sender<DaemonCommand>) {
    let _ = commands.send(DaemonCommand::Stop);
}

/// Reads the jobs file again.
struct JobsReloader {
    path: PathBuf,
    running: RunningFlags,
    state: PathBuf,
    observer: Arc<CrawlObserver>,
}

impl JobsReloader {
    /// Sends a valid file to the daemon. Prints what is wrong with an invalid one; the jobs then stay as they are.
    fn send(&self, commands: &Sender<DaemonCommand>) {
        match self.read() {
            Ok(file) => {
                let _ = commands.send(DaemonCommand::Reload(Box::new(file)));
            }
            Err(error) => {
                tracing::error!(file = %self.path.display(), %error, "jobs not reloaded");
                self.observer.failure(&error);
                self.observer.note("not reloaded: the previous jobs stay in force");
            }
        }
    }

    fn read(&self) -> Result<JobsFile> {
        let settings = self.running.resolve(self.running.layer())?.settings;
        let file = JobsFile::read(&self.path, &settings)?;
        if file.state != self.state {
            let message = format!("{}: `state` has changed", self.path.display());
            let hint = "restart the command to use another state";
            return Err(HintedError::new(message, hint).into());
        }
        Ok(file)
    }
}

/// The results of all runs, for the exit status.
#[derive(Debug, Default)]
struct CrawlResults {
    was_refused: bool,
    has_failed: bool,
    was_busy: bool,
}

impl CrawlResults {
    fn add(&mut self, outcome: &RunOutcome) {
        match outcome {
            outcome if outcome.is_busy() => self.was_busy = true,
            RunOutcome::Refused(_) => self.was_refused = true,
            outcome => self.has_failed |= outcome.has_failed(),
        }
    }

    fn status(&self) -> ExitStatus {
        if self.was_refused {
            ExitStatus::NotRun
        } else if self.has_failed {
            ExitStatus::SomeFailed
        } else if self.was_busy {
            ExitStatus::Busy
        } else {
            ExitStatus::Clean
        }
    }
}

/// Prints how runs were stopped.
fn report_stopped(observer: &CrawlObserver, abandoned: &[String]) {
    if abandoned.is_empty() {
        observer.note("stopped: the remaining URLs stay due, and the next run resumes with them");
    } else {
        let jobs = abandoned.join(", ");
        observer.note(&format!(
            "abandoned, since they did not stop in time: {jobs}; what they did not commit stays due"
        ));
    }
}

/// How a run ended, in a few words.
fn describe_end(end: Option<RunEnd>) -> &'static str {
    match end {
        Some(RunEnd::Complete) => "complete",
        Some(RunEnd::Budget) => "budget used up",
        Some(RunEnd::Stopped) => "stopped",
        Some(RunEnd::Failed) => "failed",
        None => "not ended",
    }
}

#[cfg(test)]
mod tests;
