//! A file on the way to its place.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use xxhash_rust::xxh3::xxh3_64;

use super::{AtomicFile, parent_folder};
use crate::error::{Error, ErrorKind};

/// So much of a file's end says whether it is the one that a state is of.
const TAIL_BYTES: u64 = 64 << 10;

/// A file that is not in its place yet.
pub(super) enum PartialFile {
    /// Gone when it is dropped.
    Temporary(AtomicFile),
    /// Stays when it is dropped or the program is killed.
    Resumable(ResumableFile),
}

/// A file with a stable name beside its place, moved there at the end.
pub(super) struct ResumableFile {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    overwrite: bool,
}

/// The name of what becomes this file: hidden, so that a run over the folder passes over it.
pub fn partial_path(place: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(place.file_name().unwrap_or_default());
    name.push(".partial");
    parent_folder(place).join(name)
}

/// The name of the file that one of this name becomes, or that a journal is of.
pub(super) fn final_name(name: &OsStr) -> Option<&OsStr> {
    let name = name.to_str()?.strip_prefix('.')?;
    let name = name.strip_suffix("-journal").unwrap_or(name);
    name.strip_suffix(".partial").map(OsStr::new)
}

/// Moves a file to its place; without `overwrite`, only if there is none.
pub(super) fn move_into_place(partial: &Path, place: &Path, overwrite: bool) -> io::Result<()> {
    if overwrite {
        return fs::rename(partial, place);
    }
    let moved = TempPath::try_from_path(partial)?.persist_noclobber(place);
    moved.map_err(|refused| {
        // What was written must not vanish with the handle.
        let _ = refused.path.keep();
        refused.error
    })
}

/// Makes the names in a folder durable, where the system can.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Makes a folder and those on the way to it, and their names durable.
pub fn make_folders(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
        .collect();
    fs::create_dir_all(folder)?;
    missing.iter().try_for_each(|made| sync_folder(parent_folder(made)))
}

/// What stops a run from being gone on with.
pub(super) fn not_resumable(path: &Path, why: &str) -> Error {
    ErrorKind::NotResumable { path: path.into(), why: why.into() }.into()
}

/// Where a file that is to be gone on with is: still on its way, or in its place already, if the run
/// ended just before it could say so; then it is taken back. `check_tail` looks at what is in its place,
/// which may be another file.
pub(super) fn find_partial(
    place: &Path,
    fits: impl Fn(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let partial = partial_path(place);
    if !partial.exists() {
        if !place.exists() {
            return Err(not_resumable(&partial, "it is missing"));
        }
        fits(place)?;
        let failed = |source| ErrorKind::Write { output: place.display().to_string(), source };
        fs::rename(place, &partial).map_err(failed)?;
    }
    Ok(partial)
}

impl ResumableFile {
    pub(super) fn create(place: &Path, overwrite: bool) -> Result<Self, Error> {
        let partial = partial_path(place);
        let failed = |source| ErrorKind::Write { output: partial.display().to_string(), source };
        fs::create_dir_all(parent_folder(place)).map_err(failed)?;
        let mut options = OpenOptions::new();
        // Not truncated before it is known that nobody else writes it.
        let file = options.read(true).write(true).create(true).truncate(false).open(&partial);
        let file = file.map_err(failed)?;
        lock(&file, place)?;
        file.set_len(0).map_err(failed)?;
        Ok(Self::new(place, partial, file, overwrite))
    }

    /// Cuts the file to `length` bytes and goes on from there.
    pub(super) fn resume(
        place: &Path,
        length: u64,
        tail: u64,
        overwrite: bool,
    ) -> Result<Self, Error> {
        let partial = find_partial(place, |path| {
            let failed = |source| ErrorKind::Read { path: path.into(), source };
            check_tail(&mut File::open(path).map_err(failed)?, path, length, tail)
        })?;
        let failed = |source| ErrorKind::Write { output: partial.display().to_string(), source };
        let opened = OpenOptions::new().read(true).write(true).open(&partial);
        let mut file = opened.map_err(failed)?;
        lock(&file, place)?;
        check_tail(&mut file, &partial, length, tail)?;
        file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        Ok(Self::new(place, partial, file, overwrite))
    }

    fn new(place: &Path, partial: PathBuf, file: File, overwrite: bool) -> Self {
        let file = BufWriter::with_capacity(64 << 10, file);
        Self { path: place.into(), partial, file, overwrite }
    }

    /// Makes what was written durable, and gives the hash of what stands before `length`.
    fn sync(&mut self, length: u64) -> io::Result<u64> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.sync_all()?;
        let tail = tail_hash(file, length)?;
        file.seek(SeekFrom::End(0))?;
        Ok(tail)
    }

    /// Puts the file in its place, where it is durable if `is_durable`.
    fn finish(self, is_durable: bool) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if is_durable {
            file.sync_all()?;
        }
        move_into_place(&self.partial, &self.path, self.overwrite)?;
        if is_durable { sync_folder(parent_folder(&self.path)) } else { Ok(()) }
    }
}

/// Two runs that write one file would leave neither's.
pub(super) fn lock(file: &File, place: &Path) -> Result<(), Error> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(ErrorKind::OutputBusy { path: place.into() }.into()),
        // Some file systems have no locks.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(()),
    }
}

pub(super) fn check_tail(
    file: &mut File,
    path: &Path,
    length: u64,
    expected: u64,
) -> Result<(), Error> {
    let failed = |source| ErrorKind::Read { path: path.into(), source };
    if file.metadata().map_err(failed)?.len() < length {
        return Err(not_resumable(path, "it is shorter than it was"));
    }
    if tail_hash(file, length).map_err(failed)? != expected {
        return Err(not_resumable(path, "it is another file, or was changed"));
    }
    Ok(())
}

pub(super) fn tail_hash(file: &mut File, length: u64) -> io::Result<u64> {
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    Read::take(file, length.min(TAIL_BYTES)).read_to_end(&mut tail)?;
    Ok(xxh3_64(&tail))
}

impl PartialFile {
    pub(super) fn create(place: &Path, overwrite: bool, lasting: bool) -> Result<Self, Error> {
        if lasting {
            return Ok(Self::Resumable(ResumableFile::create(place, overwrite)?));
        }
        let failed = |source| ErrorKind::Write { output: place.display().to_string(), source };
        Ok(Self::Temporary(AtomicFile::create(place, overwrite).map_err(failed)?))
    }

    /// Reads what was written so far and flushed.
    pub(super) fn reader(&self) -> io::Result<File> {
        match self {
            Self::Temporary(file) => File::open(file.path()),
            Self::Resumable(file) => File::open(&file.partial),
        }
    }

    /// See [`ResumableFile::sync`]. What would vanish anyway is left as it is.
    pub(super) fn sync(&mut self, length: u64) -> io::Result<u64> {
        match self {
            Self::Temporary(_) => Ok(0),
            Self::Resumable(file) => file.sync(length),
        }
    }

    /// Chooses another place for the file, where an earlier one is replaced.
    pub(super) fn set_path(&mut self, place: &Path) {
        match self {
            Self::Temporary(file) => file.set_path(place),
            Self::Resumable(file) => (file.path, file.overwrite) = (place.into(), true),
        }
    }

    pub(super) fn finish(self, is_durable: bool) -> io::Result<()> {
        match self {
            Self::Temporary(file) => file.finish(),
            Self::Resumable(file) => file.finish(is_durable),
        }
    }
}

impl Write for PartialFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Temporary(file) => file.write(buf),
            Self::Resumable(file) => file.file.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Temporary(file) => file.flush(),
            Self::Resumable(file) => file.file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_interrupted_is_cut_back_and_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let mut file = ResumableFile::create(&place, false).unwrap();
        file.file.write_all(b"one ").unwrap();
        let tail = file.sync(4).unwrap();
        file.file.write_all(b"lost").unwrap();
        drop(file);
        assert!(!place.exists());
        let mut file = ResumableFile::resume(&place, 4, tail, false).unwrap();
        file.file.write_all(b"two").unwrap();
        file.finish(true).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"one two");
        // The run ended before it could say that the file is whole.
        let file = ResumableFile::resume(&place, 4, tail, false).unwrap();
        assert!(!place.exists());
        file.finish(true).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"one ");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_not_the_interrupted_file_is_refused_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let resume = |length| match ResumableFile::resume(&place, length, xxh3_64(b"one"), true) {
            Err(error) => error.to_string(),
            Ok(_) => String::new(),
        };
        assert!(resume(3).ends_with(": it is missing"), "{}", resume(3));
        fs::write(&place, "another").unwrap();
        assert!(resume(3).ends_with("it is another file, or was changed"));
        fs::write(partial_path(&place), "on").unwrap();
        assert!(resume(3).ends_with("it is shorter than it was"));
        fs::write(partial_path(&place), "two").unwrap();
        assert!(resume(3).ends_with("it is another file, or was changed"));
        assert_eq!(fs::read(&place).unwrap(), b"another");
    }

    #[test]
    fn a_file_that_somebody_writes_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let mut first = ResumableFile::create(&place, false).unwrap();
        let busy = ResumableFile::create(&place, true).err().unwrap();
        assert!(matches!(busy.kind(), ErrorKind::OutputBusy { .. }));
        first.file.write_all(b"whole").unwrap();
        first.finish(false).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"whole");
    }

    #[test]
    fn a_file_that_came_meanwhile_stays_and_so_does_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.txt");
        let mut file = ResumableFile::create(&place, false).unwrap();
        file.file.write_all(b"new").unwrap();
        fs::write(&place, "old").unwrap();
        assert_eq!(file.finish(true).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&place).unwrap(), b"old");
        assert_eq!(fs::read(partial_path(&place)).unwrap(), b"new");
    }
}
