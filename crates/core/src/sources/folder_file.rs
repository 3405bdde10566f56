//! Decides which files in a folder hold pages.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use copydesk_clean::{InputKind, is_binary};
use copydesk_fetch::inflate::{ContentCoding, InflateLimits, InflateReader};

use super::file_kind::FileKind;
use super::name_hint::NameHint;
use super::pages_format::PagesFormat;
use crate::format::uncompressed;

/// The bytes of a file that are inspected if its name does not say what it holds.
const HEAD_BYTES: u64 = 4096;

/// The further bytes that are inspected if the first are compressed, in blocks of up to 128 KiB, or within the first line
/// of what may be JSONL.
const MORE_BYTES: u64 = 512 << 10;

/// The longest suffix. What comes after the dot in `Dr. Lund speaks` is none.
const MAX_SUFFIX_LENGTH: usize = 8;

/// What a file in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FolderFile {
    /// It holds pages.
    Taken(NameHint),
    /// It holds none, or none that a folder is read for.
    PassedOver(FileKind),
}

impl FolderFile {
    /// Inspects a file. Its name decides if it has a known suffix, otherwise its first bytes do: mirrors of sites have
    /// pages called `article`, `index.php?id=7` or `index.html.1`.
    pub(super) fn inspect(path: &Path) -> Self {
        match NameHint::from_path(path) {
            // In a folder of pages, JSON is usually metadata.
            NameHint::Pages(PagesFormat::Json) => return Self::PassedOver(FileKind::Json),
            NameHint::Unknown => {}
            hint => return Self::Taken(hint),
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let suffix = suffix(&name);
        if let Some(kind) = suffix.and_then(FileKind::from_suffix) {
            return Self::PassedOver(kind);
        }
        match head(path) {
            Ok(head) => Self::from_head(&head, &name, suffix.is_some()),
            // The error is reported when the file is opened to be read.
            Err(_) => Self::Taken(NameHint::Unknown),
        }
    }

    fn from_head(head: &[u8], name: &str, has_suffix: bool) -> Self {
        if head.is_empty() {
            return Self::PassedOver(FileKind::Empty);
        }
        match PagesFormat::sniff(&mut &*head, &mut Vec::new()) {
            Ok(Some(PagesFormat::Lines)) if !has_suffix && has_further_object(head) => {
                return Self::Taken(NameHint::Pages(PagesFormat::Lines));
            }
            Ok(Some(PagesFormat::Lines | PagesFormat::Json)) => {
                return Self::PassedOver(FileKind::Json);
            }
            Ok(Some(format)) => return Self::Taken(NameHint::Pages(format)),
            _ => {}
        }
        if let Some(kind) = FileKind::from_magic(head) {
            return Self::PassedOver(kind);
        }
        if is_binary(head) {
            return Self::PassedOver(FileKind::Binary);
        }
        let text = copydesk_clean::decode(head, None).text;
        let start = text.trim_start().get(..5).unwrap_or_default().to_ascii_lowercase();
        let has_root =
            memchr::memmem::find(text.to_ascii_lowercase().as_bytes(), b"<html").is_some();
        match start.as_str() {
            _ if start.starts_with("<?xml") && !has_root => Self::PassedOver(FileKind::Xml),
            _ if start.starts_with("<?php") || start.starts_with("#!") => {
                Self::PassedOver(FileKind::Script)
            }
            _ => match InputKind::detect(name, &text) {
                InputKind::Html => Self::Taken(NameHint::Page(InputKind::Html)),
                _ if has_suffix => Self::PassedOver(FileKind::Text),
                // The rest of it may still turn out to be markup.
                _ => Self::Taken(NameHint::Unknown),
            },
        }
    }
}

/// Whether another object follows on the line after the first: a single one is metadata more often than a page.
fn has_further_object(head: &[u8]) -> bool {
    let start = head.trim_ascii_start();
    let end = memchr::memchr(b'\n', start).unwrap_or(start.len());
    start.get(end..).unwrap_or_default().trim_ascii_start().first() == Some(&b'{')
}

/// The suffix of a name in lower case, before that of a compression and before the query that `wget` leaves in names.
fn suffix(name: &str) -> Option<&str> {
    let plain = name.split_once('?').map_or(name, |(plain, _)| plain);
    let (stem, suffix) = uncompressed(plain).rsplit_once('.')?;
    let is_suffix = (1..=MAX_SUFFIX_LENGTH).contains(&suffix.len())
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && suffix.bytes().any(|byte| byte.is_ascii_alphabetic());
    (is_suffix && !stem.is_empty()).then_some(suffix)
}

/// The first bytes of a file, inflated.
fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut stored = Vec::new();
    let mut file = File::open(path)?;
    (&mut file).take(HEAD_BYTES).read_to_end(&mut stored)?;
    let is_compressed = ContentCoding::sniff(&stored).is_some();
    let is_long_line = stored.starts_with(b"{") && memchr::memchr(b'\n', &stored).is_none();
    if is_compressed || is_long_line {
        file.take(MORE_BYTES).read_to_end(&mut stored)?;
    }
    if !is_compressed {
        return Ok(stored);
    }
    let mut head = Vec::new();
    // An error is ignored here: the file is cut, or it is damaged, which is reported when it is read.
    let _ = InflateReader::new(Cursor::new(stored), InflateLimits::default())
        .map(|input| input.take(MORE_BYTES).read_to_end(&mut head));
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_where_the_name_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let html = "<!doctype html><p>The ferry sailed.</p>";
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(html.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let (page, text) = (NameHint::Page(InputKind::Html), NameHint::Unknown);
        let compressed = zstd::encode_all(html.repeat(9000).as_bytes(), 3).unwrap();
        let long_lines =
            format!("{{\"text\": \"{}\"}}\n{{\"text\": \"\"}}\n", "word ".repeat(9000));
        for (name, content, expected) in [
            ("article", html.as_bytes(), FolderFile::Taken(page)),
            ("wide", &wide, FolderFile::Taken(page)),
            ("index.php?id=7", html.as_bytes(), FolderFile::Taken(page)),
            ("index.html.1", html.as_bytes(), FolderFile::Taken(page)),
            ("feed.xhtml.xml", b"<?xml version=\"1.0\"?><html>", FolderFile::Taken(page)),
            ("squeezed", &compressed, FolderFile::Taken(page)),
            ("squeezed.zst", &compressed, FolderFile::Taken(page)),
            (
                "part-00000",
                long_lines.as_bytes(),
                FolderFile::Taken(NameHint::Pages(PagesFormat::Lines)),
            ),
            ("note", b"The ferry sailed on Monday.", FolderFile::Taken(text)),
            ("Dr. Lund speaks", b"The ferry sailed.", FolderFile::Taken(text)),
            ("crawl", b"WARC/1.1\r\n", FolderFile::Taken(NameHint::Pages(PagesFormat::Warc))),
            ("run.log", b"The ferry sailed.", FolderFile::PassedOver(FileKind::Text)),
            ("index.php", b"<?php echo 1;", FolderFile::PassedOver(FileKind::Script)),
            ("start", b"#!/bin/sh\n", FolderFile::PassedOver(FileKind::Script)),
            ("style.css?v=2", html.as_bytes(), FolderFile::PassedOver(FileKind::Script)),
            ("feed.xml", b"<?xml version=\"1.0\"?><rss>", FolderFile::PassedOver(FileKind::Xml)),
            ("run.log", b"{\"a\": 1}\n{\"a\": 2}\n", FolderFile::PassedOver(FileKind::Json)),
            ("data", b"{\"a\": 1}\n", FolderFile::PassedOver(FileKind::Json)),
            ("data.json", b"[]", FolderFile::PassedOver(FileKind::Json)),
            ("report", b"%PDF-1.7\n", FolderFile::PassedOver(FileKind::Pdf)),
            ("a.html.bz2", b"BZh9", FolderFile::PassedOver(FileKind::Archive)),
            ("core", b"\x01\x02\x03\x04\x05\x06\x07\x08", FolderFile::PassedOver(FileKind::Binary)),
            ("nothing", b"", FolderFile::PassedOver(FileKind::Empty)),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            assert_eq!(FolderFile::inspect(&path), expected, "{name}");
        }
    }
}
