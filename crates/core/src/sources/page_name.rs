//! Names of files for pages that were fetched.

use std::path::PathBuf;

use copydesk_fetch::urls::strip_credentials;
use url::{Host, Url};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of a name, without the hash. With the next limit, a path stays below what Windows takes.
const MAX_NAME_BYTES: usize = 80;

/// Bytes of the folders below that of the host. What goes over is left out.
const MAX_FOLDER_BYTES: usize = 80;

/// Suffixes that say what a page is.
const SUFFIXES: [&str; 9] = ["html", "htm", "xhtml", "txt", "md", "xml", "rss", "atom", "json"];

/// Names that Windows has given to devices, in any folder and with any suffix.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name of a page's file, made of its address: `HOST/FOLDER/.../NAME`, in small letters and
/// characters that every file system takes. An address that loses something in this (a query,
/// capitals, a very long path) has a hash of it in its name, so that it is told from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageName {
    folder: PathBuf,
    stem: String,
    suffix: String,
    /// Told from those of all other addresses.
    pub(crate) hash: u64,
}

impl PageName {
    /// The name for an address; one that does not parse is all hash.
    pub fn from_url(address: &str) -> Self {
        let parsed = Url::parse(address).ok().filter(Url::has_host);
        let Some(mut url) = parsed else {
            let hash = xxh3_64(address.as_bytes());
            let (folder, suffix) = (PathBuf::new(), "html".to_owned());
            return Self { folder, stem: format!("page-{hash:016x}"), suffix, hash };
        };
        // Neither is part of what is asked for.
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

    /// The path, with this suffix or its own.
    pub fn path(&self, suffix: Option<&str>) -> PathBuf {
        self.folder.join(format!("{}.{}", self.stem, suffix.unwrap_or(&self.suffix)))
    }

    /// The path with the hash in any case, for where another page has the other one.
    pub fn path_with_hash(&self, suffix: Option<&str>) -> PathBuf {
        let stem = hashed(&self.stem, self.hash);
        self.folder.join(format!("{stem}.{}", suffix.unwrap_or(&self.suffix)))
    }
}

/// The hash by which an address is remembered: without credentials and fragment.
pub fn url_hash(address: &str) -> u64 {
    PageName::from_url(address).hash
}

/// The address without user name and password, for people to read. Of a text that is no address,
/// what stands before an `@` may be a password.
pub fn without_credentials(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.has_host() => {
            if url.username().is_empty() && url.password().is_none() {
                return address.to_owned();
            }
            strip_credentials(&mut url);
            url.into()
        }
        _ => match address.rsplit_once('@') {
            Some((_, rest)) => format!("…@{rest}"),
            None => address.to_owned(),
        },
    }
}

fn hashed(stem: &str, hash: u64) -> String {
    format!("{stem}-{hash:016x}")
}

/// The host, and its port unless it is that of HTTPS.
fn host_name(url: &Url, is_lossy: &mut bool) -> String {
    let host = match url.host() {
        // Colons are no part of names on Windows, and other dashes would be taken for them.
        Some(Host::Ipv6(address)) => {
            *is_lossy = true;
            address.to_string().replace(':', "-")
        }
        Some(host) => safe_segment(&host.to_string(), is_lossy),
        None => String::new(),
    };
    // An underscore begins the port, and might be in the host.
    *is_lossy |= host.contains('_');
    match (url.scheme(), url.port_or_known_default()) {
        ("https", Some(443)) => host,
        (scheme, port) => {
            *is_lossy |= scheme != "http";
            format!("{host}_{}", port.unwrap_or_default())
        }
    }
}

/// A part of a path as a name that every file system takes and none reads as anything else.
fn safe_segment(segment: &str, is_lossy: &mut bool) -> String {
    let decoded = decode(segment);
    let mut name = String::with_capacity(decoded.len());
    for character in decoded.chars() {
        let plain = match character {
            'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' => character,
            'A'..='Z' => character.to_ascii_lowercase(),
            // File systems disagree on the normal form of others, but keep them.
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
    // Hidden files, `..`, and what Windows drops at the end.
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

/// Undoes percent-encoding where it makes text.
fn decode(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.split_at_checked(2)).flatten();
        let value = escaped.and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok()?;
            let value = u8::from_str_radix(digits, 16).ok()?;
            Some((value, after))
        });
        let (byte, after) = value.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).unwrap_or_else(|_| segment.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Component;

    use super::*;

    fn path(address: &str) -> String {
        let path = PageName::from_url(address).path(None);
        path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }

    #[test]
    fn plain_addresses_have_plain_names() {
        for (address, expected) in [
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
            assert_eq!(path(address), expected, "{address}");
        }
    }

    #[test]
    fn what_a_name_cannot_say_is_a_hash_in_it() {
        for (address, expected) in [
            ("https://example.com/a?id=1", "example.com/a-"),
            ("https://example.com/Ferry", "example.com/ferry-"),
            ("https://example.com/caf%C3%A9", "example.com/café-"),
            ("https://example.com/a%2Fb", "example.com/a_b-"),
            ("https://example.com/a%00b", "example.com/a_b-"),
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
            let path = path(address);
            assert!(path.starts_with(expected), "{address}: {path}");
            let stem = path.rsplit_once('.').unwrap().0;
            let hash = format!("{:016x}", url_hash(address));
            assert!(stem.ends_with(&hash), "{address}: {path}");
        }
    }

    #[test]
    fn no_name_leads_elsewhere_or_is_too_long() {
        let deep = format!("https://example.com/{}x", "d/".repeat(500));
        let long = format!("https://example.com/{}", "%D1%84".repeat(5000));
        for address in
            [&deep, &long, "https://example.com/a/../../b", "https://example.com/%2e%2e/%2E%2E/b"]
        {
            let path = PageName::from_url(address).path(Some("md"));
            assert!(path.as_os_str().len() < 260, "{}", path.display());
            for component in path.components() {
                let Component::Normal(name) = component else { panic!("{}", path.display()) };
                assert!(name.len() <= 100, "{}", path.display());
            }
        }
    }

    #[test]
    fn different_addresses_have_different_names() {
        let addresses = [
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
        let names: HashSet<String> = addresses.iter().map(|a| path(a)).collect();
        assert_eq!(names.len(), addresses.len(), "{names:?}");
        assert_eq!(path("https://e.example/a"), path("https://e.example/a#b"));
    }

    #[test]
    fn credentials_are_not_shown() {
        for (address, shown) in [
            ("https://u:p@e.example/a", "https://e.example/a"),
            ("https://e.example/a@b", "https://e.example/a@b"),
            ("https://E.example", "https://E.example"),
            ("u:p@e.example", "…@e.example"),
            ("e.example", "e.example"),
        ] {
            assert_eq!(without_credentials(address), shown);
        }
    }
}
