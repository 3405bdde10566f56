//! `copydesk eval`: measures the cleaner against labelled data.

mod print;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;
use copydesk_clean::{CleanOptions, Cleaner};
use copydesk_core::rules;
use copydesk_core::settings::{ColorChoice, FavorChoice};
use copydesk_eval::{Dataset, EvalInput, EvalReport, EvalSettings};

use crate::ExitStatus;
use crate::console::Console;
use crate::progress::PageCount;
use crate::settings::name_parser;

/// Measure against labelled pages
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  copydesk eval pages/wcxb --worst 20
  copydesk eval pages/wcxb --type forum --as text --json
  copydesk eval pages/wcxb --id 0042
  copydesk eval pages/wcxb --ids forums.txt --json --per-page > scores.jsonl
  copydesk eval pages/wcxb --texts scraped/      what cleaning makes of another tool's output
  copydesk eval --lines scraped/labels.jsonl")]
pub(crate) struct EvalArgs {
    /// A folder with `html/ID.html.gz` and `ground-truth/ID.json`, the layout of WCXB
    #[arg(required_unless_present = "lines")]
    dataset: Option<PathBuf>,
    /// Judge text files line by line against this label file, which stands beside them
    #[arg(long, value_name = "LABELS.jsonl", conflicts_with_all = ["dataset", "worst", "page_type", "feed", "texts", "id", "ids", "per_page", "site_profiles"])]
    lines: Option<PathBuf>,
    /// List the N worst pages, with what was wrongly kept and wrongly dropped
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    worst: usize,
    /// Print one line of JSON instead of tables
    #[arg(long)]
    json: bool,
    /// Print a line of JSON for each page instead: its scores and the record's confidence
    #[arg(long, requires = "json", conflicts_with_all = ["worst", "id"])]
    per_page: bool,
    /// Threads to run on; 0 takes one a core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Only pages of this type
    #[arg(long = "type", value_name = "TYPE")]
    page_type: Option<String>,
    /// Give the cleaner the page, or only the text of its text nodes, a line each
    #[arg(long = "as", value_name = "KIND", value_enum, default_value_t)]
    feed: EvalInputArg,
    /// Give the cleaner DIR/ID.txt in place of each page, text that another tool extracted from it,
    /// and compare it as it stands with what cleaning makes of it. DIR/ID.json may have the tool's
    /// title, author and date
    #[arg(long, value_name = "DIR", conflicts_with = "feed")]
    texts: Option<PathBuf>,
    /// Only the pages whose ids this file has, one a line
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    ids: Option<PathBuf>,
    /// Read lexicons and site rules from this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Judge blocks by this model file instead of the built-in model
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Which mistake is the worse one in doubt, as for `copydesk clean` [default: balance]
    #[arg(long, value_name = "AIM", value_parser = name_parser::<FavorChoice>(FavorChoice::ALL.iter().map(|w| w.name())))]
    favor: Option<FavorChoice>,
    /// Count what recurs on the sites of the pages first, and judge by it
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
    /// The text of every text node, a line each
    Text,
}

fn eval_input(args: &EvalArgs) -> anyhow::Result<EvalInput> {
    Ok(match (&args.texts, args.feed) {
        (Some(folder), _) => EvalInput::texts(folder)?,
        (None, EvalInputArg::Html) => EvalInput::Html,
        (None, EvalInputArg::Text) => EvalInput::Text,
    })
}

/// Runs the command. The status is 1 when some pages could not be read.
pub(crate) fn run(args: &EvalArgs) -> anyhow::Result<ExitStatus> {
    let mut options = CleanOptions::default();
    options.favor = args.favor.map_or_else(Default::default, FavorChoice::favor);
    let or_none = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
    let cleaner = rules::load_cleaner(options, &or_none(&args.config), &or_none(&args.model))?;
    if let Some(labels) = &args.lines {
        let report = copydesk_eval::evaluate_lines(labels, &cleaner, args.threads)?;
        let text = if args.json { json(&report)? } else { print::lines(&report) };
        write_out(&text)?;
        return Ok(ExitStatus::Clean);
    }
    let Some(root) = &args.dataset else { bail!("a dataset or --lines is needed") };
    let mut dataset = Dataset::open(root)?;
    if let Some(list) = &args.ids {
        dataset.retain_listed(list)?;
    }
    if let Some(id) = &args.id {
        return detail(args, &dataset, id, &cleaner);
    }
    let settings = EvalSettings {
        threads: args.threads,
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
        print::report(&report)
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
        console.line(format_args!("warning: page {}: {}", failure.id, failure.message));
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
