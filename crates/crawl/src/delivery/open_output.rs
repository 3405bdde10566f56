//! An open output of any kind.

use super::files_output::FilesOutput;
use super::page_folder_output::PageFolderOutput;
use super::selection::{DecodedRecord, FieldSelection};
use super::template::PathTemplate;
use crate::frontier::{OutboxEntry, OutputMark};
use crate::jobs::OutputSpec;
use copydesk_core::Error;
use copydesk_core::sinks::{Destination, OutputTarget};

/// Sizes of the parts of a file, for formats that have parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartSizes {
    /// Bytes of a row group. Rows that do not fill one stay in the outbox.
    pub(super) row_group: u64,
    /// Bytes of content in a compressed member, unless it is ended before.
    pub(super) member: u64,
}

impl Default for PartSizes {
    fn default() -> Self {
        Self { row_group: 8 << 20, member: 4 << 20 }
    }
}

/// An open output.
pub(super) enum OpenOutput {
    Files(Box<FilesOutput>),
    Folder(Box<PageFolderOutput>),
}

impl OpenOutput {
    /// Opens an output of a job at its mark.
    pub(super) fn open(
        spec: &OutputSpec,
        job: &str,
        mark: &OutputMark,
        sizes: PartSizes,
    ) -> Result<Self, Error> {
        let template = PathTemplate::new(&spec.path, job);
        let destination = Destination {
            compression: spec.compression,
            row_group_bytes: sizes.row_group,
            member_bytes: sizes.member,
            ..Destination::new(OutputTarget::Stream, spec.format)
        };
        if template.is_folder() {
            return Ok(Self::Folder(Box::new(PageFolderOutput::new(
                template,
                &destination,
                mark.covered,
            ))));
        }
        let files = FilesOutput::open(template, destination, (job, &spec.name), mark)?;
        Ok(Self::Files(Box::new(files)))
    }

    /// The last record that was written.
    pub(super) fn written(&self) -> u64 {
        match self {
            Self::Files(files) => files.written(),
            Self::Folder(folder) => folder.written(),
        }
    }

    /// See [`FilesOutput::wake`].
    pub(super) fn wake(&mut self, records: &[OutboxEntry]) -> Result<bool, Error> {
        match self {
            Self::Files(files) => files.wake(records),
            Self::Folder(_) => Ok(false),
        }
    }

    /// Writes the next record.
    pub(super) fn write(
        &mut self,
        delivery: &OutboxEntry,
        decoded: &mut DecodedRecord,
        selection: FieldSelection,
    ) -> Result<(), Error> {
        match self {
            Self::Files(files) => {
                let body = decoded.render(selection, files.format(), true);
                files.write(delivery, body)
            }
            Self::Folder(folder) => folder.write(delivery, decoded, selection),
        }
    }

    /// Makes written records durable, as far as possible.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        match self {
            Self::Files(files) => files.commit(),
            Self::Folder(folder) => folder.commit(),
        }
    }

    /// Makes everything readable at the end of a run.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        match self {
            Self::Files(files) => files.finish(),
            Self::Folder(folder) => folder.commit(),
        }
    }

    /// The mark of what is durable.
    ///
    /// # Errors
    /// See [`FilesOutput::mark`].
    pub(super) fn mark(&self) -> Result<OutputMark, Error> {
        match self {
            Self::Files(files) => files.mark(),
            // The file of a page follows from its URL, so the position in the outbox is enough.
            Self::Folder(folder) => {
                let covered = folder.covered();
                Ok(OutputMark { covered, delivered: covered, cursor: String::new() })
            }
        }
    }

    /// The current file; a folder has none.
    pub(super) fn current(&self) -> Option<&str> {
        match self {
            Self::Files(files) => files.current(),
            Self::Folder(_) => None,
        }
    }

    /// The notes since the last call.
    pub(super) fn take_notes(&mut self) -> Vec<String> {
        match self {
            Self::Files(files) => files.take_notes(),
            Self::Folder(_) => Vec::new(),
        }
    }
}
