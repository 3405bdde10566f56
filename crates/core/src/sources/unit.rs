//! An input file and the jobs in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use copydesk_clean::RecordError;

use super::job::{Job, Work};
use super::lines::Lines;
use super::shape::{SUFFIXES, Shape};
use super::{Entry, SourceOptions, read_error};
use crate::settings::InputChoice;
use copydesk_fetch::inflate::Inflate;

/// One input file, or standard input.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The position among the inputs, from 0.
    pub index: usize,
    /// The path as it was named, for records and messages; `-` for standard input.
    pub source: String,
    /// The file; `None` for standard input and for what is no file.
    pub path: Option<PathBuf>,
    /// The path below what all inputs share, for the name of the output.
    pub relative: PathBuf,
    /// The length in bytes, as stored. `None` where it is not known before reading.
    pub bytes: Option<u64>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Stdin,
    File(PathBuf, Shape),
    Unreadable(String),
}

impl Unit {
    pub(super) fn stdin() -> Self {
        Self {
            index: 0,
            source: "-".into(),
            path: None,
            relative: "stdin".into(),
            bytes: None,
            content: Content::Stdin,
        }
    }

    pub(super) fn file(path: PathBuf, relative: PathBuf, bytes: Option<u64>) -> Self {
        let length = || match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Some(metadata.len()),
            // A pipe: how much will come is not known.
            Ok(_) => None,
            Err(_) => Some(0),
        };
        Self {
            index: 0,
            source: path.to_string_lossy().into_owned(),
            relative,
            bytes: bytes.or_else(length),
            content: Content::File(path.clone(), Shape::of(&path)),
            path: Some(path),
        }
    }

    pub(super) fn empty_folder(path: &Path) -> Self {
        Self::unreadable(path, &format!("no pages in this folder (looked for {SUFFIXES})"))
    }

    pub(super) fn unreadable(path: &Path, message: &str) -> Self {
        Self {
            index: 0,
            source: path.to_string_lossy().into_owned(),
            path: None,
            relative: path.file_name().unwrap_or_default().into(),
            bytes: Some(0),
            content: Content::Unreadable(message.into()),
        }
    }

    /// Whether the name says that it holds many pages.
    pub fn is_lines(&self) -> bool {
        matches!(self.content, Content::File(_, Shape::Lines))
    }

    /// Its pages in order. A page file is not opened here but by [`Job::load`].
    pub fn jobs(&self, options: &SourceOptions) -> Box<dyn Iterator<Item = Job> + Send> {
        let one = |work| Box::new(std::iter::once(Job::page(self, work)));
        match &self.content {
            Content::Unreadable(message) => one(Work::Failed(RecordError {
                kind: "read".into(),
                message: message.clone(),
                concerns: String::new(),
            })),
            Content::File(path, Shape::Page(kind)) => one(Work::File(path.clone(), Some(*kind))),
            Content::File(path, shape) => match File::open(path) {
                Ok(file) => self.opened(file, *shape == Shape::Lines, options),
                Err(error) => one(Work::Failed(read_error(&error))),
            },
            Content::Stdin => self.opened(io::stdin(), false, options),
        }
    }

    /// Its pages after the first `pages`, which are passed over.
    pub fn jobs_from(
        &self,
        options: &SourceOptions,
        pages: u64,
        _entry: Option<Entry>,
    ) -> Box<dyn Iterator<Item = Job> + Send> {
        Box::new(self.jobs(options).skip(usize::try_from(pages).unwrap_or(usize::MAX)))
    }

    fn opened(
        &self,
        input: impl Read + Send + 'static,
        is_lines: bool,
        options: &SourceOptions,
    ) -> Box<dyn Iterator<Item = Job> + Send> {
        let one = |work| Box::new(std::iter::once(Job::page(self, work)));
        let mut inflate = match Inflate::new(input, options.inflate) {
            Ok(inflate) => inflate,
            Err(error) => return one(Work::Failed(read_error(&error))),
        };
        let meter = inflate.meter();
        let mut head = Vec::new();
        let looks_like_lines = match options.input {
            _ if is_lines => true,
            InputChoice::Jsonl => true,
            InputChoice::Html | InputChoice::Text => false,
            InputChoice::Auto => match looks_like_lines(&mut inflate, &mut head) {
                Ok(verdict) => verdict,
                Err(error) => return one(Work::Bytes(head, Some(read_error(&error)))),
            },
        };
        let whole = io::Cursor::new(head).chain(inflate);
        if looks_like_lines {
            return Box::new(Lines::new(self, whole, meter, options.max_line_bytes));
        }
        let (bytes, error) = read_page(whole, options.max_input_bytes, 0);
        one(Work::Bytes(bytes, error))
    }
}

/// Reads a page up to one byte over the cap, so that the cleaner can tell that it was too large.
/// What was read before an error comes with it.
pub(super) fn read_page(
    input: impl Read,
    max_bytes: usize,
    expected_bytes: u64,
) -> (Vec<u8>, Option<RecordError>) {
    let cap = (max_bytes as u64).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(expected_bytes.min(cap)).unwrap_or(0));
    let error = input.take(cap).read_to_end(&mut bytes).err();
    (bytes, error.as_ref().map(read_error))
}

/// Whether the input begins with a JSON object on its first line, which neither markup nor prose
/// does. Reads no more than it needs, so that records piped one by one are not held up.
fn looks_like_lines(input: &mut impl Read, head: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = [0; 4096];
    loop {
        if let Some(verdict) = begins_object(head) {
            return Ok(verdict);
        }
        match input.read(&mut chunk) {
            Ok(0) => return Ok(false),
            Ok(n) => head.extend(chunk.iter().take(n)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// `None` while it cannot be told yet.
fn begins_object(head: &[u8]) -> Option<bool> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let (first, rest) = head.trim_ascii_start().split_first()?;
    if *first != b'{' {
        return Some(false);
    }
    let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'))?;
    Some(matches!(next, b'"' | b'}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_on_the_first_line_is_told_from_prose_and_markup() {
        for (head, verdict) in [
            ("{\"text\"", Some(true)),
            ("\n { \"html\"", Some(true)),
            ("\u{feff}{\"html\"", Some(true)),
            ("{", None),
            ("", None),
            ("  \n", None),
            ("{\n", Some(false)),
            ("{{ template }}", Some(false)),
            ("<html>", Some(false)),
            ("[1]", Some(false)),
        ] {
            assert_eq!(begins_object(head.as_bytes()), verdict, "{head:?}");
        }
    }

    #[test]
    fn a_page_is_read_up_to_one_byte_over_the_cap() {
        let (bytes, error) = read_page(&b"0123456789"[..], 4, 10);
        assert_eq!((bytes.as_slice(), error), (&b"01234"[..], None));
    }
}
