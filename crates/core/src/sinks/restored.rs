//! What became of a file that is to be resumed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::SinkState;
use super::partial::{check_tail, lock, open_partial, partial_path, sync_folder, tail_hash};
use super::paths::parent_folder;
use crate::error::{Error, ErrorKind};

/// What was found where a run left a file.
#[derive(Debug)]
pub enum RestoredFile<T> {
    /// The file, cut back to the point at which it is resumed.
    Found(T),
    /// Nothing, or an empty file: somebody removed it.
    Missing,
    /// Another file, which must not be touched, and how it differs.
    Foreign(&'static str),
}

impl<T> RestoredFile<T> {
    /// Converts the file, if it was found.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> RestoredFile<U> {
        match self {
            Self::Found(file) => RestoredFile::Found(convert(file)),
            Self::Missing => RestoredFile::Missing,
            Self::Foreign(why) => RestoredFile::Foreign(why),
        }
    }
}

/// What identifies the content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileImprint {
    /// Its length in bytes.
    pub(crate) length: u64,
    /// A hash of its last bytes.
    pub(crate) tail: u64,
}

impl FileImprint {
    /// The imprint of a file; `None` if there is no file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn from_path(path: &Path) -> io::Result<Option<Self>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        Ok(Some(Self { length, tail: tail_hash(&mut file, length)? }))
    }
}

/// Makes sure that the partial file of `path` can be resumed from `state`. If there is none that fits, it is
/// copied from the file at `path`, which stays there for its readers.
///
/// # Errors
/// When files cannot be read or written, or another run is writing this one.
pub fn restore_partial(path: &Path, state: &SinkState) -> Result<RestoredFile<()>, Error> {
    let (length, expected) = (state.cut().stored, state.cut().tail);
    let partial = partial_path(path);
    let failed = |source| ErrorKind::Write { output: path.display().to_string(), source };
    let mut foreign = None;
    for candidate in [&*partial, path] {
        let is_partial = candidate == partial;
        // Opened for writing, since some systems do not lock a file that is only read.
        let opened = if is_partial {
            open_partial(candidate)
        } else {
            OpenOptions::new().read(true).write(true).open(candidate)
        };
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(ErrorKind::Read { path: candidate.into(), source }.into()),
        };
        lock(&file, path)?;
        match check_tail(&mut file, candidate, length, expected) {
            Ok(()) if is_partial => return Ok(RestoredFile::Found(())),
            Ok(()) => {
                copy(&mut file, &partial, length).map_err(failed)?;
                return Ok(RestoredFile::Found(()));
            }
            Err(error) => match error.kind() {
                // A partial file that does not fit is replaced by the copy, as a run of before left it.
                ErrorKind::NotResumable { .. } if is_partial => {}
                ErrorKind::NotResumable { .. } => {
                    foreign = Some("it is another file, or was changed");
                }
                _ => return Err(error),
            },
        }
    }
    Ok(foreign.map_or(RestoredFile::Missing, RestoredFile::Foreign))
}

/// Copies the first bytes of a file. The copy gets its name when it is whole.
fn copy(from: &mut File, to: &Path, length: u64) -> io::Result<()> {
    let unfinished = copy_path(to);
    // Always created, never opened: the name can be guessed, and a link under it would be followed.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut copy = File::create_new(&unfinished)?;
    from.seek(SeekFrom::Start(0))?;
    let copied = io::copy(&mut Read::take(from, length), &mut copy)?;
    if copied != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    copy.sync_all()?;
    fs::rename(&unfinished, to)?;
    sync_folder(parent_folder(to))
}

/// The name of an unfinished copy. Always the same, so that the next run replaces what a killed one left.
pub fn copy_path(partial: &Path) -> PathBuf {
    partial.with_added_extension("copy")
}

/// Removes a file, if it exists.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ErrorKind::Write { output: path.display().to_string(), source }.into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::resume_tests::rendered;
    use super::super::{Destination, ExistingOutput, OutputPath, OutputTarget};
    use super::*;
    use crate::format::Format;

    #[test]
    fn a_finished_file_is_resumed_in_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.html");
        let destination = Destination {
            resumable: true,
            existing: ExistingOutput::Overwrite,
            ..Destination::new(OutputTarget::File(path.clone()), Format::Html)
        };
        let mut sink = destination.open(io::sink()).unwrap();
        sink.write(&rendered(Format::Html, OutputPath::Shared, 0, 5)).unwrap();
        let state = sink.commit().unwrap().unwrap();
        sink.write(&rendered(Format::Html, OutputPath::Shared, 1, 5)).unwrap();
        assert!(matches!(
            restore_partial(&path, &state).unwrap_err().kind(),
            ErrorKind::OutputBusy { .. }
        ));
        sink.finish().unwrap();
        let whole = fs::read(&path).unwrap();

        assert!(matches!(restore_partial(&path, &state).unwrap(), RestoredFile::Found(())));
        assert_eq!(fs::read(&path).unwrap(), whole);
        assert_eq!(fs::read(partial_path(&path)).unwrap().len() as u64, state.cut().stored);
        let mut sink = destination.resume(&state).unwrap();
        sink.write(&rendered(Format::Html, OutputPath::Shared, 1, 5)).unwrap();
        sink.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);

        fs::write(&path, "somebody else's file").unwrap();
        assert!(matches!(restore_partial(&path, &state).unwrap(), RestoredFile::Foreign(_)));
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(matches!(restore_partial(&path, &state).unwrap(), RestoredFile::Missing));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
