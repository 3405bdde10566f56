//! A filter between the tokenizer and the tree builder that keeps the tree shallow.
//!
//! html5ever's tree builder searches its stack of open elements for most tags, so its time is depth times
//! length (servo/html5ever issue 788). A tree sink sees elements too late to change that. A token sink can
//! leave tags out.

use std::collections::HashMap;

use ego_tree::NodeId;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Doctype, Tag, Token, TokenSink, TokenSinkResult, states::RawKind};
use html5ever::tree_builder::TreeBuilder;
use html5ever::{LocalName, local_name};
use scraper::HtmlTreeSink;

pub(super) type PageTreeBuilder = TreeBuilder<NodeId, HtmlTreeSink>;

/// Formatting elements (`<b>`, `<font>`, ...) that may be open at once. The tree builder opens all of them
/// again in every new paragraph, so a page that never closes them would grow quadratically.
const MAX_OPEN_FORMATTING: usize = 16;

/// What a start tag opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenedContent {
    /// Text and tags follow.
    Markup,
    /// `<svg>`, where it does open a drawing.
    Drawing,
    /// A script; whether its text is of use (JSON-LD).
    Script { is_wanted: bool },
    /// `<style>`, `<xmp>` and the like: text without references up to the end tag of that name.
    Raw,
    /// `<title>` or `<textarea>`: text with references up to the end tag of that name.
    Text,
    /// `<plaintext>`: text up to the end of the page.
    Plaintext,
}

/// The filter before the tree builder.
pub(super) struct TreeGuard {
    builder: PageTreeBuilder,
    max_depth: usize,
    /// The names of the open elements, as far as start and end tags tell. It may contain elements that were
    /// closed by implication; at the cap it is read from the tree again, which is exact enough.
    open: Vec<LocalName>,
    /// Start tags that were left out at the cap, by name. The same number of end tags is left out, or they
    /// would close other elements.
    dropped_starts: HashMap<LocalName, usize>,
    open_formatting: usize,
    /// Whether the last token was a block-level tag, after which white space has no meaning.
    at_boundary: bool,
    /// Whether white space was skipped there.
    has_skipped_space: bool,
    /// The number of open `<pre>` and `<textarea>`, in which white space has a meaning.
    verbatim_open: usize,
    capped: bool,
}

impl TreeGuard {
    pub(super) fn new(builder: PageTreeBuilder, max_depth: usize) -> Self {
        Self {
            builder,
            max_depth: max_depth.max(8),
            open: Vec::new(),
            dropped_starts: HashMap::new(),
            open_formatting: 0,
            at_boundary: false,
            has_skipped_space: false,
            verbatim_open: 0,
            capped: false,
        }
    }

    pub(super) fn depth_was_capped(&self) -> bool {
        self.capped
    }

    /// Nodes in the tree so far.
    pub(super) fn node_count(&self) -> usize {
        self.builder.sink.0.borrow().tree.values().len()
    }

    /// Ends the page.
    pub(super) fn into_builder(self) -> PageTreeBuilder {
        let _ = self.process(Token::EOFToken);
        self.builder.end();
        self.builder
    }

    /// Passes a token to the tree builder. The line number is only for its error messages, which are not
    /// used.
    fn process(&self, token: Token) -> TokenSinkResult<NodeId> {
        self.builder.process_token(token, 1)
    }

    /// Whether the innermost element is SVG or `MathML`, where `<![CDATA[` has a meaning.
    pub(super) fn is_in_foreign(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }

    pub(super) fn doctype(&self, doctype: Doctype) {
        let _ = self.process(Token::DoctypeToken(doctype));
    }

    /// A NUL in text. The tree builder ignores it except in foreign elements.
    pub(super) fn nul(&self) {
        let _ = self.process(Token::NullCharacterToken);
    }

    /// Adds text.
    pub(super) fn text(&mut self, text: StrTendril) {
        self.at_boundary = false;
        // The tree builder moves text out of tables together with the white space before it, so some must
        // be there.
        if std::mem::take(&mut self.has_skipped_space) {
            self.line_end();
        }
        let _ = self.process(Token::CharacterTokens(text));
    }

    fn line_end(&self) {
        let _ = self.process(Token::CharacterTokens(StrTendril::from_slice("\n")));
    }

    /// The rest of a text after white space without meaning: empty lines are skipped, the indent of the next
    /// text stays. Otherwise a third of the nodes of a page would be line ends between blocks.
    pub(super) fn skip_space<'a>(&mut self, text: &'a str) -> &'a str {
        if !self.at_boundary {
            return text;
        }
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(['\n', '\r']);
            let space = |byte: &u8| byte.is_ascii_whitespace() && *byte != b'\r';
            let length = rest.bytes().take_while(space).count();
            // An indent before text in the same line.
            let is_indent = !matches!(rest.as_bytes().get(length), None | Some(b'&' | b'\r' | 0));
            if length == 0 || is_indent {
                break;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        self.has_skipped_space |= rest.len() < text.len();
        rest
    }

    /// Reads the open elements from the tree: the chain of last children. Some of them may be closed
    /// already. Then more is left out than necessary, but only near the cap.
    fn resync(&mut self) {
        let html = self.builder.sink.0.borrow();
        self.open.clear();
        let mut node = Some(html.tree.root());
        while let Some(here) = node {
            if let Some(element) = here.value().as_element() {
                self.open.push(element.name.local.clone());
            }
            node = here.last_child();
        }
    }

    /// Notes whether white space after a tag has no meaning.
    fn note_boundary(&mut self, is_boundary: bool) {
        self.at_boundary = is_boundary && self.verbatim_open == 0;
        self.has_skipped_space = false;
    }

    /// Whether an end tag certainly closes an element. The tree builder ignores one that closes none, and
    /// then white space after it is within a text.
    fn closes(&self, name: &LocalName) -> bool {
        // An end tag in a table cell cannot close an element outside of it.
        let mut within = self.open.iter().rev().take_while(|open| !is_scope(open) || *open == name);
        within.find(|open| *open == name || closes_another(name, open)) == Some(name)
    }

    fn start_is_allowed(&mut self, name: &LocalName) -> bool {
        if is_formatting(name) {
            if self.open_formatting >= MAX_OPEN_FORMATTING {
                return false;
            }
            self.open_formatting += 1;
        }
        if self.open.len() < self.max_depth {
            return true;
        }
        self.resync();
        self.open.len() < self.max_depth
    }

    /// Processes a start tag, and says what it opened.
    pub(super) fn start(&mut self, tag: Tag) -> OpenedContent {
        let name = tag.name.clone();
        if is_verbatim(&name) {
            self.verbatim_open += 1;
        }
        self.note_boundary(is_block(&name));
        // The contents of these elements are not markup because the tree builder says so. If they were
        // left out, their contents would be parsed as markup.
        let switches_tokenizer = switches_tokenizer(&name);
        if !switches_tokenizer && !self.start_is_allowed(&name) {
            self.capped = true;
            *self.dropped_starts.entry(name).or_default() += 1;
            // A tag that is left out still separates the words before and after it.
            self.line_end();
            return OpenedContent::Markup;
        }
        let is_wanted = name == local_name!("script")
            && tag.attrs.iter().any(|attribute| {
                attribute.name.local == local_name!("type")
                    && is_read_script(attribute.value.as_bytes())
            });
        let is_drawing = name == local_name!("svg") && !tag.self_closing;
        if !is_void(&name) && !tag.self_closing {
            self.open.push(name);
        }
        match self.process(Token::TagToken(tag)) {
            TokenSinkResult::RawData(RawKind::ScriptData) => OpenedContent::Script { is_wanted },
            TokenSinkResult::RawData(RawKind::Rcdata) => OpenedContent::Text,
            TokenSinkResult::RawData(_) => OpenedContent::Raw,
            TokenSinkResult::Plaintext => OpenedContent::Plaintext,
            TokenSinkResult::Continue if is_drawing => OpenedContent::Drawing,
            // The remaining results ask to run a script or to change the encoding; neither is done.
            _ => OpenedContent::Markup,
        }
    }

    /// Processes an end tag.
    pub(super) fn end(&mut self, tag: Tag) {
        if is_verbatim(&tag.name) {
            self.verbatim_open = self.verbatim_open.saturating_sub(1);
        }
        let is_boundary = self.verbatim_open == 0 && is_block(&tag.name) && self.closes(&tag.name);
        self.note_boundary(is_boundary);
        if let Some(count) = self.dropped_starts.get_mut(&tag.name).filter(|count| **count > 0) {
            *count -= 1;
            self.line_end();
            return;
        }
        let is_formatting = is_formatting(&tag.name);
        if is_formatting {
            self.open_formatting = self.open_formatting.saturating_sub(1);
        }
        if let Some(position) = self.open.iter().rposition(|name| *name == tag.name) {
            self.open.truncate(position);
            // The elements that were left out were inside the one that is closed here.
            if !is_formatting {
                self.dropped_starts.clear();
            }
        }
        let _ = self.process(Token::TagToken(tag));
    }
}

/// Whether a type of script is read: metadata, and formulas in TeX.
fn is_read_script(kind: &[u8]) -> bool {
    kind.to_ascii_lowercase().ends_with(b"ld+json") || kind.starts_with(b"math/tex")
}

/// Elements in which white space has a meaning.
fn is_verbatim(name: &LocalName) -> bool {
    matches!(*name, local_name!("pre") | local_name!("textarea"))
}

/// Elements in which end tags have no effect on what is open outside of them:
/// <https://html.spec.whatwg.org/multipage/parsing.html#has-an-element-in-the-specific-scope>
fn is_scope(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("table")
            | local_name!("td")
            | local_name!("th")
            | local_name!("caption")
            | local_name!("template")
            | local_name!("button")
            | local_name!("object")
            | local_name!("marquee")
            | local_name!("applet")
            | local_name!("svg")
            | local_name!("math")
    )
}

/// Whether one of these closes another that is open.
fn closes_another(name: &LocalName, open: &LocalName) -> bool {
    let is_item = |name: &LocalName| {
        matches!(*name, local_name!("dd") | local_name!("dt") | local_name!("li"))
    };
    is_item(name) && is_item(open)
}

/// Elements without content and end tag:
/// <https://html.spec.whatwg.org/multipage/syntax.html#void-elements>
fn is_void(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("area")
            | local_name!("base")
            | local_name!("br")
            | local_name!("col")
            | local_name!("embed")
            | local_name!("hr")
            | local_name!("img")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("source")
            | local_name!("track")
            | local_name!("wbr")
    )
}

/// <https://html.spec.whatwg.org/multipage/parsing.html#formatting>
fn is_formatting(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// Elements after whose start tag the tokenizer changes its state.
fn switches_tokenizer(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("textarea")
            | local_name!("title")
            | local_name!("xmp")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("noscript")
            | local_name!("plaintext")
    )
}

/// Elements whose tags always end a line of text. `<head>` and `<body>` are not among them, since a second one is ignored.
fn is_block(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("div")
            | local_name!("p")
            | local_name!("li")
            | local_name!("ul")
            | local_name!("ol")
            | local_name!("tr")
            | local_name!("td")
            | local_name!("th")
            | local_name!("table")
            | local_name!("tbody")
            | local_name!("section")
            | local_name!("article")
            | local_name!("header")
            | local_name!("footer")
            | local_name!("nav")
            | local_name!("main")
            | local_name!("aside")
            | local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("form")
            | local_name!("figure")
            | local_name!("meta")
            | local_name!("link")
            | local_name!("option")
    )
}
