//! Finds the end of contents that are text to the tokenizer, or that nothing reads.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::attributes;

pub(super) fn rest(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

pub(super) fn find(bytes: &[u8], from: usize, byte: u8) -> Option<usize> {
    memchr(byte, bytes.get(from..)?).map(|offset| from + offset)
}

pub(super) fn starts_with_ignore_case(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The offset of the `>` that ends a comment whose text begins at `from`:
/// <https://html.spec.whatwg.org/multipage/parsing.html#comment-start-state>
pub(super) fn end_of_comment(bytes: &[u8], from: usize) -> Option<usize> {
    let text = rest(bytes, from);
    if text.starts_with(b">") {
        return Some(from);
    }
    if text.starts_with(b"->") {
        return Some(from + 1);
    }
    memmem::find_iter(text, b"--").find_map(|at| {
        // `--->` ends a comment too.
        let end = at + 2 + usize::from(text.get(at + 2) == Some(&b'-'));
        match text.get(end..) {
            Some([b'>', ..]) => Some(from + end),
            Some([b'!', b'>', ..]) => Some(from + end + 1),
            _ => None,
        }
    })
}

/// The offset of the `<` of the next end tag with this name.
pub(super) fn end_tag(bytes: &[u8], from: usize, name: &[u8]) -> Option<usize> {
    let mut position = from;
    while let Some(offset) = find(bytes, position, b'<') {
        if is_tag(rest(bytes, offset + 1).strip_prefix(b"/").unwrap_or_default(), name) {
            return Some(offset);
        }
        position = offset + 1;
    }
    None
}

/// Whether these bytes, which follow `<` or `</`, are a tag with this name.
fn is_tag(tag: &[u8], name: &[u8]) -> bool {
    starts_with_ignore_case(tag, name)
        && tag
            .get(name.len())
            .is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'/' | b'>'))
}

/// The offset of the end tag of a script, or the end of the page.
///
/// In a comment that contains `<script>`, the first `</script>` is not the end:
/// <https://html.spec.whatwg.org/multipage/parsing.html#script-data-double-escaped-state>
pub(super) fn end_of_script(bytes: &[u8], from: usize) -> usize {
    let first = end_tag(bytes, from, b"script").unwrap_or(bytes.len());
    if memmem::find(bytes.get(from..first).unwrap_or_default(), b"<!--").is_none() {
        return first;
    }
    let (mut in_comment, mut in_script) = (false, false);
    let mut position = from;
    while let Some(offset) = memchr2(b'<', b'-', rest(bytes, position)) {
        let place = position + offset;
        let here = rest(bytes, place);
        position = place + 1;
        if !in_comment && here.starts_with(b"<!--") {
            in_comment = true;
            // `<!-->` is a whole comment: its dashes begin and end it.
            position = place + 2;
        } else if in_comment && here.starts_with(b"-->") {
            (in_comment, in_script) = (false, false);
        } else if here.strip_prefix(b"</").is_some_and(|tag| is_tag(tag, b"script")) {
            if !in_script {
                return place;
            }
            in_script = false;
        } else if in_comment && here.strip_prefix(b"<").is_some_and(|tag| is_tag(tag, b"script")) {
            in_script = true;
        }
    }
    bytes.len()
}

/// The length of the longest name of a tag that closes a drawing.
const BREAKOUT_BYTES: usize = "blockquote".len();

/// Whether the contents of a drawing can be skipped: no tag in it may close an element around it.
pub(super) fn is_plain_drawing(bytes: &[u8], range: Range<usize>) -> bool {
    let contents = bytes.get(range.clone()).unwrap_or_default();
    !has_tag(contents, b"svg")
        && memmem::find(contents, b"<!--").is_none()
        && memmem::find(contents, b"<![").is_none()
        && !has_tag(contents, b"foreignobject")
        && !has_breakout(contents)
        && holds_whole_tags(bytes, range)
}

/// Whether there is a start tag of HTML that closes a drawing. What follows it is read as HTML: a `<script>` then hides
/// the `</svg>` behind it.
/// <https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inforeign>
fn has_breakout(contents: &[u8]) -> bool {
    memchr::memchr_iter(b'<', contents).any(|offset| {
        let tag = rest(contents, offset + 1);
        let length =
            tag.iter().take(BREAKOUT_BYTES + 1).take_while(|byte| byte.is_ascii_alphanumeric());
        let name = tag.get(..length.count()).unwrap_or_default().to_ascii_lowercase();
        matches!(
            name.as_slice(),
            b"b" | b"big"
                | b"blockquote"
                | b"body"
                | b"br"
                | b"center"
                | b"code"
                | b"dd"
                | b"div"
                | b"dl"
                | b"dt"
                | b"em"
                | b"embed"
                | b"font"
                | b"h1"
                | b"h2"
                | b"h3"
                | b"h4"
                | b"h5"
                | b"h6"
                | b"head"
                | b"hr"
                | b"i"
                | b"img"
                | b"li"
                | b"listing"
                | b"menu"
                | b"meta"
                | b"nobr"
                | b"ol"
                | b"p"
                | b"pre"
                | b"ruby"
                | b"s"
                | b"small"
                | b"span"
                | b"strong"
                | b"strike"
                | b"sub"
                | b"sup"
                | b"table"
                | b"tt"
                | b"u"
                | b"ul"
                | b"var"
        )
    })
}

/// Whether there is a start tag whose name begins with `name`.
fn has_tag(contents: &[u8], name: &[u8]) -> bool {
    memchr::memchr_iter(b'<', contents)
        .any(|offset| starts_with_ignore_case(rest(contents, offset + 1), name))
}

/// Whether every tag that begins in this range ends in it. If not, the `</svg>` after it is inside an
/// attribute.
fn holds_whole_tags(bytes: &[u8], range: Range<usize>) -> bool {
    let mut position = range.start;
    while let Some(offset) = find(bytes, position, b'<').filter(|offset| *offset < range.end) {
        position = match rest(bytes, offset + 1) {
            [b'/', first, ..] | [first, ..] if first.is_ascii_alphabetic() => {
                let name_end = attributes::end_of_name(bytes, offset + 1);
                let end = attributes::scan(bytes, name_end, |_, _| {});
                end.map_or(bytes.len(), |end| end.place)
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

/// The number of bytes outside of tags that are not ASCII white space.
pub(super) fn text_bytes(contents: &[u8]) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_ends_where_a_browser_ends_it() {
        for (script, rest) in [
            ("if (a<b) '</p>'</script>b", "</script>b"),
            ("</SCRIPT >b", "</SCRIPT >b"),
            ("</scripts></script/>", "</script/>"),
            ("<!-- <script> x </script> --></script>b", "</script>b"),
            ("<!-- <script> x </script> </script>b", "</script>b"),
            ("<!--><script> x </script>b", "</script>b"),
            ("<!---><script></script>b", "</script>b"),
            ("<!-- <scripts> x </script>b", "</script>b"),
            ("<!-- x </script> --></script>b", "</script> --></script>b"),
            ("<!-- <script> x </script>b", ""),
            ("x", ""),
        ] {
            let end = end_of_script(script.as_bytes(), 0);
            assert_eq!(script.get(end..), Some(rest), "{script}");
        }
    }

    #[test]
    fn comments_end() {
        for (comment, end) in [
            (">", Some(0)),
            ("->", Some(1)),
            ("a-->", Some(3)),
            ("a--->", Some(4)),
            ("a--!>", Some(4)),
            ("a--!->b", None),
            ("-- >-->", Some(6)),
            ("a", None),
        ] {
            assert_eq!(end_of_comment(comment.as_bytes(), 0), end, "{comment}");
        }
    }
}
