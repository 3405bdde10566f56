//! The formats and compressions of outputs, and the file names that ask for them.
//!
//! A leaf: settings, errors and sinks all name a format, and rendering one ([`crate::sinks`]) needs them.

use std::path::Path;

use copydesk_clean::CleanOptions;
pub use copydesk_fetch::warc::WarcCompression;

use crate::string_enum;

string_enum! {
    /// The format of an output.
    pub enum Format {
        /// Each record as one JSON object on a line.
        Jsonl = "jsonl",
        /// The title, unless the text begins with it, and the text.
        Txt = "txt",
        /// The title and the text as Markdown.
        Markdown = "markdown",
        /// The title and the text as minimal HTML.
        Html = "html",
        /// A table with one row per page (RFC 4180).
        Csv = "csv",
        /// A table with one row per page, in Apache Parquet, compressed with zstd; its columns are
        /// [`crate::sinks::COLUMNS`].
        Parquet = "parquet",
        /// The same columns as table `pages` of a `SQLite` database, with lists as JSON, the position of the page
        /// (from 1) as `id`, and indexes on `url` and `fingerprint`.
        Sqlite = "sqlite",
    }
}

impl Format {
    /// The suffix of files in this format, without the dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            other => other.name(),
        }
    }

    /// The format that the suffix of a file asks for, before a suffix for compression. `None` also for a binary format
    /// with a suffix for compression, since those compress inside the file.
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let plain = uncompressed(&name);
        let format = match Path::new(plain).extension()?.to_str()? {
            "jsonl" | "ndjson" => Self::Jsonl,
            "txt" => Self::Txt,
            "md" | "markdown" => Self::Markdown,
            "html" | "htm" => Self::Html,
            "csv" => Self::Csv,
            "parquet" => Self::Parquet,
            "sqlite" | "sqlite3" | "db" => Self::Sqlite,
            _ => return None,
        };
        (format.is_text() || plain == name).then_some(format)
    }

    /// Whether one file in this format holds many pages as rows or records.
    pub const fn is_tabular(self) -> bool {
        matches!(self, Self::Jsonl | Self::Csv | Self::Parquet | Self::Sqlite)
    }

    /// Whether it is text, and so can be compressed as a whole and written to a stream.
    pub const fn is_text(self) -> bool {
        !self.needs_file()
    }

    /// Whether it needs a file that can be rewritten, and cannot be written to a stream.
    pub(crate) const fn needs_file(self) -> bool {
        matches!(self, Self::Parquet | Self::Sqlite)
    }

    /// Enables the options of the cleaner that this format needs.
    pub fn require(self, options: &mut CleanOptions) {
        options.markdown |= self == Self::Markdown;
        options.html |= self == Self::Html;
    }
}

/// The suffix of files with this compression, without the dot.
pub(crate) fn compression_suffix(compression: WarcCompression) -> Option<&'static str> {
    match compression {
        WarcCompression::None => None,
        WarcCompression::Gzip => Some("gz"),
        WarcCompression::Zstd => Some("zst"),
    }
}

/// The compression that the suffix of a file asks for.
pub fn compression_from_path(path: &Path) -> WarcCompression {
    match path.extension().and_then(|suffix| suffix.to_str()) {
        Some(suffix) if suffix.eq_ignore_ascii_case("gz") => WarcCompression::Gzip,
        Some(suffix) if suffix.eq_ignore_ascii_case("zst") => WarcCompression::Zstd,
        _ => WarcCompression::None,
    }
}

/// The file name without `.gz` or `.zst`.
pub fn uncompressed(name: &str) -> &str {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_before_that_of_the_compression_is_the_format() {
        for (name, format) in [
            ("a.jsonl", Some(Format::Jsonl)),
            ("b/A.CSV.GZ", Some(Format::Csv)),
            ("a.txt.zst", Some(Format::Txt)),
            ("a.parquet", Some(Format::Parquet)),
            ("a.db", Some(Format::Sqlite)),
            ("a.parquet.gz", None),
            ("a.gz", None),
            ("jsonl", None),
        ] {
            assert_eq!(Format::from_path(Path::new(name)), format, "{name}");
        }
    }
}
