//! Duplicates in a run of `copydesk clean`.

use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;
use copydesk_core::dedupe::DedupeCapacity;
use copydesk_core::pipeline::{DedupeFilter, JournalLocation, RunFilter};
use copydesk_core::settings::{DedupeChoice, Settings};
use copydesk_core::sinks::Format;

use crate::console::Console;
use crate::failure::HintedError;

/// What the command line says of it.
#[derive(Clone, Copy)]
pub(crate) struct DedupeArgs<'a> {
    /// The folder of `--state`.
    pub(crate) state: Option<&'a Path>,
    /// The file of `--checkpoint`.
    pub(crate) checkpoint: Option<&'a Path>,
    pub(crate) skips_existing: bool,
}

/// What finds duplicates, if anything does.
pub(crate) struct DedupeRun(Option<DedupeFilter>);

impl DedupeRun {
    pub(crate) fn open(asked: DedupeArgs<'_>, settings: &Settings, format: Format) -> Result<Self> {
        let is_off = settings.dedupe == DedupeChoice::Off;
        if is_off && asked.state.is_some() {
            return Err(HintedError::new(
                "--state is for finding duplicates, and they are not looked for",
                "--dedupe drop leaves them out, --dedupe mark names the first page in each",
            )
            .into());
        }
        if !is_off && asked.skips_existing {
            return Err(HintedError::new(
                "--skip-existing passes over pages that others may be duplicates of",
                "--state DIR with --dedupe drop leaves out what earlier runs had",
            )
            .into());
        }
        let state = match (asked.state, asked.checkpoint) {
            (Some(folder), _) => JournalLocation::Persistent(folder.into()),
            (None, Some(checkpoint)) => {
                let mut journal = OsString::from(checkpoint);
                journal.push(".duplicates");
                JournalLocation::Run(journal.into())
            }
            (None, None) => JournalLocation::Temporary,
        };
        let mut gate = DedupeFilter::new(settings, format, state)?;
        // A run with a checkpoint says itself from where it goes on. Others should fail before they write.
        if let Some(gate) = gate.as_mut().filter(|_| asked.checkpoint.is_none()) {
            gate.resume(0)?;
        }
        Ok(Self(gate))
    }

    /// The filter for the run, if duplicates are looked for.
    pub(crate) fn run_filter(&mut self) -> Option<&mut dyn RunFilter> {
        self.0.as_mut().map(|gate| gate as &mut dyn RunFilter)
    }

    /// The output is whole: its pages are known from now on.
    pub(crate) fn finish(self, console: &Console) -> Result<()> {
        let Some(gate) = self.0 else { return Ok(()) };
        if gate.cut_bytes() > 0 {
            console.note("an earlier run with this state did not end; its pages were forgotten");
        }
        match gate.finish()? {
            DedupeCapacity::All => {}
            DedupeCapacity::Exact => console.note(
                "there were more pages than --max-dedupe-bytes holds: of the last ones only exact \
                 copies were found",
            ),
            DedupeCapacity::None => console.note(
                "there were more pages than --max-dedupe-bytes holds: copies of the last ones were \
                 not found",
            ),
        }
        Ok(())
    }
}
