//! Where the text comes from.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use copydesk_fetch::inflate::{Inflate, InflateLimits};

/// A file or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// This file.
    File(PathBuf),
}

impl Source {
    /// What it is called in reports; `-` is standard input.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Stdin => "-".into(),
            Self::File(path) => path.to_string_lossy(),
        }
    }

    /// Its length in bytes, as stored, where it is known before reading.
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

    pub(super) fn open(&self, limits: InflateLimits) -> Result<Inflate<Box<dyn Read>>, Error> {
        let opened: io::Result<Box<dyn Read>> = match self {
            Self::Stdin => Ok(Box::new(io::stdin())),
            Self::File(path) if path.is_dir() => {
                return Err(ErrorKind::IsFolder { path: path.clone() }.into());
            }
            Self::File(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        };
        opened.and_then(|input| Inflate::new(input, limits)).map_err(|error| self.failed(error))
    }

    /// The error for trouble with reading it.
    pub(super) fn failed(&self, source: io::Error) -> Error {
        ErrorKind::Read { path: self.in_messages(), source }.into()
    }

    /// The error for what is no text.
    pub(super) fn is_no_text(&self) -> Error {
        ErrorKind::NotText { path: self.in_messages() }.into()
    }

    fn in_messages(&self) -> PathBuf {
        match self {
            Self::Stdin => "standard input".into(),
            Self::File(path) => path.clone(),
        }
    }
}
