//! A file that is not complete, and does not have its final name yet.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use xxhash_rust::xxh3::xxh3_64;

use super::AtomicFile;
use super::paths::parent_folder;
use crate::error::{Error, ErrorKind};

/// The bytes before a cut whose hash identifies the file. An edit further up is not noticed: to hash the whole
/// file at every commit would take time in proportion to the output.
const TAIL_BYTES: u64 = 64 << 10;

/// A file that does not have its final name yet.
pub(super) enum PartialFile {
    /// Removed when it is dropped.
    Temporary(AtomicFile),
    /// Stays when it is dropped or the program is killed.
    Resumable(ResumableFile),
}

/// A file called `.NAME.partial` until it is whole.
pub(super) struct ResumableFile {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    overwrite: bool,
}

/// The name of the file that will become `path`: hidden, so that a run over the folder skips it.
pub fn partial_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    parent_folder(path).join(name)
}

/// The final name of a partial file, or of the database that a journal belongs to.
pub(super) fn final_name(name: &OsStr) -> Option<&OsStr> {
    let name = name.to_str()?.strip_prefix('.')?;
    let name = name.strip_suffix("-journal").unwrap_or(name);
    name.strip_suffix(".partial").map(OsStr::new)
}

/// Gives a partial file its final name; without `overwrite`, only if no other file has it.
pub(super) fn move_into_place(partial: &Path, path: &Path, overwrite: bool) -> io::Result<()> {
    if overwrite {
        return fs::rename(partial, path);
    }
    let moved = TempPath::try_from_path(partial)?.persist_noclobber(path);
    moved.map_err(|refused| {
        // Dropping the handle would remove what was written.
        let _ = refused.path.keep();
        refused.error
    })
}

/// Makes the names in a folder durable. Only on Unix: elsewhere a folder cannot be opened for that.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Creates a folder and its missing ancestors, and makes their names durable.
pub fn make_folders(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
        .collect();
    fs::create_dir_all(folder)?;
    missing.iter().try_for_each(|made| sync_folder(parent_folder(made)))
}

/// The error of an output that cannot be resumed.
pub(super) fn not_resumable(path: &Path, why: &str) -> Error {
    ErrorKind::NotResumable { path: path.into(), why: why.into() }.into()
}

/// Finds the file to resume: the partial file, or the finished one if the run ended before it could say
/// so. The latter gets its partial name again, if `fits` accepts it: it may be another file.
pub(super) fn find_partial(
    path: &Path,
    fits: impl Fn(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let partial = partial_path(path);
    // Not `exists`, which follows links.
    if fs::symlink_metadata(&partial).is_err() {
        if !path.exists() {
            return Err(not_resumable(&partial, "it is missing"));
        }
        check_regular(path).map_err(|error| not_resumable(path, &error.to_string()))?;
        fits(path)?;
        let failed = |source| ErrorKind::Write { output: path.display().to_string(), source };
        fs::rename(path, &partial).map_err(failed)?;
    }
    match check_regular(&partial) {
        Ok(()) => Ok(partial),
        Err(error) => Err(not_resumable(&partial, &error.to_string())),
    }
}

/// Refuses what a run cannot have left under the name of a partial file. That name can be guessed: in a
/// folder that others may write to, a link there would lead to a file of their choice, which would be
/// overwritten.
pub(super) fn check_regular(partial: &Path) -> io::Result<()> {
    let message = match fs::symlink_metadata(partial) {
        Ok(metadata) if metadata.is_file() => return Ok(()),
        Ok(metadata) if metadata.is_symlink() => {
            "it is a symbolic link, not a file of an earlier run"
        }
        Ok(_) => "it is not a regular file",
        Err(error) => return Err(error),
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Opens a partial file that exists, but no link.
pub(super) fn open_partial(partial: &Path) -> io::Result<File> {
    // Before it is opened, since opening a pipe or a device has effects.
    check_regular(partial)?;
    let file = OpenOptions::new().read(true).write(true).open(partial)?;
    // And after: the file may have been replaced by a link in between.
    check_regular(partial)?;
    if identity(&fs::symlink_metadata(partial)?) != identity(&file.metadata()?) {
        return Err(io::Error::other("it was replaced while it was opened"));
    }
    Ok(file)
}

/// Opens a partial file, and creates it if there is none. Its content is kept.
fn open_or_create_partial(partial: &Path) -> io::Result<File> {
    // Creates the file itself or fails: never through a link, not even one that leads nowhere.
    match OpenOptions::new().read(true).write(true).create_new(true).open(partial) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_partial(partial),
        opened => opened,
    }
}

/// Identifies a file whatever its name is. Not outside Unix, where the standard library does not say.
#[cfg(unix)]
pub(super) fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Identifies a file whatever its name is. Not outside Unix, where the standard library does not say.
#[cfg(not(unix))]
pub(super) fn identity(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
}

impl ResumableFile {
    pub(super) fn create(path: &Path, overwrite: bool) -> Result<Self, Error> {
        let partial = partial_path(path);
        let failed = |source| ErrorKind::Write { output: partial.display().to_string(), source };
        fs::create_dir_all(parent_folder(path)).map_err(failed)?;
        // Truncated only once it is locked: another run may be writing it.
        let file = open_or_create_partial(&partial).map_err(failed)?;
        lock(&file, path)?;
        file.set_len(0).map_err(failed)?;
        Ok(Self::new(path, partial, file, overwrite))
    }

    /// Cuts the file to `length` bytes and continues there.
    pub(super) fn resume(
        path: &Path,
        length: u64,
        tail: u64,
        overwrite: bool,
    ) -> Result<Self, Error> {
        let partial = find_partial(path, |path| {
            let failed = |source| ErrorKind::Read { path: path.into(), source };
            check_tail(&mut File::open(path).map_err(failed)?, path, length, tail)
        })?;
        let failed = |source| ErrorKind::Write { output: partial.display().to_string(), source };
        let mut file = open_partial(&partial).map_err(failed)?;
        lock(&file, path)?;
        check_tail(&mut file, &partial, length, tail)?;
        file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        Ok(Self::new(path, partial, file, overwrite))
    }

    fn new(path: &Path, partial: PathBuf, file: File, overwrite: bool) -> Self {
        let file = BufWriter::with_capacity(64 << 10, file);
        Self { path: path.into(), partial, file, overwrite }
    }

    /// Makes durable what was written, and returns the hash of the bytes before `length`.
    fn sync(&mut self, length: u64) -> io::Result<u64> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.sync_all()?;
        let tail = tail_hash(file, length)?;
        file.seek(SeekFrom::End(0))?;
        Ok(tail)
    }

    /// Gives the file its final name, and makes it durable if `is_durable`.
    fn finish(self, is_durable: bool) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if is_durable {
            file.sync_all()?;
        }
        move_into_place(&self.partial, &self.path, self.overwrite)?;
        if is_durable { sync_folder(parent_folder(&self.path)) } else { Ok(()) }
    }
}

/// Locks the file for this run. Two runs that write one file would ruin it for both.
pub(super) fn lock(file: &File, path: &Path) -> Result<(), Error> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(ErrorKind::OutputBusy { path: path.into() }.into()),
        // Some network file systems have no locks. Refusing to write there would help nobody.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(()),
    }
}

/// Checks that the file is the one that a state describes.
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

/// The hash of the last bytes before `length`.
pub(super) fn tail_hash(file: &mut File, length: u64) -> io::Result<u64> {
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    Read::take(file, length.min(TAIL_BYTES)).read_to_end(&mut tail)?;
    Ok(xxh3_64(&tail))
}

impl PartialFile {
    pub(super) fn create(path: &Path, overwrite: bool, resumable: bool) -> Result<Self, Error> {
        if resumable {
            return Ok(Self::Resumable(ResumableFile::create(path, overwrite)?));
        }
        let failed = |source| ErrorKind::Write { output: path.display().to_string(), source };
        Ok(Self::Temporary(AtomicFile::create(path, overwrite).map_err(failed)?))
    }

    /// Opens what was written and flushed so far for reading.
    #[cfg(feature = "parquet")]
    pub(super) fn reader(&self) -> io::Result<File> {
        match self {
            Self::Temporary(file) => File::open(file.path()),
            Self::Resumable(file) => File::open(&file.partial),
        }
    }

    /// See [`ResumableFile::sync`]. Does nothing for a file that would not survive the program anyway.
    pub(super) fn sync(&mut self, length: u64) -> io::Result<u64> {
        match self {
            Self::Temporary(_) => Ok(0),
            Self::Resumable(file) => file.sync(length),
        }
    }

    /// Changes the final name of the file. An earlier file of that name is replaced.
    pub(super) fn set_path(&mut self, path: &Path) {
        match self {
            Self::Temporary(file) => file.set_path(path),
            Self::Resumable(file) => (file.path, file.overwrite) = (path.into(), true),
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
    fn an_interrupted_file_is_cut_back_and_resumed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut file = ResumableFile::create(&path, false).unwrap();
        file.file.write_all(b"one ").unwrap();
        let tail = file.sync(4).unwrap();
        file.file.write_all(b"lost").unwrap();
        drop(file);
        assert!(!path.exists());
        let mut file = ResumableFile::resume(&path, 4, tail, false).unwrap();
        file.file.write_all(b"two").unwrap();
        file.finish(true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one two");
        // The run ended before it could record that the file is whole.
        let file = ResumableFile::resume(&path, 4, tail, false).unwrap();
        assert!(!path.exists());
        file.finish(true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one ");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_not_the_interrupted_one_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let resume = |length| match ResumableFile::resume(&path, length, xxh3_64(b"one"), true) {
            Err(error) => error.to_string(),
            Ok(_) => String::new(),
        };
        assert!(resume(3).ends_with(": it is missing"), "{}", resume(3));
        fs::write(&path, "another").unwrap();
        assert!(resume(3).ends_with("it is another file, or was changed"));
        fs::write(partial_path(&path), "on").unwrap();
        assert!(resume(3).ends_with("it is shorter than it was"));
        fs::write(partial_path(&path), "two").unwrap();
        assert!(resume(3).ends_with("it is another file, or was changed"));
        assert_eq!(fs::read(&path).unwrap(), b"another");
    }

    #[test]
    fn a_file_that_another_run_writes_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut first = ResumableFile::create(&path, false).unwrap();
        let busy = ResumableFile::create(&path, true).err().unwrap();
        assert!(matches!(busy.kind(), ErrorKind::OutputBusy { .. }));
        first.file.write_all(b"whole").unwrap();
        first.finish(false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_file_that_appeared_meanwhile_is_kept_and_so_is_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut file = ResumableFile::create(&path, false).unwrap();
        file.file.write_all(b"new").unwrap();
        fs::write(&path, "old").unwrap();
        assert_eq!(file.finish(true).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read(partial_path(&path)).unwrap(), b"new");
    }

    #[test]
    #[cfg(unix)]
    fn a_link_under_the_name_of_a_partial_file_is_refused_and_its_target_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("a.txt"), folder.path().join("secret"));
        let refused = |result: Result<ResumableFile, Error>| {
            let error = result.err().unwrap().to_string();
            assert!(
                error.ends_with("it is a symbolic link, not a file of an earlier run"),
                "{error}"
            );
        };
        std::os::unix::fs::symlink(&target, partial_path(&path)).unwrap();
        // A link that leads nowhere does not create its target either.
        refused(ResumableFile::create(&path, true));
        assert!(!target.exists());
        fs::write(&target, "one").unwrap();
        refused(ResumableFile::create(&path, true));
        refused(ResumableFile::resume(&path, 3, xxh3_64(b"one"), true));
        assert_eq!(fs::read(&target).unwrap(), b"one");
        fs::remove_file(partial_path(&path)).unwrap();
        // A link under the final name does not count as the finished file either.
        std::os::unix::fs::symlink(&target, &path).unwrap();
        refused(ResumableFile::resume(&path, 3, xxh3_64(b"one"), true));
        assert_eq!(fs::read(&target).unwrap(), b"one");
    }

    #[test]
    fn a_folder_under_the_name_of_a_partial_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::create_dir(partial_path(&path)).unwrap();
        let error = ResumableFile::create(&path, true).err().unwrap().to_string();
        assert!(error.ends_with("it is not a regular file"), "{error}");
    }
}
