//! The forms in which an input holds many pages.

use std::io::{self, Cursor, Read};

use copydesk_fetch::inflate::{Inflate, InflateLimits};

use crate::settings::InputChoice;

/// Bytes of an input that are looked at to tell what it is.
const LOOKED_AT_BYTES: usize = 64 << 10;

/// What a `.warc.zst` file with a dictionary begins with.
const DICTIONARY_FRAME: &[u8] = b"\x5d\x2a\x4d\x18";

/// How an input holds its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON object a line.
    Lines,
    /// JSON: an array of objects, or objects one after another.
    Json,
    /// A table with a header, its values divided by this byte.
    Table(u8),
    /// An archive: WARC, WET.
    Warc,
    /// A Parquet file.
    Parquet,
}

/// What the first bytes of an input show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// More of them are needed.
    More,
    /// A page, or whatever else is no form of records.
    Page,
    Records(Form),
}

impl Form {
    /// The form that somebody chose. The other choices are about single pages.
    pub(super) fn chosen(choice: InputChoice) -> Option<Self> {
        match choice {
            InputChoice::Auto | InputChoice::Html | InputChoice::Text => None,
            InputChoice::Jsonl => Some(Self::Lines),
            InputChoice::Json => Some(Self::Json),
            InputChoice::Csv => Some(Self::Table(b',')),
            InputChoice::Tsv => Some(Self::Table(b'\t')),
            InputChoice::Warc => Some(Self::Warc),
            InputChoice::Parquet => Some(Self::Parquet),
        }
    }

    /// Tells the form by the first bytes of an input, which are put into `head`; `None` for a page.
    /// Reads no more than it needs, so that records piped one by one are not held up.
    pub(super) fn sniff(input: &mut impl Read, head: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let mut chunk = [0; 4096];
        loop {
            match input.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(n) => head.extend_from_slice(chunk.get(..n).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            match Look::at_stored(head) {
                Look::More => {}
                Look::Page => return Ok(None),
                Look::Records(form) => return Ok(Some(form)),
            }
            if head.len() >= LOOKED_AT_BYTES {
                return Ok(None);
            }
        }
    }
}

impl Look {
    /// Looks at the beginning of what may be compressed.
    fn at_stored(head: &[u8]) -> Self {
        if head.starts_with(DICTIONARY_FRAME) {
            return Self::Records(Form::Warc);
        }
        let mut inflated = Vec::new();
        // What is damaged or cut shows again when it is read.
        let _ = Inflate::new(Cursor::new(head), InflateLimits::default())
            .map(|input| input.take(LOOKED_AT_BYTES as u64).read_to_end(&mut inflated));
        Self::at(&inflated)
    }

    fn at(head: &[u8]) -> Self {
        if let Some(rest) = head.strip_prefix(b"WARC/") {
            return match rest.first() {
                None => Self::More,
                Some(b'0'..=b'9') => Self::Records(Form::Warc),
                Some(_) => Self::Page,
            };
        }
        if head.starts_with(b"PAR1") {
            return Self::Records(Form::Parquet);
        }
        if b"WARC/".starts_with(head) || b"PAR1".starts_with(head) {
            return Self::More;
        }
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let Some((first, rest)) = head.trim_ascii_start().split_first() else {
            return Self::More;
        };
        match (first, rest.trim_ascii_start().first()) {
            (b'{' | b'[', None) => Self::More,
            (b'{', Some(b'"' | b'}')) => {
                // Neither markup nor prose begins so. Records have their first field on the line.
                let same_line = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
                let is_line = same_line.is_some_and(|byte| !matches!(byte, b'\n' | b'\r'));
                Self::Records(if is_line { Form::Lines } else { Form::Json })
            }
            (b'[', Some(b'{')) => Self::Records(Form::Json),
            _ => Self::Page,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_from_prose_and_markup() {
        let (lines, json) = (Look::Records(Form::Lines), Look::Records(Form::Json));
        for (head, verdict) in [
            ("{\"text\"", lines),
            ("\n { \"html\"", lines),
            ("\u{feff}{\"html\"", lines),
            ("{", Look::More),
            ("", Look::More),
            ("  \n", Look::More),
            ("{\n", Look::More),
            ("{\n  \"text\"", json),
            ("{{ template }}", Look::Page),
            ("<html>", Look::Page),
            ("[1]", Look::Page),
            ("[ \n{", json),
            ("[", Look::More),
            ("WAR", Look::More),
            ("WARC/1.1\r\n", Look::Records(Form::Warc)),
            ("WARC/x", Look::Page),
            ("PAR1", Look::Records(Form::Parquet)),
            ("Parsley", Look::Page),
        ] {
            assert_eq!(Look::at(head.as_bytes()), verdict, "{head:?}");
        }
    }
}
