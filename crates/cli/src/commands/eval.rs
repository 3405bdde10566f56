//! `copydesk eval`: measures the cleaner against labelled data.

mod print;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;
use copydesk_clean::{CleanOptions, Cleaner};
use copydesk_core::pipeline::capped_threads;
use copydesk_core::rules;
use copydesk_core::settings::{ColorChoice, FavorChoice};
use copydesk_eval::{Dataset, EvalInput, EvalReport, EvalSettings};

use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::progress::PageCount;
use crate::value_parsers::{name_parser, whole_number};

/// Measure the cleaner against labelled pages
///
/// Compares the text that is kept with the labels: precision, recall and F1 of words, and the shares of titles,
/// authors and dates that are right.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  copydesk eval pages/wcxb --worst 20
  copydesk eval pages/wcxb --type forum --as text --json
  copydesk eval pages/wcxb --id 0042
  copydesk eval pages/wcxb --ids forums.txt --json --per-page > scores.jsonl
  copydesk eval pages/news --by-language
  copydesk eval pages/wcxb --texts scraped/      clean the output of another tool
  copydesk eval --lines scraped/labels.jsonl --by-origin")]
#[expect(clippy::struct_excessive_bools, reason = "flags that are independent of one another")]
pub(crate) struct EvalArgs {
    /// Folder with `html/ID.html.gz` and `ground-truth/ID.json`, as in WCXB
    #[arg(required_unless_present = "lines")]
    dataset: Option<PathBuf>,
    /// Measure text files line by line against this label file, which is in their folder: which lines stay, go and
    /// are joined, and what goes from inside them
    #[arg(long, value_name = "LABELS.jsonl", conflicts_with_all = ["dataset", "worst", "page_type", "feed", "texts", "id", "ids", "per_page", "site_profiles"])]
    lines: Option<PathBuf>,
    /// Print the figures of --lines also by origin: the names of the files up to the first `-` or `_`
    #[arg(long, requires = "lines")]
    by_origin: bool,
    /// List the N worst pages, with what was wrongly kept and removed [default: 0]
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, default_value_t = 0, hide_default_value = true)]
    worst: usize,
    /// Print the scores also by the language of the text, for languages with at least two pages
    #[arg(long, conflicts_with_all = ["lines", "id", "per_page"])]
    by_language: bool,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Print one JSON object per page: its scores and the confidence of the record
    #[arg(long, requires = "json", conflicts_with_all = ["worst", "id"])]
    per_page: bool,
    /// Threads, up to 1024; 0 is one per processor
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, default_value_t = 0)]
    threads: usize,
    /// Measure only pages of this type
    #[arg(long = "type", value_name = "TYPE")]
    page_type: Option<String>,
    /// Clean the page, or only the text of its text nodes, one per line
    #[arg(long = "as", value_name = "KIND", value_enum, default_value_t)]
    feed: EvalInputArg,
    /// Clean DIR/ID.txt instead of each page, the text that another tool extracted from it, and compare it
    /// before and after cleaning. DIR/ID.json may have the title, author and date that the tool found
    #[arg(long, value_name = "DIR", conflicts_with = "feed")]
    texts: Option<PathBuf>,
    /// Measure only the pages whose ids are in this file, one per line
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    ids: Option<PathBuf>,
    /// Folder with lexicons and site rules to use instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Model file to use instead of the built-in model
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// What to do with doubtful blocks, as for `copydesk clean` [default: balance]
    #[arg(long, value_name = "AIM", value_parser = name_parser::<FavorChoice>(FavorChoice::ALL.iter().map(|w| w.name())))]
    favor: Option<FavorChoice>,
    /// First count what recurs on the site of each page, and use it as evidence
    #[arg(long, conflicts_with = "id")]
    site_profiles: bool,
    /// Print one page in detail, block by block
    #[arg(long, value_name = "ID", conflicts_with_all = ["worst", "page_type"])]
    id: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum EvalInputArg {
    /// The page itself
    #[default]
    Html,
    /// The text of every text node, one per line
    Text,
}

fn eval_input(args: &EvalArgs) -> anyhow::Result<EvalInput> {
    Ok(match (&args.texts, args.feed) {
        (Some(folder), _) => EvalInput::texts(folder)?,
        (None, EvalInputArg::Html) => EvalInput::Html,
        (None, EvalInputArg::Text) => EvalInput::Text,
    })
}

/// Runs the command. The exit status is 1 if some pages could not be read.
pub(crate) fn run(args: &EvalArgs) -> anyhow::Result<ExitStatus> {
    let mut options = CleanOptions::default();
    options.favor = args.favor.map_or_else(Default::default, FavorChoice::favor);
    let or_none = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
    let cleaner = rules::load_cleaner(options, &or_none(&args.config), &or_none(&args.model))?;
    if let Some(labels) = &args.lines {
        let report = copydesk_eval::evaluate_lines(labels, &cleaner, capped_threads(args.threads))?;
        let text = if args.json { json(&report)? } else { print::lines(&report, args.by_origin) };
        write_out(&text)?;
        return Ok(ExitStatus::Clean);
    }
    let Some(root) = &args.dataset else { bail!("name a dataset, or use --lines") };
    let mut dataset = Dataset::open(root)?;
    if let Some(list) = &args.ids {
        dataset.retain_listed(list)?;
    }
    if let Some(id) = &args.id {
        return detail(args, &dataset, id, &cleaner);
    }
    let settings = EvalSettings {
        threads: capped_threads(args.threads),
        page_type: args.page_type.clone(),
        input: eval_input(args)?,
        worst: args.worst,
        site_profiles: args.site_profiles,
    };
    let progress = PageCount::new(dataset.ids().len());
    let result = copydesk_eval::evaluate(&dataset, &cleaner, &settings, &|| progress.add());
    progress.finish();
    let report = result?;
    let text = if args.per_page {
        report.pages.iter().map(json).collect::<anyhow::Result<String>>()?
    } else if args.json {
        json(&report)?
    } else {
        print::report(&report, args.by_language)
    };
    write_out(&text)?;
    Ok(failures(&report))
}

fn detail(
    args: &EvalArgs,
    dataset: &Dataset,
    id: &str,
    cleaner: &Cleaner,
) -> anyhow::Result<ExitStatus> {
    let page = dataset.page(id)?;
    let detail = copydesk_eval::explain_page(dataset, &page, cleaner, &eval_input(args)?, None)?;
    let text = if args.json { json(&detail)? } else { print::detail(&detail) };
    write_out(&text)?;
    Ok(ExitStatus::Clean)
}

fn failures(report: &EvalReport) -> ExitStatus {
    let console = Console::new(ColorChoice::Auto);
    for failure in &report.failures {
        console.warning(&format!("page {}: {}", failure.id, failure.message));
    }
    if report.failures.is_empty() { ExitStatus::Clean } else { ExitStatus::SomeFailed }
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string(value)? + "\n")
}

fn write_out(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
