//! Filters that see every cleaned page, in order, before it is written.

use copydesk_clean::Record;

use super::PageReport;
use super::run_task::PageOrigin;
use crate::dedupe::{TextSignature, TextSigner};
use crate::error::Error;
use crate::page_filters::ExclusionReason;
use crate::sinks::{Format, RenderedPage};
use crate::sources::PassThroughFields;

/// A cleaned page, as a [`RunFilter`] sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct FinishedPage {
    /// What became of the page so far.
    pub report: PageReport,
    /// The bytes or row to write; `None` for a page that was skipped or excluded.
    pub rendered: Option<RenderedPage>,
    /// The signature by which it is compared with others, if [`RunFilter::signer`] asks for one and the page
    /// can be a duplicate.
    pub signature: Option<TextSignature>,
    /// The record, if [`RunFilter::needs_records`] asks for it.
    pub retained: Option<Box<RetainedRecord>>,
    /// Why the run cannot continue past this page.
    pub(super) fatal: Option<Error>,
    /// Where the page comes from, for the checkpoint.
    pub(super) origin: PageOrigin,
}

/// A record that is kept so that the page can be rendered again.
#[derive(Debug)]
#[non_exhaustive]
pub struct RetainedRecord {
    /// The record.
    pub record: Record,
    /// The other fields of the input record, which are copied to the output.
    pub fields: PassThroughFields,
}

impl FinishedPage {
    /// A page that was neither read nor rendered.
    pub(super) fn unread(report: PageReport, origin: PageOrigin) -> Self {
        Self { report, rendered: None, signature: None, retained: None, fatal: None, origin }
    }

    /// Renders the page again, after its record was changed. Does nothing if the page is not written, or if its
    /// record was not kept.
    pub fn rerender(&mut self, format: Format) {
        if let (Some(rendered), Some(kept)) = (&mut self.rendered, &self.retained) {
            rendered.body = format.render(&kept.record, &kept.fields, rendered.frame);
        }
    }
}

/// What a filter decides about a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterDecision {
    /// Write it.
    Write,
    /// Do not write it, and count it under this reason.
    Exclude(ExclusionReason),
}

/// Decides about each page with knowledge of the pages before it. Called on the writing thread just before a page
/// is written: in the order of the inputs, or, in an unordered run, as pages are done.
pub trait RunFilter {
    /// Whether it needs the records of pages, which then stay in memory beside what they are rendered to.
    /// Default false.
    fn needs_records(&self) -> bool {
        false
    }

    /// What signs the texts of pages for this filter, on the threads that clean. Called once, before the first
    /// page. Default: pages are not signed.
    fn signer(&self) -> Option<TextSigner> {
        None
    }

    /// Decides about a page that is about to be written. It may change the record and render it again
    /// ([`FinishedPage::rerender`]).
    ///
    /// # Errors
    /// Any error ends the run.
    fn decide(&mut self, page: &mut FinishedPage) -> Result<FilterDecision, Error>;

    /// Marks the current state, for [`RunFilter::resume`] in a run that resumes from here. Called after every page.
    /// Default 0.
    fn mark(&self) -> u64 {
        0
    }

    /// Makes durable what [`RunFilter::resume`] needs for every mark so far. Called before a checkpoint is written.
    /// Default: does nothing.
    ///
    /// # Errors
    /// If it cannot be written.
    fn commit(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Returns to the state at `mark`; 0 is the beginning. Called before the first page of a run with a checkpoint.
    /// Default: does nothing.
    ///
    /// # Errors
    /// If what was committed cannot be read.
    fn resume(&mut self, mark: u64) -> Result<(), Error> {
        let _ = mark;
        Ok(())
    }
}
