//! Small string operations that several fields need.

pub(super) use crate::fold::folded as fold;
use std::borrow::Cow;

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::Node;

use crate::repair::{complete_a_sequence, is_byte_mark, is_likely_legacy};

/// Text on one line: each run of white space becomes one space, and invisible characters
/// (zero-width characters, soft hyphens, direction marks) are removed.
pub(crate) fn squash(text: &str) -> String {
    squashed(text, |_, _| false)
}

/// The same before repair: the characters stay that may be bytes of misread ones.
fn squash_before_repair(text: &str) -> String {
    if !text.contains(is_byte_mark) {
        return squash(text);
    }
    let is_legacy = is_likely_legacy(text);
    squashed(text, |c, at| match c {
        // No text has them.
        '\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}' => true,
        _ => is_byte_mark(c) && (is_legacy || complete_a_sequence(text, at..at + c.len_utf8())),
    })
}

/// Squashes a text, apart from the characters that stay as they are.
fn squashed(text: &str, stays: impl Fn(char, usize) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    let mut rest = text;
    loop {
        // Visible characters of ASCII are copied at once.
        let run = rest.bytes().take_while(u8::is_ascii_graphic).count();
        let (visible, after) = rest.split_at_checked(run).unwrap_or_default();
        if !visible.is_empty() {
            if std::mem::take(&mut blank) {
                out.push(' ');
            }
            out.push_str(visible);
        }
        let mut characters = after.chars();
        let Some(c) = characters.next() else { break };
        rest = characters.as_str();
        let is_kept = !c.is_ascii() && stays(c, text.len() - after.len());
        if !is_kept && is_invisible(c) {
            continue;
        }
        if !is_kept && (c.is_whitespace() || c.is_control()) {
            blank = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// Like [`squash`] but before repair, for values that may be escaped twice or contain tags. JSON-LD and `<meta>`
/// often do.
pub(super) fn plain(text: &str) -> String {
    let decoded = decode_entities(text);
    squash_before_repair(&strip_tags(&decoded))
}

/// The text of a small element, with white space squashed. `None` if it has more than `max_bytes`
/// or more than 200 nodes.
pub(super) fn element_text(node: NodeRef<'_, Node>, max_bytes: usize) -> Option<String> {
    let mut out = String::new();
    let mut next = node.first_child();
    let mut budget = 200;
    while let Some(child) = next {
        budget -= 1;
        if budget == 0 || out.len() > max_bytes {
            return None;
        }
        let mut descend = false;
        match child.value() {
            Node::Text(text) => {
                // The end of a link or block also ends a word.
                let before = child.prev_sibling().and_then(|before| before.value().as_element());
                if before.is_some_and(|before| {
                    before.name.local == local_name!("a") || !is_inline(&before.name.local)
                }) {
                    out.push(' ');
                }
                out.push_str(text);
            }
            Node::Element(element) => {
                descend = !matches!(
                    element.name.local,
                    local_name!("script")
                        | local_name!("style")
                        | local_name!("noscript")
                        | local_name!("template")
                        | local_name!("svg")
                );
                if !is_inline(&element.name.local) {
                    out.push(' ');
                }
            }
            _ => {}
        }
        next = descend.then(|| child.first_child()).flatten().or_else(|| after(child, node));
    }
    Some(squash_before_repair(&out)).filter(|text| !text.is_empty() && text.len() <= max_bytes)
}

/// The texts of the children of a small element, if it has more than one; of its only child, if it
/// has one. Empty for elements with more than [`MAX_PIECES`].
pub(super) fn pieces(node: NodeRef<'_, Node>) -> Vec<String> {
    let mut around = node;
    for _ in 0..MAX_WRAPPERS {
        let pieces: Vec<(NodeRef<'_, Node>, String)> = around
            .children()
            .take(2 * MAX_PIECES)
            .filter_map(|child| Some((child, piece(child)?)))
            .collect();
        match pieces.as_slice() {
            [(only, _)] if only.value().is_element() => around = *only,
            [] | [_] => break,
            _ if pieces.len() > MAX_PIECES => break,
            _ => return pieces.into_iter().map(|(_, text)| text).collect(),
        }
    }
    Vec::new()
}

/// How many elements may be around the pieces of a text.
const MAX_WRAPPERS: usize = 4;
/// Maximum number of pieces of a headline.
const MAX_PIECES: usize = 6;
/// Maximum length of a piece, in bytes.
const MAX_PIECE: usize = 400;

fn piece(node: NodeRef<'_, Node>) -> Option<String> {
    match node.value() {
        Node::Text(text) if text.len() <= MAX_PIECE => {
            Some(squash_before_repair(text)).filter(|text| !text.is_empty())
        }
        Node::Element(_) => element_text(node, MAX_PIECE),
        _ => None,
    }
}

/// The next node after a subtree in document order, inside `root`.
pub(super) fn after<'a>(
    node: NodeRef<'a, Node>,
    root: NodeRef<'a, Node>,
) -> Option<NodeRef<'a, Node>> {
    let mut node = node;
    while node != root {
        if let Some(sibling) = node.next_sibling() {
            return Some(sibling);
        }
        node = node.parent()?;
    }
    None
}

/// At most `max` bytes of a text, cut between characters.
pub(super) fn head(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or_default()
}

fn is_inline(name: &html5ever::LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("abbr")
            | local_name!("b")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("mark")
            | local_name!("strong")
            | local_name!("sub")
            | local_name!("sup")
            | local_name!("u")
            | local_name!("wbr")
    )
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// Decodes character references up to twice, since `&amp;#8217;` is common.
fn decode_entities(text: &str) -> Cow<'_, str> {
    let once = decode_once(text);
    match once {
        Cow::Borrowed(_) => once,
        Cow::Owned(text) => match decode_once(&text) {
            Cow::Borrowed(_) => Cow::Owned(text),
            Cow::Owned(twice) => Cow::Owned(twice),
        },
    }
}

/// Decodes character references once.
pub(super) fn decode_once(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let decoded = part.split_once(';').and_then(|(name, rest)| Some((reference(name)?, rest)));
        if let Some(((first, second), rest)) = decoded {
            changed = true;
            out.push(first);
            out.extend(second);
            out.push_str(rest);
        } else {
            out.push('&');
            out.push_str(part);
        }
    }
    if changed { Cow::Owned(out) } else { Cow::Borrowed(text) }
}

fn reference(name: &str) -> Option<(char, Option<char>)> {
    if name.len() > 32 {
        return None;
    }
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0').map(|c| (c, None));
    }
    let (first, second) = *html5ever::data::NAMED_ENTITIES.get(&format!("{name};"))?;
    let second = if second == 0 { None } else { char::from_u32(second) };
    Some((char::from_u32(first).filter(|_| first != 0)?, second))
}

fn strip_tags(text: &str) -> Cow<'_, str> {
    let is_tag = |rest: &str| rest.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
    if !text.split('<').skip(1).any(is_tag) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('<');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        if let Some((_, rest)) = part.split_once('>').filter(|_| is_tag(part)) {
            out.push_str(rest);
        } else {
            out.push('<');
            out.push_str(part);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{element_text, fold, head, plain, squash, squash_before_repair};

    #[test]
    fn white_space_and_invisible_marks() {
        assert_eq!(squash("  Heli\u{ad}port\n\u{a0}opens\u{200b}  "), "Heliport opens");
        assert_eq!(fold("Ferry’s «Return»: 2!"), "ferrysreturn2");
        assert_eq!(head("naïve", 3), "na");
    }

    #[test]
    fn what_repair_may_need_stays() {
        assert_eq!(
            squash_before_repair("VoilÃ\u{a0} l’été\u{a0}: \u{ad}x"),
            "VoilÃ\u{a0} l’été : x"
        );
        assert_eq!(
            squash_before_repair("AsÃ\u{ad} Ð¸Ñ\u{85} it\u{92}s"),
            "AsÃ\u{ad} Ð¸Ñ\u{85} it\u{92}s"
        );
    }

    #[test]
    fn references_and_tags_inside_values() {
        assert_eq!(
            plain("Tom &amp;amp; Ann&#8217;s &lt;b&gt;big&lt;/b&gt; day"),
            "Tom & Ann’s big day"
        );
        assert_eq!(plain("R&D; 3 < 4 &unknown; &#0;"), "R&D; 3 < 4 &unknown; &#0;");
    }

    #[test]
    fn text_of_small_elements_only() {
        let page = scraper::Html::parse_fragment("<p>By <b>A</b>nn<br>Lee<script>x()</script></p>");
        let root = page.tree.root();
        assert_eq!(element_text(root, 100).as_deref(), Some("By Ann Lee"));
        assert_eq!(element_text(root, 5), None);
    }
}
