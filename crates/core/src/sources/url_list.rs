//! The addresses of pages to fetch.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use copydesk_clean::RecordError;
use copydesk_fetch::inflate::{InflateLimits, InflateReader};
use xxhash_rust::xxh3::xxh3_64;

use super::read_error;
use crate::capped_lines::{CappedLine, CappedLines};
use crate::error::{Error, ErrorKind};

/// Bytes of a line with an address. Servers take some thousands.
const MAX_URL_BYTES: usize = 64 << 10;

/// Addresses of pages: those that were named, then those of a list. The list has one on a line;
/// blank lines and those that begin with `#` are passed over. It may be compressed, is read as it is
/// needed, and may be of any length.
#[derive(Clone, Debug, Default)]
pub struct UrlList {
    named: Vec<String>,
    file: Option<PathBuf>,
    limits: InflateLimits,
}

impl UrlList {
    /// These addresses.
    pub fn new(named: impl IntoIterator<Item = String>) -> Self {
        Self { named: named.into_iter().collect(), ..Self::default() }
    }

    /// Then those of the list in this file; `-` is standard input.
    #[must_use]
    pub fn with_file(mut self, path: PathBuf, limits: InflateLimits) -> Self {
        self.file = Some(path);
        self.limits = limits;
        self
    }

    /// Whether there is nothing to fetch. A list with nothing in it is something.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.file.is_none()
    }

    /// Whether one address was named, and no list.
    pub fn is_single(&self) -> bool {
        self.named.len() == 1 && self.file.is_none()
    }

    /// The number of addresses; `None` where the list can be read only once (standard input, pipes).
    /// Reads the list.
    ///
    /// # Errors
    /// When the list cannot be opened.
    pub fn count(&self) -> Result<Option<u64>, Error> {
        if self.file.as_deref().is_some_and(|path| !path.is_file()) {
            return Ok(None);
        }
        Ok(Some(self.open()?.count() as u64))
    }

    /// The addresses. What cannot be read of the list is an item too.
    ///
    /// # Errors
    /// When the list cannot be opened.
    pub(crate) fn open(&self) -> Result<ListedUrls, Error> {
        let lines =
            self.file.as_deref().map(|path| UrlLines::open(path, self.limits)).transpose()?;
        Ok(ListedUrls { named: self.named.clone().into_iter(), lines })
    }

    pub(super) fn push(&mut self, url: String) {
        self.named.push(url);
    }
}

/// Trouble with the list.
#[derive(Debug, PartialEq, Eq)]
pub struct UnreadableUrl {
    /// The list and the number of the line.
    pub(crate) source: String,
    pub(crate) error: RecordError,
}

/// The addresses of a [`UrlList`], in order.
pub struct ListedUrls {
    named: std::vec::IntoIter<String>,
    lines: Option<UrlLines>,
}

/// An entry of a list: what it says, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// Its number, from 0.
    pub(crate) number: u64,
    /// A hash of the address.
    pub(crate) hash: u64,
}

impl ListedUrls {
    /// The addresses with their entries.
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
        Ok(Self { input: CappedLines::new(input, MAX_URL_BYTES), name, number: 0 })
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
                        kind: "url".into(),
                        message: format!("the line is longer than {MAX_URL_BYTES} bytes"),
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
    fn a_list_has_an_address_on_a_line_and_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("urls.txt");
        let long = "x".repeat(MAX_URL_BYTES + 1);
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
    fn a_list_that_is_not_there_is_an_error() {
        let list = UrlList::default().with_file("missing".into(), InflateLimits::default());
        assert!(list.open().is_err());
    }
}
