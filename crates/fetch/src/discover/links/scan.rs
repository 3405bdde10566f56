//! Tells the tags of a page that matter for links from the rest, which is most of it.
//!
//! Each tag goes to the tokenizer by itself, so that it always stands in its data state, and with a
//! bounded number of attributes: it compares each attribute of a tag with all before.

use memchr::{memchr, memchr_iter, memmem};

/// A tag with more attributes is cut there.
const MAX_ATTRIBUTES: usize = 256;

/// Names of the elements whose tags are handed on.
const LINK_TAGS: [&str; 6] = ["a", "area", "base", "link", "meta", "template"];
/// Names of the elements whose content is text up to their end tag, when no scripts are run:
/// <https://html.spec.whatwg.org/multipage/parsing.html#parsing-html-fragments>
const RAW_TEXT_TAGS: [&str; 8] =
    ["script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes"];

/// A part of a page.
pub(super) enum HtmlPiece<'a> {
    /// A tag, up to its `>` unless it is cut.
    Tag { raw: &'a str, is_cut: bool },
    /// Text between two tags.
    Text(&'a str),
}

/// Goes through a page once.
pub(super) struct TagScanner<'a> {
    html: &'a str,
    position: usize,
}

impl<'a> TagScanner<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { html, position: 0 }
    }

    /// The next piece that matters.
    pub(super) fn next_piece(&mut self) -> Option<HtmlPiece<'a>> {
        let bytes = self.html.as_bytes();
        while self.position < bytes.len() {
            let start = self.position;
            let here = rest(bytes, start);
            let found = memchr_iter(b'<', here).find(|at| begins_markup(rest(here, at + 1)));
            let offset = found.unwrap_or(here.len());
            if offset > 0 {
                self.position = start + offset;
                return Some(HtmlPiece::Text(self.html.get(start..self.position)?));
            }
            match here.get(1) {
                Some(b'!') => self.position = end_of_declaration(bytes, start + 2),
                Some(b'?') => self.position = after(bytes, start, b'>'),
                Some(b'/') if !here.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    self.position = after(bytes, start, b'>');
                }
                _ => {
                    if let Some(piece) = self.tag(start) {
                        return Some(piece);
                    }
                }
            }
        }
        None
    }

    /// Passes a tag, and what stands in its element if that is text.
    fn tag(&mut self, start: usize) -> Option<HtmlPiece<'a>> {
        let bytes = self.html.as_bytes();
        let is_end = bytes.get(start + 1) == Some(&b'/');
        let name_start = start + 1 + usize::from(is_end);
        let tag = TagSpan::scan(bytes, name_start);
        let Some(end) = tag.end else {
            // A browser does not take the rest for a tag either.
            self.position = bytes.len();
            return None;
        };
        self.position = end;
        let name = bytes.get(name_start..tag.name_end).unwrap_or_default();
        if !is_end {
            if let Some(raw) =
                RAW_TEXT_TAGS.iter().find(|raw| name.eq_ignore_ascii_case(raw.as_bytes()))
            {
                self.position = end_tag(bytes, end, raw);
            } else if name.eq_ignore_ascii_case(b"plaintext") {
                self.position = bytes.len();
            }
        }
        if !LINK_TAGS.iter().any(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes())) {
            return None;
        }
        let raw = self.html.get(start..tag.cut.unwrap_or(end))?;
        Some(HtmlPiece::Tag { raw, is_cut: tag.cut.is_some() })
    }
}

struct TagSpan {
    name_end: usize,
    /// Behind its `>`.
    end: Option<usize>,
    /// Where the first attribute begins that is one too many.
    cut: Option<usize>,
}

impl TagSpan {
    /// Follows the tokenizer's states from the tag name state on:
    /// <https://html.spec.whatwg.org/multipage/parsing.html#tag-name-state>
    fn scan(bytes: &[u8], from: usize) -> Self {
        let mut position = skip(bytes, from, |byte| !is_gap(byte) && byte != b'>');
        let mut tag = Self { name_end: position, end: None, cut: None };
        let mut count = 0;
        loop {
            position = skip(bytes, position, is_gap);
            match bytes.get(position) {
                None => return tag,
                Some(b'>') => {
                    tag.end = Some(position + 1);
                    return tag;
                }
                Some(_) => count += 1,
            }
            if count == MAX_ATTRIBUTES + 1 {
                tag.cut = Some(position);
            }
            // A name may begin with `=`.
            let is_name = |byte| !is_gap(byte) && byte != b'=' && byte != b'>';
            position = skip(bytes, position + 1, is_name);
            let next = skip(bytes, position, is_space);
            if bytes.get(next) == Some(&b'=') {
                position = skip(bytes, next + 1, is_space);
                position = match bytes.get(position) {
                    Some(quote @ (b'"' | b'\'')) => after(bytes, position + 1, *quote),
                    _ => skip(bytes, position, |byte| !is_space(byte) && byte != b'>'),
                };
            }
        }
    }
}

/// Whether what follows a `<` makes it markup.
fn begins_markup(next: &[u8]) -> bool {
    match next {
        [b'!' | b'?', ..] | [b'/', _, ..] => true,
        [first, ..] => first.is_ascii_alphabetic(),
        [] => false,
    }
}

/// Where a comment, a doctype, or what counts as a comment ends, whose `<!` ends at `from`:
/// <https://html.spec.whatwg.org/multipage/parsing.html#markup-declaration-open-state>
fn end_of_declaration(bytes: &[u8], from: usize) -> usize {
    let here = rest(bytes, from);
    let Some(comment) = here.strip_prefix(b"--") else { return after(bytes, from, b'>') };
    let start = from + 2;
    if comment.starts_with(b">") {
        return start + 1;
    }
    if comment.starts_with(b"->") {
        return start + 2;
    }
    let mut ends = memmem::find_iter(comment, b"--").filter_map(|at| {
        // There may be a dash more.
        let end = at + 2 + usize::from(comment.get(at + 2) == Some(&b'-'));
        match rest(comment, end) {
            [b'>', ..] => Some(start + end + 1),
            [b'!', b'>', ..] => Some(start + end + 2),
            _ => None,
        }
    });
    ends.next().unwrap_or(bytes.len())
}

/// Where the end tag of this name begins, or the end of the page.
fn end_tag(bytes: &[u8], from: usize, name: &str) -> usize {
    let here = rest(bytes, from);
    let mut ends = memmem::find_iter(here, b"</").filter(|at| {
        let found = rest(here, at + 2);
        let ends = found.get(name.len()).is_some_and(|next| is_gap(*next) || *next == b'>');
        ends && found.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes()))
    });
    ends.next().map_or(bytes.len(), |at| from + at)
}

/// Behind the next byte of a kind, or the end.
fn after(bytes: &[u8], from: usize, wanted: u8) -> usize {
    memchr(wanted, rest(bytes, from)).map_or(bytes.len(), |at| from + at + 1)
}

fn skip(bytes: &[u8], from: usize, test: impl Fn(u8) -> bool) -> usize {
    let here = rest(bytes, from);
    from + here.iter().position(|byte| !test(*byte)).unwrap_or(here.len())
}

fn rest(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn is_gap(byte: u8) -> bool {
    is_space(byte) || byte == b'/'
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use html5ever::TokenizerResult;
    use html5ever::tokenizer::states::RawKind;
    use html5ever::tokenizer::{
        BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
    };
    use proptest::prelude::*;

    use super::*;

    /// Writes the tags down, and sets the tokenizer's state as a tree builder does.
    #[derive(Default)]
    struct TagRecorder {
        seen: RefCell<Vec<String>>,
    }

    impl TokenSink for TagRecorder {
        type Handle = ();

        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
            let name = &*tag.name;
            if LINK_TAGS.contains(&name) {
                let attributes: Vec<String> = tag
                    .attrs
                    .iter()
                    .map(|attribute| format!("{}={}", &*attribute.name.local, &*attribute.value))
                    .collect();
                self.seen.borrow_mut().push(format!("{:?} {name} {attributes:?}", tag.kind));
            }
            match name {
                _ if tag.kind == TagKind::EndTag => TokenSinkResult::Continue,
                "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                "plaintext" => TokenSinkResult::Plaintext,
                name if RAW_TEXT_TAGS.contains(&name) => TokenSinkResult::RawData(RawKind::Rawtext),
                _ => TokenSinkResult::Continue,
            }
        }
    }

    fn tags<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
        let tokenizer = Tokenizer::new(TagRecorder::default(), options);
        let queue = BufferQueue::default();
        for piece in pieces {
            queue.push_back(piece.into());
            while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        }
        tokenizer.end();
        tokenizer.sink.seen.into_inner()
    }

    fn scanned(html: &str) -> Vec<String> {
        let mut scanner = TagScanner::new(html);
        let mut pieces = Vec::new();
        while let Some(piece) = scanner.next_piece() {
            if let HtmlPiece::Tag { raw, .. } = piece {
                pieces.push(raw);
            }
        }
        tags(pieces)
    }

    /// A script in a comment in a script is not among them: its end depends on more than its name.
    fn markup(own: &[&'static str]) -> impl Strategy<Value = String> {
        let common = [
            "<a",
            "<a ",
            "</a",
            "<A HREF=x",
            "<link",
            "href=",
            " x",
            "=",
            "'",
            "\"",
            ">",
            "<",
            "</",
            "/",
            "!",
            "?",
            "-",
            "\n",
            "\t",
            "\u{e9}",
            "&amp;",
            "<p>",
            "<title>",
            "</title>",
            "</title x>",
            "<style",
            "</style",
            "</STYLE>",
            "<xmp>",
            "</xmp>",
            "<plaintext>",
            "<b/",
            "<meta/>",
            "<![CDATA[",
        ];
        let parts = common.iter().chain(own).copied().collect::<Vec<&str>>();
        proptest::collection::vec(proptest::sample::select(parts), 0..25)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn the_tags_are_those_of_the_tokenizer(
            html in prop_oneof![
                markup(&["<!--", "-->", "--", "--!>", "<!-->", "<!--->", "<!doctype"]),
                markup(&["<script>", "</script>", "</script", "</scripts>"]),
            ]
        ) {
            prop_assert_eq!(scanned(&html), tags([html.as_str()]), "{}", html);
        }
    }
}
