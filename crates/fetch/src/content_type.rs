//! What a body is: as the server says, or as its first bytes show.

use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::WantedContent;
use crate::sniff::{SNIFFED_BYTES, binary_type, unknown_type};

/// What a body is: a media type, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentType {
    /// The media type in lower case, such as `text/html`.
    pub media_type: String,
    /// The `charset` parameter as sent, without quotes.
    pub charset: Option<String>,
    /// Where the media type is from.
    pub decided_by: ContentTypeSource,
}

/// How the media type of a body was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentTypeSource {
    /// The `Content-Type` header.
    Header,
    /// The first bytes of the body, because the header is not there, makes no sense or says only
    /// that these are bytes.
    Sniff,
}

/// What is to be done about a declared type before the body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentTypeVerdict {
    /// The body is what is wanted, unless its first bytes show that it is not text at all.
    Wanted,
    /// The first bytes decide.
    Sniff,
    Refused,
}

impl ContentType {
    /// Reads a header value. Nothing is refused: a value that makes no sense has a media type that
    /// is none.
    pub(crate) fn parse(value: &str) -> Self {
        let mut parts = value.split(';');
        let media_type = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
            .filter(|charset| !charset.is_empty());
        Self { media_type, charset, decided_by: ContentTypeSource::Header }
    }

    /// What a body is by the `Content-Type` that it came with and its first bytes, as a download of a
    /// page decides it; `None` if there is neither.
    ///
    /// # Errors
    /// The media type of a body that is not a page: neither markup nor text.
    pub fn from_page(header: Option<&str>, first_bytes: &[u8]) -> Result<Option<Self>, String> {
        let first_bytes = first_bytes.get(..SNIFFED_BYTES).unwrap_or(first_bytes);
        Self::resolve(header.map(Self::parse).as_ref(), first_bytes, WantedContent::Page)
    }

    /// Reads the headers of a response. Of several `Content-Type` the last that makes sense counts,
    /// with the charset of one before it of the same type (Fetch standard, "extract a MIME type").
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut found: Option<Self> = None;
        for value in headers.get_all(CONTENT_TYPE) {
            let mut next = Self::parse(&String::from_utf8_lossy(value.as_bytes()));
            match &found {
                Some(_) if !next.is_valid() || next.media_type == "*/*" => continue,
                Some(before) if before.media_type == next.media_type => {
                    next.charset = next.charset.or_else(|| before.charset.clone());
                }
                _ => {}
            }
            found = Some(next);
        }
        found
    }

    /// What a sniffed body is. Its charset may still be right.
    fn sniffed(media_type: &str, declared: Option<&Self>) -> Self {
        Self {
            media_type: media_type.to_owned(),
            charset: declared.and_then(|declared| declared.charset.clone()),
            decided_by: ContentTypeSource::Sniff,
        }
    }

    /// Whether a body of this type, which was not sniffed yet, is worth reading.
    pub(crate) fn verdict(declared: Option<&Self>, wanted: WantedContent) -> ContentTypeVerdict {
        match declared {
            _ if wanted == WantedContent::Robots => ContentTypeVerdict::Wanted,
            None => ContentTypeVerdict::Sniff,
            Some(declared) if declared.is_generic(wanted) => ContentTypeVerdict::Sniff,
            Some(declared) if declared.is_wanted(wanted) => ContentTypeVerdict::Wanted,
            Some(_) => ContentTypeVerdict::Refused,
        }
    }

    /// Holds the first bytes of a body against its declared type, and gives the type that it has.
    ///
    /// # Errors
    /// The media type of a body that is not wanted.
    pub(crate) fn resolve(
        declared: Option<&Self>,
        head: &[u8],
        wanted: WantedContent,
    ) -> Result<Option<Self>, String> {
        let verdict = Self::verdict(declared, wanted);
        if head.is_empty() || wanted == WantedContent::Robots {
            return Ok(declared.cloned());
        }
        match (verdict, declared) {
            (ContentTypeVerdict::Refused, Some(declared)) => Err(declared.media_type.clone()),
            (ContentTypeVerdict::Wanted, _) if declared.is_some_and(Self::is_wide_encoding) => {
                Ok(declared.cloned())
            }
            (ContentTypeVerdict::Wanted, _) => match binary_type(head) {
                None => Ok(declared.cloned()),
                Some(seen) => Err(seen.to_owned()),
            },
            (ContentTypeVerdict::Sniff | ContentTypeVerdict::Refused, _) => {
                let seen = Self::sniffed(unknown_type(head), declared);
                if seen.is_wanted(wanted) { Ok(Some(seen)) } else { Err(seen.media_type) }
            }
        }
    }

    /// Whether it is what is asked for: see [`WantedContent`].
    pub(crate) fn is_wanted(&self, wanted: WantedContent) -> bool {
        let xml_or_text = match self.media_type.as_str() {
            "text/plain" | "text/xml" | "application/xml" => true,
            // application/xhtml+xml, feeds (RFC 6839, section 4); an image in XML is no page
            other => other.starts_with("application/") && other.ends_with("+xml"),
        };
        let is = |names: &[&str]| names.contains(&self.media_type.as_str());
        match wanted {
            WantedContent::Page => xml_or_text || is(&["text/html"]),
            WantedContent::Feed => {
                xml_or_text || is(&["text/html", "application/feed+json", "application/json"])
            }
            WantedContent::Sitemap => xml_or_text,
            WantedContent::Robots => true,
        }
    }

    /// Whether it says nothing, or what servers say of files whose names they do not know.
    fn is_generic(&self, wanted: WantedContent) -> bool {
        let generic = matches!(
            self.media_type.as_str(),
            "application/octet-stream"
                | "binary/octet-stream"
                | "application/unknown"
                | "unknown/unknown"
                | "*/*"
        );
        // A gzip file may hold anything; and frameworks label everything HTML unless configured otherwise.
        let of_sitemaps = matches!(
            self.media_type.as_str(),
            "application/gzip" | "application/x-gzip" | "text/html"
        );
        generic || !self.is_valid() || wanted == WantedContent::Sitemap && of_sitemaps
    }

    /// Whether the media type is two tokens with a slash between (RFC 9110, section 8.3.1).
    fn is_valid(&self) -> bool {
        let is_token = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
        };
        self.media_type
            .split_once('/')
            .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
    }

    /// Whether the charset is one whose text is full of bytes that are none of a text.
    fn is_wide_encoding(&self) -> bool {
        self.charset.as_ref().is_some_and(|charset| {
            ["utf-16", "utf-32", "ucs-2", "ucs-4"].iter().any(|name| {
                charset.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn headers_as_servers_write_them() {
        let parsed = |value| {
            let parsed = ContentType::parse(value);
            (
                parsed.media_type.clone(),
                parsed.charset.clone(),
                parsed.is_wanted(WantedContent::Page),
            )
        };
        let html = "text/html".to_owned();
        assert_eq!(parsed("text/html"), (html.clone(), None, true));
        assert_eq!(
            parsed("Text/HTML ; boundary=x; Charset = \"Windows-1252\""),
            (html.clone(), Some("Windows-1252".to_owned()), true)
        );
        assert_eq!(parsed("text/html; charset="), (html, None, true));
    }

    #[test]
    fn the_last_header_that_makes_sense_counts() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_TYPE, HeaderValue::from_static(value));
            }
            ContentType::from_headers(&headers).map(|found| (found.media_type, found.charset))
        };
        let some = |name: &str, charset: Option<&str>| {
            Some((name.to_owned(), charset.map(ToOwned::to_owned)))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["text/plain", "text/html"]), some("text/html", None));
        assert_eq!(of(&["text/html; charset=a", "text/html"]), some("text/html", Some("a")));
        assert_eq!(of(&["text/html", "*/*", "what?"]), some("text/html", None));
        assert_eq!(of(&["what?", "text/html"]), some("text/html", None));
    }

    #[test]
    fn what_is_read_for_what() {
        use ContentTypeVerdict::{Refused, Sniff, Wanted as Take};
        use WantedContent::{Feed, Page, Robots, Sitemap};
        // For a page, a feed, a sitemap, robots.txt.
        for (value, verdicts) in [
            ("text/html", [Take, Take, Sniff, Take]),
            ("application/xhtml+xml", [Take, Take, Take, Take]),
            ("text/plain", [Take, Take, Take, Take]),
            ("application/rss+xml", [Take, Take, Take, Take]),
            ("application/feed+json", [Refused, Take, Refused, Take]),
            ("application/json", [Refused, Take, Refused, Take]),
            ("application/gzip", [Refused, Refused, Sniff, Take]),
            ("image/svg+xml", [Refused, Refused, Refused, Take]),
            ("image/png", [Refused, Refused, Refused, Take]),
            ("Application/Octet-Stream", [Sniff, Sniff, Sniff, Take]),
            ("*/*", [Sniff, Sniff, Sniff, Take]),
            ("text/html, text/html", [Sniff, Sniff, Sniff, Take]),
            ("text/html charset=utf-8", [Sniff, Sniff, Sniff, Take]),
            ("", [Sniff, Sniff, Sniff, Take]),
        ] {
            let declared = ContentType::parse(value);
            let found = [Page, Feed, Sitemap, Robots]
                .map(|wanted| ContentType::verdict(Some(&declared), wanted));
            assert_eq!(found, verdicts, "{value}");
        }
    }

    /// A declared type, the first bytes, what is wanted, and the type found or refused.
    type Case<'a> =
        (&'a str, &'a [u8], WantedContent, Result<(&'a str, ContentTypeSource), &'a str>);

    #[test]
    fn the_first_bytes_have_the_last_word() {
        use ContentTypeSource::{Header, Sniff};
        use WantedContent::{Feed, Page, Robots, Sitemap};
        let utf16: Vec<u8> = "日本".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let cases: &[Case<'_>] = &[
            ("text/html", b"<p>Ferry", Page, Ok(("text/html", Header))),
            ("text/html", b"", Page, Ok(("text/html", Header))),
            ("text/html", b"%PDF-1.7", Page, Err("application/pdf")),
            ("text/plain", b"\x1f\x8b\x08\0\0", Robots, Ok(("text/plain", Header))),
            ("text/html; charset=UTF-16BE", &utf16, Page, Ok(("text/html", Header))),
            ("image/png", b"<p>Ferry", Page, Err("image/png")),
            ("application/octet-stream", b"<p>Ferry", Page, Ok(("text/html", Sniff))),
            (
                "application/octet-stream",
                b"MZ\x90\0",
                Page,
                Err("application/vnd.microsoft.portable-executable"),
            ),
            ("application/octet-stream", b"{\"a\":1}", Page, Err("application/json")),
            ("application/octet-stream", b"{\"a\":1}", Feed, Ok(("application/json", Sniff))),
            ("text/html", b"<?xml version='1.0'?>", Sitemap, Ok(("text/xml", Sniff))),
            ("text/html", b"<!doctype html>", Sitemap, Err("text/html")),
        ];
        for (value, head, wanted, expected) in cases {
            let declared = ContentType::parse(value);
            let found = ContentType::resolve(Some(&declared), head, *wanted)
                .map(|found| found.map(|found| (found.media_type, found.decided_by)));
            let expected =
                expected.map(|(name, by)| Some((name.to_owned(), by))).map_err(ToOwned::to_owned);
            assert_eq!(found, expected, "{value} {}", head.escape_ascii());
        }
    }
}
