//! Takes what is in an outbox to all outputs of a job.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tracing::{info, warn};

use super::open_output::{OpenOutput, PartSizes};
use super::outbox::{JobOutbox, Outbox};
use super::retention;
use super::selection::FieldSelection;
use super::step;
use super::template::PathTemplate;
use crate::error::Error;
use crate::frontier::{Frontier, JobId, OutboxEntry, OutputMark};
use crate::jobs::OutputSpec;
use copydesk_core::settings::Settings;

/// Bytes of records that are held at a time.
const CHUNK_BYTES: usize = 4 << 20;

/// So many times as much is taken by one call, if the outbox has it.
const MAX_CHUNKS: usize = 16;

/// The outputs of a job, and who takes records there.
///
/// Each record that the job delivers comes to be in each output once, in order, whatever is killed when. What
/// fails at one output holds up no other: its records stay in the outbox, and it is tried again with the
/// next call.
///
/// While a deliverer is there, its outputs are open: there is to be one of a job at a time.
pub struct Deliverer {
    job: JobId,
    name: String,
    selection: FieldSelection,
    pub(super) part_sizes: PartSizes,
    outputs: Vec<OutputSlot>,
}

struct OutputSlot {
    spec: OutputSpec,
    /// `None` until it is opened, and after something failed.
    open: Option<OpenOutput>,
    /// What the state says of it.
    mark: OutputMark,
    /// What fails, as it was told last.
    reported: Option<String>,
}

/// What a call did.
#[derive(Debug, Default)]
pub struct DeliveryReport {
    /// Records that were taken, by output. One that was taken before a crash and is taken again is counted
    /// again.
    pub records: BTreeMap<String, u64>,
    /// What failed, by output.
    pub failures: BTreeMap<String, copydesk_core::Error>,
    /// What is worth telling, in words: files that somebody else changed or took away, and where the
    /// output went on. It was logged, too.
    pub notes: Vec<String>,
    /// Whether the outbox may have more, for outputs that do not fail: it is a lot, and the next call goes
    /// on with it.
    pub has_more: bool,
}

impl Deliverer {
    /// The outputs of a job that the frontier knows by `job`. Nothing is opened yet. Of `settings`, those count
    /// that say what records show (`explain`, `with`).
    pub fn new(job: JobId, name: &str, outputs: &[OutputSpec], settings: &Settings) -> Self {
        let output = |spec: &OutputSpec| OutputSlot {
            spec: spec.clone(),
            open: None,
            mark: OutputMark::default(),
            reported: None,
        };
        let (name, selection) = (name.into(), FieldSelection::new(settings));
        let outputs = outputs.iter().map(output).collect();
        Self { job, name, selection, part_sizes: PartSizes::default(), outputs }
    }

    /// Takes what is in the outbox to the outputs, makes it durable, and marks it: at most 64 MiB of records,
    /// of which 4 MiB are held at a time. Without records there is little to do, so that it can be called
    /// often; since each call that has records makes them durable by themselves, every few hundred
    /// milliseconds is often enough.
    ///
    /// # Errors
    /// When the state cannot be read or written; failures of outputs are in what is returned.
    pub fn deliver(&mut self, frontier: &mut dyn Frontier) -> Result<DeliveryReport, Error> {
        self.deliver_from(&mut JobOutbox { job: self.job, frontier })
    }

    /// The same at the end of a run, with all that there is: files that are put in their places whole get
    /// there.
    ///
    /// # Errors
    /// See [`Deliverer::deliver`].
    pub fn finish(mut self, frontier: &mut dyn Frontier) -> Result<DeliveryReport, Error> {
        self.finish_from(&mut JobOutbox { job: self.job, frontier })
    }

    /// Removes files of the outputs that are older than `keep`: by the period in their names, and by the time
    /// at which they were changed last where their names have only a run in them. Only what an output's own
    /// template can have made is looked at, and never the file that it stands in; an output that is one file
    /// for ever, or one folder, loses nothing. Returns how many files that were.
    ///
    /// # Errors
    /// When a folder cannot be read or a file not be removed.
    pub fn prune(&self, keep: Duration, now: Timestamp) -> Result<u64, Error> {
        let mut removed = 0;
        for OutputSlot { spec, open: outlet, .. } in &self.outputs {
            let template = PathTemplate::new(&spec.path, &self.name);
            // Of an output that failed it is not known where it stands.
            if let Some(outlet) = outlet {
                removed += retention::prune(&template, spec, outlet.current(), keep, now)?;
            }
        }
        Ok(removed)
    }

    pub(super) fn deliver_from(
        &mut self,
        outbox: &mut dyn Outbox,
    ) -> Result<DeliveryReport, Error> {
        let mut delivered = DeliveryReport::default();
        self.drain(outbox, MAX_CHUNKS, &mut delivered)?;
        self.take_notes(&mut delivered);
        Ok(delivered)
    }

    pub(super) fn finish_from(&mut self, outbox: &mut dyn Outbox) -> Result<DeliveryReport, Error> {
        let mut delivered = DeliveryReport::default();
        self.drain(outbox, usize::MAX, &mut delivered)?;
        self.for_each_open(&mut delivered, OpenOutput::finish);
        self.mark(outbox)?;
        self.take_notes(&mut delivered);
        Ok(delivered)
    }

    fn drain(
        &mut self,
        outbox: &mut dyn Outbox,
        max_chunks: usize,
        delivered: &mut DeliveryReport,
    ) -> Result<(), Error> {
        self.open(outbox, delivered)?;
        // What was begun before the state knows the output is not known to be its own.
        self.mark(outbox)?;
        for _ in 0..max_chunks {
            let Some(after) = self.open_outputs().map(OpenOutput::written).min() else {
                return Ok(());
            };
            let records = outbox.records(after, CHUNK_BYTES)?;
            if records.is_empty() {
                return Ok(());
            }
            let mut goes_back = false;
            self.for_each_open(delivered, |outlet| {
                goes_back |= outlet.wake(&records)?;
                Ok(())
            });
            if goes_back {
                continue;
            }
            for record in &records {
                self.write_entry(record, delivered);
            }
            self.for_each_open(delivered, OpenOutput::commit);
            self.mark(outbox)?;
        }
        delivered.has_more = true;
        Ok(())
    }

    /// Opens the outputs that are not.
    fn open(
        &mut self,
        outbox: &mut dyn Outbox,
        delivered: &mut DeliveryReport,
    ) -> Result<(), Error> {
        for output in self.outputs.iter_mut().filter(|output| output.open.is_none()) {
            output.mark = outbox.mark(&output.spec.name)?;
            match OpenOutput::open(&output.spec, &self.name, &output.mark, self.part_sizes) {
                Ok(outlet) => output.open = Some(outlet),
                Err(error) => output.fail(error, delivered),
            }
        }
        Ok(())
    }

    fn open_outputs(&self) -> impl Iterator<Item = &OpenOutput> {
        self.outputs.iter().filter_map(|output| output.open.as_ref())
    }

    /// Takes a record to the outputs that have not got it.
    fn write_entry(&mut self, record: &OutboxEntry, delivered: &mut DeliveryReport) {
        let shown = self.selection;
        let mut opened = None;
        for output in &mut self.outputs {
            let Some(outlet) = &mut output.open else { continue };
            if outlet.written() >= record.sequence {
                continue;
            }
            let opened = opened.get_or_insert_with(|| shown.decode(record));
            match outlet.write(record, opened, shown) {
                Ok(()) => *delivered.records.entry(output.spec.name.clone()).or_default() += 1,
                Err(error) => output.fail(error, delivered),
            }
        }
    }

    /// Does something with each output; those at which it fails are closed.
    fn for_each_open(
        &mut self,
        delivered: &mut DeliveryReport,
        mut act: impl FnMut(&mut OpenOutput) -> Result<(), copydesk_core::Error>,
    ) {
        for output in &mut self.outputs {
            if let Some(Err(error)) = output.open.as_mut().map(&mut act) {
                output.fail(error, delivered);
            }
        }
    }

    /// Tells the state where the outputs are.
    fn mark(&mut self, outbox: &mut dyn Outbox) -> Result<(), Error> {
        for OutputSlot { spec, open: outlet, mark: marked, reported: told } in &mut self.outputs {
            let Some(mark) = outlet.as_ref().map(OpenOutput::mark) else { continue };
            if mark.covered > marked.covered && told.take().is_some() {
                info!(output = spec.name, "an output works again");
            }
            if mark != *marked {
                step("marking");
                outbox.set_mark(&spec.name, &mark)?;
                *marked = mark;
                step("marked");
            }
        }
        Ok(())
    }

    fn take_notes(&mut self, delivered: &mut DeliveryReport) {
        for output in &mut self.outputs {
            if let Some(outlet) = &mut output.open {
                delivered.notes.extend(outlet.take_notes());
            }
        }
    }
}

impl OutputSlot {
    /// Closes it. It is opened again where its mark is, so that nothing that was half done counts.
    fn fail(&mut self, error: copydesk_core::Error, delivered: &mut DeliveryReport) {
        let told = error.to_string();
        // It fails again and again; to be told once of it is enough.
        if self.reported.as_ref() != Some(&told) {
            warn!(output = self.spec.name, error = told, "an output failed, and is tried again");
            self.reported = Some(told);
        }
        if let Some(mut outlet) = self.open.take() {
            delivered.notes.extend(outlet.take_notes());
        }
        delivered.failures.insert(self.spec.name.clone(), error);
    }
}
