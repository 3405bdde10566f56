//! Where downloads are written.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use copydesk_fetch::{FetchResult, FetchSettings};

use super::folder::{MissingPages, PageFolderWriter};
use super::lines::{self, JsonlWriter};
use super::selection::{AllUrls, UrlSelection};
use super::warc;
use super::writer::{DownloadReport, DownloadWriter};
use crate::error::{Error, ErrorKind};
use crate::format::FileCompression;
use crate::sinks::{ExistingOutput, OutputPath, is_device};

/// Where downloads are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownloadOutput {
    /// The body of the page, to the stream; for one URL.
    Body,
    /// One JSON object per line, to the stream.
    Stream,
    /// One JSON object per line, to a file.
    Jsonl(PathBuf, FileCompression),
    /// An archive in WARC 1.1. The fetcher has to keep payloads
    /// ([`copydesk_fetch::FetchSettings::keep_payload`]).
    Warc(PathBuf, FileCompression),
    /// A folder with a file for each page.
    Folder(PathBuf),
}

fn compression_from_suffix(suffix: &str) -> Option<FileCompression> {
    match suffix {
        "gz" => Some(FileCompression::Gzip),
        "zst" => Some(FileCompression::Zstd),
        _ => None,
    }
}

impl DownloadOutput {
    /// What `-o PATH` means, by its suffix: `.jsonl` or `.warc`, also with `.gz` or `.zst`; without a suffix, a
    /// folder. `None` for another suffix.
    pub fn from_path(path: &Path) -> Option<Self> {
        if path.is_dir() || ends_with_separator(path) {
            return Some(Self::Folder(path.into()));
        }
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let mut suffixes = name.rsplit('.');
        let mut suffix = suffixes.next()?;
        let compression = compression_from_suffix(suffix);
        if compression.is_some() {
            suffix = suffixes.next()?;
        }
        match suffix {
            "jsonl" | "ndjson" => {
                Some(Self::Jsonl(path.into(), compression.unwrap_or(FileCompression::None)))
            }
            "warc" => Some(Self::Warc(path.into(), compression.unwrap_or(FileCompression::None))),
            _ if path.extension().is_none() => Some(Self::Folder(path.into())),
            _ => None,
        }
    }

    /// Whether it stores bodies as they were received, so that the fetcher must keep them.
    pub fn needs_payload(&self) -> bool {
        matches!(self, Self::Warc(..))
    }

    /// Refuses what `existing` does not allow.
    fn check(&self, existing: ExistingOutput) -> Result<(), Error> {
        match (self, existing) {
            (Self::Body | Self::Stream, ExistingOutput::Skip) => {
                Err(ErrorKind::SkipNeedsFolder { output: "standard output".into() }.into())
            }
            (Self::Jsonl(path, _) | Self::Warc(path, _), ExistingOutput::Refuse)
                if path.exists() && !is_device(path) =>
            {
                Err(ErrorKind::OutputExists { path: path.clone(), folder: true }.into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn open<'a>(
        &self,
        existing: ExistingOutput,
        stream: impl Write + 'a,
        settings: &FetchSettings,
    ) -> Result<OpenedOutput<'a>, Error> {
        self.check(existing)?;
        Ok(match self {
            Self::Body => (Box::new(AllUrls), Box::new(BodyWriter { stream })),
            Self::Stream => {
                let name = "standard output".to_owned();
                (Box::new(AllUrls), Box::new(JsonlWriter::new(stream, name, FileCompression::None)))
            }
            Self::Jsonl(path, compression) => {
                let (selection, writer) = lines::open(path, *compression, existing)?;
                (selection, Box::new(writer))
            }
            Self::Warc(path, compression) => {
                let (selection, writer) = warc::open(path, *compression, existing, settings)?;
                (selection, Box::new(writer))
            }
            Self::Folder(path) => {
                fs::create_dir_all(path).map_err(|source| ErrorKind::Write {
                    output: path.display().to_string(),
                    source,
                })?;
                let overwrite = existing == ExistingOutput::Overwrite;
                (
                    Box::new(MissingPages::new(path, existing)),
                    Box::new(PageFolderWriter { overwrite }),
                )
            }
        })
    }
}

fn ends_with_separator(path: &Path) -> bool {
    let bytes = OsStr::as_encoded_bytes(path.as_os_str());
    bytes.last().is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// What selects the URLs, and what writes their pages.
pub(super) type OpenedOutput<'a> = (Box<dyn UrlSelection>, Box<dyn DownloadWriter + 'a>);

/// Writes the body of a page unchanged, decompressed.
struct BodyWriter<W> {
    stream: W,
}

impl<W: Write> DownloadWriter for BodyWriter<W> {
    fn write(
        &mut self,
        fetched: &FetchResult,
        report: &DownloadReport,
        _: &OutputPath,
    ) -> Result<(), Error> {
        let (Ok(response), None) = (&fetched.result, &report.error) else { return Ok(()) };
        let written = self.stream.write_all(&response.body).and_then(|()| self.stream.flush());
        let output = "standard output".into();
        written.map_err(|source| ErrorKind::Write { output, source }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_decides_what_is_written() {
        let lines = |name: &str, compression| Some(DownloadOutput::Jsonl(name.into(), compression));
        for (name, output) in [
            ("a.jsonl", lines("a.jsonl", FileCompression::None)),
            ("a.NDJSON.gz", lines("a.NDJSON.gz", FileCompression::Gzip)),
            ("x/a.jsonl.zst", lines("x/a.jsonl.zst", FileCompression::Zstd)),
            ("a.warc.gz", Some(DownloadOutput::Warc("a.warc.gz".into(), FileCompression::Gzip))),
            ("pages", Some(DownloadOutput::Folder("pages".into()))),
            ("pages.jsonl/", Some(DownloadOutput::Folder("pages.jsonl/".into()))),
            ("a.txt", None),
            ("a.gz", None),
        ] {
            assert_eq!(DownloadOutput::from_path(Path::new(name)), output, "{name}");
        }
    }
}
