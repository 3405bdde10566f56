//! A file with one JSON object per page, written as the pages arrive.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use copydesk_clean::RecordErrorKind;
use copydesk_fetch::FetchResult;
use copydesk_fetch::inflate::{InflateLimits, InflateReader};
use serde::Deserialize;

use super::entry;
use super::record_compression::compress;
use super::selection::{AllUrls, UnfetchedUrls, UrlSelection, is_transient};
use super::writer::{DownloadReport, DownloadWriter};
use crate::capped_lines::{CappedLine, CappedLines};
use crate::error::{Error, ErrorKind};
use crate::format::FileCompression;
use crate::sinks::{AtomicFile, ExistingOutput, OutputPath};
use crate::sources::url_hash;

/// The longest line of a file to complete, in bytes. A body has less than a quarter of this by default; JSON escapes
/// can make it several times as long.
const MAX_LINE_BYTES: usize = 512 << 20;

/// Writes lines, each one immediately.
pub(super) struct JsonlWriter<W> {
    to: W,
    name: String,
    compression: FileCompression,
}

impl<W: Write> JsonlWriter<W> {
    pub(super) fn new(to: W, name: String, compression: FileCompression) -> Self {
        Self { to, name, compression }
    }
}

impl<W: Write> DownloadWriter for JsonlWriter<W> {
    fn write(
        &mut self,
        fetched: &FetchResult,
        report: &DownloadReport,
        _: &OutputPath,
    ) -> Result<(), Error> {
        let line = entry::render(fetched, report);
        let written = match self.compression {
            FileCompression::None => self.to.write_all(&line),
            other => compress(&line, other).and_then(|record| self.to.write_all(&record)),
        };
        // The reader of a stream should not wait for a page that is done.
        let written = written.and_then(|()| self.to.flush());
        written.map_err(|source| ErrorKind::Write { output: self.name.clone(), source }.into())
    }
}

/// Opens the file, and selects the URLs to fetch: with [`ExistingOutput::Skip`], those that it does not have yet.
pub(super) fn open(
    path: &Path,
    compression: FileCompression,
    existing: ExistingOutput,
) -> Result<(Box<dyn UrlSelection>, JsonlWriter<File>), Error> {
    let name = path.display().to_string();
    let failed = |source| ErrorKind::Write { output: name.clone(), source };
    if existing == ExistingOutput::Skip && path.exists() {
        let fetched = fetched_urls(path, compression)?;
        let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
        return Ok((
            Box::new(UnfetchedUrls { fetched }),
            JsonlWriter::new(file, name, compression),
        ));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = File::create(path).map_err(failed)?;
    Ok((Box::new(AllUrls), JsonlWriter::new(file, name, compression)))
}

/// Hashes of the URLs that a file has final responses for. If its last line is incomplete, the file is rewritten
/// without it.
fn fetched_urls(path: &Path, compression: FileCompression) -> Result<HashSet<u64>, Error> {
    let mut fetched = HashSet::new();
    let mut is_whole = true;
    each_line(path, |line| {
        is_whole &= line.is_some();
        fetched.extend(line.and_then(line_url_hash));
        Ok(())
    })?;
    if !is_whole {
        let failed = |source| ErrorKind::Write { output: path.display().to_string(), source };
        let mut file = AtomicFile::replacing(path).map_err(failed)?;
        each_line(path, |line| {
            let Some(line) = line else { return Ok(()) };
            let record = compress(&[line, b"\n"].concat(), compression);
            Ok(record.and_then(|record| file.write_all(&record)).map_err(failed)?)
        })?;
        file.finish().map_err(failed)?;
    }
    Ok(fetched)
}

/// Calls `each` with every line, and with `None` for an incomplete one at the end.
fn each_line(
    path: &Path,
    mut each: impl FnMut(Option<&[u8]>) -> Result<(), Error>,
) -> Result<(), Error> {
    let failed = |source| ErrorKind::Read { path: path.into(), source };
    let file = File::open(path).map_err(failed)?;
    // An earlier run wrote the file, so a limit would only refuse its own pages.
    let limits = InflateLimits { max_inflated_bytes: u64::MAX, max_inflate_ratio: u64::MAX };
    let mut lines =
        CappedLines::new(InflateReader::new(file, limits).map_err(failed)?, MAX_LINE_BYTES);
    loop {
        match lines.next_line() {
            Ok(None) => return Ok(()),
            Ok(Some(CappedLine::Whole(line))) => each(Some(&line))?,
            Ok(Some(CappedLine::Unended(_))) => each(None)?,
            Ok(Some(CappedLine::TooLong)) => {
                let message = format!("a line is longer than {MAX_LINE_BYTES} bytes");
                let source = io::Error::new(io::ErrorKind::InvalidData, message);
                return Err(failed(source).into());
            }
            // A compressed record that was cut off while it was written.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => each(None)?,
            Err(error) => return Err(failed(error).into()),
        }
    }
}

/// The hash of a line's URL, if what became of it is final.
fn line_url_hash(line: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct FetchedLine<'a> {
        #[serde(borrow)]
        url: std::borrow::Cow<'a, str>,
        status: Option<u16>,
        #[serde(default)]
        error: Option<LineError>,
    }
    #[derive(Deserialize)]
    struct LineError {
        kind: RecordErrorKind,
    }
    let line: FetchedLine<'_> = serde_json::from_slice(line).ok()?;
    let is_final = match &line.error {
        Some(error) => !is_transient(&error.kind, line.status),
        None => line.status.is_some(),
    };
    is_final.then(|| url_hash(&line.url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(path: &str, status: u16) -> String {
        let error = if status < 400 { "" } else { r#","error":{"kind":"status","message":""}"# };
        format!("{{\"url\":\"https://a.example/{path}\",\"status\":{status}{error}}}\n")
    }

    #[test]
    fn a_file_is_completed_from_its_last_whole_line() {
        for compression in [FileCompression::None, FileCompression::Gzip, FileCompression::Zstd] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("pages.jsonl");
            let compressed = |text: String| compress(text.as_bytes(), compression).unwrap();
            let whole = [("1", 200), ("2", 404), ("3", 503)].map(|(at, s)| compressed(line(at, s)));
            let last = compressed(line("4", 200));
            let hash = |at: &str| url_hash(&format!("https://a.example/{at}"));
            for cut in 1..last.len() {
                fs::write(&path, [&whole.concat(), &last[..cut]].concat()).unwrap();
                let mut fetched = fetched_urls(&path, compression).unwrap();
                let completed = fs::read(&path).unwrap();
                // A record that only lacks its checksum still has its whole line.
                if fetched.remove(&hash("4")) {
                    assert!(
                        compression != FileCompression::None && cut + 10 >= last.len(),
                        "{cut}"
                    );
                    assert_eq!(completed, [&whole.concat(), &last[..]].concat());
                } else {
                    assert_eq!(completed, whole.concat(), "{compression:?} {cut}");
                }
                assert_eq!(fetched, HashSet::from([hash("1"), hash("2")]), "{compression:?} {cut}");
            }
        }
    }

    #[test]
    fn failures_are_final_unless_they_may_pass() {
        for (kind, status, is_final) in [
            ("status", Some(404), true),
            ("status", Some(429), false),
            ("status", Some(503), false),
            // The status of a part of a page, for example.
            ("status", None, true),
            ("content_type", None, true),
            ("robots", None, true),
            ("unknown_host", None, true),
            ("timeout", None, false),
            ("connect", None, false),
            ("host_parked", None, false),
        ] {
            let line = serde_json::json!({
                "url": "https://a.example/1",
                "status": status,
                "error": { "kind": kind, "message": "" },
            });
            let hash = line_url_hash(line.to_string().as_bytes());
            assert_eq!(hash.is_some(), is_final, "{kind} {status:?}");
        }
    }

    #[test]
    fn a_whole_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pages.jsonl");
        let text = format!("{}not json\n{}", line("1", 200), line("2", 200));
        fs::write(&path, &text).unwrap();
        assert_eq!(fetched_urls(&path, FileCompression::None).unwrap().len(), 2);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
