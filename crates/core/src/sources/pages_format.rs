//! The formats in which an input holds many pages.

use std::io::{self, Cursor, Read};

use copydesk_fetch::inflate::{InflateLimits, InflateReader};

use crate::settings::InputChoice;

/// The most bytes of an input that are inspected to detect its format.
const SNIFF_BYTES: usize = 64 << 10;

/// The first bytes of a `.warc.zst` file with a dictionary: the magic number of a skippable frame (RFC 8878,
/// section 3.1.2), as the zstd extension of WARC requires. Such a file cannot be decompressed for inspection without
/// that dictionary.
const DICTIONARY_FRAME: &[u8] = b"\x5d\x2a\x4d\x18";

/// The format of an input that holds many pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PagesFormat {
    /// One JSON object per line.
    Lines,
    /// JSON: an array of objects, or objects one after another.
    Json,
    /// A table with a header and with this byte between values.
    Table(u8),
    /// An archive: WARC, WET.
    Warc,
    /// A Parquet file.
    Parquet,
}

/// What the first bytes of an input say about its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SniffResult {
    /// More bytes are needed.
    NeedsMore,
    /// A page, or anything else that does not hold records.
    Page,
    Records(PagesFormat),
}

impl PagesFormat {
    /// The format that a setting chooses. The other choices are kinds of single pages.
    pub(super) fn from_choice(choice: InputChoice) -> Option<Self> {
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

    /// Detects the format from the first bytes of an input, which are appended to `head`; `None` for a page. Reads no
    /// more than it needs, so that records that arrive in a pipe one by one are not held back.
    pub(super) fn sniff(input: &mut impl Read, head: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let mut chunk = [0; 4096];
        loop {
            match input.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(n) => head.extend_from_slice(chunk.get(..n).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            match SniffResult::sniff_stored(head) {
                SniffResult::NeedsMore => {}
                SniffResult::Page => return Ok(None),
                SniffResult::Records(format) => return Ok(Some(format)),
            }
            if head.len() >= SNIFF_BYTES {
                return Ok(None);
            }
        }
    }
}

impl SniffResult {
    /// Inspects the beginning of an input that may be compressed.
    fn sniff_stored(head: &[u8]) -> Self {
        if head.starts_with(DICTIONARY_FRAME) {
            return Self::Records(PagesFormat::Warc);
        }
        let mut inflated = Vec::new();
        // An error is ignored here: it is reported when the input is read.
        let _ = InflateReader::new(Cursor::new(head), InflateLimits::default())
            .map(|input| input.take(SNIFF_BYTES as u64).read_to_end(&mut inflated));
        Self::sniff(&inflated)
    }

    fn sniff(head: &[u8]) -> Self {
        if let Some(rest) = head.strip_prefix(b"WARC/") {
            return match rest.first() {
                None => Self::NeedsMore,
                Some(b'0'..=b'9') => Self::Records(PagesFormat::Warc),
                Some(_) => Self::Page,
            };
        }
        if head.starts_with(b"PAR1") {
            return Self::Records(PagesFormat::Parquet);
        }
        if b"WARC/".starts_with(head) || b"PAR1".starts_with(head) {
            return Self::NeedsMore;
        }
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let Some((first, rest)) = head.trim_ascii_start().split_first() else {
            return Self::NeedsMore;
        };
        match (first, rest.trim_ascii_start().first()) {
            (b'{' | b'[', None) => Self::NeedsMore,
            (b'{', Some(b'"' | b'}')) => {
                // Neither markup nor prose begins like this. In JSONL, the first field is on the same line.
                let same_line = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
                let is_line = same_line.is_some_and(|byte| !matches!(byte, b'\n' | b'\r'));
                Self::Records(if is_line { PagesFormat::Lines } else { PagesFormat::Json })
            }
            (b'[', Some(b'{')) => Self::Records(PagesFormat::Json),
            _ => Self::Page,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_distinguished_from_prose_and_markup() {
        let (lines, json) =
            (SniffResult::Records(PagesFormat::Lines), SniffResult::Records(PagesFormat::Json));
        for (head, verdict) in [
            ("{\"text\"", lines),
            ("\n { \"html\"", lines),
            ("\u{feff}{\"html\"", lines),
            ("{", SniffResult::NeedsMore),
            ("", SniffResult::NeedsMore),
            ("  \n", SniffResult::NeedsMore),
            ("{\n", SniffResult::NeedsMore),
            ("{\n  \"text\"", json),
            ("{{ template }}", SniffResult::Page),
            ("<html>", SniffResult::Page),
            ("[1]", SniffResult::Page),
            ("[ \n{", json),
            ("[", SniffResult::NeedsMore),
            ("WAR", SniffResult::NeedsMore),
            ("WARC/1.1\r\n", SniffResult::Records(PagesFormat::Warc)),
            ("WARC/x", SniffResult::Page),
            ("PAR1", SniffResult::Records(PagesFormat::Parquet)),
            ("Parsley", SniffResult::Page),
        ] {
            assert_eq!(SniffResult::sniff(head.as_bytes()), verdict, "{head:?}");
        }
    }
}
