//! What goes wrong inside, before it is known of which file it is said.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::error::{Error, ErrorKind};

/// Why something could not be read or written.
#[derive(Debug)]
pub(super) enum StoreFailure {
    /// What the database says.
    Database(rusqlite::Error),
    /// What else is wrong.
    Other(String),
}

pub(super) type StoreResult<T> = Result<T, StoreFailure>;

impl StoreFailure {
    /// The error, which names the state.
    pub(super) fn into_error(self, path: &Path) -> Error {
        let what = match self {
            Self::Database(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "another process has held it for too long".to_owned()
                }
                Some(ErrorCode::NotADatabase) => "it is no state of crawl jobs".to_owned(),
                Some(ErrorCode::DiskFull) => "there is no room left for it".to_owned(),
                Some(ErrorCode::CannotOpen) => "it cannot be opened".to_owned(),
                Some(ErrorCode::ReadOnly) => "it cannot be written to".to_owned(),
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
