//! What downloads are written to.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use copydesk_fetch::warc::Compression;
use copydesk_fetch::{Fetched, Settings};
use flate2::write::GzEncoder;

use super::folder::{Folder, Missing};
use super::lines::{self, Lines};
use super::{All, Choice, PageReport, Writer, warc};
use crate::error::{Error, ErrorKind};
use crate::sinks::{Existing, Place, is_device};

/// The level of zstd that it calls its default: three times as fast as gzip's, and smaller.
const ZSTD_LEVEL: i32 = 3;

/// What downloads are written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The body of the page to the stream; for one address.
    Body,
    /// A JSON object a line, to the stream.
    Stream,
    /// A JSON object a line, to a file.
    Lines(PathBuf, Compression),
    /// An archive in WARC 1.1. The fetcher has to keep payloads
    /// ([`copydesk_fetch::Settings::keep_payload`]).
    Archive(PathBuf, Compression),
    /// A folder with a file for each page.
    Folder(PathBuf),
}

fn compression_of_suffix(suffix: &str) -> Option<Compression> {
    match suffix {
        "gz" => Some(Compression::Gzip),
        "zst" => Some(Compression::Zstd),
        _ => None,
    }
}

/// Compresses a record by itself, so that what is cut off costs one of them.
pub(super) fn compress(record: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
    match compression {
        Compression::None => Ok(record.to_vec()),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(record)?;
            encoder.finish()
        }
        Compression::Zstd => zstd::stream::encode_all(record, ZSTD_LEVEL),
    }
}

impl Output {
    /// What `-o PATH` means, by its suffix: `.jsonl` or `.warc`, also with `.gz` or `.zst`; else a folder. `None`
    /// where the suffix is that of another kind of file.
    pub fn of_path(path: &Path) -> Option<Self> {
        if path.is_dir() || ends_with_separator(path) {
            return Some(Self::Folder(path.into()));
        }
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let mut suffixes = name.rsplit('.');
        let mut suffix = suffixes.next()?;
        let compression = compression_of_suffix(suffix);
        if compression.is_some() {
            suffix = suffixes.next()?;
        }
        match suffix {
            "jsonl" | "ndjson" => {
                Some(Self::Lines(path.into(), compression.unwrap_or(Compression::None)))
            }
            "warc" => Some(Self::Archive(path.into(), compression.unwrap_or(Compression::None))),
            _ if path.extension().is_none() => Some(Self::Folder(path.into())),
            _ => None,
        }
    }

    /// Whether it has bodies as they were received, for which the fetcher has to keep them.
    pub fn needs_payload(&self) -> bool {
        matches!(self, Self::Archive(..))
    }

    /// Whether it can be completed.
    fn check(&self, existing: Existing) -> Result<(), Error> {
        match (self, existing) {
            (Self::Body | Self::Stream, Existing::Skip) => {
                Err(ErrorKind::SkipNeedsFolder { output: "standard output".into() }.into())
            }
            (Self::Lines(path, _) | Self::Archive(path, _), Existing::Refuse)
                if path.exists() && !is_device(path) =>
            {
                Err(ErrorKind::OutputExists { path: path.clone(), folder: true }.into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn open<'a>(
        &self,
        existing: Existing,
        stream: impl Write + 'a,
        settings: &Settings,
    ) -> Result<Opened<'a>, Error> {
        self.check(existing)?;
        Ok(match self {
            Self::Body => (Box::new(All), Box::new(Body { stream })),
            Self::Stream => {
                let name = "standard output".to_owned();
                (Box::new(All), Box::new(Lines::new(stream, name, Compression::None)))
            }
            Self::Lines(path, compression) => {
                let (choice, writer) = lines::open(path, *compression, existing)?;
                (choice, Box::new(writer))
            }
            Self::Archive(path, compression) => {
                let (choice, writer) = warc::open(path, *compression, existing, settings)?;
                (choice, Box::new(writer))
            }
            Self::Folder(path) => {
                fs::create_dir_all(path).map_err(|source| ErrorKind::Write {
                    output: path.display().to_string(),
                    source,
                })?;
                let overwrite = existing == Existing::Overwrite;
                (Box::new(Missing::new(path, existing)), Box::new(Folder { overwrite }))
            }
        })
    }
}

fn ends_with_separator(path: &Path) -> bool {
    let bytes = OsStr::as_encoded_bytes(path.as_os_str());
    bytes.last().is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// What decides on the addresses, and what writes their pages.
pub(super) type Opened<'a> = (Box<dyn Choice>, Box<dyn Writer + 'a>);

/// Writes the body of a page as it is, inflated.
struct Body<W> {
    stream: W,
}

impl<W: Write> Writer for Body<W> {
    fn write(&mut self, fetched: &Fetched, report: &PageReport, _: &Place) -> Result<(), Error> {
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
    fn the_suffix_tells_what_is_written() {
        let lines = |name: &str, compression| Some(Output::Lines(name.into(), compression));
        for (name, output) in [
            ("a.jsonl", lines("a.jsonl", Compression::None)),
            ("a.NDJSON.gz", lines("a.NDJSON.gz", Compression::Gzip)),
            ("x/a.jsonl.zst", lines("x/a.jsonl.zst", Compression::Zstd)),
            ("a.warc.gz", Some(Output::Archive("a.warc.gz".into(), Compression::Gzip))),
            ("pages", Some(Output::Folder("pages".into()))),
            ("pages.jsonl/", Some(Output::Folder("pages.jsonl/".into()))),
            ("a.txt", None),
            ("a.gz", None),
        ] {
            assert_eq!(Output::of_path(Path::new(name)), output, "{name}");
        }
    }
}
