//! What a server says a body is.

/// A `Content-Type` header, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// The media type in lower case, such as `text/html`.
    pub media_type: String,
    /// The `charset` parameter as sent, without quotes.
    pub charset: Option<String>,
}

impl ContentType {
    /// Reads a header value. Nothing is refused: a value that makes no sense has a media type that
    /// is not wanted.
    pub(crate) fn parse(value: &str) -> Self {
        let mut parts = value.split(';');
        let media_type = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
            .filter(|charset| !charset.is_empty());
        Self { media_type, charset }
    }

    /// Whether it can be a page or text: HTML, XHTML, plain text, or XML that is no image.
    pub(crate) fn is_wanted(&self) -> bool {
        match self.media_type.as_str() {
            "text/html" | "text/plain" | "text/xml" | "application/xml" => true,
            // application/xhtml+xml, feeds (RFC 6839, section 4)
            other => other.starts_with("application/") && other.ends_with("+xml"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_servers_write_them() {
        let parsed = |value| {
            let parsed = ContentType::parse(value);
            (parsed.media_type.clone(), parsed.charset.clone(), parsed.is_wanted())
        };
        let html = "text/html".to_owned();
        assert_eq!(parsed("text/html"), (html.clone(), None, true));
        assert_eq!(
            parsed("Text/HTML ; boundary=x; Charset = \"Windows-1252\""),
            (html.clone(), Some("Windows-1252".to_owned()), true)
        );
        assert_eq!(parsed("text/html; charset="), (html, None, true));
        assert!(ContentType::parse("application/xhtml+xml").is_wanted());
        assert!(ContentType::parse("application/rss+xml").is_wanted());
        assert!(!ContentType::parse("image/svg+xml").is_wanted());
        assert!(!ContentType::parse("application/json").is_wanted());
        assert!(!ContentType::parse("text/html, text/html").is_wanted());
        assert!(!ContentType::parse("").is_wanted());
    }
}
