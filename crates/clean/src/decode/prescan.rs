//! The encoding that a page declares in its first bytes.

use memchr::memmem;

/// How far to look. The standard says 1,024 bytes; pages with the declaration further down are
/// common enough for browsers to look further too.
const PRESCAN_BYTES: usize = 8 << 10;

/// The label in an XML declaration or the first `<meta>` that has one.
///
/// A simplified form of
/// <https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding>:
/// comments are skipped, and within a `<meta>` tag whatever follows `charset=` is the label.
pub(super) fn declared_label(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(PRESCAN_BYTES))?.to_ascii_lowercase();
    if head.starts_with(b"<?xml") {
        let declaration = head.split(|byte| *byte == b'>').next()?;
        if let Some(label) = value_of(declaration, b"encoding") {
            return Some(label);
        }
    }
    let mut position = 0;
    while let Some(offset) = memchr::memchr(b'<', head.get(position..)?) {
        let start = position + offset;
        let rest = head.get(start..)?;
        if rest.starts_with(b"<!--") {
            position = start + memmem::find(rest, b"-->")?;
        } else if rest.starts_with(b"<meta") {
            let tag = rest.split(|byte| *byte == b'>').next()?;
            if let Some(label) = value_of(tag, b"charset") {
                return Some(label);
            }
        }
        position = position.max(start) + 1;
    }
    None
}

/// What follows `name=` in a tag, up to a quote, space or semicolon.
fn value_of(tag: &[u8], name: &[u8]) -> Option<String> {
    let after = tag.get(memmem::find(tag, name)? + name.len()..)?.trim_ascii_start();
    let value = after.strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let label = value
        .split(|byte| byte.is_ascii_whitespace() || b"\"';?/>".contains(byte))
        .find(|part| !part.is_empty())?;
    String::from_utf8(label.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_in_their_forms() {
        for (page, label) in [
            ("<meta charset=utf-8>", Some("utf-8")),
            ("<META CHARSET = \"GB2312\" />", Some("gb2312")),
            (
                "<meta http-equiv=content-type content='text/html;charset=Shift_JIS'>",
                Some("shift_jis"),
            ),
            ("<?xml version='1.0' encoding='iso-8859-2'?><html>", Some("iso-8859-2")),
            ("<!-- <meta charset=koi8-r> --><meta name=x><meta charset=big5>", Some("big5")),
            ("<meta name=description content=none><p>charset=x</p>", None),
            ("<!-- <meta charset=koi8-r>", None),
            ("<meta charset=\"\">", None),
        ] {
            assert_eq!(declared_label(page.as_bytes()).as_deref(), label, "{page}");
        }
    }
}
