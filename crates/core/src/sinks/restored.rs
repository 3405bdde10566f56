//! What has become of a file that is to be gone on with.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::partial::{check_tail, lock, partial_path, sync_folder, tail_hash};
use super::{SinkState, parent_folder};
use crate::error::{Error, ErrorKind};

/// What was found where a file was left.
#[derive(Debug)]
pub enum RestoredFile<T> {
    /// The file, cut back to where it is gone on with.
    Found(T),
    /// Nothing, or an empty file: somebody took it away.
    Missing,
    /// Something that is not to be touched, and why.
    Foreign(&'static str),
}

impl<T> RestoredFile<T> {
    /// The same of what is made from the file.
    pub fn map<U>(self, made: impl FnOnce(T) -> U) -> RestoredFile<U> {
        match self {
            Self::Found(file) => RestoredFile::Found(made(file)),
            Self::Missing => RestoredFile::Missing,
            Self::Foreign(why) => RestoredFile::Foreign(why),
        }
    }
}

/// What a file is known again by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileImprint {
    /// Its length in bytes.
    pub(crate) length: u64,
    /// A hash of its last bytes.
    pub(crate) tail: u64,
}

impl FileImprint {
    /// That of a file; `None` if there is none.
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

/// Sees to it that the file on the way to `place` can be gone on with from `state`: if there is none that
/// fits, it is made from what is in the place, which stays there for its readers.
///
/// # Errors
/// When files cannot be read or written, or another run is writing this one.
pub fn restore_partial(place: &Path, state: &SinkState) -> Result<RestoredFile<()>, Error> {
    let (length, expected) = (state.cut().stored, state.cut().tail);
    let partial = partial_path(place);
    let read = |path: &Path, source| ErrorKind::Read { path: path.into(), source };
    let mut foreign = None;
    for path in [&*partial, place] {
        // Opened for writing, since some systems lock nothing else.
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(read(path, error).into()),
        };
        lock(&file, place)?;
        match check_tail(&mut file, path, length, expected) {
            Ok(()) if path == partial => return Ok(RestoredFile::Found(())),
            Ok(()) => {
                let write =
                    |source| ErrorKind::Write { output: place.display().to_string(), source };
                copy(&mut file, &partial, length).map_err(write)?;
                return Ok(RestoredFile::Found(()));
            }
            Err(error) => match error.kind() {
                ErrorKind::NotResumable { .. } if path == place => {
                    foreign = Some("it is another file, or was changed");
                }
                ErrorKind::NotResumable { .. } => {}
                _ => return Err(error),
            },
        }
    }
    Ok(foreign.map_or(RestoredFile::Missing, RestoredFile::Foreign))
}

/// Copies the first bytes of a file to a place where a whole copy appears or none.
fn copy(from: &mut File, to: &Path, length: u64) -> io::Result<()> {
    let beside = copy_path(to);
    let mut copy = File::create(&beside)?;
    from.seek(SeekFrom::Start(0))?;
    let copied = io::copy(&mut Read::take(from, length), &mut copy)?;
    if copied != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    copy.sync_all()?;
    fs::rename(&beside, to)?;
    sync_folder(parent_folder(to))
}

/// The name of a copy until it is whole: always the same, so that one that was killed is replaced.
pub fn copy_path(partial: &Path) -> PathBuf {
    partial.with_added_extension("copy")
}

/// What tells a file from others that stand under its name later, where the system says it.
#[cfg(unix)]
pub(super) fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// What tells a file from others that stand under its name later, where the system says it.
#[cfg(not(unix))]
pub(super) fn identity(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
}

/// Removes a file, if it is there.
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
    use super::super::{Destination, ExistingOutput, Format, OutputPath, OutputTarget};
    use super::*;

    #[test]
    fn what_is_in_place_is_gone_on_with_in_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.html");
        let destination = Destination {
            resumable: true,
            existing: ExistingOutput::Overwrite,
            ..Destination::new(OutputTarget::File(place.clone()), Format::Html)
        };
        let mut sink = destination.open(io::sink()).unwrap();
        sink.write(&rendered(Format::Html, OutputPath::Shared, 0, 5)).unwrap();
        let state = sink.commit().unwrap().unwrap();
        sink.write(&rendered(Format::Html, OutputPath::Shared, 1, 5)).unwrap();
        assert!(matches!(
            restore_partial(&place, &state).unwrap_err().kind(),
            ErrorKind::OutputBusy { .. }
        ));
        sink.finish().unwrap();
        let whole = fs::read(&place).unwrap();

        assert!(matches!(restore_partial(&place, &state).unwrap(), RestoredFile::Found(())));
        assert_eq!(fs::read(&place).unwrap(), whole);
        assert_eq!(fs::read(partial_path(&place)).unwrap().len() as u64, state.cut().stored);
        let mut sink = destination.resume(&state).unwrap();
        sink.write(&rendered(Format::Html, OutputPath::Shared, 1, 5)).unwrap();
        sink.finish().unwrap();
        assert_eq!(fs::read(&place).unwrap(), whole);

        fs::write(&place, "another file of somebody else").unwrap();
        assert!(matches!(restore_partial(&place, &state).unwrap(), RestoredFile::Foreign(_)));
        remove(&place).unwrap();
        remove(&place).unwrap();
        assert!(matches!(restore_partial(&place, &state).unwrap(), RestoredFile::Missing));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
