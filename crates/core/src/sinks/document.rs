//! The record as a document to read: text, Markdown, HTML.

use std::fmt::Write;

use copydesk_clean::Record;

pub(super) const HTML_PROLOGUE: &str =
    "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n";
pub(super) const HTML_EPILOGUE: &str = "</body>\n</html>\n";

/// Among so many lines at the beginning of a content its title is looked for.
const TITLE_LINES: usize = 8;

/// The title, unless it stands at the beginning of the content already or there is none.
fn heading<'a>(record: &'a Record, content: &str) -> Option<&'a str> {
    let title =
        record.metadata.title.as_deref().map(str::trim).filter(|title| !title.is_empty())?;
    let mut lines = content.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek()?;
    let is_there = lines.take(TITLE_LINES).any(|line| plain(line) == plain(title));
    (!is_there).then_some(title)
}

/// A line as people compare it: without Markdown's marks, case and spacing.
fn plain(line: &str) -> String {
    let words = line.trim_start_matches('#').replace(['*', '_', '`', '\\'], "").to_lowercase();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn text(record: &Record, separate: bool) -> Vec<u8> {
    let mut out = String::with_capacity(record.text.len() + 200);
    if separate {
        let _ = writeln!(out, "==> {} <==", one_line(&record.source));
    }
    if let Some(title) = heading(record, &record.text) {
        out.push_str(title);
        out.push_str("\n\n");
    }
    finish(&mut out, &record.text);
    if let Some(comments) = some_text(record.comments.as_deref()) {
        out.push_str("\nComments\n\n");
        finish(&mut out, comments);
    }
    if separate {
        out.push('\n');
    }
    out.into_bytes()
}

pub(super) fn markdown(record: &Record, separate: bool) -> Vec<u8> {
    // A record without Markdown has text, and a text of paragraphs is Markdown.
    let content = record.markdown.as_deref().unwrap_or(&record.text);
    let mut out = String::with_capacity(content.len() + 200);
    if separate {
        // `--` would end the comment for some readers.
        let _ = writeln!(out, "<!-- {} -->\n", one_line(&record.source).replace("--", "- -"));
    }
    if let Some(title) = heading(record, content) {
        let _ = writeln!(out, "# {}\n", one_line(title));
    }
    finish(&mut out, content);
    if let Some(comments) = some_text(record.comments.as_deref()) {
        out.push_str("\n## Comments\n\n");
        finish(&mut out, comments);
    }
    if separate {
        out.push('\n');
    }
    out.into_bytes()
}

pub(super) fn html(record: &Record, separate: bool) -> Vec<u8> {
    let mut out = String::with_capacity(record.text.len() * 2 + 400);
    let metadata = &record.metadata;
    if separate {
        let _ = writeln!(out, "<article data-source=\"{}\">", escaped(&record.source));
    } else {
        out.push_str("<!doctype html>\n<html");
        if let Some(language) = &metadata.language {
            let _ = write!(out, " lang=\"{}\"", escaped(language));
        }
        out.push_str(">\n<head>\n<meta charset=\"utf-8\">\n");
        if let Some(title) = &metadata.title {
            let _ = writeln!(out, "<title>{}</title>", escaped(title));
        }
        if let Some(url) = metadata.canonical_url.as_ref().or(metadata.url.as_ref()) {
            let _ = writeln!(out, "<link rel=\"canonical\" href=\"{}\">", escaped(url));
        }
        out.push_str("</head>\n<body>\n<article>\n");
    }
    if let Some(title) = heading(record, &record.text) {
        let _ = writeln!(out, "<h1>{}</h1>", escaped(title));
    }
    match &record.html {
        Some(html) => finish(&mut out, html),
        None => paragraphs(&mut out, &record.text),
    }
    if let Some(comments) = some_text(record.comments.as_deref()) {
        out.push_str("<section class=\"comments\">\n<h2>Comments</h2>\n");
        paragraphs(&mut out, comments);
        out.push_str("</section>\n");
    }
    out.push_str("</article>\n");
    if !separate {
        out.push_str(HTML_EPILOGUE);
    }
    out.into_bytes()
}

fn paragraphs(out: &mut String, text: &str) {
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let _ = writeln!(out, "<p>{}</p>", escaped(block));
    }
}

/// The content with one line end after it, and nothing for no content.
fn finish(out: &mut String, content: &str) {
    let content = content.trim_end();
    if !content.is_empty() {
        out.push_str(content);
        out.push('\n');
    }
}

fn some_text(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use copydesk_clean::PageMetadata;

    use super::*;

    fn record(title: &str, text: &str) -> Record {
        Record {
            source: "a/<1>.html".into(),
            text: text.into(),
            metadata: PageMetadata { title: Some(title.into()), ..PageMetadata::default() },
            ..Record::default()
        }
    }

    fn shown(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_title_comes_first_unless_it_is_there() {
        let page = record("Ferry returns", "It sailed.\n\nAgain.");
        assert_eq!(shown(text(&page, false)), "Ferry returns\n\nIt sailed.\n\nAgain.\n");
        assert_eq!(shown(markdown(&page, false)), "# Ferry returns\n\nIt sailed.\n\nAgain.\n");
        assert!(shown(html(&page, false)).contains("<h1>Ferry returns</h1>\n<p>It sailed.</p>"));
        let mut page = record("Ferry  returns", "Ferry Returns\n\nIt sailed.");
        page.markdown = Some("# Ferry *returns*\n\nIt sailed.".into());
        assert_eq!(shown(text(&page, false)), "Ferry Returns\n\nIt sailed.\n");
        assert_eq!(shown(markdown(&page, false)), "# Ferry *returns*\n\nIt sailed.\n");
        assert!(!shown(html(&page, false)).contains("<h1>"));
        let page = record("Ferry returns", "A line before it.\n\nFerry returns\n\nIt sailed.");
        assert_eq!(shown(text(&page, false)), format!("{}\n", page.text));
    }

    #[test]
    fn a_page_without_content_is_an_empty_document() {
        assert_eq!(shown(text(&record("Title", ""), false)), "");
        assert_eq!(shown(markdown(&record("Title", ""), false)), "");
    }

    #[test]
    fn pages_in_one_stream_are_told_apart() {
        let page = record("", "It sailed.");
        assert_eq!(shown(text(&page, true)), "==> a/<1>.html <==\nIt sailed.\n\n");
        assert_eq!(shown(markdown(&page, true)), "<!-- a/<1>.html -->\n\nIt sailed.\n\n");
        assert_eq!(
            shown(html(&page, true)),
            "<article data-source=\"a/&lt;1&gt;.html\">\n<p>It sailed.</p>\n</article>\n"
        );
    }

    #[test]
    fn comments_follow_the_content() {
        let page = Record { comments: Some("Fine.".into()), ..record("", "It sailed.") };
        assert_eq!(shown(text(&page, false)), "It sailed.\n\nComments\n\nFine.\n");
    }
}
