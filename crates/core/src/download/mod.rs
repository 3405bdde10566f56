//! Downloads pages into files, without cleaning them.
//!
//! An [`DownloadOutput`] says what is written; [`run`] fetches a list of addresses into it. What is written
//! before a run is killed stays, but for the last page; such a run can be completed
//! ([`ExistingOutput::Skip`]).

mod counts;
mod entry;
mod folder;
mod lines;
mod output;
mod warc;

use copydesk_clean::RecordError;
use copydesk_fetch::FetchResult;

use std::io::Write;

pub use counts::{DownloadCounts, DownloadSummary};
pub use output::{DownloadOutput, WarcCompression};

use crate::error::Error;
use crate::sinks::{ExistingOutput, OutputPath};
use crate::sources::{
    BlockingFetcher, EntrySet, UnreadableUrl, UrlDecision, UrlList, UrlResult, record_error,
    status_error, without_credentials,
};

/// What became of one page, told when it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DownloadReport {
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
    web: &BlockingFetcher,
    list: &UrlList,
    output: &DownloadOutput,
    existing: ExistingOutput,
    stream: impl Write,
    observe: &mut dyn FnMut(&DownloadReport, &DownloadCounts),
) -> Result<DownloadCounts, Error> {
    let urls = list.open()?;
    let (mut choice, mut writer) = output.open(existing, stream, web.settings())?;
    let mut counts = DownloadCounts::default();
    for visit in web.fetch_list(urls, EntrySet::default(), move |url| {
        choice.select(url).map(UrlDecision::<_, ()>::from)
    }) {
        let (_, visit) = visit?;
        let report = match visit {
            UrlResult::Skipped(_) => {
                counts.skipped += 1;
                continue;
            }
            UrlResult::Bad(UnreadableUrl { source, error }) => {
                counts.count_failure(&error);
                DownloadReport { source, error: Some(error) }
            }
            UrlResult::Fetched(fetched, place) => {
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

fn report(fetched: &FetchResult) -> DownloadReport {
    let source = without_credentials(&fetched.request.url);
    let error = match &fetched.result {
        Ok(response) if response.is_not_modified() => None,
        Ok(response) => status_error(response.status()),
        Err(error) => Some(record_error(error, &source)),
    };
    DownloadReport { source, error }
}

/// Decides which addresses are fetched, and where their pages go.
trait UrlSelection: Send {
    /// The place of a page; `None` if it is not to be fetched.
    fn select(&mut self, url: &str) -> Result<Option<OutputPath>, Error>;
}

/// Every address is fetched.
struct AllUrls;

impl UrlSelection for AllUrls {
    fn select(&mut self, _: &str) -> Result<Option<OutputPath>, Error> {
        Ok(Some(OutputPath::Shared))
    }
}

/// Writes pages in one form.
trait DownloadWriter {
    /// Writes what became of an address.
    fn write(
        &mut self,
        fetched: &FetchResult,
        report: &DownloadReport,
        place: &OutputPath,
    ) -> Result<(), Error>;
}
