//! Decides which parts of the page the tokenizer sees, and when to stop.
//!
//! Two thirds of a news page are scripts, style sheets and drawings, and tokenizing them is most of
//! the cost of a page. The tokenizer itself says where one begins (so a `<script>` in a comment or
//! an attribute is none); from there on, a search for its end tag replaces tokenizing.
//!
//! Attributes that nothing reads are left out as well. For that, tags have to be told from what only
//! looks like one, in a comment or in a `<textarea>`. So the search from tag to tag follows the
//! tokenizer's states. Where it would have to know what the tree builder made of a tag, it gives up,
//! and everything is tokenized up to the next element whose contents are skipped.

use std::ops::Range;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer};
use memchr::{memchr, memmem};

use super::attributes::{self, is_one_of};
use super::guard::{Guard, Opened};
use crate::{LimitReached, Limits};

/// How much is fed between two looks at the caps.
const CHUNK_BYTES: usize = 32 << 10;

/// A `<noscript>` with so much text outside of tags holds more than a notice.
const NOSCRIPT_TEXT_BYTES: usize = 600;

/// Feeds one page to a tokenizer.
pub(super) struct Feeder<'a> {
    text: &'a str,
    /// What is to be fed next.
    pending: StrTendril,
    tokenizer: Tokenizer<Guard>,
    queue: BufferQueue,
    limits: &'a Limits,
    interrupt: Option<&'a dyn Fn() -> bool>,
    keeps_attributes: bool,
    /// Up to where the text is in `pending` or has been fed.
    fed: usize,
    /// The attributes of the last tag that are left out.
    unread: Vec<Range<usize>>,
    /// The next end tag of a drawing, as found by the last search: an unclosed `<svg>` would
    /// otherwise search the rest of the page each time.
    drawing_end: usize,
    has_noscript_text: bool,
    reached: Vec<LimitReached>,
}

impl<'a> Feeder<'a> {
    pub(super) fn new(
        text: &'a str,
        tokenizer: Tokenizer<Guard>,
        limits: &'a Limits,
        interrupt: Option<&'a dyn Fn() -> bool>,
        keeps_attributes: bool,
    ) -> Self {
        Self {
            text,
            pending: StrTendril::new(),
            tokenizer,
            queue: BufferQueue::default(),
            limits,
            interrupt,
            keeps_attributes,
            fed: 0,
            unread: Vec::new(),
            drawing_end: 0,
            has_noscript_text: false,
            reached: Vec::new(),
        }
    }

    pub(super) fn into_parts(self) -> (Tokenizer<Guard>, Vec<LimitReached>) {
        (self.tokenizer, self.reached)
    }

    /// Whether text of some length stood in a `<noscript>` that was skipped.
    pub(super) fn has_noscript_text(&self) -> bool {
        self.has_noscript_text
    }

    /// Feeds the page, or as much of it as the caps allow.
    pub(super) fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut place = Place { position: 0, is_known: true };
        while let Some(offset) = find(bytes, place.position, b'<') {
            place.position = offset + 1;
            let next = if place.is_known {
                self.pass_markup(offset)
            } else {
                self.pass_doubtful(offset + 1)
            };
            match next {
                Next::Place(next) => place = next,
                Next::End => break,
                Next::Stop => return,
            }
        }
        let _ = self.take_to(bytes.len()) && self.feed();
    }

    /// Passes what begins with a `<` that the tokenizer meets in its data state.
    fn pass_markup(&mut self, start: usize) -> Next {
        let bytes = self.text.as_bytes();
        let position = start + 1;
        let after = |end: Option<usize>| match end {
            Some(end) => Next::known(end),
            None => Next::End,
        };
        match bytes.get(position..position + 2).unwrap_or_default() {
            [first, _] if first.is_ascii_alphabetic() => self.pass_tag(position),
            [b'/', second] if second.is_ascii_alphabetic() => {
                self.unread.clear();
                let tag = attributes::scan(bytes, position + 1, usize::MAX, &mut self.unread);
                Next::known(tag.end)
            }
            [b'!', b'-'] if bytes.get(position + 2) == Some(&b'-') => {
                let start = position + 3;
                let Some(end) = end_of_comment(bytes, start) else { return Next::End };
                // Nothing is read of a comment but that there is one: it keeps two texts apart.
                let text = start..end.saturating_sub(2);
                if text.start < text.end && rest(bytes, text.end).starts_with(b"--") {
                    if !self.take_to(text.start) {
                        return Next::Stop;
                    }
                    self.fed = text.end;
                }
                Next::known(end)
            }
            // In a drawing it ends elsewhere than in a page.
            [b'!', b'['] => Next::Place(Place { position, is_known: false }),
            // A doctype, or what counts as a comment.
            [b'!' | b'?' | b'/', _] => after(find(bytes, position, b'>')),
            _ => Next::known(position),
        }
    }

    /// Passes a start tag whose name begins here.
    fn pass_tag(&mut self, start: usize) -> Next {
        let bytes = self.text.as_bytes();
        self.unread.clear();
        let tag = attributes::scan(bytes, start, self.limits.max_attributes, &mut self.unread);
        if tag.end >= bytes.len() {
            return Next::End;
        }
        if let Some(cut) = tag.excess {
            if !self.take_to(cut) {
                return Next::Stop;
            }
            self.note(LimitReached::Attributes);
            self.fed = tag.end;
        } else if !self.keeps_attributes {
            for index in 0..self.unread.len() {
                let Some(range) = self.unread.get(index).cloned() else { break };
                if !self.take_to(range.start) {
                    return Next::Stop;
                }
                self.fed = range.end;
            }
        }
        let name = bytes.get(start..tag.name_end).unwrap_or_default();
        if may_be_raw(name) {
            return self.skip_element(tag.end + 1, true);
        }
        if !matches!(name.first(), Some(b't' | b'T' | b'x' | b'X' | b'n' | b'N' | b'p' | b'P')) {
            return Next::known(tag.end);
        }
        if name.eq_ignore_ascii_case(b"plaintext") {
            return Next::Place(Place { position: tag.end, is_known: false });
        }
        let Some(own) = TEXT_NAMES.iter().find(|own| is_one_of(name, &[own])) else {
            return Next::known(tag.end);
        };
        // With no tag inside, it is the same whether the tree builder takes it for text or not.
        let next = find(bytes, tag.end, b'<');
        let is_known = next.is_none_or(|next| is_end_tag(bytes, next, own));
        Next::Place(Place { position: tag.end, is_known })
    }

    /// Passes a `<`, behind which this is, of which nobody knows what it is to the tokenizer.
    fn pass_doubtful(&mut self, position: usize) -> Next {
        let bytes = self.text.as_bytes();
        let doubtful = |position| Next::Place(Place { position, is_known: false });
        let name = bytes.get(position..).unwrap_or_default();
        if !name.first().is_some_and(u8::is_ascii_alphabetic) {
            return doubtful(position);
        }
        if may_be_raw(name) {
            let Some(end) = find(bytes, position, b'>') else { return Next::End };
            return self.skip_element(end + 1, false);
        }
        // The shortest tag with more attributes than allowed.
        let suspicious_tag = self.limits.max_attributes.saturating_mul(2);
        if !may_be_large(bytes, position, suspicious_tag) {
            return doubtful(position);
        }
        self.unread.clear();
        let tag = attributes::scan(bytes, position, self.limits.max_attributes, &mut self.unread);
        if let Some(cut) = tag.excess {
            if !self.take_to(cut) {
                return Next::Stop;
            }
            self.note(LimitReached::Attributes);
            self.fed = tag.end;
        }
        doubtful(tag.end)
    }

    /// Passes an element that begins with the tag up to `start`, if its contents can be skipped.
    fn skip_element(&mut self, start: usize, is_known: bool) -> Next {
        if !self.take_to(start) || !self.feed() {
            return Next::Stop;
        }
        let bytes = self.text.as_bytes();
        let opened = self.tokenizer.sink.take_opened();
        if opened == Opened::WantedScript {
            let end = end_tag(bytes, start, "script").unwrap_or(bytes.len());
            let contents = bytes.get(start..end).unwrap_or_default();
            let is_known = memmem::find(contents, b"<!--").is_none();
            return Next::Place(Place { position: if is_known { end } else { start }, is_known });
        }
        self.fed = self.skip_contents(start, opened);
        let is_known = match opened {
            // It was no such element, or one that is read as others are.
            Opened::Nothing | Opened::Drawing => is_known || self.fed > start,
            Opened::RawText(_) => true,
            // A script that is not skipped is one whose end is hard to tell.
            Opened::Script | Opened::WantedScript => {
                self.fed > start || starts_with_ignore_case(rest(bytes, start), b"</script")
            }
        };
        Next::Place(Place { position: self.fed, is_known })
    }

    /// Adds the text up to `end`, a char boundary; false once a cap says to stop.
    fn take_to(&mut self, end: usize) -> bool {
        while self.fed < end {
            let mut piece_end = (self.fed + CHUNK_BYTES).min(end);
            while !self.text.is_char_boundary(piece_end) {
                piece_end += 1;
            }
            self.pending.push_slice(self.text.get(self.fed..piece_end).unwrap_or_default());
            self.fed = piece_end;
            if self.pending.len() >= CHUNK_BYTES && !self.feed() {
                return false;
            }
        }
        true
    }

    /// Feeds what was added; false once a cap says to stop.
    fn feed(&mut self) -> bool {
        if !self.pending.is_empty() {
            self.queue.push_back(std::mem::take(&mut self.pending));
            // The tokenizer pauses after each script for it to be run; nothing is run here.
            while !matches!(self.tokenizer.feed(&self.queue), TokenizerResult::Done) {}
        }
        if self.tokenizer.sink.node_count() > self.limits.max_nodes {
            self.note(LimitReached::Nodes);
            return false;
        }
        if self.interrupt.is_some_and(|interrupt| interrupt()) {
            self.note(LimitReached::Interrupted);
            return false;
        }
        true
    }

    fn note(&mut self, limit: LimitReached) {
        if !self.reached.contains(&limit) {
            self.reached.push(limit);
        }
    }

    /// From where to feed on, when the tokenizer has just been fed up to `start`.
    fn skip_contents(&mut self, start: usize, opened: Opened) -> usize {
        let bytes = self.text.as_bytes();
        match opened {
            Opened::Nothing | Opened::WantedScript => start,
            Opened::RawText(name) => {
                let end = end_tag(bytes, start, name).unwrap_or(bytes.len());
                if name == "noscript" {
                    let contents = bytes.get(start..end).unwrap_or_default();
                    self.has_noscript_text |= text_bytes(contents) >= NOSCRIPT_TEXT_BYTES;
                }
                end
            }
            Opened::Script => {
                let end = end_tag(bytes, start, "script").unwrap_or(bytes.len());
                let contents = bytes.get(start..end).unwrap_or_default();
                // Only in such a one, `</script>` need not be the end:
                // https://html.spec.whatwg.org/multipage/parsing.html#script-data-double-escaped-state
                let may_nest = memmem::find(contents, b"<!--").is_some_and(|comment| {
                    find_ignore_case(contents, comment, b"<script").is_some()
                });
                if may_nest { start } else { end }
            }
            Opened::Drawing => {
                if self.drawing_end < start {
                    self.drawing_end = end_tag(bytes, start, "svg").unwrap_or(usize::MAX);
                }
                let Some(contents) = bytes.get(start..self.drawing_end) else { return start };
                let is_plain = find_ignore_case(contents, 0, b"<svg").is_none()
                    && memmem::find(contents, b"<!--").is_none()
                    && memmem::find(contents, b"<![").is_none()
                    && find_ignore_case(contents, 0, b"<foreignobject").is_none()
                    && holds_whole_tags(bytes, start..self.drawing_end);
                if is_plain { self.drawing_end } else { start }
            }
        }
    }
}

/// Where the search for tags stands.
#[derive(Clone, Copy)]
struct Place {
    position: usize,
    /// Whether the tokenizer is in its data state there.
    is_known: bool,
}

/// How the search for tags goes on.
enum Next {
    Place(Place),
    /// There is no further tag.
    End,
    /// A cap says to stop.
    Stop,
}

impl Next {
    fn known(position: usize) -> Self {
        Self::Place(Place { position, is_known: true })
    }
}

/// Names of elements that hold text alone, unless they stand in a drawing or the like.
const TEXT_NAMES: [&str; 5] = ["title", "textarea", "xmp", "noembed", "noframes"];

/// Whether this begins with the name of an element whose contents may be skipped.
fn may_be_raw(name: &[u8]) -> bool {
    matches!(name.first(), Some(b's' | b'S' | b'n' | b'N' | b'i' | b'I'))
        && RAW_NAMES.iter().any(|raw| starts_with_ignore_case(name, raw.as_bytes()))
}

/// The place of the `>` that ends a comment whose text begins here:
/// <https://html.spec.whatwg.org/multipage/parsing.html#comment-start-state>
fn end_of_comment(bytes: &[u8], from: usize) -> Option<usize> {
    let text = rest(bytes, from);
    if text.starts_with(b">") {
        return Some(from);
    }
    if text.starts_with(b"->") {
        return Some(from + 1);
    }
    memmem::find_iter(text, b"--").find_map(|at| {
        // There may be a dash more.
        let end = at + 2 + usize::from(text.get(at + 2) == Some(&b'-'));
        match text.get(end..) {
            Some([b'>', ..]) => Some(from + end),
            Some([b'!', b'>', ..]) => Some(from + end + 1),
            _ => None,
        }
    })
}

fn rest(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

/// Names of the elements whose contents may be skipped.
const RAW_NAMES: [&str; 5] = ["script", "style", "svg", "noscript", "iframe"];

fn find(bytes: &[u8], from: usize, byte: u8) -> Option<usize> {
    memchr(byte, bytes.get(from..)?).map(|offset| from + offset)
}

fn starts_with_ignore_case(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The first place of `needle`, which begins with `<`, in any case.
fn find_ignore_case(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let mut position = from;
    while let Some(offset) = find(bytes, position, b'<') {
        if starts_with_ignore_case(bytes.get(offset..)?, needle) {
            return Some(offset);
        }
        position = offset + 1;
    }
    None
}

/// Whether every tag that begins in this range ends in it: or what comes next stands in an attribute.
fn holds_whole_tags(bytes: &[u8], range: Range<usize>) -> bool {
    let mut position = range.start;
    let mut unread = Vec::new();
    while let Some(offset) = find(bytes, position, b'<').filter(|offset| *offset < range.end) {
        position = match rest(bytes, offset + 1) {
            [b'/', first, ..] | [first, ..] if first.is_ascii_alphabetic() => {
                unread.clear();
                attributes::scan(bytes, offset + 1, usize::MAX, &mut unread).end
            }
            [b'!' | b'?' | b'/', ..] => find(bytes, offset, b'>').unwrap_or(bytes.len()),
            _ => offset + 1,
        };
        if position > range.end {
            return false;
        }
    }
    true
}

/// Visible ASCII and non-ASCII bytes outside of tags.
fn text_bytes(contents: &[u8]) -> usize {
    let mut in_tag = false;
    let mut is_text = |byte: &&u8| {
        match byte {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            _ => return !in_tag && !byte.is_ascii_whitespace(),
        }
        false
    };
    contents.iter().filter(|byte| is_text(byte)).count()
}

/// The place of the end tag of this name: of its `<`.
fn end_tag(bytes: &[u8], from: usize, name: &str) -> Option<usize> {
    let mut position = from;
    while let Some(offset) = find(bytes, position, b'<') {
        if is_end_tag(bytes, offset, name) {
            return Some(offset);
        }
        position = offset + 1;
    }
    None
}

/// Whether the `<` at this place begins the end tag of this name.
fn is_end_tag(bytes: &[u8], offset: usize, name: &str) -> bool {
    let Some(own) = rest(bytes, offset).strip_prefix(b"</") else { return false };
    starts_with_ignore_case(own, name.as_bytes())
        && own
            .get(name.len())
            .is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'/' | b'>'))
}

/// Whether the tag whose name begins at `from` may have more than `length` bytes: there is no `>` in
/// so many, or the first one may stand in a quoted value.
fn may_be_large(bytes: &[u8], from: usize, length: usize) -> bool {
    let window = bytes.get(from..(from + length).min(bytes.len())).unwrap_or_default();
    let Some(inside) = memchr(b'>', window).and_then(|end| window.get(..end)) else {
        return true;
    };
    let odd = inside.iter().fold([false; 2], |[double, single], byte| {
        [double ^ (*byte == b'"'), single ^ (*byte == b'\'')]
    });
    odd.contains(&true)
}
