//! Downloads pages into files, without cleaning them.
//!
//! An [`Output`] says what is written; [`run`] fetches a list of addresses into it. What is written
//! before a run is killed stays, but for the last page; such a run can be completed
//! ([`Existing::Skip`]).

mod counts;
mod entry;
mod folder;
mod lines;
mod output;
mod warc;

use copydesk_clean::RecordError;
use copydesk_fetch::Fetched;

use std::io::Write;

pub use counts::{Counts, Summary};
pub use output::{Compression, Output};

use crate::error::Error;
use crate::sinks::{Existing, Place};
use crate::sources::{
    Ask, BadLine, Entries, UrlList, Visit, Web, record_error, status_error, without_credentials,
};

/// What became of one page, told when it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageReport {
    /// The address that was asked for, without credentials; for a line of a list that is none, the list
    /// and the number of the line.
    pub source: String,
    /// Why there is no page. An answer with a status that brings none is a reason too.
    pub error: Option<RecordError>,
}

/// Fetches every address of `list` into `output`, and tells `observe` of each as it is done, in the
/// order in which they come. `stream` is used where the output is one.
///
/// # Errors
/// When the list cannot be opened or the output cannot be written. A page that cannot be had is no
/// error: the counts and the output have it.
pub fn run(
    web: &Web,
    list: &UrlList,
    output: &Output,
    existing: Existing,
    stream: impl Write,
    observe: &mut dyn FnMut(&PageReport, &Counts),
) -> Result<Counts, Error> {
    let urls = list.open()?;
    let (mut choice, mut writer) = output.open(existing, stream, web.settings())?;
    let mut counts = Counts::default();
    for visit in web.visit(urls, Entries::default(), move |url| choice.place(url).map(Ask::from)) {
        let (_, visit) = visit?;
        let report = match visit {
            Visit::Skipped(_) => {
                counts.skipped += 1;
                continue;
            }
            Visit::Bad(BadLine { source, error }) => {
                counts.count_failure(&error);
                PageReport { source, error: Some(error) }
            }
            Visit::Fetched(fetched, place) => {
                let report = report(&fetched);
                writer.write(&fetched, &report, &place)?;
                counts.count(&fetched, &report);
                report
            }
        };
        observe(&report, &counts);
    }
    Ok(counts)
}

fn report(fetched: &Fetched) -> PageReport {
    let source = without_credentials(&fetched.request.url);
    let error = match &fetched.result {
        Ok(response) if response.is_not_modified() => None,
        Ok(response) => status_error(response.status()),
        Err(error) => Some(record_error(error, &source)),
    };
    PageReport { source, error }
}

/// Decides which addresses are fetched, and where their pages go.
trait Choice: Send {
    /// The place of a page; `None` if it is not to be fetched.
    fn place(&mut self, url: &str) -> Result<Option<Place>, Error>;
}

/// Every address is fetched.
struct All;

impl Choice for All {
    fn place(&mut self, _: &str) -> Result<Option<Place>, Error> {
        Ok(Some(Place::Shared))
    }
}

/// Writes pages in one form.
trait Writer {
    /// Writes what became of an address.
    fn write(&mut self, fetched: &Fetched, report: &PageReport, place: &Place)
    -> Result<(), Error>;
}
