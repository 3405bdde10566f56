//! `copydesk crawl`: jobs that watch sites.

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
use crate::ExitStatus;
use crate::failure::HintedError;
use crate::fetching;
use crate::interrupt::{InterruptHandler, Signal};
use crate::logging::{self, silence_page_panics};
use crate::settings::RunningFlags;

const EXAMPLES: &str = "\
Examples:
  copydesk crawl jobs.toml --check             what would run, and when next
  copydesk crawl jobs.toml --once              run each job now, and end
  copydesk crawl jobs.toml --once --job news   this one only; may be given more than once
  copydesk crawl jobs.toml                     stay, and run the jobs on their schedules
  copydesk crawl jobs.toml --log info          the same, and tell what happens

config/jobs.example.toml has all that a file of jobs may say, config/deploy/ what runs it with
systemd, in a container or with Kubernetes.

Signals: SIGTERM or Ctrl-C ends runs in order, within `stop_timeout` of the file (30s); what they had not
written is still due. A second one ends the command at once. SIGHUP reads the file again while the
command stays; one with a mistake in it changes nothing.

Exit status: 0 complete, 1 a run had more failures than `max_failed` allows or ended badly, 2 the command or a
run could not begin or go on, 75 another run of the job is under way (EX_TEMPFAIL), 130 or 143 stopped by
SIGINT or SIGTERM. Of several, the first of 2, 1, 75.";

/// Run crawl jobs
///
/// Watches sites: visits what is due, cleans it, finds more, and delivers records of what is new or
/// changed. A file describes the jobs: where each begins, what belongs to it, when it runs, what it
/// may take, and where its records go. What is known of the sites is kept in one file, the state.
///
/// Without --once and --check the command stays and keeps the schedules of the jobs. Of a job there is one
/// run at a time, over all processes with the same state.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("mode").args(["once", "check"]))]
pub(crate) struct CrawlArgs {
    /// The file of jobs
    #[arg(value_name = "JOBS.toml", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,

    /// Run the jobs now, each once and whatever its schedule, and end
    #[arg(long)]
    once: bool,

    /// Explain what would run, and when next, and end: nothing is fetched and nothing written
    #[arg(long)]
    check: bool,

    /// Only this job; may be given more than once
    #[arg(long = "job", value_name = "NAME", requires = "mode")]
    jobs: Vec<String>,

    /// Where the status page is served while the command stays [default: `listen` of the file,
    /// 127.0.0.1:8190]
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
    silence_page_panics();
    if args.once {
        Ok(run_once(&file, &jobs, &settings))
    } else {
        run_daemon(args, file, &settings)
    }
}

/// The jobs that are asked for, in the order of the file; all, if none is named.
fn select_jobs<'a>(file: &'a JobsFile, names: &[String]) -> Result<Vec<&'a CrawlJob>> {
    for name in names {
        file.require_job(name)?;
    }
    let is_asked = |job: &&CrawlJob| names.is_empty() || names.contains(&job.name);
    Ok(file.jobs.iter().filter(is_asked).collect())
}

fn run_once(file: &JobsFile, jobs: &[&CrawlJob], settings: &Settings) -> ExitStatus {
    let (commands, orders) = unbounded();
    let interrupt = InterruptHandler::watch_with(false, move |_| send_stop(&commands));
    let watch = Arc::new(CrawlObserver::new(settings, true));
    let observer = Arc::clone(&watch);
    let runner = CrawlRunner::new(store_at(&file.state), Arc::new(SystemClock))
        .with_observer(Box::new(move |run| observer.on_progress(run)));
    let mut results = CrawlResults::default();
    let tell = &mut |told: &DaemonEvent<'_>| {
        watch.on_event(told);
        if let DaemonEvent::RunEnded(ended) = told {
            results.add(&ended.outcome);
        }
    };
    let daemon = Daemon {
        runner: Arc::new(runner),
        clock: Arc::new(SystemClock),
        live: Arc::default(),
        commands: orders,
        on_event: tell,
    };
    let abandoned = daemon.run_once(file, jobs);
    watch.finish();
    if interrupt.stop().is_stopped() {
        report_stopped(&watch, &abandoned);
        return ExitStatus::Interrupted(interrupt.status());
    }
    results.status()
}

fn run_daemon(args: &CrawlArgs, mut file: JobsFile, settings: &Settings) -> Result<ExitStatus> {
    if file.jobs.iter().all(|job| job.schedule.is_none()) {
        return Err(HintedError::new(
            format!("{}: no job has a schedule to keep", args.file.display()),
            "give one a [job.schedule], or run them now: --once",
        )
        .into());
    }
    file.listen = if args.no_listen { None } else { args.listen.or(file.listen) };
    let live = Arc::<LiveStatus>::default();
    let runner = CrawlRunner::new(store_at(&file.state), Arc::new(SystemClock));
    runner.prepare()?;
    let status = start_status(&file, &live)?;
    let watch = Arc::new(CrawlObserver::new(settings, false));
    if let Some(status) = &status {
        watch.line(format!("status page: http://{}/", status.local_addr()));
    }
    let (commands, orders) = unbounded();
    let reload = JobsReloader {
        path: args.file.clone(),
        running: args.running.clone(),
        state: file.state.clone(),
        observer: Arc::clone(&watch),
    };
    let interrupt = InterruptHandler::watch_with(true, move |wish| match wish {
        Signal::Stop => send_stop(&commands),
        Signal::Reload => reload.send(&commands),
    });
    let daemon = Daemon {
        runner: Arc::new(runner),
        clock: Arc::new(SystemClock),
        live: Arc::clone(&live),
        commands: orders,
        on_event: &mut |told| watch.on_event(told),
    };
    watch.line(format!("{}: keeping the schedule", args.file.display()));
    let abandoned = daemon.run(&file)?;
    report_stopped(&watch, &abandoned);
    Ok(ExitStatus::Interrupted(interrupt.status()))
}

/// Serves the status page, if there is to be one.
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

/// It is received as long as the daemon is there; after that there is nothing to stop.
fn send_stop(commands: &Sender<DaemonCommand>) {
    let _ = commands.send(DaemonCommand::Stop);
}

/// Reads the file of jobs anew.
struct JobsReloader {
    path: PathBuf,
    running: RunningFlags,
    state: PathBuf,
    observer: Arc<CrawlObserver>,
}

impl JobsReloader {
    /// Hands a file that can be used to the daemon; of another, the mistake is told, and what is in force
    /// stays.
    fn send(&self, commands: &Sender<DaemonCommand>) {
        match self.read() {
            Ok(file) => {
                let _ = commands.send(DaemonCommand::Reload(Box::new(file)));
            }
            Err(error) => {
                tracing::error!(file = %self.path.display(), %error, "jobs not reloaded");
                self.observer.failure(&error);
                self.observer.note("not reloaded: the jobs of before stay in force");
            }
        }
    }

    fn read(&self) -> Result<JobsFile> {
        let settings = self.running.resolve(self.running.layer())?.settings;
        let file = JobsFile::read(&self.path, &settings)?;
        if file.state != self.state {
            let message = format!("{}: `state` was changed", self.path.display());
            return Err(HintedError::new(
                message,
                "a state is for as long as the command: restart it",
            )
            .into());
        }
        Ok(file)
    }
}

/// What came of the runs.
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

/// Says how runs were stopped. A log has told it already.
fn report_stopped(watch: &CrawlObserver, abandoned: &[String]) {
    if abandoned.is_empty() {
        watch.note("stopped: what is left is still due, and the next run goes on with it");
    } else {
        let jobs = abandoned.join(", ");
        watch.note(&format!(
            "not ended in time, and abandoned: {jobs}; what they had not written is still due"
        ));
    }
}

/// How a run ended, in a word or a few.
fn describe_end(end: Option<RunEnd>) -> &'static str {
    match end {
        Some(RunEnd::Complete) => "complete",
        Some(RunEnd::Budget) => "ended by its budget",
        Some(RunEnd::Stopped) => "stopped",
        Some(RunEnd::Failed) => "failed",
        None => "not ended",
    }
}

#[cfg(test)]
mod tests;
