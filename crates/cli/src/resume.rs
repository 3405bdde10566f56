//! Checkpoints, and messages about runs that can be resumed.

use std::env;
use std::path::Path;

use anyhow::Result;
use copydesk_core::checkpoint::{Checkpoint, RunConfig};
use copydesk_core::pipeline::FinishedRun;
use copydesk_core::settings::Settings;
use copydesk_core::sinks::{Destination, ExistingOutput, InputPlan, OutputTarget};
use copydesk_core::sources::Inputs;

use crate::console::Console;
use crate::failure::HintedError;
use crate::plural::counted;

/// Opens the checkpoint, and prints a note if it resumes a run. `flags` are the flags that are not settings and
/// that the output depends on.
pub(crate) fn open_checkpoint(
    path: &Path,
    urls: Option<&Path>,
    flags: impl IntoIterator<Item = (&'static str, String)>,
    settings: &Settings,
    destination: &Destination,
) -> Result<Checkpoint> {
    if urls.is_some_and(|list| list.as_os_str() == "-") {
        return Err(HintedError::new(
            "cannot resume: the list of URLs is standard input, which can be read only once",
            "write the list to a file, and name that with --urls",
        )
        .into());
    }
    let config =
        flags.into_iter().fold(RunConfig::new(settings, destination)?, |config, (name, value)| {
            config.with(name, value)
        });
    let checkpoint = Checkpoint::open(path, config, settings, destination)?;
    if checkpoint.is_resumable() && !settings.quiet {
        let pages = counted(checkpoint.pages(), "page");
        let note = format!("resuming after {pages} ({})", path.display());
        Console::new(settings.color).note(&note);
    }
    Ok(checkpoint)
}

/// Checks the inputs and the outputs before the run. The outputs of a resumed run exist, which is no error.
pub(crate) fn check_destination(
    destination: &Destination,
    inputs: &Inputs,
    checkpoint: Option<&Checkpoint>,
) -> Result<InputPlan> {
    if checkpoint.is_none_or(|checkpoint| !checkpoint.is_started()) {
        return Ok(destination.check(inputs)?);
    }
    let existing = ExistingOutput::Overwrite;
    Ok(Destination { existing, ..destination.clone() }.check(inputs)?)
}

/// Prints what an interrupted run has written, and how to resume.
pub(crate) fn report_stopped(
    console: &Console,
    finished: &FinishedRun,
    destination: &Destination,
    checkpoint: Option<&Path>,
    fetches: bool,
) {
    let pages = counted(finished.stats.pages, "page");
    if let Some(path) = checkpoint {
        console.note(&format!("stopped: {pages} done ({})", path.display()));
        console.note(&format!("rerun the same command to resume: `{}`", command_line()));
        return;
    }
    let done = if fetches { "fetched" } else { "read" };
    match (&finished.partial, &destination.target) {
        (Some(partial), _) => {
            let partial = partial.display();
            console.note(&format!("stopped: {pages} done, in {partial}; the rest was not {done}"));
            console.note("with --checkpoint FILE, an interrupted run can be resumed");
        }
        (None, OutputTarget::Folder(_)) => {
            console.note(&format!("stopped: {pages} done; --skip-existing resumes"));
        }
        (None, _) => {
            console.note(&format!("stopped: {pages} done; the rest was not {done}"));
        }
    }
}

/// Prints that there was nothing to do.
pub(crate) fn report_complete(console: &Console, checkpoint: &Path) {
    let path = checkpoint.display();
    console.note(&format!(
        "nothing to do: {path} says that the run is complete; delete it to start over"
    ));
}

/// The command line, quoted so that it can be pasted into a shell.
fn command_line() -> String {
    let words = env::args_os().map(|word| quoted(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_shell_would_change_are_quoted() {
        for (word, shown) in [
            ("--host-delay=0s", "--host-delay=0s"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("*.gz", "'*.gz'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }
}
