//! Finds the attributes of a tag, and those that nothing reads.
//!
//! Half of a page's markup are attributes for its scripts and pictures. To tokenize one costs a good
//! deal more than to find its end.

use std::ops::Range;

/// Attributes that some stage reads, and those that decide how the tree is built: `type` of
/// `<input>`, `encoding` of `<annotation-xml>`, `shadowrootmode` of `<template>`.
pub(super) const READ: [&str; 22] = [
    "aria-hidden",
    "charset",
    "class",
    "content",
    "data-component",
    "data-qa",
    "data-testid",
    "datetime",
    "encoding",
    "hidden",
    "href",
    "http-equiv",
    "id",
    "itemprop",
    "lang",
    "name",
    "property",
    "rel",
    "role",
    "start",
    "style",
    "type",
];

/// Formatting elements but for `<a>`: the tree builder compares their attributes, to open no more
/// than three of the same again
/// (<https://html.spec.whatwg.org/multipage/parsing.html#push-onto-the-list-of-active-formatting-elements>).
/// Of `<a>` there is never more than one.
const COMPARED: [&str; 13] =
    ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// What a look at a tag found.
#[derive(Debug, Default)]
pub(super) struct ScannedTag {
    /// Where the first attribute begins that is one too many.
    pub(super) excess: Option<usize>,
    /// Where the tag's name ends.
    pub(super) name_end: usize,
    /// The place of the `>` that ends the tag, or the end of the page.
    pub(super) end: usize,
}

/// Finds the end of the tag whose name begins at `from`, counts its attributes, and adds to `unread`
/// where those stand that make no difference.
///
/// Follows the tokenizer's states from the tag name state on:
/// <https://html.spec.whatwg.org/multipage/parsing.html#tag-name-state>
pub(super) fn scan(
    bytes: &[u8],
    from: usize,
    max: usize,
    unread: &mut Vec<Range<usize>>,
) -> ScannedTag {
    let mut position = skip(bytes, from, |byte| !is_gap(byte) && byte != b'>');
    let name_end = position;
    let name = bytes.get(from..name_end).unwrap_or_default();
    let may_leave_out = !is_one_of(name, &COMPARED);
    let mut count = 0;
    let mut excess = None;
    loop {
        position = skip(bytes, position, is_gap);
        if bytes.get(position).is_none_or(|byte| *byte == b'>') {
            return ScannedTag { excess, name_end, end: position };
        }
        let start = position;
        count += 1;
        if count > max && excess.is_none() {
            excess = Some(start);
        }
        // A name may begin with `=`.
        position = skip(bytes, start + 1, |byte| !is_gap(byte) && byte != b'=' && byte != b'>');
        let name = start..position;
        let after = skip(bytes, position, |byte| byte.is_ascii_whitespace());
        if bytes.get(after) == Some(&b'=') {
            position = skip(bytes, after + 1, |byte| byte.is_ascii_whitespace());
            position = match bytes.get(position) {
                Some(quote @ (b'"' | b'\'')) => {
                    memchr::memchr(*quote, bytes.get(position + 1..).unwrap_or_default())
                        .map_or(bytes.len(), |length| position + length + 2)
                }
                _ => skip(bytes, position, |byte| !byte.is_ascii_whitespace() && byte != b'>'),
            };
        }
        // Behind a slash, the end of the tag would make it one that closes itself.
        let is_behind_slash = start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'/');
        if may_leave_out
            && !is_behind_slash
            && !is_one_of(bytes.get(name).unwrap_or_default(), &READ)
        {
            match unread.last_mut() {
                // What stands between is left out, too, unless it is a slash.
                Some(last) if is_blank(bytes, last.end, start) => last.end = position,
                _ => unread.push(start..position),
            }
        }
    }
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

fn is_blank(bytes: &[u8], from: usize, to: usize) -> bool {
    bytes.get(from..to).is_some_and(|gap| gap.iter().all(u8::is_ascii_whitespace))
}

fn skip(bytes: &[u8], from: usize, test: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| !test(*byte)).unwrap_or(rest.len())
}

pub(super) fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(tag: &str) -> String {
        let mut unread = Vec::new();
        let scanned = scan(tag.as_bytes(), 1, 256, &mut unread);
        let mut left = tag.get(..scanned.end).unwrap().to_owned();
        for range in unread.into_iter().rev() {
            left.replace_range(range, "");
        }
        left
    }

    #[test]
    fn attributes_that_nothing_reads_are_found_whole() {
        for (tag, expected) in [
            ("<p data-a='>' CLASS=x onclick=\"a('b')\">", "<p  CLASS=x "),
            ("<p data-a data-b = 1 data-c=x/>", "<p "),
            ("<p id=a alt=b\ttitle id=c>", "<p id=a  id=c"),
            ("<p data-a=\"1\"class='b'data-c>", "<p class='b'"),
            ("<p =data data-a= >", "<p "),
            ("<svg/data-a=1>", "<svg/data-a=1"),
            ("<svg data-a/>", "<svg /"),
            ("<svg data-a/data-b/>", "<svg /data-b/"),
            ("<b data-a=1>", "<b data-a=1"),
            ("<A data-a=1>", "<A "),
            ("<p data-a='x", "<p "),
        ] {
            assert_eq!(left(tag), expected, "{tag}");
        }
    }
}
