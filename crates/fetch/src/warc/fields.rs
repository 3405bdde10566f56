//! Named fields, of records and of HTTP heads.

use std::borrow::Cow;

/// Fields in order, as both WARC and HTTP have them. Names are compared without case. Values are
/// bytes: WARC's are UTF-8 where the writer kept to the standard, HTTP's are anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderFields(Vec<(String, Vec<u8>)>);

impl HeaderFields {
    /// The value of the first field of that name, without white space around it.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// As [`Self::get`], as text; what is no UTF-8 becomes U+FFFD.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.get(name).map(String::from_utf8_lossy)
    }

    /// The values of all fields of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// All values of that name joined with commas, as several headers of HTTP are one (RFC 9110,
    /// section 5.3); empty if there is none.
    pub fn joined(&self, name: &str) -> String {
        self.all(name).map(String::from_utf8_lossy).collect::<Vec<_>>().join(", ")
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// Reads lines, with or without their ends. One that begins with white space continues the
    /// last one's value; one without a colon is left out.
    pub(super) fn parse<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
        for line in lines {
            if let (Some(b' ' | b'\t'), Some((_, value))) = (line.first(), fields.last_mut()) {
                value.push(b' ');
                value.extend(line.trim_ascii());
                continue;
            }
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
            let (name, value) = line.split_at(colon);
            let name = String::from_utf8_lossy(name).trim().to_owned();
            let value = value.get(1..).unwrap_or_default().trim_ascii().to_vec();
            fields.push((name, value));
        }
        Self(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_as_tools_write_them() {
        let text =
            b"WARC-Type: response\r\nX:1\nwarc-concurrent-to: <a>\r\nWARC-Concurrent-To:<b>\r\n\
            Folded: one\r\n  two\r\n\tthree\r\nno colon\r\nEmpty:\r\nLatin: caf\xe9\r\n";
        let fields = HeaderFields::parse(text.split_inclusive(|byte| *byte == b'\n'));
        assert_eq!(fields.text("warc-type").as_deref(), Some("response"));
        assert_eq!(fields.get("x"), Some(&b"1"[..]));
        assert_eq!(fields.joined("WARC-Concurrent-To"), "<a>, <b>");
        assert_eq!(fields.get("folded"), Some(&b"one two three"[..]));
        assert_eq!(fields.get("Empty"), Some(&b""[..]));
        assert_eq!(fields.text("Latin").as_deref(), Some("caf\u{fffd}"));
        assert_eq!(fields.get("no colon"), None);
        assert_eq!(fields.iter().count(), 7);
    }
}
