//! What the first bytes of a body say that it is.
//!
//! After the MIME Sniffing standard (<https://mimesniff.spec.whatwg.org>), with more formats known
//! by name, and more patience with text that has a few control characters in it.

/// Bytes that are looked at (MIME Sniffing standard, section 5.2).
pub(crate) const SNIFFED_BYTES: usize = 1445;

/// Binary bytes in this many bytes are stray ones of a text. Of compressed data one in ten is.
const BYTES_PER_STRAY: usize = 32;

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Formats that begin with text, so that nothing but their mark tells them.
const TEXTUAL: &[(&[u8], &str)] = &[
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
];

/// Where a format's mark is, and what it is called. A mark counts only where bytes are that no text
/// has.
const BINARY: &[(usize, &[u8], &str)] = &[
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wave"),
    (8, b"AVI ", "video/avi"),
    (0, b"BM", "image/bmp"),
    (0, b"\0\0\x01\0", "image/x-icon"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS\0", "application/ogg"),
    (0, b"MThd\0", "audio/midi"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/x-rar-compressed"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"OTTO", "font/otf"),
    (0, b"\0\x01\0\0", "font/ttf"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\0asm", "application/wasm"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
];

/// Beginnings of pages, in lower case, before a space or `>` (MIME Sniffing standard, section 7.1).
const HTML: &[&[u8]] = &[
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<script",
    b"<iframe",
    b"<h1",
    b"<div",
    b"<font",
    b"<table",
    b"<a",
    b"<style",
    b"<title",
    b"<b",
    b"<body",
    b"<br",
    b"<p",
    b"<meta",
    b"<link",
];

/// Beginnings of XML, in lower case: its declaration, and feeds and sitemaps that lack it.
const XML: &[&[u8]] = &[b"<?xml", b"<rss", b"<feed", b"<rdf:rdf", b"<urlset", b"<sitemapindex"];

/// The media type of data that is not text, detected from its first bytes; `None` for text, also such as
/// has some stray control characters, and text in UTF-16 and UTF-32, marked or not.
pub(crate) fn binary_type(head: &[u8]) -> Option<&'static str> {
    textual_format(head).or_else(|| {
        let binary = head.iter().filter(|byte| is_binary(**byte)).count();
        if binary == 0 || has_wide_mark(head) {
            return None;
        }
        // By the mark even if the rest looks like text: the heads of PNG and GIF files do.
        let marked = BINARY
            .iter()
            .find(|(at, mark, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(mark)));
        match marked {
            Some((.., name)) => Some(*name),
            None if binary * BYTES_PER_STRAY <= head.len() || is_wide(head) => None,
            None => Some("application/octet-stream"),
        }
    })
}

/// The media type of data of which nothing is known: like [`binary_type`], but nothing in it is
/// treated as stray, and the rest counts as text.
pub(crate) fn unknown_type(head: &[u8]) -> &'static str {
    let wide = has_wide_mark(head);
    if !wide && (head.iter().any(|byte| is_binary(*byte)) || textual_format(head).is_some()) {
        return binary_type(head).unwrap_or("application/octet-stream");
    }
    let narrow: Vec<u8>;
    let text = if wide {
        // The markup of UTF-16 and UTF-32 is that of ASCII with zeros between.
        narrow = head.iter().copied().filter(u8::is_ascii).filter(|byte| *byte != 0).collect();
        &narrow
    } else {
        head.strip_prefix(UTF8_BOM).unwrap_or(head)
    };
    let text = text.trim_ascii_start();
    let begins = |mark: &[u8]| text.get(..mark.len()).is_some_and(|t| t.eq_ignore_ascii_case(mark));
    let ends = |mark: &[u8]| {
        text.get(mark.len())
            .is_some_and(|b| matches!(b, b'>' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c'))
    };
    if begins(b"<!--") || HTML.iter().any(|mark| begins(mark) && ends(mark)) {
        "text/html"
    } else if XML.iter().any(|mark| begins(mark)) {
        "text/xml"
    } else if text.strip_prefix(b"{").is_some_and(|t| t.trim_ascii_start().starts_with(b"\"")) {
        "application/json"
    } else {
        "text/plain"
    }
}

fn textual_format(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(UTF8_BOM).unwrap_or(head).trim_ascii_start();
    TEXTUAL.iter().find(|(mark, _)| text.starts_with(mark)).map(|(_, name)| *name)
}

/// Bytes that no text has (MIME Sniffing standard, section 3), but for the two that switch between
/// the character sets of ISO 2022.
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=0x08 | 0x0b | 0x10..=0x1a | 0x1c..=0x1f)
}

/// Whether a byte order mark of UTF-16 or UTF-32 stands first.
fn has_wide_mark(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..])
}

/// Whether this is UTF-16 or UTF-32 without a mark: of every four bytes the upper ones are small
/// numbers all the time, and the lower ones hardly ever. Of compressed data all are alike.
fn is_wide(head: &[u8]) -> bool {
    let mut binary = [0_usize; 4];
    let units = head.as_chunks::<4>().0;
    for unit in units {
        for (count, byte) in binary.iter_mut().zip(unit) {
            *count += usize::from(is_binary(*byte));
        }
    }
    let most = binary.into_iter().max().unwrap_or_default();
    let least = binary.into_iter().min().unwrap_or_default();
    most * 4 >= units.len() && least * 20 <= units.len() && most > 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HTML_PAGE: &str = "<!DOCTYPE html><title>Ferry</title><p>The ferry sailed on Monday.";

    fn utf16(text: &str, mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff).into_iter();
        mark.chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn data_is_told_from_text() {
        let noise: Vec<u8> =
            (0..1445_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
        let cases: &[(&[u8], &str)] = &[
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
            (b"\n\n%PDF-1.4 and text", "application/pdf"),
            (b"{\\rtf1\\ansi Ferry}", "application/rtf"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"PK\x03\x04\x14\0", "application/zip"),
            (b"\x1f\x8b\x08\0\0\0\0\0", "application/gzip"),
            (b"\0\0\0\x20ftypisom\0\0", "video/mp4"),
            (&noise, "application/octet-stream"),
        ];
        for (head, name) in cases {
            assert_eq!(binary_type(head), Some(*name));
            assert_eq!(unknown_type(head), *name);
        }
    }

    #[test]
    fn text_of_every_kind_is_text() {
        let russian = "Паром снова вышел в понедельник. ".repeat(9);
        let shift_jis = b"\x83t\x83F\x83\x8a\x81[\x82\xaa\x8cj".repeat(9);
        let iso_2022_kr = b"\x1b$)C\x0e1b9h\x0f <p>\n".repeat(9);
        let utf32: Vec<u8> = russian.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        let stray = format!("{HTML_PAGE}\x0b\0");
        for text in [
            b"".as_slice(),
            b"Ferry",
            b"OTTO sailed. BM, MZ and ID3 did not.",
            HTML_PAGE.as_bytes(),
            russian.as_bytes(),
            &shift_jis,
            &iso_2022_kr,
            stray.as_bytes(),
            &utf16(HTML_PAGE, false),
            &utf16(HTML_PAGE, true),
            &utf16(&russian, false),
            &utf32,
        ] {
            assert_eq!(binary_type(text), None, "{}", text.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn text_is_never_data(text in "\\PC{0,400}") {
            prop_assume!(textual_format(text.as_bytes()).is_none());
            prop_assert_eq!(binary_type(text.as_bytes()), None);
            prop_assert!(!unknown_type(text.as_bytes()).starts_with("application/o"));
            let wide = utf16(&text, true);
            prop_assert_eq!(binary_type(&wide), None);
        }

        #[test]
        fn any_bytes_will_do(bytes: Vec<u8>) {
            let strict = unknown_type(&bytes);
            prop_assert!(binary_type(&bytes).is_none_or(|lenient| lenient == strict));
        }
    }

    #[test]
    fn text_is_told_apart() {
        let cases: &[(&[u8], &str)] = &[
            (HTML_PAGE.as_bytes(), "text/html"),
            (b"\xef\xbb\xbf \n<HTML lang=en>", "text/html"),
            (b"<!-- a --><rss>", "text/html"),
            (&utf16(HTML_PAGE, true), "text/html"),
            (b"<?xml version=\"1.0\"?><rss/>", "text/xml"),
            (b"<urlset xmlns='x'>", "text/xml"),
            (b"{\n \"version\": 1}", "application/json"),
            (b"{curly} text", "text/plain"),
            (b"<applet>", "text/plain"),
            (b"Ferry", "text/plain"),
            (b"F\xe4hre", "text/plain"),
            (b"Ferry\0", "application/octet-stream"),
        ];
        for (head, name) in cases {
            assert_eq!(unknown_type(head), *name, "{}", head.escape_ascii());
        }
    }
}
