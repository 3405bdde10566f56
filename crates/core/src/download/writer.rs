//! What writes the pages of a download.

use copydesk_clean::RecordError;
use copydesk_fetch::FetchResult;

use crate::error::Error;
use crate::sinks::OutputPath;

/// What became of one page, reported when it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadReport {
    /// The requested URL, without credentials; for a line of a list that is not a URL, the list and the number of the
    /// line.
    pub source: String,
    /// Why there is no page. A response with an error status is a reason too.
    pub error: Option<RecordError>,
}

/// Writes pages in one format.
pub(super) trait DownloadWriter {
    /// Writes what became of a URL.
    fn write(
        &mut self,
        fetched: &FetchResult,
        report: &DownloadReport,
        path: &OutputPath,
    ) -> Result<(), Error>;
}
