//! `copydesk group`: pages in, groups of pages about the same story out.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use copydesk_core::group::{self, GroupCounts, GroupFormat, GroupOptions, StoryGrouper};
use copydesk_core::pipeline::{EngineOptions, each_page};
use copydesk_core::rules;
use copydesk_core::settings::Fraction;
use copydesk_core::sources::{InputPosition, Inputs, LoadedPage, SourceOptions};
use copydesk_core::string_enum::joined;

use crate::console::{Console, Severity};
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::interrupt::InterruptHandler;
use crate::output_flag;
use crate::settings::{InflateFlags, RunningFlags};
use crate::value_parsers::{name_parser, whole_number};

const EXAMPLES: &str = "\
Examples:
  copydesk clean pages/ -o clean.jsonl && copydesk group clean.jsonl
  copydesk group clean.jsonl -o stories.jsonl     one group per line
  copydesk group scraped/*.txt -f txt             other inputs are cleaned first
  copydesk group clean.jsonl --days 1 --similarity 0.5   only nearly identical reports

Pages are compared by the words that they share, rare ones such as names and numbers most of all. A page belongs to at most one group. Members are listed from the earliest: by date, then by time of fetching, then by the order of the inputs. Passages are sentences that several members have, apart from small edits; the first of `members` had it first. The `copied` of a member is the share of its words that earlier members have too. Pages in different languages share only names and numbers, which is rarely enough to group them.

Exit status: 0 success; 1 some pages could not be read; 2 the command could not run; 130 Ctrl-C.";

/// Group pages of several outlets that report the same story
///
/// Reads the records of `copydesk clean` (JSONL). Other files and folders are cleaned first. Writes a group
/// for each story that two or more pages report: the pages, what they share, and who had it first.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GroupArgs {
    /// Files, folders, or - for standard input [default: -, unless it is a terminal]
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// Output format [default: by the suffix of -o; otherwise txt on a terminal, and jsonl]
    #[arg(short, long, value_name = "FORMAT", value_parser = name_parser::<GroupFormat>(GroupFormat::ALL.iter().map(|format| format.name())))]
    format: Option<GroupFormat>,

    /// File to write to [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace an existing output
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// Average similarity of the pages in a group, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0.34")]
    similarity: Fraction,

    /// Maximum number of days between two pages in a group, if both have a date
    #[arg(long, value_name = "N", value_parser = whole_number::<u32>, default_value_t = 3)]
    days: u32,

    /// Maximum number of pages; 200,000 take about 600 MB of memory
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, default_value_t = 200_000)]
    max_pages: usize,

    #[command(flatten)]
    inflate: InflateFlags,

    #[command(flatten)]
    pub(crate) running: RunningFlags,
}

/// Runs the command.
pub(crate) fn run(args: &GroupArgs) -> Result<ExitStatus> {
    let layer = args.inflate.apply_to(args.running.layer());
    let settings = args.running.resolve(layer)?.settings;
    let inputs = inputs(args, io::stdin().is_terminal())?;
    let cleaner = rules::load_cleaner(settings.clean_options(), &settings.config, &settings.model)?;
    let sources = SourceOptions { pass_through: true, ..SourceOptions::new(&settings) };
    let engine = EngineOptions { unordered: false, ..EngineOptions::new(&settings) };
    let interrupt = InterruptHandler::watch();

    let options = GroupOptions {
        similarity: args.similarity.get(),
        max_days: args.days,
        max_pages: args.max_pages,
    };
    let mut stories = StoryGrouper::new(options)?;
    let mut console = Console::new(settings.color);
    let (mut empty, mut failed) = (0, 0);
    let page_timeout = settings.page_timeout.limit();
    let work = |page: LoadedPage| {
        group::read(page, |input| {
            let started = Instant::now();
            let out_of_time = || page_timeout.is_some_and(|cap| started.elapsed() > cap);
            cleaner.clean(&copydesk_clean::CleanInput { interrupt: Some(&out_of_time), ..*input })
        })
    };
    each_page(
        &inputs,
        &sources,
        &engine,
        &InputPosition::default(),
        interrupt.stop(),
        &work,
        &mut |page| {
            match page.value.and_then(|read| read) {
                Ok(Some(found)) => stories.add(&found)?,
                Ok(None) => empty += 1,
                Err(error) => {
                    failed += 1;
                    console.page_error(Severity::Error, &page.source, &error);
                }
            }
            Ok(())
        },
    )?;
    if interrupt.stop().is_stopped() {
        console.note("stopped: nothing was grouped");
        return Ok(ExitStatus::Interrupted(interrupt.status()));
    }

    let counts = write(args, &mut stories)?;
    let counts = GroupCounts { empty, failed, ..counts };
    if !settings.quiet {
        console.line(counts);
    }
    Ok(if failed == 0 { ExitStatus::Clean } else { ExitStatus::SomeFailed })
}

fn write(args: &GroupArgs, stories: &mut StoryGrouper) -> Result<GroupCounts> {
    let output = args.output.as_deref().filter(|output| output.as_os_str() != "-");
    let by_destination = || {
        let is_terminal = output.is_none() && io::stdout().is_terminal();
        if is_terminal { GroupFormat::Txt } else { GroupFormat::Jsonl }
    };
    let by_suffix = output.and_then(GroupFormat::from_path);
    if let (None, None, Some(path)) = (args.format, by_suffix, output)
        && path.extension().is_some()
    {
        let message = format!("{}: no output format has this suffix", path.display());
        let hint = format!("set --format: {}", joined(GroupFormat::ALL));
        return Err(HintedError::new(message, hint).into());
    }
    let format = args.format.or(by_suffix).unwrap_or_else(by_destination);
    Ok(if let Some(path) = output {
        group::write_to_file(stories, format, path, args.overwrite)?
    } else {
        let mut stdout = io::BufWriter::new(io::stdout().lock());
        let counts = group::write(stories, format, &mut stdout, "standard output")?;
        stdout.flush()?;
        counts
    })
}

fn inputs(args: &GroupArgs, stdin_is_terminal: bool) -> Result<Inputs> {
    let mut named = args.inputs.clone();
    if named.is_empty() {
        if stdin_is_terminal {
            return Err(HintedError::new(
                "no input",
                "name files or folders: `copydesk group clean.jsonl`",
            )
            .into());
        }
        named.push("-".into());
    }
    let inputs = Inputs::new(named);
    if !inputs.urls().is_empty() {
        return Err(HintedError::new(
            "URLs are not fetched by this command",
            "run `copydesk clean --urls list.txt -o clean.jsonl`, then `copydesk group clean.jsonl`",
        )
        .into());
    }
    let Some(output) = &args.output else { return Ok(inputs) };
    output_flag::check(output)?;
    Ok(inputs.excluding(output))
}
