//! `copydesk inspect`: one page beside its cleaned text, as an HTML file.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use copydesk_clean::{CleanInput, Cleaner, PageView, RecordOutcome};
use copydesk_core::pipeline::clean_page;
use copydesk_core::rules;
use copydesk_core::sinks::write_file;
use copydesk_core::sources::{Inputs, LoadedPage, SourceOptions};

use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::fetching;
use crate::interrupt::InterruptHandler;
use crate::logging;
use crate::settings::SettingsFlags;

const EXAMPLES: &str = "\
Examples:
  copydesk inspect page.html                     write page.inspect.html
  copydesk inspect https://example.com/story     fetch a page and look at it
  copydesk inspect crawl.warc.gz --page 12       the twelfth page of an archive
  copydesk inspect page.html --favor recall      the verdicts with another setting
  copydesk inspect page.html -o - > look.html    write to standard output

Exit status: 0 success; 1 the page could not be read; 2 the command could not run.";

/// Show a page beside its cleaned text: what was removed, and why
///
/// Writes one HTML file, which needs no network and no other file. Nothing of the page can run or load in it. Blocks that
/// were removed are tinted by class; select one to see its score, its class, the evidence, and what would decide
/// otherwise.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InspectArgs {
    /// Page, archive, table, or URL; - is standard input
    #[arg(value_name = "INPUT")]
    input: PathBuf,

    /// HTML file to write; - is standard output [default: NAME.inspect.html in the current folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace an existing output
    #[arg(long)]
    overwrite: bool,

    /// Which page of an input with many, counted from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    page: u64,

    /// URL of the page, for site rules and relative links
    #[arg(long)]
    url: Option<String>,

    #[command(flatten)]
    pub(crate) settings: SettingsFlags,
}

/// Runs the command.
pub(crate) fn run(args: &InspectArgs) -> Result<ExitStatus> {
    let settings = args.settings.resolve(args.settings.layer())?.settings;
    logging::start(settings.log, settings.log_format);
    let mut inputs = Inputs::new([args.input.clone()]);
    let interrupt = InterruptHandler::watch();
    if !inputs.urls().is_empty() {
        inputs = inputs.with_fetcher(fetching::start_fetcher(&settings, false, interrupt.stop())?);
    }
    let cleaner = rules::load_cleaner(settings.clean_options(), &settings.config, &settings.model)?;
    let options = SourceOptions { url: args.url.clone(), ..SourceOptions::new(&settings) };
    let number = usize::try_from(args.page).unwrap_or(usize::MAX);
    let Some(mut page) = inputs.load_page(number, &options)? else {
        return Err(no_page(args).into());
    };

    let output = output(args, &page.source);
    let view = view(&cleaner, &mut page, settings.page_timeout.limit());
    let html = copydesk_inspect::inspector(&view);
    let console = Console::new(settings.color);
    match output {
        None => io::stdout().lock().write_all(html.as_bytes()).context("standard output")?,
        Some(path) => {
            write_file(&path, html.as_bytes(), args.overwrite)?;
            if !settings.quiet {
                console.line(format_args!("{}: open it in a browser", path.display()));
            }
        }
    }
    Ok(match view.record.outcome {
        RecordOutcome::Error => ExitStatus::SomeFailed,
        _ => ExitStatus::Clean,
    })
}

fn no_page(args: &InspectArgs) -> HintedError {
    match args.page {
        1 => HintedError::new(
            format!("{}: no page in it", args.input.display()),
            "name a page, an archive or a table with pages, or a URL",
        ),
        number => HintedError::new(
            format!("{}: there is no page {number}", args.input.display()),
            "the pages of an input are counted from 1",
        ),
    }
}

/// The view of a page, whose record is that of `copydesk clean`: also of one that cannot be read, or not to its end.
fn view(cleaner: &Cleaner, page: &mut LoadedPage, page_timeout: Option<Duration>) -> PageView {
    let view = Mutex::new(PageView::default());
    let clean = |input: &CleanInput<'_>| {
        let mut seen = cleaner.view(input);
        let record = std::mem::take(&mut seen.record);
        *view.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        record
    };
    let record = clean_page(&clean, page, page_timeout);
    let mut view = view.into_inner().unwrap_or_else(PoisonError::into_inner);
    view.record = record;
    view
}

/// Where to write to. `None` is standard output.
fn output(args: &InspectArgs, source: &str) -> Option<PathBuf> {
    if let Some(path) = &args.output {
        return (path.as_os_str() != "-").then(|| path.clone());
    }
    Some(PathBuf::from(format!("{}.inspect.html", stem(source))))
}

/// The last part of a source that can be the name of a file, without its suffix.
fn stem(source: &str) -> String {
    let (path, number) = source.rsplit_once('#').unwrap_or((source, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let stem = if stem.is_empty() || stem == "-" { "page" } else { stem };
    if number.is_empty() { stem.to_owned() } else { format!("{stem}-{number}") }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn outputs_are_named_after_their_inputs() {
        for (source, expected) in [
            ("pages/ferry.html.gz", "ferry"),
            ("https://coast.example/2026/ferry-returns/?a=b", "ferry-returns"),
            ("crawl.warc.gz#8123", "crawl-8123"),
            ("-", "page"),
            ("https://coast.example/", "coast"),
        ] {
            assert_eq!(stem(source), expected, "{source}");
        }
    }
}
