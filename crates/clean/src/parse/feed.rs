//! Decides which parts of the page the tokenizer sees, and when to stop.
//!
//! Two thirds of a news page are scripts, style sheets and drawings, and tokenizing them is most of
//! the cost of a page. The tokenizer itself says where one begins (so a `<script>` in a comment or
//! an attribute is none); from there on, a search for its end tag replaces tokenizing.

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer};
use memchr::{memchr, memchr_iter, memmem};

use super::guard::{Guard, Opened};
use crate::{LimitReached, Limits};

/// How much is fed between two looks at the caps.
const CHUNK_BYTES: usize = 32 << 10;

/// A `<noscript>` with so much text outside of tags holds more than a notice.
const NOSCRIPT_TEXT_BYTES: usize = 600;

/// Feeds one page to a tokenizer.
pub(super) struct Feeder<'a> {
    text: &'a str,
    /// The whole text, of which pieces are handed out without copying.
    whole: StrTendril,
    tokenizer: Tokenizer<Guard>,
    queue: BufferQueue,
    limits: &'a Limits,
    interrupt: Option<&'a dyn Fn() -> bool>,
    /// Up to where the tokenizer has been fed.
    fed: usize,
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
    ) -> Self {
        Self {
            text,
            whole: StrTendril::from_slice(text),
            tokenizer,
            queue: BufferQueue::default(),
            limits,
            interrupt,
            fed: 0,
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
        // The shortest tag with more attributes than allowed.
        let suspicious_tag = self.limits.max_attributes.saturating_mul(2);
        let mut position = 0;
        while let Some(offset) = find(bytes, position, b'<') {
            position = offset + 1;
            let name = bytes.get(position..).unwrap_or_default();
            if !name.first().is_some_and(u8::is_ascii_alphabetic) {
                continue;
            }
            let is_candidate =
                matches!(name.first(), Some(b's' | b'S' | b'n' | b'N' | b'i' | b'I'))
                    && RAW_NAMES.iter().any(|raw| starts_with_ignore_case(name, raw.as_bytes()));
            if is_candidate {
                let Some(end) = find(bytes, position, b'>') else { break };
                if !self.feed_to(end + 1) {
                    return;
                }
                position = self.skip_contents(end + 1);
                self.fed = position;
                continue;
            }
            if may_be_large(bytes, position, suspicious_tag) {
                let tag = scan_attributes(bytes, position, self.limits.max_attributes);
                if let Some(cut) = tag.excess {
                    if !self.feed_to(cut) {
                        return;
                    }
                    self.note(LimitReached::Attributes);
                    self.fed = tag.end;
                }
                position = tag.end;
            }
        }
        self.feed_to(bytes.len());
    }

    /// Feeds up to `end`, a char boundary; false once a cap says to stop.
    fn feed_to(&mut self, end: usize) -> bool {
        while self.fed < end {
            let mut piece_end = (self.fed + CHUNK_BYTES).min(end);
            while !self.text.is_char_boundary(piece_end) {
                piece_end += 1;
            }
            let (Ok(offset), Ok(length)) =
                (u32::try_from(self.fed), u32::try_from(piece_end - self.fed))
            else {
                self.note(LimitReached::InputBytes);
                return false;
            };
            self.queue.push_back(self.whole.subtendril(offset, length));
            self.fed = piece_end;
            // The tokenizer pauses after each script for it to be run; nothing is run here.
            while !matches!(self.tokenizer.feed(&self.queue), TokenizerResult::Done) {}
            if self.tokenizer.sink.node_count() > self.limits.max_nodes {
                self.note(LimitReached::Nodes);
                return false;
            }
            if self.interrupt.is_some_and(|interrupt| interrupt()) {
                self.note(LimitReached::Interrupted);
                return false;
            }
        }
        true
    }

    fn note(&mut self, limit: LimitReached) {
        if !self.reached.contains(&limit) {
            self.reached.push(limit);
        }
    }

    /// From where to feed on, when the tokenizer has just been fed up to `start`.
    fn skip_contents(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        match self.tokenizer.sink.opened() {
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
                    // An odd number of quotes means that the end tag stands in an attribute.
                    && memchr_iter(b'"', contents).count().is_multiple_of(2);
                if is_plain { self.drawing_end } else { start }
            }
        }
    }
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
        position = offset + 1;
        if bytes.get(position) == Some(&b'/') {
            let rest = bytes.get(position + 1..)?;
            if starts_with_ignore_case(rest, name.as_bytes())
                && rest
                    .get(name.len())
                    .is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'/' | b'>'))
            {
                return Some(offset);
            }
        }
    }
    None
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

/// What a look at a tag's attributes found.
struct ScannedTag {
    /// Where the first attribute begins that is one too many.
    excess: Option<usize>,
    /// The place of the `>` that ends the tag, or the end of the page.
    end: usize,
}

/// Counts the attributes of the tag whose name begins at `from`.
///
/// Follows the tokenizer's states from the tag name state on:
/// <https://html.spec.whatwg.org/multipage/parsing.html#tag-name-state>
fn scan_attributes(bytes: &[u8], from: usize, max: usize) -> ScannedTag {
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
    let skip_while = |mut position: usize, test: &dyn Fn(&u8) -> bool| {
        while bytes.get(position).is_some_and(test) {
            position += 1;
        }
        position
    };
    let mut position = skip_while(from, &|byte| !is_space(byte) && *byte != b'>');
    let mut count = 0;
    let mut excess = None;
    loop {
        position = skip_while(position, &is_space);
        if bytes.get(position).is_none_or(|byte| *byte == b'>') {
            return ScannedTag { excess, end: position };
        }
        count += 1;
        if count > max && excess.is_none() {
            excess = Some(position);
        }
        position = skip_while(position + 1, &|byte| !is_space(byte) && !b"=>".contains(byte));
        position = skip_while(position, &u8::is_ascii_whitespace);
        if bytes.get(position) != Some(&b'=') {
            continue;
        }
        position = skip_while(position + 1, &u8::is_ascii_whitespace);
        position = match bytes.get(position) {
            Some(quote @ (b'"' | b'\'')) => {
                find(bytes, position + 1, *quote).map_or(bytes.len(), |end| end + 1)
            }
            _ => skip_while(position, &|byte| !byte.is_ascii_whitespace() && *byte != b'>'),
        };
    }
}
