//! Splits a stream of any length into passages that can be repaired one by one.

use std::io::{self, Read};
use std::mem;

use copydesk_clean::{RepairChange, Repairer};
use encoding_rs::Encoding;

use super::decoder::StreamDecoder;

/// Maximum length of a passage, in bytes of text. It bounds the memory of a run.
pub(super) const PASSAGE_BYTES: usize = 1 << 20;

/// Bytes at the beginning of an input that decide whether it is text.
const HEAD_BYTES: usize = 4096;

/// Control characters that even a short text may have.
const MAX_CONTROLS: usize = 8;

/// Part of the text of an input, with its position.
#[derive(Debug)]
pub(super) struct TextPassage<'a> {
    pub(super) text: &'a str,
    /// Where it begins in the decoded text, in bytes.
    pub(super) offset: u64,
    /// The number of its first line, from 1.
    pub(super) line: u64,
    /// Where decoding differs from UTF-8. Spans are in `text`.
    pub(super) decoded: Vec<RepairChange>,
    /// The charset, if it is not UTF-8.
    pub(super) charset: Option<&'static str>,
    /// Whether the beginning of the input looks like text.
    pub(super) is_text: bool,
}

/// Reads passages of at most a megabyte that end at a line end.
///
/// A longer line is cut after a space or, if it has none, between two characters.
pub(super) struct PassageReader<R> {
    input: R,
    decoder: StreamDecoder,
    /// Bytes that were read and not yet decoded.
    bytes: Vec<u8>,
    /// Decoded text. The first `consumed` bytes are the last passage.
    text: String,
    consumed: usize,
    changes: Vec<RepairChange>,
    offset: u64,
    line: u64,
    is_text: bool,
    ended: bool,
    failure: Option<io::Error>,
}

impl<R: Read> PassageReader<R> {
    /// `declared` is the charset given by the user.
    pub(super) fn new(input: R, declared: Option<&'static Encoding>) -> Self {
        Self {
            input,
            decoder: StreamDecoder::new(declared),
            bytes: Vec::new(),
            text: String::new(),
            consumed: 0,
            changes: Vec::new(),
            offset: 0,
            line: 1,
            is_text: true,
            ended: false,
            failure: None,
        }
    }

    /// The next passage, which is not empty.
    ///
    /// # Errors
    /// If the input cannot be read. Everything that was read before is returned first.
    pub(super) fn next(&mut self) -> io::Result<Option<TextPassage<'_>>> {
        self.forget_last();
        self.fill();
        if self.text.is_empty() {
            return self.failure.take().map_or(Ok(None), Err);
        }
        self.consumed = if self.text.len() <= PASSAGE_BYTES {
            self.text.len()
        } else {
            Repairer::passage_end(&self.text, PASSAGE_BYTES)
        };
        let later = self.changes.partition_point(|change| change.span.end <= self.consumed);
        let later = self.changes.split_off(later);
        Ok(Some(TextPassage {
            text: self.text.get(..self.consumed).unwrap_or_default(),
            offset: self.offset,
            line: self.line,
            decoded: mem::replace(&mut self.changes, later),
            charset: self.decoder.charset(),
            is_text: self.is_text,
        }))
    }

    fn forget_last(&mut self) {
        let last = self.text.get(..self.consumed).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', last.as_bytes()).count() as u64;
        self.offset += last.len() as u64;
        self.text.drain(..self.consumed);
        for change in &mut self.changes {
            change.span.start -= self.consumed;
            change.span.end -= self.consumed;
        }
        self.consumed = 0;
    }

    fn fill(&mut self) {
        while !self.ended && self.text.len() <= PASSAGE_BYTES {
            let missing = self.decoder.wanted_bytes().saturating_sub(self.bytes.len());
            let read = self.input.by_ref().take(missing as u64).read_to_end(&mut self.bytes);
            self.ended = !matches!(read, Ok(length) if length == missing);
            self.failure = read.err();
            if self.offset == 0 && self.text.is_empty() {
                self.is_text = looks_like_text(&self.bytes);
            }
            let Self { decoder, bytes, text, changes, .. } = self;
            let used = decoder.decode(bytes, self.ended, text, changes);
            bytes.drain(..used);
        }
    }
}

/// A picture, an archive or a program has control characters that text, however damaged, has not:
/// a few there may be, for the repair to take out.
fn looks_like_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    let is_control = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127);
    let controls = head.iter().filter(is_control).count();
    // Every other byte of Latin text in UTF-16 is NUL.
    let nuls = |first| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    let (many, few) = (even.max(odd), even.min(odd));
    let is_utf_16 = Encoding::for_bom(head).is_some() || many * 5 > head.len() && few * 20 < many;
    is_utf_16 || controls <= MAX_CONTROLS + head.len() / 50
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text, offset and line of each passage.
    fn passages(input: &[u8]) -> Vec<(String, u64, u64)> {
        let mut passages = PassageReader::new(input, None);
        let mut found = Vec::new();
        while let Some(passage) = passages.next().unwrap() {
            assert!(passage.text.len() <= PASSAGE_BYTES + 1);
            found.push((passage.text.to_owned(), passage.offset, passage.line));
        }
        assert_eq!(
            found.iter().map(|(text, ..)| text.as_str()).collect::<String>().as_bytes(),
            input
        );
        found
    }

    #[test]
    fn a_short_input_is_one_passage() {
        assert_eq!(passages(b"one\r\ntwo"), [("one\r\ntwo".into(), 0, 1)]);
        assert_eq!(passages(b""), []);
    }

    #[test]
    fn passages_end_at_a_line_end() {
        let line = "ninety-nine bottles of tea on the wall, й\n";
        let found = passages(line.repeat(60_000).as_bytes());
        assert_eq!(found.len(), 3);
        let mut lines = 1;
        for (text, offset, first) in &found {
            assert!(text.ends_with('\n') && text.starts_with("ninety"), "{offset}");
            assert_eq!(*first, lines);
            assert_eq!(*offset, (lines - 1) * line.len() as u64);
            lines += text.lines().count() as u64;
        }
    }

    #[test]
    fn a_long_line_is_cut_after_a_space_or_between_characters() {
        let words = passages("слово ".repeat(200_000).as_bytes());
        assert!(words.len() > 2 && words.iter().all(|(text, ..)| text.ends_with("слово ")));
        let letters = passages("й".repeat(1_500_000).as_bytes());
        assert!(letters.len() > 2 && letters.iter().all(|(_, _, line)| *line == 1));
    }

    #[test]
    fn a_carriage_return_is_not_separated_from_its_newline() {
        for extra in 0..4 {
            let input = format!("{}\r\nend\r\n", "x".repeat(PASSAGE_BYTES - 3 + extra));
            for (text, ..) in passages(input.as_bytes()) {
                assert!(!text.ends_with('\r'), "{extra}");
            }
        }
    }

    #[test]
    fn invalid_bytes_are_reported_in_their_passage() {
        let mut input = "ninety-nine bottles of t\u{e9} on the wall\n".repeat(40_000).into_bytes();
        input.extend(b"caf\xe9\n");
        let mut passages = PassageReader::new(input.as_slice(), None);
        let mut found = Vec::new();
        while let Some(passage) = passages.next().unwrap() {
            let texts = passage.decoded.iter().map(|change| passage.text.get(change.span.clone()));
            found.push(texts.map(|text| text.unwrap().to_owned()).collect::<Vec<_>>());
        }
        assert_eq!(found, [vec![], vec!["é".to_owned()]]);
    }

    #[test]
    fn text_before_a_read_error_is_returned() {
        struct BrokenInput;
        impl Read for BrokenInput {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let mut passages = PassageReader::new(b"half".chain(BrokenInput), None);
        assert_eq!(passages.next().unwrap().unwrap().text, "half");
        assert_eq!(passages.next().unwrap_err().to_string(), "the disk is gone");
    }

    #[test]
    fn pictures_are_not_text_and_damaged_text_is() {
        for (bytes, is_text) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\x90\x08\x06"[..], false),
            (b"h\0i\0 \0y\0o\0u\0", true),
            (b"\0h\0i\0 \0y\0o\0u", true),
            (b"A ferry sailed on Monday\x00 after nine weeks in the dock, they said.", true),
            (b"a\x07b\x00", true),
            (b"", true),
        ] {
            assert_eq!(looks_like_text(bytes), is_text, "{bytes:?}");
        }
    }
}
