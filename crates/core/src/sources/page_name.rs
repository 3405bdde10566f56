//! File names for fetched pages.

use std::borrow::Cow;
use std::path::PathBuf;

use copydesk_fetch::urls::strip_credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};
use xxhash_rust::xxh3::xxh3_64;

/// The longest file name, in bytes and without its hash. With [`MAX_FOLDER_BYTES`], a path stays below the 260
/// characters that Windows allows.
const MAX_NAME_BYTES: usize = 80;

/// The longest path of folders below the host's folder, in bytes. Folders beyond it are left out.
const MAX_FOLDER_BYTES: usize = 80;

/// Suffixes that say what a page is, and are kept. Other names get `.html`.
const SUFFIXES: [&str; 9] = ["html", "htm", "xhtml", "txt", "md", "xml", "rss", "atom", "json"];

/// Names that Windows reserves for devices, in any folder and with any suffix.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The file name of a page, made from its URL: `HOST/FOLDER/.../NAME`, in lower case and in characters that every
/// file system accepts. If the name leaves out a part of the URL (a query, capitals, a very long path), it ends in a
/// hash of the URL, so that two URLs never share a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageName {
    folder: PathBuf,
    stem: String,
    suffix: String,
    /// A hash of the URL without credentials and fragment.
    pub(crate) hash: u64,
}

impl PageName {
    /// The name for a URL. Text that is not a URL gets a name that is only a hash.
    pub fn from_url(url: &str) -> Self {
        let parsed = Url::parse(url).ok().filter(Url::has_host);
        let Some(mut url) = parsed else {
            let hash = xxh3_64(url.as_bytes());
            let (folder, suffix) = (PathBuf::new(), "html".to_owned());
            return Self { folder, stem: format!("page-{hash:016x}"), suffix, hash };
        };
        // Neither changes which page a server returns.
        strip_credentials(&mut url);
        url.set_fragment(None);
        let hash = xxh3_64(url.as_str().as_bytes());
        let mut is_lossy = url.query().is_some();
        let mut folder = PathBuf::from(host_name(&url, &mut is_lossy));
        let mut segments: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let last = segments.pop().unwrap_or_default();
        let mut folder_bytes = 0;
        for segment in segments {
            let name = safe_segment(segment, &mut is_lossy);
            folder_bytes += name.len() + 1;
            if segment.is_empty() || folder_bytes > MAX_FOLDER_BYTES {
                is_lossy = true;
            } else {
                folder.push(name);
            }
        }
        let last = if last.is_empty() { "index".into() } else { safe_segment(last, &mut is_lossy) };
        let (mut stem, suffix) = match last.rsplit_once('.') {
            Some((stem, suffix)) if !stem.is_empty() && SUFFIXES.contains(&suffix) => {
                (stem.to_owned(), suffix.to_owned())
            }
            _ => (last, "html".to_owned()),
        };
        if is_lossy {
            stem = hashed(&stem, hash);
        }
        Self { folder, stem, suffix, hash }
    }

    /// The path, with this suffix or the page's own.
    pub fn path(&self, suffix: Option<&str>) -> PathBuf {
        self.folder.join(format!("{}.{}", self.stem, suffix.unwrap_or(&self.suffix)))
    }

    /// The path with the hash in any case, for when another page has taken [`Self::path`].
    pub fn path_with_hash(&self, suffix: Option<&str>) -> PathBuf {
        let stem = hashed(&self.stem, self.hash);
        self.folder.join(format!("{stem}.{}", suffix.unwrap_or(&self.suffix)))
    }
}

/// A hash of a URL without its credentials and fragment.
pub(crate) fn url_hash(url: &str) -> u64 {
    PageName::from_url(url).hash
}

/// The URL without user name and password, for messages and records. In text that is not a URL, everything before the
/// last `@` is dropped, since it may be a password.
pub(crate) fn without_credentials(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.has_host() => {
            // Not the parsed URL, which may be spelled differently: people look for what they wrote.
            if parsed.username().is_empty() && parsed.password().is_none() {
                return url.to_owned();
            }
            strip_credentials(&mut parsed);
            parsed.into()
        }
        _ => match url.rsplit_once('@') {
            Some((_, rest)) => format!("…@{rest}"),
            None => url.to_owned(),
        },
    }
}

fn hashed(stem: &str, hash: u64) -> String {
    format!("{stem}-{hash:016x}")
}

/// The host, and its port unless that is the default of HTTPS.
fn host_name(url: &Url, is_lossy: &mut bool) -> String {
    let host = match url.host() {
        // File names cannot have colons on Windows. A hash tells the result from a host with dashes.
        Some(Host::Ipv6(address)) => {
            *is_lossy = true;
            address.to_string().replace(':', "-")
        }
        Some(host) => safe_segment(&host.to_string(), is_lossy),
        None => String::new(),
    };
    // An underscore stands before the port, so a host with one is ambiguous.
    *is_lossy |= host.contains('_');
    match (url.scheme(), url.port_or_known_default()) {
        ("https", Some(443)) => host,
        (scheme, port) => {
            *is_lossy |= scheme != "http";
            format!("{host}_{}", port.unwrap_or_default())
        }
    }
}

/// A segment of a URL's path as a name that every file system accepts as a plain name.
fn safe_segment(segment: &str, is_lossy: &mut bool) -> String {
    // Bytes that are not UTF-8 stay encoded: a file name is text.
    let decoded = percent_decode_str(segment).decode_utf8().unwrap_or(Cow::Borrowed(segment));
    let mut name = String::with_capacity(decoded.len());
    for character in decoded.chars() {
        let plain = match character {
            'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' => character,
            'A'..='Z' => character.to_ascii_lowercase(),
            // File systems differ in how they normalize these, so they are kept but count as lossy.
            _ if character.is_alphanumeric() => character,
            _ => '_',
        };
        *is_lossy |= plain != character || !plain.is_ascii();
        if name.len() + plain.len_utf8() > MAX_NAME_BYTES {
            *is_lossy = true;
            break;
        }
        name.push(plain);
    }
    // Dots at the start hide files or lead upwards (`..`); Windows drops dots and spaces at the end.
    let trimmed = name.trim_matches(['.', ' ']);
    if trimmed.len() != name.len() || trimmed.is_empty() {
        *is_lossy = true;
        name = format!("_{trimmed}");
    }
    if is_device(&name) {
        *is_lossy = true;
        name.insert(0, '_');
    }
    name
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    DEVICES.contains(&stem) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Component;

    use super::*;

    fn path(url: &str) -> String {
        let path = PageName::from_url(url).path(None);
        path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }

    #[test]
    fn plain_urls_have_plain_names() {
        for (url, expected) in [
            ("https://example.com", "example.com/index.html"),
            ("https://example.com/#top", "example.com/index.html"),
            ("https://EXAMPLE.com/news/2024/ferry", "example.com/news/2024/ferry.html"),
            ("https://example.com/news/", "example.com/news/index.html"),
            ("https://example.com/ferry.htm", "example.com/ferry.htm"),
            ("https://example.com/index.php", "example.com/index.php.html"),
            ("https://example.com/v1.2", "example.com/v1.2.html"),
            ("http://example.com/a", "example.com_80/a.html"),
            ("http://127.0.0.1:8080/a", "127.0.0.1_8080/a.html"),
            ("https://user:secret@example.com/a", "example.com/a.html"),
        ] {
            assert_eq!(path(url), expected, "{url}");
        }
    }

    #[test]
    fn a_name_that_loses_something_has_a_hash() {
        for (url, expected) in [
            ("https://example.com/a?id=1", "example.com/a-"),
            ("https://example.com/Ferry", "example.com/ferry-"),
            ("https://example.com/caf%C3%A9", "example.com/café-"),
            ("https://example.com/a%2Fb", "example.com/a_b-"),
            ("https://example.com/a%00b", "example.com/a_b-"),
            ("https://example.com/a%+fb", "example.com/a__fb-"),
            ("https://example.com/caf%E9", "example.com/caf_e9-"),
            ("https://example.com/%2e%2e%2f%2e%2e%2fetc", "example.com/_"),
            ("https://example.com/..%5C..%5Cx", "example.com/_"),
            ("https://example.com/.hidden", "example.com/_hidden-"),
            ("https://example.com/CON.txt", "example.com/_con-"),
            ("https://example.com/x//y", "example.com/x/y-"),
            ("https://[::1]/a", "--1/a-"),
            ("https://a_b.example/", "a_b.example/index-"),
            ("https://example.com:8443/", "example.com_8443/index-"),
            ("example.com", "page-"),
        ] {
            let path = path(url);
            assert!(path.starts_with(expected), "{url}: {path}");
            let stem = path.rsplit_once('.').unwrap().0;
            let hash = format!("{:016x}", url_hash(url));
            assert!(stem.ends_with(&hash), "{url}: {path}");
        }
    }

    #[test]
    fn no_name_leaves_the_folder_or_is_too_long() {
        let deep = format!("https://example.com/{}x", "d/".repeat(500));
        let long = format!("https://example.com/{}", "%D1%84".repeat(5000));
        for url in
            [&deep, &long, "https://example.com/a/../../b", "https://example.com/%2e%2e/%2E%2E/b"]
        {
            let path = PageName::from_url(url).path(Some("md"));
            assert!(path.as_os_str().len() < 260, "{}", path.display());
            for component in path.components() {
                let Component::Normal(name) = component else { panic!("{}", path.display()) };
                assert!(name.len() <= 100, "{}", path.display());
            }
        }
    }

    #[test]
    fn different_urls_have_different_names() {
        let urls = [
            "https://e.example/a",
            "https://e.example/A",
            "https://e.example/a?",
            "https://e.example/a?x=1",
            "https://e.example/a?x=2",
            "https://e.example/a/",
            "https://e.example//a",
            "http://e.example/a",
            "http://e.example:443/a",
            "https://e.example:80/a",
            "http://e_80/a",
            "http://e/a",
            "https://e_80/a",
        ];
        let names: HashSet<String> = urls.iter().map(|a| path(a)).collect();
        assert_eq!(names.len(), urls.len(), "{names:?}");
        assert_eq!(path("https://e.example/a"), path("https://e.example/a#b"));
    }

    #[test]
    fn credentials_are_not_shown() {
        for (url, shown) in [
            ("https://u:p@e.example/a", "https://e.example/a"),
            ("https://e.example/a@b", "https://e.example/a@b"),
            ("https://E.example", "https://E.example"),
            ("u:p@e.example", "…@e.example"),
            ("e.example", "e.example"),
        ] {
            assert_eq!(without_credentials(url), shown);
        }
    }
}
