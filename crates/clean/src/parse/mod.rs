//! Text to tree: html5ever into scraper's tree, with caps that hold while parsing.
//!
//! Three parts: [`Feeder`](feed::Feeder) decides which bytes of the page the tokenizer sees and
//! when to stop, [`Guard`](guard::Guard) stands between tokenizer and tree builder and keeps the
//! tree shallow, and scraper's sink builds the tree.

mod attributes;
mod feed;
mod guard;

use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use scraper::{Html, HtmlTreeSink};

use crate::{LimitReached, Limits};

/// A parsed page, and the caps that cut it short, if any.
pub(crate) struct Parsed {
    pub(crate) html: Html,
    pub(crate) reached: Vec<LimitReached>,
}

/// What the parser is asked for.
pub(crate) struct Parser<'a> {
    pub(crate) limits: &'a Limits,
    /// `true` stops the reading.
    pub(crate) interrupt: Option<&'a dyn Fn() -> bool>,
    /// Whether attributes that no stage reads enter the tree all the same.
    pub(crate) keeps_attributes: bool,
}

/// Parses a page. The contents of scripts (but for JSON-LD), style sheets and inline SVG do not
/// enter the tree; nor do attributes that no stage reads, unless they are asked for.
///
/// Scripting counts as enabled, so that `<noscript>` stays unread; but a page that keeps its text
/// there, as forums built on scripts do, is read as a browser without scripting reads it.
///
/// Never fails: at a cap, what was read up to then is the result.
pub(crate) fn parse(text: &str, parser: &Parser<'_>) -> Parsed {
    let (parsed, has_noscript_text) = parse_with(text, true, parser);
    if has_noscript_text { parse_with(text, false, parser).0 } else { parsed }
}

/// Parses with scripting enabled or not; also says whether text of some length stood in a skipped
/// `<noscript>`.
fn parse_with(text: &str, scripting_enabled: bool, parser: &Parser<'_>) -> (Parsed, bool) {
    let Parser { limits, interrupt, keeps_attributes } = *parser;
    let options = TreeBuilderOpts { scripting_enabled, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), options);
    let tokenizer =
        Tokenizer::new(guard::Guard::new(builder, limits.max_depth), TokenizerOpts::default());
    let mut feeder = feed::Feeder::new(text, tokenizer, limits, interrupt, keeps_attributes);
    feeder.run();
    let has_noscript_text = feeder.has_noscript_text();
    let (tokenizer, mut reached) = feeder.into_parts();
    tokenizer.end();
    if tokenizer.sink.depth_was_capped() {
        reached.push(LimitReached::Depth);
    }
    let html = tokenizer.sink.into_builder().sink.finish();
    (Parsed { html, reached }, has_noscript_text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::Node;

    use super::*;

    fn parse_capped(text: &str, limits: &Limits, interrupt: Option<&dyn Fn() -> bool>) -> Parsed {
        parse(text, &Parser { limits, interrupt, keeps_attributes: true })
    }

    fn html(text: &str) -> String {
        parse_capped(text, &Limits::default(), None).html.root_element().inner_html()
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
        let parsed = parse_capped(&page, &Limits::default(), None);
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
        let parsed = parse_capped(&"<p>x<li>y".repeat(5_000), &Limits::default(), None);
        assert_eq!(parsed.reached, []);
    }

    #[test]
    fn stray_end_tags_do_not_hide_depth() {
        let parsed = parse_capped(&"<div></x>".repeat(5_000), &Limits::default(), None);
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
        let parsed =
            parse_capped(&format!("<p{attributes}>text</p><p>next</p>"), &Limits::default(), None);
        assert_eq!(parsed.reached, [LimitReached::Attributes]);
        let tree = parsed.html.root_element().inner_html();
        assert!(tree.ends_with(">text</p><p>next</p></body>"), "{}", tree.len());
    }

    #[test]
    fn nodes_are_capped() {
        let limits = Limits { max_nodes: 20_000, ..Limits::default() };
        let parsed = parse_capped(&"<b>x</b>".repeat(100_000), &limits, None);
        assert_eq!(parsed.reached, [LimitReached::Nodes]);
        assert!(parsed.html.tree.values().len() < 60_000);
    }

    #[test]
    fn an_interrupt_stops_the_reading() {
        let parsed = parse_capped(&"<p>x</p>".repeat(100_000), &Limits::default(), Some(&|| true));
        assert_eq!(parsed.reached, [LimitReached::Interrupted]);
    }

    /// The nodes in document order with their depths, and of their attributes those that are read.
    fn outline(html: &Html) -> Vec<(usize, String)> {
        let nodes = html.tree.root().descendants();
        nodes
            .map(|node| {
                let says = match node.value() {
                    Node::Element(element) => {
                        let attributes = element.attrs().filter(|(name, _)| {
                            attributes::is_one_of(name.as_bytes(), &attributes::READ)
                        });
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
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn attributes_that_nothing_reads_make_no_other_tree(
            pieces in prop::collection::vec(prop::sample::select(SOUP), 0..40),
        ) {
            let page = pieces.concat();
            let limits = &Limits::default();
            let tree = |keeps_attributes| {
                outline(&parse(&page, &Parser { limits, interrupt: None, keeps_attributes }).html)
            };
            prop_assert_eq!(tree(false), tree(true));
        }
    }

    #[test]
    fn attributes_that_nothing_reads_do_not_enter_the_tree() {
        let page = "<p data-a='>' class=x>a<!-- <p> --><textarea data-b>c</textarea><i data-d>e";
        let parser =
            Parser { limits: &Limits::default(), interrupt: None, keeps_attributes: false };
        assert_eq!(
            parse(page, &parser).html.root_element().inner_html(),
            "<head></head><body><p class=\"x\">a<textarea>c</textarea><i data-d=\"\">e</i></p></body>"
        );
    }
}
