//! The inputs of a repair.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use copydesk_fetch::inflate::{InflateLimits, InflateReader};

/// A file or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairSource {
    /// Standard input.
    Stdin,
    /// This file.
    File(PathBuf),
}

impl RepairSource {
    /// Its name in reports; `-` is standard input.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Stdin => "-".into(),
            Self::File(path) => path.to_string_lossy(),
        }
    }

    /// Its stored length in bytes, if that is known before reading.
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            Self::File(path) => {
                fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|data| data.len())
            }
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::File(path) => Some(path),
        }
    }

    pub(super) fn open(
        &self,
        limits: InflateLimits,
    ) -> Result<InflateReader<Box<dyn Read>>, Error> {
        let opened: io::Result<Box<dyn Read>> = match self {
            Self::Stdin => Ok(Box::new(io::stdin())),
            Self::File(path) if path.is_dir() => {
                return Err(ErrorKind::IsFolder { path: path.clone() }.into());
            }
            Self::File(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        };
        opened
            .and_then(|input| InflateReader::new(input, limits))
            .map_err(|error| self.read_error(error))
    }

    /// The error for an input that cannot be read.
    pub(super) fn read_error(&self, source: io::Error) -> Error {
        ErrorKind::Read { path: self.display_path(), source }.into()
    }

    /// The error for an input that is not text.
    pub(super) fn not_text_error(&self) -> Error {
        ErrorKind::NotText { path: self.display_path() }.into()
    }

    fn display_path(&self) -> PathBuf {
        match self {
            Self::Stdin => "standard input".into(),
            Self::File(path) => path.clone(),
        }
    }
}
