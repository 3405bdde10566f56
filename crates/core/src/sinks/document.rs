//! Records as documents for people: text, Markdown, HTML.

use std::borrow::Cow;
use std::fmt::Write;

use copydesk_clean::{Record, escape_html, escape_markdown};

use super::PageFrame;
use super::front_matter::front_matter;

pub(super) const HTML_PROLOGUE: &str =
    "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n";
pub(super) const HTML_EPILOGUE: &str = "</body>\n</html>\n";

/// The number of lines at the start of the content that may be the title: a section label, a byline or a date may come
/// before it.
const TITLE_LINES: usize = 8;

/// The title; `None` if there is none, or if the content begins with it.
fn heading<'a>(record: &'a Record, content: &str) -> Option<&'a str> {
    let title = record.title.as_deref().map(str::trim).filter(|title| !title.is_empty())?;
    let mut lines = content.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek()?;
    let is_there = lines.take(TITLE_LINES).any(|line| plain(line) == plain(title));
    (!is_there).then_some(title)
}

/// Markdown without the heading that it begins with, if that is the title.
fn without_title<'a>(record: &Record, content: &'a str) -> &'a str {
    let content = content.trim_start_matches('\n');
    let (first, rest) = content.split_once('\n').unwrap_or((content, ""));
    let is_title = first.starts_with("# ")
        && record.title.as_deref().is_some_and(|title| plain(first) == plain(title));
    if is_title { rest.trim_start_matches('\n') } else { content }
}

/// A line for comparison: without Markdown's marks and escapes, case and spacing.
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

pub(super) fn markdown(record: &Record, frame: PageFrame) -> Vec<u8> {
    // A record that was cleaned without Markdown has only its text.
    let content = match &record.markdown {
        Some(markdown) => Cow::Borrowed(markdown.as_str()),
        None => Cow::Owned(escape_markdown(&record.text)),
    };
    let mut out = String::with_capacity(content.len() + 200);
    if frame.is_separate() {
        // `-->` must not end the comment early, and XML readers refuse any `--` in it.
        let _ = writeln!(out, "<!-- {} -->\n", one_line(&record.source).replace("--", "- -"));
    }
    let has_content = !content.trim().is_empty();
    let matter = Some(front_matter(record))
        .filter(|matter| frame == PageFrame::FrontMatter && has_content && !matter.is_empty());
    if let Some(matter) = matter {
        out.push_str(&matter);
        finish(&mut out, without_title(record, &content));
    } else {
        if let Some(title) = heading(record, &content) {
            let _ = writeln!(out, "# {}\n", escape_markdown(&one_line(title)));
        }
        finish(&mut out, &content);
    }
    if let Some(comments) = some_text(record.comments.as_deref()) {
        out.push_str("\n## Comments\n\n");
        finish(&mut out, &escape_markdown(comments));
    }
    if frame.is_separate() {
        out.push('\n');
    }
    out.into_bytes()
}

pub(super) fn html(record: &Record, separate: bool) -> Vec<u8> {
    let mut out = String::with_capacity(record.text.len() * 2 + 400);
    if separate {
        let _ = writeln!(out, "<article data-source=\"{}\">", escape_html(&record.source));
    } else {
        out.push_str("<!doctype html>\n<html");
        if let Some(language) = &record.language {
            let _ = write!(out, " lang=\"{}\"", escape_html(language));
        }
        out.push_str(">\n<head>\n<meta charset=\"utf-8\">\n");
        if let Some(title) = &record.title {
            let _ = writeln!(out, "<title>{}</title>", escape_html(title));
        }
        if let Some(url) = record.canonical_url.as_ref().or(record.url.as_ref()) {
            let _ = writeln!(out, "<link rel=\"canonical\" href=\"{}\">", escape_html(url));
        }
        out.push_str("</head>\n<body>\n<article>\n");
    }
    if let Some(title) = heading(record, &record.text) {
        let _ = writeln!(out, "<h1>{}</h1>", escape_html(title));
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
        let _ = writeln!(out, "<p>{}</p>", escape_html(block));
    }
}

/// Appends the content with one line end after it; nothing if it is empty.
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

#[cfg(test)]
mod tests {

    use super::*;

    fn record(title: &str, text: &str) -> Record {
        Record {
            source: "a/<1>.html".into(),
            text: text.into(),
            title: Some(title.into()),
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
        assert_eq!(
            shown(markdown(&page, PageFrame::Alone)),
            "# Ferry returns\n\nIt sailed.\n\nAgain.\n"
        );
        assert!(shown(html(&page, false)).contains("<h1>Ferry returns</h1>\n<p>It sailed.</p>"));
        let mut page = record("Ferry  returns", "Ferry Returns\n\nIt sailed.");
        page.markdown = Some("# Ferry *returns*\n\nIt sailed.".into());
        assert_eq!(shown(text(&page, false)), "Ferry Returns\n\nIt sailed.\n");
        assert_eq!(shown(markdown(&page, PageFrame::Alone)), "# Ferry *returns*\n\nIt sailed.\n");
        assert!(!shown(html(&page, false)).contains("<h1>"));
        let page = record("Ferry returns", "A line before it.\n\nFerry returns\n\nIt sailed.");
        assert_eq!(shown(text(&page, false)), format!("{}\n", page.text));
    }

    #[test]
    fn front_matter_takes_the_place_of_the_title() {
        let with_matter = |page: &Record| shown(markdown(page, PageFrame::FrontMatter));
        let mut page = record("Ferry returns", "It sailed.\n\nAgain.");
        let matter = "---\ntitle: \"Ferry returns\"\n---\n\n";
        assert_eq!(with_matter(&page), format!("{matter}It sailed.\n\nAgain.\n"));
        page.markdown = Some("# Ferry *returns*\n\nIt sailed.".into());
        assert_eq!(with_matter(&page), format!("{matter}It sailed.\n"));
        page.markdown = Some("## Ferry returns\n\nIt sailed.".into());
        assert_eq!(with_matter(&page), format!("{matter}## Ferry returns\n\nIt sailed.\n"));
        page.comments = Some("Fine.".into());
        assert!(with_matter(&page).ends_with("It sailed.\n\n## Comments\n\nFine.\n"));
        assert_eq!(with_matter(&record("Title", "")), "");
        assert_eq!(
            with_matter(&Record { title: None, ..record("", "It sailed.") }),
            "It sailed.\n"
        );
    }

    #[test]
    fn a_page_without_content_is_an_empty_document() {
        assert_eq!(shown(text(&record("Title", ""), false)), "");
        assert_eq!(shown(markdown(&record("Title", ""), PageFrame::Alone)), "");
    }

    #[test]
    fn pages_in_one_stream_are_marked() {
        let page = record("", "It sailed.");
        assert_eq!(shown(text(&page, true)), "==> a/<1>.html <==\nIt sailed.\n\n");
        assert_eq!(
            shown(markdown(&page, PageFrame::Separate)),
            "<!-- a/<1>.html -->\n\nIt sailed.\n\n"
        );
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

    #[test]
    fn titles_and_comments_cannot_bring_markup_of_their_own() {
        let comments = "<img src=x onerror=alert(1)>\n# Not a heading\n\n*mine* `code`";
        let page = Record {
            comments: Some(comments.into()),
            markdown: Some("It *sailed*.".into()),
            ..record("<script>alert(1)</script> *Ferry*", "It sailed.")
        };
        assert_eq!(
            shown(markdown(&page, PageFrame::Alone)),
            "# \\<script>alert(1)\\</script> \\*Ferry\\*\n\nIt *sailed*.\n\n## Comments\n\n\
             \\<img src=x onerror=alert(1)>\n\\# Not a heading\n\n\\*mine\\* \\`code\\`\n"
        );
        let html = shown(html(&page, false));
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt; *Ferry*</h1>"), "{html}");
        assert!(
            html.contains("<p>&lt;img src=x onerror=alert(1)&gt;\n# Not a heading</p>"),
            "{html}"
        );
    }

    #[test]
    fn a_text_without_markdown_is_escaped() {
        let page = record("", "2 * 3 is 6, says <b>.");
        assert_eq!(shown(markdown(&page, PageFrame::Alone)), "2 * 3 is 6, says \\<b>.\n");
    }
}
