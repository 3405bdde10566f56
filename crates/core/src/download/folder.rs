//! A folder with a file for each page.

use std::io::Write;
use std::path::Path;

use copydesk_fetch::Fetched;

use super::{Choice, PageReport, Writer};
use crate::error::{Error, ErrorKind};
use crate::sinks::{AtomicFile, Existing, Place, Places};

/// Pages that have a place: those that are not there yet.
pub(super) struct Missing {
    places: Places,
}

impl Missing {
    pub(super) fn new(folder: &Path, existing: Existing) -> Self {
        Self { places: Places::of_pages(folder.into(), existing) }
    }
}

impl Choice for Missing {
    fn place(&mut self, url: &str) -> Result<Option<Place>, Error> {
        let place = self.places.page(url)?;
        Ok((!matches!(place, Place::Skip(_))).then_some(place))
    }
}

/// Writes bodies as they are, inflated. What brought no page leaves no file.
pub(super) struct Folder {
    pub(super) overwrite: bool,
}

impl Writer for Folder {
    fn write(
        &mut self,
        fetched: &Fetched,
        report: &PageReport,
        place: &Place,
    ) -> Result<(), Error> {
        let (Ok(response), None, Place::File(path)) = (&fetched.result, &report.error, place)
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
