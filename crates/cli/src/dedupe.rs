//! Duplicates in a run of `copydesk clean`.

use std::path::Path;

use anyhow::Result;
use copydesk_core::dedupe::{DedupeGate, Printer, Room};
use copydesk_core::pipeline::Gate;
use copydesk_core::settings::Settings;
use copydesk_core::sinks::Format;

use crate::console::Console;
use crate::failure::Hinted;

/// What finds duplicates, if anything does.
pub(crate) struct Dedupe {
    gate: Option<DedupeGate>,
    /// Bytes that a run had left in the state that did not end.
    cut: u64,
}

impl Dedupe {
    pub(crate) fn open(
        state: Option<&Path>,
        settings: &Settings,
        format: Format,
        skips_existing: bool,
    ) -> Result<Self> {
        let opened = DedupeGate::new(settings, format, state)?;
        if opened.is_none() && state.is_some() {
            return Err(Hinted::new(
                "--state is for finding duplicates, and they are not looked for",
                "--dedupe drop leaves them out, --dedupe mark names the first page in each",
            )
            .into());
        }
        if opened.is_some() && skips_existing {
            return Err(Hinted::new(
                "--skip-existing passes over pages without reading them, and others may be their duplicates",
                "--state DIR with --dedupe drop leaves out what earlier runs had",
            )
            .into());
        }
        let (gate, cut) = match opened {
            Some((gate, cut)) => (Some(gate), cut),
            None => (None, 0),
        };
        Ok(Self { gate, cut })
    }

    /// What a run needs.
    pub(crate) fn parts(&mut self) -> (Option<Printer>, Option<&mut dyn Gate>) {
        let printer = self.gate.as_ref().map(DedupeGate::printer);
        (printer, self.gate.as_mut().map(|gate| gate as &mut dyn Gate))
    }

    /// The output is whole: its pages are known from now on.
    pub(crate) fn finish(self, console: &Console) -> Result<()> {
        let Some(mut gate) = self.gate else { return Ok(()) };
        gate.commit()?;
        if self.cut > 0 {
            console.note("an earlier run with this state did not end; its pages were forgotten");
        }
        match gate.room() {
            Room::All => {}
            Room::Exact => console.note(
                "there were more pages than --max-dedupe-bytes holds: of the last ones only exact copies \
                 were found",
            ),
            Room::None => console.note(
                "there were more pages than --max-dedupe-bytes holds: copies of the last ones were not found",
            ),
        }
        Ok(())
    }
}
