//! The encoding that a page declares in its first bytes.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};
use memchr::{memchr, memmem};

use super::label;

/// How many bytes are searched. The standard says 1,024; declarations further down are so common
/// that browsers search further too.
const PRESCAN_BYTES: usize = 8 << 10;

/// What a page declares about its encoding.
#[derive(Debug, Default, PartialEq)]
pub(super) struct DeclaredEncoding {
    /// The encoding of the first declaration that names a known one.
    pub(super) encoding: Option<&'static Encoding>,
    /// Its label; if there is none, the first label that names no known encoding.
    pub(super) label: Option<String>,
}

/// Finds the `<meta>` tag or, without one, the XML declaration that names the encoding, by
/// <https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding>.
pub(super) fn prescan(bytes: &[u8]) -> DeclaredEncoding {
    let head = bytes.get(..bytes.len().min(PRESCAN_BYTES)).unwrap_or_default();
    let mut scan = PrescanCursor { rest: head };
    let mut refused = None;
    let metas = std::iter::from_fn(|| scan.next_meta_label());
    for label in metas.chain(xml_label(head)) {
        // A label that could be read as ASCII cannot be UTF-16 (a rule of the standard).
        let encoding = label::encoding(&label).map(|encoding| match encoding {
            utf_16 if utf_16 == UTF_16LE || utf_16 == UTF_16BE => UTF_8,
            user_defined if user_defined == X_USER_DEFINED => WINDOWS_1252,
            encoding => encoding,
        });
        if encoding.is_some() {
            return DeclaredEncoding { encoding, label: Some(label) };
        }
        refused = refused.or(Some(label));
    }
    DeclaredEncoding { encoding: None, label: refused }
}

/// The label of an XML declaration at the very beginning.
fn xml_label(head: &[u8]) -> Option<String> {
    let declaration = head.strip_prefix(b"<?xml")?;
    let declaration = declaration.get(..memchr(b'>', declaration)?)?;
    let name = memmem::find(declaration, b"encoding")?;
    let after = declaration.get(name + b"encoding".len()..)?.trim_ascii_start();
    let value = after.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    matches!(quote, b'"' | b'\'').then_some(())?;
    label_text(value.get(..memchr(*quote, value)?)?)
}

/// A position in the page: the rest of it.
struct PrescanCursor<'a> {
    rest: &'a [u8],
}

struct PrescanAttribute<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> PrescanCursor<'a> {
    /// The label in the next `<meta>` tag that has one. A tag cut off at the end does not count.
    fn next_meta_label(&mut self) -> Option<String> {
        loop {
            self.skip(memchr(b'<', self.rest)?);
            if self.rest.starts_with(b"<!--") {
                // The dashes that end a comment may be those that begin it (`<!-->`).
                self.skip(2);
                self.skip(memmem::find(self.rest, b"-->")? + 3);
            } else if self.is_at_meta() {
                self.skip(b"<meta".len());
                if let Some(label) = self.meta_label() {
                    return Some(label);
                }
            } else if self.is_at_tag() {
                self.skip(self.rest.iter().position(|byte| is_space(*byte) || *byte == b'>')?);
                while self.attribute().is_some() {}
            } else if matches!(self.rest.get(1), Some(b'!' | b'/' | b'?')) {
                self.skip(memchr(b'>', self.rest)?);
            } else {
                self.skip(1);
            }
        }
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    fn is_at_meta(&self) -> bool {
        self.rest.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<meta"))
            && self.rest.get(5).is_some_and(|byte| is_space(*byte) || *byte == b'/')
    }

    fn is_at_tag(&self) -> bool {
        let name = self.rest.strip_prefix(b"</").or_else(|| self.rest.strip_prefix(b"<"));
        name.and_then(<[u8]>::first).is_some_and(u8::is_ascii_alphabetic)
    }

    /// The label in the attributes of a `<meta>` tag.
    fn meta_label(&mut self) -> Option<String> {
        let (mut is_content_type, mut in_content, mut charset) = (false, None, None);
        let mut seen: Vec<&[u8]> = Vec::new();
        while let Some(PrescanAttribute { name, value }) = self.attribute() {
            let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
            // The first of several attributes with one name counts. Only three names matter, so
            // flags are enough.
            if seen.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                continue;
            }
            if is(b"http-equiv") {
                is_content_type = value.eq_ignore_ascii_case(b"content-type");
            } else if is(b"content") {
                in_content = charset_in(value);
            } else if is(b"charset") {
                charset = label_text(value);
            } else {
                continue;
            }
            seen.push(name);
        }
        let is_whole = !self.rest.is_empty();
        charset.or(in_content.filter(|_| is_content_type)).filter(|_| is_whole)
    }

    /// The next attribute of a tag, if there is one. If the page ends inside it, nothing is left.
    fn attribute(&mut self) -> Option<PrescanAttribute<'a>> {
        let is_before = |byte: &u8| is_space(*byte) || *byte == b'/';
        let start = self.rest.iter().position(|byte| !is_before(byte)).unwrap_or(self.rest.len());
        self.skip(start);
        if self.rest.first() == Some(&b'>') {
            return None;
        }
        let attribute = self.name_and_value();
        if attribute.is_none() {
            self.rest = &[];
        }
        attribute
    }

    fn name_and_value(&mut self) -> Option<PrescanAttribute<'a>> {
        let ends = |byte: &u8| is_space(*byte) || matches!(byte, b'/' | b'>' | b'=');
        // A name may begin with an equals sign (a rule of the standard).
        let length = 1 + self.rest.get(1..)?.iter().position(ends)?;
        let name = self.rest.get(..length)?;
        self.skip(length);
        self.skip_space()?;
        if self.rest.first() != Some(&b'=') {
            return Some(PrescanAttribute { name, value: b"" });
        }
        self.skip(1);
        self.skip_space()?;
        let first = *self.rest.first()?;
        let value = if matches!(first, b'"' | b'\'') {
            self.skip(1);
            let length = memchr(first, self.rest)?;
            let value = self.rest.get(..length)?;
            self.skip(length + 1);
            value
        } else {
            let length = self.rest.iter().position(|byte| is_space(*byte) || *byte == b'>')?;
            let value = self.rest.get(..length)?;
            self.skip(length);
            value
        };
        Some(PrescanAttribute { name, value })
    }

    fn skip_space(&mut self) -> Option<()> {
        self.skip(self.rest.iter().position(|byte| !is_space(*byte))?);
        Some(())
    }
}

/// The label in the value of a `content` attribute, by
/// <https://html.spec.whatwg.org/multipage/urls-and-fetching.html#algorithm-for-extracting-a-character-encoding-from-a-meta-element>.
fn charset_in(content: &[u8]) -> Option<String> {
    let lower = content.to_ascii_lowercase();
    let mut rest = lower.as_slice();
    loop {
        let start = memmem::find(rest, b"charset")? + b"charset".len();
        rest = rest.get(start..)?.trim_ascii_start();
        if let Some(value) = rest.strip_prefix(b"=") {
            rest = value.trim_ascii_start();
            break;
        }
    }
    match rest.split_first()? {
        (quote @ (b'"' | b'\''), value) => label_text(value.get(..memchr(*quote, value)?)?),
        _ => label_text(rest.split(|byte| is_space(*byte) || *byte == b';').next()?),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

/// A label as text, unless it is empty.
fn label_text(label: &[u8]) -> Option<String> {
    let label = String::from_utf8_lossy(label.trim_ascii());
    (!label.is_empty()).then(|| label.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_of_every_form() {
        for (page, name) in [
            ("<meta charset=utf-8>", Some("UTF-8")),
            ("<META CHARSET = \"GB2312\" />", Some("GBK")),
            ("<meta/charset='koi8-r'>", Some("KOI8-R")),
            (
                "<meta content='text/html;charset=Shift_JIS' http-equiv=Content-Type>",
                Some("Shift_JIS"),
            ),
            ("<meta http-equiv=content-type content='x; charset = \"euc-kr\"; y'>", Some("EUC-KR")),
            ("<meta http-equiv=content-type content='charsets; charset=big5'>", Some("Big5")),
            ("<!-- <meta charset=koi8-r> --><meta name=x><meta charset=big5>", Some("Big5")),
            ("<!--><meta charset=koi8-r>-->", Some("KOI8-R")),
            ("<meta charset=nonsense><meta charset=big5>", Some("Big5")),
            ("<meta charset=big5 charset=koi8-r>", Some("Big5")),
            ("<?xml version='1.0' encoding='iso-8859-2'?><html>", Some("ISO-8859-2")),
            ("<?xml version=\"1.0\" encoding = \"x-sjis\"?>", Some("Shift_JIS")),
            ("<?xml encoding='big5'?><meta charset=koi8-r>", Some("KOI8-R")),
            // The standard's own exceptions.
            ("<meta charset=utf-16le>", Some("UTF-8")),
            ("<meta charset=x-user-defined>", Some("windows-1252")),
            // None of these declares anything.
            ("<meta name=description content='charset=koi8-r'>", None),
            ("<meta data-charset=koi8-r>", None),
            ("<meta name=x data-x='charset=koi8-r'><p>charset=big5</p>", None),
            ("<a title='<meta charset=koi8-r>'>", None),
            ("<metadata charset=koi8-r>", None),
            ("<!-- <meta charset=koi8-r>", None),
            ("<? <meta charset=koi8-r>", None),
            ("<meta charset=\"koi8-r>", None),
            ("<meta charset=koi8-r", None),
            ("<meta charset=\"\">", None),
            ("text <?xml encoding='koi8-r'?>", None),
        ] {
            let encoding = prescan(page.as_bytes()).encoding;
            assert_eq!(encoding.map(Encoding::name), name, "{page}");
        }
    }

    #[test]
    fn an_unknown_label_is_reported() {
        let found = prescan(b"<meta charset='UTF-7'><p>+AGEA-");
        assert_eq!(found, DeclaredEncoding { encoding: None, label: Some("UTF-7".into()) });
    }
}
