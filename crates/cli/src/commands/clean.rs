//! `copydesk clean`: pages in, records out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use anyhow::Result;
use copydesk_clean::{CleanInput, Cleaner, RecordError, RecordErrorKind, RecordOutcome};
use copydesk_core::RunStats;
use copydesk_core::checkpoint::Checkpoint;
use copydesk_core::page_filters::PageFilters;
use copydesk_core::pipeline::{CleaningRun, FinishedRun, PageReport, RunOptions};
use copydesk_core::report::{self, RunReport, UnusedPages};
use copydesk_core::rules;
use copydesk_core::settings::{FormatChoice, LogChoice, SettingOrigin, Settings, SettingsLayer};
use copydesk_core::sinks::{Destination, ExistingOutput, Format, InputPlan, OutputTarget};
use copydesk_core::sources::{Inputs, read_list};

use crate::added_columns;
use crate::console::{Console, Severity};
use crate::dedupe::{DedupeArgs, DedupeRun};
use crate::dropped_fields::dropped_fields;
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::fetching::{self, ContactWarning};
use crate::idle_flags::{self, RunKind};
use crate::interrupt::InterruptHandler;
use crate::left_out;
use crate::logging::{self, silence_caught_panics};
use crate::output_flag;
use crate::plural::counted;
use crate::progress::{RunProgress, page_figures};
use crate::resume;
use crate::settings::SettingsFlags;
use crate::site_profiles::{self, SiteProfiling, SiteRunContext};
use crate::threads;
use crate::value_parsers::name_parser;

const EXAMPLES: &str = "\
Examples:
  copydesk clean page.html                          plain text on the terminal
  copydesk clean pages/ > clean.jsonl               a folder, one record per line
  copydesk clean pages/ -f markdown -o clean/       one file per page, in the same folders
  copydesk clean pages/ -f markdown --front-matter -o notes/   with title, date and so on as YAML
  copydesk clean pages/ -o clean/ --skip-existing   only pages without an output
  copydesk clean crawl.jsonl.gz --pass-through -o clean.jsonl     keep the other fields
  copydesk clean news.jsonl --text-field data.body --add-columns -o out.jsonl   the same rows
  copydesk clean news.parquet --text-field body,summary --add-columns -o clean.parquet
  copydesk clean pages/ -o clean.parquet            a table; also .sqlite and .csv
  copydesk clean pages/ -f spreadsheet -o clean.csv  for spreadsheet programs
  copydesk clean pages/ -o clean.jsonl.zst --shard-size 256MiB    clean-00001.jsonl.zst, ...
  copydesk clean 'crawl/**/*.warc.gz' -o clean.jsonl.gz           web archives
  copydesk clean news.parquet --html-field page --url-field address -o clean.jsonl
  copydesk clean --inputs-from list.txt -o clean.jsonl            inputs named in a file
  curl -s https://example.com/ | copydesk clean - --url https://example.com/ -f txt
  copydesk clean page.html --explain -f txt -o page.txt           what was removed, and why
  copydesk clean today/ --dedupe drop --state seen/ -o new.jsonl  only texts that are new
  copydesk clean crawl.warc.gz -o clean.jsonl --checkpoint clean.run    resumable
  copydesk clean crawl/ --site-profiles -o clean.jsonl            use what recurs on each site
  copydesk clean texts.jsonl --site-profiles --group-field newspaper -o clean.jsonl
  copydesk clean https://example.com/story          fetch a page and clean it
  copydesk clean --urls list.txt -o clean.jsonl     fetch and clean many pages
  copydesk clean crawl/ --language en --min-words 50 -o clean.jsonl --report run.html

Input formats, by suffix:
  .html .htm .xhtml .txt .md    one page
  .jsonl .ndjson                one JSON object per line
  .json                         an array of objects, or objects in sequence; ignored in folders
  .csv .tsv                     a table with a header
  .warc .wet                    a web archive such as Common Crawl's
  .parquet                      a table
  .gz .zst                      any of these, compressed (except .parquet)

Many pages in one output are separated: in txt by a line `==> SOURCE <==` before each page, in markdown by a comment `<!-- SOURCE -->`, in html by an `<article data-source=\"SOURCE\">` for each.

Exit status: 0 success; 1 some pages failed; 2 the command could not run; 130 Ctrl-C.";

/// Clean pages, or text that another tool extracted
///
/// Inputs are files, folders (with everything in them), patterns in quotes, URLs, and - for standard input.
/// The format of standard input and of files with other suffixes is recognized; --input sets it. Inputs
/// are read page by page; --max-buffered-bytes bounds what is held in memory.
///
/// A record or row has its page in a field such as `html`, `raw_content`, `text`, `content` or `body`, and
/// its URL in one such as `url`; see --html-field, --text-field and --url-field. A page that cannot be read
/// becomes a record with an error, and the run continues. With --add-columns, each row is written back with
/// its own fields, in the same order.
///
/// Web archives: responses with HTML, XHTML or plain text, resources and converted text are cleaned;
/// redirects and other types are skipped.
///
/// URLs, and those in a --urls list, are fetched politely: robots.txt is obeyed, only public addresses are
/// connected to, and each host gets one request at a time with a delay between them. Many hosts are fetched
/// in parallel. Their records have the details of the download in `fetch`. They follow those of files, in
/// the order of arrival.
///
/// Ctrl-C stops gracefully: pages that were read are finished and written, and the exit status is 130. Press
/// twice to abort. An incomplete output file is kept as NAME.partial. With --checkpoint FILE, rerun the same
/// command to resume.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CleanArgs {
    /// Files, folders, patterns such as 'crawl/**/*.warc.gz', URLs, or - for standard input [default: -,
    /// unless it is a terminal]
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// File with more inputs, one per line, or - for standard input; blank lines and lines that begin with #
    /// are ignored
    #[arg(long, value_name = "FILE")]
    inputs_from: Option<PathBuf>,

    /// File with URLs to fetch, one per line, or - for standard input; blank lines and lines that begin with #
    /// are ignored
    #[arg(long, value_name = "FILE")]
    urls: Option<PathBuf>,

    /// Output format [default: by the suffix of -o; otherwise txt for one page on a terminal, and jsonl]
    #[arg(short, long, value_name = "FORMAT", value_parser = name_parser::<FormatChoice>(FormatChoice::names()))]
    format: Option<FormatChoice>,

    /// File or folder to write to [default: standard output]. It is a folder if it exists as one, if it ends
    /// with a slash, or if several inputs are written as txt, markdown or html. The suffix sets the format
    /// and the compression: .jsonl .csv .txt .md .html, each also with .gz or .zst; .parquet; .sqlite or .db
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Replace existing outputs
    #[arg(long, conflicts_with = "skip_existing")]
    overwrite: bool,

    /// Keep existing outputs, and clean only the other inputs; needs an output folder
    #[arg(long, visible_alias = "resume")]
    skip_existing: bool,

    /// Folder that remembers pages between runs, so that --dedupe knows those of earlier runs; it is updated
    /// when a run completes
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// File that records the progress of the run; after a kill, a full disk or Ctrl-C, rerun the same command
    /// to resume, and the output is the same as without the interruption
    #[arg(long, value_name = "FILE", conflicts_with = "skip_existing")]
    checkpoint: Option<PathBuf>,

    /// Write a report of the run to this file, for people (.html) or programs (.json); can be repeated
    #[arg(long, value_name = "FILE", value_parser = report_path)]
    report: Vec<PathBuf>,

    /// Count the blocks that recur on the pages of each site, and use the counts as evidence; this reads the
    /// inputs twice. Texts without a URL are counted by the folder of the input, or by --group-field. With a
    /// folder, counts are kept in DIR/HOST.json for the next run, and sites that drifted from their profile are
    /// reported. Standard input and URLs can be read only once and need the folder
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "", value_hint = clap::ValueHint::DirPath)]
    site_profiles: Option<OsString>,

    /// URL of the page, for site rules and relative links; only for a single input
    #[arg(long)]
    url: Option<String>,

    #[command(flatten)]
    pub(crate) settings: SettingsFlags,
}

/// Runs the command.
pub(crate) fn run(args: &CleanArgs) -> Result<ExitStatus> {
    let setup = CleanSetup::new(args)?;
    let checkpoint = setup.open_checkpoint()?;
    let plan = setup.check_destination(checkpoint.as_ref())?;
    let dedupe_args = DedupeArgs {
        state: args.state.as_deref(),
        checkpoint: args.checkpoint.as_deref(),
        skips_existing: args.skip_existing,
    };
    let mut dedupe = DedupeRun::open(dedupe_args, &setup.settings, setup.format)?;
    silence_caught_panics();
    let sites = setup.start_site_profiling(plan, checkpoint.as_ref())?;
    let mut console = CleanConsole::new(&setup.settings, setup.format, plan, &setup.inputs);
    let finished = setup.clean_pages(checkpoint, &mut dedupe, sites.as_ref(), &mut console)?;
    let (console, unused) = console.finish();
    setup.conclude(&console, &finished, &unused, dedupe, sites)
}

/// What the flags and settings come down to, before any page is read.
struct CleanSetup<'a> {
    args: &'a CleanArgs,
    settings: Settings,
    inputs: Inputs,
    interrupt: InterruptHandler,
    format: Format,
    destination: Destination,
    options: RunOptions,
    cleaner: Cleaner,
}

impl<'a> CleanSetup<'a> {
    fn new(args: &'a CleanArgs) -> Result<Self> {
        let layer = SettingsLayer { format: args.format, ..args.settings.layer() };
        let resolved = args.settings.resolve(layer)?;
        let is_sharding_flag = *resolved.origin("shard_size") == SettingOrigin::Flag;
        let is_matter_flag = *resolved.origin("front_matter") == SettingOrigin::Flag;
        let mut settings = resolved.settings.clone();
        logging::start(settings.log, settings.log_format);
        settings.threads = threads::capped(settings.threads, &Console::new(settings.color));
        if let Some(output) = &args.output {
            output_flag::check(output)?;
        }
        let mut inputs = inputs(args, &settings)?;
        let interrupt = InterruptHandler::watch();
        if !inputs.urls().is_empty() {
            let fetcher = fetching::start_fetcher(&settings, false, interrupt.stop())?;
            inputs = inputs.with_fetcher(fetcher);
        }
        let output = args.output.as_deref();
        let format = format(output, &settings, &inputs, io::stdout().is_terminal())?;
        added_columns::check(&settings, is_sharding_flag, &inputs, format)?;
        let run = RunKind {
            format,
            profiles_sites: args.site_profiles.is_some(),
            has_checkpoint: args.checkpoint.is_some(),
            fetches: !inputs.urls().is_empty(),
        };
        let is_flag = |name: &str| *resolved.origin(name) == SettingOrigin::Flag;
        idle_flags::check(&settings, is_flag, run)?;
        if let Some(warning) = idle_flags::fetch_warning(is_flag, run) {
            Console::new(settings.color).warning(&warning);
        }
        let destination = destination(args, format, &inputs, &settings);
        // A settings file may set these for all runs, also for those that they do not apply to. A flag is about
        // this run.
        if is_sharding_flag {
            require_one_file(&destination)?;
        }
        check_front_matter(&settings, is_matter_flag, &inputs, &destination)?;
        let mut options = RunOptions::new(&settings, format, &inputs);
        options.sources.url = url(args, &inputs)?;
        let mut clean_options = settings.clean_options();
        format.require(&mut clean_options);
        let cleaner = rules::load_cleaner(clean_options, &settings.config, &settings.model)?;
        Ok(Self { args, settings, inputs, interrupt, format, destination, options, cleaner })
    }

    fn open_checkpoint(&self) -> Result<Option<Checkpoint>> {
        let open = |path: &PathBuf| {
            resume::open_checkpoint(
                path,
                self.args.urls.as_deref(),
                shaping_flags(self.args),
                &self.settings,
                &self.destination,
            )
        };
        self.args.checkpoint.as_ref().map(open).transpose()
    }

    /// Checks inputs and outputs. Returns what will be read, if progress is shown.
    fn check_destination(&self, checkpoint: Option<&Checkpoint>) -> Result<Option<InputPlan>> {
        let shows_progress = shows_progress(&self.settings, &self.destination);
        // A run that writes to a stream has nothing to check. This saves listing its folders twice.
        let keeps_existing = self.destination.existing == ExistingOutput::Skip;
        if !shows_progress && !keeps_existing && self.destination.target == OutputTarget::Stream {
            return Ok(None);
        }
        let plan = resume::check_destination(&self.destination, &self.inputs, checkpoint)?;
        Ok(Some(plan).filter(|_| shows_progress))
    }

    fn start_site_profiling(
        &self,
        plan: Option<InputPlan>,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<Option<SiteProfiling<'_>>> {
        let is_complete = checkpoint.is_some_and(|run| run.is_started() && !run.is_resumable());
        let Some(flag) = self.args.site_profiles.as_ref().filter(|_| !is_complete) else {
            return Ok(None);
        };
        let folder = site_profiles::profile_folder(flag, &self.args.inputs)?;
        let context = SiteRunContext {
            settings: &self.settings,
            cleaner: &self.cleaner,
            inputs: &self.inputs,
            options: &self.options,
            stop: self.interrupt.stop(),
            plan,
        };
        SiteProfiling::start(folder, &context).map(Some)
    }

    fn clean_pages(
        &self,
        checkpoint: Option<Checkpoint>,
        dedupe: &mut DedupeRun,
        sites: Option<&SiteProfiling<'_>>,
        console: &mut CleanConsole,
    ) -> Result<FinishedRun> {
        let started = Instant::now();
        let filters = PageFilters::new(&self.settings)?;
        let run_filter = dedupe.run_filter();
        let clean = |page: &CleanInput<'_>| match sites {
            Some(sites) => sites.clean(page),
            None => self.cleaner.clean(page),
        };
        let mut report = (!self.args.report.is_empty()).then(|| RunReport::new(SystemTime::now()));
        let mut observe = |page: &_, stats: &_| {
            console.page(page, stats);
            if let Some(sites) = sites {
                sites.written(page);
            }
            if let Some(report) = &mut report {
                report.add(page, stats, started.elapsed());
            }
        };
        let run = CleaningRun {
            filters: Some(&filters),
            run_filter,
            checkpoint,
            stop: self.interrupt.stop().clone(),
            observe: Some(&mut observe),
            ..CleaningRun::new(&clean, &self.inputs, &self.destination, &self.options)
        };
        let result = run.start(io::stdout().lock());
        console.hide_progress();
        // Also for a run that failed: the report covers what happened until then. A run that was complete
        // already has cleaned nothing, and keeps its earlier report.
        let was_complete = result.as_ref().is_ok_and(|finished| finished.was_complete);
        if let Some(mut report) = report.filter(|_| !was_complete) {
            report.passed_over = self.inputs.passed_over();
            self.args.report.iter().try_for_each(|path| report.write(path))?;
        }
        Ok(result?)
    }

    /// Commits what was learned, and prints the summary.
    fn conclude(
        &self,
        console: &Console,
        finished: &FinishedRun,
        unused: &UnusedPages,
        dedupe: DedupeRun,
        sites: Option<SiteProfiling<'_>>,
    ) -> Result<ExitStatus> {
        let checkpoint = self.args.checkpoint.as_deref();
        if !finished.is_stopped {
            dedupe.finish(console)?;
        }
        if !self.settings.quiet {
            summarize(console, finished, &self.inputs);
            let passed_over = self.inputs.passed_over();
            left_out::report(console, &self.settings, &finished.stats, unused, &passed_over);
        }
        if let Some(path) = checkpoint.filter(|_| finished.was_complete) {
            resume::report_complete(console, path);
            return Ok(ExitStatus::Clean);
        }
        if let Some(sites) = sites.filter(|_| !finished.is_stopped) {
            sites.finish(console, self.settings.quiet)?;
        }
        if finished.is_stopped {
            let fetches = !self.inputs.urls().is_empty();
            resume::report_stopped(console, finished, &self.destination, checkpoint, fetches);
            return Ok(ExitStatus::Interrupted(self.interrupt.status()));
        }
        let has_failures = finished.stats.failed > 0;
        Ok(if has_failures { ExitStatus::SomeFailed } else { ExitStatus::Clean })
    }
}

fn inputs(args: &CleanArgs, settings: &Settings) -> Result<Inputs> {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == "-";
    let mut named = args.inputs.clone();
    if let Some(list) = &args.inputs_from {
        named.extend(read_list(list, settings.inflate_limits())?);
    }
    if named.is_empty() && args.urls.is_none() && args.inputs_from.is_none() {
        if io::stdin().is_terminal() {
            return Err(HintedError::new(
                "no input",
                "name files or folders, or pipe a page in: `copydesk clean page.html`",
            )
            .into());
        }
        named.push("-".into());
    }
    if named.iter().chain(&args.urls).chain(&args.inputs_from).filter(is_stdin).count() > 1 {
        return Err(HintedError::new("standard input is named twice", "name - only once").into());
    }
    let mut inputs = Inputs::new(named).following_links(settings.follow_links);
    if let Some(list) = &args.urls {
        inputs = inputs.with_urls(list.clone(), settings.inflate_limits());
    }
    Ok(match &args.output {
        Some(output) => inputs.excluding(output),
        None => inputs,
    })
}

fn require_one_file(destination: &Destination) -> Result<()> {
    if matches!(destination.target, OutputTarget::File(_)) {
        return Ok(());
    }
    let hint = "name a file with -o, such as `-o out.jsonl.zst`";
    Err(HintedError::new("--shard-size needs a single output file", hint).into())
}

/// Refuses front matter where no document can have it.
fn check_front_matter(
    settings: &Settings,
    is_flag: bool,
    inputs: &Inputs,
    destination: &Destination,
) -> Result<()> {
    if !settings.front_matter {
        return Ok(());
    }
    let format = destination.format;
    if format != Format::Markdown {
        if !is_flag {
            return Ok(());
        }
        let message =
            format!("--front-matter is for Markdown, and the output is {}", format.name());
        return Err(HintedError::new(message, "add `-f markdown`, or omit --front-matter").into());
    }
    if !inputs.is_single() && !matches!(destination.target, OutputTarget::Folder(_)) {
        let message = "front matter needs a file for each page, and all pages go to one output";
        let hint = "name a folder, with a slash at the end, such as `-o clean/`";
        return Err(HintedError::new(message, hint).into());
    }
    Ok(())
}

fn shows_progress(settings: &Settings, destination: &Destination) -> bool {
    settings.progress
        && !settings.quiet
        && settings.log == LogChoice::Off
        && io::stderr().is_terminal()
        && (destination.target != OutputTarget::Stream || !io::stdout().is_terminal())
}

/// Prints what a run did.
fn summarize(console: &Console, finished: &FinishedRun, inputs: &Inputs) {
    console.line(finished.stats.summary(finished.elapsed));
    if let skipped @ 1.. = inputs.skipped_records() {
        console.line(format!(
            "skipped {} of archives: redirects, and types other than HTML and text",
            counted(skipped, "record")
        ));
    }
}

/// The flags that are not settings and that the output depends on. A resumed run must have the same.
fn shaping_flags(args: &CleanArgs) -> impl Iterator<Item = (&'static str, String)> {
    let shown = |path: &PathBuf| path.display().to_string();
    let url = args.url.clone().map(|url| ("url", url));
    let state = args.state.as_ref().map(|state| ("state", shown(state)));
    let folder = args.site_profiles.as_ref().map(|folder| folder.to_string_lossy().into_owned());
    let profiles = folder.map(|folder| ("site_profiles", folder));
    url.into_iter().chain(state).chain(profiles)
}

/// Refuses a name without a known suffix before any work is done.
fn report_path(path: &str) -> Result<PathBuf, copydesk_core::Error> {
    report::ReportFormat::from_path(Path::new(path)).map(|_| path.into())
}

fn format(
    output: Option<&Path>,
    settings: &Settings,
    inputs: &Inputs,
    stdout_is_terminal: bool,
) -> Result<Format> {
    if let Some(format) = settings.format.0 {
        return Ok(format);
    }
    match output {
        None if inputs.is_single() && stdout_is_terminal && settings.add_columns.is_empty() => {
            Ok(Format::Txt)
        }
        None => Ok(Format::Jsonl),
        Some(path) if path.is_dir() => Ok(Format::Jsonl),
        Some(path) => match Format::from_path(path) {
            Some(format) => Ok(format),
            None if has_suffix(path) && !ends_with_slash(path) => Err(HintedError::new(
                format!("{}: no output format has this suffix", path.display()),
                "use .jsonl, .csv, .txt, .md or .html (each also with .gz or .zst), .parquet or .sqlite, \
                 end a folder with a slash, or set --format",
            )
            .into()),
            None => Ok(Format::Jsonl),
        },
    }
}

fn ends_with_slash(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator)
}

/// Whether a name has a suffix besides that of a compression. Without one, it says nothing about the format.
fn has_suffix(path: &Path) -> bool {
    let is_compression = |path: &Path| path.extension().is_some_and(|s| s == "gz" || s == "zst");
    let plain = if is_compression(path) { path.with_extension("") } else { path.to_owned() };
    plain.extension().is_some()
}

fn destination(
    args: &CleanArgs,
    format: Format,
    inputs: &Inputs,
    settings: &Settings,
) -> Destination {
    let target = match &args.output {
        Some(path) if path.as_os_str() != "-" => OutputTarget::from_path(path, format, inputs),
        _ => OutputTarget::Stream,
    };
    let existing = match (args.overwrite, args.skip_existing) {
        (true, _) => ExistingOutput::Overwrite,
        (false, true) => ExistingOutput::Skip,
        (false, false) => ExistingOutput::Refuse,
    };
    let compression = settings.compress.compression(match &target {
        OutputTarget::File(path) => Some(path),
        OutputTarget::Stream | OutputTarget::Folder(_) => None,
    });
    Destination {
        existing,
        compression,
        shard_bytes: (settings.shard_size.0 > 0).then_some(settings.shard_size.0),
        row_group_bytes: settings.row_group_bytes.0,
        ..Destination::new(target, format)
    }
}

fn url(args: &CleanArgs, inputs: &Inputs) -> Result<Option<String>> {
    if args.url.is_some() && !inputs.is_single() {
        return Err(HintedError::new(
            "--url is the URL of a single page, and there may be more",
            "records have their URLs in a field `url`, or in one that --url-field names",
        )
        .into());
    }
    Ok(args.url.clone())
}

/// Prints on standard error what happens to the pages.
struct CleanConsole {
    console: Console,
    progress: Option<RunProgress>,
    /// Whether progress is counted in pages: the length of pages that are fetched is not known before.
    counts_pages: bool,
    contact: ContactWarning,
    explains: bool,
    unused: UnusedPages,
    /// The number of further records without a page, by input.
    without_page: BTreeMap<String, u64>,
    /// The field that the settings name for URLs, as long as no page has one.
    unseen_url_field: Option<String>,
    /// Whether a page could be read.
    has_pages: bool,
}

/// The most inputs for which errors about their fields are put together.
const MAX_INPUTS_TOLD: usize = 1000;

impl CleanConsole {
    fn new(settings: &Settings, format: Format, plan: Option<InputPlan>, inputs: &Inputs) -> Self {
        let mut console = Console::new(settings.color);
        let fetches = !inputs.urls().is_empty();
        let counts_pages = fetches && plan.is_some_and(|plan| plan.units == 0);
        let progress = plan.map(|plan| {
            let total = if fetches { plan.urls.filter(|_| counts_pages) } else { plan.bytes };
            RunProgress::new(total)
        });
        if let Some(progress) = &progress {
            console.attach(progress.bar());
        }
        let contact = ContactWarning::new(settings, fetches);
        let has_record = format == Format::Jsonl && settings.add_columns.is_empty();
        let explains = settings.explain && !has_record;
        if let Some(dropped) = dropped_fields(settings, format) {
            console.warning(&dropped);
        }
        let url_field = settings.url_field.clone();
        Self {
            console,
            progress,
            counts_pages,
            contact,
            explains,
            unused: UnusedPages::default(),
            without_page: BTreeMap::new(),
            unseen_url_field: (!url_field.is_empty()).then_some(url_field),
            has_pages: false,
        }
    }

    fn page(&mut self, report: &PageReport, stats: &RunStats) {
        if let Some(error) = report.error.as_ref().filter(|error| self.is_told(report, error)) {
            // A page that was cut at a limit has an error and a text: it is cleaned as far as it was read.
            let severity = match report.outcome {
                RecordOutcome::Error => Severity::Error,
                _ => Severity::Warning,
            };
            self.console.page_error(severity, &report.source, error);
        }
        self.unused.add(report);
        self.has_pages |= report.outcome != RecordOutcome::Error;
        if report.hostname.is_some() {
            self.unseen_url_field = None;
        }
        if self.explains {
            self.console.removed(&report.source, &report.removed.blocks);
        }
        self.contact.pages(stats.fetched, &self.console);
        if let Some(progress) = &mut self.progress {
            let pages = stats.pages + stats.skipped;
            let done = if self.counts_pages { pages } else { stats.source_bytes };
            progress.update(done, |elapsed| page_figures(stats, elapsed));
        }
    }

    /// Whether an error is printed. That a record has no field with a page is usually the fault of all records of an input,
    /// so it is reported once for each input.
    fn is_told(&mut self, report: &PageReport, error: &RecordError) -> bool {
        if error.kind != RecordErrorKind::Field {
            return true;
        }
        let input = report.source.rsplit_once('#').map_or(&*report.source, |(input, _)| input);
        if let Some(more) = self.without_page.get_mut(input) {
            *more += 1;
            return false;
        }
        if self.without_page.len() < MAX_INPUTS_TOLD {
            self.without_page.insert(input.to_owned(), 0);
        }
        true
    }

    fn hide_progress(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.finish();
        }
    }

    fn finish(mut self) -> (Console, UnusedPages) {
        self.hide_progress();
        for (input, more) in self.without_page.iter().filter(|(_, more)| **more > 0) {
            let records = counted(*more, "more record");
            self.console.note(&format!("the same is true of {records} of {input}"));
        }
        if let Some(field) = self.unseen_url_field.as_ref().filter(|_| self.has_pages) {
            self.console
                .warning(&format!("no page has a URL in the field `{field}` (--url-field)"));
        }
        (self.console, self.unused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_follows_the_flag_then_the_suffix_then_the_destination() {
        let one = Inputs::new(["a.html".into()]);
        let many = Inputs::new(["a.html".into(), "b.html".into()]);
        let auto = Settings::default();
        let fixed = Settings { format: FormatChoice(Some(Format::Csv)), ..Settings::default() };
        let format = |output: Option<&str>, settings: &Settings, inputs: &Inputs, terminal| {
            super::format(output.map(Path::new), settings, inputs, terminal).ok()
        };
        assert_eq!(format(None, &auto, &one, true), Some(Format::Txt));
        assert_eq!(format(None, &auto, &one, false), Some(Format::Jsonl));
        assert_eq!(format(None, &auto, &many, true), Some(Format::Jsonl));
        assert_eq!(format(Some("a.md"), &auto, &many, true), Some(Format::Markdown));
        assert_eq!(format(Some("a"), &auto, &one, true), Some(Format::Jsonl));
        assert_eq!(format(Some("a.gz"), &auto, &one, true), Some(Format::Jsonl));
        assert_eq!(format(Some("pages.v2/"), &auto, &many, true), Some(Format::Jsonl));
        assert_eq!(format(Some("a.md"), &fixed, &one, true), Some(Format::Csv));
        assert_eq!(format(Some("a.xyz"), &fixed, &one, true), Some(Format::Csv));
        for unknown in ["a.xyz", "a.json", "a.bz2", "a.parquet.gz"] {
            assert_eq!(format(Some(unknown), &auto, &one, true), None, "{unknown}");
        }
    }
}
