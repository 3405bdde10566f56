//! Detects whether an input is a page or text, if the caller did not say.

use memchr::memchr_iter;

use crate::InputKind;

/// Bytes at the start of an input that are inspected. Markup shows early, and inputs may be large.
const SNIFF_BYTES: usize = 64 << 10;

/// Tags that text about other subjects is unlikely to quote twice.
const TAGS: [&str; 18] = [
    "<p>", "<p ", "</p>", "<div", "</div>", "<br", "<a ", "</a>", "<span", "<td", "<li", "<h1",
    "<h2", "<table", "<body", "<head", "<script", "<meta",
];

impl InputKind {
    /// Recognizes markup by its beginning, by the suffix of the source, or by the tags in the first 64 KiB. The cleaner
    /// does so with an input whose kind is not given.
    pub fn detect(source: &str, text: &str) -> Self {
        let mut end = text.len().min(SNIFF_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let head = text.get(..end).unwrap_or_default();
        let start = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let begins_with = |prefix: &str| {
            start.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if ["<!doctype html", "<html", "<head", "<body", "<?xml", "<!doctype"]
            .iter()
            .any(|p| begins_with(p))
        {
            return Self::Html;
        }
        let name = source.to_ascii_lowercase();
        let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
        let has_suffix = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
        if has_suffix(&[".html", ".htm", ".xhtml"]) {
            return Self::Html;
        }
        // A README in Markdown may quote a few tags.
        if has_suffix(&[".md", ".markdown"]) {
            return Self::Text;
        }
        let tags = memchr_iter(b'<', head.as_bytes())
            .filter(|offset| {
                let rest = head.get(*offset..).unwrap_or_default();
                TAGS.iter().any(|tag| {
                    rest.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
                })
            })
            // More would decide nothing.
            .take(64)
            .count();
        // Eight tags are markup anywhere; two are if the input begins with one, or if they are dense.
        let begins_with_tag = start.starts_with('<');
        if tags >= 8 || tags >= 2 && begins_with_tag || tags >= 2 && head.len() / tags < 400 {
            Self::Html
        } else {
            Self::Text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_where_the_name_does_not() {
        for (source, text, kind) in [
            ("-", "\n<!DOCTYPE html><p>x", InputKind::Html),
            ("a.txt", "<html><body>x", InputKind::Html),
            ("a.html.gz", "no tags at all", InputKind::Html),
            ("-", "<p>One</p><p>Two</p>", InputKind::Html),
            ("-", "a < b and c > d\nText.", InputKind::Text),
            ("a.md", "Use `<p>` and `</p>` and <br>.", InputKind::Text),
            ("-", "", InputKind::Text),
        ] {
            assert_eq!(InputKind::detect(source, text), kind, "{source} {text}");
        }
    }
}
