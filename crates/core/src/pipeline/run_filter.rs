//! A page that is cleaned, on its way to the output.

use copydesk_clean::Record;

use super::PageReport;
use super::worker::PageOrigin;
use crate::dedupe::TextSignature;
use crate::error::Error;
use crate::page_filters::ExclusionReason;
use crate::sinks::{Format, RenderedPage};
use crate::sources::PassThroughFields;

/// A page that is cleaned, in the hands of a [`RunFilter`].
#[derive(Debug)]
pub struct FinishedPage {
    /// What became of it.
    pub report: PageReport,
    /// What is written; `None` for what was skipped or is left out.
    pub rendered: Option<RenderedPage>,
    /// What it is compared with others by, where [`super::Run::printer`] asks for it and the page can be
    /// a duplicate.
    pub signature: Option<TextSignature>,
    /// The record, where [`RunFilter::needs_records`] asks for it.
    pub retained: Option<Box<RetainedRecord>>,
    /// Where it is from.
    pub(super) origin: PageOrigin,
}

/// What a page is rendered from.
#[derive(Debug)]
pub struct RetainedRecord {
    /// The record.
    pub record: Record,
    /// Other fields of the input, which are handed on.
    pub fields: PassThroughFields,
}

impl FinishedPage {
    /// A page that was not read.
    pub(super) fn unread(report: PageReport, origin: PageOrigin) -> Self {
        Self { report, rendered: None, signature: None, retained: None, origin }
    }

    /// Renders the page again, after its record was changed. Nothing happens to a page that is not
    /// written, or whose record was not kept.
    pub fn rerender(&mut self, format: Format) {
        if let (Some(rendered), Some(kept)) = (&mut self.rendered, &self.retained) {
            rendered.body = format.render(&kept.record, &kept.fields, rendered.separate);
        }
    }
}

/// What is to become of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterDecision {
    /// It is written.
    Write,
    /// It is counted under this reason, and not written.
    Exclude(ExclusionReason),
}

/// Decides on pages with what is known of those before them: in the order of the inputs (or, unordered,
/// as they are done), on one thread, just before they are written.
pub trait RunFilter {
    /// Whether records are kept for it, in memory beside what they are rendered to. Default false.
    fn needs_records(&self) -> bool {
        false
    }

    /// Decides on a page that is about to be written. It may change the record and have it rendered
    /// again.
    ///
    /// # Errors
    /// Whatever must end the run.
    fn decide(&mut self, page: &mut FinishedPage) -> Result<FilterDecision, Error>;

    /// How far it has come, to be handed to [`RunFilter::resume`] by a run that goes on from here. Asked after
    /// every page. Default 0.
    fn mark(&self) -> u64 {
        0
    }

    /// Makes durable what is needed to come back to any mark up to here. Called before a checkpoint is
    /// written. Default: nothing to do.
    ///
    /// # Errors
    /// When it cannot be written.
    fn commit(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Goes back to this mark, before the first page of a run with a checkpoint; 0 is the beginning. Default:
    /// nothing to do.
    ///
    /// # Errors
    /// When what was committed cannot be read.
    fn resume(&mut self, mark: u64) -> Result<(), Error> {
        let _ = mark;
        Ok(())
    }
}
