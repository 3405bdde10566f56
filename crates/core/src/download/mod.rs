//! Downloads pages into files, without cleaning them.
//!
//! A [`DownloadOutput`] says what is written, and [`run`] fetches a list of URLs into it. A killed run loses at most
//! its last page, and the same command with [`ExistingOutput::Skip`] completes it.

mod counts;
mod entry;
mod folder;
mod lines;
mod output;
mod record_compression;
mod selection;
mod warc;
mod writer;

use std::io::Write;

use copydesk_fetch::FetchResult;

pub use counts::{DownloadCounts, DownloadSummary};
pub use output::DownloadOutput;
pub use writer::DownloadReport;

use crate::error::Error;
use crate::sinks::ExistingOutput;
use crate::sources::{
    BlockingFetcher, EntrySet, UnreadableUrl, UrlDecision, UrlList, UrlResult, record_error,
    status_error, without_credentials,
};

/// Fetches every URL of `list` into `output`, and calls `observe` after each page, in the order in which pages arrive.
/// `stream` is used if the output is one.
///
/// # Errors
/// When the list cannot be opened or the output cannot be written. A failed fetch is not an error: it is in the counts
/// and in the output.
pub fn run(
    fetcher: &BlockingFetcher,
    list: &UrlList,
    output: &DownloadOutput,
    existing: ExistingOutput,
    stream: impl Write,
    observe: &mut dyn FnMut(&DownloadReport, &DownloadCounts),
) -> Result<DownloadCounts, Error> {
    let urls = list.open()?;
    let (mut selection, mut writer) = output.open(existing, stream, fetcher.settings())?;
    let mut counts = DownloadCounts::default();
    for result in fetcher.fetch_list(urls, EntrySet::default(), move |url| {
        selection.select(url).map(UrlDecision::<_, ()>::from)
    }) {
        let (_, result) = result?;
        let report = match result {
            UrlResult::Skipped(_) => {
                counts.skipped += 1;
                continue;
            }
            UrlResult::Bad(UnreadableUrl { source, error }) => {
                counts.count_failure(&error);
                DownloadReport { source, error: Some(error) }
            }
            UrlResult::Fetched(result, path) => {
                let report = report(&result);
                writer.write(&result, &report, &path)?;
                counts.count(&result, &report);
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
