//! `copydesk eval`: measures the cleaner against labelled data.

mod print;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use copydesk_clean::{Cleaner, Lexicon, Options, SiteRules};
use copydesk_core::eval::{self, Dataset, Feed, Report, Settings};

/// Measure against labelled pages
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  copydesk eval pages/wcxb --worst 20
  copydesk eval pages/wcxb --type forum --as text --json
  copydesk eval pages/wcxb --id 0042
  copydesk eval --lines scraped/labels.jsonl")]
pub(crate) struct Args {
    /// A folder with `html/ID.html.gz` and `ground-truth/ID.json`, the layout of WCXB
    #[arg(required_unless_present = "lines")]
    dataset: Option<PathBuf>,
    /// Judge text files line by line against this label file, which stands beside them
    #[arg(long, value_name = "LABELS.jsonl", conflicts_with_all = ["dataset", "worst", "page_type", "feed", "id"])]
    lines: Option<PathBuf>,
    /// List the N worst pages, with what was wrongly kept and wrongly dropped
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    worst: usize,
    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
    /// Threads to run on; 0 takes one a core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Only pages of this type
    #[arg(long = "type", value_name = "TYPE")]
    page_type: Option<String>,
    /// Give the cleaner the page, or only the text of its text nodes, a line each
    #[arg(long = "as", value_name = "KIND", value_enum, default_value_t)]
    feed: FeedArg,
    /// Read lexicons and site rules from this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Print one page in detail, block by block
    #[arg(long, value_name = "ID", conflicts_with_all = ["worst", "page_type"])]
    id: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FeedArg {
    /// The page itself
    #[default]
    Html,
    /// The text of every text node, a line each
    Text,
}

impl From<FeedArg> for Feed {
    fn from(arg: FeedArg) -> Self {
        match arg {
            FeedArg::Html => Self::Html,
            FeedArg::Text => Self::Text,
        }
    }
}

/// Runs the command. The status is 1 when some pages could not be read.
pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let cleaner = cleaner(args.config.as_deref())?;
    if let Some(labels) = &args.lines {
        let report =
            eval::evaluate_lines(labels, &cleaner, args.threads).map_err(|e| with_hint(&e))?;
        let text = if args.json { json(&report)? } else { print::lines(&report) };
        write_out(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(root) = &args.dataset else { bail!("a dataset or --lines is needed") };
    let dataset = Dataset::open(root).map_err(|e| with_hint(&e))?;
    if let Some(id) = &args.id {
        return detail(&args, &dataset, id, &cleaner);
    }
    let settings = Settings {
        threads: args.threads,
        page_type: args.page_type,
        feed: args.feed.into(),
        worst: args.worst,
    };
    let report = eval::evaluate(&dataset, &cleaner, &settings).map_err(|e| with_hint(&e))?;
    let text = if args.json { json(&report)? } else { print::report(&report) };
    write_out(&text)?;
    Ok(failures(&report))
}

fn detail(args: &Args, dataset: &Dataset, id: &str, cleaner: &Cleaner) -> anyhow::Result<ExitCode> {
    let page = dataset.page(id).map_err(|e| with_hint(&e))?;
    let detail =
        eval::explain_page(dataset, &page, cleaner, args.feed.into()).map_err(|e| with_hint(&e))?;
    let text = if args.json { json(&detail)? } else { print::detail(&detail) };
    write_out(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn failures(report: &Report) -> ExitCode {
    for failure in &report.failures {
        super::warn(&format!("warning: page {}: {}", failure.id, failure.message));
    }
    ExitCode::from(u8::from(!report.failures.is_empty()))
}

fn with_hint(error: &eval::Error) -> anyhow::Error {
    match error.hint() {
        Some(hint) => anyhow!("{error}\nhint: {hint}"),
        None => anyhow!("{error}"),
    }
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string(value)? + "\n")
}

/// Writes to standard output; a reader that has seen enough is no error.
fn write_out(text: &str) -> anyhow::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("standard output"),
    }
}

/// The cleaner with the lexicons and site rules in `dir`, as far as it has such folders.
fn cleaner(dir: Option<&Path>) -> anyhow::Result<Cleaner> {
    let Some(dir) = dir else { return Ok(Cleaner::default()) };
    let lexicon = match toml_files(&dir.join("lexicon"))? {
        Some(files) => Lexicon::from_toml(pairs(&files)).context("lexicon")?,
        None => Lexicon::embedded(),
    };
    let sites = match toml_files(&dir.join("sites"))? {
        Some(files) => SiteRules::from_toml(pairs(&files)).context("site rules")?,
        None => SiteRules::default(),
    };
    Ok(Cleaner::new(Options::default(), lexicon, sites))
}

fn pairs(files: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}

/// The `.toml` files of a folder as `(stem, text)`, sorted; `None` without such a folder.
fn toml_files(dir: &Path) -> anyhow::Result<Option<Vec<(String, String)>>> {
    if !dir.is_dir() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry.with_context(|| dir.display().to_string())?.path();
        if path.extension().is_some_and(|suffix| suffix == "toml")
            && let Some(stem) = path.file_stem()
        {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            files.push((stem.to_string_lossy().into_owned(), text));
        }
    }
    files.sort_unstable();
    Ok(Some(files))
}
