//! `copydesk repair`: text in, the same text with its broken characters repaired.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use copydesk_clean::Repairer;
use copydesk_core::repair::{RepairCounts, RepairEvent, RepairReport, RepairRun, RepairSource};
use copydesk_core::settings::Settings;

use crate::console::Console;
use crate::exit_status::ExitStatus;
use crate::failure::HintedError;
use crate::output_flag;
use crate::progress::{RunProgress, repair_figures};
use crate::settings::{InflateFlags, RepairFlags, RunningFlags};

const EXAMPLES: &str = "\
Examples:
  copydesk repair scraped.txt > repaired.txt      one file, or several in sequence
  curl -s https://example.com/a.txt | copydesk repair
  copydesk repair --check texts/*.txt             list broken lines; status 1 if there are any
  copydesk repair --diff scraped.txt              show what would change
  copydesk repair --explain scraped.txt           each change as JSON: rules, before, after
  copydesk repair --in-place texts/*.txt          replace the files that change
  copydesk repair --encoding koi8-r old.txt       declare the charset of input that is not UTF-8
  copydesk repair --lossy leave scraped.txt       restore no characters that lost bytes

Inputs can have any length: they are repaired in passages of a megabyte. The charset is determined from the first megabyte with a byte that is not ASCII, in this order: a byte order mark, UTF-8, --encoding, a declaration in the text, and the most likely one. In UTF-8, invalid bytes are decoded as windows-1252. Spans count bytes of the decoded text, which are those of the file if it is UTF-8.

Exit status: 0 success, or with --check nothing to change; 1 something would change, or some inputs failed; 2 the command could not run.";

/// Repair mojibake and other encoding damage in text
///
/// Reads files (also .gz and .zst) or standard input, and writes the repaired text in UTF-8. Line ends stay
/// as they are. Text that was decoded with the wrong charset is decoded with the right one. Characters that
/// lost some of their bytes are restored if they can be determined. Control characters, odd spaces and
/// similar are removed or replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "flags")]
pub(crate) struct RepairArgs {
    /// Files, or - for standard input [default: -, unless it is a terminal]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Write no text, only `file:line: N changes (rules)` for each line that would change; the exit status is
    /// 1 if there are any
    #[arg(long)]
    check: bool,

    /// Write what would change as a unified diff
    #[arg(long)]
    diff: bool,

    /// Write one JSON object per change: source, line, span, rules, before, after, posterior
    #[arg(long, conflicts_with = "diff")]
    explain: bool,

    /// Replace each file that changes, atomically, with its permissions kept
    #[arg(short, long, conflicts_with_all = ["check", "diff", "explain", "output"])]
    in_place: bool,

    /// File to write to [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace an existing output
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// Charset of inputs that are not UTF-8, such as windows-1251 [default: detected]
    #[arg(long, value_name = "LABEL")]
    encoding: Option<String>,

    #[command(flatten)]
    repair: RepairFlags,

    #[command(flatten)]
    inflate: InflateFlags,

    #[command(flatten)]
    pub(crate) running: RunningFlags,
}

/// Runs the command.
pub(crate) fn run(args: &RepairArgs) -> Result<ExitStatus> {
    let layer = args.repair.apply_to(args.inflate.apply_to(args.running.layer()));
    let settings = args.running.resolve(layer)?.settings;
    if let Some(output) = output(args) {
        output_flag::check(output)?;
    }
    let sources = sources(args, io::stdin().is_terminal())?;
    let repairer = Repairer::new(settings.repair_options());
    let repair = RepairRun::new(repairer, args.encoding.as_deref(), settings.inflate_limits())?;

    let mut watcher = RepairConsole::new(args, &settings, &sources);
    let started = Instant::now();
    let watch = &mut |event: RepairEvent<'_>| watcher.on_event(&event);
    let result = match output(args) {
        _ if args.in_place => Ok(repair.run_in_place(&args.files, watch)),
        Some(path) => repair.run_to_file(&sources, report(args), path, args.overwrite, watch),
        None => repair.run(&sources, report(args), io::stdout().lock(), "standard output", watch),
    };
    let console = watcher.finish();
    let counts = result?;
    if !settings.quiet {
        console.line(counts.summary(started.elapsed()));
    }
    Ok(status(args, &counts))
}

fn sources(args: &RepairArgs, stdin_is_terminal: bool) -> Result<Vec<RepairSource>> {
    let is_stdin = |path: &Path| path.as_os_str() == "-";
    let wants_stdin = args.files.is_empty() || args.files.iter().any(|path| is_stdin(path));
    if args.in_place && wants_stdin {
        return Err(HintedError::new(
            "--in-place needs files",
            "name them: `copydesk repair --in-place texts/*.txt`",
        )
        .into());
    }
    if args.files.is_empty() {
        if stdin_is_terminal {
            return Err(HintedError::new(
                "no input",
                "name files, or pipe text in: `copydesk repair scraped.txt`",
            )
            .into());
        }
        return Ok(vec![RepairSource::Stdin]);
    }
    if args.files.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(HintedError::new("standard input is named twice", "name - only once").into());
    }
    let source = |path: &PathBuf| {
        if is_stdin(path) { RepairSource::Stdin } else { RepairSource::File(path.clone()) }
    };
    Ok(args.files.iter().map(source).collect())
}

fn output(args: &RepairArgs) -> Option<&Path> {
    args.output.as_deref().filter(|path| path.as_os_str() != "-")
}

fn report(args: &RepairArgs) -> RepairReport {
    match (args.diff, args.explain, args.check) {
        (true, ..) => RepairReport::Diff,
        (_, true, _) => RepairReport::Changes,
        (.., true) => RepairReport::Lines,
        _ => RepairReport::Text,
    }
}

fn status(args: &RepairArgs, counts: &RepairCounts) -> ExitStatus {
    match counts {
        RepairCounts { failed: 1.., .. } => ExitStatus::SomeFailed,
        RepairCounts { changed: 1.., .. } if args.check => ExitStatus::WouldChange,
        _ => ExitStatus::Clean,
    }
}

/// Prints on standard error what happens to the inputs.
struct RepairConsole {
    console: Console,
    progress: Option<RunProgress>,
}

impl RepairConsole {
    fn new(args: &RepairArgs, settings: &Settings, sources: &[RepairSource]) -> Self {
        let writes_to_terminal =
            output(args).is_none() && !args.in_place && io::stdout().is_terminal();
        let shows_progress = settings.progress
            && !settings.quiet
            && io::stderr().is_terminal()
            && !writes_to_terminal;
        let mut console = Console::new(settings.color);
        let progress = shows_progress.then(|| {
            let progress = RunProgress::new(sources.iter().map(RepairSource::bytes).sum());
            console.attach(progress.bar());
            progress
        });
        Self { console, progress }
    }

    fn on_event(&mut self, event: &RepairEvent<'_>) {
        match event {
            RepairEvent::Failed(error) => self.console.input_error(error),
            RepairEvent::Progress(counts) => {
                if let Some(progress) = &mut self.progress {
                    let figures = |elapsed| repair_figures(counts, elapsed);
                    progress.update(counts.source_bytes, figures);
                }
            }
        }
    }

    fn finish(self) -> Console {
        if let Some(progress) = self.progress {
            progress.finish();
        }
        self.console
    }
}
