//! What is said of runs that can be gone on with.

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

/// Opens the checkpoint, and says so where it goes on with a run. `flags` are those that are no settings
/// and that the output depends on.
pub(crate) fn open_checkpoint(
    path: &Path,
    urls: Option<&Path>,
    flags: impl IntoIterator<Item = (&'static str, String)>,
    settings: &Settings,
    destination: &Destination,
) -> Result<Checkpoint> {
    if urls.is_some_and(|list| list.as_os_str() == "-") {
        return Err(HintedError::new(
            "a list on standard input can be read only once, so its run cannot be gone on with",
            "write it to a file, and name that with --urls",
        )
        .into());
    }
    let shape =
        flags.into_iter().fold(RunConfig::new(settings, destination)?, |shape, (name, value)| {
            shape.with(name, value)
        });
    let checkpoint = Checkpoint::open(path, shape, settings, destination)?;
    if checkpoint.is_resumable() && !settings.quiet {
        let pages = counted(checkpoint.pages());
        let note = format!("going on after {pages} ({})", path.display());
        Console::new(settings.color).note(&note);
    }
    Ok(checkpoint)
}

/// Looks at the inputs and the outputs before the run. The outputs of a run that is gone on with are there.
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

/// Says what there is of a run that was ended early, and how to go on.
pub(crate) fn report_stopped(
    console: &Console,
    finished: &FinishedRun,
    destination: &Destination,
    checkpoint: Option<&Path>,
    fetches: bool,
) {
    let pages = counted(finished.stats.pages);
    if let Some(path) = checkpoint {
        console.note(&format!("stopped: {pages} done, as {} says", path.display()));
        console.note(&format!("the same command goes on: `{}`", command_line()));
        return;
    }
    let missing = if fetches { "fetched" } else { "read" };
    match (&finished.partial, &destination.target) {
        (Some(partial), _) => {
            let partial = partial.display();
            console
                .note(&format!("stopped: {pages} done, in {partial}; the rest was not {missing}"));
            console.note("with --checkpoint FILE a run can be gone on with");
        }
        (None, OutputTarget::Folder(_)) => {
            console.note(&format!("stopped: {pages} done; --skip-existing does the rest"));
        }
        (None, _) => {
            console.note(&format!("stopped: {pages} done; the rest was not {missing}"));
        }
    }
}

/// Says that there was nothing to do.
pub(crate) fn report_complete(console: &Console, checkpoint: &Path) {
    let path = checkpoint.display();
    console.note(&format!("nothing to do: the run of {path} is complete; delete it to run again"));
}

fn counted(pages: u64) -> String {
    format!("{pages} page{}", if pages == 1 { "" } else { "s" })
}

/// The command as a shell would read it again.
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
    fn words_are_quoted_where_a_shell_would_break_them() {
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
