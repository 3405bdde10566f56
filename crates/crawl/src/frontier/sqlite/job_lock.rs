//! Allows one run of a job at a time.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::frontier::JobGuard;

/// The right to run a job, over all processes that share its state. It ends when it is dropped. The system
/// frees it when the process ends, even if it is killed.
///
/// It is a lock of the operating system on the file `STATE.JOB.lock`. The file is not deleted afterwards:
/// if it were, one process could hold a lock on the deleted file and another on a new one. On a network
/// file system it is as reliable as the locks of that system.
#[derive(Debug)]
pub(super) struct JobLock {
    _file: File,
}

impl JobGuard for JobLock {}

impl JobLock {
    /// Locks a job.
    ///
    /// # Errors
    /// [`ErrorKind::JobBusy`] if another run holds it; otherwise if the file cannot be created.
    pub(super) fn acquire(state: &Path, job: &str) -> Result<Self, Error> {
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
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(ErrorKind::JobBusy { job: job.into(), lock: path }.into())
            }
            Err(TryLockError::Error(source)) => Err(unwritable(source).into()),
        }
    }

    /// The file that is locked for a job.
    fn path_for(state: &Path, job: &str) -> PathBuf {
        let mut name = OsString::from(state);
        name.push(format!(".{job}.lock"));
        PathBuf::from(name)
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
        assert!(folder.path().join("crawl.sqlite.news.lock").exists());
        let error = JobLock::acquire(&state, "news").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::JobBusy { job, .. } if job == "news"), "{error}");
        let other = JobLock::acquire(&state, "blogs").unwrap();
        drop(lock);
        let again = JobLock::acquire(&state, "news").unwrap();
        drop((again, other));
        assert!(folder.path().join("crawl.sqlite.news.lock").exists());
        assert!(folder.path().join("crawl.sqlite.blogs.lock").exists());
    }

    #[test]
    fn a_lock_in_a_missing_folder_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = JobLock::acquire(&folder.path().join("none/crawl.sqlite"), "news").unwrap_err();
        assert!(error.to_string().contains("none/crawl.sqlite.news.lock"), "{error}");
    }
}
