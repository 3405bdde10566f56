//! `copydesk repair`: text in, the same text with its broken characters mended out.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use copydesk_clean::Repairer;
use copydesk_core::repair::{RepairCounts, RepairEvent, RepairReport, RepairRun, RepairSource};
use copydesk_core::settings::Settings;

use crate::ExitStatus;
use crate::console::Console;
use crate::failure::HintedError;
use crate::progress::{RunProgress, repair_figures};
use crate::settings::{InflateFlags, RepairFlags, RunningFlags};

const EXAMPLES: &str = "\
Examples:
  copydesk repair scraped.txt > repaired.txt      one file, or several one after another
  curl -s https://example.com/a.txt | copydesk repair
  copydesk repair --check texts/*.txt             which lines are broken; status 1 if any is
  copydesk repair --diff scraped.txt              what would change
  copydesk repair --explain scraped.txt           each change as JSON: rules, before, after
  copydesk repair --in-place texts/*.txt          replace the files that change, and no others
  copydesk repair --encoding koi8-r old.txt       say what it is in where it is no UTF-8
  copydesk repair --lossy leave scraped.txt       guess nothing

An input is repaired as it is read, a megabyte at a time, so it may be of any length. Its
charset is decided on the first megabyte with a byte that is not ASCII: a byte order mark,
UTF-8, --encoding, a declaration, else what the bytes look like. In UTF-8, bytes that are
none are read as windows-1252. Spans count bytes of the decoded text, which are those of the
file where it is UTF-8.

Exit status: 0 done, or with --check nothing to change; 1 something would change, or some
inputs failed; 2 the command could not run.";

/// Repair text that was decoded wrongly or lost characters
///
/// Reads files (also .gz and .zst) or standard input, and writes the repaired text, in UTF-8. Line ends
/// stay as they are. Text that was read in the wrong charset is read in the right one, characters of
/// which only some bytes are left are restored where they can be told, and control characters, odd spaces
/// and the like go.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "flags")]
pub(crate) struct RepairArgs {
    /// Files, or - for standard input (the default where it is no terminal)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Write nothing but `file:line: N changes (rules)` for each line that would change; the exit status
    /// is 1 if any would
    #[arg(long)]
    check: bool,

    /// Write what would change as a unified diff
    #[arg(long)]
    diff: bool,

    /// Write each change as a JSON object a line: source, line, span, rules, before, after, posterior
    #[arg(long, conflicts_with = "diff")]
    explain: bool,

    /// Replace each file that changes, at once and whole; its permissions stay
    #[arg(short, long, conflicts_with_all = ["check", "diff", "explain", "output"])]
    in_place: bool,

    /// File to write to
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the output if it exists
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// The charset of inputs that are no UTF-8, such as windows-1251
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
    let sources = sources(args, io::stdin().is_terminal())?;
    let repairer = Repairer::new(settings.repair_options());
    let job = RepairRun::new(repairer, args.encoding.as_deref(), settings.inflate_limits())?;

    let mut watcher = RepairConsole::new(args, &settings, &sources);
    let started = Instant::now();
    let watch = &mut |event: RepairEvent<'_>| watcher.on_event(&event);
    let result = match output(args) {
        _ if args.in_place => Ok(job.run_in_place(&args.files, watch)),
        Some(path) => job.run_to_file(&sources, report(args), path, args.overwrite, watch),
        None => job.run(&sources, report(args), io::stdout().lock(), "standard output", watch),
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
            "--in-place is for files",
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
        return Err(HintedError::new("standard input is named twice", "name - once").into());
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

/// Tells on standard error what happens to the inputs.
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
