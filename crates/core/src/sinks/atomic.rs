//! A file that appears whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::paths::{is_device, link_target, parent_folder};
use crate::error::{Error, ErrorKind};

/// Writes a file that appears whole or not at all. A device is written to.
///
/// # Errors
/// If the file exists and `overwrite` is false, or it cannot be written.
pub fn write_file(path: &Path, content: &[u8], overwrite: bool) -> Result<(), Error> {
    let failed =
        |source| Error::from(ErrorKind::Write { output: path.display().to_string(), source });
    if is_device(path) {
        return fs::write(path, content).map_err(failed);
    }
    if path.exists() && !overwrite {
        return Err(ErrorKind::OutputExists { path: path.into(), folder: false }.into());
    }
    let mut file = AtomicFile::create(path, overwrite).map_err(failed)?;
    file.write_all(content).and_then(|()| file.finish()).map_err(failed)
}

/// A file with a temporary name in its folder, renamed when it is whole. Dropped before that, it is removed.
pub struct AtomicFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    overwrite: bool,
    is_durable: bool,
}

impl AtomicFile {
    /// Starts a file and creates its folders. A symbolic link stays, and the file that it leads to is written. Without
    /// `overwrite`, finishing fails if another file has appeared under its name.
    pub(crate) fn create(path: &Path, overwrite: bool) -> io::Result<Self> {
        let path = link_target(path);
        let folder = parent_folder(&path);
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        // Hidden, so that a run over this folder skips what a killed run left.
        builder.prefix(".copydesk-").suffix(".partial");
        // `tempfile` makes files for the owner alone; outputs follow the umask like those of other programs.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = BufWriter::with_capacity(64 << 10, builder.tempfile_in(folder)?);
        Ok(Self { path, file, overwrite, is_durable: false })
    }

    /// Starts a file that replaces another: with its permissions and, if allowed, its owner. It is durable
    /// before the other one is removed.
    pub(crate) fn replacing(path: &Path) -> io::Result<Self> {
        let old = fs::metadata(path)?;
        let new = Self::create(path, true)?;
        let file = new.file.get_ref().as_file();
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            // Only root may give files away. Others mostly replace files of their own, so failing here would
            // be wrong.
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
        }
        file.set_permissions(old.permissions())?;
        Ok(Self { is_durable: true, ..new })
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Changes the final name, in the same folder. An earlier file of that name is replaced.
    pub(crate) fn set_path(&mut self, path: &Path) {
        (self.path, self.overwrite) = (path.into(), true);
    }

    /// Gives the file its final name.
    pub(crate) fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if self.is_durable {
            file.as_file().sync_all()?;
        }
        if self.overwrite {
            file.persist(&self.path)?;
        } else {
            file.persist_noclobber(&self.path)?;
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.txt");
        let mut file = AtomicFile::create(&path, false).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        let mut file = AtomicFile::create(&path, false).unwrap();
        file.write_all(b"whole").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn another_file_is_replaced_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "old").unwrap();
        assert!(AtomicFile::create(&path, false).unwrap().finish().is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        AtomicFile::create(&path, true).unwrap().finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
    }
}
