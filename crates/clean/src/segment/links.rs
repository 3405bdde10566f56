//! Resolves link targets, and decides which of them become links at all.

use url::{ParseError, Url};

/// Schemes that may be linked to. Everything else stays plain text: `javascript:` and `vbscript:`
/// run code and `data:` can hold a page of its own, so a reader of the output must not be able to
/// click them.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Bytes of URLs that may be copied while the relative links of one page are resolved, 64 MiB. Each
/// link copies up to the whole base, and `<base href>` can be as long as the page: without a cap the
/// work would grow by the product of both.
const MAX_RESOLVED_BYTES: usize = 64 << 20;

/// Makes the link targets of one page absolute.
pub(super) struct LinkResolver<'a> {
    base: Option<&'a Url>,
    /// What is left of [`MAX_RESOLVED_BYTES`].
    remaining: usize,
}

impl<'a> LinkResolver<'a> {
    /// A resolver for the links of a page with this base URL.
    pub(super) fn new(base: Option<&'a Url>) -> Self {
        // A base such as `about:blank` cannot be the base of a link.
        let base = base.filter(|base| SCHEMES.contains(&base.scheme()) && !base.cannot_be_a_base());
        Self { base, remaining: MAX_RESOLVED_BYTES }
    }

    /// The target that a link with this `href` gets: absolute if the page has a base URL, else as
    /// written. `None` if it must not become a link.
    pub(super) fn resolve(&mut self, href: &str) -> Option<String> {
        // Browsers drop tabs and line breaks wherever they are, so `java\nscript:` is a scheme to
        // them. All controls go before the scheme is checked, so that none can hide one.
        let href: String = href.chars().filter(|character| !character.is_control()).collect();
        let href = href.trim();
        if href.is_empty() {
            return None;
        }
        match (Url::parse(href), self.base) {
            (Ok(url), _) => SCHEMES.contains(&url.scheme()).then(|| href.to_owned()),
            (Err(ParseError::RelativeUrlWithoutBase), None) => Some(href.to_owned()),
            (Err(ParseError::RelativeUrlWithoutBase), Some(base)) => {
                self.remaining = self.remaining.checked_sub(base.as_str().len() + href.len())?;
                base.join(href).ok().map(String::from)
            }
            (Err(_), _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(base: Option<&str>, href: &str) -> Option<String> {
        let base = base.map(|base| Url::parse(base).unwrap());
        LinkResolver::new(base.as_ref()).resolve(href)
    }

    #[test]
    fn relative_links_are_resolved_against_the_base() {
        let base = Some("https://news.example/a/b?c=d#e");
        for (href, expected) in [
            ("x", "https://news.example/a/x"),
            (" ../x?y ", "https://news.example/x?y"),
            ("/x", "https://news.example/x"),
            ("//other.example/x", "https://other.example/x"),
            ("?y", "https://news.example/a/b?y"),
            ("#note", "https://news.example/a/b?c=d#note"),
            ("https://other.example", "https://other.example"),
            ("mailto:desk@news.example", "mailto:desk@news.example"),
        ] {
            assert_eq!(resolved(base, href).as_deref(), Some(expected), "{href}");
        }
    }

    #[test]
    fn without_a_base_relative_links_stay_as_written() {
        for href in ["x", "../x?y", "/x", "//other.example/x", "#note"] {
            assert_eq!(resolved(None, href).as_deref(), Some(href));
        }
        assert_eq!(resolved(Some("about:blank"), "/x").as_deref(), Some("/x"));
    }

    #[test]
    fn only_schemes_without_risk_become_links() {
        for base in [None, Some("https://news.example/")] {
            for href in [
                "javascript:alert(1)",
                " JavaScript:alert(1)",
                "java\nscript:alert(1)",
                "java\u{1}script:alert(1)",
                "\u{1}javascript:alert(1)",
                "vbscript:msgbox(1)",
                "data:text/html,<script>alert(1)</script>",
                "file:///etc/passwd",
                "tel:+123",
                "https://[broken",
                "",
                "  ",
            ] {
                assert_eq!(resolved(base, href), None, "{href:?}");
            }
        }
    }

    #[test]
    fn resolving_stops_at_a_cap() {
        let base = format!("https://news.example/{}/", "a".repeat(1 << 20));
        let base = Url::parse(&base).unwrap();
        let mut links = LinkResolver::new(Some(&base));
        let resolved = (0..100).filter(|_| links.resolve("../x").is_some()).count();
        assert_eq!(resolved, 63);
        assert!(links.resolve("https://other.example/x").is_some());
    }
}
