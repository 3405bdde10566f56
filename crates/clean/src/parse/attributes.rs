//! Finds the attributes of a tag, and knows which ones are read.
//!
//! Half of a page's markup are attributes for scripts and images. Creating an attribute costs much more
//! than finding its end.

use std::ops::Range;
use std::sync::LazyLock;

use html5ever::{LocalName, local_name};
use memchr::memchr;

/// A name that html5ever does not know beforehand. It is made once, since making it takes a search among all that were.
macro_rules! made_name {
    ($name:literal) => {{
        static NAME: LazyLock<LocalName> = LazyLock::new(|| LocalName::from($name));
        NAME.clone()
    }};
}

/// Bytes of the longest name in [`read_name`].
const MAX_NAME_BYTES: usize = 30;

/// Which attributes the tree gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeptAttributes {
    /// Those that a stage of the crate reads.
    Read,
    /// The same, and those that say which files pictures show.
    Pictures,
    All,
}

impl KeptAttributes {
    /// The name of an attribute of this element, if the tree gets it.
    pub(super) fn name(self, tag: &LocalName, name: &[u8]) -> Option<LocalName> {
        let read = read_name(name).or_else(|| date_title(tag, name));
        match self {
            Self::Read => read,
            Self::Pictures | Self::All => read.or_else(|| picture_name(name)),
        }
    }
}

/// The name of an attribute that a stage reads, or that changes how the tree is built (`type` of `<input>`,
/// `encoding` of `<annotation-xml>`). `None` for all others.
pub(super) fn read_name(name: &[u8]) -> Option<LocalName> {
    let mut lower = [0; MAX_NAME_BYTES];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"alt" => local_name!("alt"),
        b"alttext" => made_name!("alttext"),
        b"aria-hidden" => local_name!("aria-hidden"),
        b"aria-label" => local_name!("aria-label"),
        b"aria-level" => local_name!("aria-level"),
        b"charset" => local_name!("charset"),
        b"checked" => local_name!("checked"),
        b"class" => local_name!("class"),
        b"colspan" => local_name!("colspan"),
        b"content" => local_name!("content"),
        b"data-callout" => made_name!("data-callout"),
        b"data-code-marker" => made_name!("data-code-marker"),
        b"data-component" => made_name!("data-component"),
        b"data-date" => made_name!("data-date"),
        b"data-datetime" => made_name!("data-datetime"),
        b"data-enlighter-language" => made_name!("data-enlighter-language"),
        b"data-lang" => made_name!("data-lang"),
        b"data-language" => made_name!("data-language"),
        b"data-line-number" => made_name!("data-line-number"),
        b"data-mode-id" => made_name!("data-mode-id"),
        b"data-mathml" => made_name!("data-mathml"),
        b"data-math-style" => made_name!("data-math-style"),
        b"data-published" => made_name!("data-published"),
        b"data-qa" => made_name!("data-qa"),
        b"data-syntaxhighlighter-params" => made_name!("data-syntaxhighlighter-params"),
        b"data-testid" => made_name!("data-testid"),
        b"data-time" => made_name!("data-time"),
        b"data-timestamp" => made_name!("data-timestamp"),
        b"datetime" => local_name!("datetime"),
        b"display" => local_name!("display"),
        b"encoding" => local_name!("encoding"),
        b"hidden" => local_name!("hidden"),
        b"href" => local_name!("href"),
        b"http-equiv" => local_name!("http-equiv"),
        b"id" => local_name!("id"),
        b"itemprop" => local_name!("itemprop"),
        b"itemtype" => local_name!("itemtype"),
        b"lang" => local_name!("lang"),
        b"name" => local_name!("name"),
        b"property" => local_name!("property"),
        b"rel" => local_name!("rel"),
        b"reversed" => local_name!("reversed"),
        b"role" => local_name!("role"),
        b"rowspan" => local_name!("rowspan"),
        b"shadowrootmode" => local_name!("shadowrootmode"),
        b"slot" => local_name!("slot"),
        b"start" => local_name!("start"),
        b"style" => local_name!("style"),
        b"type" => local_name!("type"),
        b"typeof" => made_name!("typeof"),
        b"value" => local_name!("value"),
        _ => return None,
    })
}

/// The name of an attribute that says which file a picture shows, and how large. These are long and many, and only
/// those who ask for pictures need them.
fn picture_name(name: &[u8]) -> Option<LocalName> {
    let mut lower = [0; MAX_NAME_BYTES];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"data-lazy-src" => made_name!("data-lazy-src"),
        b"data-lazy-srcset" => made_name!("data-lazy-srcset"),
        b"data-orig-file" => made_name!("data-orig-file"),
        b"data-original" => made_name!("data-original"),
        b"data-src" => made_name!("data-src"),
        b"data-srcset" => made_name!("data-srcset"),
        b"height" => local_name!("height"),
        b"src" => local_name!("src"),
        b"srcset" => local_name!("srcset"),
        b"width" => local_name!("width"),
        _ => return None,
    })
}

/// The name of a `title` that gives the date which an element abbreviates, as in
/// `<abbr title="2024-05-03">Friday</abbr>`. Those of other elements are tool tips.
fn date_title(tag: &LocalName, name: &[u8]) -> Option<LocalName> {
    let is_read = matches!(*tag, local_name!("abbr") | local_name!("time"));
    (is_read && name.eq_ignore_ascii_case(b"title")).then_some(local_name!("title"))
}

/// Whether the tree builder compares all attributes of an element. It does so for formatting elements, of
/// which it reopens at most three that are equal
/// (<https://html.spec.whatwg.org/multipage/parsing.html#push-onto-the-list-of-active-formatting-elements>).
/// `<a>` is not listed, since only one can be open.
pub(super) fn are_compared(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("b")
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

/// The end of the tag name that begins at `from`.
pub(super) fn end_of_name(bytes: &[u8], from: usize) -> usize {
    skip(bytes, from, |byte| !is_gap(byte) && byte != b'>')
}

/// How a tag ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TagEnd {
    /// The offset of its `>`.
    pub(super) place: usize,
    /// Whether a slash is before it.
    pub(super) is_self_closing: bool,
}

/// Calls `visit` with the ranges of name and value of each attribute of a tag whose name ends at `from`,
/// and returns its end. `None` if the page ends first.
///
/// Follows the states of the specification from the end of the tag name:
/// <https://html.spec.whatwg.org/multipage/parsing.html#tag-name-state>
pub(super) fn scan(
    bytes: &[u8],
    from: usize,
    mut visit: impl FnMut(Range<usize>, Range<usize>),
) -> Option<TagEnd> {
    let mut position = from;
    loop {
        let gap = position;
        position = skip(bytes, position, is_gap);
        let first = *bytes.get(position)?;
        if first == b'>' {
            let is_self_closing = bytes.get(gap..position).is_some_and(|gap| gap.ends_with(b"/"));
            return Some(TagEnd { place: position, is_self_closing });
        }
        let start = position;
        // A name may begin with `=` ("unexpected-equals-sign-before-attribute-name").
        position = skip(bytes, start + 1, |byte| !is_gap(byte) && byte != b'=' && byte != b'>');
        let name = start..position;
        let after = skip(bytes, position, |byte| byte.is_ascii_whitespace());
        let mut value = position..position;
        if bytes.get(after) == Some(&b'=') {
            position = skip(bytes, after + 1, |byte| byte.is_ascii_whitespace());
            if let quote @ (b'"' | b'\'') = *bytes.get(position)? {
                let start = position + 1;
                let end = start + memchr(quote, bytes.get(start..)?)?;
                value = start..end;
                position = end + 1;
            } else {
                let end = skip(bytes, position, |byte| !byte.is_ascii_whitespace() && byte != b'>');
                value = position..end;
                position = end;
            }
        }
        visit(name, value);
    }
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

fn skip(bytes: &[u8], from: usize, test: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| !test(*byte)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(tag: &str) -> (Vec<(&str, &str)>, Option<TagEnd>) {
        let mut found = Vec::new();
        let from = end_of_name(tag.as_bytes(), 1);
        let end = scan(tag.as_bytes(), from, |name, value| {
            found.push((tag.get(name).unwrap(), tag.get(value).unwrap()));
        });
        (found, end)
    }

    #[test]
    fn attributes_are_found_as_a_tokenizer_finds_them() {
        for (tag, expected) in [
            (
                "<p data-a='>' CLASS=x onclick=\"a('b')\">",
                &[("data-a", ">"), ("CLASS", "x"), ("onclick", "a('b')")][..],
            ),
            ("<p a b = 1 c=x/>", &[("a", ""), ("b", "1"), ("c", "x/")]),
            ("<p a=\"1\"class='b'c>", &[("a", "1"), ("class", "b"), ("c", "")]),
            ("<p =a b= >", &[("=a", ""), ("b", "")]),
            ("<svg/a=1/>", &[("a", "1/")]),
            ("<svg a/b/>", &[("a", ""), ("b", "")]),
        ] {
            let (found, end) = scanned(tag);
            assert_eq!(found, expected, "{tag}");
            assert_eq!(end.map(|end| end.place), Some(tag.len() - 1), "{tag}");
        }
    }

    #[test]
    fn a_slash_that_no_value_holds_closes_the_tag() {
        let is_self_closing = |tag| scanned(tag).1.map(|end| end.is_self_closing);
        for tag in ["<br/>", "<br />", "<svg a/>", "<svg a='b'/>", "<svg a= \"b\" />"] {
            assert_eq!(is_self_closing(tag), Some(true), "{tag}");
        }
        for tag in ["<br>", "<a href=x/>", "<br/ >", "<br / a>", "<a b='/'>"] {
            assert_eq!(is_self_closing(tag), Some(false), "{tag}");
        }
        for tag in ["<p", "<p a", "<p a=", "<p a='x>", "<p a=x"] {
            assert_eq!(is_self_closing(tag), None, "{tag}");
        }
    }

    #[test]
    fn names_are_read_in_any_case() {
        assert_eq!(read_name(b"CLASS"), Some(local_name!("class")));
        assert_eq!(read_name(b"data-Component").as_deref(), Some("data-component"));
        for name in ["onclick", "data-components-and-more", "", "class\0"] {
            assert_eq!(read_name(name.as_bytes()), None, "{name}");
        }
    }
}
