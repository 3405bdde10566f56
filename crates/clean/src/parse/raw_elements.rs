//! Finds in the source of a page what its tree does not have: scripts, and data in attributes.

use std::borrow::Cow;

use super::attributes;
use super::contents::{end_of_comment, end_of_script, end_tag, find, rest};
use super::references::{self, ReferenceContext};

/// Bytes from which the value of an attribute may be data.
const MIN_DATA_BYTES: usize = 200;

/// A part of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RawPart<'a> {
    /// A `<script>` without `src`: its type in lower case, and its contents.
    Script(String, &'a str),
    /// A `<script>` with `src`: its address.
    ScriptFile(Cow<'a, str>),
    /// What a `<noscript>` has in it.
    Noscript(&'a str),
    /// What a `<template>` has in it.
    Template(&'a str),
    /// The value of an attribute that has JSON, with its references resolved.
    Data(Cow<'a, str>),
}

/// The parts of a page's source, in order. Takes time linear in its length.
pub(crate) fn raw_parts(source: &str) -> impl Iterator<Item = RawPart<'_>> {
    let mut position = 0;
    let mut pending: Vec<RawPart<'_>> = Vec::new();
    std::iter::from_fn(move || {
        loop {
            if let Some(part) = pending.pop() {
                return Some(part);
            }
            position = next_part(source, find(source.as_bytes(), position, b'<')?, &mut pending)?;
            // They are taken from the end.
            pending.reverse();
        }
    })
}

/// Adds the parts of the markup at `start`, and returns where to go on. `None` if the page ends within it.
fn next_part<'a>(source: &'a str, start: usize, parts: &mut Vec<RawPart<'a>>) -> Option<usize> {
    let bytes = source.as_bytes();
    let after = rest(bytes, start + 1);
    if after.starts_with(b"!--") {
        return end_of_comment(bytes, start + 4).map(|end| end + 1);
    }
    if !after.first().is_some_and(u8::is_ascii_alphabetic) {
        return Some(start + 1);
    }
    let name_end = attributes::end_of_name(bytes, start + 1);
    let name = bytes.get(start + 1..name_end).unwrap_or_default().to_ascii_lowercase();
    let (mut kind, mut file) = (String::new(), None);
    let end = attributes::scan(bytes, name_end, |name, value| {
        let name = source.get(name).unwrap_or_default();
        let value = source.get(value).unwrap_or_default();
        if name.eq_ignore_ascii_case("type") {
            kind = value.trim().to_ascii_lowercase();
        } else if name.eq_ignore_ascii_case("src") {
            file = Some(resolved(value, ReferenceContext::Attribute));
        } else if value.len() >= MIN_DATA_BYTES && is_data(value) {
            parts.push(RawPart::Data(resolved(value, ReferenceContext::Attribute)));
        }
    })?;
    let start = end.place + 1;
    let contents = |end: usize| source.get(start..end).unwrap_or_default();
    match name.as_slice() {
        b"script" => {
            let end = end_of_script(bytes, start);
            parts.push(match file {
                Some(file) => RawPart::ScriptFile(file),
                None => RawPart::Script(kind, contents(end)),
            });
            Some(end)
        }
        b"noscript" | b"template" => {
            let end = end_tag(bytes, start, &name).unwrap_or(bytes.len());
            let is_template = name == b"template";
            let part = if is_template { RawPart::Template } else { RawPart::Noscript };
            parts.push(part(contents(end)));
            // A template may have scripts of its own, and templates.
            Some(if is_template { start } else { end })
        }
        b"style" => end_tag(bytes, start, &name).or(Some(bytes.len())),
        _ => Some(start),
    }
}

/// Whether the value of an attribute begins as JSON does.
fn is_data(value: &str) -> bool {
    let value = value.trim_start();
    ["{", "[", "&#123;", "&#91;", "&lbrace;", "&lbrack;", "&quot;{"]
        .iter()
        .any(|start| value.starts_with(start))
}

/// A text with its character references resolved.
pub(crate) fn resolve_references(text: &str) -> Cow<'_, str> {
    resolved(text, ReferenceContext::Text)
}

fn resolved(text: &str, within: ReferenceContext) -> Cow<'_, str> {
    if references::is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut resolved = String::with_capacity(text.len());
    references::resolve(text, within, &mut resolved);
    Cow::Owned(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_templates_and_data_are_found_and_comments_skipped() {
        let data = format!("{{\"a\":\"{}\"}}", "x".repeat(MIN_DATA_BYTES));
        let page = format!(
            "<!-- <script>no</script> --><p title='<script>'>a</p><script type=' Text/X '>if (a<b) \"</p>\"\
             </script><SCRIPT src=/a?b&amp;c></SCRIPT><noscript><p>n</noscript><template><p>t\
             <script>in</script></template><div data-x='{}'></div><style><script></style><script>open",
            data.replace('"', "&quot;")
        );
        let parts: Vec<RawPart<'_>> = raw_parts(&page).collect();
        assert_eq!(
            parts,
            [
                RawPart::Script("text/x".into(), "if (a<b) \"</p>\""),
                RawPart::ScriptFile("/a?b&c".into()),
                RawPart::Noscript("<p>n"),
                RawPart::Template("<p>t<script>in</script>"),
                RawPart::Script(String::new(), "in"),
                RawPart::Data(data.as_str().into()),
                RawPart::Script(String::new(), "open"),
            ]
        );
    }
}
