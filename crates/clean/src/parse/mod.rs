//! Parses HTML into scraper's tree, with caps that hold while parsing.
//!
//! It has three parts: [`HtmlTokenizer`](tokenizer::HtmlTokenizer) turns the page into tags and texts and
//! skips what nothing reads, [`TreeGuard`](guard::TreeGuard) keeps the tree shallow, and html5ever's tree
//! builder decides what each tag means.

mod attributes;
mod contents;
mod guard;
mod raw_elements;
mod references;
mod shadow;
mod tokenizer;

use ego_tree::Tree;
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use scraper::{Html, HtmlTreeSink, Node};

use crate::{CleanLimits, LimitReached};

pub(crate) use attributes::KeptAttributes;
pub(crate) use raw_elements::{RawPart, raw_parts, resolve_references};

/// A parsed page, and the caps that were reached.
pub(crate) struct ParsedPage {
    pub(crate) html: Html,
    pub(crate) reached: Vec<LimitReached>,
}

/// Settings of [`parse`].
pub(crate) struct ParseOptions<'a> {
    pub(crate) limits: &'a CleanLimits,
    /// Reading stops once it returns true.
    pub(crate) interrupt: Option<&'a dyn Fn() -> bool>,
    pub(crate) kept_attributes: KeptAttributes,
}

/// Parses a page. The tree does not get the contents of scripts (except JSON-LD), style sheets and inline
/// SVG, nor attributes that no stage reads, unless [`KeptAttributes::All`] is asked for.
///
/// Scripting counts as enabled, so `<noscript>` is skipped. But if most of a page's text is there, as in
/// forums built on scripts, it is parsed again as a browser without scripting would parse it.
///
/// Never fails: at a cap, the result is what was read so far.
pub(crate) fn parse(text: &str, parser: &ParseOptions<'_>) -> ParsedPage {
    let (mut parsed, mut found) = parse_with(text, true, parser);
    if found.noscript_text {
        (parsed, found) = parse_with(text, false, parser);
    }
    if found.shadow_roots {
        shadow::open_roots(&mut parsed.html);
    }
    parsed
}

/// What a page has that the tree does not show as a browser does.
#[derive(Clone, Copy, Debug)]
struct FoundContents {
    /// A skipped `<noscript>` with more text than a notice.
    noscript_text: bool,
    /// What may be declarative shadow roots.
    shadow_roots: bool,
}

/// Parses with scripting enabled or disabled.
fn parse_with(
    text: &str,
    scripting_enabled: bool,
    parser: &ParseOptions<'_>,
) -> (ParsedPage, FoundContents) {
    let ParseOptions { limits, interrupt, kept_attributes } = *parser;
    let options = TreeBuilderOpts { scripting_enabled, ..TreeBuilderOpts::default() };
    let mut html = Html::new_document();
    html.tree = Tree::with_capacity(Node::Document, expected_nodes(text));
    let builder = TreeBuilder::new(HtmlTreeSink::new(html), options);
    let guard = guard::TreeGuard::new(builder, limits.max_depth);
    let mut tokenizer =
        tokenizer::HtmlTokenizer::new(text, guard, limits, interrupt, kept_attributes);
    tokenizer.run();
    let found = FoundContents {
        noscript_text: tokenizer.has_noscript_text(),
        shadow_roots: tokenizer.has_shadow_roots(),
    };
    let (builder, reached) = tokenizer.finish();
    (ParsedPage { html: builder.sink.finish(), reached }, found)
}

/// An estimate of the number of nodes. Without it the tree would be copied each time that it outgrows its
/// memory.
fn expected_nodes(text: &str) -> usize {
    let tags = memchr::memchr_iter(b'<', text.as_bytes()).count();
    tags + tags / 8
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use html5ever::tendril::StrTendril;
    use html5ever::tokenizer::states::RawKind;
    use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult};
    use proptest::prelude::*;

    use super::guard::{OpenedContent, TreeGuard};
    use super::*;

    fn parse_capped(
        text: &str,
        limits: &CleanLimits,
        interrupt: Option<&dyn Fn() -> bool>,
    ) -> ParsedPage {
        parse(text, &ParseOptions { limits, interrupt, kept_attributes: KeptAttributes::All })
    }

    fn html(text: &str) -> String {
        parse_capped(text, &CleanLimits::default(), None).html.root_element().inner_html()
    }

    #[test]
    fn scripts_styles_and_drawings_do_not_enter_the_tree() {
        assert_eq!(
            html(
                "<p>a<script>if (a<b) '</p>'</script>b<STYLE>p{}</STYLE >c<svg><path d='M0'/></svg>d"
            ),
            "<head></head><body><p>a<script></script>b<style></style>c<svg></svg>d</p></body>"
        );
    }

    #[test]
    fn white_space_after_an_end_tag_that_closes_nothing_stays() {
        for page in [
            "<div><li>late</h1>\nferry",
            "<h2><table><td>late</h2>\nferry",
            "<dl><dd>a<dt>late</dd>\nferry",
        ] {
            assert!(html(page).contains("late\nferry"), "{page}: {}", html(page));
        }
    }

    #[test]
    fn linked_data_does() {
        let tree = html("<script type=\"application/ld+json\">{\"a\":1}</script>");
        assert!(tree.contains("{\"a\":1}"), "{tree}");
    }

    #[test]
    fn a_page_whose_text_is_in_noscript_is_read_without_scripting() {
        let notice = html("<noscript><p>Please enable JavaScript.</p></noscript><p>a</p>");
        assert!(!notice.contains("<p>Please"), "{notice}");
        let post = "<p>The pump ran for three days before the float valve stuck again.</p>";
        let forum =
            html(&format!("<noscript><div>{}</div></noscript><div></div>", post.repeat(20)));
        assert!(forum.contains(post), "{forum}");
        let article = html(&format!("<noscript>{}</noscript>{}", post.repeat(20), post.repeat(80)));
        assert!(article.contains("<noscript></noscript>"), "{article}");
    }

    #[test]
    fn a_script_that_speaks_of_scripts_ends_where_a_browser_ends_it() {
        let tree = html("<p>a<script><!-- <script> x </script> --></script>b");
        assert!(tree.ends_with("</script>b</p></body>"), "{tree}");
    }

    #[test]
    fn what_looks_like_a_script_in_an_attribute_or_comment_is_none() {
        assert_eq!(
            html(
                "<p title='<script>'>a</p><!-- <script> --><p>b</p><textarea><script></textarea>c"
            ),
            "<head></head><body><p title=\"&lt;script&gt;\">a</p><p>b</p>\
             <textarea>&lt;script&gt;</textarea>c</body>"
        );
    }

    #[test]
    fn an_unclosed_drawing_does_not_swallow_the_page() {
        assert!(html("<svg><path><p>kept</p><p>too</p>").ends_with("<p>kept</p><p>too</p></body>"));
    }

    #[test]
    fn an_unclosed_script_swallows_the_page_as_in_a_browser() {
        assert!(!html("<p>a</p><script>var x; <p>b</p>").contains("<p>b"));
    }

    #[test]
    fn depth_is_capped_and_text_survives() {
        let depth = 64_000;
        let page = format!("{}deep{}<p>after</p>", "<div>".repeat(depth), "</div>".repeat(depth));
        let parsed = parse_capped(&page, &CleanLimits::default(), None);
        assert_eq!(parsed.reached, [LimitReached::Depth]);
        let deepest = parsed.html.tree.nodes().map(|node| node.ancestors().count()).max();
        assert!(deepest.unwrap() <= 260, "{deepest:?}");
        let after =
            parsed.html.tree.nodes().find(|node| {
                node.value().as_element().is_some_and(|element| element.name() == "p")
            });
        assert_eq!(after.unwrap().ancestors().count(), 3, "html, body and the document");
    }

    #[test]
    fn unclosed_paragraphs_are_not_deep() {
        let parsed = parse_capped(&"<p>x<li>y".repeat(5_000), &CleanLimits::default(), None);
        assert_eq!(parsed.reached, []);
    }

    #[test]
    fn stray_end_tags_do_not_hide_depth() {
        let parsed = parse_capped(&"<div></x>".repeat(5_000), &CleanLimits::default(), None);
        assert_eq!(parsed.reached, [LimitReached::Depth]);
    }

    #[test]
    fn many_attributes_are_cut_and_the_page_goes_on() {
        let mut attributes = String::new();
        for number in 0..100_000 {
            attributes.push_str(" a");
            attributes.push_str(&number.to_string());
            attributes.push_str("='>'");
        }
        let parsed = parse_capped(
            &format!("<p{attributes}>text</p><p>next</p>"),
            &CleanLimits::default(),
            None,
        );
        assert_eq!(parsed.reached, [LimitReached::Attributes]);
        let tree = parsed.html.root_element().inner_html();
        assert!(tree.ends_with(">text</p><p>next</p></body>"), "{}", tree.len());
    }

    #[test]
    fn nodes_are_capped() {
        let limits = CleanLimits { max_nodes: 20_000, ..CleanLimits::default() };
        let parsed = parse_capped(&"<b>x</b>".repeat(100_000), &limits, None);
        assert_eq!(parsed.reached, [LimitReached::Nodes]);
        assert!(parsed.html.tree.values().len() < 60_000);
    }

    #[test]
    fn an_interrupt_stops_the_reading() {
        let parsed =
            parse_capped(&"<p>x</p>".repeat(100_000), &CleanLimits::default(), Some(&|| true));
        assert_eq!(parsed.reached, [LimitReached::Interrupted]);
    }

    /// The nodes in document order with their depths, and of their attributes those that are read.
    fn outline(html: &Html) -> Vec<(usize, String)> {
        let nodes = html.tree.root().descendants();
        nodes
            .map(|node| {
                let says = match node.value() {
                    Node::Element(element) => {
                        let attributes = element
                            .attrs()
                            .filter(|(name, _)| attributes::read_name(name.as_bytes()).is_some());
                        format!("{} {:?}", element.name(), attributes.collect::<Vec<_>>())
                    }
                    other => format!("{other:?}"),
                };
                (node.ancestors().count(), says)
            })
            .collect()
    }

    const SOUP: &[&str] = &[
        "<p data-a='1' class=\"c\">",
        "<div data-a=\">\" id=x data-b='<p>'>",
        "</div data-a='>'>",
        "<p title='<script>'>",
        "<b data-a=1>",
        "<b data-a=2>",
        "<font color=red data-a>",
        "<a data-a=1 href=x>",
        "</a>",
        "</p>",
        "</b>",
        "text",
        " ",
        "<!-- <p data-a='1'> -->",
        "<!-->",
        "<!--->",
        "<!--",
        "-->",
        "--!>",
        "<!doctype html>",
        "<?php '>' ?>",
        "</3 '>",
        "</>",
        "<3",
        "<",
        ">",
        "'",
        "\"",
        "=",
        "<textarea data-a='1'>",
        "</textarea>",
        "<title>",
        "</title>",
        "<xmp>",
        "</xmp>",
        "<plaintext>",
        "<script data-a='>'>",
        "<script>",
        "</script>",
        "<script type='application/ld+json'>",
        "{\"a\":1}",
        "<style media=x>",
        "</style >",
        "<noscript>",
        "</noscript>",
        "<iframe data-a=1>",
        "</iframe>",
        "<svg data-a=1>",
        "<svg/data-a=1>",
        "<svg data-a/>",
        "</svg>",
        "<![CDATA[",
        "]]>",
        "<math>",
        "</math>",
        "<annotation-xml data-a encoding='text/html'>",
        "<foreignObject>",
        "<table data-a=1>",
        "<tr data-a>",
        "<td/data-a>",
        "<input type=hidden data-a>",
        "<select data-a>",
        "<option data-a selected>",
        "</select>",
        "<p data-a",
        "<p data-a=",
        "<p data-a='",
        "<p data-a=x",
        "class=d",
        "data-b",
        "/",
        "data-é='ü'",
        "\n",
        "<html data-a lang=en>",
        "<body data-a class=b>",
        "<template data-a>",
        "</template>",
        "<noembed>",
        "<nobr data-a>",
        "<pre>",
        "</pre>",
        "&amp;",
        "&ampersand",
        "&lt;",
        "&#x41",
        "&",
        "\0",
        "\r\n",
        "<p class='a&amp;b&copy=\r\n\0'>",
        "<P CLASS=a/>",
        "</TITLE >",
        "<!-- <script>",
    ];

    /// Hands what html5ever's tokenizer makes of a page to a guard.
    struct ReferenceSink(RefCell<TreeGuard>);

    impl TokenSink for ReferenceSink {
        type Handle = ();

        fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
            let mut guard = self.0.borrow_mut();
            match token {
                Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                    return match guard.start(tag) {
                        OpenedContent::Script { .. } => {
                            TokenSinkResult::RawData(RawKind::ScriptData)
                        }
                        OpenedContent::Raw => TokenSinkResult::RawData(RawKind::Rawtext),
                        OpenedContent::Text => TokenSinkResult::RawData(RawKind::Rcdata),
                        OpenedContent::Plaintext => TokenSinkResult::Plaintext,
                        OpenedContent::Markup | OpenedContent::Drawing => TokenSinkResult::Continue,
                    };
                }
                Token::TagToken(tag) => guard.end(tag),
                Token::CharacterTokens(text) => {
                    let text = StrTendril::from_slice(guard.skip_space(&text));
                    if !text.is_empty() {
                        guard.text(text);
                    }
                }
                Token::NullCharacterToken => guard.nul(),
                Token::DoctypeToken(doctype) => guard.doctype(doctype),
                Token::CommentToken(_) | Token::EOFToken | Token::ParseError(_) => {}
            }
            TokenSinkResult::Continue
        }

        fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
            self.0.borrow().is_in_foreign()
        }
    }

    /// The page as html5ever alone reads it.
    fn reference(page: &str) -> Html {
        let options = TreeBuilderOpts { scripting_enabled: true, ..TreeBuilderOpts::default() };
        let builder = TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), options);
        let guard = RefCell::new(TreeGuard::new(builder, CleanLimits::default().max_depth));
        let tokenizer = html5ever::tokenizer::Tokenizer::new(
            ReferenceSink(guard),
            html5ever::tokenizer::TokenizerOpts::default(),
        );
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(page));
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        tokenizer.sink.0.into_inner().into_builder().sink.finish()
    }

    /// The same without what nothing reads, and with one space for each run of white space: html5ever
    /// makes several texts of one.
    fn readable(html: &Html) -> Vec<(usize, String)> {
        let is_unread = |node: &ego_tree::NodeRef<'_, Node>| {
            node.value().as_element().is_some_and(|element| match element.name() {
                "style" | "noscript" | "iframe" => true,
                "script" => element.attr("type").is_none(),
                _ => false,
            })
        };
        let nodes = html.tree.root().descendants();
        nodes
            .filter(|node| !node.ancestors().any(|above| is_unread(&above)))
            .map(|node| {
                let says = match node.value() {
                    Node::Element(element) => {
                        let attributes = element
                            .attrs()
                            .filter(|(name, _)| attributes::read_name(name.as_bytes()).is_some());
                        format!("{} {:?}", element.name(), attributes.collect::<Vec<_>>())
                    }
                    Node::Text(text) => {
                        let is_space = |c: char| c.is_ascii_whitespace();
                        let words = text.split(is_space).filter(|word| !word.is_empty());
                        let edges = (text.starts_with(is_space), text.ends_with(is_space));
                        format!("{edges:?} {:?}", words.collect::<Vec<_>>())
                    }
                    other => format!("{other:?}"),
                };
                (node.ancestors().count(), says)
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn attributes_that_nothing_reads_make_no_other_tree(
            pieces in prop::collection::vec(prop::sample::select(SOUP), 0..40),
        ) {
            let page = pieces.concat();
            let limits = &CleanLimits::default();
            let tree = |kept_attributes| {
                outline(&parse(&page, &ParseOptions { limits, interrupt: None, kept_attributes }).html)
            };
            prop_assert_eq!(tree(KeptAttributes::Read), tree(KeptAttributes::All));
        }

        #[test]
        fn a_page_is_read_as_html5ever_reads_it(
            pieces in prop::collection::vec(prop::sample::select(SOUP), 0..40),
        ) {
            // A drawing is passed over although a tag in it may end it.
            let page: String = pieces.into_iter().filter(|p| !p.starts_with("<svg")).collect();
            let limits = &CleanLimits::default();
            let parser = ParseOptions { limits, interrupt: None, kept_attributes: KeptAttributes::Read };
            let (parsed, _) = parse_with(&page, true, &parser);
            prop_assert_eq!(readable(&parsed.html), readable(&reference(&page)), "{}", page);
        }
    }

    #[test]
    fn attributes_that_nothing_reads_do_not_enter_the_tree() {
        let page = "<p data-a='>' class=x>a<!-- <p> --><textarea data-b>c</textarea><i data-d>e";
        let parser = ParseOptions {
            limits: &CleanLimits::default(),
            interrupt: None,
            kept_attributes: KeptAttributes::Read,
        };
        assert_eq!(
            parse(page, &parser).html.root_element().inner_html(),
            "<head></head><body><p class=\"x\">a<textarea>c</textarea><i data-d=\"\">e</i></p></body>"
        );
    }
}
