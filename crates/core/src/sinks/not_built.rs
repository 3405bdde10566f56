//! Replaces the writers of formats that this build does not have. Neither can be created, so that the code that
//! writes files is the same in every build. [`Destination::check_format`](super::Destination) reports it before.

#![allow(dead_code, reason = "which of the two is used depends on the features")]

use std::io;
use std::path::Path;

use super::FlatRow;
use super::partial::PartialFile;
use super::state::CutPoint;
use crate::error::{Error, ErrorKind};
use crate::format::Format;

/// Replaces the writer of Parquet tables.
pub(super) enum ParquetFile {}

impl ParquetFile {
    pub(super) fn create(_: PartialFile, _: u64) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn resume(_: PartialFile, _: CutPoint, _: u64) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn write_row(&mut self, _: &FlatRow) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn accepted(&self) -> &CutPoint {
        match *self {}
    }

    pub(super) fn sync(&mut self) -> io::Result<CutPoint> {
        match *self {}
    }

    pub(super) fn finish(self) -> io::Result<PartialFile> {
        match self {}
    }
}

/// Replaces the writer of databases.
pub(super) enum SqliteFile {}

impl SqliteFile {
    pub(super) fn create(_: &Path, _: bool) -> Result<Self, Error> {
        Err(ErrorKind::FormatNotBuilt { format: Format::Sqlite }.into())
    }

    pub(super) fn resume(_: &Path, _: CutPoint) -> Result<Self, Error> {
        Err(ErrorKind::FormatNotBuilt { format: Format::Sqlite }.into())
    }

    pub(super) fn write_row(&mut self, _: &FlatRow) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn accepted(&self) -> &CutPoint {
        match *self {}
    }

    pub(super) fn sync(&mut self) -> io::Result<CutPoint> {
        match *self {}
    }

    pub(super) fn finish(self, _: &Path, _: bool, _: bool) -> io::Result<()> {
        match self {}
    }
}
