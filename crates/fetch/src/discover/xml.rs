//! What sitemaps and feeds have in common: XML from strangers.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

/// No tag that is read here has nearly as many attributes.
const MAX_ATTRIBUTES: usize = 128;
/// Where the encoding is declared, if it is.
const MAX_DECLARATION_BYTES: usize = 256;

/// Where and why the reading of an XML document ended before its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the XML is malformed at byte {offset}: {reason}")]
pub struct MalformedXml {
    /// Where, in bytes of the document's text in UTF-8 without a byte order mark. For a document in
    /// UTF-8 without one, that is where in the document.
    pub offset: u64,
    /// What is wrong there.
    pub reason: String,
}

/// A reader that takes what can be understood of documents as they are served: a lone `&` is text,
/// as in URLs that were not escaped. Entities but the five of XML are never expanded, so that no
/// document grows by reading it; a document type is passed over.
pub(super) fn reader(text: &str) -> NsReader<&[u8]> {
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.trim_markup_names_in_closing_tags = true;
    config.expand_empty_elements = true;
    reader
}

/// What ended the reading.
pub(super) fn malformed(reader: &NsReader<&[u8]>, error: &quick_xml::Error) -> MalformedXml {
    MalformedXml { offset: reader.error_position(), reason: error.to_string() }
}

/// The note for a document that ended within an element.
pub(super) fn unclosed(reader: &NsReader<&[u8]>) -> MalformedXml {
    MalformedXml {
        offset: reader.buffer_position(),
        reason: "the document ends within an element".to_owned(),
    }
}

/// What an event adds to the text of the element it stands in.
pub(super) fn text_of<'e>(event: &'e Event<'_>) -> Option<Cow<'e, str>> {
    match event {
        Event::Text(text) => Some(Cow::Borrowed(text)),
        Event::CData(text) => Some(Cow::Borrowed(text)),
        Event::GeneralRef(reference) => Some(resolved(reference)),
        _ => None,
    }
}

/// A reference's character, or the reference as it is written if it has none.
fn resolved<'e>(reference: &'e BytesRef<'_>) -> Cow<'e, str> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Cow::Owned(character.to_string());
    }
    match resolve_predefined_entity(reference) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(format!("&{};", &**reference)),
    }
}

/// A tag's attributes, as far as they can be read.
pub(super) fn attributes<'t>(tag: &'t BytesStart<'_>) -> impl Iterator<Item = Attribute<'t>> {
    let mut attributes = tag.attributes();
    // The check compares each with all before it.
    attributes.with_checks(false);
    attributes.map_while(Result::ok).take(MAX_ATTRIBUTES)
}

/// The value of an attribute by its local name.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = attributes(tag).find(|found| found.key.local_name().as_ref() == name)?;
    Some(attribute_value(&found))
}

pub(super) fn attribute_value(attribute: &Attribute<'_>) -> String {
    quick_xml::escape::unescape(&attribute.value)
        .map_or_else(|_| attribute.value.clone().into_owned(), Cow::into_owned)
}

/// The namespace of an element: its URI, `None` where none applies, or the prefix that should have
/// been declared.
pub(super) enum XmlNamespace<'r> {
    Uri(&'r str),
    Undeclared(String),
    None,
}

pub(super) fn namespace<'r>(reader: &'r NsReader<&[u8]>, tag: &BytesStart<'_>) -> XmlNamespace<'r> {
    match reader.resolver().resolve_element(tag.name()).0 {
        ResolveResult::Bound(namespace) => XmlNamespace::Uri(namespace.into_inner()),
        ResolveResult::Unknown(prefix) => XmlNamespace::Undeclared(prefix),
        ResolveResult::Unbound => XmlNamespace::None,
    }
}

/// The text of a document: by its byte order mark; as UTF-8 if it is that; by the encoding that its
/// declaration names. What cannot be decoded becomes U+FFFD, at most `max_bytes` are read.
pub(super) fn decode(bytes: &[u8], max_bytes: usize) -> Cow<'_, str> {
    let is_cut = bytes.len() > max_bytes;
    let bytes = bytes.get(..max_bytes).unwrap_or(bytes);
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        return encoding.decode_without_bom_handling(rest).0;
    }
    // XML 1.0, appendix F.1
    let encoding = match bytes {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => return Cow::Borrowed(text),
            // Cut within a character.
            Err(error) if is_cut && error.error_len().is_none() => UTF_8,
            Err(_) => declared(bytes).unwrap_or(UTF_8),
        },
    };
    encoding.decode_without_bom_handling(bytes).0
}

/// XML 1.0, section 4.3.3.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..MAX_DECLARATION_BYTES).unwrap_or(bytes);
    let declaration = start.strip_prefix(b"<?xml")?;
    let end = declaration.iter().position(|byte| *byte == b'>')?;
    let declaration = std::str::from_utf8(declaration.get(..end)?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let label = value.split(['"', '\'']).nth(1)?;
    // A declaration that could be read is in none of them.
    Encoding::for_label(label.as_bytes()).filter(|found| ![UTF_16LE, UTF_16BE].contains(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        for (bytes, expected) in [
            (&b"<a>b</a>"[..], "<a>b</a>"),
            (b"\xEF\xBB\xBF<a>\xC3\xA9</a>", "<a>\u{e9}</a>"),
            (b"\xFF\xFE<\0a\0>\0\xE9\0", "<a>\u{e9}"),
            (b"\xFE\xFF\0<\0a\0>\0\xE9", "<a>\u{e9}"),
            (b"<\0a\0>\0\xE9\0", "<a>\u{e9}"),
            (b"\0<\0a\0>\0\xE9", "<a>\u{e9}"),
            (
                b"<?xml version='1.0' encoding = 'ISO-8859-1'?>\xE9",
                "<?xml version='1.0' encoding = 'ISO-8859-1'?>\u{e9}",
            ),
            (
                b"<?xml version=\"1.0\" encoding=\"windows-1251\"?>\xE9",
                "<?xml version=\"1.0\" encoding=\"windows-1251\"?>\u{439}",
            ),
            // It says what it is not.
            (b"<?xml encoding='latin1'?>\xC3\xA9", "<?xml encoding='latin1'?>\u{e9}"),
            (b"<?xml encoding='utf-16'?>\xE9", "<?xml encoding='utf-16'?>\u{fffd}"),
            (b"\xE9", "\u{fffd}"),
            (b"", ""),
        ] {
            assert_eq!(decode(bytes, 1 << 20), expected, "{bytes:?}");
        }
        assert_eq!(decode("<a>\u{e9}".as_bytes(), 4), "<a>\u{fffd}");
    }
}
