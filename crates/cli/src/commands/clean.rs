//! `copydesk clean`: pages in, records out.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use anyhow::Result;
use copydesk_clean::CleanInput;
use copydesk_core::RunStats;
use copydesk_core::page_filters::PageFilters;
use copydesk_core::pipeline::{CleaningRun, FinishedRun, PageReport, RunOptions};
use copydesk_core::report::{self, RunReport};
use copydesk_core::rules;
use copydesk_core::settings::{FormatChoice, LogChoice, SettingOrigin, Settings, SettingsLayer};
use copydesk_core::sinks::{Destination, ExistingOutput, Format, InputPlan, OutputTarget};
use copydesk_core::sources::{Inputs, read_list};

use crate::ExitStatus;
use crate::console::Console;
use crate::dedupe::{DedupeArgs, DedupeRun};
use crate::dropped_fields::dropped_fields;
use crate::failure::HintedError;
use crate::fetching::{self, ContactNote};
use crate::interrupt::InterruptHandler;
use crate::logging::{self, silence_page_panics};
use crate::progress::{RunProgress, page_figures};
use crate::resume;
use crate::settings::{SettingsFlags, name_parser};
use crate::site_profiles::{self, SiteProfiling, SiteRunContext};

const EXAMPLES: &str = "\
Examples:
  copydesk clean page.html                        plain text on the terminal
  copydesk clean pages/ > clean.jsonl             a folder, one record a line
  copydesk clean pages/ -f markdown -o clean/     one file a page, folders kept
  copydesk clean pages/ -o clean/ --skip-existing only what is not cleaned yet
  copydesk clean crawl.jsonl.gz --pass-through -o clean.jsonl
  copydesk clean pages/ -o clean.parquet          a table; also .sqlite and .csv
  copydesk clean pages/ -o clean.jsonl.zst --shard-size 256MiB   clean-00001.jsonl.zst and on
  copydesk clean 'crawl/**/*.warc.gz' -o clean.jsonl.gz   archives, each record by itself
  copydesk clean news.parquet --html-field page --url-field address -o clean.jsonl
  copydesk clean --inputs-from list.txt -o clean.jsonl    inputs named in a file
  curl -s https://example.com/ | copydesk clean - --url https://example.com/ -f txt
  copydesk clean page.html --explain -f txt -o page.txt   what was removed, and why
  copydesk clean today/ --dedupe drop --state seen/ -o new.jsonl   what no earlier run had
  copydesk clean crawl.warc.gz -o clean.jsonl.zst --checkpoint clean.run   to be gone on with after a kill
  copydesk clean crawl/ --site-profiles -o clean.jsonl     what recurs on a site is its clutter
  copydesk clean https://example.com/story        fetch a page and clean it
  copydesk clean --urls list.txt -o clean.jsonl   many, politely: see `copydesk clean --help`
  copydesk clean crawl/ --language en --min-words 50 -o clean.jsonl --report run.html

Many pages in one output are told apart: in txt by a line `==> SOURCE <==` before each, in markdown
by a comment `<!-- SOURCE -->`, in html by `<article data-source=\"SOURCE\">`.";

/// Clean pages or already extracted text
///
/// Inputs are files, folders (recursive), patterns in quotes and - for standard input.
///
///   .html .htm .xhtml .txt .md    one page
///   .jsonl .ndjson                one JSON object a line
///   .json                         an array of objects, or objects one after another; in
///                                 folders, such files are passed over
///   .csv .tsv                     a table with a header
///   .warc .wet                    an archive, such as Common Crawl's: answers with HTML,
///                                 XHTML or plain text, resources and converted text;
///                                 redirects and other types are passed over
///   .parquet                      a table in columns
///
/// Each may end in .gz or .zst too, but for .parquet, which is compressed inside. Standard
/// input and files with other names are looked into; --input says what they are. Only one
/// record, row or page is held at a time.
///
/// A record or row has the page in a field such as `html`, `raw_content`, `text`, `content`
/// or `body`, and its address in one such as `url`: see --html-field, --text-field and
/// --url-field. A page that cannot be read becomes a record that says why, and the run goes on.
///
/// Inputs that begin with http:// or https://, and those in a --urls list, are fetched: as
/// robots.txt allows, from public addresses only, one request at a time to a host with a delay
/// after each, many hosts at once. Their records have what the download said in `fetch`, and
/// come after those of files, in the order in which the pages arrive.
///
/// Ctrl-C ends a run in order: pages that were read are finished and written, and the exit
/// status is 130; a second one ends it at once. An output file that is not whole is then kept
/// as NAME.partial; with --checkpoint FILE the same command goes on where it was stopped, or
/// killed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(crate) struct CleanArgs {
    /// Files, folders, patterns such as 'crawl/**/*.warc.gz', addresses, or - for standard input (the
    /// default where it is no terminal)
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// A file with more inputs, or - for standard input; one on a line, blank lines and those that begin
    /// with # are passed over
    #[arg(long, value_name = "FILE")]
    inputs_from: Option<PathBuf>,

    /// A file with addresses to fetch, or - for standard input; one on a line, blank lines and those
    /// that begin with # are passed over
    #[arg(long, value_name = "FILE")]
    urls: Option<PathBuf>,

    /// Form of the output [default: by the suffix of -o; txt for one input on a terminal; else jsonl]
    #[arg(short, long, value_name = "FORMAT", value_parser = name_parser::<FormatChoice>(FormatChoice::ALL.iter().map(|w| w.name())))]
    format: Option<FormatChoice>,

    /// File or folder to write to: a folder if it is one, if it ends with a slash, or if several
    /// inputs are written as txt, markdown or html. The suffix says the form and the compression: .jsonl
    /// .csv .txt .md .html, each also .gz or .zst; .parquet; .sqlite or .db
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Replace outputs that exist
    #[arg(long, conflicts_with = "skip_existing")]
    overwrite: bool,

    /// Leave outputs that exist, and clean only the other inputs; needs an output folder
    #[arg(long, visible_alias = "resume")]
    skip_existing: bool,

    /// A folder that remembers pages from run to run, so that --dedupe knows those of earlier runs; it
    /// learns those of a run when that run ends
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// A file that keeps how far the run has come: after a kill, a full disk or Ctrl-C the same command goes
    /// on from there, and ends with what an uninterrupted run ends with
    #[arg(long, value_name = "FILE", conflicts_with = "skip_existing")]
    checkpoint: Option<PathBuf>,

    /// Write what became of the pages to this file, as a page (.html) or for programs (.json); may be
    /// given twice
    #[arg(long, value_name = "FILE", value_parser = report_path)]
    report: Vec<PathBuf>,

    /// Count the blocks that recur on the pages of a site, and judge by it: reads the inputs twice. With a
    /// folder, what was counted is kept in DIR/HOST.json and is known to the next run, and sites that
    /// changed are told; only so for standard input and addresses, which are read once
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "", value_hint = clap::ValueHint::DirPath)]
    site_profiles: Option<OsString>,

    /// Address of the page, for site rules and relative links; for a single input
    #[arg(long)]
    url: Option<String>,

    #[command(flatten)]
    pub(crate) settings: SettingsFlags,
}

/// Runs the command.
pub(crate) fn run(args: &CleanArgs) -> Result<ExitStatus> {
    let layer = SettingsLayer { format: args.format, ..args.settings.layer() };
    let resolved = args.settings.resolve(layer)?;
    let shard_size_asked = *resolved.origin("shard_size") == SettingOrigin::Flag;
    let settings = resolved.settings;
    logging::start(settings.log, settings.log_format);
    let mut inputs = inputs(args, &settings)?;
    let interrupt = InterruptHandler::watch();
    if !inputs.urls().is_empty() {
        inputs = inputs.with_fetcher(fetching::start_fetcher(&settings, false, interrupt.stop())?);
    }
    let format = format(args.output.as_deref(), &settings, &inputs, io::stdout().is_terminal());
    let destination = destination(args, format, &inputs, &settings);
    if shard_size_asked {
        require_one_file(&destination)?;
    }
    let mut options = RunOptions::new(&settings, format, &inputs);
    options.sources.url = url(args, &inputs)?;

    let mut clean_options = settings.clean_options();
    format.require(&mut clean_options);
    let cleaner = rules::load_cleaner(clean_options, &settings.config, &settings.model)?;

    let shows_progress = shows_progress(&settings, &destination);
    let checkpoint = args.checkpoint.as_deref();
    let opened = checkpoint
        .map(|path| {
            resume::open_checkpoint(
                path,
                args.urls.as_deref(),
                shaping_flags(args),
                &settings,
                &destination,
            )
        })
        .transpose()?;
    // A run that shares one stream has nothing to check, and its folders are walked only once.
    let plan = if shows_progress || destination.target != OutputTarget::Stream {
        Some(resume::check_destination(&destination, &inputs, opened.as_ref())?)
    } else {
        None
    };

    let (state, skips_existing) = (args.state.as_deref(), args.skip_existing);
    let mut dedupe =
        DedupeRun::open(DedupeArgs { state, checkpoint, skips_existing }, &settings, format)?;
    let run_filter = dedupe.run_filter();

    silence_page_panics();
    let plan = plan.filter(|_| shows_progress);
    let is_complete = opened.as_ref().is_some_and(|run| run.is_started() && !run.is_resumable());
    let sites = match &args.site_profiles {
        Some(folder) if !is_complete => {
            let (options, stop) = (&options, interrupt.stop());
            let (settings, cleaner, inputs) = (&settings, &cleaner, &inputs);
            let begin = SiteRunContext { settings, cleaner, inputs, options, stop, plan };
            Some(SiteProfiling::start(
                site_profiles::profile_folder(folder, &args.inputs)?,
                &begin,
            )?)
        }
        _ => None,
    };
    let mut watcher = CleanConsole::new(&settings, format, plan, &inputs);
    let started = Instant::now();
    let screen = PageFilters::new(&settings)?;
    let clean = |page: &CleanInput<'_>| match &sites {
        Some(sites) => sites.clean(page),
        None => cleaner.clean(page),
    };
    let mut report = (!args.report.is_empty()).then(|| RunReport::new(SystemTime::now()));
    let mut observe = |page: &_, stats: &_| {
        watcher.page(page, stats);
        if let Some(sites) = &sites {
            sites.written(&page.source);
        }
        if let Some(report) = &mut report {
            report.add(page, stats, started.elapsed());
        }
    };
    let run = CleaningRun {
        filters: Some(&screen),
        run_filter,
        checkpoint: opened,
        stop: interrupt.stop().clone(),
        observe: Some(&mut observe),
        ..CleaningRun::new(&clean, &inputs, &destination, &options)
    };
    let result = run.start(io::stdout().lock());
    let console = watcher.finish();
    // What happened until a run failed is worth a report too.
    let had_run = result.as_ref().is_ok_and(|finished| finished.was_complete);
    if let Some(report) = report.filter(|_| !had_run) {
        args.report.iter().try_for_each(|path| report.write(path))?;
    }
    let finished = result?;
    if !finished.is_stopped {
        dedupe.finish(&console)?;
    }
    if !settings.quiet {
        summarize(&console, &finished, &inputs);
    }
    if let Some(path) = checkpoint.filter(|_| finished.was_complete) {
        resume::report_complete(&console, path);
        return Ok(ExitStatus::Clean);
    }
    if let Some(sites) = sites.filter(|_| !finished.is_stopped) {
        sites.finish(&console, settings.quiet)?;
    }
    if finished.is_stopped {
        let fetches = !inputs.urls().is_empty();
        resume::report_stopped(&console, &finished, &destination, checkpoint, fetches);
        return Ok(ExitStatus::Interrupted(interrupt.status()));
    }
    Ok(if finished.stats.failed == 0 { ExitStatus::Clean } else { ExitStatus::SomeFailed })
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
        return Err(HintedError::new("standard input is named twice", "name - once").into());
    }
    let mut inputs = Inputs::new(named);
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
    let hint = "name it with -o, such as `-o out.jsonl.zst`";
    Err(HintedError::new("--shard-size is for one output file", hint).into())
}

fn shows_progress(settings: &Settings, destination: &Destination) -> bool {
    settings.progress
        && !settings.quiet
        && settings.log == LogChoice::Off
        && io::stderr().is_terminal()
        && (destination.target != OutputTarget::Stream || !io::stdout().is_terminal())
}

/// Says what a run did.
fn summarize(console: &Console, finished: &FinishedRun, inputs: &Inputs) {
    console.line(finished.stats.summary(finished.elapsed));
    if let passed_over @ 1.. = inputs.skipped_records() {
        console.line(format!(
            "{passed_over} archived answers passed over: redirects, and what is neither HTML nor text"
        ));
    }
}

/// The flags that are no settings and that the output depends on.
fn shaping_flags(args: &CleanArgs) -> impl Iterator<Item = (&'static str, String)> {
    let shown = |path: &PathBuf| path.display().to_string();
    let url = args.url.clone().map(|url| ("url", url));
    let state = args.state.as_ref().map(|state| ("state", shown(state)));
    let folder = args.site_profiles.as_ref().map(|folder| folder.to_string_lossy().into_owned());
    let profiles = folder.map(|folder| ("site_profiles", folder));
    url.into_iter().chain(state).chain(profiles)
}

/// Refuses a name that says nothing of the form before any work is done.
fn report_path(path: &str) -> Result<PathBuf, copydesk_core::Error> {
    report::ReportFormat::from_path(Path::new(path)).map(|_| path.into())
}

fn format(
    output: Option<&Path>,
    settings: &Settings,
    inputs: &Inputs,
    stdout_is_terminal: bool,
) -> Format {
    let by_suffix =
        || Format::from_path(output?).filter(|_| output.is_some_and(|output| !output.is_dir()));
    let by_place = || match output {
        None if inputs.is_single() && stdout_is_terminal => Format::Txt,
        _ => Format::Jsonl,
    };
    settings.format.fixed().or_else(by_suffix).unwrap_or_else(by_place)
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
            "--url is the address of one page, and there may be more",
            "records carry their addresses in a field `url`, or one that --url-field names",
        )
        .into());
    }
    Ok(args.url.clone())
}

/// Tells on standard error what happens to the pages.
struct CleanConsole {
    console: Console,
    progress: Option<RunProgress>,
    /// Whether progress is counted in pages, since nobody knows how long they are.
    counts_pages: bool,
    contact: ContactNote,
    explains: bool,
}

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
        let contact = ContactNote::new(settings, fetches);
        let explains = settings.explain && format != Format::Jsonl;
        if let Some(dropped) = dropped_fields(settings, format) {
            console.line(format!("warning: {dropped}"));
        }
        Self { console, progress, counts_pages, contact, explains }
    }

    fn page(&mut self, report: &PageReport, stats: &RunStats) {
        if let Some(error) = &report.error {
            self.console.page_error(&report.source, error);
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

    fn finish(self) -> Console {
        if let Some(progress) = self.progress {
            progress.finish();
        }
        self.console
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_follows_the_flag_then_the_suffix_then_the_place() {
        let one = Inputs::new(["a.html".into()]);
        let many = Inputs::new(["a.html".into(), "b.html".into()]);
        let auto = Settings::default();
        let fixed = Settings { format: FormatChoice::Csv, ..Settings::default() };
        assert_eq!(format(None, &auto, &one, true), Format::Txt);
        assert_eq!(format(None, &auto, &one, false), Format::Jsonl);
        assert_eq!(format(None, &auto, &many, true), Format::Jsonl);
        assert_eq!(format(Some(Path::new("a.md")), &auto, &many, true), Format::Markdown);
        assert_eq!(format(Some(Path::new("a")), &auto, &one, true), Format::Jsonl);
        assert_eq!(format(Some(Path::new("a.md")), &fixed, &one, true), Format::Csv);
    }
}
