//! The formats and compressions of outputs, and the file names that ask for them.
//!
//! A leaf: settings, errors and sinks all name a format. [`crate::sinks`] renders them.

use std::path::Path;

use copydesk_clean::CleanOptions;
pub use copydesk_fetch::warc::FileCompression;

use crate::string_enum;

string_enum! {
    /// The format of an output.
    pub enum Format {
        /// The record as one JSON object per line.
        Jsonl = "jsonl",
        /// The title, unless the text begins with it, and the text.
        Txt = "txt",
        /// The same as Markdown.
        Markdown = "markdown",
        /// The same as minimal HTML.
        Html = "html",
        /// A table with a header and one row per page (RFC 4180). Its columns are
        /// [`columns`](crate::sinks::columns); lists are JSON.
        Csv = "csv",
        /// The same as `csv`, for spreadsheet programs: with a byte order mark, without which some read UTF-8 as
        /// another charset, and with `'` before values that they would take for formulas.
        Spreadsheet = "spreadsheet",
        /// A table with one row per page, in Apache Parquet, compressed with zstd. Its columns are
        /// [`columns`](crate::sinks::columns).
        Parquet = "parquet",
        /// The same in the table `pages` of a `SQLite` database. Lists are JSON, the column `id` is the position of
        /// the page from 1, and `url` and `fingerprint` have indexes.
        Sqlite = "sqlite",
    }
}

/// What a format is like. Suffixes, help, documentation, checks and the choice of a writer derive from these
/// facts, so that a new format is described in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormatFacts {
    /// The suffixes of its files, without the dot. All are recognized; the first one is written.
    pub suffixes: &'static [&'static str],
    /// What is written per page: one phrase for people, in Markdown.
    pub summary: &'static str,
    /// What it keeps of a record.
    pub layout: FormatLayout,
    /// When a file is complete.
    pub completion: FileCompletion,
}

/// What a format keeps of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatLayout {
    /// A line or row per page, with every field of the record. One file holds many pages.
    Table,
    /// A document for people, with title, text and comments. A page gets a file of its own where possible.
    Document,
}

/// When a file of a format is complete. This decides whether it can be streamed, compressed and appended to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileCompletion {
    /// Text that is complete after every page.
    EveryPage,
    /// Text that is complete with an epilogue.
    Epilogue,
    /// A database that is complete after every commit. Cannot be streamed or compressed.
    EveryCommit,
    /// A file that is complete with a footer. Cannot be streamed, and compresses its content itself.
    Footer,
}

impl Format {
    /// What the format is like.
    pub const fn facts(self) -> FormatFacts {
        use FileCompletion::{Epilogue, EveryCommit, EveryPage, Footer};
        use FormatLayout::{Document, Table};
        let (suffixes, layout, completion, summary): (&'static [&'static str], _, _, _) = match self
        {
            Self::Jsonl => {
                (&["jsonl", "ndjson"], Table, EveryPage, "the [record](record.md) in one line")
            }
            Self::Txt => (&["txt"], Document, EveryPage, "the text"),
            Self::Markdown => (&["md", "markdown"], Document, EveryPage, "the article as Markdown"),
            Self::Html => (&["html", "htm"], Document, Epilogue, "the article as minimal HTML"),
            Self::Csv => (&["csv"], Table, EveryPage, "one row per page; lists are JSON"),
            Self::Spreadsheet => (
                &[],
                Table,
                EveryPage,
                "CSV for spreadsheet programs: with a byte order mark, and `'` before what looks like a formula",
            ),
            Self::Parquet => (&["parquet"], Table, Footer, "one row per page"),
            Self::Sqlite => (
                &["sqlite", "sqlite3", "db"],
                Table,
                EveryCommit,
                "one row per page in the table `pages`; lists are JSON",
            ),
        };
        FormatFacts { suffixes, summary, layout, completion }
    }

    /// The suffix of its files, without the dot.
    pub const fn suffix(self) -> &'static str {
        match self.facts().suffixes {
            [first, ..] => first,
            // No suffix asks for this variety of CSV, but its files are CSV.
            [] => "csv",
        }
    }

    /// The format that a file's suffix asks for, before a suffix of compression.
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let plain = uncompressed(&name);
        let suffix = Path::new(plain).extension()?.to_str()?;
        let has_suffix = |format: &&Self| format.facts().suffixes.contains(&suffix);
        let format = *Self::ALL.iter().find(has_suffix)?;
        // `a.parquet.gz` is not a Parquet file, and neither can be written.
        (format.is_text() || plain == name).then_some(format)
    }

    /// Whether one file holds many pages, with every field of their records.
    pub const fn is_tabular(self) -> bool {
        matches!(self.facts().layout, FormatLayout::Table)
    }

    /// Whether all pages of a file have the same columns.
    pub(crate) const fn shares_columns(self) -> bool {
        matches!(self, Self::Csv | Self::Spreadsheet | Self::Parquet | Self::Sqlite)
    }

    /// Whether it is text, so that it can be compressed and written to a stream.
    pub const fn is_text(self) -> bool {
        !self.needs_file()
    }

    /// Whether it cannot be written to a stream.
    pub(crate) const fn needs_file(self) -> bool {
        matches!(self.facts().completion, FileCompletion::EveryCommit | FileCompletion::Footer)
    }

    /// Whether this build has it: Parquet and `SQLite` are cargo features, with the names of the formats.
    pub const fn is_built(self) -> bool {
        match self {
            Self::Parquet => cfg!(feature = "parquet"),
            Self::Sqlite => cfg!(feature = "sqlite"),
            Self::Jsonl
            | Self::Txt
            | Self::Markdown
            | Self::Html
            | Self::Csv
            | Self::Spreadsheet => true,
        }
    }

    /// Asks the cleaner for what the format needs beside the text.
    pub fn require(self, options: &mut CleanOptions) {
        options.markdown |= self == Self::Markdown;
        options.html |= self == Self::Html;
    }
}

/// The suffix of files with this compression, without the dot.
pub(crate) fn compression_suffix(compression: FileCompression) -> Option<&'static str> {
    match compression {
        FileCompression::None => None,
        FileCompression::Gzip => Some("gz"),
        FileCompression::Zstd => Some("zst"),
    }
}

/// The compression that a file's suffix asks for.
pub fn compression_from_path(path: &Path) -> FileCompression {
    match path.extension().and_then(|suffix| suffix.to_str()) {
        Some(suffix) if suffix.eq_ignore_ascii_case("gz") => FileCompression::Gzip,
        Some(suffix) if suffix.eq_ignore_ascii_case("zst") => FileCompression::Zstd,
        _ => FileCompression::None,
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
    fn the_suffix_before_that_of_the_compression_names_the_format() {
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

    #[test]
    fn every_suffix_belongs_to_one_format() {
        for format in Format::ALL {
            for suffix in format.facts().suffixes {
                let path = format!("a.{suffix}");
                assert_eq!(Format::from_path(Path::new(&path)), Some(*format), "{suffix}");
            }
        }
    }

    #[test]
    fn the_guide_lists_every_format() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/clean.md");
        // The guide is not part of the package.
        let Ok(guide) = std::fs::read_to_string(path) else { return };
        for format in Format::ALL {
            let facts = format.facts();
            let suffixes: Vec<String> =
                facts.suffixes.iter().map(|suffix| format!("`.{suffix}`")).collect();
            let row = format!("| `{format}` | {} | {} |", suffixes.join(", "), facts.summary);
            assert!(guide.contains(&row), "{row}");
        }
    }
}
