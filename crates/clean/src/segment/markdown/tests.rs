//! Tests of how Markdown becomes blocks.

use super::super::{BlockKind, SegmentedPage, segment_text};
use crate::layout::LayoutOptions;

fn page(text: &str) -> SegmentedPage {
    let page = segment_text(text, LayoutOptions::default(), 1000);
    assert!(page.is_markdown, "{text}");
    page
}

fn blocks(text: &str) -> Vec<(BlockKind, String, std::ops::Range<u32>)> {
    let page = page(text);
    page.blocks
        .iter()
        .map(|block| (block.kind, page.text_of(block).to_owned(), block.lines.clone()))
        .collect()
}

fn texts(text: &str) -> Vec<String> {
    blocks(text).into_iter().map(|(_, text, _)| text).collect()
}

const ITEM: BlockKind = BlockKind::ListItem { depth: 1, number: None };
const INNER: BlockKind = BlockKind::ListItem { depth: 2, number: None };

#[test]
fn blocks_have_kinds_and_no_markers() {
    let text = "# Head\n\nText *with* a [**link**](https://a.example/b) and a_name.\n\n- item\n1. first\n\n```\nlet a  = 1;\n\nlet b;\n```\n\n| a | b |\n| --- | --- |\n| c | |\n\n> ![alt](x.png) said\n\nSetext\n------";
    assert_eq!(
        blocks(text),
        [
            (BlockKind::Heading(1), "Head".into(), 1..2),
            (BlockKind::Paragraph, "Text with a link and a_name.".into(), 3..4),
            (ITEM, "item".into(), 5..6),
            (BlockKind::ListItem { depth: 1, number: Some(1) }, "first".into(), 6..7),
            (BlockKind::Preformatted, "let a  = 1;\n\nlet b;".into(), 8..13),
            (BlockKind::Row { header: true }, "a | b".into(), 14..16),
            (BlockKind::Paragraph, "c".into(), 16..17),
            (BlockKind::Paragraph, "said".into(), 18..19),
            (BlockKind::Heading(2), "Setext".into(), 20..22),
        ]
    );
}

#[test]
fn wrapped_paragraphs_are_whole_and_know_their_lines() {
    let text = "# Minutes\n\nThe committee met on the second floor of the old customs\n\
        house and talked about the [drains\nof the town](https://a.example/drains \"All\nof them\").\n\n\n\
        __Treasurer__ Anna said\\: 3\\. May, 7,000\\+ came.";
    let page = page(text);
    let found = blocks(text);
    assert_eq!(
        found[1..],
        [
            (
                BlockKind::Paragraph,
                "The committee met on the second floor of the old customs house and talked about \
                 the drains of the town."
                    .into(),
                3..7
            ),
            (BlockKind::Paragraph, "Treasurer Anna said: 3. May, 7,000+ came.".into(), 9..10),
        ]
    );
    assert_eq!((page.blocks[1].links, page.blocks[1].link_bytes), (1, 19));
    assert_eq!((page.blocks[1].blank_before, page.blocks[2].blank_before), (1, 2));
}

#[test]
fn lists_nest_by_two_and_four_spaces() {
    for text in [
        "# Menu\n\n  * News\n    * UK\n    * World\n  * Sport",
        "# Menu\n\n* News\n    * UK\n    * World\n* Sport",
        "# Menu\n\n- News\n  - UK\n  - World\n- Sport",
    ] {
        let found: Vec<_> = blocks(text).into_iter().map(|(kind, text, _)| (kind, text)).collect();
        assert_eq!(
            found[1..],
            [
                (ITEM, "News".into()),
                (INNER, "UK".into()),
                (INNER, "World".into()),
                (ITEM, "Sport".into())
            ],
            "{text}"
        );
    }
}

#[test]
fn empty_items_of_html2text_are_no_code() {
    let text = "# Games\n\n  *     * News\n    * Reviews\n  *   *   * \n\n* * *\n\n    * Answers\n\n    Senator\n     \n    **Posts:** 4032";
    assert_eq!(texts(text), ["Games", "News", "Reviews", "Answers", "Senator", "Posts: 4032"]);
}

#[test]
fn a_number_that_begins_a_paragraph_is_text() {
    assert_eq!(
        texts("# May\n\n3. May was warm.\n\n1986. A year.\n\n2. second\n3. third"),
        ["May", "3. May was warm.", "1986. A year.", "second", "third"]
    );
}

#[test]
fn nothing_swallows_a_text() {
    let text = "# Harbour\n\nFirst part.\n\n~~~\n\nSecond part.\n\n***\n\n<!-- x -->Third part.\n\n```\n\nLast part.";
    assert_eq!(
        texts(text),
        ["Harbour", "First part.", "~~~", "Second part.", "Third part.", "```", "Last part."]
    );
    let text = "# Harbour\n\n~~~\nThe boats went out early on a cold and windy morning.\n~~~";
    assert_eq!(
        texts(text).join("\n"),
        "Harbour\n~~~ The boats went out early on a cold and windy morning. ~~~"
    );
}

#[test]
fn texts_of_images_are_set_aside() {
    let page = page(
        "# Boats\n\n[ ![A red boat](a.png) More boats](/b)\n\n![](c.png)\n\nText <img src=x alt='Old quay'> here.",
    );
    let texts: Vec<&str> = page.blocks.iter().map(|block| page.text_of(block)).collect();
    assert_eq!(texts, ["Boats", "More boats", "Text here."]);
    let aside: Vec<_> =
        page.set_aside.iter().map(|aside| (aside.text.as_str(), aside.lines.clone())).collect();
    assert_eq!(aside, [("A red boat", 3..4), ("Old quay", 7..8)]);
}

#[test]
fn links_by_reference_and_bare_ones_are_links() {
    let page = page(
        "# Links\n\nThe [harbour][1], [Quay] and <https://a.example> [no link] \
         [x](/1)[y](/2).\n\n[1]: https://a.example/1 \"One\"\n[quay]: /quay",
    );
    let block = &page.blocks[1];
    assert_eq!(page.text_of(block), "The harbour, Quay and https://a.example [no link] x y.");
    assert_eq!(block.links, 5);
    assert_eq!(page.blocks.len(), 2);
}

#[test]
fn words_glued_to_links_are_parted() {
    assert_eq!(
        texts(
            "# Glue\n\nPrice[4 euros](/p)Sold at [Ferry](/f)s, [quay](/q)side, [港口](/k)新闻在[这里](/z)"
        ),
        ["Glue", "Price 4 euros Sold at Ferrys, quay side, 港口新闻在这里"]
    );
}

#[test]
fn links_around_several_blocks_are_links_in_each() {
    let page = page(
        "# Cards\n\n[### Ferry is back\n\nIt sails again.\n\n](/ferry \"Ferry\")More text.\n\n[open\n\nend](x",
    );
    let blocks: Vec<_> = page
        .blocks
        .iter()
        .map(|block| (page.text_of(block), block.link_bytes, block.links))
        .collect();
    assert_eq!(
        blocks,
        [
            ("Cards", 0, 0),
            ("### Ferry is back", 17, 1),
            ("It sails again.", 15, 1),
            ("More text.", 0, 0),
            ("[open", 0, 0),
            ("end](x", 0, 0),
        ]
    );
}

#[test]
fn footnotes_keep_their_labels() {
    assert_eq!(
        texts("# Notes\n\nSaid so.[^1]\n\n[^1]: In the\n    minutes.\n"),
        ["Notes", "Said so.[^1]", "[^1]: In the minutes."]
    );
}

#[test]
fn tags_that_are_left_divide_blocks_and_others_are_text() {
    assert_eq!(
        texts(
            "# Tags\n\n<div>\nOne <b>bold</b> <a href=\"/x\">link</a><br>line\n</div><p>Two <T> three</p>"
        ),
        ["Tags", "One bold link\nline", "Two <T> three"]
    );
}

#[test]
fn lines_that_are_blocks_stay_blocks() {
    assert_eq!(
        texts(
            "## Ferry\nThe boats are back in port.\nNobody was hurt.\nThe storm is over, and it was long."
        ),
        [
            "Ferry",
            "The boats are back in port.",
            "Nobody was hurt.",
            "The storm is over, and it was long."
        ]
    );
}

#[test]
fn long_and_deep_input_is_read_in_time() {
    let deep = format!("## a\n\n{}a\n{}", "- ".repeat(40_000), "b\n".repeat(40_000));
    let quotes = format!("## a\n\n{}a\n{}", ">".repeat(40_000), "b\n".repeat(40_000));
    let stairs: Vec<String> = (0..600).map(|depth| "  ".repeat(depth) + "- a\n").collect();
    let stairs = stairs.concat();
    let stairs = format!("## a\n\n{stairs}{}", "b\n".repeat(100_000));
    for text in [deep, quotes, stairs, format!("## a\n\n{}", "[a](".repeat(100_000))] {
        assert!(!page(&text).blocks.is_empty());
    }
}

#[test]
fn blocks_are_capped() {
    let page = segment_text(&"## line\n\n".repeat(200), LayoutOptions::default(), 100);
    assert!(page.was_cut);
    assert_eq!(page.blocks.len(), 100);
}
