//! A folder with a file for each page.

use std::io::Write;
use std::path::Path;

use copydesk_fetch::FetchResult;

use super::{DownloadReport, DownloadWriter, UrlSelection};
use crate::error::{Error, ErrorKind};
use crate::sinks::{AtomicFile, ExistingOutput, OutputNamer, OutputPath};

/// Pages that have a place: those that are not there yet.
pub(super) struct MissingPages {
    namer: OutputNamer,
}

impl MissingPages {
    pub(super) fn new(folder: &Path, existing: ExistingOutput) -> Self {
        Self { namer: OutputNamer::for_pages(folder.into(), existing) }
    }
}

impl UrlSelection for MissingPages {
    fn select(&mut self, url: &str) -> Result<Option<OutputPath>, Error> {
        let place = self.namer.path_for_url(url)?;
        Ok((!matches!(place, OutputPath::Skip(_))).then_some(place))
    }
}

/// Writes bodies as they are, inflated. What brought no page leaves no file.
pub(super) struct PageFolderWriter {
    pub(super) overwrite: bool,
}

impl DownloadWriter for PageFolderWriter {
    fn write(
        &mut self,
        fetched: &FetchResult,
        report: &DownloadReport,
        place: &OutputPath,
    ) -> Result<(), Error> {
        let (Ok(response), None, OutputPath::File(path)) = (&fetched.result, &report.error, place)
        else {
            return Ok(());
        };
        let write = || {
            let mut file = AtomicFile::create(path, self.overwrite)?;
            file.write_all(&response.body)?;
            file.finish()
        };
        let output = path.display().to_string();
        write().map_err(|source| ErrorKind::Write { output, source }.into())
    }
}
