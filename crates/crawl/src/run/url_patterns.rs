//! Recognizes sites that make URLs without end: calendars, sorted lists, links that grow.
//!
//! Two measures work together. Of URLs that differ only in numbers, a limited number is visited
//! ([`pattern_key`]). And some URLs are recognized as a trap by their form alone ([`is_trap`]).

use std::collections::BTreeSet;

use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

/// Maximum length of a URL in bytes: the limit of the sitemap protocol.
const MAX_URL_BYTES: usize = 2_048;
/// Maximum number of segments in a path.
const MAX_DEPTH: usize = 32;
/// Maximum number of parameters in a query.
const MAX_PARAMETERS: usize = 12;
/// Repetitions in a row from which segments count as endless.
const MAX_REPEATS: usize = 3;
/// The same for a segment with a different number each time. One more, since `/level1/level2/level3` may be
/// all there is.
const MAX_NUMBERED_REPEATS: usize = 4;

/// A path with at least this many segments, half of which repeat earlier ones, goes round in circles.
const MIN_CIRCULAR_SEGMENTS: usize = 6;

/// Shortest segment that can be an id by its characters. Shorter ones are often words with numbers.
const MIN_ID_CHARS: usize = 16;

/// What URLs that differ only in numbers have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct UrlPatternKey {
    /// A hash of host, path and parameter names.
    pub(super) hash: u64,
    /// Whether it has a query.
    pub(super) has_query: bool,
}

/// The pattern of a URL. URLs share it if they differ only in runs of digits and ids in their paths, and in
/// the values, order and number of their parameters.
///
/// Ids are segments that are not words: UUIDs, long hexadecimal numbers, letters in both cases mixed with
/// digits. The frontier stores patterns, so the hash must stay the same on every machine and in every
/// version, unless the change log says otherwise.
pub(super) fn pattern_key(url: &Url) -> UrlPatternKey {
    let mut hasher = Xxh3Default::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes());
        // A separator that cannot occur in a URL, so that `a/bc` and `ab/c` differ.
        hasher.update(b"\n");
    };
    add(url.host_str().unwrap_or_default());
    for segment in url.path().split('/') {
        add(&mask_segment(segment));
    }
    if let Some(query) = url.query() {
        let names: BTreeSet<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| without_digits(pair.split('=').next().unwrap_or_default()))
            .collect();
        add("?");
        for name in &names {
            add(name);
        }
    }
    UrlPatternKey { hash: hasher.digest(), has_query: url.query().is_some() }
}

/// Whether a URL looks like one of an endless series: segments of the path that repeat three times in a row,
/// alone or several together (four times, if it is one segment with another number each time); a path of six
/// or more segments of which half repeat earlier ones; more than 32 segments; more than 12 parameters; more
/// than 2,048 bytes.
pub(super) fn is_trap(url: &Url) -> bool {
    if url.as_str().len() > MAX_URL_BYTES {
        return true;
    }
    let parameters = url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    if parameters.count() > MAX_PARAMETERS {
        return true;
    }
    let segments: Vec<&str> = url.path().split('/').filter(|name| !name.is_empty()).collect();
    segments.len() > MAX_DEPTH || has_cycle(&segments) || is_circular(&segments)
}

/// Whether at least half of a long path repeats earlier segments, in any order:
/// `/old/copy1/copy2/old/copy4/old`.
fn is_circular(segments: &[&str]) -> bool {
    let named = segments.iter().filter(|segment| !is_number(segment));
    let named: Vec<String> = named.map(|segment| without_digits(segment)).collect();
    let distinct: BTreeSet<&String> = named.iter().collect();
    named.len() >= MIN_CIRCULAR_SEGMENTS && distinct.len() * 2 <= named.len()
}

/// Whether a group of segments repeats in a row. Segments that are only numbers are dates and do not count.
fn has_cycle(segments: &[&str]) -> bool {
    let masked: Vec<String> = segments.iter().map(|segment| without_digits(segment)).collect();
    let masked: Vec<&str> = masked.iter().map(String::as_str).collect();
    repeats(segments, 1, MAX_REPEATS)
        || repeats(&masked, 1, MAX_NUMBERED_REPEATS)
        || (2..=segments.len() / MAX_REPEATS).any(|length| repeats(&masked, length, MAX_REPEATS))
}

/// Whether a group of `length` segments occurs `times` times in a row.
fn repeats(segments: &[&str], length: usize, times: usize) -> bool {
    segments.windows(length * times).any(|run| {
        let mut parts = run.chunks(length);
        let first = parts.next().unwrap_or_default();
        first.iter().any(|segment| !is_number(segment)) && parts.all(|part| part == first)
    })
}

fn is_number(segment: &str) -> bool {
    segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// A segment without what distinguishes it from others of its kind.
fn mask_segment(segment: &str) -> String {
    let (stem, suffix) = match segment.rsplit_once('.') {
        // Longer suffixes are no file types but part of an id with a dot in it.
        Some((stem, suffix)) if suffix.len() <= 5 => (stem, suffix),
        _ => (segment, ""),
    };
    if is_id(stem) {
        return format!("*.{suffix}");
    }
    without_digits(segment)
}

/// The text with each run of digits replaced by one zero.
fn without_digits(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_ascii_digit() {
            masked.push(character);
        } else if !masked.ends_with('0') {
            masked.push('0');
        }
    }
    masked
}

/// Whether a segment is an id and not words. Words may be joined with hyphens and contain numbers
/// ("the-ferry-of-2026"), so letters and digits must alternate more often than that.
fn is_id(segment: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~=".contains(&byte);
    if segment.len() < MIN_ID_CHARS || !segment.bytes().all(is_plain) {
        return false;
    }
    let has_digit = segment.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    // Without a digit, hexadecimal letters may be a word, such as "facade".
    if is_hex && has_digit {
        return true;
    }
    let letters: Vec<u8> = segment.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let changes = |is: fn(&u8) -> bool| {
        letters
            .windows(2)
            .filter(|two| two.first().is_some_and(is) != two.get(1).is_some_and(is))
            .count()
    };
    let mixes = changes(u8::is_ascii_digit);
    let breaks = segment.len() - letters.len();
    let cases = changes(u8::is_ascii_uppercase);
    // One change in four characters, between letters and digits or between cases, and few hyphens.
    has_digit && mixes >= 3 && breaks <= 3 && (mixes + cases) * 4 >= letters.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(rest: &str) -> Url {
        Url::parse(&format!("https://a.example{rest}")).unwrap()
    }

    #[test]
    fn urls_that_differ_in_numbers_have_one_pattern() {
        for (one, other) in [
            ("/news/1", "/news/20260329"),
            ("/2026/03/29/", "/1999/1/1/"),
            ("/list?page=2", "/list?page=3&page=4"),
            ("/list?page=2&sort=a", "/list?sort=b&page=9"),
            ("/list?page=2", "/list?page"),
            ("/list?f1=a&f2=b", "/list?f7=c"),
            ("/list?page=2&", "/list?page=2"),
            ("/calendar?month=2026-11", "/calendar?month=1970-01"),
            ("/a/550e8400-e29b-41d4-a716-446655440000", "/a/1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
            (
                "/a/d41d8cd98f00b204e9800998ecf8427e.html",
                "/a/9e107d9d372bb6826bd81d3542a419d6.html",
            ),
            ("/a/dQw4w9WgXcQ7xYz02Kp1", "/a/Zk8Qp2LmX0aB7cD9eF3g"),
            ("/a/x7f9q2k4m8z1w5r3", "/a/b3n8v2c6x1z9m4k7"),
        ] {
            assert_eq!(pattern_key(&url(one)), pattern_key(&url(other)), "{one} {other}");
        }
    }

    #[test]
    fn urls_that_differ_in_words_have_different_patterns() {
        let all = [
            "/",
            "/news/1",
            "/news/1/",
            "/news/1?a",
            "/news/1?b",
            "/news/1?a&b",
            "/news/1?",
            "/news",
            "/News",
            "/news1",
            "/news/1.html",
            "/news/1.pdf",
            "/news/the-ferry-of-2026-sails",
            "/news/the-ferry-of-2026-returns",
            "/news/3-reasons-why-2-ferries-are-not-1",
            "/news/3-reasons-why-2-buses-are-not-1",
            "/news/internationalization",
            "/a/d41d8cd98f00b204e9800998ecf8427e.html",
            "/a/d41d8cd98f00b204e9800998ecf8427e.json",
            "/b/d41d8cd98f00b204e9800998ecf8427e.html",
        ];
        let patterns: BTreeSet<UrlPatternKey> =
            all.iter().map(|path| pattern_key(&url(path))).collect();
        assert_eq!(patterns.len(), all.len());
        let other = Url::parse("https://b.example/").unwrap();
        assert_ne!(pattern_key(&url("/")), pattern_key(&other));
        assert!(pattern_key(&url("/?a")).has_query && !pattern_key(&url("/a")).has_query);
    }

    #[test]
    fn the_hash_of_a_pattern_is_stable() {
        let pattern = pattern_key(&url("/news/7?page=2"));
        assert_eq!((pattern.hash, pattern.has_query), (12_325_948_814_355_009_626, true));
    }

    #[test]
    fn endless_urls_are_traps() {
        let deep = "/a1/b".repeat(17);
        let many = (0..13).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        let long = format!("/{}", "a".repeat(2_048));
        for path in [
            "/a/a/a",
            "/x/a/a/a/y",
            "/a/b/a/b/a/b",
            "/x/a/b/c/a/b/c/a/b/c/y.html",
            "/page/2/page/3/page/4",
            "/copy1/copy2/copy3/copy4",
            "/en/en/en/",
            "/old/copy1/copy2/old/copy4/old/",
            &deep,
            &long,
            &format!("/?{many}"),
        ] {
            assert!(is_trap(&url(path)), "{path}");
        }
    }

    #[test]
    fn plausible_urls_are_no_traps() {
        let wide: Vec<String> = (0..32).map(|n| "x".repeat(n + 1)).collect();
        let wide = format!("/{}", wide.join("/"));
        for path in [
            "/",
            "/a/a",
            "/a/b/a/b",
            "/a/b/a/b/a",
            "/a/b/a/b/c/d",
            "/news/2024/05/12/7/harbour/1",
            "/2011/11/11/",
            "/11/11/11/",
            "/11/11/11/11/11/11/",
            "/level1/level2/level3",
            "/a//b//c//",
            "/?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11&l=12",
            "/?a&&&&&&&&&&&&&&&&",
            &wide,
        ] {
            assert!(!is_trap(&url(path)), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_url_has_a_pattern(text in any::<String>(), rest in "[a-zA-Z0-9/?&=.%é_-]{0,60}") {
            for text in [text, format!("https://a.example/{rest}")] {
                if let Ok(url) = Url::parse(&text) {
                    prop_assert_eq!(pattern_key(&url), pattern_key(&url));
                    is_trap(&url);
                }
            }
        }

        #[test]
        fn numbers_do_not_matter(
            rest in "(/[a-z]{1,6}[0-9]{1,3})?/[0-9]{1,8}(\\?[a-c]=[a-z0-9]{1,5}(&[a-c]=[0-9]){0,3})?",
            digit in 0..10_u8,
        ) {
            let other: String = rest
                .chars()
                .map(|c| if c.is_ascii_digit() { char::from(b'0' + digit) } else { c })
                .collect();
            prop_assert_eq!(pattern_key(&url(&rest)), pattern_key(&url(&other)));
        }

        #[test]
        fn a_path_that_goes_on_becomes_a_trap(part in "(/[a-z]{1,4}){1,5}") {
            prop_assert!(is_trap(&url(&part.repeat(3))));
        }
    }
}
