//! `copydesk fetch`: URLs in, pages as they are out.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use copydesk_core::download::{self, DownloadCounts, DownloadOutput, DownloadReport};
use copydesk_core::settings::{LogChoice, Settings};
use copydesk_core::sinks::ExistingOutput;
use copydesk_core::sources::UrlList;

use crate::console::{Console, Severity};
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::fetch_flags::FetchFlags;
use crate::fetching::{self, ContactWarning};
use crate::interrupt::InterruptHandler;
use crate::logging;
use crate::progress::{RunProgress, fetch_figures};
use crate::settings::{InflateFlags, RunningFlags};

const EXAMPLES: &str = "\
Examples:
  copydesk fetch https://example.com/story            the page, as it is
  copydesk fetch --urls list.txt -o pages.jsonl.gz    one JSON object per page
  copydesk fetch --urls list.txt -o crawl.warc.gz     a web archive (WARC 1.1)
  copydesk fetch --urls list.txt -o pages/            one file per page, named by its URL
  copydesk fetch --urls list.txt -o pages/ --skip-existing    only missing pages
  copydesk fetch --urls list.txt | copydesk clean > clean.jsonl
  copydesk fetch --urls list.txt -o pages/ --contact https://example.org/bot --host-delay 5s

Polite by default: obeys robots.txt, connects to public addresses only, and sends each host one request at a time with a delay between them. Many hosts are fetched in parallel. Pages are written in the order of arrival.

A killed run loses at most the page that was being written. --skip-existing resumes it, and retries transient failures. Ctrl-C stops gracefully; press twice to abort.

Exit status: 0 all pages fetched (status 2xx); 1 some were not; 2 the command could not run; 130 Ctrl-C.";

/// Download pages without cleaning them
///
/// Writes the body of a single page to standard output. For several pages, writes one JSON object per line:
/// url, `final_url`, status, `fetched_at`, `content_type`, etag, `last_modified`, redirects, attempts,
/// `remote_address`, sizes, timings in milliseconds, and the page as text in html (or in `raw_content`, if it
/// is not known to be HTML), or an error. `copydesk clean` reads these lines.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct FetchArgs {
    /// URLs that begin with http:// or https://
    #[arg(value_name = "URL")]
    urls: Vec<String>,

    /// File with URLs, one per line, or - for standard input; blank lines and lines that begin with # are
    /// ignored
    #[arg(long = "urls", value_name = "FILE")]
    list: Option<PathBuf>,

    /// File or folder to write to: .jsonl or .warc, each also with .gz or .zst, or a folder [default: standard
    /// output]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Replace existing outputs
    #[arg(long, conflicts_with = "skip_existing", requires = "output")]
    overwrite: bool,

    /// Add to an existing output: pages that it has are not fetched again
    #[arg(long, visible_alias = "resume", requires = "output")]
    skip_existing: bool,

    /// Write the counts of the run to this file, as JSON
    #[arg(long, value_name = "FILE")]
    stats: Option<PathBuf>,

    #[command(flatten)]
    fetch: FetchFlags,

    #[command(flatten)]
    inflate: InflateFlags,

    #[command(flatten)]
    pub(crate) running: RunningFlags,
}

/// Runs the command.
pub(crate) fn run(args: &FetchArgs) -> Result<ExitStatus> {
    let layer = args.fetch.apply_to(args.inflate.apply_to(args.running.layer()));
    let settings = args.running.resolve(layer)?.settings;
    logging::start(settings.log, settings.log_format);
    let list = list(args, &settings)?;
    let output = output(args.output.as_deref(), &list)?;
    let existing = match (args.overwrite, args.skip_existing) {
        (true, _) => ExistingOutput::Overwrite,
        (false, true) => ExistingOutput::Skip,
        (false, false) => ExistingOutput::Refuse,
    };
    let interrupt = InterruptHandler::watch();
    let fetcher = fetching::start_fetcher(&settings, output.needs_payload(), interrupt.stop())?;

    let mut watcher = FetchConsole::new(&settings, &output, &list)?;
    let started = Instant::now();
    let stream = io::stdout().lock();
    let watch =
        &mut |report: &DownloadReport, counts: &DownloadCounts| watcher.page(report, counts);
    let result = download::run(&fetcher, &list, &output, existing, stream, watch);
    let console = watcher.finish();
    let counts = result?;
    let elapsed = started.elapsed();
    if !settings.quiet {
        console.line(counts.summary(elapsed));
    }
    if let Some(path) = &args.stats {
        write_stats(path, &counts, elapsed)?;
    }
    if interrupt.stop().is_stopped() {
        let resumes = if args.output.is_some() { "; --skip-existing resumes" } else { "" };
        console.note(&format!("stopped: the remaining pages were not fetched{resumes}"));
        return Ok(ExitStatus::Interrupted(interrupt.status()));
    }
    Ok(if counts.failed == 0 { ExitStatus::Clean } else { ExitStatus::SomeFailed })
}

fn list(args: &FetchArgs, settings: &Settings) -> Result<UrlList> {
    let list = UrlList::new(args.urls.iter().cloned());
    let list = match &args.list {
        Some(file) => list.with_file(file.clone(), settings.inflate_limits()),
        None => list,
    };
    if list.is_empty() {
        return Err(HintedError::new(
            "nothing to fetch",
            "name URLs, or a list of them: `copydesk fetch --urls list.txt`",
        )
        .into());
    }
    Ok(list)
}

fn output(path: Option<&Path>, list: &UrlList) -> Result<DownloadOutput> {
    match path.filter(|path| path.as_os_str() != "-") {
        None if list.is_single() => Ok(DownloadOutput::Body),
        None => Ok(DownloadOutput::Stream),
        Some(path) => DownloadOutput::from_path(path).ok_or_else(|| {
            HintedError::new(
                format!("{}: unsupported output format", path.display()),
                "use .jsonl or .warc, each also with .gz or .zst, or end a folder with a slash",
            )
            .into()
        }),
    }
}

fn write_stats(path: &Path, counts: &DownloadCounts, elapsed: Duration) -> Result<()> {
    let mut stats = serde_json::to_value(counts)?;
    if let Some(object) = stats.as_object_mut() {
        object.insert("seconds".into(), elapsed.as_secs_f64().into());
    }
    let text = serde_json::to_string_pretty(&stats)? + "\n";
    fs::write(path, text).with_context(|| path.display().to_string())
}

/// Prints on standard error what happens to the pages.
struct FetchConsole {
    console: Console,
    progress: Option<RunProgress>,
    contact: ContactWarning,
}

impl FetchConsole {
    fn new(settings: &Settings, output: &DownloadOutput, list: &UrlList) -> Result<Self> {
        let mut console = Console::new(settings.color);
        let writes_to_terminal = matches!(output, DownloadOutput::Body | DownloadOutput::Stream)
            && io::stdout().is_terminal();
        let shows_progress = settings.progress
            && !settings.quiet
            && settings.log == LogChoice::Off
            && io::stderr().is_terminal()
            && !writes_to_terminal
            && !list.is_single();
        let progress = if shows_progress { Some(RunProgress::new(list.count()?)) } else { None };
        if let Some(progress) = &progress {
            console.attach(progress.bar());
        }
        Ok(Self { console, progress, contact: ContactWarning::new(settings, true) })
    }

    fn page(&mut self, report: &DownloadReport, counts: &DownloadCounts) {
        if let Some(error) = &report.error {
            self.console.page_error(Severity::Error, &report.source, error);
        }
        self.contact.pages(counts.pages, &self.console);
        if let Some(progress) = &mut self.progress {
            progress
                .update(counts.pages + counts.skipped, |elapsed| fetch_figures(counts, elapsed));
        }
    }

    fn finish(self) -> Console {
        if let Some(progress) = self.progress {
            progress.finish();
        }
        self.console
    }
}
