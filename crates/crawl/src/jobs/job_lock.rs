//! One run of a job at a time.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};

/// The right to run a job, over all processes that share its state. It ends when this is dropped, or with
/// the process, however that ends: the system then frees the lock.
///
/// It is a lock of the system on the file `STATE.JOB.lock`, which stays: a file that is deleted could be locked
/// by two. Over a network file system it holds as far as that system's locks do.
#[derive(Debug)]
pub struct JobLock {
    path: PathBuf,
    _file: File,
}

impl JobLock {
    /// Takes the lock of a job.
    ///
    /// # Errors
    /// [`ErrorKind::JobBusy`] while somebody has it; else when the file cannot be made.
    pub fn acquire(state: &Path, job: &str) -> Result<Self, Error> {
        let path = Self::path_for(state, job);
        let unwritable =
            |source| copydesk_core::ErrorKind::Write { output: path.display().to_string(), source };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(ErrorKind::JobBusy { job: job.into(), lock: path }.into())
            }
            Err(TryLockError::Error(source)) => Err(unwritable(source).into()),
        }
    }

    /// The file that is locked for a job.
    pub fn path_for(state: &Path, job: &str) -> PathBuf {
        let mut name = OsString::from(state);
        name.push(format!(".{job}.lock"));
        PathBuf::from(name)
    }

    /// The file that is locked.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_locked_once_and_free_again_when_the_lock_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("crawl.sqlite");
        let lock = JobLock::acquire(&state, "news").unwrap();
        assert_eq!(lock.path(), folder.path().join("crawl.sqlite.news.lock"));
        let error = JobLock::acquire(&state, "news").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::JobBusy { job, .. } if job == "news"), "{error}");
        let other = JobLock::acquire(&state, "blogs").unwrap();
        drop(lock);
        let again = JobLock::acquire(&state, "news").unwrap();
        assert_ne!(again.path(), other.path());
        assert!(again.path().exists());
    }

    #[test]
    fn a_lock_where_there_is_no_folder_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = JobLock::acquire(&folder.path().join("none/crawl.sqlite"), "news").unwrap_err();
        assert!(error.to_string().contains("none/crawl.sqlite.news.lock"), "{error}");
    }
}
