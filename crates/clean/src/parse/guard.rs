//! Stands between tokenizer and tree builder, and keeps the tree shallow.
//!
//! html5ever's tree builder searches its stack of open elements for most tags, so that nesting
//! costs depth times length (servo/html5ever issue 788). A tree sink sees elements too late to
//! change that; a token sink can leave tags out.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use ego_tree::NodeId;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, states::RawKind};
use html5ever::tree_builder::TreeBuilder;
use html5ever::{LocalName, local_name};
use scraper::HtmlTreeSink;

pub(super) type Builder = TreeBuilder<NodeId, HtmlTreeSink>;

/// Formatting elements (`<b>`, `<font>`, ...) that may be open at once. The tree builder opens them
/// all again in every new paragraph, so that a page which never closes them grows by their square.
const MAX_OPEN_FORMATTING: usize = 16;

/// What the tag that was handed on last began.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// Nothing that matters to the feeder.
    Nothing,
    /// A script whose text is of use (JSON-LD).
    WantedScript,
    /// A script of no use.
    Script,
    /// `<style>`, `<noscript>`, `<iframe>`: text up to the end tag of that name.
    RawText(&'static str),
    /// `<svg>`, in a place where it opens one.
    Drawing,
}

/// The token filter around the tree builder.
pub(super) struct Guard {
    builder: Builder,
    max_depth: usize,
    /// The names of the open elements, as far as start and end tags tell. Elements that were closed
    /// by implication still stand in it, until the cap makes it be read off the tree again.
    open: RefCell<Vec<LocalName>>,
    /// Start tags left out at the cap, by name: so many end tags are to be left out.
    left_out: RefCell<HashMap<LocalName, usize>>,
    open_formatting: Cell<usize>,
    opened: Cell<Opened>,
    /// Whether a block-level tag was the last thing seen, so that white space means nothing.
    at_boundary: Cell<bool>,
    /// Whether white space was passed over there.
    has_skipped_space: Cell<bool>,
    /// Open `<pre>` and `<textarea>`, in which white space does mean something.
    verbatim_open: Cell<usize>,
    capped: Cell<bool>,
}

impl Guard {
    pub(super) fn new(builder: Builder, max_depth: usize) -> Self {
        Self {
            builder,
            max_depth: max_depth.max(8),
            open: RefCell::default(),
            left_out: RefCell::default(),
            open_formatting: Cell::new(0),
            opened: Cell::new(Opened::Nothing),
            has_skipped_space: Cell::new(false),
            at_boundary: Cell::new(false),
            verbatim_open: Cell::new(0),
            capped: Cell::new(false),
        }
    }

    /// What the last token began, if it was a start tag; told once, since what only looks like a tag
    /// makes no token.
    pub(super) fn take_opened(&self) -> Opened {
        self.opened.replace(Opened::Nothing)
    }

    pub(super) fn depth_was_capped(&self) -> bool {
        self.capped.get()
    }

    /// Nodes in the tree so far.
    pub(super) fn node_count(&self) -> usize {
        self.builder.sink.0.borrow().tree.values().len()
    }

    pub(super) fn into_builder(self) -> Builder {
        self.builder
    }

    /// Reads the open elements off the tree: the chain of last children. Some of them may be closed
    /// already, which errs towards a shallower tree, and only near the cap.
    fn resync(&self) {
        let html = self.builder.sink.0.borrow();
        let mut open = self.open.borrow_mut();
        open.clear();
        let mut node = Some(html.tree.root());
        while let Some(here) = node {
            if let Some(element) = here.value().as_element() {
                open.push(element.name.local.clone());
            }
            node = here.last_child();
        }
    }

    /// Whether white space after this tag means nothing; counts the elements in which it does.
    fn is_boundary(&self, tag: &Tag) -> bool {
        if matches!(tag.name, local_name!("pre") | local_name!("textarea")) {
            let open = self.verbatim_open.get();
            self.verbatim_open.set(match tag.kind {
                TagKind::StartTag => open + 1,
                TagKind::EndTag => open.saturating_sub(1),
            });
        }
        self.verbatim_open.get() == 0
            && is_block(&tag.name)
            && (tag.kind == TagKind::StartTag || self.closes(&tag.name))
    }

    /// Whether an end tag closes an element, for certain: one that closes none is passed over, and
    /// white space after it stands within a text.
    fn closes(&self, name: &LocalName) -> bool {
        let open = self.open.borrow();
        // What is open outside of a cell is out of the reach of tags within it.
        let mut within = open.iter().rev().take_while(|open| !is_scope(open) || *open == name);
        within.find(|open| *open == name || closes_another(name, open)) == Some(name)
    }

    fn start_is_allowed(&self, name: &LocalName) -> bool {
        if is_formatting(name) {
            if self.open_formatting.get() >= MAX_OPEN_FORMATTING {
                return false;
            }
            self.open_formatting.set(self.open_formatting.get() + 1);
        }
        if self.open.borrow().len() < self.max_depth {
            return true;
        }
        self.resync();
        self.open.borrow().len() < self.max_depth
    }

    fn start(&self, tag: Tag, line: u64) -> TokenSinkResult<NodeId> {
        let name = tag.name.clone();
        // Text of these is no markup only because the tree builder says so: they must reach it.
        let switches_tokenizer = switches_tokenizer(&name);
        if !switches_tokenizer && !self.start_is_allowed(&name) {
            self.capped.set(true);
            *self.left_out.borrow_mut().entry(name).or_default() += 1;
            // The boundary stays, or words on both sides of it would become one.
            return self
                .builder
                .process_token(Token::CharacterTokens(StrTendril::from_slice("\n")), line);
        }
        let wanted = name == local_name!("script")
            && tag.attrs.iter().any(|attribute| {
                attribute.name.local == local_name!("type")
                    && attribute.value.as_bytes().to_ascii_lowercase().ends_with(b"ld+json")
            });
        let is_drawing = name == local_name!("svg") && !tag.self_closing;
        if !is_void(&name) && !tag.self_closing {
            self.open.borrow_mut().push(name.clone());
        }
        let result = self.builder.process_token(Token::TagToken(tag), line);
        self.opened.set(match &result {
            TokenSinkResult::RawData(RawKind::ScriptData) if wanted => Opened::WantedScript,
            TokenSinkResult::RawData(RawKind::ScriptData) => Opened::Script,
            TokenSinkResult::RawData(RawKind::Rawtext) => match &*name {
                "style" => Opened::RawText("style"),
                "noscript" => Opened::RawText("noscript"),
                "iframe" => Opened::RawText("iframe"),
                _ => Opened::Nothing,
            },
            TokenSinkResult::Continue if is_drawing => Opened::Drawing,
            _ => Opened::Nothing,
        });
        result
    }

    fn end(&self, tag: Tag, line: u64) -> TokenSinkResult<NodeId> {
        {
            let mut left_out = self.left_out.borrow_mut();
            if let Some(count) = left_out.get_mut(&tag.name).filter(|count| **count > 0) {
                *count -= 1;
                return self
                    .builder
                    .process_token(Token::CharacterTokens(StrTendril::from_slice("\n")), line);
            }
        }
        if is_formatting(&tag.name) {
            self.open_formatting.set(self.open_formatting.get().saturating_sub(1));
        }
        let mut open = self.open.borrow_mut();
        if let Some(position) = open.iter().rposition(|name| *name == tag.name) {
            open.truncate(position);
            // What was left out stood inside of what is closed here.
            if !is_formatting(&tag.name) {
                self.left_out.borrow_mut().clear();
            }
        }
        drop(open);
        self.builder.process_token(Token::TagToken(tag), line)
    }
}

impl TokenSink for Guard {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        self.opened.set(Opened::Nothing);
        match token {
            Token::TagToken(tag) => {
                self.at_boundary.set(self.is_boundary(&tag));
                self.has_skipped_space.set(false);
                match tag.kind {
                    TagKind::StartTag => self.start(tag, line),
                    TagKind::EndTag => self.end(tag, line),
                }
            }
            Token::CharacterTokens(text) => {
                // A third of a page's nodes are the line ends and indents between its blocks.
                if self.at_boundary.get() && text.bytes().all(|byte| byte.is_ascii_whitespace()) {
                    self.has_skipped_space.set(true);
                    return TokenSinkResult::Continue;
                }
                self.at_boundary.set(false);
                // In a table, text that goes on after white space is put before the table with it.
                if self.has_skipped_space.take() {
                    let space = Token::CharacterTokens("\n".into());
                    let _ = self.builder.process_token(space, line);
                }
                self.builder.process_token(Token::CharacterTokens(text), line)
            }
            // Comments hold nothing that is read.
            Token::CommentToken(_) => TokenSinkResult::Continue,
            other => self.builder.process_token(other, line),
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
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

/// Elements at whose tags text is broken in any case.
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
            | local_name!("body")
            | local_name!("head")
            | local_name!("meta")
            | local_name!("link")
            | local_name!("option")
    )
}
