//! A file that is written under its final name, for readers that follow it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::Destination;
use super::byte_writer::ByteWriter;
use super::file_writer::write_error;
use super::partial::{identity, lock, make_folders, sync_folder, tail_hash};
use super::paths::parent_folder;
use super::rendered::RenderedPage;
use super::restored::RestoredFile;
use super::state::{CutPoint, SinkState};
use crate::error::Error;

/// A file of pages that is only appended to, by one run at a time. Its format must be text without an
/// epilogue, since the file is complete after every page.
pub struct AppendingFile {
    path: PathBuf,
    writer: ByteWriter<BufWriter<File>>,
    /// The bytes that are durable.
    length: u64,
    /// Whether its name may not be durable yet.
    is_new: bool,
}

impl AppendingFile {
    /// Starts a file; `None` if there is one already that is not empty.
    ///
    /// # Errors
    /// When the file cannot be created, or another run is writing it.
    pub fn create(path: &Path, destination: &Destination) -> Result<Option<Self>, Error> {
        let failed = |source| write_error(path, source);
        make_folders(parent_folder(path)).map_err(failed)?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(failed)?;
        lock_following(&file, path)?;
        if file.metadata().map_err(failed)?.len() > 0 {
            return Ok(None);
        }
        Ok(Some(Self::new(path, file, destination, None)))
    }

    /// Cuts a file back to `state` and continues there. With `exactly`, a file with more in it than the state
    /// covers is [`RestoredFile::Foreign`] and stays as it is.
    ///
    /// # Errors
    /// When the file cannot be read or written, or another run is writing it.
    pub fn resume(
        path: &Path,
        destination: &Destination,
        state: &SinkState,
        exactly: bool,
    ) -> Result<RestoredFile<Self>, Error> {
        let failed = |source| write_error(path, source);
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(RestoredFile::Missing);
            }
            Err(error) => return Err(failed(error)),
        };
        lock_following(&file, path)?;
        let length = file.metadata().map_err(failed)?.len();
        let cut = *state.cut();
        if length == 0 {
            return Ok(RestoredFile::Missing);
        }
        if length < cut.stored {
            return Ok(RestoredFile::Foreign("it is shorter than it was"));
        }
        if exactly && length > cut.stored {
            return Ok(RestoredFile::Foreign("something was added to it"));
        }
        if tail_hash(&mut file, cut.stored).map_err(failed)? != cut.tail {
            return Ok(RestoredFile::Foreign("it is another file, or was changed"));
        }
        if length > cut.stored {
            // Durable at once: after a crash, nothing would say that the rest was not somebody else's.
            file.set_len(cut.stored).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(RestoredFile::Found(Self::new(path, file, destination, Some(cut))))
    }

    fn new(path: &Path, file: File, destination: &Destination, cut: Option<CutPoint>) -> Self {
        let writer = ByteWriter::new(BufWriter::with_capacity(64 << 10, file), destination);
        let (length, is_new) = (cut.map_or(0, |cut| cut.stored), cut.is_none());
        let writer = writer.resumed(cut.unwrap_or_default());
        Self { path: path.into(), writer, length, is_new }
    }

    /// Whether the file still has its name, and its length at the last commit.
    pub fn is_untouched(&self) -> bool {
        let (Ok(named), Ok(own)) = (fs::metadata(&self.path), self.file().metadata()) else {
            return false;
        };
        named.len() == self.length && identity(&named) == identity(&own)
    }

    /// Appends a page.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_page(&mut self, page: &RenderedPage) -> Result<(), Error> {
        self.writer.write_page(page).map_err(|source| write_error(&self.path, source))
    }

    /// Makes durable what was written. In a compressed file, this ends the member.
    ///
    /// # Errors
    /// When the file cannot be written, or was removed in the meantime.
    pub fn commit(&mut self) -> Result<SinkState, Error> {
        self.try_commit().map_err(|source| write_error(&self.path, source))
    }

    fn try_commit(&mut self) -> io::Result<SinkState> {
        self.writer.end_part()?;
        let cut = self.writer.cut();
        let file = self.writer.output().get_mut();
        file.sync_all()?;
        if self.is_new {
            sync_folder(parent_folder(&self.path))?;
        }
        if is_removed(&file.metadata()?) {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "it was removed while it was written",
            ));
        }
        let cut = CutPoint { tail: tail_hash(file, cut.stored)?, ..cut };
        file.seek(SeekFrom::End(0))?;
        (self.length, self.is_new) = (cut.stored, false);
        Ok(SinkState::new(cut.rows, 1, cut))
    }

    fn file(&self) -> &File {
        self.writer.output_ref().get_ref()
    }
}

/// Locks the file where locks are advisory. On Windows a lock would keep out the readers that follow the file.
fn lock_following(file: &File, path: &Path) -> Result<(), Error> {
    if cfg!(unix) { lock(file, path) } else { Ok(()) }
}

/// Whether the file has no name left, so that it vanishes when it is closed. A moved file still has one.
#[cfg(unix)]
fn is_removed(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) == 0
}

#[cfg(not(unix))]
fn is_removed(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::resume_tests::rendered;
    use super::super::{OutputPath, OutputTarget};
    use super::*;
    use crate::error::ErrorKind;
    use crate::format::{FileCompression, Format};

    fn destination(path: &Path) -> Destination {
        Destination::new(OutputTarget::File(path.into()), Format::Csv)
    }

    fn found_file(restored: RestoredFile<AppendingFile>) -> AppendingFile {
        match restored {
            RestoredFile::Found(file) => file,
            RestoredFile::Missing => panic!("missing"),
            RestoredFile::Foreign(why) => panic!("{why}"),
        }
    }

    fn started(path: &Path) -> (AppendingFile, SinkState) {
        let mut file = AppendingFile::create(path, &destination(path)).unwrap().unwrap();
        file.write_page(&rendered(Format::Csv, OutputPath::Shared, 0, 3)).unwrap();
        let state = file.commit().unwrap();
        (file, state)
    }

    #[test]
    fn a_file_is_cut_back_to_what_was_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.csv");
        let (mut file, state) = started(&path);
        let committed = fs::read(&path).unwrap();
        assert!(committed.starts_with(b"source,outcome"));
        file.write_page(&rendered(Format::Csv, OutputPath::Shared, 1, 3)).unwrap();
        file.commit().unwrap();
        let both = fs::read(&path).unwrap();
        drop(file);
        let mut file =
            found_file(AppendingFile::resume(&path, &destination(&path), &state, false).unwrap());
        assert_eq!(fs::read(&path).unwrap(), committed);
        file.write_page(&rendered(Format::Csv, OutputPath::Shared, 1, 3)).unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), both);
    }

    #[test]
    fn each_part_of_a_compressed_file_can_be_read_when_it_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv.zst");
        let compression = FileCompression::Zstd;
        let destination = Destination { compression, ..destination(&path) };
        let mut file = AppendingFile::create(&path, &destination).unwrap().unwrap();
        let mut lengths = Vec::new();
        for at in 0..3 {
            file.write_page(&rendered(Format::Csv, OutputPath::Shared, at, 3)).unwrap();
            file.commit().unwrap();
            assert_eq!(file.commit().unwrap().pages(), at as u64 + 1);
            let inflated = super::super::resume_tests::inflated(&fs::read(&path).unwrap());
            assert_eq!(inflated.matches(".html,").count(), at + 1, "{inflated}");
            lengths.push(fs::metadata(&path).unwrap().len());
        }
        assert!(lengths.is_sorted());
    }

    #[test]
    fn a_file_that_somebody_else_changed_is_noticed_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let (file, state) = started(&path);
        let committed = fs::read(&path).unwrap();
        let busy = AppendingFile::create(&path, &destination(&path)).err().unwrap();
        assert!(matches!(busy.kind(), ErrorKind::OutputBusy { .. }), "{busy}");
        drop(file);
        assert!(AppendingFile::create(&path, &destination(&path)).unwrap().is_none());
        let restored =
            |exactly| match AppendingFile::resume(&path, &destination(&path), &state, exactly) {
                Ok(RestoredFile::Found(_)) => "found",
                Ok(RestoredFile::Missing) => "missing",
                Ok(RestoredFile::Foreign(why)) => why,
                Err(_) => "failed",
            };
        assert_eq!(restored(true), "found");
        let mut other = OpenOptions::new().append(true).open(&path).unwrap();
        other.write_all(b"a line by hand\n").unwrap();
        assert_eq!(restored(true), "something was added to it");
        assert_eq!(restored(false), "found");
        assert_eq!(fs::read(&path).unwrap(), committed);
        fs::write(&path, "one").unwrap();
        assert_eq!(restored(false), "it is shorter than it was");
        fs::write(&path, "x".repeat(committed.len())).unwrap();
        assert_eq!(restored(false), "it is another file, or was changed");
        assert_eq!(fs::read(&path).unwrap().len(), committed.len());
        fs::write(&path, "").unwrap();
        assert_eq!(restored(true), "missing");
        fs::remove_file(&path).unwrap();
        assert_eq!(restored(true), "missing");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_is_moved_or_removed_while_it_is_open_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        let (mut file, _) = started(&path);
        assert!(file.is_untouched());
        fs::rename(&path, &moved).unwrap();
        assert!(!file.is_untouched());
        fs::write(&path, fs::read(&moved).unwrap()).unwrap();
        assert!(!file.is_untouched());
        // What was written before the next check is in the file that was moved, and so not lost.
        file.write_page(&rendered(Format::Csv, OutputPath::Shared, 1, 3)).unwrap();
        assert_eq!(file.commit().unwrap().pages(), 2);
        fs::remove_file(&moved).unwrap();
        let error = file.commit().unwrap_err().to_string();
        assert!(error.ends_with("it was removed while it was written"), "{error}");
    }
}
