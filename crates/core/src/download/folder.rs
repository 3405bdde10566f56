//! A folder with one file per page.

use std::io::Write;
use std::path::Path;

use copydesk_fetch::FetchResult;

use super::selection::UrlSelection;
use super::writer::{DownloadReport, DownloadWriter};
use crate::error::{Error, ErrorKind};
use crate::sinks::{AtomicFile, ExistingOutput, OutputNamer, OutputPath};

/// Selects the URLs whose files do not exist yet, and names the files.
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
        let path = self.namer.path_for_url(url)?;
        Ok((!matches!(path, OutputPath::Skip(_))).then_some(path))
    }
}

/// Writes bodies unchanged, decompressed. A failed fetch leaves no file.
pub(super) struct PageFolderWriter {
    pub(super) overwrite: bool,
}

impl DownloadWriter for PageFolderWriter {
    fn write(
        &mut self,
        fetched: &FetchResult,
        report: &DownloadReport,
        path: &OutputPath,
    ) -> Result<(), Error> {
        let (Ok(response), None, OutputPath::File(path)) = (&fetched.result, &report.error, path)
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
