//! What a file's name says about it.

use std::path::Path;

use copydesk_clean::InputKind;

/// Suffixes of files that are taken from folders, for messages.
pub(super) const SUFFIXES: &str =
    ".html .htm .xhtml .txt .md .jsonl .ndjson, each also .gz or .zst";

/// What a file holds, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One page of this kind.
    Page(InputKind),
    /// One JSON object a line.
    Lines,
    /// The name does not tell.
    Unknown,
}

impl Shape {
    pub(super) fn of(path: &Path) -> Self {
        let Some(name) = path.file_name() else { return Self::Unknown };
        let name = name.to_string_lossy().to_ascii_lowercase();
        let name = uncompressed(&name);
        // A name that is all suffix, such as `.html`, is a hidden file and no page.
        match name.rsplit_once('.') {
            Some(("", _)) | None => Self::Unknown,
            Some((_, "html" | "htm" | "xhtml")) => Self::Page(InputKind::Html),
            Some((_, "txt" | "md")) => Self::Page(InputKind::Text),
            Some((_, "jsonl" | "ndjson")) => Self::Lines,
            Some(_) => Self::Unknown,
        }
    }
}

/// The name without `.gz` or `.zst`.
pub(crate) fn uncompressed(name: &str) -> &str {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_tells_with_and_without_compression() {
        let page = Shape::Page;
        for (name, shape) in [
            ("a/b.html", page(InputKind::Html)),
            ("B.HTM.GZ", page(InputKind::Html)),
            ("c.xhtml.zst", page(InputKind::Html)),
            ("d.txt", page(InputKind::Text)),
            ("e.md.gz", page(InputKind::Text)),
            ("f.jsonl.zst", Shape::Lines),
            ("g.ndjson", Shape::Lines),
            ("index.php", Shape::Unknown),
            ("h.gz", Shape::Unknown),
            (".html", Shape::Unknown),
            ("html", Shape::Unknown),
        ] {
            assert_eq!(Shape::of(Path::new(name)), shape, "{name}");
        }
    }
}
