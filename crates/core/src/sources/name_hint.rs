//! What the name of a file says about its content.

use std::path::Path;

use copydesk_clean::InputKind;

use super::pages_format::PagesFormat;
use crate::format::uncompressed;

/// The suffixes of files that are taken from folders, for messages.
pub(super) const SUFFIXES: &str = ".html .htm .xhtml .txt .md .jsonl .ndjson .csv .tsv .warc .wet, each \
     also .gz or .zst, .parquet, and pages with other names";

/// The content of a file, as far as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameHint {
    /// One page of this kind.
    Page(InputKind),
    /// Many pages.
    Pages(PagesFormat),
    /// The name does not say; the content is inspected.
    Unknown,
}

impl NameHint {
    pub(super) fn from_path(path: &Path) -> Self {
        let Some(name) = path.file_name() else { return Self::Unknown };
        let name = name.to_string_lossy().to_ascii_lowercase();
        let stem = uncompressed(&name);
        // A name that is only a suffix, such as `.html`, is a hidden file and not a page.
        match stem.rsplit_once('.') {
            Some(("", _)) | None => Self::Unknown,
            Some((_, "html" | "htm" | "xhtml")) => Self::Page(InputKind::Html),
            Some((_, "txt" | "md")) => Self::Page(InputKind::Text),
            Some((_, "jsonl" | "ndjson")) => Self::Pages(PagesFormat::Lines),
            Some((_, "json")) => Self::Pages(PagesFormat::Json),
            Some((_, "csv")) => Self::Pages(PagesFormat::Table(b',')),
            Some((_, "tsv")) => Self::Pages(PagesFormat::Table(b'\t')),
            Some((_, "warc" | "wet")) => Self::Pages(PagesFormat::Warc),
            // Parquet compresses inside the file. In a compressed file, the index at its end could not be read first.
            Some((_, "parquet")) if stem == name => Self::Pages(PagesFormat::Parquet),
            Some(_) => Self::Unknown,
        }
    }

    /// Whether the name says that the file holds many pages.
    pub(super) fn has_many_pages(self) -> bool {
        matches!(self, Self::Pages(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_counts_with_and_without_compression() {
        let (page, many) = (NameHint::Page, NameHint::Pages);
        for (name, shape) in [
            ("a/b.html", page(InputKind::Html)),
            ("B.HTM.GZ", page(InputKind::Html)),
            ("c.xhtml.zst", page(InputKind::Html)),
            ("d.txt", page(InputKind::Text)),
            ("e.md.gz", page(InputKind::Text)),
            ("f.jsonl.zst", many(PagesFormat::Lines)),
            ("g.ndjson", many(PagesFormat::Lines)),
            ("CC-MAIN-20240101-00001.warc.wet.gz", many(PagesFormat::Warc)),
            ("crawl.warc.zst", many(PagesFormat::Warc)),
            ("items.json.gz", many(PagesFormat::Json)),
            ("a.csv", many(PagesFormat::Table(b','))),
            ("a.TSV.gz", many(PagesFormat::Table(b'\t'))),
            ("a.parquet", many(PagesFormat::Parquet)),
            ("a.parquet.gz", NameHint::Unknown),
            ("index.php", NameHint::Unknown),
            ("h.gz", NameHint::Unknown),
            (".html", NameHint::Unknown),
            ("html", NameHint::Unknown),
        ] {
            assert_eq!(NameHint::from_path(Path::new(name)), shape, "{name}");
        }
    }
}
