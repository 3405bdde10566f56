//! The markup of a page with the numbers of its blocks, for showing people what was kept and what was removed.

use std::collections::HashMap;

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};

use crate::Record;
use crate::escape::escape_html;
use crate::fold::folded;
use crate::format::push_format;
use crate::segment::SegmentedPage;

/// The attribute with the number of a block.
pub(crate) const BLOCK_ATTRIBUTE: &str = "data-block";

/// Elements whose contents nobody sees, or that would load or run something.
const LEFT_OUT: [&str; 11] = [
    "base", "embed", "frame", "iframe", "link", "meta", "object", "script", "style", "template",
    "title",
];
/// An element whose tags mean something else where scripts run. Its contents are in the tree only if they are the text.
const UNSCRIPTED: &str = "noscript";
/// Elements that carry the number of a block themselves. In others, an element inside them does: custom ones and those of
/// formulas do not outlive sanitizing.
const MARKED: [&str; 42] = [
    "a",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "button",
    "caption",
    "center",
    "cite",
    "code",
    "dd",
    "div",
    "dt",
    "em",
    "figcaption",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "i",
    "label",
    "legend",
    "li",
    "main",
    "nav",
    "p",
    "pre",
    "section",
    "small",
    "span",
    "strong",
    "summary",
    "td",
    "th",
    "time",
    "tr",
];
/// Letters of a text that may begin many blocks.
const FEW_LETTERS: usize = 12;
/// Blocks of an element among which that of a text is looked for.
const MAX_AHEAD: usize = 32;
/// Letters at the beginning of two texts by which they are the same.
const SHARED_LETTERS: usize = 16;
/// Elements without contents.
const VOID: [&str; 9] = ["area", "br", "col", "hr", "img", "input", "source", "track", "wbr"];
/// Elements in which tags are no markup.
const PLAIN: [&str; 2] = ["option", "textarea"];

/// A page with its record and the places of its blocks in both, for showing them side by side. See
/// [`crate::Cleaner::view`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PageView {
    /// The record, with the verdict on every block: block N is number N of [`Record::blocks`], from 0.
    pub record: Record,
    /// The body of the page, with `data-block="N"` at each element that is block N, or around each text that is a part of
    /// it. `None` for text, and for input that could not be read.
    ///
    /// **It is not sanitized**: it has the elements and attributes of a stranger's page, apart from scripts, style sheets
    /// and frames.
    pub page: Option<String>,
    /// The kept blocks as minimal HTML, as in [`Record::html`], with `data-block="N"` around the text of block N. Safe: the
    /// cleaner wrote all of its markup.
    pub text: String,
    /// Whether each block would be in the text with [`crate::Favor::Precision`], and with [`crate::Favor::Recall`]. Empty
    /// if the page would have other blocks then.
    pub kept_favoring_precision: Vec<bool>,
    /// See [`PageView::kept_favoring_precision`].
    pub kept_favoring_recall: Vec<bool>,
}

/// The markup of a page's body, with the numbers of its blocks.
pub(crate) fn numbered_markup(html: &Html, page: &SegmentedPage) -> String {
    let mut writer = MarkupWriter {
        finder: BlockFinder::new(html, page),
        left_out: None,
        out: String::with_capacity(page.text.len() * 3),
    };
    let body = html.tree.root().descendants().find(|node| is_named(*node, "body"));
    let Some(body) = body else { return String::new() };
    for edge in body.traverse() {
        match edge {
            Edge::Open(node) => writer.open(node),
            Edge::Close(node) => writer.close(node),
        }
    }
    writer.out
}

fn is_named(node: NodeRef<'_, Node>, name: &str) -> bool {
    node.value().as_element().is_some_and(|element| element.name() == name)
}

/// Finds which block a text node is a part of.
struct BlockFinder<'a> {
    page: &'a SegmentedPage,
    /// The blocks of each element, in order.
    by_element: HashMap<NodeId, ElementBlocks>,
}

#[derive(Default)]
struct ElementBlocks {
    numbers: Vec<usize>,
    /// Whether all of the text in the element is one block.
    is_block: bool,
    /// The block that the text found last is in, as an index of `numbers`, and the letters of it that were found.
    current: usize,
    found: usize,
}

impl<'a> BlockFinder<'a> {
    fn new(html: &Html, page: &'a SegmentedPage) -> Self {
        // The number of blocks in the elements before each one. The elements inside another follow it.
        let mut before = vec![0_usize; page.elements.len() + 1];
        for block in &page.blocks {
            if let Some(count) = before.get_mut(block.element as usize + 1) {
                *count += 1;
            }
        }
        for place in 1..before.len() {
            before[place] += before[place - 1];
        }
        let mut by_element: HashMap<NodeId, ElementBlocks> = HashMap::new();
        for (number, block) in page.blocks.iter().enumerate() {
            let element = page.element_of(block);
            let Some(node) = element.node else { continue };
            let inside = before
                .get(element.end as usize)
                .zip(before.get(block.element as usize))
                .map(|(end, start)| end - start);
            let blocks = by_element.entry(node).or_default();
            blocks.numbers.push(number);
            blocks.is_block = inside == Some(1)
                && html.tree.get(node).is_some_and(|node| {
                    letters_in(node) <= folded(page.text_of(block)).len() + FEW_LETTERS
                });
        }
        Self { page, by_element }
    }

    /// The block that an element is, if all of its text is one.
    fn of_element(&self, node: NodeId) -> Option<usize> {
        let blocks = self.by_element.get(&node).filter(|blocks| blocks.is_block)?;
        blocks.numbers.first().copied()
    }

    /// The block of a text node in an element that has other blocks too.
    fn of_text(&mut self, node: NodeRef<'_, Node>, text: &str) -> Option<usize> {
        let letters = folded(text);
        let mut nearest = None;
        for around in node.ancestors() {
            let Some(blocks) = self.by_element.get_mut(&around.id()) else { continue };
            if blocks.is_block {
                return None;
            }
            if blocks.find(self.page, &letters) {
                return blocks.current_number();
            }
            // A block may begin in an element that has other blocks, and go on after it.
            nearest = nearest.or_else(|| blocks.current_number());
        }
        nearest
    }
}

impl ElementBlocks {
    fn current_number(&self) -> Option<usize> {
        self.numbers.get(self.current).copied()
    }

    /// Goes on to the block that these letters of a text are in. Blocks of one element follow each other, and so do
    /// their texts.
    fn find(&mut self, page: &SegmentedPage, text: &str) -> bool {
        // A few letters may begin any block, so they do not lead past the next one.
        let ahead = if text.len() < FEW_LETTERS { 2 } else { MAX_AHEAD };
        for (place, number) in self.numbers.iter().enumerate().skip(self.current).take(ahead) {
            let Some(block) = page.blocks.get(*number) else { continue };
            let letters = folded(page.text_of(block));
            let found = if place == self.current { self.found } else { 0 };
            let rest = letters.get(found..).unwrap_or_default();
            // A text without letters continues a block that is not at its end, or is a block of its own.
            let is_found = match (text.is_empty(), rest.is_empty()) {
                (true, _) => letters.is_empty() || !rest.is_empty() && place == self.current,
                (false, true) => false,
                (false, false) => begin_alike(rest, text),
            };
            if is_found {
                (self.current, self.found) = (place, (found + text.len()).min(letters.len()));
                return true;
            }
        }
        false
    }
}

/// The bytes of letters in an element. A block that begins in it may go on after it, and another one may begin.
fn letters_in(node: NodeRef<'_, Node>) -> usize {
    let texts = node.descendants().filter_map(|inner| {
        let is_shown = inner.parent().and_then(|around| around.value().as_element());
        let is_shown = is_shown.is_none_or(|element| !LEFT_OUT.contains(&element.name()));
        inner.value().as_text().filter(|_| is_shown)
    });
    texts.map(|text| folded(text).len()).sum()
}

/// Whether one of two texts begins with the other, as far as it is read: a character further on may have been repaired.
fn begin_alike(one: &str, other: &str) -> bool {
    let shared = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    shared >= one.len().min(other.len()).min(SHARED_LETTERS)
}

struct MarkupWriter<'a> {
    finder: BlockFinder<'a>,
    /// The element whose contents are being left out.
    left_out: Option<NodeId>,
    out: String,
}

impl MarkupWriter<'_> {
    fn open(&mut self, node: NodeRef<'_, Node>) {
        if self.left_out.is_some() {
            return;
        }
        match node.value() {
            Node::Element(element) => {
                let name = element.name();
                if LEFT_OUT.contains(&name) {
                    self.left_out = Some(node.id());
                    return;
                }
                if name == UNSCRIPTED {
                    return;
                }
                push_format(&mut self.out, format_args!("<{name}"));
                for (name, value) in element.attrs().filter(|(name, _)| *name != BLOCK_ATTRIBUTE) {
                    push_format(&mut self.out, format_args!(" {name}=\"{}\"", escape_html(value)));
                }
                let block = self.finder.of_element(node.id());
                let is_marked = MARKED.contains(&name);
                if let Some(block) = block.filter(|_| is_marked) {
                    push_format(&mut self.out, format_args!(" {BLOCK_ATTRIBUTE}=\"{block}\""));
                }
                self.out.push('>');
                if let Some(block) = block.filter(|_| !is_marked) {
                    push_format(
                        &mut self.out,
                        format_args!("<span {BLOCK_ATTRIBUTE}=\"{block}\">"),
                    );
                }
            }
            Node::Text(text) => self.text(node, text),
            _ => {}
        }
    }

    fn text(&mut self, node: NodeRef<'_, Node>, text: &str) {
        let escaped = escape_html(text);
        let is_plain =
            node.parent().is_some_and(|parent| PLAIN.iter().any(|name| is_named(parent, name)));
        let block =
            if is_plain || text.trim().is_empty() { None } else { self.finder.of_text(node, text) };
        match block {
            Some(block) => push_format(
                &mut self.out,
                format_args!("<span {BLOCK_ATTRIBUTE}=\"{block}\">{escaped}</span>"),
            ),
            None => self.out.push_str(&escaped),
        }
    }

    fn close(&mut self, node: NodeRef<'_, Node>) {
        if self.left_out.is_some() {
            self.left_out = self.left_out.filter(|left_out| *left_out != node.id());
            return;
        }
        if let Some(element) = node.value().as_element()
            && !VOID.contains(&element.name())
            && element.name() != UNSCRIPTED
        {
            let name = element.name();
            if !MARKED.contains(&name) && self.finder.of_element(node.id()).is_some() {
                self.out.push_str("</span>");
            }
            push_format(&mut self.out, format_args!("</{name}>"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{CleanInput, CleanOptions, Cleaner, PageView};

    const PROSE: &str = "The ferry sailed again on Monday after nine weeks in dock, and the harbour master said \
        that the crew had waited for this day since the spring storms.";

    fn view(page: &str) -> PageView {
        let page = format!("<!doctype html><title>Ferry</title><body>{page}");
        let cleaner = Cleaner::with_options(CleanOptions::default());
        cleaner.view(&CleanInput::new("a.html", page.as_bytes()))
    }

    fn number_of(view: &PageView, text: &str) -> usize {
        view.record.blocks.iter().position(|block| block.text.starts_with(text)).unwrap()
    }

    #[test]
    fn an_element_that_is_a_block_has_its_number_and_so_has_its_text() {
        let view = view(&format!(
            "<nav><a href=/x>News</a></nav><article><p>{PROSE}</p><p>{PROSE} Again.</p></article>"
        ));
        let page = view.page.as_deref().unwrap();
        let (news, first) = (number_of(&view, "News"), number_of(&view, PROSE));
        assert!(page.contains(&format!("<a href=\"/x\" data-block=\"{news}\">News</a>")), "{page}");
        assert!(page.contains(&format!("<p data-block=\"{first}\">The ferry")), "{page}");
        assert_eq!(
            view.text,
            format!(
                "<p><span data-block=\"{first}\">{PROSE}</span></p>\n\
                 <p><span data-block=\"{}\">{PROSE} Again.</span></p>\n",
                first + 1
            )
        );
        assert_eq!(
            view.record.html.as_deref(),
            Some(&*format!("<p>{PROSE}</p>\n<p>{PROSE} Again.</p>\n"))
        );
    }

    #[test]
    fn texts_between_the_blocks_of_an_element_are_told_apart() {
        let view = view(&format!(
            "<article>Before <b>the</b> storm<p>{PROSE}</p>After <i>it</i><p>{PROSE} Again.</p></article>"
        ));
        let page = view.page.as_deref().unwrap();
        let (before, after) = (number_of(&view, "Before the storm"), number_of(&view, "After it"));
        for (text, number) in [
            ("Before ", before),
            ("the", before),
            (" storm", before),
            ("After ", after),
            ("it", after),
        ] {
            assert!(
                page.contains(&format!("<span data-block=\"{number}\">{text}</span>")),
                "{text}: {page}"
            );
        }
    }

    #[test]
    fn blocks_between_line_breaks_and_in_elements_of_scripts_have_places() {
        let view = view(&format!(
            "<article><p>{PROSE}<br><br>–<br><br>It is <b>it</b> again, says the master of the port.<br><br>Italy sent \
             flowers for the first trip of the year.</p><x-box>{PROSE} Again.</x-box></article>"
        ));
        let page = view.page.as_deref().unwrap();
        for (number, block) in view.record.blocks.iter().enumerate() {
            assert!(page.contains(&format!("data-block=\"{number}\"")), "{}: {page}", block.text);
        }
        let dash = number_of(&view, "–");
        assert!(page.contains(&format!("<span data-block=\"{dash}\">–</span>")), "{page}");
        let it = number_of(&view, "It is it");
        assert!(page.contains(&format!("<span data-block=\"{it}\">it</span>")), "{page}");
    }

    #[test]
    fn a_block_may_begin_in_an_element_that_has_others() {
        let view = view(&format!(
            "<article><div><i>{PROSE}<br><br>The second paragraph is set like the first one, and it</i> goes on after it.\
             <br><br>{PROSE} Again.</div></article>"
        ));
        let page = view.page.as_deref().unwrap();
        let second = number_of(&view, "The second paragraph");
        for text in ["The second paragraph is set like the first one, and it", " goes on after it."]
        {
            assert!(
                page.contains(&format!("<span data-block=\"{second}\">{text}</span>")),
                "{page}"
            );
        }
        for number in 0..view.record.blocks.len() {
            assert!(page.contains(&format!("data-block=\"{number}\"")), "{number}: {page}");
        }
    }

    #[test]
    fn a_block_with_repaired_characters_has_a_place() {
        let view = view(&format!(
            "<article><p>{PROSE}<br><br>To help the crew, theyâ€™ve had new cabins made, and the port has a new crane.</p>\
             <p>{PROSE} Again.</p></article>"
        ));
        let number = number_of(&view, "To help the crew, they’ve");
        let page = view.page.unwrap();
        assert!(
            page.contains(&format!("<span data-block=\"{number}\">To help the crew")),
            "{page}"
        );
    }

    #[test]
    fn numbers_of_the_page_itself_and_what_could_run_are_left_out() {
        let view = view(&format!(
            "<p data-block=7>{PROSE}</p><script>alert(1)</script><style>p{{}}</style><iframe src=x></iframe>\
             <noscript><p>Enable it</noscript><textarea>a<b>c</b></textarea>"
        ));
        let page = view.page.unwrap();
        for gone in ["data-block=\"7\"", "alert", "<style", "<iframe", "Enable"] {
            assert!(!page.contains(gone), "{gone}: {page}");
        }
        assert!(page.contains("<textarea>a&lt;b&gt;c&lt;/b&gt;</textarea>"), "{page}");
    }

    #[test]
    fn a_text_has_no_page_and_binary_input_has_neither() {
        let cleaner = Cleaner::with_options(CleanOptions::default());
        let view = cleaner.view(&CleanInput::new("a.txt", PROSE.as_bytes()));
        assert!(view.page.is_none() && view.record.blocks.len() == 1);
        assert_eq!(view.text, format!("<p><span data-block=\"0\">{PROSE}</span></p>\n"));
        let binary = cleaner.view(&CleanInput::new("a", &[0; 64]));
        assert!(binary.record.error.is_some() && binary.page.is_none() && binary.text.is_empty());
    }
}
