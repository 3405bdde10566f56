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

/// The flags that concern duplicates.
#[derive(Clone, Copy)]
pub(crate) struct DedupeArgs<'a> {
    /// The folder given as `--state`.
    pub(crate) state: Option<&'a Path>,
    /// The file given as `--checkpoint`.
    pub(crate) checkpoint: Option<&'a Path>,
    /// Whether `--skip-existing` was given.
    pub(crate) skips_existing: bool,
}

/// The filter for duplicates, if they are looked for.
pub(crate) struct DedupeRun(Option<DedupeFilter>);

impl DedupeRun {
    pub(crate) fn open(args: DedupeArgs<'_>, settings: &Settings, format: Format) -> Result<Self> {
        let is_off = settings.dedupe == DedupeChoice::Off;
        if is_off && args.state.is_some() {
            return Err(HintedError::new(
                "--state has no effect without --dedupe",
                "--dedupe drop omits duplicates, --dedupe mark names the first page in each",
            )
            .into());
        }
        if !is_off && args.skips_existing {
            return Err(HintedError::new(
                "--dedupe cannot be combined with --skip-existing, which does not read the pages that others may repeat",
                "--state DIR with --dedupe drop omits what earlier runs had",
            )
            .into());
        }
        let state = match (args.state, args.checkpoint) {
            (Some(folder), _) => JournalLocation::Persistent(folder.into()),
            (None, Some(checkpoint)) => {
                let mut journal = OsString::from(checkpoint);
                journal.push(".duplicates");
                JournalLocation::Run(journal.into())
            }
            (None, None) => JournalLocation::Temporary,
        };
        let mut filter = DedupeFilter::new(settings, format, state)?;
        // A run with a checkpoint resumes the filter itself, at the position of the checkpoint. Other runs do it
        // here, so that an unusable journal ends them before anything is written.
        if let Some(filter) = filter.as_mut().filter(|_| args.checkpoint.is_none()) {
            filter.resume(0)?;
        }
        Ok(Self(filter))
    }

    /// The filter for the run, if duplicates are looked for.
    pub(crate) fn run_filter(&mut self) -> Option<&mut dyn RunFilter> {
        self.0.as_mut().map(|filter| filter as &mut dyn RunFilter)
    }

    /// Commits the journal: the output is complete, so later runs may count its pages as known.
    pub(crate) fn finish(self, console: &Console) -> Result<()> {
        let Some(filter) = self.0 else { return Ok(()) };
        if filter.cut_bytes() > 0 {
            console
                .note("an earlier run with this state was not completed; its pages were forgotten");
        }
        match filter.finish()? {
            DedupeCapacity::All => {}
            DedupeCapacity::Exact => console.warning(
                "more pages than fit into --max-dedupe-bytes: for the last ones, only exact copies were \
                 found",
            ),
            DedupeCapacity::None => console.warning(
                "more pages than fit into --max-dedupe-bytes: copies of the last ones were not found",
            ),
        }
        Ok(())
    }
}
