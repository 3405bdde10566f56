//! What a file's name says about it.

use std::path::Path;

use copydesk_clean::InputKind;

use super::form::Form;

/// Suffixes of files that are taken from folders, for messages.
pub(super) const SUFFIXES: &str = ".html .htm .xhtml .txt .md .jsonl .ndjson .csv .tsv .warc .wet, each \
     also .gz or .zst, and .parquet";

/// What a file holds, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One page of this kind.
    Page(InputKind),
    /// Many pages.
    Many(Form),
    /// The name does not tell.
    Unknown,
}

impl Shape {
    pub(super) fn of(path: &Path) -> Self {
        let Some(name) = path.file_name() else { return Self::Unknown };
        let name = name.to_string_lossy().to_ascii_lowercase();
        let stem = uncompressed(&name);
        // A name that is all suffix, such as `.html`, is a hidden file and no page.
        match stem.rsplit_once('.') {
            Some(("", _)) | None => Self::Unknown,
            Some((_, "html" | "htm" | "xhtml")) => Self::Page(InputKind::Html),
            Some((_, "txt" | "md")) => Self::Page(InputKind::Text),
            Some((_, "jsonl" | "ndjson")) => Self::Many(Form::Lines),
            Some((_, "json")) => Self::Many(Form::Json),
            Some((_, "csv")) => Self::Many(Form::Table(b',')),
            Some((_, "tsv")) => Self::Many(Form::Table(b'\t')),
            Some((_, "warc" | "wet")) => Self::Many(Form::Warc),
            // Compressed inside; as a whole, its index could not be read first.
            Some((_, "parquet")) if stem == name => Self::Many(Form::Parquet),
            Some(_) => Self::Unknown,
        }
    }

    /// Whether such files are taken from folders. JSON there is more often about the pages beside it.
    pub(super) fn is_taken_from_folders(self) -> bool {
        !matches!(self, Self::Unknown | Self::Many(Form::Json))
    }

    /// Whether the name says that there are many pages.
    pub(super) fn is_many(self) -> bool {
        matches!(self, Self::Many(_))
    }
}

/// The name without `.gz` or `.zst`.
pub fn uncompressed(name: &str) -> &str {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_tells_with_and_without_compression() {
        let (page, many) = (Shape::Page, Shape::Many);
        for (name, shape) in [
            ("a/b.html", page(InputKind::Html)),
            ("B.HTM.GZ", page(InputKind::Html)),
            ("c.xhtml.zst", page(InputKind::Html)),
            ("d.txt", page(InputKind::Text)),
            ("e.md.gz", page(InputKind::Text)),
            ("f.jsonl.zst", many(Form::Lines)),
            ("g.ndjson", many(Form::Lines)),
            ("CC-MAIN-20240101-00001.warc.wet.gz", many(Form::Warc)),
            ("crawl.warc.zst", many(Form::Warc)),
            ("items.json.gz", many(Form::Json)),
            ("a.csv", many(Form::Table(b','))),
            ("a.TSV.gz", many(Form::Table(b'\t'))),
            ("a.parquet", many(Form::Parquet)),
            ("a.parquet.gz", Shape::Unknown),
            ("index.php", Shape::Unknown),
            ("h.gz", Shape::Unknown),
            (".html", Shape::Unknown),
            ("html", Shape::Unknown),
        ] {
            assert_eq!(Shape::of(Path::new(name)), shape, "{name}");
        }
    }
}
