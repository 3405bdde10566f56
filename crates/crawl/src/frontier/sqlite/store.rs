//! A file as a store.

use std::fs;
use std::path::{Path, PathBuf};

use super::job_lock::JobLock;
use super::{SqliteFrontier, SqliteOverview};
use crate::error::Error;
use crate::frontier::{JobGuard, StateStore, StateView, WritableState};

/// A state in an `SQLite` file. The file and its folder are created when it is opened for writing.
#[derive(Clone, Debug)]
pub(in crate::frontier) struct SqliteStore {
    path: PathBuf,
}

impl SqliteStore {
    pub(in crate::frontier) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    fn create_folder(&self) -> Result<(), Error> {
        let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty())
        else {
            return Ok(());
        };
        let unwritable = |source| copydesk_core::ErrorKind::Write {
            output: folder.display().to_string(),
            source,
        };
        Ok(fs::create_dir_all(folder).map_err(unwritable)?)
    }
}

impl StateStore for SqliteStore {
    fn exists(&self) -> Result<bool, Error> {
        Ok(self.path.exists())
    }

    fn open(&self) -> Result<Box<dyn WritableState>, Error> {
        self.create_folder()?;
        Ok(Box::new(SqliteFrontier::open(&self.path)?))
    }

    fn open_read_only(&self) -> Result<Box<dyn StateView>, Error> {
        Ok(Box::new(SqliteOverview::open(&self.path)?))
    }

    fn lock_job(&self, job: &str) -> Result<Box<dyn JobGuard>, Error> {
        self.create_folder()?;
        Ok(Box::new(JobLock::acquire(&self.path, job)?))
    }

    fn file_prefix(&self) -> &Path {
        &self.path
    }
}
