//! The URLs of pages to fetch.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use copydesk_clean::{RecordError, RecordErrorKind};
use copydesk_fetch::inflate::{InflateLimits, InflateReader};
use xxhash_rust::xxh3::xxh3_64;

use super::read_error;
use crate::capped_lines::{CappedLine, CappedLines, MAX_LIST_LINE_BYTES};
use crate::error::{Error, ErrorKind};

/// URLs of pages: those that were named one by one, then those of a list. The list has one URL per line; blank lines
/// and lines that begin with `#` are ignored. It may be compressed, is read as it is needed, and may be of any
/// length.
#[derive(Clone, Debug, Default)]
pub struct UrlList {
    named: Vec<String>,
    file: Option<PathBuf>,
    limits: InflateLimits,
}

impl UrlList {
    /// A list of these URLs.
    pub fn new(named: impl IntoIterator<Item = String>) -> Self {
        Self { named: named.into_iter().collect(), ..Self::default() }
    }

    /// Appends the URLs of the list in this file; `-` is standard input.
    #[must_use]
    pub fn with_file(mut self, path: PathBuf, limits: InflateLimits) -> Self {
        self.file = Some(path);
        self.limits = limits;
        self
    }

    /// Whether neither a URL nor a file was named. The file of a list that is not empty may still have no URL.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.file.is_none()
    }

    /// Whether exactly one URL was named, and no file.
    pub fn is_single(&self) -> bool {
        self.named.len() == 1 && self.file.is_none()
    }

    /// Reads the list and counts its URLs; `None` if it can be read only once (standard input, pipes).
    ///
    /// # Errors
    /// If the list cannot be opened.
    pub fn count(&self) -> Result<Option<u64>, Error> {
        if self.file.as_deref().is_some_and(|path| !path.is_file()) {
            return Ok(None);
        }
        Ok(Some(self.open()?.count() as u64))
    }

    /// Opens the list. Lines that cannot be read are items too.
    ///
    /// # Errors
    /// If the list cannot be opened.
    pub(crate) fn open(&self) -> Result<ListedUrls, Error> {
        let lines =
            self.file.as_deref().map(|path| UrlLines::open(path, self.limits)).transpose()?;
        Ok(ListedUrls { named: self.named.clone().into_iter(), lines })
    }

    pub(super) fn push(&mut self, url: String) {
        self.named.push(url);
    }
}

/// A line of a list that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnreadableUrl {
    /// The path of the list and the number of the line, as `PATH#LINE`.
    pub(crate) source: String,
    /// Why it cannot be read.
    pub(crate) error: RecordError,
}

/// The URLs of a [`UrlList`], in order.
pub(crate) struct ListedUrls {
    named: std::vec::IntoIter<String>,
    lines: Option<UrlLines>,
}

/// An entry of a list: its position and a hash of its URL, by which a resumed run recognizes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListEntry {
    /// Its position in the list, from 0.
    pub(crate) number: u64,
    /// A hash of the URL as written.
    pub(crate) hash: u64,
}

impl ListedUrls {
    /// The URLs with their entries.
    pub(crate) fn entries(
        self,
    ) -> impl Iterator<Item = (ListEntry, Result<String, UnreadableUrl>)> {
        (0..).zip(self).map(|(number, url)| {
            let hash = url.as_ref().map_or(0, |url| xxh3_64(url.as_bytes()));
            (ListEntry { number, hash }, url)
        })
    }
}

impl Iterator for ListedUrls {
    type Item = Result<String, UnreadableUrl>;

    fn next(&mut self) -> Option<Self::Item> {
        self.named.next().map(Ok).or_else(|| self.lines.as_mut()?.next())
    }
}

struct UrlLines {
    input: CappedLines<Box<dyn Read + Send>>,
    name: String,
    number: u64,
}

impl UrlLines {
    fn open(path: &Path, limits: InflateLimits) -> Result<Self, Error> {
        let unreadable = |source| ErrorKind::Read { path: path.into(), source };
        let input: Box<dyn Read + Send> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(unreadable)?)
        };
        let input: Box<dyn Read + Send> =
            Box::new(InflateReader::new(input, limits).map_err(unreadable)?);
        let name = path.to_string_lossy().into_owned();
        Ok(Self { input: CappedLines::new(input, MAX_LIST_LINE_BYTES), name, number: 0 })
    }

    fn bad(&self, error: RecordError) -> UnreadableUrl {
        UnreadableUrl { source: format!("{}#{}", self.name, self.number), error }
    }
}

impl Iterator for UrlLines {
    type Item = Result<String, UnreadableUrl>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.number += 1;
            let line = match self.input.next_line() {
                Ok(None) => return None,
                Ok(Some(CappedLine::Whole(line) | CappedLine::Unended(line))) => line,
                Ok(Some(CappedLine::TooLong)) => {
                    return Some(Err(self.bad(RecordError {
                        kind: RecordErrorKind::Url,
                        message: format!("the line is longer than {MAX_LIST_LINE_BYTES} bytes"),
                        concerns: String::new(),
                    })));
                }
                Err(error) => return Some(Err(self.bad(read_error(&error)))),
            };
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_start_matches('\u{feff}').trim();
            if !line.is_empty() && !line.starts_with('#') {
                return Some(Ok(line.to_owned()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_list_has_one_url_per_line_and_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("urls.txt");
        let long = "x".repeat(MAX_LIST_LINE_BYTES + 1);
        let text = format!(
            "\u{feff}https://a.example/1\r\n\n # no\n  https://a.example/2 \n{long}\nhttps://a.example/3"
        );
        fs::write(&path, zstd::stream::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
        let list = UrlList::new(["https://b.example/".to_owned()])
            .with_file(path.clone(), InflateLimits::default());
        let (urls, bad): (Vec<_>, Vec<_>) = list.open().unwrap().partition(Result::is_ok);
        let urls: Vec<String> = urls.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            urls,
            [
                "https://b.example/",
                "https://a.example/1",
                "https://a.example/2",
                "https://a.example/3"
            ]
        );
        let bad: Vec<UnreadableUrl> = bad.into_iter().filter_map(Result::err).collect();
        assert_eq!(bad.len(), 1);
        assert_eq!(bad[0].source, format!("{}#5", path.display()));
        assert_eq!(list.count().unwrap(), Some(5));
        assert!(!list.is_single());
        assert!(UrlList::new(["https://b.example/".to_owned()]).is_single());
    }

    #[test]
    fn a_missing_list_is_an_error() {
        let list = UrlList::default().with_file("missing".into(), InflateLimits::default());
        assert!(list.open().is_err());
    }
}
