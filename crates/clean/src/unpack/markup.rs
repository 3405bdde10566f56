//! HTML tags and character references that were left in a text.

use html5ever::data::NAMED_ENTITIES;

use super::{TextForm, Unpacked};
use crate::segment::Tag;

/// Bytes of a tag with its attributes.
const MAX_TAG: usize = 2_000;
/// The longest name of a reference has 31 letters.
const MAX_NAME: usize = 32;

/// A text without its HTML tags: those of blocks become line ends, the others nothing. Texts that write about
/// tags keep them: there they stand alone like words.
pub(super) fn without_tags(text: &str) -> Option<Unpacked> {
    if !is_markup(text) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut changes) = (text, 0);
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        if let Some(comment) = after.strip_prefix("!--")
            && let Some((_, after)) = comment.split_once("-->")
        {
            rest = after;
            changes += 1;
            continue;
        }
        let Some(tag) = HtmlTag::read(after) else {
            out.push('<');
            rest = after;
            continue;
        };
        match tag.tag {
            Tag::Td | Tag::Th => out.push('\t'),
            Tag::Br | Tag::Hr => out.push('\n'),
            tag if tag.is_block() => out.push('\n'),
            _ => {}
        }
        changes += 1;
        rest = after.get(tag.length..).unwrap_or_default();
    }
    out.push_str(rest);
    Some(Unpacked { text: out, form: TextForm::Tags, changes })
}

/// Whether the tags of a text are its markup: they stand in pairs around words, or at the ends of lines.
fn is_markup(text: &str) -> bool {
    let (mut markup, mut words) = (0_usize, 0_usize);
    for (at, _) in text.match_indices('<').take(2_000) {
        let Some(tag) = text.get(at + 1..).and_then(HtmlTag::read) else { continue };
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + 1 + tag.length..).and_then(|after| after.chars().next());
        let is_free = |c: Option<char>| {
            c.is_some_and(|c| matches!(c, ' ' | '`' | '"' | '\'' | '(' | ')' | ',' | '.'))
        };
        if is_free(before) && is_free(after) && tag.tag != Tag::Br {
            words += 1;
        } else if tag.is_end || matches!(tag.tag, Tag::Br | Tag::P | Tag::Hr) {
            markup += 1;
        }
    }
    markup >= 2 && markup > words
}

struct HtmlTag {
    tag: Tag,
    is_end: bool,
    /// Bytes after `<`, with the `>`.
    length: usize,
}

impl HtmlTag {
    /// Reads what stands after `<`. `None` if it is no tag of HTML.
    fn read(text: &str) -> Option<Self> {
        let is_end = text.starts_with('/');
        let name = text.strip_prefix('/').unwrap_or(text);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric())?;
        let (name, rest) = name.split_at_checked(end)?;
        if !rest.starts_with(['>', ' ', '/', '\n', '\t']) || name.len() > 10 {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let tag = Tag::from_name(&name);
        let is_known =
            tag != Tag::Unknown || matches!(&*name, "font" | "strike" | "s" | "ins" | "mark");
        let near = text.get(..text.floor_char_boundary(MAX_TAG))?;
        let length = near.find('>')? + 1;
        let is_tag = is_known && !near.get(..length)?.contains('<');
        is_tag.then_some(Self { tag, is_end, length })
    }
}

/// A text with its character references resolved. References in quotes or parentheses are what the text is
/// about.
pub(super) fn without_references(text: &str) -> Option<Unpacked> {
    if !text.contains('&') {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut changes) = (text, 0);
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let resolved = reference(after).filter(|(length, _)| {
            let next = after.get(*length..).and_then(|rest| rest.chars().next());
            let previous = before.chars().next_back();
            let is_quoted = |c: Option<char>| matches!(c, Some('`' | '"' | '\'' | '(' | '“' | '‘'));
            let is_word = previous.is_none_or(char::is_whitespace)
                && next.is_some_and(|c| c == ' ')
                && before.ends_with("and ");
            !is_quoted(previous) && !is_word
        });
        if let Some((length, characters)) = resolved {
            out.extend(characters.into_iter().filter(|c| *c != '\0'));
            rest = after.get(length..).unwrap_or_default();
            changes += 1;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    // One `&amp;` among many signs says nothing, and neither do names of references in a text about HTML.
    let is_about = text.contains("<b>") || text.contains("<i>") || text.contains("<p>");
    (changes > 0 && !is_about).then_some(Unpacked {
        text: out,
        form: TextForm::References,
        changes,
    })
}

/// The length of a reference after its ampersand, and what it stands for.
fn reference(text: &str) -> Option<(usize, [char; 2])> {
    let near = text.get(..text.floor_char_boundary(MAX_NAME))?;
    let end = near.find(';')?;
    let name = near.get(..end)?;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        let character = char::from_u32(code).filter(|c| !c.is_control())?;
        return Some((end + 1, [character, '\0']));
    }
    let (first, second) = *NAMED_ENTITIES.get(near.get(..=end)?)?;
    let first = char::from_u32(first).filter(|c| *c != '\0')?;
    Some((end + 1, [first, char::from_u32(second).unwrap_or('\0')]))
}
