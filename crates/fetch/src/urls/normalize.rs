//! One spelling for each page.

use std::fmt::Write as _;

use url::Url;

use super::sessions::SessionList;
use super::strip_credentials;
use super::tracking::{TrackingList, TrackingListError};

/// Gives each page one spelling of its URL, so that a frontier asks for it once.
///
/// What is done, to `http` and `https` URLs alone:
///
/// - scheme and host in lower case, the host in Punycode and without the dot of the root zone, no
///   default port, no dot segments, `/` for an empty path (RFC 3986, sections 6.2.2.1, 6.2.2.3 and
///   6.2.3; UTS #46);
/// - in path and query: hexadecimal digits of percent-encoding in upper case, unreserved characters
///   decoded (section 6.2.2.2), what a URL must not hold as it is (section 3.3 and 3.4) encoded. A
///   reserved character stays as it was written: `%2F` is no `/`;
/// - no credentials, which name who asks;
/// - no fragment. It is never sent, so it cannot make another page; that goes for `#!` too, whose
///   scheme of crawling has been given up, and for `#:~:text=`;
/// - no tracking parameters, and no `?` without a query.
///
/// What is not done, since each can name another page: parameters are not sorted (of two with the
/// same name the first or the last may win), empty path segments, a final slash, `index.html` and
/// `www.` stay, `+` and `%20` differ, and `http` does not become `https`. Which of these are the
/// same page, a redirect or the page's canonical link says.
///
/// Normalizing twice is the same as once, and parsing what was printed gives the same URL. Time is
/// linear in the URL's length, for each prefix and site of the list.
///
/// ```
/// use copydesk_fetch::urls::UrlNormalizer;
///
/// let url = "HTTP://WWW.Example.com:80/a/../%7euser/?utm_source=feed&b=2&a=1#top".parse()?;
/// let normal = UrlNormalizer::new().normalize(&url);
/// assert_eq!(normal.as_str(), "http://www.example.com/~user/?b=2&a=1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct UrlNormalizer {
    tracking: TrackingList,
    sessions: Option<SessionList>,
}

impl Default for UrlNormalizer {
    fn default() -> Self {
        Self::new()
    }
}

impl UrlNormalizer {
    /// With the tracking parameters that come with the crate, `config/tracking_parameters.txt`.
    pub fn new() -> Self {
        Self { tracking: TrackingList::embedded(), sessions: None }
    }

    /// With a list of tracking parameters in place of the one that comes with the crate: a name or
    /// `prefix*` a line, or `host/name` for what is tracking on a host and the names below it.
    /// Case does not matter. `#` begins a comment. An empty list leaves every parameter.
    ///
    /// # Errors
    /// For the first line that is none of these.
    pub fn with_list(list: &str) -> Result<Self, TrackingListError> {
        Ok(Self { tracking: TrackingList::parse(list)?, sessions: None })
    }

    /// Takes parameters out, too, that carry a session: those of `config/session_parameters.txt`, in
    /// the query and in the path (`;jsessionid=...`, ASP.NET's `/(S(...))/`). For URLs that were found
    /// on pages; of one that a person gives, nobody knows that it is not the session that is meant.
    ///
    /// ```
    /// use copydesk_fetch::urls::UrlNormalizer;
    ///
    /// let url = "http://a.example/shop;jsessionid=1A2B?id=7&PHPSESSID=3c4d".parse()?;
    /// let normal = UrlNormalizer::new().without_sessions().normalize(&url);
    /// assert_eq!(normal.as_str(), "http://a.example/shop?id=7");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn without_sessions(self) -> Self {
        Self { sessions: Some(SessionList::embedded()), ..self }
    }

    /// The URL's normal form. One of another scheme stays as it is.
    pub fn normalize(&self, url: &Url) -> Url {
        let mut normal = url.clone();
        if !matches!(url.scheme(), "http" | "https") {
            return normal;
        }
        normal.set_fragment(None);
        strip_credentials(&mut normal);
        // With more dots it is not a name; the resolver reports that.
        let bare = url.host_str().and_then(|host| host.strip_suffix('.'));
        if let Some(bare) = bare.filter(|bare| !bare.is_empty() && !bare.ends_with('.')) {
            let _ = normal.set_host(Some(bare));
        }
        let path = encoded(url.path(), UrlPart::Path);
        let path = match &self.sessions {
            Some(list) => list.without_sessions(normal.host_str().unwrap_or_default(), &path),
            None => path,
        };
        normal.set_path(&path);
        let query = url.query().map(|query| self.clean_query(&normal, query));
        normal.set_query(query.as_deref().filter(|query| !query.is_empty()));
        normal
    }

    fn clean_query(&self, url: &Url, query: &str) -> String {
        let host = url.host_str().unwrap_or_default();
        let query = encoded(query, UrlPart::Query);
        let own = query.split('&').filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !self.tracking.contains(host, name)
                && self.sessions.as_ref().is_none_or(|list| !list.contains(host, pair))
        });
        own.collect::<Vec<&str>>().join("&")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum UrlPart {
    Path,
    Query,
}

/// Normalizes the percent-encoding of a path or query.
fn encoded(text: &str, part: UrlPart) -> String {
    let mut out = String::with_capacity(text.len());
    // Behind a `%` that begins no escape; a digit decoded there would make it one.
    let mut stray_end = None;
    let mut bytes = text.as_bytes().iter();
    while let Some(&byte) = bytes.next() {
        let rest = bytes.as_slice();
        if byte == b'%' {
            let Some(escaped) = hex_pair(rest) else {
                out.push('%');
                stray_end = Some(out.len());
                continue;
            };
            bytes = rest.get(2..).unwrap_or_default().iter();
            let completes =
                escaped.is_ascii_hexdigit() && stray_end.is_some_and(|end| out.len() <= end + 1);
            if is_unreserved(escaped) && !completes {
                out.push(char::from(escaped));
            } else {
                push_escape(&mut out, escaped);
            }
        } else if is_allowed(byte, part) {
            out.push(char::from(byte));
        } else {
            push_escape(&mut out, byte);
        }
    }
    out
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match bytes {
        [high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

fn push_escape(out: &mut String, byte: u8) {
    // Writing to a string never fails.
    let _ = write!(out, "%{byte:02X}");
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// RFC 3986, sections 3.3 and 3.4.
fn is_allowed(byte: u8, part: UrlPart) -> bool {
    is_unreserved(byte)
        || b"!$&'()*+,;=:@/".contains(&byte)
        || (part == UrlPart::Query && byte == b'?')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normal(url: &str) -> String {
        UrlNormalizer::new().normalize(&Url::parse(url).unwrap()).to_string()
    }

    #[test]
    fn the_same_page_has_one_spelling() {
        for (url, expected) in [
            ("HTTP://Example.COM", "http://example.com/"),
            ("http://example.com:80/", "http://example.com/"),
            ("https://example.com:443/", "https://example.com/"),
            ("https://example.com:80/", "https://example.com:80/"),
            ("http://example.com./a", "http://example.com/a"),
            ("http://b\u{fc}cher.example/", "http://xn--bcher-kva.example/"),
            ("http://[2001:DB8:0::1]/", "http://[2001:db8::1]/"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("http://a.example/b/./c/../d", "http://a.example/b/d"),
            ("http://a.example/b/%2e%2E/d", "http://a.example/d"),
            ("http://a.example/../../d", "http://a.example/d"),
            ("http://a.example/%7euser/%41%5f", "http://a.example/~user/A_"),
            ("http://a.example/%c3%a9", "http://a.example/%C3%A9"),
            ("http://a.example/\u{e9}?\u{e9}", "http://a.example/%C3%A9?%C3%A9"),
            ("http://a.example/a|b[c]?d[]=1|2", "http://a.example/a%7Cb%5Bc%5D?d%5B%5D=1%7C2"),
            ("http://a.example/b?", "http://a.example/b"),
            ("http://a.example/b#c", "http://a.example/b"),
            ("http://a.example/#!/b", "http://a.example/"),
            ("http://user:secret@a.example/", "http://a.example/"),
            ("http://a.example\\b\\c", "http://a.example/b/c"),
        ] {
            assert_eq!(normal(url), expected, "{url}");
        }
    }

    #[test]
    fn what_can_name_another_page_stays() {
        for url in [
            "http://a.example/b%2Fc",
            "http://a.example/b%3Fc%23d",
            "http://a.example/b//c/",
            "http://a.example/?b=2&a=1&b=1",
            "http://a.example/?b=1+2%202%2B3",
            "http://a.example/?b=1%262&c==&&d",
            "http://a.example/?a/b?c",
            "http://www.a.example/index.html",
            "http://a.example/100%",
            "http://a.example/%zz%4",
            "http://a..example../",
            "http://a.example/;id=1?id=1&ref=2&source=3&p=4",
            "mailto:a@a.example?utm_source=b#c",
        ] {
            assert_eq!(normal(url), url);
        }
        // `%4` and an `1` are not `%41`
        assert_eq!(normal("http://a.example/%4%31%%34%31"), "http://a.example/%4%31%%341");
    }

    #[test]
    fn tracking_parameters_are_left_out() {
        for (query, expected) in [
            ("?utm_source=a&utm_medium=b", ""),
            ("?id=1&utm_source=a&q=2", "?id=1&q=2"),
            ("?UTM_SOURCE=a&fbclid=b&id=1", "?id=1"),
            ("?utm%5Fsource=a&id=1", "?id=1"),
            ("?gclid", ""),
            ("?id=utm_source", "?id=utm_source"),
            ("?myutm_source=1", "?myutm_source=1"),
        ] {
            let url = format!("http://a.example/b{query}");
            assert_eq!(normal(&url), format!("http://a.example/b{expected}"), "{query}");
        }
        assert_eq!(normal("https://youtu.be/abc?si=x&t=3"), "https://youtu.be/abc?t=3");
        assert_eq!(normal("https://a.example/abc?si=x&t=3"), "https://a.example/abc?si=x&t=3");
        let own = UrlNormalizer::with_list("from").unwrap();
        let url = Url::parse("http://a.example/?from=b&utm_source=c").unwrap();
        assert_eq!(own.normalize(&url).as_str(), "http://a.example/?utm_source=c");
    }

    #[test]
    fn sessions_are_left_out_where_that_is_asked_for() {
        let normalizer = UrlNormalizer::new().without_sessions();
        for (rest, expected) in [
            ("b?PHPSESSID=1&id=2", "b?id=2"),
            ("b;jsessionid=1A2B?utm_source=c", "b"),
            ("b;jsessionid%3D1A2B", "b;jsessionid%3D1A2B"),
            ("b/..;jsessionid=1/c", "c"),
            ("(S(lit3py55t21z5v55vlm25s55))/b", "b"),
            ("(S(lit3py55t21z5v55vlm25s55))", ""),
            ("b?sid=42", "b?sid=42"),
            ("b?sid=d41d8cd98f00b204e9800998ecf8427e", "b"),
        ] {
            let url = Url::parse(&format!("http://a.example/{rest}")).unwrap();
            let normal = normalizer.normalize(&url);
            assert_eq!(normal.as_str(), format!("http://a.example/{expected}"), "{rest}");
            assert_eq!(UrlNormalizer::new().normalize(&url).path(), url.path(), "{rest}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once_without_sessions(
            rest in r"([a-z0-9./?&=%;-]|%[0-9a-fA-F]{2}|[.]{2}/|;jsessionid=|&PHPSESSID=|&sid=abcdef0123456789|\(S\(a1\)\)|/){0,30}",
        ) {
            if let Ok(url) = Url::parse(&format!("http://a.example/{rest}")) {
                let normalizer = UrlNormalizer::new().without_sessions();
                let once = normalizer.normalize(&url);
                prop_assert_eq!(&normalizer.normalize(&once), &once);
                prop_assert_eq!(&Url::parse(once.as_str()).unwrap(), &once);
            }
        }

        #[test]
        fn twice_is_once(
            rest in r"([a-zA-Z0-9./?&=%;:@#!\[\]|+\\ ~é_-]|%[0-9a-fA-F]{2}|utm_x|[.]{2}/|&fbclid=){0,40}",
            host in r"[a-z0-9.%é-]{1,12}|\[::1\]|127\.1",
        ) {
            if let Ok(url) = Url::parse(&format!("http://{host}/{rest}")) {
                let normalizer = UrlNormalizer::new();
                let once = normalizer.normalize(&url);
                prop_assert_eq!(&normalizer.normalize(&once), &once);
                prop_assert_eq!(&Url::parse(once.as_str()).unwrap(), &once);
            }
        }

        #[test]
        fn any_url_has_a_normal_form(text in any::<String>()) {
            if let Ok(url) = Url::parse(&text) {
                let once = UrlNormalizer::new().normalize(&url);
                prop_assert_eq!(&UrlNormalizer::new().normalize(&once), &once);
            }
        }
    }
}
