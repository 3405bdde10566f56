//! Splits a page into tags and texts for html5ever's tree builder.
//!
//! Two thirds of a news page are scripts, style sheets and drawings, and half of the rest are attributes
//! that nothing reads. Making tokens of all that took longer than all other work on a page. So this
//! tokenizer skips what nothing reads, by a search for its end. It follows the states of
//! <https://html.spec.whatwg.org/multipage/parsing.html#tokenization>, and asks the tree builder what each
//! tag opened.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{self, BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::{Attribute, LocalName, QualName, local_name, ns};
use memchr::memmem;

use super::attributes::{self, KeptAttributes};
use super::contents::{
    end_of_comment, end_of_script, end_tag, find, is_plain_drawing, rest, starts_with_ignore_case,
    text_bytes,
};
use super::guard::{OpenedContent, PageTreeBuilder, TreeGuard};
use super::references::{self, ReferenceContext};
use super::shadow;
use crate::{CleanLimits, LimitReached};

/// Bytes between two checks of the caps and the interrupt.
const CHUNK_BYTES: usize = 32 << 10;

/// Bytes of text outside of tags from which a `<noscript>` has more than a notice.
const NOSCRIPT_TEXT_BYTES: usize = 600;

/// A page with more visible bytes for each byte in `<noscript>` has its text outside of it.
const MAX_VISIBLE_SHARE: usize = 2;

/// Reads one page.
pub(super) struct HtmlTokenizer<'a> {
    text: &'a str,
    guard: TreeGuard,
    limits: &'a CleanLimits,
    interrupt: Option<&'a dyn Fn() -> bool>,
    kept_attributes: KeptAttributes,
    /// Where the caps are checked next.
    next_check: usize,
    /// The next `</svg>`, as found by the last search. Without it, every unclosed `<svg>` would search the
    /// rest of the page, which is quadratic.
    drawing_end: usize,
    /// Bytes of text in `<noscript>`, and between other tags.
    noscript_bytes: usize,
    visible_bytes: usize,
    has_shadow_roots: bool,
    /// Scratch space for text with references.
    buffer: String,
    /// Scratch space for the attributes of a tag. Each gets a list of the length that it needs, since the tree keeps it.
    attributes: Vec<Attribute>,
    reached: Vec<LimitReached>,
}

impl<'a> HtmlTokenizer<'a> {
    pub(super) fn new(
        text: &'a str,
        guard: TreeGuard,
        limits: &'a CleanLimits,
        interrupt: Option<&'a dyn Fn() -> bool>,
        kept_attributes: KeptAttributes,
    ) -> Self {
        Self {
            text: text.strip_prefix('\u{feff}').unwrap_or(text),
            guard,
            limits,
            interrupt,
            kept_attributes,
            next_check: CHUNK_BYTES,
            drawing_end: 0,
            noscript_bytes: 0,
            visible_bytes: 0,
            has_shadow_roots: false,
            buffer: String::new(),
            attributes: Vec::new(),
            reached: Vec::new(),
        }
    }

    /// Whether a `<noscript>` was skipped that has more than a notice, and most of the text of the page.
    pub(super) fn has_noscript_text(&self) -> bool {
        self.noscript_bytes >= NOSCRIPT_TEXT_BYTES
            && self.visible_bytes <= self.noscript_bytes.saturating_mul(MAX_VISIBLE_SHARE)
    }

    /// Whether a tag had the attribute of declarative shadow roots.
    pub(super) fn has_shadow_roots(&self) -> bool {
        self.has_shadow_roots
    }

    /// The finished tree, and the caps that were reached.
    pub(super) fn finish(mut self) -> (PageTreeBuilder, Vec<LimitReached>) {
        if self.guard.depth_was_capped() {
            self.note_limit(LimitReached::Depth);
        }
        (self.guard.into_builder(), self.reached)
    }

    /// Reads the page, or as much of it as the caps allow.
    pub(super) fn run(&mut self) {
        self.read();
        self.is_within_caps(self.text.len());
    }

    fn read(&mut self) {
        let bytes = self.text.as_bytes();
        // Where the current text begins, and where to search for the next markup.
        let (mut start, mut position) = (0, 0);
        while let Some(place) = find(bytes, position, b'<') {
            if !is_markup(rest(bytes, place + 1)) {
                position = place + 1;
                continue;
            }
            self.data(start, place, ReferenceContext::Text);
            // The specification drops a tag that is incomplete at the end of the page.
            let Some(end) = self.markup(place + 1) else { return };
            (start, position) = (end, end);
            if end >= self.next_check && !self.is_within_caps(end) {
                return;
            }
        }
        self.data(start, bytes.len(), ReferenceContext::Text);
    }

    fn is_within_caps(&mut self, position: usize) -> bool {
        self.next_check = position + CHUNK_BYTES;
        if self.guard.node_count() > self.limits.max_nodes {
            self.note_limit(LimitReached::Nodes);
            return false;
        }
        if self.interrupt.is_some_and(|interrupt| interrupt()) {
            self.note_limit(LimitReached::Interrupted);
            return false;
        }
        true
    }

    fn note_limit(&mut self, limit: LimitReached) {
        if !self.reached.contains(&limit) {
            self.reached.push(limit);
        }
    }

    /// Processes the markup after a `<`. Returns where it ends, together with contents that are not markup.
    fn markup(&mut self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        match rest(bytes, from) {
            [b'!', b'-', b'-', ..] => end_of_comment(bytes, from + 3).map(|end| end + 1),
            [b'!', name @ ..] if starts_with_ignore_case(name, b"doctype") => {
                let end = find(bytes, from, b'>')? + 1;
                self.doctype(from - 1, end);
                Some(end)
            }
            [b'!', name @ ..] if name.starts_with(b"[CDATA[") && self.guard.is_in_foreign() => {
                let start = from + b"![CDATA[".len();
                let length = memmem::find(rest(bytes, start), b"]]>");
                let end = length.map_or(bytes.len(), |length| start + length);
                self.data(start, end, ReferenceContext::Raw);
                Some((end + 3).min(bytes.len()))
            }
            // Bogus comments.
            [b'!' | b'?', ..] => find(bytes, from, b'>').map(|end| end + 1),
            [b'/', first, ..] if first.is_ascii_alphabetic() => self.end(from + 1),
            [b'/', ..] => find(bytes, from, b'>').map(|end| end + 1),
            _ => self.start(from),
        }
    }

    /// Processes a start tag whose name begins at `from`.
    fn start(&mut self, from: usize) -> Option<usize> {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let name_end = attributes::end_of_name(bytes, from);
        let name = self.name(from, name_end);
        let kept = self.kept_attributes;
        let keeps_all = kept == KeptAttributes::All || attributes::are_compared(&name);
        let mut count = 0;
        let (buffer, attrs) = (&mut self.buffer, &mut self.attributes);
        let has_shadow_roots = &mut self.has_shadow_roots;
        attrs.clear();
        let max = self.limits.max_attributes;
        let tag = &name;
        let end = attributes::scan(bytes, name_end, |name, value| {
            count += 1;
            let name = text.get(name).unwrap_or_default();
            let value = text.get(value).unwrap_or_default();
            let known = kept.name(tag, name.as_bytes());
            if count > max || known.is_none() && !keeps_all {
                return;
            }
            *has_shadow_roots |= name == shadow::MODE;
            let name = known.unwrap_or_else(|| local_name(name));
            // The first of several attributes with the same name counts.
            if attrs.iter().any(|other| other.name.local == name) {
                return;
            }
            let value = value_of(value, buffer);
            attrs.push(Attribute { name: QualName::new(None, ns!(), name), value });
        })?;
        let is_cut = count > max;
        if is_cut {
            self.note_limit(LimitReached::Attributes);
        }
        let tag = Tag {
            kind: TagKind::StartTag,
            name,
            self_closing: end.is_self_closing && !is_cut,
            attrs: self.attributes.drain(..).collect(),
            had_duplicate_attributes: false,
        };
        let opened = self.guard.start(tag);
        let name = bytes.get(from..name_end).unwrap_or_default();
        Some(self.contents(name, end.place + 1, opened))
    }

    /// Processes an end tag whose name begins at `from`.
    fn end(&mut self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let name_end = attributes::end_of_name(bytes, from);
        let end = attributes::scan(bytes, name_end, |_, _| {})?;
        let name = self.name(from, name_end);
        self.guard.end(Tag {
            kind: TagKind::EndTag,
            name,
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        });
        Some(end.place + 1)
    }

    fn name(&self, from: usize, to: usize) -> LocalName {
        local_name(self.text.get(from..to).unwrap_or_default())
    }

    /// Processes the contents of an element as far as they are not markup. `start` is the end of its start
    /// tag. Returns where they end.
    fn contents(&mut self, name: &[u8], start: usize, opened: OpenedContent) -> usize {
        let bytes = self.text.as_bytes();
        match opened {
            OpenedContent::Markup => start,
            OpenedContent::Drawing => {
                if self.drawing_end < start {
                    self.drawing_end = end_tag(bytes, start, b"svg").unwrap_or(usize::MAX);
                }
                let end = self.drawing_end;
                if end <= bytes.len() && is_plain_drawing(bytes, start..end) { end } else { start }
            }
            OpenedContent::Script { is_wanted } => {
                let end = end_of_script(bytes, start);
                if is_wanted {
                    self.raw(start, end, ReferenceContext::Raw);
                }
                end
            }
            OpenedContent::Raw => {
                let end = end_tag(bytes, start, name).unwrap_or(bytes.len());
                let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
                if is(b"noscript") {
                    let contents = bytes.get(start..end).unwrap_or_default();
                    self.noscript_bytes += text_bytes(contents);
                } else if !is(b"style") && !is(b"iframe") {
                    self.raw(start, end, ReferenceContext::Raw);
                }
                end
            }
            OpenedContent::Text => {
                let end = end_tag(bytes, start, name).unwrap_or(bytes.len());
                self.raw(start, end, ReferenceContext::Text);
                end
            }
            OpenedContent::Plaintext => {
                self.raw(start, bytes.len(), ReferenceContext::Raw);
                bytes.len()
            }
        }
    }

    /// Adds text between tags, where NUL is a token of its own.
    fn data(&mut self, start: usize, end: usize, within: ReferenceContext) {
        let text = self.text.get(start..end).unwrap_or_default();
        self.visible_bytes += text.trim_ascii().len();
        if references::is_plain(text) {
            let text = self.guard.skip_space(text);
            if !text.is_empty() {
                self.guard.text(StrTendril::from_slice(text));
            }
            return;
        }
        for (number, text) in text.split('\0').enumerate() {
            if number > 0 {
                self.guard.nul();
            }
            let text = self.guard.skip_space(text);
            self.add(text, within);
        }
    }

    /// Adds the contents of an element that are not markup, where NUL becomes U+FFFD.
    fn raw(&mut self, start: usize, end: usize, within: ReferenceContext) {
        self.add(self.text.get(start..end).unwrap_or_default(), within);
    }

    fn add(&mut self, text: &str, within: ReferenceContext) {
        if text.is_empty() {
            return;
        }
        if references::is_plain(text) {
            self.guard.text(StrTendril::from_slice(text));
            return;
        }
        self.buffer.clear();
        references::resolve(text, within, &mut self.buffer);
        self.guard.text(StrTendril::from_slice(&self.buffer));
    }

    /// Processes a doctype. html5ever's tokenizer reads it: doctypes have many states of their own, and a
    /// page has one.
    fn doctype(&mut self, start: usize, end: usize) {
        let sink = DoctypeSink::default();
        let tokenizer = tokenizer::Tokenizer::new(sink, tokenizer::TokenizerOpts::default());
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(self.text.get(start..end).unwrap_or_default()));
        let _ = tokenizer.feed(&queue);
        if let Some(doctype) = tokenizer.sink.0.take() {
            self.guard.doctype(doctype);
        }
    }
}

/// Keeps the last doctype.
#[derive(Default)]
struct DoctypeSink(std::cell::RefCell<Option<tokenizer::Doctype>>);

impl TokenSink for DoctypeSink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let Token::DoctypeToken(doctype) = token {
            self.0.replace(Some(doctype));
        }
        TokenSinkResult::Continue
    }
}

/// Whether the bytes after a `<` make it the beginning of markup.
fn is_markup(after: &[u8]) -> bool {
    match after {
        [b'/', ..] => after.len() > 1,
        [b'!' | b'?', ..] => true,
        [first, ..] => first.is_ascii_alphabetic(),
        [] => false,
    }
}

/// The name of a tag or an attribute: in lower case, NUL as U+FFFD.
fn local_name(name: &str) -> LocalName {
    if let Some(name) = common_name(name.as_bytes()) {
        return name;
    }
    if name.bytes().all(|byte| byte != 0 && !byte.is_ascii_uppercase()) {
        return LocalName::from(name);
    }
    LocalName::from(name.replace('\0', "\u{fffd}").to_ascii_lowercase())
}

/// The names of nine in ten tags. html5ever would find them by a hash, which takes longer.
fn common_name(name: &[u8]) -> Option<LocalName> {
    Some(match name {
        b"a" => local_name!("a"),
        b"article" => local_name!("article"),
        b"b" => local_name!("b"),
        b"br" => local_name!("br"),
        b"button" => local_name!("button"),
        b"div" => local_name!("div"),
        b"em" => local_name!("em"),
        b"figure" => local_name!("figure"),
        b"h2" => local_name!("h2"),
        b"h3" => local_name!("h3"),
        b"i" => local_name!("i"),
        b"img" => local_name!("img"),
        b"input" => local_name!("input"),
        b"li" => local_name!("li"),
        b"link" => local_name!("link"),
        b"meta" => local_name!("meta"),
        b"option" => local_name!("option"),
        b"p" => local_name!("p"),
        b"path" => local_name!("path"),
        b"picture" => local_name!("picture"),
        b"script" => local_name!("script"),
        b"section" => local_name!("section"),
        b"source" => local_name!("source"),
        b"span" => local_name!("span"),
        b"strong" => local_name!("strong"),
        b"style" => local_name!("style"),
        b"svg" => local_name!("svg"),
        b"td" => local_name!("td"),
        b"tr" => local_name!("tr"),
        b"ul" => local_name!("ul"),
        _ => return None,
    })
}

fn value_of(value: &str, buffer: &mut String) -> StrTendril {
    if references::is_plain(value) {
        return StrTendril::from_slice(value);
    }
    buffer.clear();
    references::resolve(value, ReferenceContext::Attribute, buffer);
    StrTendril::from_slice(buffer)
}
