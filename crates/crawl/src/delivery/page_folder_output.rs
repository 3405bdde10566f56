//! An output folder with one file per page.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use super::selection::{DecodedRecord, FieldSelection};
use super::step;
use super::template::PathTemplate;
use crate::frontier::OutboxEntry;
use copydesk_core::Error;
use copydesk_core::sinks::{
    Destination, ExistingOutput, OutputPath, OutputTarget, PageFrame, RenderedPage, Sink,
    file_suffix, make_folders, parent_folder, remove, sync_folder,
};
use copydesk_core::sources::PageName;

/// An open output folder. The file of a page has the text that was delivered last, and is removed when the
/// page is gone. So delivering a record twice, after a crash, changes nothing.
pub(super) struct PageFolderOutput {
    template: PathTemplate,
    destination: Destination,
    covered: u64,
    written: u64,
    /// Collects pages until the next commit.
    sink: Option<Sink<'static>>,
    /// Number of pages written so far.
    units: usize,
    /// Folders from which files were removed since the last commit, to be synced.
    removed_from: BTreeSet<PathBuf>,
}

impl PageFolderOutput {
    pub(super) fn new(template: PathTemplate, destination: &Destination, covered: u64) -> Self {
        let destination = Destination {
            target: OutputTarget::Folder(template.root()),
            existing: ExistingOutput::Overwrite,
            resumable: true,
            ..destination.clone()
        };
        let removed_from = BTreeSet::new();
        let written = covered;
        Self { template, destination, covered, written, sink: None, units: 0, removed_from }
    }

    pub(super) fn written(&self) -> u64 {
        self.written
    }

    pub(super) fn covered(&self) -> u64 {
        self.covered
    }

    pub(super) fn write(
        &mut self,
        delivery: &OutboxEntry,
        decoded: &mut DecodedRecord,
        selection: FieldSelection,
    ) -> Result<(), Error> {
        let folder = PathBuf::from(self.template.path(delivery.at, delivery.run));
        let path = folder.join(file_name(decoded.source(), &file_suffix(&self.destination)));
        if decoded.is_gone() {
            // An earlier text of the page may still be in the sink. It has to be on disk first, or it would
            // appear after the removal.
            self.finish_sink()?;
            remove(&path)?;
            self.removed_from.insert(parent_folder(&path).into());
            step("removed");
        } else if let Some(body) = decoded.render(selection, self.destination.format, false) {
            let failed = |source| copydesk_core::ErrorKind::Write {
                output: path.display().to_string(),
                source,
            };
            // A host that is new has no folder yet.
            make_folders(parent_folder(&path)).map_err(failed)?;
            let path = Arc::new(OutputPath::File(path));
            let (unit, frame, is_blank_failure) = (self.units, PageFrame::Alone, false);
            let page = RenderedPage { unit, path, body, header: None, frame, is_blank_failure };
            let sink = match &mut self.sink {
                Some(sink) => sink,
                none => none.insert(self.destination.open(io::sink())?),
            };
            sink.write(&page)?;
            self.units += 1;
            step("written");
        }
        self.written = delivery.sequence;
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), Error> {
        self.finish_sink()?;
        for folder in std::mem::take(&mut self.removed_from) {
            match sync_folder(&folder) {
                // There was nothing to remove.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                synced => synced.map_err(|source| copydesk_core::ErrorKind::Write {
                    output: folder.display().to_string(),
                    source,
                })?,
            }
        }
        self.covered = self.written;
        step("committed");
        Ok(())
    }

    fn finish_sink(&mut self) -> Result<(), Error> {
        self.sink.take().map_or(Ok(()), Sink::finish)
    }
}

/// The path of a page's file. It depends on the URL alone, and no other URL has the same path.
fn file_name(url: &str, suffix: &str) -> PathBuf {
    let name = PageName::from_url(url);
    let whole = name.path(None);
    let parsed = Url::parse(url).ok();
    let last = parsed.as_ref().and_then(|url| url.path().rsplit('/').next()).unwrap_or_default();
    if whole.file_name().is_some_and(|name| name == last) {
        // Keeps the whole name, so that `ferry.html` and `ferry` get different files.
        return whole.with_added_extension(suffix);
    }
    // `index` is also the name for a page without one, so a page called so gets a hash.
    if last == "index" { name.path_with_hash(Some(suffix)) } else { name.path(Some(suffix)) }
}

/// Whether a file may be that of a page in this format.
pub(super) fn is_page(path: &Path, suffix: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_suffix(suffix).is_some_and(|stem| stem.ends_with('.') && !stem.starts_with('.'))
        && fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_page_is_that_of_no_other() {
        let urls = [
            ("https://e.example/", "e.example/index.txt"),
            ("https://e.example/ferry", "e.example/ferry.txt"),
            ("https://e.example/ferry.html", "e.example/ferry.html.txt"),
            ("https://e.example/ferry.htm", "e.example/ferry.htm.txt"),
            ("https://e.example/ferry.txt", "e.example/ferry.txt.txt"),
            ("https://e.example/index.html", "e.example/index.html.txt"),
            ("https://e.example/ferry.html.txt", "e.example/ferry.html.txt.txt"),
            ("https://e.example/v1.2", "e.example/v1.2.txt"),
        ];
        for (url, expected) in urls {
            assert_eq!(file_name(url, "txt"), Path::new(expected), "{url}");
        }
        for (url, begin) in [
            ("https://e.example/index", "e.example/index-"),
            ("https://e.example/Ferry.html", "e.example/ferry-"),
            ("https://e.example/ferry?id=1", "e.example/ferry-"),
        ] {
            let name = file_name(url, "md.gz");
            assert!(name.to_str().unwrap().starts_with(begin), "{}", name.display());
            assert!(name.to_str().unwrap().ends_with(".md.gz"), "{}", name.display());
        }
    }
}
