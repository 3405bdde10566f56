//! Failures of the database, before the path of the state is added.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::error::{Error, ErrorKind};

/// Why a transaction failed.
#[derive(Debug)]
pub(super) enum StoreFailure {
    /// An error of the database.
    Database(rusqlite::Error),
    /// Anything else, for people.
    Other(String),
}

pub(super) type StoreResult<T> = Result<T, StoreFailure>;

impl StoreFailure {
    /// The error of the crate, with the path of the state.
    pub(super) fn into_error(self, path: &Path) -> Error {
        let what = match self {
            Self::Database(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "another process has locked the state for more than a minute".to_owned()
                }
                Some(ErrorCode::NotADatabase) => "not a state of crawl jobs".to_owned(),
                Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
                Some(ErrorCode::CannotOpen) => "cannot open the state".to_owned(),
                Some(ErrorCode::ReadOnly) => "the state is read-only".to_owned(),
                _ => error.to_string(),
            },
            Self::Other(what) => what,
        };
        ErrorKind::State { path: path.into(), what }.into()
    }
}

impl From<rusqlite::Error> for StoreFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
