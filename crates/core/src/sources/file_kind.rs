//! Kinds of files that hold no page.

use crate::string_enum;

string_enum! {
    /// What a file is that holds no page: by its first bytes, or by its name if it is in an input folder.
    pub enum FileKind {
        /// A PDF document.
        Pdf = "pdf",
        /// A document of an office program, or an e-book.
        Office = "office",
        /// An archive, or a file that is compressed in a way that is not read.
        Archive = "archive",
        /// A JSON file, which in a folder of pages is usually metadata.
        Json = "json",
        /// Text with another suffix than those of pages.
        Text = "text",
        /// XML that is not a page, such as a feed or a sitemap.
        Xml = "xml",
        /// A script, a style sheet or source code.
        Script = "script",
        /// A picture.
        Picture = "picture",
        /// Sound or film.
        Media = "media",
        /// A font.
        Font = "font",
        /// Anything else that is not text.
        Binary = "binary",
        /// A file without content, and without a suffix that says what it would hold.
        Empty = "empty",
        /// A hidden file or folder.
        Hidden = "hidden",
        /// A symbolic link, or one that leads back to a folder around it.
        Link = "link",
        /// A pipe, a socket or a device.
        Special = "special",
    }
}

/// Suffixes of files that hold no page.
const SUFFIXES: [(FileKind, &[&str]); 7] = [
    (FileKind::Pdf, &["pdf"]),
    (
        FileKind::Office,
        &["doc", "docx", "epub", "mobi", "odp", "ods", "odt", "ppt", "pptx", "rtf", "xls", "xlsx"],
    ),
    (
        FileKind::Archive,
        &["7z", "br", "bz2", "gz", "jar", "lz4", "lzma", "rar", "tar", "tgz", "xz", "zip", "zst"],
    ),
    (
        FileKind::Script,
        &[
            "c", "cjs", "css", "js", "less", "map", "mjs", "py", "rb", "rs", "scss", "sh", "ts",
            "wasm",
        ],
    ),
    (
        FileKind::Picture,
        &["avif", "bmp", "gif", "heic", "ico", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp"],
    ),
    (
        FileKind::Media,
        &["avi", "flac", "m4a", "m4v", "mkv", "mov", "mp3", "mp4", "mpg", "ogg", "wav", "webm"],
    ),
    (FileKind::Font, &["eot", "otf", "ttf", "woff", "woff2"]),
];

/// What files begin with.
const MAGIC: [(FileKind, &[u8]); 26] = [
    (FileKind::Pdf, b"%PDF-"),
    (FileKind::Office, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    (FileKind::Office, b"{\\rtf"),
    (FileKind::Archive, b"PK\x03\x04"),
    (FileKind::Archive, b"PK\x05\x06"),
    (FileKind::Archive, b"Rar!\x1a\x07"),
    (FileKind::Archive, b"7z\xbc\xaf\x27\x1c"),
    (FileKind::Archive, b"BZh91AY&SY"),
    (FileKind::Archive, b"\xfd7zXZ\0"),
    (FileKind::Archive, b"\x04\x22\x4d\x18"),
    (FileKind::Picture, b"\x89PNG\r\n\x1a\n"),
    (FileKind::Picture, b"\xff\xd8\xff"),
    (FileKind::Picture, b"GIF87a"),
    (FileKind::Picture, b"GIF89a"),
    (FileKind::Picture, b"II*\0"),
    (FileKind::Picture, b"MM\0*"),
    (FileKind::Picture, b"\0\0\x01\0"),
    (FileKind::Media, b"ID3\x03"),
    (FileKind::Media, b"ID3\x04"),
    (FileKind::Media, b"OggS\0"),
    (FileKind::Media, b"fLaC\0"),
    (FileKind::Media, b"\x1a\x45\xdf\xa3"),
    (FileKind::Font, b"wOFF\0"),
    (FileKind::Font, b"wOF2\0"),
    (FileKind::Binary, b"\x7fELF"),
    (FileKind::Binary, b"SQLite format 3\0"),
];

/// What the files of office programs and e-books have at their beginning, all of which are ZIP archives.
const OFFICE_PARTS: [&[u8]; 3] = [b"[Content_Types].xml", b"mimetypeapplication/", b"_rels/.rels"];

/// Where the members of a tar archive say what they are (POSIX.1-2017, pax).
const TAR_MAGIC: (usize, &[u8]) = (257, b"ustar");

impl FileKind {
    /// The word for it in messages; an `s` makes the plural.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Pdf => "PDF document",
            Self::Office => "office document",
            Self::Archive => "archive",
            Self::Json => "JSON file",
            Self::Text => "other text file",
            Self::Xml => "XML file",
            Self::Script => "script or style file",
            Self::Picture => "picture",
            Self::Media => "audio or video file",
            Self::Font => "font",
            Self::Binary => "binary file",
            Self::Empty => "empty file",
            Self::Hidden => "hidden file",
            Self::Link => "symbolic link",
            Self::Special => "special file",
        }
    }

    /// The kind of files with this suffix, in lower case and without the dot.
    pub(super) fn from_suffix(suffix: &str) -> Option<Self> {
        let has_suffix = |(_, suffixes): &&(Self, &[&str])| suffixes.contains(&suffix);
        SUFFIXES.iter().find(has_suffix).map(|(kind, _)| *kind)
    }

    /// The kind of files that begin like this, if it is one that is not text.
    pub(crate) fn from_magic(head: &[u8]) -> Option<Self> {
        if let Some((kind, _)) = MAGIC.iter().find(|(_, magic)| head.starts_with(magic)) {
            let has = |part: &&[u8]| memchr::memmem::find(head, part).is_some();
            let is_office = *kind == Self::Archive && OFFICE_PARTS.iter().any(has);
            return Some(if is_office { Self::Office } else { *kind });
        }
        if head.get(4..8) == Some(b"ftyp") {
            return Some(Self::Media);
        }
        match (head.get(..4), head.get(8..12)) {
            (Some(b"RIFF"), Some(b"WEBP")) => return Some(Self::Picture),
            (Some(b"RIFF"), Some(_)) => return Some(Self::Media),
            _ => {}
        }
        let is_tar = head.get(TAR_MAGIC.0..).is_some_and(|rest| rest.starts_with(TAR_MAGIC.1));
        is_tar.then_some(Self::Archive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_kind() {
        let word = b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0[Content_Types].xml";
        let tar = [b"a.html\0".as_slice(), &[0; 250], b"ustar\0"].concat();
        for (head, kind) in [
            (b"%PDF-1.7\n".as_slice(), Some(FileKind::Pdf)),
            (b"PK\x03\x04\x14\0\0\0", Some(FileKind::Archive)),
            (word, Some(FileKind::Office)),
            (&tar, Some(FileKind::Archive)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(FileKind::Picture)),
            (b"\0\0\0\x20ftypisom", Some(FileKind::Media)),
            (b"<html>", None),
            (b"BM is a town", None),
            (b"", None),
        ] {
            assert_eq!(FileKind::from_magic(head), kind, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn no_suffix_has_two_kinds() {
        let mut all: Vec<&str> =
            SUFFIXES.iter().flat_map(|(_, suffixes)| *suffixes).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(FileKind::from_suffix("jpg"), Some(FileKind::Picture));
        assert_eq!(FileKind::from_suffix("html"), None);
    }
}
