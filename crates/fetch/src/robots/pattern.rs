//! Paths and the patterns of rules, brought to one spelling and compared.

use std::fmt::Write as _;

use memchr::memmem;

/// The path of a rule: `*` stands for any octets, `$` at the end for the end (RFC 9309, section
/// 2.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RobotsPattern {
    /// Normalised, so ASCII; a `$` that is not at the end is `%24`.
    text: Box<str>,
    /// The octets that decide which rule is the most specific.
    octets: usize,
}

impl RobotsPattern {
    pub(super) fn new(value: &[u8]) -> Self {
        Self::from_normalized(&normalize(value))
    }

    /// The pattern for a directory alone if this value is for its `index.htm` or `index.html`, which
    /// Google takes for the same page.
    pub(super) fn for_directory(value: &[u8]) -> Option<Self> {
        let text = normalize(value);
        let (directory, file) = text.rsplit_once('/')?;
        file.starts_with("index.htm").then(|| Self::from_normalized(&format!("{directory}/$")))
    }

    fn from_normalized(text: &str) -> Self {
        let octets = text.len();
        let text = match text.strip_suffix('$') {
            Some(start) => format!("{}$", start.replace('$', "%24")),
            None => text.replace('$', "%24"),
        };
        Self { text: text.into(), octets }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// How specific it is: its length in octets once normalised, `*` and `$` counted.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// Whether a path that [`normalize_path`] made matches.
    ///
    /// Each part between two `*` is looked for once, from where the one before it was found first:
    /// a later place could only leave less for the rest. So the time is linear in the path and the
    /// pattern, however many `*` there are.
    pub(super) fn matches(&self, path: &str) -> bool {
        let (text, anchored) = match self.text.strip_suffix('$') {
            Some(start) => (start, true),
            None => (&*self.text, false),
        };
        let Some((start, rest)) = text.split_once('*') else {
            return if anchored { path == text } else { path.starts_with(text) };
        };
        let Some(path) = path.strip_prefix(start) else { return false };
        let (middle, end) = match rest.rsplit_once('*') {
            Some((middle, end)) => (Some(middle), end),
            None => (None, rest),
        };
        let mut left = path.as_bytes();
        for part in middle.into_iter().flat_map(|middle| middle.split('*')) {
            match after(left, part) {
                Some(remaining) => left = remaining,
                None => return false,
            }
        }
        if anchored { left.ends_with(end.as_bytes()) } else { after(left, end).is_some() }
    }
}

/// What follows the first occurrence of a part.
fn after<'a>(text: &'a [u8], part: &str) -> Option<&'a [u8]> {
    text.get(memmem::find(text, part.as_bytes())? + part.len()..)
}

/// The path and query of a URL as patterns are compared with it. In a URL `*` and `$` are mere
/// characters, which a rule writes as `%2A` and `%24`.
pub(super) fn normalize_path(path_and_query: &str) -> String {
    let path = path_and_query.split('#').next().unwrap_or_default();
    let path = normalize(path.as_bytes());
    let path = if path.starts_with('/') { path } else { format!("/{path}") };
    if path.contains(['*', '$']) { path.replace('*', "%2A").replace('$', "%24") } else { path }
}

/// Brings the spellings of one path together (RFC 9309, section 2.2.2): encoded octets that need no
/// encoding are decoded, octets that do are encoded, hexadecimal digits are upper case. Reserved
/// characters are left as they are, so that `%2F` is not `/`.
///
/// The RFC's wording would encode reserved characters as well, which would make `%2F` the same as
/// `/`; no crawler is known to.
fn normalize(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut rest = octets;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        let encoded = if octet == b'%' { hex_octet(after) } else { None };
        if let Some(encoded) = encoded {
            rest = after.get(2..).unwrap_or_default();
            if is_unreserved(encoded) {
                text.push(char::from(encoded));
            } else {
                push_encoded(&mut text, encoded);
            }
        } else if is_unreserved(octet) || b"%:/?#[]@!$&()*+,;=".contains(&octet) {
            text.push(char::from(octet));
        } else {
            // Of the reserved only `'`: URLs carry it encoded in the query (WHATWG URL, section
            // 1.3), whatever the page had written.
            push_encoded(&mut text, octet);
        }
    }
    text
}

/// RFC 3986, section 2.3.
fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~')
}

fn push_encoded(text: &mut String, octet: u8) {
    // Writing to a String does not fail.
    let _ = write!(text, "%{octet:02X}");
}

/// The octet that two hexadecimal digits at the start stand for.
fn hex_octet(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        for (written, expected) in [
            ("/a-b._~Z9", "/a-b._~Z9"),
            ("/%61%2D%7E", "/a-~"),
            ("/%c3%a9", "/%C3%A9"),
            ("/é", "/%C3%A9"),
            ("/%2f%2F/", "/%2F%2F/"),
            ("/%2a%24%23", "/%2A%24%23"),
            ("/a b\"<>{}|\\^`'", "/a%20b%22%3C%3E%7B%7D%7C%5C%5E%60%27"),
            ("/?a=b&c=:/?#[]@!&()+,;", "/?a=b&c=:/?#[]@!&()+,;"),
            ("/%", "/%"),
            ("/%4", "/%4"),
            ("/%zz%4", "/%zz%4"),
            ("/%%41", "/%A"),
            ("/\u{1}\u{7f}", "/%01%7F"),
        ] {
            assert_eq!(normalize(written.as_bytes()), expected);
        }
        assert_eq!(normalize(b"/\xE9\xFF"), "/%E9%FF");
    }

    #[test]
    fn paths_start_with_a_slash_and_have_no_fragment() {
        assert_eq!(normalize_path(""), "/");
        assert_eq!(normalize_path("?a"), "/?a");
        assert_eq!(normalize_path("a/b"), "/a/b");
        assert_eq!(normalize_path("/a#b"), "/a");
        assert_eq!(normalize_path("/a*$"), "/a%2A%24");
    }

    #[test]
    fn specificity_counts_octets() {
        for (pattern, octets) in
            [("/", 1), ("/*", 2), ("/a$", 3), ("/a$b", 4), ("/é", 7), ("/%61", 2), ("/%2f", 4)]
        {
            assert_eq!(RobotsPattern::new(pattern.as_bytes()).octets(), octets, "{pattern}");
        }
    }

    #[test]
    fn many_wildcards_do_not_take_long() {
        // Backtracking would need more steps than there are atoms.
        let pattern = RobotsPattern::new(format!("/{}b", "*a".repeat(8_000)).as_bytes());
        assert!(!pattern.matches(&format!("/{}", "a".repeat(100_000))));
        assert!(pattern.matches(&format!("/{}b", "a".repeat(100_000))));
        let anchored = RobotsPattern::new(format!("/{}$", "*a*".repeat(5_000)).as_bytes());
        assert!(anchored.matches(&format!("/{}", "ab".repeat(50_000))));
        assert!(!anchored.matches(&format!("/{}", "ab".repeat(4_999))));
    }
}
