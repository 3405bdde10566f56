//! Turns Markdown into HTML, as far as an article needs it.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::escape_html;

/// The HTML of a text in Markdown.
pub(super) fn to_html(markdown: &str) -> String {
    let mut html = String::with_capacity(markdown.len() + markdown.len() / 4);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                html.extend(["<a href=\"", &escape_html(&dest_url), "\">"]);
            }
            Event::Start(tag) => push_tag(tag.to_end(), "<", &mut html),
            Event::End(tag) => push_tag(tag, "</", &mut html),
            Event::Text(text) => html.push_str(&escape_html(&text)),
            Event::Code(code) => html.extend(["<code>", &escape_html(&code), "</code>"]),
            Event::Html(raw) | Event::InlineHtml(raw) => html.push_str(&raw),
            Event::SoftBreak => html.push('\n'),
            Event::HardBreak => html.push_str("<br>"),
            _ => {}
        }
    }
    html
}

fn push_tag(tag: TagEnd, opening: &str, html: &mut String) {
    let name = match tag {
        TagEnd::Paragraph => "p",
        TagEnd::Heading(HeadingLevel::H1 | HeadingLevel::H2) => "h2",
        TagEnd::Heading(_) => "h3",
        TagEnd::BlockQuote(_) => "blockquote",
        TagEnd::CodeBlock => "pre",
        TagEnd::List(true) => "ol",
        TagEnd::List(false) => "ul",
        TagEnd::Item => "li",
        TagEnd::Emphasis => "em",
        TagEnd::Strong => "strong",
        TagEnd::Link => "a",
        TagEnd::Table => "table",
        TagEnd::TableHead | TagEnd::TableRow => "tr",
        TagEnd::TableCell => "td",
        _ => return,
    };
    html.extend([opening, name, ">"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html() {
        assert_eq!(
            to_html("## A\n\nIt *sailed* [again](/x) & <b>on</b>\n\n- one\n- two"),
            "<h2>A</h2><p>It <em>sailed</em> <a href=\"/x\">again</a> &amp; <b>on</b></p>\
             <ul><li>one</li><li>two</li></ul>"
        );
    }
}
