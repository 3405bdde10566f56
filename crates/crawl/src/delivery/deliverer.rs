//! Delivers the records of an outbox to all outputs of a job.

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

/// Bytes of records held in memory at a time.
const CHUNK_BYTES: usize = 4 << 20;

/// Chunks per call, so that a full outbox does not keep the caller from its other work.
const MAX_CHUNKS: usize = 16;

/// Delivers records to the outputs of a job.
///
/// Every output receives each record once, in order, no matter when the process is killed. An output that
/// fails does not block the others: its records stay in the outbox, and the next call retries.
///
/// The outputs stay open as long as the deliverer lives. There must be only one for a job at a time.
pub struct Deliverer {
    job: JobId,
    name: String,
    selection: FieldSelection,
    pub(super) part_sizes: PartSizes,
    outputs: Vec<OutputSlot>,
}

struct OutputSlot {
    spec: OutputSpec,
    /// `None` until it is opened, and after a failure.
    open: Option<OpenOutput>,
    /// Its mark in the state.
    mark: OutputMark,
    /// The failure that was logged last.
    reported: Option<String>,
}

/// What one call report.
#[derive(Debug, Default)]
pub struct DeliveryReport {
    /// Delivered records, by output. A record that is delivered again after a crash counts again.
    pub records: BTreeMap<String, u64>,
    /// Failures, by output.
    pub failures: BTreeMap<String, copydesk_core::Error>,
    /// Notes for people, which were also logged: files that somebody changed or removed, and where the output
    /// continues.
    pub notes: Vec<String>,
    /// Whether the outbox may have more for outputs that do not fail. Call again for the rest.
    pub has_more: bool,
}

impl Deliverer {
    /// A deliverer for the outputs of a job, which the frontier knows as `job`. Nothing is opened yet. Of
    /// `settings`, only those that select fields of records are used (`explain`, `extra_fields`,
    /// `front_matter`).
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

    /// Delivers what is in the outbox and makes it durable: at most 64 MiB of records, of which 4 MiB are
    /// held at a time. An empty outbox costs little, but each call with records syncs files to disk. Calling
    /// it every few hundred milliseconds is often enough.
    ///
    /// # Errors
    /// If the state cannot be read or written. Failures of outputs are in the report.
    pub fn deliver(&mut self, frontier: &mut dyn Frontier) -> Result<DeliveryReport, Error> {
        self.deliver_from(&mut JobOutbox { job: self.job, frontier })
    }

    /// Delivers everything at the end of a run, and moves files into place that are written beside it.
    ///
    /// # Errors
    /// See [`Deliverer::deliver`].
    pub fn finish(mut self, frontier: &mut dyn Frontier) -> Result<DeliveryReport, Error> {
        self.finish_from(&mut JobOutbox { job: self.job, frontier })
    }

    /// Removes files that are older than `keep`: by the period in their names, or by the time of their last
    /// change if only a run is in their names. Only paths that an output's template can have made are
    /// considered, and never its current file. An output that is a single file or folder loses nothing.
    /// Returns the number of removed files.
    ///
    /// # Errors
    /// If a folder cannot be read or a file cannot be removed.
    pub fn prune(&self, keep: Duration, now: Timestamp) -> Result<u64, Error> {
        let mut removed = 0;
        for OutputSlot { spec, open, .. } in &self.outputs {
            let template = PathTemplate::new(&spec.path, &self.name);
            // The current file of an output that failed is unknown.
            if let Some(open) = open {
                removed += retention::prune(&template, spec, open.current(), keep, now)?;
            }
        }
        Ok(removed)
    }

    pub(super) fn deliver_from(
        &mut self,
        outbox: &mut dyn Outbox,
    ) -> Result<DeliveryReport, Error> {
        let mut report = DeliveryReport::default();
        self.drain(outbox, MAX_CHUNKS, &mut report)?;
        self.take_notes(&mut report);
        Ok(report)
    }

    pub(super) fn finish_from(&mut self, outbox: &mut dyn Outbox) -> Result<DeliveryReport, Error> {
        let mut report = DeliveryReport::default();
        self.drain(outbox, usize::MAX, &mut report)?;
        self.for_each_open(&mut report, OpenOutput::finish);
        self.mark(outbox)?;
        self.take_notes(&mut report);
        Ok(report)
    }

    fn drain(
        &mut self,
        outbox: &mut dyn Outbox,
        max_chunks: usize,
        report: &mut DeliveryReport,
    ) -> Result<(), Error> {
        self.open(outbox, report)?;
        // A file that an output starts before the state has its mark would later not be recognized as its
        // own.
        self.mark(outbox)?;
        for _ in 0..max_chunks {
            // The output that is furthest behind decides; `write_entry` skips the record for the others.
            let Some(after) = self.open_outputs().map(OpenOutput::written).min() else {
                return Ok(());
            };
            let records = outbox.records(after, CHUNK_BYTES)?;
            if records.is_empty() {
                return Ok(());
            }
            let mut goes_back = false;
            self.for_each_open(report, |open| {
                goes_back |= open.wake(&records)?;
                Ok(())
            });
            // An output must first write earlier records again, so the records are read again from there.
            if goes_back {
                continue;
            }
            for record in &records {
                self.write_entry(record, report);
            }
            self.for_each_open(report, OpenOutput::commit);
            self.mark(outbox)?;
        }
        report.has_more = true;
        Ok(())
    }

    /// Opens the outputs that are not open.
    fn open(&mut self, outbox: &mut dyn Outbox, report: &mut DeliveryReport) -> Result<(), Error> {
        for output in self.outputs.iter_mut().filter(|output| output.open.is_none()) {
            output.mark = outbox.mark(&output.spec.name)?;
            match OpenOutput::open(&output.spec, &self.name, &output.mark, self.part_sizes) {
                Ok(open) => output.open = Some(open),
                Err(error) => output.fail(error, report),
            }
        }
        Ok(())
    }

    fn open_outputs(&self) -> impl Iterator<Item = &OpenOutput> {
        self.outputs.iter().filter_map(|output| output.open.as_ref())
    }

    /// Writes a record to the outputs that do not have it.
    fn write_entry(&mut self, record: &OutboxEntry, report: &mut DeliveryReport) {
        let selection = self.selection;
        let mut decoded = None;
        for output in &mut self.outputs {
            let Some(open) = &mut output.open else { continue };
            if open.written() >= record.sequence {
                continue;
            }
            let decoded = decoded.get_or_insert_with(|| selection.decode(record));
            match open.write(record, decoded, selection) {
                Ok(()) => *report.records.entry(output.spec.name.clone()).or_default() += 1,
                Err(error) => output.fail(error, report),
            }
        }
    }

    /// Calls `act` for each open output. Those that fail are closed.
    fn for_each_open(
        &mut self,
        report: &mut DeliveryReport,
        mut act: impl FnMut(&mut OpenOutput) -> Result<(), copydesk_core::Error>,
    ) {
        for output in &mut self.outputs {
            if let Some(Err(error)) = output.open.as_mut().map(&mut act) {
                output.fail(error, report);
            }
        }
    }

    /// Stores the marks of the outputs in the state.
    fn mark(&mut self, outbox: &mut dyn Outbox) -> Result<(), Error> {
        for OutputSlot { spec, open, mark: stored, reported } in &mut self.outputs {
            let Some(mark) = open.as_ref().map(OpenOutput::mark).transpose()? else { continue };
            if mark.covered > stored.covered && reported.take().is_some() {
                info!(output = spec.name, "output works again");
            }
            if mark != *stored {
                step("marking");
                outbox.set_mark(&spec.name, &mark)?;
                *stored = mark;
                step("marked");
            }
        }
        Ok(())
    }

    fn take_notes(&mut self, report: &mut DeliveryReport) {
        for output in &mut self.outputs {
            if let Some(open) = &mut output.open {
                report.notes.extend(open.take_notes());
            }
        }
    }
}

impl OutputSlot {
    /// Closes the output. It is opened again at its mark, so that nothing incomplete counts.
    fn fail(&mut self, error: copydesk_core::Error, report: &mut DeliveryReport) {
        let message = error.to_string();
        // A full disk fails at every call; logging it once is enough.
        if self.reported.as_ref() != Some(&message) {
            warn!(output = self.spec.name, error = message, "output failed; it will be retried");
            self.reported = Some(message);
        }
        // Dropped without a commit, since its writer is in an unknown state after the failure.
        if let Some(mut open) = self.open.take() {
            report.notes.extend(open.take_notes());
        }
        report.failures.insert(self.spec.name.clone(), error);
    }
}
