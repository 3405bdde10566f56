//! Patterns of URLs.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder, escape};
use url::Url;

/// The most bytes of a pattern. Longer than any URL that matters, and short enough to compile quickly.
const MAX_PATTERN_BYTES: usize = 4 << 10;

/// Patterns of URLs. Each one is
///
/// - a host, such as `news.example`: matches the host and its subdomains, at any port unless it names one;
/// - a prefix, such as `https://news.example/live/`: matches URLs of the host whose path begins with these
///   segments, over HTTP and HTTPS;
/// - a glob, such as `news.example/*/print`: matches the URL without its scheme. `*` is any sequence of
///   characters, including slashes, and `?` any single one. Without a `*` it matches one URL.
///
/// Case is ignored. Without patterns, nothing matches.
#[derive(Clone, Debug, Default)]
pub struct UrlPatterns {
    /// The patterns as written.
    pub written: Vec<String>,
    /// The compiled patterns.
    set: GlobSet,
}

impl UrlPatterns {
    /// Compiles patterns.
    ///
    /// # Errors
    /// A message about the first invalid pattern.
    pub fn new<P: AsRef<str>>(written: &[P]) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        for pattern in written {
            for glob in globs(pattern.as_ref())? {
                set.add(glob);
            }
        }
        let set = set.build().map_err(|error| error.to_string())?;
        Ok(Self { written: written.iter().map(|pattern| pattern.as_ref().into()).collect(), set })
    }

    /// Whether there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// Whether one of them matches a normalized URL.
    pub fn matches(&self, url: &Url) -> bool {
        self.set.is_match(schemeless(url.as_str()))
    }

    /// Whether one of them matches a normalized URL; false for text that is not a URL.
    pub fn matches_text(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| self.matches(&url))
    }
}

/// The normalized form of a host that is written without anything else.
pub(super) fn host(written: &str) -> Result<String, String> {
    let wrong = |why: &str| Err(format!("`{written}` is not a host{why}"));
    if written.contains('*') {
        return wrong(": leave out `*.`, since subdomains are included");
    }
    if written.contains(['/', '?', '#', '@']) {
        return wrong(": write it without scheme and path");
    }
    let Ok(url) = Url::parse(&format!("https://{written}/")) else { return wrong("") };
    match url.host_str() {
        // The parser drops port 443, because it is the default of https.
        Some(host) if url.port().is_none() && !written.ends_with(":443") => Ok(host.to_owned()),
        Some(_) => wrong(": leave out the port"),
        None => wrong(""),
    }
}

/// The globs that make up a pattern.
fn globs(pattern: &str) -> Result<Vec<Glob>, String> {
    if pattern.is_empty() || pattern.len() > MAX_PATTERN_BYTES {
        return Err(format!("a pattern must have from 1 to {MAX_PATTERN_BYTES} bytes"));
    }
    if pattern.starts_with('/') {
        return Err(format!(
            "`{pattern}` has no host: put one before the path, or write `*{pattern}` for any host"
        ));
    }
    if pattern.contains('*') {
        return Ok(vec![glob(&ascii(schemeless(pattern)), false)?]);
    }
    let wrong = |error| format!("`{pattern}` is neither a host nor a URL: {error}");
    if pattern.contains("://") {
        let url = Url::parse(pattern).map_err(wrong)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("`{pattern}` is not an http or https URL"));
        }
        let beginning = escape(&format!("{}{}", authority(&url), url.path()));
        let below = if url.path().ends_with('/') {
            vec![format!("{beginning}*")]
        } else {
            vec![beginning.clone(), format!("{beginning}/*"), format!("{beginning}[?]*")]
        };
        return below.iter().map(|below| glob(below, false)).collect();
    }
    let url = Url::parse(&format!("https://{pattern}")).map_err(wrong)?;
    if pattern.contains(['/', '?']) {
        return Ok(vec![glob(&escape(schemeless(url.as_str())), false)?]);
    }
    // Here `*` must not match a slash. Otherwise `*.news.example/` would match a query that contains it.
    let host = escape(&authority(&url));
    let mut hosts = vec![format!("{host}/**"), format!("*.{host}/**")];
    if url.port().is_none() {
        hosts.extend([format!("{host}:*/**"), format!("*.{host}:*/**")]);
    }
    hosts.iter().map(|host| glob(host, true)).collect()
}

fn glob(pattern: &str, literal_separator: bool) -> Result<Glob, String> {
    GlobBuilder::new(pattern)
        .case_insensitive(true)
        .literal_separator(literal_separator)
        .backslash_escape(true)
        .build()
        .map_err(|error| error.to_string())
}

/// The host, with the port if it is not the default.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A pattern in the spelling of normalized URLs: the host in Punycode, the rest percent-encoded.
fn ascii(pattern: &str) -> String {
    if pattern.is_ascii() {
        return pattern.to_owned();
    }
    let (host, rest) = match pattern.find('/') {
        Some(at) => pattern.split_at(at),
        None => (pattern, ""),
    };
    let named = Url::parse(&format!("https://{host}/")).ok().filter(|_| !host.contains('*'));
    let mut spelled = named.as_ref().map_or_else(|| host.to_owned(), authority);
    for letter in rest.chars() {
        if letter.is_ascii() {
            spelled.push(letter);
        } else {
            let mut bytes = [0; 4];
            let bytes = letter.encode_utf8(&mut bytes).bytes();
            spelled.extend(bytes.map(|byte| format!("%{byte:02X}")));
        }
    }
    spelled
}

fn schemeless(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_host_a_prefix_or_a_glob() {
        for (pattern, matching, others) in [
            (
                "News.Example",
                &["https://news.example/a", "http://www.news.example/", "http://news.example:81/b"]
                    [..],
                &["https://fakenews.example/", "https://o.example/?u=a.news.example/b"][..],
            ),
            (
                "news.example:8080",
                &["http://news.example:8080/a", "http://m.news.example:8080/"],
                &["http://news.example/a", "http://news.example:80/8080/"],
            ),
            (
                "http://blog.example/2024/",
                &["https://blog.example/2024/06/a", "http://blog.example/2024/?p=1"],
                &["https://blog.example/2025/", "https://www.blog.example/2024/"],
            ),
            (
                "https://news.example/live",
                &[
                    "https://news.example/live",
                    "http://news.example/LIVE/a",
                    "https://news.example/live?a=1",
                ],
                &["https://news.example/lively", "https://news.example/a/live"],
            ),
            (
                "*.shop.example/*/print",
                &["https://www.shop.example/Item/print", "https://a.shop.example/b/c/print"],
                &["https://shop.example/item/print", "https://www.shop.example/print/x"],
            ),
            (
                "forum.example/t?id=7",
                &["https://forum.example/t?id=7"],
                &["https://forum.example/t?id=70", "https://forum.example/txid=7"],
            ),
            ("*?print=*", &["https://a.example/b?print=1"], &["https://a.example/b"]),
            (
                "bücher.example/müll/*",
                &["https://xn--bcher-kva.example/m%C3%BCll/a"],
                &["https://bcher.example/m%C3%BCll/a"],
            ),
            ("[::1]", &["http://[::1]:8080/a"], &["http://[::2]/a"]),
        ] {
            let patterns = UrlPatterns::new(&[pattern]).unwrap();
            assert_eq!(patterns.written, [pattern]);
            let is_in = |url: &&str| patterns.matches(&Url::parse(url).unwrap());
            assert_eq!(matching.iter().find(|url| !is_in(url)), None, "{pattern}");
            assert_eq!(others.iter().find(|url| is_in(url)), None, "{pattern}");
        }
        assert!(UrlPatterns::default().is_empty());
        assert!(!UrlPatterns::default().matches(&Url::parse("https://a.example/").unwrap()));
    }

    #[test]
    fn invalid_patterns_are_refused() {
        for (pattern, message) in [
            ("", "a pattern must have from 1 to 4096 bytes"),
            (
                "/live/*",
                "`/live/*` has no host: put one before the path, or write `*/live/*` for any host",
            ),
            ("a b", "`a b` is neither a host nor a URL"),
            ("ftp://news.example/", "is not an http or https URL"),
            ("*.[example", "error parsing glob"),
        ] {
            let error = UrlPatterns::new(&[pattern]).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn a_host_has_no_scheme_port_or_path() {
        for (written, expected) in [
            ("News.example", Ok("news.example")),
            ("bücher.example", Ok("xn--bcher-kva.example")),
            ("127.0.0.1", Ok("127.0.0.1")),
            ("[::1]", Ok("[::1]")),
            ("*.news.example", Err("leave out `*.`")),
            ("https://news.example/", Err("without scheme and path")),
            ("news.example:443", Err("leave out the port")),
            ("news.example:8080", Err("leave out the port")),
            ("a b", Err("`a b` is not a host")),
        ] {
            match (host(written), expected) {
                (Ok(host), Ok(expected)) => assert_eq!(host, expected, "{written}"),
                (Err(error), Err(expected)) => assert!(error.contains(expected), "{error}"),
                (got, _) => panic!("{written}: {got:?}"),
            }
        }
    }
}
